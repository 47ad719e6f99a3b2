#include "CTestDisk.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { block_size = 4096, sector_size = 512, path_size = 512, file_count_max = 8 };

typedef struct operation {
    struct operation *next;
    int64_t offset;
    int64_t size; /* of a write; -1 where this cuts the file at `offset` */
    unsigned char bytes[];
} operation;

/* One file by its path: what is safe, and what was asked for since. */
typedef struct {
    char path[path_size];
    unsigned char *safe;
    int64_t safe_size;
    int64_t safe_capacity;
    operation *first, *last;
    unsigned char *touched; /* one byte for each block written since the last synchronisation */
    int64_t touched_count;
} medium;

typedef struct {
    sqlite3_file base;
    medium *medium; /* NULL for files that no power cut is about */
    sqlite3_file *real;
} disk_file;

const char *const test_disk_name = "kuzet-test-disk";

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static sqlite3_vfs layer;
static sqlite3_vfs *system_layer;
static medium media[file_count_max];
static int64_t operations, synchronisations, blocks, fails_after = -1;
static enum test_disk_failure failure_to_come;

static enum test_disk_failure failure(void) {
    return fails_after >= 0 && operations > fails_after ? failure_to_come : TEST_DISK_WORKS;
}

/* SQLite asks errno for the cause. */
static int failed(int result) {
    errno = EIO;
    return result;
}

static void forget_operations(medium *m) {
    while (m->first) {
        operation *next = m->first->next;
        free(m->first);
        m->first = next;
    }
    m->last = NULL;
}

static void forget(medium *m) {
    forget_operations(m);
    free(m->safe);
    free(m->touched);
    memset(m, 0, sizeof *m);
}

static void settle_blocks(medium *m) {
    for (int64_t i = 0; i < m->touched_count; i++) blocks += m->touched[i];
    if (m->touched_count) memset(m->touched, 0, (size_t)m->touched_count);
}

static void touch(medium *m, int64_t offset, int64_t size) {
    int64_t end = (offset + size + block_size - 1) / block_size;
    if (end > m->touched_count) {
        unsigned char *grown = realloc(m->touched, (size_t)end);
        if (!grown) abort();
        memset(grown + m->touched_count, 0, (size_t)(end - m->touched_count));
        m->touched = grown;
        m->touched_count = end;
    }
    for (int64_t i = offset / block_size; i < end; i++) m->touched[i] = 1;
}

static void safe_write(medium *m, int64_t offset, const unsigned char *bytes, int64_t size) {
    int64_t end = offset + size;
    if (end > m->safe_capacity) {
        int64_t capacity = end * 2;
        unsigned char *grown = realloc(m->safe, (size_t)capacity);
        if (!grown) abort();
        m->safe = grown;
        m->safe_capacity = capacity;
    }
    if (offset > m->safe_size)
        memset(m->safe + m->safe_size, 0, (size_t)(offset - m->safe_size));
    memcpy(m->safe + offset, bytes, (size_t)size);
    if (end > m->safe_size) m->safe_size = end;
}

static void safe_cut(medium *m, int64_t size) {
    if (size < m->safe_size) m->safe_size = size;
}

static void remember(medium *m, int64_t offset, int64_t size, const void *bytes) {
    operation *o = malloc(sizeof *o + (size > 0 ? (size_t)size : 0));
    if (!o) abort();
    o->next = NULL;
    o->offset = offset;
    o->size = size;
    if (size > 0) memcpy(o->bytes, bytes, (size_t)size);
    if (m->last) m->last->next = o;
    else m->first = o;
    m->last = o;
}

static void make_safe(medium *m) {
    for (operation *o = m->first; o; o = o->next) {
        if (o->size < 0) safe_cut(m, o->offset);
        else safe_write(m, o->offset, o->bytes, o->size);
    }
    forget_operations(m);
}

/* The file is taken for safe as it is when it is first opened. */
static medium *find(const char *path) {
    medium *empty = NULL;
    for (int i = 0; i < file_count_max; i++) {
        if (strcmp(media[i].path, path) == 0) return &media[i];
        if (!media[i].path[0] && !empty) empty = &media[i];
    }
    if (!empty || strlen(path) >= path_size) return NULL;
    strcpy(empty->path, path);
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return empty;
    unsigned char chunk[65536];
    ssize_t count;
    int64_t offset = 0;
    while ((count = read(descriptor, chunk, sizeof chunk)) > 0) {
        safe_write(empty, offset, chunk, count);
        offset += count;
    }
    close(descriptor);
    return empty;
}

#define LOCKED(expression)             \
    pthread_mutex_lock(&mutex);        \
    expression;                        \
    pthread_mutex_unlock(&mutex);

static sqlite3_file *real_of(sqlite3_file *file) { return ((disk_file *)file)->real; }

static int disk_close(sqlite3_file *file) { return real_of(file)->pMethods->xClose(real_of(file)); }

static int disk_read(sqlite3_file *file, void *bytes, int size, sqlite3_int64 offset) {
    enum test_disk_failure now;
    LOCKED(now = failure());
    if (now == TEST_DISK_IS_OFF) return failed(SQLITE_IOERR_READ);
    return real_of(file)->pMethods->xRead(real_of(file), bytes, size, offset);
}

static int disk_write(sqlite3_file *file, const void *bytes, int size, sqlite3_int64 offset) {
    enum test_disk_failure now;
    medium *m = ((disk_file *)file)->medium;
    LOCKED(operations++; now = failure());
    switch (now) {
    case TEST_DISK_IS_OFF:
    case TEST_DISK_CANNOT_WRITE: return failed(SQLITE_IOERR_WRITE);
    case TEST_DISK_IS_FULL: return SQLITE_FULL;
    case TEST_DISK_WORKS:
    case TEST_DISK_CANNOT_SYNCHRONISE: break;
    }
    int result = real_of(file)->pMethods->xWrite(real_of(file), bytes, size, offset);
    if (result == SQLITE_OK && m) {
        LOCKED(remember(m, offset, size, bytes); touch(m, offset, size));
    }
    return result;
}

static int disk_truncate(sqlite3_file *file, sqlite3_int64 size) {
    enum test_disk_failure now;
    medium *m = ((disk_file *)file)->medium;
    LOCKED(operations++; now = failure());
    if (now == TEST_DISK_IS_OFF || now == TEST_DISK_CANNOT_WRITE) return failed(SQLITE_IOERR_TRUNCATE);
    int result = real_of(file)->pMethods->xTruncate(real_of(file), size);
    if (result == SQLITE_OK && m) { LOCKED(remember(m, size, -1, NULL)); }
    return result;
}

static int disk_sync(sqlite3_file *file, int flags) {
    enum test_disk_failure now;
    medium *m = ((disk_file *)file)->medium;
    LOCKED(operations++; now = failure());
    if (now == TEST_DISK_IS_OFF || now == TEST_DISK_CANNOT_SYNCHRONISE) return failed(SQLITE_IOERR_FSYNC);
    int result = real_of(file)->pMethods->xSync(real_of(file), flags);
    if (result == SQLITE_OK && m) {
        LOCKED(synchronisations++; settle_blocks(m); make_safe(m));
    }
    return result;
}

static int disk_size(sqlite3_file *file, sqlite3_int64 *size) {
    return real_of(file)->pMethods->xFileSize(real_of(file), size);
}
static int disk_lock(sqlite3_file *file, int level) {
    return real_of(file)->pMethods->xLock(real_of(file), level);
}
static int disk_unlock(sqlite3_file *file, int level) {
    return real_of(file)->pMethods->xUnlock(real_of(file), level);
}
static int disk_check_lock(sqlite3_file *file, int *is_reserved) {
    return real_of(file)->pMethods->xCheckReservedLock(real_of(file), is_reserved);
}
static int disk_control(sqlite3_file *file, int operation, void *argument) {
    return real_of(file)->pMethods->xFileControl(real_of(file), operation, argument);
}
static int disk_sector_size(sqlite3_file *file) {
    return real_of(file)->pMethods->xSectorSize(real_of(file));
}
static int disk_characteristics(sqlite3_file *file) {
    return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file));
}

static const sqlite3_io_methods methods = {
    .iVersion = 1,
    .xClose = disk_close,
    .xRead = disk_read,
    .xWrite = disk_write,
    .xTruncate = disk_truncate,
    .xSync = disk_sync,
    .xFileSize = disk_size,
    .xLock = disk_lock,
    .xUnlock = disk_unlock,
    .xCheckReservedLock = disk_check_lock,
    .xFileControl = disk_control,
    .xSectorSize = disk_sector_size,
    .xDeviceCharacteristics = disk_characteristics,
};

static int disk_open(
    sqlite3_vfs *vfs, sqlite3_filename path, sqlite3_file *file, int flags, int *flags_out) {
    (void)vfs;
    disk_file *opened = (disk_file *)file;
    memset(opened, 0, sizeof *opened);
    opened->real = (sqlite3_file *)(opened + 1);
    int result = system_layer->xOpen(system_layer, path, opened->real, flags, flags_out);
    if (result != SQLITE_OK || !opened->real->pMethods) return result;
    int is_watched = flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL);
    if (path && is_watched) { LOCKED(opened->medium = find(path)); }
    opened->base.pMethods = &methods;
    return SQLITE_OK;
}

static int disk_delete(sqlite3_vfs *vfs, const char *path, int is_synchronised) {
    (void)vfs;
    enum test_disk_failure now;
    LOCKED(now = failure());
    if (now == TEST_DISK_IS_OFF) return failed(SQLITE_IOERR_DELETE);
    int result = system_layer->xDelete(system_layer, path, is_synchronised);
    if (result == SQLITE_OK) {
        LOCKED(for (int i = 0; i < file_count_max; i++)
                   if (strcmp(media[i].path, path) == 0) forget(&media[i]));
    }
    return result;
}

int test_disk_reset(void) {
    int result = 0;
    pthread_mutex_lock(&mutex);
    for (int i = 0; i < file_count_max; i++) forget(&media[i]);
    operations = synchronisations = blocks = 0;
    fails_after = -1;
    if (!system_layer) {
        system_layer = sqlite3_vfs_find(NULL);
        layer = *system_layer;
        layer.pNext = NULL;
        layer.zName = test_disk_name;
        layer.szOsFile = (int)sizeof(disk_file) + system_layer->szOsFile;
        layer.xOpen = disk_open;
        layer.xDelete = disk_delete;
        result = sqlite3_vfs_register(&layer, 0);
    }
    pthread_mutex_unlock(&mutex);
    return result;
}

void test_disk_fail_after(int64_t count, enum test_disk_failure failure) {
    LOCKED(fails_after = failure == TEST_DISK_WORKS ? -1 : operations + count;
           failure_to_come = failure);
}

int64_t test_disk_operation_count(void) {
    int64_t count;
    LOCKED(count = operations);
    return count;
}

int64_t test_disk_synchronisation_count(void) {
    int64_t count;
    LOCKED(count = synchronisations);
    return count;
}

int64_t test_disk_byte_count(void) {
    int64_t count;
    LOCKED(for (int i = 0; i < file_count_max; i++) settle_blocks(&media[i]);
           count = blocks * block_size);
    return count;
}

/* Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014. */
static uint64_t next(uint64_t *state) {
    uint64_t z = (*state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static void keep_a_part(medium *m, uint64_t *state) {
    enum { none, all, first, any, sectors } mode = next(state) % 5;
    uint64_t count = 0;
    for (operation *o = m->first; o; o = o->next) count++;
    uint64_t kept_count = next(state) % (count + 1), index = 0;
    for (operation *o = m->first; o; o = o->next, index++) {
        if (mode == none || (mode == first && index >= kept_count)) break;
        if (mode == any && next(state) & 1) continue;
        if (o->size < 0) {
            if (mode != sectors || next(state) & 1) safe_cut(m, o->offset);
            continue;
        }
        if (mode != sectors) {
            safe_write(m, o->offset, o->bytes, o->size);
            continue;
        }
        for (int64_t at = 0; at < o->size;) {
            int64_t size = sector_size - (o->offset + at) % sector_size;
            if (size > o->size - at) size = o->size - at;
            if (next(state) & 1) safe_write(m, o->offset + at, o->bytes + at, size);
            at += size;
        }
    }
    forget_operations(m);
}

int test_disk_cut(uint64_t seed) {
    int result = 0;
    uint64_t state = seed;
    pthread_mutex_lock(&mutex);
    for (int i = 0; i < file_count_max && !result; i++) {
        medium *m = &media[i];
        if (!m->path[0]) continue;
        keep_a_part(m, &state);
        /* What was made longer past this layer was synchronised by whoever did it. */
        struct stat facts;
        if (stat(m->path, &facts) == 0 && facts.st_size > m->safe_size) {
            const unsigned char zero = 0;
            safe_write(m, facts.st_size - 1, &zero, 1);
        }
        int descriptor = open(m->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
        if (descriptor < 0) {
            result = errno;
            break;
        }
        for (int64_t done = 0; done < m->safe_size && !result;) {
            ssize_t count = write(descriptor, m->safe + done, (size_t)(m->safe_size - done));
            if (count < 0) result = errno;
            else done += count;
        }
        close(descriptor);
    }
    for (int i = 0; i < file_count_max; i++) forget(&media[i]);
    fails_after = -1;
    pthread_mutex_unlock(&mutex);
    return result;
}

int test_disk_run_sql(const char *path, const char *sql) {
    sqlite3 *database = NULL;
    int result = sqlite3_open(path, &database);
    if (!result) result = sqlite3_exec(database, "PRAGMA locking_mode=EXCLUSIVE", NULL, NULL, NULL);
    if (!result) result = sqlite3_exec(database, sql, NULL, NULL, NULL);
    if (!result) result = sqlite3_exec(database, "PRAGMA wal_checkpoint", NULL, NULL, NULL);
    sqlite3_close(database);
    return result;
}
