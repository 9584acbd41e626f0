/* update.c: the update of the parameters at the end of a step, and the numbers of steps, which the
 * kernels read from a buffer (cl/step_numbers.h). */
#include "backend/opencl/update.h"
#include "backend/dropout.h"
#include "backend/opencl/launch.h"
#include "backend/opencl/memory.h"
#include "backend/opencl/transfer.h"
#include "base/try.h"
#include "step_numbers.h"

#include <stdlib.h>

static struct step_numbers numbers_of(const struct update *update, size_t count) {
    return (struct step_numbers){.scale = update_scale(update, count),
                                 .weight = update_weight(update, count),
                                 .decay = update->decay,
                                 .penalty = update->penalty,
                                 .beta1 = update->beta1,
                                 .beta2 = update->beta2,
                                 .eps = update->eps,
                                 .complement1 = update->complement1,
                                 .complement2 = update->complement2,
                                 .step_size = update->step_size,
                                 .root_correction = update->root_correction,
                                 .clip_norm = update->clip_norm,
                                 .sgd = update->sgd,
                                 .nesterov = update->nesterov};
}

enum weft_status opencl_update_write(struct opencl_backend *cl, const struct training_steps *steps,
                                     struct weft_error *error) {
    const size_t bytes = steps->steps * sizeof(struct step_numbers);
    enum weft_status status;
    struct step_numbers *numbers = malloc(bytes);
    if (numbers == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "opencl: no memory");
    }
    for (size_t i = 0; i < steps->steps; i++) {
        size_t left = steps->images - i * steps->batch;
        numbers[i] = numbers_of(&steps->updates[i], left < steps->batch ? left : steps->batch);
        dropout_key(steps->seed, steps->first + i, numbers[i].key);
    }
    TRY_OR(done, opencl_buffer_grow(cl, bytes, "the numbers of steps", &cl->numbers, error));
    status = opencl_write(cl, cl->numbers, numbers, bytes, error);
done:
    free(numbers);
    return status;
}

/* The range of these launches is one shard, whose items are vectors of the flat arrays, or
 * blocks of them. */
static enum weft_status enqueue_clip(struct opencl_backend *cl, cl_int step, cl_int images,
                                     struct weft_error *error) {
    TRY(LAUNCH(cl, &cl->common[COMMON_UPDATE_SQUARES], 1, error, ARG(cl->partials),
               ARG(cl->squares), ARG(cl->numbers), ARG(step), ARG(images)));
    return LAUNCH(cl, &cl->common[COMMON_UPDATE_CLIP], 1, error, ARG(cl->squares), ARG(cl->numbers),
                  ARG(step));
}

enum weft_status opencl_update_enqueue(struct opencl_backend *cl, const struct update *update,
                                       size_t step, size_t count, struct weft_error *error) {
    cl_int index = (cl_int)step, images = (cl_int)count;
    const cl_mem *arrays = cl->arrays;
    if (update->clip_norm > 0) {
        TRY(enqueue_clip(cl, index, images, error));
    }
    return LAUNCH(cl, &cl->common[COMMON_UPDATE_STEP], 1, error, ARG(cl->partials),
                  ARG(arrays[ARRAY_GRADIENTS]), ARG(arrays[ARRAY_PARAMETERS]),
                  ARG(arrays[ARRAY_MOMENTS]), ARG(arrays[ARRAY_SECOND_MOMENTS]), ARG(cl->squares),
                  ARG(cl->numbers), ARG(index), ARG(images));
}

enum weft_status opencl_update_join(struct opencl_backend *cl, size_t count,
                                    struct weft_error *error) {
    cl_int images = (cl_int)count;
    return LAUNCH(cl, &cl->common[COMMON_UPDATE_JOIN], 1, error, ARG(cl->partials),
                  ARG(cl->arrays[ARRAY_GRADIENTS]), ARG(images));
}
