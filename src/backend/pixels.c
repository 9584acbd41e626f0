/* pixels.c: what a pixel's byte stands for. */
#include "backend/backend.h"

#include "numerics.h"

void weft_pixels_raw(float values[256]) {
    for (int v = 0; v < 256; v++) {
        values[v] = weft_div((float)v, 255.0f);
    }
}

void weft_pixels_normalised(float values[256]) {
    weft_pixels_raw(values);
    for (int v = 0; v < 256; v++) {
        values[v] = weft_div(values[v] - 0.2859f, 0.3530f);
    }
}
