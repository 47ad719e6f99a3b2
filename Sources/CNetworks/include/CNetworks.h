// The kernels of integer networks that cost the most, in C for the sake of intrinsics: Swift has no
// per-function targets. Each has its reference in Sources/Networks/Kernels and gives the same bits.
#pragma once

#include <stddef.h>
#include <stdint.h>
