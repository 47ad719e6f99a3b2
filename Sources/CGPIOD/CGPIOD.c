#include "CGPIOD.h"

#include <dirent.h>
#include <errno.h>
#include <gpiod.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// libgpiod 1 defines macros in its header, libgpiod 2 none.
#ifdef GPIOD_LINE_BULK_MAX_LINES
#define GPIOD_IS_1 1
#else
#define GPIOD_IS_1 0
#endif

struct cgpiod_line {
    struct gpiod_chip *chip;
    uint32_t offset;
    bool has_edges;
    bool is_debounced;
#if GPIOD_IS_1
    struct gpiod_line *line;
#else
    struct gpiod_line_request *request;
    struct gpiod_edge_event_buffer *events;
#endif
};

static void copy_text(char *to, const char *from) {
    snprintf(to, CGPIOD_TEXT_SIZE, "%s", from ? from : "");
}

int cgpiod_errno(void) { return errno; }

const char *cgpiod_version(void) {
#if GPIOD_IS_1
    return gpiod_version_string();
#else
    return gpiod_api_version();
#endif
}

static void describe_chip(struct gpiod_chip *chip, struct cgpiod_chip_facts *facts) {
#if GPIOD_IS_1
    copy_text(facts->label, gpiod_chip_label(chip));
    facts->line_count = gpiod_chip_num_lines(chip);
#else
    struct gpiod_chip_info *information = gpiod_chip_get_info(chip);
    if (!information) {
        facts->error = errno;
        return;
    }
    copy_text(facts->label, gpiod_chip_info_get_label(information));
    facts->line_count = (uint32_t)gpiod_chip_info_get_num_lines(information);
    gpiod_chip_info_free(information);
#endif
}

int cgpiod_chips(struct cgpiod_chip_facts *facts, int count_max) {
    static const char prefix[] = "gpiochip";
    DIR *directory = opendir("/dev");
    if (!directory) return -1;
    int count = 0;
    struct dirent *entry;
    while (count < count_max && (entry = readdir(directory))) {
        if (strncmp(entry->d_name, prefix, sizeof(prefix) - 1) != 0) continue;
        if (strlen(entry->d_name) + sizeof("/dev/") > CGPIOD_PATH_SIZE) continue;
        struct cgpiod_chip_facts *chip_facts = &facts[count++];
        memset(chip_facts, 0, sizeof(*chip_facts));
        snprintf(chip_facts->path, CGPIOD_PATH_SIZE, "/dev/%.48s", entry->d_name);
        struct gpiod_chip *chip = gpiod_chip_open(chip_facts->path);
        if (!chip) {
            chip_facts->error = errno;
            continue;
        }
        describe_chip(chip, chip_facts);
        gpiod_chip_close(chip);
    }
    closedir(directory);
    return count;
}

int64_t cgpiod_offset(const char *path, const char *name) {
    struct gpiod_chip *chip = gpiod_chip_open(path);
    if (!chip) return -1;
#if GPIOD_IS_1
    struct gpiod_line *line = gpiod_chip_find_line(chip, name);
    int64_t offset = line ? (int64_t)gpiod_line_offset(line) : -1;
#else
    int64_t offset = gpiod_chip_get_line_offset_from_name(chip, name);
#endif
    const int error = errno;
    gpiod_chip_close(chip);
    errno = error;
    return offset;
}

int cgpiod_facts(const char *path, uint32_t offset, struct cgpiod_line_facts *facts) {
    memset(facts, 0, sizeof(*facts));
    struct gpiod_chip *chip = gpiod_chip_open(path);
    if (!chip) return -1;
    int result = -1;
#if GPIOD_IS_1
    struct gpiod_line *line = gpiod_chip_get_line(chip, offset);
    if (line) {
        copy_text(facts->name, gpiod_line_name(line));
        copy_text(facts->consumer, gpiod_line_consumer(line));
        facts->is_used = gpiod_line_is_used(line);
        facts->is_output = gpiod_line_direction(line) == GPIOD_LINE_DIRECTION_OUTPUT;
        result = 0;
    }
#else
    struct gpiod_line_info *information = gpiod_chip_get_line_info(chip, offset);
    if (information) {
        copy_text(facts->name, gpiod_line_info_get_name(information));
        copy_text(facts->consumer, gpiod_line_info_get_consumer(information));
        facts->is_used = gpiod_line_info_is_used(information);
        facts->is_output =
            gpiod_line_info_get_direction(information) == GPIOD_LINE_DIRECTION_OUTPUT;
        gpiod_line_info_free(information);
        result = 0;
    }
#endif
    const int error = errno;
    gpiod_chip_close(chip);
    errno = error;
    return result;
}

#if GPIOD_IS_1

static int wiring_flags(const struct cgpiod_wiring *wiring) {
    int flags = 0;
    if (wiring->active_low) flags |= GPIOD_LINE_REQUEST_FLAG_ACTIVE_LOW;
    if (wiring->bias == CGPIOD_BIAS_OFF) flags |= GPIOD_LINE_REQUEST_FLAG_BIAS_DISABLE;
    if (wiring->bias == CGPIOD_BIAS_UP) flags |= GPIOD_LINE_REQUEST_FLAG_BIAS_PULL_UP;
    if (wiring->bias == CGPIOD_BIAS_DOWN) flags |= GPIOD_LINE_REQUEST_FLAG_BIAS_PULL_DOWN;
    if (wiring->is_output && wiring->drive == CGPIOD_DRIVE_OPEN_DRAIN)
        flags |= GPIOD_LINE_REQUEST_FLAG_OPEN_DRAIN;
    if (wiring->is_output && wiring->drive == CGPIOD_DRIVE_OPEN_SOURCE)
        flags |= GPIOD_LINE_REQUEST_FLAG_OPEN_SOURCE;
    return flags;
}

static bool take(
    cgpiod_line *line, const struct cgpiod_wiring *wiring, const char *consumer, bool edges) {
    const struct gpiod_line_request_config config = {
        .consumer = consumer,
        .request_type = wiring->is_output ? GPIOD_LINE_REQUEST_DIRECTION_OUTPUT
            : edges                       ? GPIOD_LINE_REQUEST_EVENT_BOTH_EDGES
                                          : GPIOD_LINE_REQUEST_DIRECTION_INPUT,
        .flags = wiring_flags(wiring),
    };
    line->line = gpiod_chip_get_line(line->chip, line->offset);
    return line->line && gpiod_line_request(line->line, &config, 0) == 0;
}

#else

static bool configure(
    struct gpiod_line_settings *settings, const struct cgpiod_wiring *wiring, bool edges) {
    static const enum gpiod_line_bias biases[] = {
        GPIOD_LINE_BIAS_AS_IS, GPIOD_LINE_BIAS_DISABLED, GPIOD_LINE_BIAS_PULL_UP,
        GPIOD_LINE_BIAS_PULL_DOWN};
    static const enum gpiod_line_drive drives[] = {
        GPIOD_LINE_DRIVE_PUSH_PULL, GPIOD_LINE_DRIVE_OPEN_DRAIN, GPIOD_LINE_DRIVE_OPEN_SOURCE};
    gpiod_line_settings_set_active_low(settings, wiring->active_low);
    if (gpiod_line_settings_set_bias(settings, biases[wiring->bias & 3])) return false;
    if (wiring->is_output) {
        const int drive = wiring->drive < 0 || wiring->drive > 2 ? 0 : wiring->drive;
        return !gpiod_line_settings_set_direction(settings, GPIOD_LINE_DIRECTION_OUTPUT)
            && !gpiod_line_settings_set_output_value(settings, GPIOD_LINE_VALUE_INACTIVE)
            && !gpiod_line_settings_set_drive(settings, drives[drive]);
    }
    if (gpiod_line_settings_set_direction(settings, GPIOD_LINE_DIRECTION_INPUT)) return false;
    if (!edges) return true;
    gpiod_line_settings_set_debounce_period_us(settings, wiring->debounce_microseconds);
    return !gpiod_line_settings_set_edge_detection(settings, GPIOD_LINE_EDGE_BOTH);
}

static bool take(
    cgpiod_line *line, const struct cgpiod_wiring *wiring, const char *consumer, bool edges) {
    struct gpiod_line_settings *settings = gpiod_line_settings_new();
    struct gpiod_line_config *lines = gpiod_line_config_new();
    struct gpiod_request_config *request = gpiod_request_config_new();
    if (settings && lines && request && configure(settings, wiring, edges)
        && !gpiod_line_config_add_line_settings(lines, &line->offset, 1, settings)) {
        gpiod_request_config_set_consumer(request, consumer);
        line->request = gpiod_chip_request_lines(line->chip, request, lines);
    }
    const int error = errno;
    gpiod_request_config_free(request);
    gpiod_line_config_free(lines);
    gpiod_line_settings_free(settings);
    errno = error;
    if (!line->request) return false;
    line->is_debounced = edges && wiring->debounce_microseconds > 0;
    if (!edges) return true;
    line->events = gpiod_edge_event_buffer_new(1);
    return line->events != NULL;
}

#endif

cgpiod_line *cgpiod_request(
    const char *path, uint32_t offset, const struct cgpiod_wiring *wiring, const char *consumer) {
    cgpiod_line *line = calloc(1, sizeof(*line));
    if (!line) return NULL;
    line->offset = offset;
    line->chip = gpiod_chip_open(path);
    if (line->chip) {
        line->has_edges = !wiring->is_output;
        if (take(line, wiring, consumer, line->has_edges)) return line;
        // A chip without interrupts refuses edges; its level can still be asked. Somebody else
        // holding the line is no such case.
        if (line->has_edges && errno != EBUSY && errno != ENOMEM) {
            line->has_edges = false;
            if (take(line, wiring, consumer, false)) return line;
        }
    }
    const int error = errno;
    cgpiod_release(line);
    errno = error;
    return NULL;
}

void cgpiod_release(cgpiod_line *line) {
    if (!line) return;
#if GPIOD_IS_1
    if (line->line && gpiod_line_is_requested(line->line)) gpiod_line_release(line->line);
#else
    if (line->events) gpiod_edge_event_buffer_free(line->events);
    if (line->request) gpiod_line_request_release(line->request);
#endif
    if (line->chip) gpiod_chip_close(line->chip);
    free(line);
}

int cgpiod_set(cgpiod_line *line, bool is_active) {
#if GPIOD_IS_1
    return gpiod_line_set_value(line->line, is_active ? 1 : 0);
#else
    return gpiod_line_request_set_value(
        line->request, line->offset,
        is_active ? GPIOD_LINE_VALUE_ACTIVE : GPIOD_LINE_VALUE_INACTIVE);
#endif
}

int cgpiod_get(cgpiod_line *line) {
#if GPIOD_IS_1
    return gpiod_line_get_value(line->line);
#else
    return (int)gpiod_line_request_get_value(line->request, line->offset);
#endif
}

bool cgpiod_is_debounced(const cgpiod_line *line) { return line->is_debounced; }

int cgpiod_descriptor(cgpiod_line *line) {
    if (!line->has_edges) return -1;
#if GPIOD_IS_1
    return gpiod_line_event_get_fd(line->line);
#else
    return gpiod_line_request_get_fd(line->request);
#endif
}

int cgpiod_next_edge(cgpiod_line *line, bool *is_active, int64_t *nanoseconds) {
    if (!line->has_edges) return 0;
    // Both libraries would wait for an edge where none is there.
    struct pollfd waiting = {.fd = cgpiod_descriptor(line), .events = POLLIN};
    const int ready = poll(&waiting, 1, 0);
    if (ready < 0) return errno == EINTR ? 0 : -1;
    if (ready == 0) return 0;
    if (!(waiting.revents & POLLIN)) {
        errno = ENODEV;
        return -1;
    }
#if GPIOD_IS_1
    struct gpiod_line_event event;
    if (gpiod_line_event_read(line->line, &event) < 0) return -1;
    *is_active = event.event_type == GPIOD_LINE_EVENT_RISING_EDGE;
    *nanoseconds = (int64_t)event.ts.tv_sec * 1000000000 + event.ts.tv_nsec;
#else
    if (gpiod_line_request_read_edge_events(line->request, line->events, 1) < 1) return -1;
    struct gpiod_edge_event *event = gpiod_edge_event_buffer_get_event(line->events, 0);
    if (!event) return -1;
    *is_active = gpiod_edge_event_get_event_type(event) == GPIOD_EDGE_EVENT_RISING_EDGE;
    *nanoseconds = (int64_t)gpiod_edge_event_get_timestamp_ns(event);
#endif
    return 1;
}
