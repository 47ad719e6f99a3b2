#include "packed.h"

CLONES int32_t networks_dot(const int8_t *one, const int8_t *other, ptrdiff_t count) {
    // Unsigned, so that a sum beyond 32 bits wraps.
    uint32_t sum = 0;
    for (ptrdiff_t index = 0; index < count; index++) {
        sum += (uint32_t)(one[index] * other[index]);
    }
    return (int32_t)sum;
}
