/* replicas_run.c: rounds of a crowd: the queues of its copies are fed side by side, and only verdicts are read back. */
#include "backend/opencl/debug/replicas_inside.h"
#include "backend/opencl/errors.h"
#include "backend/opencl/memory.h"
#include "backend/opencl/passes.h"

#include "os/threads.h"

#define FILLERS 65536 /* work-items that fill or check */

/* What a round compares, in this order, behind the results of its steps. */
static const enum weft_array compared[] = {WEFT_ARRAY_PARAMETERS, WEFT_ARRAY_BUFFERS,
                                           WEFT_ARRAY_MOMENTS, WEFT_ARRAY_SECOND_MOMENTS};
#define COMPARED (sizeof compared / sizeof compared[0])

struct argument {
    size_t size;
    const void *value;
};

/* Enqueues kernel ${which} of ${copy} over ${items}. */
static enum weft_status launch(struct opencl_copy *copy, enum opencl_soak which,
                               const struct argument *arguments, cl_uint count, size_t items,
                               struct weft_error *error) {
    cl_kernel kernel = copy->kernels[which];
    cl_int code = CL_SUCCESS;
    for (cl_uint i = 0; i < count && code == CL_SUCCESS; i++) {
        code = clSetKernelArg(kernel, i, arguments[i].size, arguments[i].value);
    }
    if (code == CL_SUCCESS) {
        code =
            clEnqueueNDRangeKernel(copy->cl->queue, kernel, 1, NULL, &items, NULL, 0, NULL, NULL);
    }
    return opencl_check(code, "clEnqueueNDRangeKernel: soak.cl", error);
}

enum weft_status opencl_crowd_fill(struct replicas *crowd, struct opencl_copy *copy,
                                   struct weft_error *error) {
    const struct argument arguments[] = {{sizeof copy->filling, &copy->filling},
                                         {sizeof crowd->words, &crowd->words},
                                         {sizeof crowd->seed, &crowd->seed}};
    return copy->filling != NULL ? launch(copy, SOAK_FILL, arguments, 3, FILLERS, error) : WEFT_OK;
}

/* ${words} of ${buffer} into the chains. */
static enum weft_status chain(struct opencl_copy *copy, cl_mem buffer, size_t words,
                              struct weft_error *error) {
    cl_uint count = (cl_uint)words;
    const struct argument arguments[] = {
        {sizeof buffer, &buffer}, {sizeof copy->chains, &copy->chains}, {sizeof count, &count}};
    return launch(copy, SOAK_CHAIN, arguments, 3, WEFT_DIGEST_CHAINS, error);
}

/* Calls ${work}(crowd, i) for all copies, on several threads; fails as the first of them that fails. */
static enum weft_status share_out(struct replicas *crowd, void (*work)(void *crowd, size_t i),
                                  struct weft_error *error) {
    os_pool_run(crowd->pool, crowd->count, work, crowd);
    for (size_t i = 0; i < crowd->count; i++) {
        if (crowd->copies[i].error.status != WEFT_OK) {
            if (error != NULL) {
                *error = crowd->copies[i].error;
            }
            return crowd->copies[i].error.status;
        }
    }
    return WEFT_OK;
}

enum weft_status opencl_crowd_begin(struct replicas *crowd, const struct weft_images *images,
                                    const float *parameters, const float *buffers, uint32_t seed,
                                    struct weft_error *error) {
    struct opencl_backend *first = crowd->copies[0].cl;
    enum weft_status status =
        opencl_write(first, crowd->initial[0], parameters,
                     opencl_array_count(first, WEFT_ARRAY_PARAMETERS) * sizeof(cl_float), error);
    if (status == WEFT_OK) {
        status =
            opencl_write(first, crowd->initial[1], buffers,
                         opencl_array_count(first, WEFT_ARRAY_BUFFERS) * sizeof(cl_float), error);
    }
    crowd->seed = seed;
    for (size_t i = 0; i < crowd->count && status == WEFT_OK; i++) {
        struct opencl_copy *copy = &crowd->copies[i];
        float pixels[256];
        weft_pixels_normalised(pixels);
        if ((status = weft_backend_set_pixels(&copy->cl->base, pixels, error)) == WEFT_OK &&
            (status = weft_backend_set_images(&copy->cl->base, WEFT_SPLIT_TRAIN, images, error)) ==
                WEFT_OK) {
            status = opencl_crowd_fill(crowd, copy, error);
        }
    }
    return status;
}

/* ${buffer} filled with ${word}. */
static cl_int set_words(struct opencl_copy *copy, cl_mem buffer, cl_uint word, size_t count) {
    return clEnqueueFillBuffer(copy->cl->queue, buffer, &word, sizeof word, 0, count * sizeof word,
                               0, NULL, NULL);
}

static cl_int restart(struct replicas *crowd, struct opencl_copy *copy) {
    cl_int code = set_words(copy, copy->chains, WEFT_DIGEST_START, WEFT_DIGEST_CHAINS);
    for (size_t i = 0; i < COMPARED && code == CL_SUCCESS; i++) {
        size_t count = opencl_array_count(copy->cl, compared[i]);
        cl_mem to = copy->cl->arrays[compared[i]];
        if (count > 0) {
            code = i < 2 ? clEnqueueCopyBuffer(copy->cl->queue, crowd->initial[i], to, 0, 0,
                                               count * sizeof(cl_float), 0, NULL, NULL)
                         : set_words(copy, to, 0, count);
        }
    }
    copy->cl->steps_made = 0; /* a trial counts from here */
    copy->cl->flipped = false;
    return code;
}

enum weft_status opencl_crowd_restart(struct replicas *crowd, struct weft_error *error) {
    enum weft_status status = WEFT_OK;
    for (size_t i = 0; i < crowd->count && status == WEFT_OK; i++) {
        status = opencl_check(restart(crowd, &crowd->copies[i]), "restart of a copy", error);
    }
    return status;
}

static void enqueue_steps(void *context, size_t i) {
    struct replicas *crowd = context;
    struct opencl_copy *copy = &crowd->copies[i];
    const struct weft_steps *steps = crowd->steps;
    enum weft_status status = opencl_train_enqueue(copy->cl, steps, &copy->error);
    copy->cl->base.last_count = steps->images - (steps->steps - 1) * steps->batch;
    if (status == WEFT_OK) {
        status = chain(copy, copy->cl->results, 2 * steps->steps, &copy->error);
    }
    if (status == WEFT_OK) {
        opencl_check(clFlush(copy->cl->queue), "clFlush", &copy->error);
    }
}

enum weft_status opencl_crowd_train(struct replicas *crowd, const struct weft_steps *steps,
                                    struct weft_error *error) {
    enum weft_status status;
    crowd->steps = steps;
    status = share_out(crowd, enqueue_steps, error);
    for (size_t i = 0; i < crowd->count && status == WEFT_OK; i++) {
        status = opencl_check(clFinish(crowd->copies[i].cl->queue), "clFinish", error);
    }
    return status;
}

static void enqueue_comparison(void *context, size_t i) {
    struct replicas *crowd = context;
    struct opencl_copy *copy = &crowd->copies[i];
    const struct argument arguments[] = {{sizeof copy->chains, &copy->chains},
                                         {sizeof crowd->expected, &crowd->expected},
                                         {sizeof copy->faults, &copy->faults}};
    enum weft_status status = WEFT_OK;
    for (size_t a = 0; a < COMPARED && status == WEFT_OK; a++) {
        status = chain(copy, copy->cl->arrays[compared[a]],
                       opencl_array_count(copy->cl, compared[a]), &copy->error);
    }
    if (status == WEFT_OK) {
        launch(copy, SOAK_COMPARE, arguments, 3, 1, &copy->error);
    }
}

enum weft_status opencl_crowd_compare(struct replicas *crowd, uint32_t expected, bool *wrong,
                                      struct weft_error *error) {
    enum weft_status status;
    crowd->expected = expected;
    status = share_out(crowd, enqueue_comparison, error);
    for (size_t i = 0; i < crowd->count && status == WEFT_OK; i++) {
        cl_uint faults[OPENCL_FAULTS];
        status =
            opencl_read(crowd->copies[i].cl, crowd->copies[i].faults, faults, sizeof faults, error);
        wrong[i] = status == WEFT_OK && faults[0] != 0;
    }
    return status;
}

/* Enqueues the check of one copy's filling. */
static enum weft_status check(struct replicas *crowd, struct opencl_copy *copy,
                              struct weft_error *error) {
    const struct argument arguments[] = {{sizeof copy->filling, &copy->filling},
                                         {sizeof crowd->words, &crowd->words},
                                         {sizeof crowd->seed, &crowd->seed},
                                         {sizeof copy->faults, &copy->faults}};
    enum weft_status status =
        opencl_check(set_words(copy, copy->faults, 0, OPENCL_FAULTS), "clEnqueueFillBuffer", error);
    return status == WEFT_OK && copy->filling != NULL
               ? launch(copy, SOAK_CHECK, arguments, 4, FILLERS, error)
               : status;
}

enum weft_status opencl_crowd_check(struct replicas *crowd, uint64_t *words,
                                    struct weft_error *error) {
    enum weft_status status = WEFT_OK;
    *words = 0;
    for (size_t i = 0; i < crowd->count && status == WEFT_OK; i++) {
        status = check(crowd, &crowd->copies[i], error);
    }
    for (size_t i = 0; i < crowd->count && status == WEFT_OK; i++) {
        cl_uint faults[OPENCL_FAULTS];
        status =
            opencl_read(crowd->copies[i].cl, crowd->copies[i].faults, faults, sizeof faults, error);
        *words += status == WEFT_OK ? faults[1] : 0;
    }
    return status;
}
