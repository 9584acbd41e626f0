/* scale.h: grey images in another size. */
#ifndef WEFT_REPORT_SCALE_H
#define WEFT_REPORT_SCALE_H

#include <stddef.h>
#include <stdint.h>

/* Scales ${from} (height x width) to ${to} (rows x columns). Each new pixel is the mean of the
 * area that it covers, so no pixel is omitted. In a larger image, pixels become rectangles. */
void scale_floats(const float *from, size_t width, size_t height, float *to, size_t columns,
                  size_t rows);
void scale_bytes(const uint8_t *from, size_t width, size_t height, uint8_t *to, size_t columns,
                 size_t rows);

#endif
