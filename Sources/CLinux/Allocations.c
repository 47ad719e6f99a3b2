#include <linux/hw_breakpoint.h>
#include <linux/perf_event.h>
#include <stdlib.h>
#include <sys/syscall.h>

#include "CLinux.h"

int kuzet_count_allocations(int function) {
    // Every way into the allocator that the Swift runtime and the C libraries take.
    void *const entries[] = {
        (void *)malloc, (void *)calloc, (void *)realloc, (void *)posix_memalign
    };
    if (function < 0 || function >= kuzet_allocating_function_count) {
        errno = EINVAL;
        return -1;
    }
    struct perf_event_attr event;
    memset(&event, 0, sizeof event);
    event.type = PERF_TYPE_BREAKPOINT;
    event.size = sizeof event;
    event.bp_type = HW_BREAKPOINT_X;
    event.bp_addr = (uintptr_t)entries[function];
    event.bp_len = sizeof(long);
    event.exclude_kernel = 1;
    event.exclude_hv = 1;
    return (int)syscall(SYS_perf_event_open, &event, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
}
