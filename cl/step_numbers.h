/* step_numbers.h: the numbers of a training step, in a buffer of the device: the same text for C
 * and OpenCL C. The members between scale and key are those of struct update
 * (src/backend/backend.h). */
#ifndef WEFT_STEP_NUMBERS_H
#define WEFT_STEP_NUMBERS_H

struct step_numbers {
    float scale;  /* 1 / weight, rounded: gradients become those of the mean loss */
    float weight; /* what the sum of losses is divided by */
    float decay, penalty;
    float beta1, beta2, eps;
    float complement1, complement2;
    float step_size, root_correction;
    float clip_norm;
    int sgd, nesterov;
    unsigned int key[2]; /* of dropout */
};

/* The sum of squares for clip_norm has blocks of so many vectors of 16 gradients. CLIP_EPS is added
 * to the norm, as PyTorch's clip_grad_norm_ does. */
#define CLIP_BLOCK           64
#define CLIP_BLOCKS(vectors) (((vectors) + CLIP_BLOCK - 1) / CLIP_BLOCK)
#define CLIP_EPS             1e-6f

#endif
