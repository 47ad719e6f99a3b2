// Sums of few products, of any Armv8: sixteen channels side by side, each code in all lanes. Nothing is
// left to be added up across lanes, which takes matrix_neon.c as long as so few products.
#include "taps_neon.h"

#if defined(__aarch64__)
/// What sixteen channels begin with; their weights follow, sixteen of each depth.
enum { depth_max = 24 };
typedef struct {
    int32_t are_two[depth_max / 4]; ///< Whether but two products fit 16 bits, of four of depth.
} panel_header;

enum { header_size = 64 };

static ptrdiff_t panel_size(ptrdiff_t depth) { return header_size + 16 * depth; }

size_t networks_matrix_size_shallow(const networks_model *model) {
    return (size_t)(round_up(model->count, 16) / 16 * panel_size(model->depth));
}

/// Whether the sizes of `together` weights of a channel add up to 255 at most.
static int fits(const networks_model *model, ptrdiff_t channel, ptrdiff_t k, ptrdiff_t together) {
    int sum = 0;
    for (ptrdiff_t part = 0; part < together; part++) {
        int each = model->weights[channel * model->depth + k + part];
        sum += each < 0 ? -each : each;
    }
    return sum <= 255;
}

int networks_is_shallow(const networks_model *model) {
    if (model->depth % 4 != 0 || model->depth > depth_max || model->weight_zero != 0) return 0;
    for (ptrdiff_t n = 0; n < model->count; n++)
        for (ptrdiff_t k = 0; k < model->depth; k += 2)
            if (!fits(model, n, k, 2)) return 0;
    return 1;
}

void networks_pack_matrix_shallow(const networks_model *model, void *memory) {
    for (ptrdiff_t n = 0; n < model->count; n++) {
        char *start = (char *)memory + n / 16 * panel_size(model->depth);
        panel_header *header = (panel_header *)start;
        for (ptrdiff_t k = 0; k < model->depth; k++) {
            if (k % 4 == 0) header->are_two[k / 4] |= !fits(model, n, k, 4);
            start[header_size + 16 * k + n % 16] = model->weights[n * model->depth + k];
        }
    }
}

/// What all tiles of a panel have in common.
typedef struct {
    const networks_channels *channels;
    const int32_t *are_two;
    const int8_t *weights, *weights_end;
    sixteen_codes limits;
    ptrdiff_t count; ///< Of channels that are stored.
    ptrdiff_t code_stride;
} panel_work;

/// Four of depth, of four rows.
BODY void add_four(int32x4_t sums[4][4], const int8_t *from[4], const int8_t *weights, int is_two) {
    int8x16x4_t w = vld1q_s8_x4(weights);
    UNROLL for (int row = 0; row < 4; row++) {
        int8x16_t x[4];
        UNROLL for (int k = 0; k < 4; k++) {
            x[k] = vld1q_dup_s8(from[row]++);
            // The load steps on: compilers else add to the pointer for each.
            __asm__("" : "+r"(from[row]));
        }
        int32x4_t *sum = sums[row];
        add_taps(sum, x, w.val, is_two ? 2 : 4);
        if (is_two) add_taps(sum, x + 2, w.val + 2, 2);
        // Rows one after the other: compilers else run out of registers.
        __asm__ volatile("" : "+w"(sum[0]), "+w"(sum[1]), "+w"(sum[2]), "+w"(sum[3]) : : "memory");
    }
}

/// Four rows. `scaling` is a constant once this is inlined, and the sums are registers.
BODY void tile(
    const panel_work *panel, const int8_t *const rows[4], int8_t *codes, ptrdiff_t stored_rows,
    enum scaling scaling) {
    int32x4_t sums[4][4];
    const int32_t *first = panel->channels->first;
    const int8_t *from[4];
    UNROLL for (int row = 0; row < 4; row++) {
        from[row] = rows[row];
        // As in matrix_dotprod.c.
        __asm__ volatile("" : : : "memory");
        UNROLL for (int v = 0; v < 4; v++) sums[row][v] = vld1q_s32(first + 4 * v);
    }
    const int32_t *is_two = panel->are_two;
    for (const int8_t *weights = panel->weights; weights != panel->weights_end; weights += 64) {
        if (*is_two++)
            add_four(sums, from, weights, 1);
        else
            add_four(sums, from, weights, 0);
    }
    sixteen_channels sixteen = load_sixteen(panel->channels, scaling);
    int8x16_t done[4];
    UNROLL for (int row = 0; row < 4; row++)
        done[row] = sixteen_neon(sums[row], &sixteen, panel->limits, scaling);
    if (panel->count >= 16 && stored_rows >= 4) {
        UNROLL for (int row = 0; row < 4; row++)
            vst1q_s8(codes + row * panel->code_stride, done[row]);
        return;
    }
    UNROLL for (int row = 0; row < 4; row++)
        if (row < stored_rows)
            store_neon(codes + row * panel->code_stride, done[row], panel->count);
}

BODY void multiply(
    const networks_packed *matrix, const int8_t *rows, ptrdiff_t row_stride, ptrdiff_t row_count,
    int8_t *codes, ptrdiff_t code_stride, enum scaling scaling) {
    const char *place = matrix->weights;
    for (ptrdiff_t first = 0; first < matrix->count; first += 16) {
        panel_work panel = {
            .channels = matrix->channels + first / 16,
            .are_two = ((const panel_header *)place)->are_two,
            .weights = (const int8_t *)place + header_size,
            .weights_end = (const int8_t *)place + panel_size(matrix->depth),
            .limits = load_codes(&matrix->codes),
            .count = matrix->count - first,
            .code_stride = code_stride,
        };
        const int8_t *from = rows;
        int8_t *into = codes + first;
        for (ptrdiff_t left = row_count; left > 0; left -= 4) {
            // Past the last row that one again.
            const int8_t *four[4] = {from};
            UNROLL for (int n = 1; n < 4; n++) four[n] = four[n - 1] + (n < left ? row_stride : 0);
            tile(&panel, four, into, left, scaling);
            from += 4 * row_stride;
            into += 4 * code_stride;
        }
        place += panel_size(matrix->depth);
    }
}

void networks_multiply_shallow(
    const networks_packed *matrix, const int8_t *rows, ptrdiff_t row_stride, ptrdiff_t row_count,
    int8_t *codes, ptrdiff_t code_stride, void *scratch) {
    (void)scratch;
#define MULTIPLY(scaling) \
    multiply(matrix, rows, row_stride, row_count, codes, code_stride, scaling)
    WITH_SCALING(scaling_of(matrix), MULTIPLY)
}
#endif
