#include "CJPEG.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

#include <jerror.h>

struct kuzet_jpeg {
    struct jpeg_error_mgr errors;
    struct jpeg_decompress_struct decoder;
    struct jpeg_compress_struct encoder;
    struct jpeg_destination_mgr destination;
    jmp_buf escape;
    int is_damaged;
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

/// Cameras pad their pictures and omit markers; only wrong or missing picture bits are damage.
static void note(j_common_ptr info, int level) {
    if (level >= 0) return;
    switch (info->err->msg_code) {
    case JWRN_EXTRANEOUS_DATA:
    case JWRN_ADOBE_XFORM:
    case JWRN_JFIF_MAJOR: return;
    default: break;
    }
    struct kuzet_jpeg *codec = codec_of(info);
    if (!codec->is_damaged) info->err->format_message(info, codec->text);
    codec->is_damaged = 1;
}

static void stay_silent(j_common_ptr info) { (void)info; }

kuzet_jpeg *kuzet_jpeg_create(void) {
    struct kuzet_jpeg *codec = calloc(1, sizeof *codec);
    if (!codec) return NULL;
    jpeg_std_error(&codec->errors);
    codec->errors.error_exit = leave;
    codec->errors.emit_message = note;
    codec->errors.output_message = stay_silent;
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
    }
    codec->is_damaged = 0;
    codec->text[0] = 0;
    jpeg_mem_src(decoder, bytes, byteCount);
    (void)jpeg_read_header(decoder, TRUE);
}

static void drop_decoder(kuzet_jpeg *codec) {
    if (codec->has_decoder) jpeg_destroy_decompress(&codec->decoder);
    codec->has_decoder = 0;
}

int kuzet_jpeg_measure(
    kuzet_jpeg *codec, const uint8_t *bytes, size_t byteCount, uint32_t *width, uint32_t *height) {
    if (byteCount == 0) return refuse(codec, "no bytes");
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
    struct jpeg_decompress_struct *decoder = &codec->decoder;
    if (setjmp(codec->escape)) {
        drop_decoder(codec);
        return KUZET_JPEG_FAILED;
    }
    read_header(codec, bytes, byteCount);

    const char *cause = NULL;
    if (!is_size_allowed(decoder->image_width, decoder->image_height))
        cause = "the picture is larger than any camera's";
    else if (jpeg_has_multiple_scans(decoder))
        // Each scan of a few bytes would cost a pass over the whole picture.
        cause = "progressive pictures are not taken";
    else if (
        decoder->jpeg_color_space != JCS_YCbCr && decoder->jpeg_color_space != JCS_GRAYSCALE)
        cause = "neither grey nor YCbCr";
    else if (
        (decoder->image_width + denominator - 1) / denominator != width ||
        (decoder->image_height + denominator - 1) / denominator != height)
        cause = "the picture has another size than the stream";
    if (cause) {
        drop_decoder(codec);
        return refuse(codec, cause);
    }

    const int has_color = chroma && decoder->jpeg_color_space == JCS_YCbCr;
    decoder->scale_num = 1;
    decoder->scale_denom = denominator;
    decoder->dct_method = JDCT_ISLOW;
    decoder->do_fancy_upsampling = FALSE;
    decoder->do_block_smoothing = FALSE;
    decoder->out_color_space = has_color ? JCS_YCbCr : JCS_GRAYSCALE;
    (void)jpeg_start_decompress(decoder);
    if (decoder->output_width != width || decoder->output_height != height ||
        !reserve(codec, (size_t)width * 3)) {
        drop_decoder(codec);
        return refuse(codec, "no memory for a row");
    }

    while (decoder->output_scanline < height) {
        const uint32_t y = decoder->output_scanline;
        uint8_t *to = luma + (size_t)y * lumaStride;
        if (!has_color) {
            JSAMPROW row = to;
            (void)jpeg_read_scanlines(decoder, &row, 1);
            continue;
        }
        JSAMPROW row = codec->rows;
        (void)jpeg_read_scanlines(decoder, &row, 1);
        for (uint32_t x = 0; x < width; x++) to[x] = row[3 * x];
        if (y % 2 == 0) {
            uint8_t *pairs = chroma + (size_t)(y / 2) * chromaStride;
            for (uint32_t x = 0; x < width; x += 2) {
                pairs[x] = row[3 * x + 1];
                pairs[x + 1] = row[3 * x + 2];
            }
        }
    }
    if (chroma && !has_color)
        for (uint32_t y = 0; y < (height + 1) / 2; y++)
            memset(chroma + (size_t)y * chromaStride, 128, (size_t)(width + 1) / 2 * 2);
    (void)jpeg_finish_decompress(decoder);
    if (codec->is_damaged) return KUZET_JPEG_DAMAGED;
    return KUZET_JPEG_DONE;
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
