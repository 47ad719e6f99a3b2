#pragma once

#include <stdbool.h>
#include <stdint.h>

/// GPIO lines through libgpiod 1.6 (Debian 12) or 2.x (Debian 13), which share no call.
///
/// Functions return −1 or NULL with errno. Levels are logical: with `active_low`, active is the
/// low level.

enum { CGPIOD_TEXT_SIZE = 40, CGPIOD_PATH_SIZE = 64 };

enum { CGPIOD_BIAS_AS_IS = 0, CGPIOD_BIAS_OFF = 1, CGPIOD_BIAS_UP = 2, CGPIOD_BIAS_DOWN = 3 };
enum { CGPIOD_DRIVE_PUSH_PULL = 0, CGPIOD_DRIVE_OPEN_DRAIN = 1, CGPIOD_DRIVE_OPEN_SOURCE = 2 };

struct cgpiod_chip_facts {
    /// `/dev/gpiochip0`
    char path[CGPIOD_PATH_SIZE];
    /// Empty where the chip could not be opened.
    char label[CGPIOD_TEXT_SIZE];
    uint32_t line_count;
    /// Why it could not be opened; 0 where it could.
    int32_t error;
};

struct cgpiod_line_facts {
    /// Empty where the line has no name.
    char name[CGPIOD_TEXT_SIZE];
    /// Who holds the line; empty where nobody says so.
    char consumer[CGPIOD_TEXT_SIZE];
    bool is_used;
    bool is_output;
};

struct cgpiod_wiring {
    bool is_output;
    bool active_low;
    int32_t bias;
    int32_t drive;
    /// Inputs: asked of the kernel, which only libgpiod 2 can. 0 for none.
    uint32_t debounce_microseconds;
};

/// A line that this process holds. Its chip stays open with it.
typedef struct cgpiod_line cgpiod_line;

/// Why the last call failed.
int cgpiod_errno(void);

/// "1.6.3"
const char *cgpiod_version(void);

/// The chips of this machine, at most `count_max`; returns how many.
int cgpiod_chips(struct cgpiod_chip_facts *facts, int count_max);

/// The offset of the line called `name` on the chip at `path`; ENOENT where there is none.
int64_t cgpiod_offset(const char *path, const char *name);

int cgpiod_facts(const char *path, uint32_t offset, struct cgpiod_line_facts *facts);

/// Takes a line; an output starts inactive. An input reports both edges where the chip can, and is
/// a plain input where it cannot.
cgpiod_line *cgpiod_request(
    const char *path, uint32_t offset, const struct cgpiod_wiring *wiring, const char *consumer);

/// Gives the line back. What its level is then is the driver's choice: drive it first.
void cgpiod_release(cgpiod_line *line);

int cgpiod_set(cgpiod_line *line, bool is_active);

/// 1 active, 0 inactive.
int cgpiod_get(cgpiod_line *line);

/// Whether the kernel debounces this input.
bool cgpiod_is_debounced(const cgpiod_line *line);

/// Readable when an edge waits; −1 where the chip reports none.
int cgpiod_descriptor(cgpiod_line *line);

/// The oldest edge that waits: 1 and its level and time (CLOCK_MONOTONIC), or 0 if none waits.
int cgpiod_next_edge(cgpiod_line *line, bool *is_active, int64_t *nanoseconds);
