// What a command's results need: a standard output whose failures count, and names nobody guesses.
#define _GNU_SOURCE
#include "CLinux.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

int kuzet_random(void *bytes, size_t byteCount) {
    // Up to 256 bytes come whole, and are never interrupted, once the kernel has any.
    return getrandom(bytes, byteCount, 0) == (ssize_t)byteCount ? 0 : -1;
}

// Of the first flush that failed; stdio forgets it.
static int flush_cause;

int kuzet_flush_output(void) {
    if (fflush(stdout) == 0) return 0;
    if (!flush_cause) flush_cause = errno;
    return -1;
}

static void judge_output(void) {
    int lost_before = ferror(stdout);
    if (kuzet_flush_output() == 0 && !lost_before) return;
    if (flush_cause) {
        const char *text = strerrordesc_np(flush_cause), *name = strerrorname_np(flush_cause);
        dprintf(STDERR_FILENO, "standard output: write: %s (%s)\n",
                text ? text : "unknown cause", name ? name : "?");
    } else {
        // It failed within a print, and stdio does not keep why.
        dprintf(STDERR_FILENO, "standard output: write: part of it is lost: is the disk full?\n");
    }
    _exit(74);
}

void kuzet_judge_output_at_exit(void) {
    static int asked;
    if (!asked++) atexit(judge_output);
}
