// What Swift cannot import from the kernel's and the C library's headers: variadic functions,
// and constants that are casts, shifts or sizes in disguise (every ioctl number).
#pragma once

#include <errno.h>
#include <fcntl.h>
#include <linux/videodev2.h>
#include <poll.h>
#include <spawn.h>
#include <stdint.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/timerfd.h>
#include <sys/timex.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static inline int kuzet_open(const char *path, int flags, mode_t mode) {
    return open(path, flags, mode);
}

static inline int kuzet_ioctl(int descriptor, unsigned long request, void *argument) {
    return ioctl(descriptor, request, argument);
}

static inline int kuzet_fcntl(int descriptor, int command, long argument) {
    return fcntl(descriptor, command, argument);
}

int kuzet_syncfs(int descriptor);

static inline int kuzet_flock(int descriptor, int operation) {
    return flock(descriptor, operation);
}

/// Both ends are close-on-exec.
int kuzet_pipe(int ends[2]);

/// NULL with errno for failure; never MAP_FAILED, which Swift cannot compare with.
static inline void *kuzet_mmap(size_t byteCount, int protection, int descriptor, off_t offset) {
    void *base = mmap(NULL, byteCount, protection, MAP_SHARED, descriptor, offset);
    return base == MAP_FAILED ? NULL : base;
}

/// The symbol of an errno, "EBUSY"; NULL for a number that the C library does not know.
const char *kuzet_errno_name(int number);
/// The C library's words for an errno; NULL for a number that it does not know.
const char *kuzet_errno_text(int number);

/// Sends one datagram to a UNIX socket; a path that starts with '@' is in the abstract namespace.
int kuzet_send_datagram(const char *path, const void *bytes, size_t byteCount);

/// Where one address of a host stands, as the kernel takes it.
struct kuzet_address {
    int family;
    uint32_t byteCount;
    unsigned char bytes[128];
};

/// Looks a host up, for TCP; waits for the answer. Returns how many addresses were found, at most
/// `countMax`, or -1 with `*text` saying why.
int kuzet_resolve(
    const char *host, uint16_t port, struct kuzet_address *addresses, int countMax,
    const char **text);

/// A TCP socket, non-blocking and close-on-exec, on its way to `address`; -1 with errno. Small
/// writes go out at once, and little is taken that cannot be sent yet.
int kuzet_connect(const struct kuzet_address *address);

/// The pending error of a socket, 0 where there is none, or -1 with errno.
int kuzet_socket_error(int descriptor);

/// 1 where the kernel's clock is disciplined, 0 where not, -1 with errno.
int kuzet_clock_is_synchronised(void);

/// Starts a program found through PATH. The three descriptors become its standard ones, -1 leaves
/// /dev/null there; every other descriptor is expected to be close-on-exec. Signals are reset.
/// Returns 0 or an errno.
int kuzet_spawn(
    pid_t *pid, const char *path, char *const arguments[], int input, int output, int error);

static inline int kuzet_wait_exited(int status) { return WIFEXITED(status); }
static inline int kuzet_wait_code(int status) { return WEXITSTATUS(status); }
static inline int kuzet_wait_signal(int status) { return WIFSIGNALED(status) ? WTERMSIG(status) : 0; }

/// What a caller wants to know of a file, in types of one size everywhere.
struct kuzet_file_facts {
    uint64_t byteCount;
    uint64_t device;
    uint64_t inode;
    uint64_t specialDevice;
    uint64_t allocatedByteCount;
    int64_t modifiedSeconds;
    uint32_t mode;
    uint32_t user;
    uint32_t group;
};
int kuzet_stat(const char *path, int followsLinks, struct kuzet_file_facts *facts);
int kuzet_fstat(int descriptor, struct kuzet_file_facts *facts);

/// Bytes free to this user and in all, and whether the file system is mounted read-only.
int kuzet_statvfs(const char *path, uint64_t *freeByteCount, uint64_t *byteCount, int *isReadOnly);

/// Starts a thread that runs `body(context)`; 0 or an errno. The thread is detached.
int kuzet_start_thread(
    const char *name, size_t stackByteCount, void (*body)(void *), void *context);

/// Columns and rows of a terminal; -1 with errno where the descriptor is none.
int kuzet_terminal_size(int descriptor, int *columns, int *rows);

/// Opens a counter of this thread's calls to malloc, calloc, realloc or posix_memalign (function 0
/// to 3): a hardware breakpoint that counts instead of stopping. -1 with errno where the kernel or
/// the processor has none to give. Reading it gives the count as a uint64_t.
int kuzet_count_allocations(int function);
enum { kuzet_allocating_function_count = 4 };

/// Gives what was printed to whoever reads standard output. -1 with errno.
int kuzet_flush_output(void);
/// Has this process end with 74 (EX_IOERR) and a line on standard error where something that it
/// printed could not be written, whatever it would have ended with.
void kuzet_judge_output_at_exit(void);
/// Fills `bytes` from the kernel's random numbers; -1 with errno.
int kuzet_random(void *bytes, size_t byteCount);

#include "V4L2.h"
