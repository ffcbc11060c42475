#pragma once
// What a process sets on itself. prctl(2) is variadic, and glibc's malloc.h is not in Swift's Glibc module.

/// The calling process is killed when the thread that spawned it ends.
int magpie_die_with_parent(void);
/// No program that this process starts can gain a privilege.
int magpie_no_new_privileges(void);
/// No core dump, no ptrace by others of the same user.
int magpie_not_dumpable(void);
/// All threads share one malloc arena; before the first thread starts. Returns 1 on success.
int magpie_share_malloc_arena(void);
/// Free memory goes back to the system.
int magpie_trim_malloc(void);
