#pragma once
#include <stdint.h>

/* A disk for tests, between SQLite and the files: it counts what reaches the medium, fails when it
 * is told to, and at a power cut forgets writes that were not synchronised.
 *
 * There is one such disk in a process, for one test at a time. */

/* What SQLite calls the layer. */
extern const char *const test_disk_name;

/* Forgets everything of earlier tests; failures end. Returns 0 where SQLite took the layer. */
int test_disk_reset(void);

enum test_disk_failure {
    TEST_DISK_WORKS = 0,
    /* Nothing works any more, as for a process without power. */
    TEST_DISK_IS_OFF = 1,
    /* Writes find no space. */
    TEST_DISK_IS_FULL = 2,
    /* Synchronising fails, and what was to be synchronised may be lost. */
    TEST_DISK_CANNOT_SYNCHRONISE = 3,
    /* Writes fail. */
    TEST_DISK_CANNOT_WRITE = 4,
};

/* From the (count + 1)-th write, truncation or synchronisation on, the disk fails. */
void test_disk_fail_after(int64_t count, enum test_disk_failure failure);

/* Writes, truncations and synchronisations so far. */
int64_t test_disk_operation_count(void);
int64_t test_disk_synchronisation_count(void);

/* Bytes that a medium with blocks of 4 KiB had to take: every block that was written between two
 * synchronisations of its file counts once. */
int64_t test_disk_byte_count(void);

/* The power is cut: each file becomes what was synchronised, plus a part of the later writes that
 * `seed` chooses: none, all, the first ones, any of them, or any of their sectors of 512 bytes.
 * Returns 0, or an errno. */
int test_disk_cut(uint64_t seed);

/* Runs statements on a database as anybody with SQLite does it, with nothing switched off; the log
 * is copied into the database. Returns SQLite's code. */
int test_disk_run_sql(const char *path, const char *sql);
