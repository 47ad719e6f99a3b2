#include "CTestJPEG.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

static jmp_buf escape;

static void leave(j_common_ptr info) {
    (void)info;
    longjmp(escape, 1);
}

uint8_t test_jpeg_luma(const struct test_jpeg *wanted, int x, int y) {
    return (uint8_t)(40 + 120 * x / wanted->width + 60 * y / wanted->height);
}

static J_COLOR_SPACE given(enum test_jpeg_color color) {
    switch (color) {
    case TEST_JPEG_GREY: return JCS_GRAYSCALE;
    case TEST_JPEG_YCBCR: return JCS_YCbCr;
    case TEST_JPEG_RGB: return JCS_RGB;
    default: return JCS_CMYK;
    }
}

static void apart(struct jpeg_compress_struct *encoder, jpeg_scan_info *scans) {
    memset(scans, 0, 4 * sizeof *scans);
    for (int index = 0; index < encoder->num_components; index++) {
        scans[index].comps_in_scan = 1;
        scans[index].component_index[0] = index;
        scans[index].Se = DCTSIZE2 - 1;
    }
    encoder->scan_info = scans;
    encoder->num_scans = encoder->num_components;
}

size_t test_jpeg_write(const struct test_jpeg *wanted, uint8_t *bytes, size_t capacity) {
    struct jpeg_compress_struct encoder;
    struct jpeg_error_mgr errors;
    jpeg_scan_info scans[4];
    memset(&encoder, 0, sizeof encoder);
    encoder.err = jpeg_std_error(&errors);
    errors.error_exit = leave;
    unsigned char *result = NULL;
    unsigned long count = 0;
    uint8_t *row = malloc((size_t)wanted->width * 4);
    if (!row) return 0;
    if (setjmp(escape)) {
        jpeg_destroy_compress(&encoder);
        free(row);
        return 0;
    }
    jpeg_create_compress(&encoder);
    jpeg_mem_dest(&encoder, &result, &count);
    encoder.image_width = (JDIMENSION)wanted->width;
    encoder.image_height = (JDIMENSION)wanted->height;
    encoder.in_color_space = given(wanted->color);
    encoder.input_components =
        wanted->color == TEST_JPEG_GREY ? 1 : wanted->color >= TEST_JPEG_CMYK ? 4 : 3;
    jpeg_set_defaults(&encoder);
    if (wanted->color == TEST_JPEG_RGB) jpeg_set_colorspace(&encoder, JCS_RGB);
    if (wanted->color == TEST_JPEG_CMYK) jpeg_set_colorspace(&encoder, JCS_CMYK);
    if (wanted->color == TEST_JPEG_YCCK) jpeg_set_colorspace(&encoder, JCS_YCCK);
    jpeg_set_quality(&encoder, 95, TRUE);
    encoder.dct_method = JDCT_ISLOW;
    if (wanted->color != TEST_JPEG_GREY && wanted->across > 0) {
        encoder.comp_info[0].h_samp_factor = wanted->across;
        encoder.comp_info[0].v_samp_factor = wanted->down;
        if (wanted->color == TEST_JPEG_YCCK) {
            encoder.comp_info[3].h_samp_factor = wanted->across;
            encoder.comp_info[3].v_samp_factor = wanted->down;
        }
    }
    encoder.restart_interval = (unsigned)wanted->restart_interval;
    encoder.arith_code = wanted->is_arithmetic ? TRUE : FALSE;
    if (wanted->is_progressive) jpeg_simple_progression(&encoder);
    if (wanted->is_apart) apart(&encoder, scans);
    jpeg_start_compress(&encoder, TRUE);
    while (encoder.next_scanline < encoder.image_height) {
        for (int x = 0; x < wanted->width; x++) {
            const uint8_t luma = test_jpeg_luma(wanted, x, (int)encoder.next_scanline);
            switch (wanted->color) {
            case TEST_JPEG_GREY: row[x] = luma; break;
            case TEST_JPEG_YCBCR:
                row[3 * x] = luma;
                row[3 * x + 1] = row[3 * x + 2] = 128;
                break;
            case TEST_JPEG_RGB: row[3 * x] = row[3 * x + 1] = row[3 * x + 2] = luma; break;
            default:
                // As Adobe's programs do: 255 is no ink.
                row[4 * x] = row[4 * x + 1] = row[4 * x + 2] = luma;
                row[4 * x + 3] = 255;
            }
        }
        JSAMPROW rows = row;
        (void)jpeg_write_scanlines(&encoder, &rows, 1);
    }
    jpeg_finish_compress(&encoder);
    jpeg_destroy_compress(&encoder);
    free(row);
    const size_t written = count <= capacity ? (size_t)count : 0;
    memcpy(bytes, result, written);
    free(result);
    return written;
}
