/* sliding.h: the index arithmetic of windows that slide over one dimension, the same text for C and
 * OpenCL C.
 *
 * Window w of ${length} values begins at index w stride - padding of an input of ${size} values;
 * indices outside the input are padding. ${padding} is at most length / 2, so every window has a
 * value of the input. */
#ifndef WEFT_CL_SLIDING_H
#define WEFT_CL_SLIDING_H

#if defined(__OPENCL_VERSION__) || defined(__OPENCL_C_VERSION__)
#define WINDOW_INT int
#else
#include <stddef.h>
#define WINDOW_INT size_t
#endif

/* Window ${w} has the values window_begin .. window_end - 1 of the input. */
static inline WINDOW_INT window_begin(WINDOW_INT w, WINDOW_INT stride, WINDOW_INT padding) {
    return w * stride > padding ? w * stride - padding : 0;
}

static inline WINDOW_INT window_end(WINDOW_INT w, WINDOW_INT length, WINDOW_INT stride,
                                    WINDOW_INT padding, WINDOW_INT size) {
    const WINDOW_INT end = w * stride + length - padding;
    return end < size ? end : size;
}

/* Value ${i} of the input is in the windows windows_begin .. windows_end - 1, of ${count}: none if
 * begin >= end. */
static inline WINDOW_INT windows_begin(WINDOW_INT i, WINDOW_INT length, WINDOW_INT stride,
                                       WINDOW_INT padding) {
    return i + padding < length ? 0 : (i + padding - length) / stride + 1;
}

static inline WINDOW_INT windows_end(WINDOW_INT i, WINDOW_INT stride, WINDOW_INT padding,
                                     WINDOW_INT count) {
    const WINDOW_INT end = (i + padding) / stride + 1;
    return end < count ? end : count;
}

#undef WINDOW_INT

#endif
