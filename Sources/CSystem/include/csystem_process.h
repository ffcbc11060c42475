#pragma once
// What a process sets on itself. prctl(2) is variadic, and glibc's malloc.h is not in Swift's Glibc module.
#include <malloc.h>
#include <signal.h>
#include <sys/prctl.h>

/// The calling process is killed when the thread that spawned it ends.
static inline int magpie_die_with_parent(void) { return prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0); }
/// No program that this process starts can gain a privilege.
static inline int magpie_no_new_privileges(void) { return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); }
/// No core dump, no ptrace by others of the same user.
static inline int magpie_not_dumpable(void) { return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }
/// All threads share one malloc arena; before the first thread starts. Returns 1 on success.
static inline int magpie_share_malloc_arena(void) { return mallopt(M_ARENA_MAX, 1); }
/// Free memory goes back to the system.
static inline int magpie_trim_malloc(void) { return malloc_trim(0); }
