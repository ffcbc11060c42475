#pragma once
// What a process does to itself with prctl(2), which is variadic.

/// The calling process is killed when the thread that spawned it ends.
int magpie_die_with_parent(void);
/// No program that this process starts can gain a privilege.
int magpie_no_new_privileges(void);
/// No core dump, no ptrace by others of the same user.
int magpie_not_dumpable(void);
