// The networks that are part of the program: the very bytes of the files under Sources/Models.
#pragma once

#include <stddef.h>

/// A file's content; it lives as long as the program.
typedef struct {
    const void *start;
    size_t byte_count;
} models_file;

models_file models_people(void);
models_file models_crowd(void);
models_file models_fights(void);
models_file models_face_finder(void);
models_file models_wide_face_finder(void);
models_file models_face_knower(void);
/// The text of `NOTICE`.
models_file models_notice(void);
/// The Apache License 2.0.
models_file models_licence(void);
