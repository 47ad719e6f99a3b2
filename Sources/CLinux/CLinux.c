#define _GNU_SOURCE
#include "CLinux.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

int kuzet_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC); }

int kuzet_syncfs(int descriptor) { return syncfs(descriptor); }

// glibc 2.32 and later.
const char *kuzet_errno_name(int number) { return strerrorname_np(number); }
const char *kuzet_errno_text(int number) { return strerrordesc_np(number); }

int kuzet_send_datagram(const char *path, const void *bytes, size_t byteCount) {
    struct sockaddr_un address;
    memset(&address, 0, sizeof address);
    address.sun_family = AF_UNIX;
    size_t length = strlen(path);
    if (length == 0 || length >= sizeof address.sun_path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    memcpy(address.sun_path, path, length);
    socklen_t addressLength = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
    if (path[0] == '@')
        address.sun_path[0] = 0;
    else
        addressLength += 1;
    int descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return -1;
    ssize_t sent = sendto(
        descriptor, bytes, byteCount, MSG_NOSIGNAL | MSG_DONTWAIT, (struct sockaddr *)&address,
        addressLength);
    int cause = errno;
    close(descriptor);
    errno = cause;
    return sent == (ssize_t)byteCount ? 0 : -1;
}

int kuzet_resolve(
    const char *host, uint16_t port, struct kuzet_address *addresses, int countMax,
    const char **text) {
    struct addrinfo wanted, *found = NULL;
    char service[8];
    memset(&wanted, 0, sizeof wanted);
    wanted.ai_family = AF_UNSPEC;
    wanted.ai_socktype = SOCK_STREAM;
    wanted.ai_flags = AI_NUMERICSERV | AI_ADDRCONFIG;
    snprintf(service, sizeof service, "%u", (unsigned)port);
    int cause = getaddrinfo(host, service, &wanted, &found);
    // Without any interface but loopback, AI_ADDRCONFIG finds nothing at all.
    if (cause == EAI_NONAME || cause == EAI_ADDRFAMILY) {
        wanted.ai_flags = AI_NUMERICSERV;
        cause = getaddrinfo(host, service, &wanted, &found);
    }
    if (cause != 0) {
        *text = cause == EAI_SYSTEM ? strerror(errno) : gai_strerror(cause);
        return -1;
    }
    int count = 0;
    for (struct addrinfo *each = found; each && count < countMax; each = each->ai_next) {
        if (each->ai_addrlen > sizeof addresses->bytes) continue;
        addresses[count].family = each->ai_family;
        addresses[count].byteCount = (uint32_t)each->ai_addrlen;
        memcpy(addresses[count].bytes, each->ai_addr, each->ai_addrlen);
        count += 1;
    }
    freeaddrinfo(found);
    return count;
}

int kuzet_connect(const struct kuzet_address *address) {
    int descriptor = socket(address->family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (descriptor < 0) return -1;
    int one = 1;
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    // What the kernel holds on a slow way is memory, and an alarm would stand behind it.
    int unsent = 32 << 10;
    setsockopt(descriptor, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent, sizeof unsent);
    struct sockaddr_storage storage;
    memcpy(&storage, address->bytes, address->byteCount);
    if (connect(descriptor, (struct sockaddr *)&storage, address->byteCount) == 0 ||
        errno == EINPROGRESS)
        return descriptor;
    int cause = errno;
    close(descriptor);
    errno = cause;
    return -1;
}

int kuzet_socket_error(int descriptor) {
    int pending = 0;
    socklen_t length = sizeof pending;
    return getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &pending, &length) < 0 ? -1 : pending;
}

int kuzet_clock_is_synchronised(void) {
    struct timex state;
    memset(&state, 0, sizeof state);
    int answer = adjtimex(&state);
    if (answer < 0) return -1;
    return answer != TIME_ERROR && !(state.status & STA_UNSYNC);
}

int kuzet_spawn(
    pid_t *pid, const char *path, char *const arguments[], int input, int output, int error) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    int cause = posix_spawn_file_actions_init(&actions);
    if (cause) return cause;
    cause = posix_spawnattr_init(&attributes);
    if (cause) {
        posix_spawn_file_actions_destroy(&actions);
        return cause;
    }
    const int given[3] = {input, output, error};
    for (int standard = 0; standard < 3 && !cause; standard++)
        cause = given[standard] < 0
                    ? posix_spawn_file_actions_addopen(
                          &actions, standard, "/dev/null", standard ? O_WRONLY : O_RDONLY, 0)
                    : posix_spawn_file_actions_adddup2(&actions, given[standard], standard);
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    if (!cause) cause = posix_spawnattr_setsigmask(&attributes, &none);
    if (!cause) cause = posix_spawnattr_setsigdefault(&attributes, &all);
    if (!cause)
        cause = posix_spawnattr_setflags(
            &attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    if (!cause) cause = posix_spawnp(pid, path, &actions, &attributes, arguments, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return cause;
}

static void keep_facts(const struct stat *from, struct kuzet_file_facts *facts) {
    facts->byteCount = from->st_size < 0 ? 0 : (uint64_t)from->st_size;
    facts->device = from->st_dev;
    facts->inode = from->st_ino;
    facts->specialDevice = from->st_rdev;
    facts->allocatedByteCount = (uint64_t)from->st_blocks * 512;
    facts->modifiedSeconds = from->st_mtim.tv_sec;
    facts->mode = from->st_mode;
    facts->user = from->st_uid;
    facts->group = from->st_gid;
}

int kuzet_stat(const char *path, int followsLinks, struct kuzet_file_facts *facts) {
    struct stat from;
    if ((followsLinks ? stat(path, &from) : lstat(path, &from)) < 0) return -1;
    keep_facts(&from, facts);
    return 0;
}

int kuzet_fstat(int descriptor, struct kuzet_file_facts *facts) {
    struct stat from;
    if (fstat(descriptor, &from) < 0) return -1;
    keep_facts(&from, facts);
    return 0;
}

int kuzet_statvfs(const char *path, uint64_t *freeByteCount, uint64_t *byteCount, int *isReadOnly) {
    struct statvfs from;
    if (statvfs(path, &from) < 0) return -1;
    *freeByteCount = (uint64_t)from.f_bavail * from.f_frsize;
    *byteCount = (uint64_t)from.f_blocks * from.f_frsize;
    *isReadOnly = (from.f_flag & ST_RDONLY) != 0;
    return 0;
}

struct start {
    void (*body)(void *);
    void *context;
    char name[16];
};

static void *run_body(void *argument) {
    struct start start = *(struct start *)argument;
    free(argument);
    // Only for a reader of `top -H`; that it fails is no reason to stop.
    (void)pthread_setname_np(pthread_self(), start.name);
    start.body(start.context);
    return NULL;
}

int kuzet_start_thread(
    const char *name, size_t stackByteCount, void (*body)(void *), void *context) {
    struct start *start = malloc(sizeof *start);
    if (!start) return ENOMEM;
    start->body = body;
    start->context = context;
    strncpy(start->name, name, sizeof start->name - 1);
    start->name[sizeof start->name - 1] = 0;
    pthread_attr_t attributes;
    int cause = pthread_attr_init(&attributes);
    if (!cause) {
        pthread_t thread;
        if (stackByteCount) cause = pthread_attr_setstacksize(&attributes, stackByteCount);
        if (!cause) cause = pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
        if (!cause) cause = pthread_create(&thread, &attributes, run_body, start);
        pthread_attr_destroy(&attributes);
    }
    if (cause) free(start);
    return cause;
}

int kuzet_terminal_size(int descriptor, int *columns, int *rows) {
    struct winsize size;
    if (ioctl(descriptor, TIOCGWINSZ, &size) < 0) return -1;
    *columns = size.ws_col;
    *rows = size.ws_row;
    return 0;
}
