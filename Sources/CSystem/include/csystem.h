#pragma once
// Typed shims for what Swift cannot call: variadic functions, system calls without a wrapper, what glibc declares only
// under _GNU_SOURCE. Headers here include no other of glibc's, whose types would then belong to this module.
#include <stdint.h>

/// O_PATH.
extern const int magpie_o_path;

/// openat2(2). Returns a descriptor or -1 with errno.
int magpie_openat2(int directory, const char *path, uint64_t flags, uint64_t mode, uint64_t resolve);
/// RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS.
extern const uint64_t magpie_resolve_strictly;

int magpie_syncfs(int descriptor);
