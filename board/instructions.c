/* A plugin for QEMU's user emulation: counts the guest instructions of one process, exactly.
 *
 * Debian packages no qemu-plugin.h, so the four functions that this needs are declared here, as
 * QEMU's documentation of its plugin API gives them. They are the same in every version of the
 * API from 1 (QEMU 7) to 4 (QEMU 10); only the number in qemu_plugin_version has to fit.
 */
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

typedef uint64_t plugin_id;
struct qemu_plugin_tb;
enum { no_registers_read = 0 };

void qemu_plugin_register_vcpu_tb_trans_cb(
    plugin_id id, void (*translated)(plugin_id id, struct qemu_plugin_tb *block));
void qemu_plugin_register_vcpu_tb_exec_cb(
    struct qemu_plugin_tb *block, void (*executed)(unsigned int cpu, void *data), int flags,
    void *data);
void qemu_plugin_register_atexit_cb(
    plugin_id id, void (*ended)(plugin_id id, void *data), void *data);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *block);

#define EXPORT __attribute__((visibility("default")))
EXPORT int qemu_plugin_version = PLUGIN_API;

static uint64_t count;
static char path[4096];

/* Threads of the guest run in parallel. */
static void executed(unsigned int cpu, void *data)
{
    (void)cpu;
    __atomic_fetch_add(&count, (uintptr_t)data, __ATOMIC_RELAXED);
}

/* A block runs from its first instruction to its last, unless a fault ends the process in it. */
static void translated(plugin_id id, struct qemu_plugin_tb *block)
{
    (void)id;
    qemu_plugin_register_vcpu_tb_exec_cb(
        block, executed, no_registers_read, (void *)(uintptr_t)qemu_plugin_tb_n_insns(block));
}

static void ended(plugin_id id, void *data)
{
    (void)id;
    (void)data;
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    if (file < 0 || dprintf(file, "%llu\n", (unsigned long long)count) < 0)
        perror(path);
    if (file >= 0)
        close(file);
}

EXPORT int qemu_plugin_install(plugin_id id, const void *info, int argc, char **argv)
{
    (void)info;
    if (argc != 1 || strncmp(argv[0], "out=", 4) != 0 || strlen(argv[0]) - 4 >= sizeof path) {
        fprintf(stderr, "instructions: start: want one argument, out=FILE\n");
        return -1;
    }
    strcpy(path, argv[0] + 4);
    qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
    qemu_plugin_register_atexit_cb(id, ended, NULL);
    return 0;
}
