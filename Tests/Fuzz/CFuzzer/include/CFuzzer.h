// libFuzzer as a library: https://llvm.org/docs/LibFuzzer.html#using-libfuzzer-as-a-library
#pragma once

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerRunDriver(
    int *argumentCount, char ***arguments, int (*callback)(const uint8_t *bytes, size_t byteCount));

/// For input that is a file of aligned 32-bit words, offsets and sizes most of them: every other
/// mutation changes whole words, since hardly a changed byte would leave such a file readable.
void fuzzer_mutate_words(void);
