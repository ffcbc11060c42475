#pragma once
// What this machine has and what its kernel can do.

/// Columns of the terminal behind the descriptor, 0 where it is none.
int magpie_terminal_columns(int descriptor);
/// Processors this process may run on; at least 1.
int magpie_usable_cores(void);
/// The version of Landlock's interface, 0 where the kernel has none or has it switched off.
int magpie_landlock_version(void);
/// Whether the kernel filters system calls by seccomp.
int magpie_has_seccomp(void);
