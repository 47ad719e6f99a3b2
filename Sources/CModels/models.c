#include "CModels.h"

// Assembler, for it takes a file as it is; a C array of a megabyte takes compilers seconds. What is
// taken is no input that SwiftPM knows of: where a file has changed, touch this one. A test compares.
// Hidden, so that the linker needs no table to find it.
#define FILE_OF(name, path)                                                                        \
    __asm__(".pushsection .rodata\n"                                                               \
            ".balign 64\n" #name "_start:\n"                                                       \
            ".incbin \"" path "\"\n" #name "_end:\n"                                               \
            ".byte 0\n"                                                                            \
            ".popsection\n");                                                                      \
    extern const char name##_start[] __attribute__((visibility("hidden")));                        \
    extern const char name##_end[] __attribute__((visibility("hidden")));                          \
    models_file models_##name(void) {                                                              \
        return (models_file){name##_start, (size_t)(name##_end - name##_start)};                   \
    }

FILE_OF(people, "people/people.tflite")
FILE_OF(crowd, "crowd/crowd.tflite")
FILE_OF(fights, "fights/fights.tflite")
FILE_OF(face_finder, "faces/find.tflite")
FILE_OF(wide_face_finder, "faces/find-wide.tflite")
FILE_OF(face_knower, "faces/know.tflite")
FILE_OF(notice, "NOTICE")
FILE_OF(licence, "../../LICENSE")
