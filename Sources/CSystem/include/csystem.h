#pragma once
// Typed shims for what Swift cannot call: variadic calls and system calls without a wrapper in glibc.
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

/// openat2(2). Returns a descriptor or -1 with errno.
static inline int magpie_openat2(int directory, const char *path, uint64_t flags, uint64_t mode, uint64_t resolve) {
    struct open_how how = {.flags = flags, .mode = mode, .resolve = resolve};
    return (int)syscall(SYS_openat2, directory, path, &how, sizeof how);
}

/// O_PATH of open(2), which glibc shows to _GNU_SOURCE alone.
static const int magpie_o_path = __O_PATH;

/// syncfs(2), which glibc shows to _GNU_SOURCE alone. Returns 0, or -1 with errno.
static inline int magpie_syncfs(int descriptor) {
    return (int)syscall(SYS_syncfs, descriptor);
}
