#pragma once
// Child processes and shared memory.
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/// An anonymous memory file, close-on-exec, that may be sealed. -1 with errno on failure.
int magpie_memfd(const char *name);
/// Forbids further seals and, if `shrink`, shrinking, so that a mapping of the file can never fault.
int magpie_seal(int descriptor, bool shrink);
/// Gives the pages of [offset, offset + length) back; they read as zeros afterwards.
int magpie_punch_hole(int descriptor, off_t offset, off_t length);
/// A copy of the descriptor numbered `lowest` or higher, close-on-exec.
int magpie_duplicate(int descriptor, int lowest);
int magpie_open_append(int descriptor);
/// A pair of connected SOCK_SEQPACKET sockets, close-on-exec.
int magpie_socketpair(int pair[2]);
/// Receives one packet. Returns its bytes, 0 at the end, -1 with errno (EAGAIN after `timeout_ms`).
ssize_t magpie_receive(int socket, void *buffer, size_t size, int timeout_ms);
/// Sends one packet; a closed peer is EPIPE, never SIGPIPE.
ssize_t magpie_send(int socket, const void *bytes, size_t size);
/// Starts `path` with an empty environment and descriptors: 0 and 1 /dev/null, 2 `error`, 3 and up `inherited`, no
/// other; in a process group of its own with default signal handling. Returns 0 or an errno.
int magpie_spawn(pid_t *process, const char *path, char *const arguments[], int error, const int *inherited, int count);
/// Sets the soft limit of another process, in bytes.
int magpie_limit_address_space(pid_t process, uint64_t bytes);
int magpie_limit_file_size(pid_t process, uint64_t bytes);
/// When the process was started, in clock ticks since boot (field 22 of /proc/PID/stat); 0 where there is no such
/// process or only its zombie, UINT64_MAX where that cannot be told. A pid with its start time, within one boot, is
/// never used again.
uint64_t magpie_process_start(pid_t process);
