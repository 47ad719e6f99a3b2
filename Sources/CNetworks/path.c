// Which way this machine can go.
#include "CNetworks.h"

int networks_can(enum networks_path path) {
    switch (path) {
    case networks_portable:
        return 1;
#if defined(__x86_64__)
    case networks_avx2:
        return __builtin_cpu_supports("avx2");
#endif
    default:
        return 0;
    }
}
