// Which way this machine can go.
#include "CNetworks.h"

#if defined(__aarch64__)
#include <sys/auxv.h>

/// HWCAP_ASIMDDP of asm/hwcap.h.
enum { has_dot_product = 1 << 20 };
#endif

int networks_can(enum networks_path path) {
    switch (path) {
    case networks_portable:
        return 1;
#if defined(__x86_64__)
    case networks_avx2:
        return __builtin_cpu_supports("avx2");
    case networks_vnni:
        return __builtin_cpu_supports("avx512vnni") && __builtin_cpu_supports("avx512bw")
            && __builtin_cpu_supports("avx512dq")
            && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx2");
#elif defined(__aarch64__)
    case networks_neon:
        return 1;
    case networks_dotprod:
        return (getauxval(AT_HWCAP) & has_dot_product) != 0;
#endif
    default:
        return 0;
    }
}
