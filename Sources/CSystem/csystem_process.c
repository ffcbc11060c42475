#define _GNU_SOURCE
#include "csystem_process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

int magpie_memfd(const char *name) { return memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING); }

int magpie_seal(int descriptor, bool shrink) {
    return fcntl(descriptor, F_ADD_SEALS, F_SEAL_SEAL | (shrink ? F_SEAL_SHRINK : 0));
}

int magpie_punch_hole(int descriptor, off_t offset, off_t length) {
    return fallocate(descriptor, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, offset, length);
}

int magpie_duplicate(int descriptor, int lowest) { return fcntl(descriptor, F_DUPFD_CLOEXEC, lowest); }

int magpie_open_append(int descriptor) {
    int flags = fcntl(descriptor, F_GETFL);
    return flags < 0 ? -1 : fcntl(descriptor, F_SETFL, flags | O_APPEND);
}

int magpie_socketpair(int pair[2]) { return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair); }

ssize_t magpie_receive(int socket, void *buffer, size_t size, int timeout_ms) {
    struct pollfd waiting = {.fd = socket, .events = POLLIN};
    int ready = poll(&waiting, 1, timeout_ms);
    if (ready < 0) return -1;
    if (ready == 0) {
        errno = EAGAIN;
        return -1;
    }
    return recv(socket, buffer, size, MSG_DONTWAIT);
}

ssize_t magpie_send(int socket, const void *bytes, size_t size) { return send(socket, bytes, size, MSG_NOSIGNAL); }

int magpie_spawn(pid_t *process, const char *path, char *const arguments[], int error, const int *inherited,
                 int count) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t all, none;
    char *const environment[] = {NULL};
    int failed = posix_spawn_file_actions_init(&actions);
    if (failed) return failed;
    failed = posix_spawnattr_init(&attributes);
    if (failed) {
        posix_spawn_file_actions_destroy(&actions);
        return failed;
    }
    sigfillset(&all);
    sigemptyset(&none);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setsigmask(&attributes, &none);
    failed = posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDWR, 0);
    if (!failed) failed = posix_spawn_file_actions_adddup2(&actions, 0, 1);
    if (!failed) failed = posix_spawn_file_actions_adddup2(&actions, error, 2);
    for (int i = 0; i < count && !failed; i++) failed = posix_spawn_file_actions_adddup2(&actions, inherited[i], 3 + i);
    if (!failed) failed = posix_spawn_file_actions_addclosefrom_np(&actions, 3 + count);
    if (!failed) failed = posix_spawn(process, path, &actions, &attributes, arguments, environment);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return failed;
}

static int limit(pid_t process, int resource, uint64_t bytes) {
    struct rlimit now;
    if (prlimit(process, resource, NULL, &now) != 0) return -1;
    struct rlimit next = {.rlim_cur = bytes, .rlim_max = now.rlim_max};
    if (next.rlim_cur > next.rlim_max) next.rlim_cur = next.rlim_max;
    return prlimit(process, resource, &next, NULL);
}

int magpie_limit_address_space(pid_t process, uint64_t bytes) { return limit(process, RLIMIT_AS, bytes); }

int magpie_limit_file_size(pid_t process, uint64_t bytes) { return limit(process, RLIMIT_FSIZE, bytes); }

uint64_t magpie_process_start(pid_t process) {
    char path[64], line[1024];
    snprintf(path, sizeof path, "/proc/%d/stat", (int)process);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    // Another error than its absence says nothing; nor does its absence where /proc hides others' processes.
    if (file < 0) return errno == ENOENT && kill(process, 0) != 0 && errno == ESRCH ? 0 : UINT64_MAX;
    ssize_t count = read(file, line, sizeof line - 1);
    close(file);
    if (count <= 0) return count < 0 && errno == ESRCH ? 0 : UINT64_MAX;
    line[count] = 0;
    // The name in parentheses may hold anything; the fields follow the last parenthesis.
    char *fields = strrchr(line, ')');
    char state = 0;
    unsigned long long start = 0;
    // Field 3 is the state, field 22 the start.
    const char *format = " %c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %llu";
    if (!fields || sscanf(fields + 1, format, &state, &start) != 2) return 0;
    return state == 'Z' || state == 'X' ? 0 : start;
}
