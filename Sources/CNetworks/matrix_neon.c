// Four rows times sixteen channels, of any Armv8. A vector has eight channels' weights of two of depth;
// against it goes one that repeats the row's two codes. Widening adds them up, and nothing is left to be
// added across lanes.
//
// Products are added in 16 bits as long as they surely fit: of a code, which is at most 128, and weights
// whose sizes add up to 255 or less, 32 640 at most. Of most weights four fit, of nearly all two do.
#include "requantize_neon.h"

#if defined(__aarch64__)
/// How many products are added in 16 bits: a byte for each step of depth, then `last`.
enum kind { four, two, last, one };

/// Of depth: what one load gives of a row.
enum { step = 8 };

/// Channels of a panel.
static ptrdiff_t panel_width(ptrdiff_t count) { return count > 8 ? 16 : 8; }

static ptrdiff_t step_count(ptrdiff_t depth) { return round_up(depth, step) / step; }

/// What a panel of channels begins with is its kinds. Its steps follow: of each eight channels, four
/// vectors.
static ptrdiff_t header_size(ptrdiff_t depth) { return round_up(step_count(depth) + 1, 16); }

static ptrdiff_t panel_size(ptrdiff_t depth, ptrdiff_t width) {
    return header_size(depth) + step_count(depth) * step * width;
}

size_t networks_matrix_size_neon(const networks_model *model) {
    ptrdiff_t panels = round_up(model->count, 16) / 16;
    return (size_t)round_up(panels * panel_size(model->depth, 16), 64);
}

/// A weight, 0 past the last.
static int weight(const networks_model *model, ptrdiff_t n, ptrdiff_t k) {
    return n < model->count && k < model->depth ? model->weights[n * model->depth + k] : 0;
}

/// Whether the sizes of `together` weights that meet in a lane, two apart, add up to 255 at most.
static int fits(
    const networks_model *model, ptrdiff_t panel, ptrdiff_t width, ptrdiff_t k,
    ptrdiff_t together) {
    for (ptrdiff_t n = panel; n < panel + width; n++) {
        for (ptrdiff_t lane = k; lane < k + 2; lane++) {
            int sum = 0;
            for (ptrdiff_t part = 0; part < together; part++) {
                int each = weight(model, n, lane + 2 * part);
                sum += each < 0 ? -each : each;
            }
            if (sum > 255) return 0;
        }
    }
    return 1;
}

static enum kind kind_of(
    const networks_model *model, ptrdiff_t panel, ptrdiff_t width, ptrdiff_t k) {
    if (fits(model, panel, width, k, 4)) return four;
    return fits(model, panel, width, k, 2) && fits(model, panel, width, k + 4, 2) ? two : one;
}

void networks_pack_matrix_neon(const networks_model *model, void *memory) {
    ptrdiff_t depth = model->depth;
    char *place = memory;
    for (ptrdiff_t panel = 0; panel < model->count; panel += 16) {
        ptrdiff_t width = panel_width(model->count - panel);
        uint8_t *kinds = (uint8_t *)place;
        int8_t *into = (int8_t *)place + header_size(depth);
        for (ptrdiff_t k = 0; k < depth; k += step) {
            *kinds++ = kind_of(model, panel, width, k);
            for (ptrdiff_t slice = panel; slice < panel + width; slice += 8)
                for (ptrdiff_t pair = k; pair < k + step; pair += 2)
                    for (ptrdiff_t n = slice; n < slice + 8; n++)
                        for (ptrdiff_t each = pair; each < pair + 2; each++)
                            *into++ = (int8_t)weight(model, n, each);
        }
        *kinds = last;
        place += panel_size(depth, width);
    }
}

/// Of `count` pairs, a constant: the lower or upper four channels.
BODY int16x8_t products_of(const int8x16_t *x, const int8x16_t *w, int count, int is_high) {
    int16x8_t sum =
        is_high ? vmull_high_s8(x[0], w[0]) : vmull_s8(vget_low_s8(x[0]), vget_low_s8(w[0]));
    UNROLL for (int pair = 1; pair < count; pair++)
        sum = is_high ? vmlal_high_s8(sum, x[pair], w[pair])
                      : vmlal_s8(sum, vget_low_s8(x[pair]), vget_low_s8(w[pair]));
    return sum;
}

/// Sums of each row, four channels in a register.
typedef int32x4_t tile_sums[4][4];

/// Compilers else mix what comes before it with what follows.
#define KEEP(...) __asm__ volatile("" : __VA_ARGS__ : : "memory")

/// One step of depth. All counts are constants.
BODY void add_step(
    tile_sums sums, const int8_t *from[4], const int8_t **weights, int row_count, int width,
    int together) {
    // Loads step on: compilers else add to pointers for each.
    int8x16x4_t w[2];
    UNROLL for (int slice = 0; slice < width / 8; slice++) {
        w[slice] = vld1q_s8_x4(*weights);
        *weights += 64;
        __asm__("" : "+r"(*weights));
    }
    UNROLL for (int row = 0; row < row_count; row++) {
        // Of any address: the load has no alignment of its own.
        int16x8x4_t pairs = vld4q_dup_s16((const int16_t *)(const void *)from[row]);
        from[row] += step;
        __asm__("" : "+r"(from[row]));
        int8x16_t x[4];
        UNROLL for (int pair = 0; pair < 4; pair++) x[pair] = vreinterpretq_s8_s16(pairs.val[pair]);
        int32x4_t *sum = sums[row];
        UNROLL for (int first = 0; first < 4; first += together) {
            UNROLL for (int v = 0; v < width / 4; v++)
                sum[v] = vpadalq_s16(
                    sum[v], products_of(x + first, w[v / 2].val + first, together, v % 2));
            // Four at a time: for more, registers do not suffice; fewer would wait for each other.
            if (width == 16)
                KEEP("+w"(sum[0]), "+w"(sum[1]), "+w"(sum[2]), "+w"(sum[3]));
            else
                KEEP("+w"(sum[0]), "+w"(sum[1]));
        }
    }
}

/// What all tiles of a panel have in common.
typedef struct {
    const networks_channels *channels;
    const uint8_t *kinds;
    const int8_t *weights;
    int has_terms;
    sixteen_codes limits;
    ptrdiff_t row_stride, code_stride;
} panel_work;

/// `row_count`, 4 or 1, `width`, 16 or 8, and `scaling` are constants once this is inlined, and the sums
/// are registers.
BODY void tile(
    const panel_work *panel, const int8_t *rows, const int32_t *terms, int8_t *codes,
    int row_count, int width, enum scaling scaling) {
    tile_sums sums;
    const int8_t *from[4];
    UNROLL for (int row = 0; row < row_count; row++) {
        from[row] = row == 0 ? rows : from[row - 1] + panel->row_stride;
        // Read again for each row, two at a time: compilers else copy registers one by one.
        __asm__ volatile("" : : : "memory");
        UNROLL for (int v = 0; v < width / 4; v++)
            sums[row][v] = vld1q_s32(panel->channels->first + 4 * v);
    }
    if (panel->has_terms)
        UNROLL for (int row = 0; row < row_count; row++)
            UNROLL for (int v = 0; v < width / 4; v++)
                sums[row][v] = vaddq_s32(sums[row][v], vdupq_n_s32(terms[row]));

    const int8_t *weights = panel->weights;
    for (const uint8_t *kinds = panel->kinds;;) {
        unsigned kind = *kinds++;
        if (__builtin_expect(kind == four, 1))
            add_step(sums, from, &weights, row_count, width, 4);
        else if (kind == two)
            add_step(sums, from, &weights, row_count, width, 2);
        else if (kind == last)
            break;
        else
            add_step(sums, from, &weights, row_count, width, 1);
    }

    sixteen_channels sixteen = load_sixteen(panel->channels, scaling);
    UNROLL for (int row = 0; row < row_count; row++, codes += panel->code_stride) {
        if (ending_of(scaling) == to_words) {
            scale_words(codes, sums[row], &sixteen, width, scaling);
            continue;
        }
        UNROLL for (int v = width / 4; v < 4; v++) sums[row][v] = sums[row][0];
        int8x16_t done = sixteen_neon(sums[row], &sixteen, panel->limits, scaling);
        if (width == 16)
            vst1q_s8(codes, done);
        else
            vst1_s8(codes, vget_low_s8(done));
    }
}

BODY void multiply_panel(
    const panel_work *panel, const int8_t *rows, const int32_t *terms, ptrdiff_t row_count,
    int8_t *codes, int tile_rows, int width, enum scaling scaling) {
    for (; row_count > 0; row_count -= tile_rows) {
        // Literals: compilers else unroll too late, and leave sums in memory.
        if (tile_rows == 4)
            tile(panel, rows, terms, codes, 4, width, scaling);
        else
            tile(panel, rows, terms, codes, 1, width, scaling);
        rows += tile_rows * panel->row_stride;
        terms += tile_rows;
        codes += tile_rows * panel->code_stride;
    }
}

/// Rows and what becomes of them.
typedef struct {
    const int8_t *rows;
    ptrdiff_t row_stride;
    const int32_t *terms;
    ptrdiff_t row_count;
    int8_t *codes;
    ptrdiff_t code_stride;
} row_work;

/// A multiple of `tile_rows`, 4 or 1.
BODY void multiply(
    const networks_packed *matrix, const row_work *work, int tile_rows, enum scaling scaling) {
    const char *place = matrix->weights;
    for (ptrdiff_t first = 0; first < matrix->count; first += 16) {
        ptrdiff_t count = least(16, matrix->count - first), width = panel_width(count);
        // Codes of a panel that is not whole go by way of these, and words.
        int16_t words[rows_in_block * 16];
        int8_t *some = (int8_t *)words;
        int is_some = ending_of(scaling) == to_words || count < width;
        ptrdiff_t stride = ending_of(scaling) == to_words ? 16 * (ptrdiff_t)sizeof(*words) : width;
        int8_t *into = is_some ? some : work->codes + first;
        panel_work panel = {
            .channels = matrix->channels + first / 16,
            .kinds = (const uint8_t *)place,
            .weights = (const int8_t *)place + header_size(matrix->depth),
            .has_terms = matrix->weight_zero != 0,
            .limits = load_codes(&matrix->codes),
            .row_stride = work->row_stride,
            .code_stride = is_some ? stride : work->code_stride,
        };
#define PANEL(width) \
    multiply_panel( \
        &panel, work->rows, work->terms, work->row_count, into, tile_rows, width, scaling)
        if (width == 16)
            PANEL(16);
        else
            PANEL(8);
#undef PANEL
        if (ending_of(scaling) == to_words)
            networks_bend_neon(
                matrix->bends + first / 16, words, work->row_count, matrix->codes.zero,
                work->codes + first, work->code_stride, count);
        else if (is_some)
            for (ptrdiff_t row = 0; row < work->row_count; row++)
                memcpy(
                    work->codes + row * work->code_stride + first, some + row * width,
                    (size_t)count);
        place += panel_size(matrix->depth, width);
    }
}

static __attribute__((noinline)) void multiply_fours(
    const networks_packed *matrix, const row_work *work) {
#define MULTIPLY(scaling) multiply(matrix, work, 4, scaling)
    WITH_SCALING(scaling_of(matrix), MULTIPLY)
}

/// Fewer than four: the last, once for all scalings.
static __attribute__((noinline)) void multiply_ones(
    const networks_packed *matrix, const row_work *work) {
    if (matrix->bends)
        multiply(matrix, work, 1, any_words);
    else
        multiply(matrix, work, 1, any_scaling);
}

/// The first `row_count` rows; gives what is left.
static row_work multiply_first(
    const networks_packed *matrix, row_work work, ptrdiff_t row_count) {
    row_work now = work;
    now.row_count = row_count;
    if (row_count >= 4)
        multiply_fours(matrix, &now);
    else if (row_count > 0)
        multiply_ones(matrix, &now);
    work.rows += row_count * work.row_stride;
    work.terms += row_count;
    work.row_count -= row_count;
    work.codes += row_count * work.code_stride;
    return work;
}

void networks_multiply_neon(
    const networks_packed *matrix, const int8_t *rows, ptrdiff_t row_stride, ptrdiff_t row_count,
    int8_t *codes, ptrdiff_t code_stride, void *scratch) {
    int32_t *terms = scratch;
    int8_t *copies = (int8_t *)(terms + rows_in_block);
    row_terms_neon(matrix, rows, row_stride, row_count, terms);

    // Rows are read where they stand, in whole steps: what follows one meets weights of 0. Of the last rows,
    // which nothing needs to follow, copies are read.
    ptrdiff_t depth = matrix->depth, padded = round_up(depth, step), whole = row_count;
    while (whole > 0 && (whole - 1) * row_stride + padded > (row_count - 1) * row_stride + depth)
        whole -= whole % 4 ? whole % 4 : 4;
    row_work work = {rows, row_stride, terms, row_count, codes, code_stride};
    work = multiply_first(matrix, work, whole / 4 * 4);
    if (whole < row_count) {
        for (ptrdiff_t row = 0; row < work.row_count; row++)
            memcpy(copies + row * padded, work.rows + row * row_stride, (size_t)depth);
        work.rows = copies;
        work.row_stride = padded;
        work = multiply_first(matrix, work, work.row_count / 4 * 4);
    }
    multiply_first(matrix, work, work.row_count);
}
#endif
