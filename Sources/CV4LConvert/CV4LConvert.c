#include "CV4LConvert.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <libv4lconvert.h>

struct kuzet_converter {
    struct v4lconvert_data *data;
    struct v4l2_format target;
};

kuzet_converter *kuzet_converter_create(int device) {
    struct kuzet_converter *converter = calloc(1, sizeof *converter);
    if (!converter) return NULL;
    converter->data = v4lconvert_create(device);
    if (!converter->data) {
        free(converter);
        return NULL;
    }
    return converter;
}

void kuzet_converter_destroy(kuzet_converter *converter) {
    if (!converter) return;
    v4lconvert_destroy(converter->data);
    free(converter);
}

int kuzet_converter_try(
    kuzet_converter *converter, uint32_t width, uint32_t height, struct v4l2_format *source,
    uint32_t *resultWidth, uint32_t *resultHeight) {
    struct v4l2_format target;
    memset(&target, 0, sizeof target);
    target.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    target.fmt.pix.width = width;
    target.fmt.pix.height = height;
    target.fmt.pix.pixelformat = V4L2_PIX_FMT_YUV420;
    target.fmt.pix.field = V4L2_FIELD_NONE;
    if (v4lconvert_try_format(converter->data, &target, source) < 0) return -1;
    if (target.fmt.pix.pixelformat != V4L2_PIX_FMT_YUV420 || target.fmt.pix.width % 2 ||
        target.fmt.pix.height % 2)
        return -1;
    converter->target = target;
    *resultWidth = target.fmt.pix.width;
    *resultHeight = target.fmt.pix.height;
    return 0;
}

int kuzet_converter_convert(
    kuzet_converter *converter, const struct v4l2_format *source, const uint8_t *bytes,
    size_t byteCount, uint8_t *target, size_t targetByteCount) {
    const size_t wanted =
        (size_t)converter->target.fmt.pix.width * converter->target.fmt.pix.height * 3 / 2;
    if (byteCount > INT_MAX || targetByteCount > INT_MAX || targetByteCount < wanted) return -1;
    // The library writes into its input while it decodes some formats; the buffer is the driver's
    // and is mapped writable for that.
    int came = v4lconvert_convert(
        converter->data, source, &converter->target, (unsigned char *)bytes, (int)byteCount, target,
        (int)targetByteCount);
    return came == (int)wanted ? 0 : -1;
}

const char *kuzet_converter_text(kuzet_converter *converter) {
    return v4lconvert_get_error_message(converter->data);
}
