#include "CJPEG.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

#include <jerror.h>

struct kuzet_jpeg {
    struct jpeg_error_mgr errors;
    struct jpeg_progress_mgr progress;
    struct jpeg_decompress_struct decoder;
    struct jpeg_compress_struct encoder;
    struct jpeg_destination_mgr destination;
    jmp_buf escape;
    /// Of the picture that is being decoded: bits are wrong; its last row of blocks breaks off;
    /// the bytes ended before the end marker.
    int is_damaged, is_cut, is_unended;
    /// Scans of pictures that have several, and which components they brought (a bit each).
    int scan_count, seen_components;
    int has_decoder, has_encoder;
    /// One row of interleaved samples for decoding, 16 + 2 · 8 rows of planes for encoding.
    uint8_t *rows;
    size_t row_capacity;
    char text[JMSG_LENGTH_MAX];
};

static struct kuzet_jpeg *codec_of(j_common_ptr info) {
    return (struct kuzet_jpeg *)info->client_data;
}

static void leave(j_common_ptr info) {
    struct kuzet_jpeg *codec = codec_of(info);
    info->err->format_message(info, codec->text);
    longjmp(codec->escape, 1);
}

/// Whether libjpeg is in the last row of blocks of a picture of one scan, and that row is at most
/// an eighth of the picture.
static int is_in_last_row(const struct jpeg_decompress_struct *decoder) {
    return decoder->output_scanline > 0 && !jpeg_has_multiple_scans((j_decompress_ptr)decoder) &&
           decoder->total_iMCU_rows >= 8 &&
           decoder->input_iMCU_row + 1 == decoder->total_iMCU_rows;
}

/// Cameras pad their pictures and omit markers; only wrong or missing picture bits are damage.
static void note(j_common_ptr info, int level) {
    if (level >= 0) return;
    struct kuzet_jpeg *codec = codec_of(info);
    switch (info->err->msg_code) {
    case JWRN_EXTRANEOUS_DATA:
    case JWRN_ADOBE_XFORM:
    case JWRN_JFIF_MAJOR:
    // A sequential picture is decoded as that, whatever its scan header says.
    case JWRN_NOT_SEQUENTIAL: return;
    case JWRN_JPEG_EOF:
        // Where picture bits are missing as well, JWRN_HIT_MARKER follows.
        codec->is_unended = 1;
        return;
    case JWRN_HIT_MARKER:
    case JWRN_MUST_RESYNC:
        if (info->is_decompressor && is_in_last_row((j_decompress_ptr)info)) {
            codec->is_cut = 1;
            return;
        }
        break;
    default: break;
    }
    if (!codec->is_damaged) info->err->format_message(info, codec->text);
    codec->is_damaged = 1;
}

static void stay_silent(j_common_ptr info) { (void)info; }

/// Called by libjpeg before each row of blocks of a picture that has several scans: each of them
/// costs a pass over the whole picture, however few its bytes.
static void watch_scans(j_common_ptr info) {
    struct kuzet_jpeg *codec = codec_of(info);
    if (!info->is_decompressor) return;
    const struct jpeg_decompress_struct *decoder = &codec->decoder;
    for (int index = 0; index < decoder->comps_in_scan; index++)
        codec->seen_components |= 1 << decoder->cur_comp_info[index]->component_index;
    codec->scan_count = decoder->input_scan_number;
    const uint64_t pixels = (uint64_t)decoder->image_width * decoder->image_height;
    if (codec->scan_count <= KUZET_JPEG_SCAN_COUNT_MAX &&
        pixels * (uint64_t)codec->scan_count <= KUZET_JPEG_SCANNED_PIXEL_COUNT_MAX)
        return;
    snprintf(
        codec->text, sizeof codec->text, "more than %d scans of %u×%u", codec->scan_count - 1,
        decoder->image_width, decoder->image_height);
    longjmp(codec->escape, 1);
}

kuzet_jpeg *kuzet_jpeg_create(void) {
    struct kuzet_jpeg *codec = calloc(1, sizeof *codec);
    if (!codec) return NULL;
    jpeg_std_error(&codec->errors);
    codec->errors.error_exit = leave;
    codec->errors.emit_message = note;
    codec->errors.output_message = stay_silent;
    codec->progress.progress_monitor = watch_scans;
    return codec;
}

void kuzet_jpeg_destroy(kuzet_jpeg *codec) {
    if (!codec) return;
    if (codec->has_decoder) jpeg_destroy_decompress(&codec->decoder);
    if (codec->has_encoder) jpeg_destroy_compress(&codec->encoder);
    free(codec->rows);
    free(codec);
}

const char *kuzet_jpeg_text(const kuzet_jpeg *codec) { return codec->text; }

static int refuse(kuzet_jpeg *codec, const char *cause) {
    snprintf(codec->text, sizeof codec->text, "%s", cause);
    return KUZET_JPEG_FAILED;
}

static int reserve(kuzet_jpeg *codec, size_t capacity) {
    if (capacity <= codec->row_capacity) return 1;
    uint8_t *rows = realloc(codec->rows, capacity);
    if (!rows) return 0;
    codec->rows = rows;
    codec->row_capacity = capacity;
    return 1;
}

static int is_size_allowed(uint32_t width, uint32_t height) {
    return width > 0 && height > 0 && width <= KUZET_JPEG_SIDE_MAX &&
           height <= KUZET_JPEG_SIDE_MAX &&
           (uint64_t)width * height <= KUZET_JPEG_PIXEL_COUNT_MAX;
}

// Where a picture starts

/// How many places are tried within one picture's bytes.
enum { ATTEMPT_COUNT_MAX = 3 };

/// The first start marker: one that another marker follows, or else any; `byteCount` where there is
/// none.
static size_t find_start(const uint8_t *bytes, size_t byteCount) {
    size_t lonely = byteCount;
    for (size_t at = 0; at + 3 <= byteCount; at++) {
        const uint8_t *found = memchr(bytes + at, 0xFF, byteCount - at - 2);
        if (!found) break;
        at = (size_t)(found - bytes);
        if (found[1] != 0xD8) continue;
        if (found[2] == 0xFF) return at;
        if (lonely == byteCount) lonely = at;
    }
    return lonely;
}

/// The next start marker where a marker may stand, before the end of the picture that starts at
/// `from`: that one was broken off, and the camera began anew. A thumbnail is none: it stands in an
/// application's segment or a comment, while other segments hold a start only when broken off.
static size_t find_restart(const uint8_t *bytes, size_t byteCount, size_t from) {
    size_t at = from + 2;
    while (at + 4 <= byteCount) {
        const uint8_t *found = memchr(bytes + at, 0xFF, byteCount - at - 3);
        if (!found) break;
        at = (size_t)(found - bytes);
        const uint8_t code = found[1];
        if (code == 0xD8) return at;
        if (code == 0xD9) break;
        if (code == 0xFF) {
            at += 1;
        } else if (code <= 0x01 || (code >= 0xD0 && code <= 0xD7)) {
            at += 2;
        } else {
            const size_t length = (size_t)found[2] << 8 | found[3];
            const size_t left = byteCount - at - 2;
            // A start may begin with the segment's last byte, and is told by two more.
            const size_t held = length + 2 < left ? length + 2 : left;
            const size_t within = find_start(bytes + at + 2, held);
            const int may_hold_thumbnail = (code >= 0xE0 && code <= 0xEF) || code == 0xFE;
            if (!may_hold_thumbnail && within < held) return at + 2 + within;
            at += 2 + length;
        }
    }
    return byteCount;
}

// Decoding

static void drop_decoder(kuzet_jpeg *codec) {
    if (codec->has_decoder) jpeg_destroy_decompress(&codec->decoder);
    codec->has_decoder = 0;
}

/// Made anew after every failure, so that no half-read table of one picture serves the next.
static void read_header(kuzet_jpeg *codec, const uint8_t *bytes, size_t byteCount) {
    struct jpeg_decompress_struct *decoder = &codec->decoder;
    if (!codec->has_decoder) {
        memset(decoder, 0, sizeof *decoder);
        decoder->err = &codec->errors;
        decoder->client_data = codec;
        jpeg_create_decompress(decoder);
        codec->has_decoder = 1;
        decoder->client_data = codec;
        decoder->progress = &codec->progress;
        decoder->mem->max_memory_to_use = KUZET_JPEG_MEMORY_BYTE_COUNT_MAX;
    }
    codec->is_damaged = codec->is_cut = codec->is_unended = 0;
    codec->scan_count = codec->seen_components = 0;
    codec->text[0] = 0;
    jpeg_mem_src(decoder, bytes, byteCount);
    (void)jpeg_read_header(decoder, TRUE);
}

static int measure_at(
    kuzet_jpeg *codec, const uint8_t *bytes, size_t byteCount, uint32_t *width, uint32_t *height) {
    if (setjmp(codec->escape)) {
        drop_decoder(codec);
        return KUZET_JPEG_FAILED;
    }
    read_header(codec, bytes, byteCount);
    *width = codec->decoder.image_width;
    *height = codec->decoder.image_height;
    jpeg_abort_decompress(&codec->decoder);
    return KUZET_JPEG_DONE;
}

int kuzet_jpeg_measure(
    kuzet_jpeg *codec, const uint8_t *bytes, size_t byteCount, uint32_t *width, uint32_t *height) {
    if (byteCount == 0) return refuse(codec, "no bytes");
    size_t start = find_start(bytes, byteCount);
    if (start == byteCount) return refuse(codec, "no start of a JPEG in it");
    char first[sizeof codec->text];
    for (int attempt = 0; attempt < ATTEMPT_COUNT_MAX && start < byteCount; attempt++) {
        const int result = measure_at(codec, bytes + start, byteCount - start, width, height);
        if (result == KUZET_JPEG_DONE) return result;
        if (attempt == 0) memcpy(first, codec->text, sizeof first);
        start = find_restart(bytes, byteCount, start);
    }
    return refuse(codec, first);
}

/// Why a picture is not taken, from its header; NULL where it is.
static const char *refusal(const struct jpeg_decompress_struct *decoder) {
    if (!is_size_allowed(decoder->image_width, decoder->image_height))
        return "the picture is larger than any camera's";
    // libjpeg makes up what is missing of such a picture without a word.
    if (decoder->arith_code) return "arithmetic-coded pictures are not taken";
    if (decoder->data_precision != 8) return "samples of other than 8 bits are not taken";
    switch (decoder->jpeg_color_space) {
    case JCS_GRAYSCALE:
    case JCS_YCbCr:
    case JCS_RGB:
    case JCS_CMYK:
    case JCS_YCCK: return NULL;
    default: return "neither grey, YCbCr, RGB nor CMYK";
    }
}

/// Whether chroma has a whole number of luma samples each way, as libjpeg needs to enlarge it.
static int can_enlarge_chroma(const struct jpeg_decompress_struct *decoder) {
    for (int index = 0; index < decoder->num_components; index++) {
        const jpeg_component_info *component = &decoder->comp_info[index];
        if (decoder->max_h_samp_factor % component->h_samp_factor != 0 ||
            decoder->max_v_samp_factor % component->v_samp_factor != 0)
            return 0;
    }
    return 1;
}

/// Full-range BT.601 in 16 fractional bits, as JFIF 1.02 has it: each result is rounded, and in
/// 0 ... 255 since the weights of Y add up to 65 536 and chroma is at most 127.5 from the middle.
static void store_rgb(int red, int green, int blue, uint8_t *luma, uint8_t *pair) {
    *luma = (uint8_t)((19595 * red + 38470 * green + 7471 * blue + 32768) >> 16);
    if (!pair) return;
    // 128.5 · 65 536 less one keeps 255.5 from becoming 256.
    const int middle = (128 << 16) + 32767;
    pair[0] = (uint8_t)((-11059 * red - 21709 * green + 32768 * blue + middle) >> 16);
    pair[1] = (uint8_t)((32768 * red - 27439 * green - 5329 * blue + middle) >> 16);
}

/// Takes one row of `codec->rows` apart. `pairs` is NULL where chroma is not wanted of this row.
static void store_row(kuzet_jpeg *codec, uint32_t width, uint8_t *luma, uint8_t *pairs) {
    const uint8_t *row = codec->rows;
    switch (codec->decoder.out_color_space) {
    case JCS_YCbCr:
        for (uint32_t x = 0; x < width; x++) luma[x] = row[3 * x];
        for (uint32_t x = 0; pairs && x < width; x += 2) {
            pairs[x] = row[3 * x + 1];
            pairs[x + 1] = row[3 * x + 2];
        }
        return;
    case JCS_RGB:
        for (uint32_t x = 0; x < width; x++)
            store_rgb(
                row[3 * x], row[3 * x + 1], row[3 * x + 2], luma + x,
                pairs && x % 2 == 0 ? pairs + x : NULL);
        return;
    default:
        // Adobe's programs store CMYK inverted: 255 is no ink.
        for (uint32_t x = 0; x < width; x++) {
            int light[4];
            for (int ink = 0; ink < 4; ink++) {
                const int sample = row[4 * x + (uint32_t)ink];
                light[ink] = codec->decoder.saw_Adobe_marker ? sample : 255 - sample;
            }
            store_rgb(
                (light[0] * light[3] + 127) / 255, (light[1] * light[3] + 127) / 255,
                (light[2] * light[3] + 127) / 255, luma + x,
                pairs && x % 2 == 0 ? pairs + x : NULL);
        }
        return;
    }
}

/// What of several scans never came; NULL where they bring the whole picture.
static const char *missing_scans(const kuzet_jpeg *codec) {
    const struct jpeg_decompress_struct *decoder = &codec->decoder;
    if (!jpeg_has_multiple_scans((j_decompress_ptr)decoder)) return NULL;
    const int all = (1 << decoder->num_components) - 1;
    if ((codec->seen_components & all) != all) return "a scan is missing";
    // Ended in order, a picture may leave its finest bits out.
    if (!codec->is_unended || !decoder->coef_bits) return NULL;
    for (int index = 0; index < decoder->num_components; index++)
        for (int place = 0; place < DCTSIZE2; place++)
            if (decoder->coef_bits[index][place] != 0) return "its last scans are missing";
    return NULL;
}

/// What the last row of blocks lacks is grey after libjpeg: shown instead is the row above it,
/// which flickers less.
static void mend_last_row(
    const struct jpeg_decompress_struct *decoder, uint8_t *luma, size_t lumaStride,
    uint8_t *chroma, size_t chromaStride) {
    const uint32_t rowHeight =
        (uint32_t)decoder->max_v_samp_factor * (uint32_t)decoder->min_DCT_scaled_size;
    const uint32_t top = (decoder->total_iMCU_rows - 1) * rowHeight;
    for (uint32_t y = top; y < decoder->output_height; y++)
        memcpy(
            luma + (size_t)y * lumaStride, luma + (size_t)(top - 1) * lumaStride,
            decoder->output_width);
    const uint32_t chromaTop = (top + 1) / 2;
    for (uint32_t y = chromaTop; chroma && y < (decoder->output_height + 1) / 2; y++)
        memcpy(
            chroma + (size_t)y * chromaStride, chroma + (size_t)(chromaTop - 1) * chromaStride,
            (size_t)(decoder->output_width + 1) / 2 * 2);
}

static int decode_at(
    kuzet_jpeg *codec, const uint8_t *bytes, size_t byteCount, uint32_t denominator,
    uint32_t width, uint32_t height, uint8_t *luma, size_t lumaStride, uint8_t *chroma,
    size_t chromaStride) {
    struct jpeg_decompress_struct *decoder = &codec->decoder;
    if (setjmp(codec->escape)) {
        drop_decoder(codec);
        return KUZET_JPEG_FAILED;
    }
    read_header(codec, bytes, byteCount);

    const char *cause = refusal(decoder);
    if (cause) {
        drop_decoder(codec);
        return refuse(codec, cause);
    }
    if ((decoder->image_width + denominator - 1) / denominator != width ||
        (decoder->image_height + denominator - 1) / denominator != height) {
        drop_decoder(codec);
        (void)refuse(codec, "the picture has another size");
        return KUZET_JPEG_OTHER_SIZE;
    }

    decoder->scale_num = 1;
    decoder->scale_denom = denominator;
    decoder->dct_method = JDCT_ISLOW;
    decoder->do_fancy_upsampling = FALSE;
    decoder->do_block_smoothing = FALSE;
    switch (decoder->jpeg_color_space) {
    case JCS_RGB: decoder->out_color_space = JCS_RGB; break;
    case JCS_CMYK:
    case JCS_YCCK: decoder->out_color_space = JCS_CMYK; break;
    case JCS_YCbCr:
        decoder->out_color_space =
            chroma && can_enlarge_chroma(decoder) ? JCS_YCbCr : JCS_GRAYSCALE;
        break;
    default: decoder->out_color_space = JCS_GRAYSCALE; break;
    }
    const int has_color = decoder->out_color_space != JCS_GRAYSCALE;
    (void)jpeg_start_decompress(decoder);
    if (decoder->output_width != width || decoder->output_height != height ||
        !reserve(codec, (size_t)width * 4)) {
        drop_decoder(codec);
        return refuse(codec, "no memory for a row");
    }

    while (decoder->output_scanline < height) {
        const uint32_t y = decoder->output_scanline;
        uint8_t *to = luma + (size_t)y * lumaStride;
        JSAMPROW row = has_color ? codec->rows : to;
        (void)jpeg_read_scanlines(decoder, &row, 1);
        if (has_color)
            store_row(
                codec, width, to,
                chroma && y % 2 == 0 ? chroma + (size_t)(y / 2) * chromaStride : NULL);
    }
    if (chroma && !has_color)
        for (uint32_t y = 0; y < (height + 1) / 2; y++)
            memset(chroma + (size_t)y * chromaStride, 128, (size_t)(width + 1) / 2 * 2);
    cause = missing_scans(codec);
    if (cause && !codec->is_damaged) {
        (void)refuse(codec, cause);
        codec->is_damaged = 1;
    }
    if (codec->is_cut) mend_last_row(decoder, luma, lumaStride, chroma, chromaStride);
    // What stands behind the last row is nobody's: not even an end marker is asked for.
    jpeg_abort_decompress(decoder);
    if (codec->is_damaged) return KUZET_JPEG_DAMAGED;
    return codec->is_cut ? KUZET_JPEG_MENDED : KUZET_JPEG_DONE;
}

int kuzet_jpeg_decode(
    kuzet_jpeg *codec, const uint8_t *bytes, size_t byteCount, uint32_t denominator,
    uint32_t width, uint32_t height, uint8_t *luma, size_t lumaStride, uint8_t *chroma,
    size_t chromaStride) {
    if (byteCount == 0) return refuse(codec, "no bytes");
    if (denominator != 1 && denominator != 2 && denominator != 4 && denominator != 8)
        return refuse(codec, "the scale is none of 1, 1/2, 1/4, 1/8");
    if (!is_size_allowed(width, height) || lumaStride < width ||
        (chroma && chromaStride < (size_t)(width + 1) / 2 * 2))
        return refuse(codec, "the memory does not hold the picture");
    size_t start = find_start(bytes, byteCount);
    if (start == byteCount) return refuse(codec, "no start of a JPEG in it");
    int best = KUZET_JPEG_FAILED;
    char first[sizeof codec->text];
    for (int attempt = 0; attempt < ATTEMPT_COUNT_MAX && start < byteCount; attempt++) {
        const int result = decode_at(
            codec, bytes + start, byteCount - start, denominator, width, height, luma, lumaStride,
            chroma, chromaStride);
        if (result == KUZET_JPEG_DONE || result == KUZET_JPEG_MENDED) return result;
        if (attempt == 0) memcpy(first, codec->text, sizeof first);
        // The size that counts is that of the first header that can be read: see measure.
        if (result != KUZET_JPEG_FAILED && best == KUZET_JPEG_FAILED) best = result;
        if (best == KUZET_JPEG_OTHER_SIZE) break;
        const size_t next = find_restart(bytes, byteCount, start);
        // Broken off within a segment, the picture seems to hold the next one; a thumbnail has not
        // the size that is asked for.
        const size_t behind = start + 2;
        start = next < byteCount ? next
                                 : behind + find_start(bytes + behind, byteCount - behind);
    }
    (void)refuse(codec, first);
    return best;
}

static void start_output(j_compress_ptr info) { (void)info; }

static boolean output_is_full(j_compress_ptr info) {
    ERREXIT(info, JERR_CANT_SUSPEND);
    return FALSE;
}

static void end_output(j_compress_ptr info) { (void)info; }

/// Copies one row and repeats its last sample up to `padded`.
static void pad_row(uint8_t *to, const uint8_t *from, size_t count, size_t padded) {
    memcpy(to, from, count);
    memset(to + count, from[count - 1], padded - count);
}

int kuzet_jpeg_encode(
    kuzet_jpeg *codec, const uint8_t *luma, size_t lumaStride, const uint8_t *chroma,
    size_t chromaStride, uint32_t width, uint32_t height, int quality, uint8_t *bytes,
    size_t capacity, size_t *byteCount) {
    *byteCount = 0;
    if (!is_size_allowed(width, height) || lumaStride < width ||
        (chroma && chromaStride < (size_t)(width + 1) / 2 * 2))
        return refuse(codec, "the memory does not hold the picture");
    if (quality < 1 || quality > 100) return refuse(codec, "the quality is not in 1 ... 100");
    if (capacity == 0) return refuse(codec, "no room for the result");
    const size_t padded = ((size_t)width + 15) / 16 * 16;
    if (!reserve(codec, padded * 24)) return refuse(codec, "no memory for sixteen rows");

    struct jpeg_compress_struct *encoder = &codec->encoder;
    if (setjmp(codec->escape)) {
        const int is_full = codec->errors.msg_code == JERR_CANT_SUSPEND;
        if (codec->has_encoder) jpeg_destroy_compress(encoder);
        codec->has_encoder = 0;
        if (is_full) return refuse(codec, "the result does not fit");
        return KUZET_JPEG_FAILED;
    }
    if (!codec->has_encoder) {
        memset(encoder, 0, sizeof *encoder);
        encoder->err = &codec->errors;
        encoder->client_data = codec;
        jpeg_create_compress(encoder);
        codec->has_encoder = 1;
        encoder->client_data = codec;
    }
    codec->text[0] = 0;
    codec->destination.init_destination = start_output;
    codec->destination.empty_output_buffer = output_is_full;
    codec->destination.term_destination = end_output;
    codec->destination.next_output_byte = bytes;
    codec->destination.free_in_buffer = capacity;
    encoder->dest = &codec->destination;

    encoder->image_width = width;
    encoder->image_height = height;
    encoder->input_components = chroma ? 3 : 1;
    encoder->in_color_space = chroma ? JCS_YCbCr : JCS_GRAYSCALE;
    jpeg_set_defaults(encoder);
    jpeg_set_quality(encoder, quality, TRUE);
    encoder->dct_method = JDCT_ISLOW;
    encoder->raw_data_in = TRUE;
    // Planes have fixed sampling: chroma at half, as NV12.
    encoder->comp_info[0].h_samp_factor = chroma ? 2 : 1;
    encoder->comp_info[0].v_samp_factor = chroma ? 2 : 1;
    jpeg_start_compress(encoder, TRUE);

    const uint32_t step = chroma ? 16 : 8;
    JSAMPROW lumaRows[16], bRows[8], rRows[8];
    JSAMPARRAY planes[3] = {lumaRows, bRows, rRows};
    for (uint32_t y = 0; y < 16; y++) lumaRows[y] = codec->rows + padded * y;
    for (uint32_t y = 0; y < 8; y++) {
        bRows[y] = codec->rows + padded * 16 + padded / 2 * y;
        rRows[y] = codec->rows + padded * 20 + padded / 2 * y;
    }
    const size_t pairCount = ((size_t)width + 1) / 2;
    const uint32_t chromaHeight = (height + 1) / 2;
    while (encoder->next_scanline < height) {
        const uint32_t top = encoder->next_scanline;
        for (uint32_t y = 0; y < step; y++) {
            const uint32_t from = top + y < height ? top + y : height - 1;
            pad_row(lumaRows[y], luma + (size_t)from * lumaStride, width, padded);
        }
        for (uint32_t y = 0; chroma && y < 8; y++) {
            const uint32_t from = top / 2 + y < chromaHeight ? top / 2 + y : chromaHeight - 1;
            const uint8_t *pairs = chroma + (size_t)from * chromaStride;
            for (size_t x = 0; x < padded / 2; x++) {
                const size_t pair = x < pairCount ? x : pairCount - 1;
                bRows[y][x] = pairs[2 * pair];
                rRows[y][x] = pairs[2 * pair + 1];
            }
        }
        (void)jpeg_write_raw_data(encoder, planes, step);
    }
    jpeg_finish_compress(encoder);
    *byteCount = capacity - codec->destination.free_in_buffer;
    return KUZET_JPEG_DONE;
}
