#include "lanes.h"

const char *kernels_lanes(void) {
#if defined(__aarch64__)
    return "NEON";
#elif defined(__x86_64__)
    return has_avx2() ? "AVX2" : "SSE2";
#else
    return "plain";
#endif
}
