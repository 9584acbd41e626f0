/* replicas.c: several copies of a network on one device. In a round the queues of the copies are
 * filled in parallel, and only verdicts are read back. */
#include "backend/opencl/debug/record.h"
#include "backend/opencl/errors.h"
#include "backend/opencl/memory.h"
#include "backend/opencl/passes.h"
#include "backend/opencl/program.h"
#include "backend/opencl/source.h"
#include "backend/opencl/state.h"
#include "base/try.h"

#include <stdlib.h>
#include <string.h>

#include "digest.h"
#include "os/host.h"
#include "os/threads.h"

#define MEMORY_OF_CPU (UINT64_C(256) << 20)
#define MAX_WORDS     (UINT64_C(1) << 31) /* of a filling: an index has 32 bits, plus a stride */
#define FILLERS       65536               /* work-items that fill or check */
#define MAX_REPLICAS  256

/* Words of a copy's buffer of faults: see soak.cl. */
#define FAULTS 2

/* The kernels of soak.cl. */
enum soak_kernel { SOAK_CHAIN, SOAK_COMPARE, SOAK_FILL, SOAK_CHECK, SOAK_KERNELS };

struct replica {
    struct opencl_backend *cl;
    cl_kernel kernels[SOAK_KERNELS];
    cl_mem chains, faults, filling; /* filling may be NULL */
    struct weft_error error;        /* of this copy's part of the work in parallel */
};

struct replicas {
    size_t count;
    uint64_t bytes; /* of all copies and fillings */
    struct replica copies[MAX_REPLICAS];
    cl_program program;
    cl_mem initial[2];   /* parameters and buffers from which rounds start */
    cl_uint words, seed; /* of a filling */
    struct os_pool *pool;
    /* The work in parallel, and what it needs. */
    enum weft_status (*work)(struct replicas *replicas, struct replica *copy);
    const struct weft_steps *steps;
    cl_uint expected;
};

static void finish_copy(struct replica *copy) {
    if (copy->cl != NULL) {
        clFinish(copy->cl->queue);
    }
    opencl_buffer_release(copy->chains);
    opencl_buffer_release(copy->faults);
    opencl_buffer_release(copy->filling);
    for (int i = 0; i < SOAK_KERNELS; i++) {
        if (copy->kernels[i] != NULL) {
            clReleaseKernel(copy->kernels[i]);
        }
    }
    weft_backend_close(copy->cl != NULL ? &copy->cl->base : NULL);
    *copy = (struct replica){0};
}

static void close_all(struct replicas *replicas) {
    if (replicas == NULL) {
        return;
    }
    opencl_buffer_release(replicas->initial[0]);
    opencl_buffer_release(replicas->initial[1]);
    if (replicas->program != NULL) {
        clReleaseProgram(replicas->program);
    }
    for (size_t i = replicas->count; i-- > 0;) {
        finish_copy(&replicas->copies[i]);
    }
    os_pool_destroy(replicas->pool);
    free(replicas);
}

static enum weft_status build(struct replicas *replicas, const struct weft_backend_options *options,
                              struct weft_error *error) {
    const struct opencl_backend *cl = replicas->copies[0].cl;
    struct text text = {0};
    enum weft_status status;
    TRY_OR(done, opencl_source_add(&text, options->kernels, "soak.cl", error));
    TRY_OR(done, opencl_compile(cl->context, cl->device, &text, "soak.cl", "-cl-std=CL1.2",
                                &options->log, &replicas->program, error));
done:
    free(text.bytes);
    return status;
}

/* Makes what a copy has in addition to its network. */
static enum weft_status make_copy(struct replicas *replicas, struct replica *copy,
                                  struct weft_error *error) {
    static const char *const names[SOAK_KERNELS] = {"soak_chain", "soak_compare", "soak_fill",
                                                    "soak_check"};
    TRY(opencl_buffer(copy->cl, WEFT_DIGEST_CHAINS * sizeof(cl_uint), "a digest", &copy->chains,
                      error));
    TRY(opencl_buffer(copy->cl, FAULTS * sizeof(cl_uint), "faults", &copy->faults, error));
    for (int i = 0; i < SOAK_KERNELS; i++) {
        cl_int code;
        copy->kernels[i] = clCreateKernel(replicas->program, names[i], &code);
        TRY(opencl_check(code, "clCreateKernel: soak.cl", error));
    }
    return WEFT_OK;
}

/* Returns the count of copies: one for each compute unit, in half of the memory. Stores what is
 * left of that half in ${rest}. */
static size_t choose_count(const struct opencl_backend *cl, uint64_t *rest) {
    const struct weft_device *device = &cl->base.device;
    uint64_t half = device->global_memory / 2, bytes = cl->buffer_bytes + 1;
    size_t count = device->compute_units;
    if (strcmp(device->type, "cpu") == 0 && half > MEMORY_OF_CPU) {
        half = MEMORY_OF_CPU;
    }
    count = count > MAX_REPLICAS ? MAX_REPLICAS : count;
    count = count > half / bytes ? (size_t)(half / bytes) : count;
    count = count > 0 ? count : 1;
    *rest = half > count * bytes ? half - count * bytes : 0;
    return count;
}

struct argument {
    size_t size;
    const void *value;
};

/* Enqueues kernel ${which} of ${copy} over ${items}. */
static enum weft_status launch(struct replica *copy, enum soak_kernel which,
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

/* Enqueues ${which}, the kernel that fills or checks the filling of ${copy}; nothing if it has
 * none. */
static enum weft_status run_filling(struct replicas *replicas, struct replica *copy,
                                    enum soak_kernel which, struct weft_error *error) {
    const struct argument arguments[] = {{sizeof copy->filling, &copy->filling},
                                         {sizeof replicas->words, &replicas->words},
                                         {sizeof replicas->seed, &replicas->seed},
                                         {sizeof copy->faults, &copy->faults}};
    return copy->filling != NULL
               ? launch(copy, which, arguments, which == SOAK_FILL ? 3 : 4, FILLERS, error)
               : WEFT_OK;
}

/* Gives each copy an equal part of ${rest} bytes, and fills it, as far as the device has memory:
 * some devices report a lack of it only when it is used. */
static void make_fillings(struct replicas *replicas, uint64_t rest) {
    const struct opencl_backend *cl = replicas->copies[0].cl;
    cl_ulong most = 0;
    clGetDeviceInfo(cl->device, CL_DEVICE_MAX_MEM_ALLOC_SIZE, sizeof most, &most, NULL);
    uint64_t words =
        (rest / replicas->count < most ? rest / replicas->count : most) / sizeof(cl_uint);
    replicas->words = (cl_uint)(words < MAX_WORDS ? words : MAX_WORDS);
    for (size_t i = 0; i < replicas->count && replicas->words > 0; i++) {
        struct replica *copy = &replicas->copies[i];
        struct weft_error ignored = {0};
        cl_int code;
        copy->filling = clCreateBuffer(cl->context, CL_MEM_READ_WRITE,
                                       replicas->words * sizeof(cl_uint), NULL, &code);
        if (code != CL_SUCCESS || run_filling(replicas, copy, SOAK_FILL, &ignored) != WEFT_OK ||
            clFinish(copy->cl->queue) != CL_SUCCESS) {
            opencl_buffer_release(copy->filling);
            copy->filling = NULL;
            break;
        }
        replicas->bytes += replicas->words * sizeof(cl_uint);
    }
}

/* Opens a copy next to the first one. */
static enum weft_status open_copy(struct replicas *replicas,
                                  const struct weft_backend_options *options,
                                  const struct weft_images *images, struct replica *copy,
                                  struct weft_error *error) {
    TRY(opencl_open_shared(replicas->copies[0].cl, options, &copy->cl, error));
    TRY(weft_backend_set_images(&copy->cl->base, WEFT_SPLIT_TRAIN, images, error));
    return make_copy(replicas, copy, error);
}

/* Opens the other copies, and makes the memory that all share. */
static enum weft_status make_copies(struct replicas *replicas,
                                    const struct weft_backend_options *options,
                                    const struct weft_images *images, struct weft_error *error) {
    struct opencl_backend *first = replicas->copies[0].cl;
    uint64_t rest;
    size_t requested = choose_count(first, &rest);
    TRY(make_copy(replicas, &replicas->copies[0], error));
    while (replicas->count < requested) {
        struct replica *copy = &replicas->copies[replicas->count];
        struct weft_error failure = {0};
        if (open_copy(replicas, options, images, copy, &failure) != WEFT_OK) {
            finish_copy(copy);
            break;
        }
        replicas->count++;
    }
    replicas->bytes = replicas->count * (uint64_t)first->buffer_bytes;
    make_fillings(replicas, rest);
    for (int i = 0; i < 2; i++) {
        size_t floats = array_count(first->base.network, state_arrays[i]);
        TRY(opencl_buffer(first, floats * sizeof(cl_float), "initial values", &replicas->initial[i],
                          error));
    }
    return WEFT_OK;
}

static enum weft_status open_all(const struct weft_network *network,
                                 const struct weft_backend_options *options,
                                 const struct weft_images *images,
                                 const struct debug_options *debug, struct replicas **replicas,
                                 struct weft_error *error) {
    struct replicas *opened = calloc(1, sizeof *opened);
    struct weft_backend *first = NULL;
    enum weft_status status;
    *replicas = NULL;
    if (opened == NULL || (opened->pool = os_pool_create(os_processors())) == NULL) {
        free(opened);
        return weft_fail(error, WEFT_FAILED, "verify: no memory or threads for copies");
    }
    TRY_OR(done, weft_backend_open(network, options, &first, NULL, error));
    opened->copies[0].cl = (struct opencl_backend *)first;
    opened->count = 1;
    TRY_OR(done, weft_backend_set_images(first, WEFT_SPLIT_TRAIN, images, error));
    TRY_OR(done, build(opened, options, error));
    TRY_OR(done, make_copies(opened, options, images, error));
    opened->copies[opened->count > 1 ? 1 : 0].cl->debug = debug;
    *replicas = opened;
    return WEFT_OK;
done:
    close_all(opened);
    return status;
}

static struct weft_backend *backend_of(struct replicas *replicas, size_t i) {
    return &replicas->copies[i].cl->base;
}

static uint64_t size_of(const struct replicas *replicas, size_t *count) {
    *count = replicas->count;
    return replicas->bytes;
}

/* Enqueues the kernel that adds ${words} of ${buffer} to the chains. */
static enum weft_status chain(struct replica *copy, cl_mem buffer, size_t words,
                              struct weft_error *error) {
    cl_uint count = (cl_uint)words;
    const struct argument arguments[] = {
        {sizeof buffer, &buffer}, {sizeof copy->chains, &copy->chains}, {sizeof count, &count}};
    return launch(copy, SOAK_CHAIN, arguments, 3, WEFT_DIGEST_CHAINS, error);
}

static void run_work(void *context, size_t i) {
    struct replicas *replicas = context;
    replicas->work(replicas, &replicas->copies[i]);
}

/* Calls ${work} for all copies, on several threads; fails as the first of them that fails. */
static enum weft_status run_parallel(struct replicas *replicas,
                                     enum weft_status (*work)(struct replicas *replicas,
                                                              struct replica *copy),
                                     struct weft_error *error) {
    replicas->work = work;
    os_pool_run(replicas->pool, replicas->count, run_work, replicas);
    for (size_t i = 0; i < replicas->count; i++) {
        if (replicas->copies[i].error.status != WEFT_OK) {
            if (error != NULL) {
                *error = replicas->copies[i].error;
            }
            return replicas->copies[i].error.status;
        }
    }
    return WEFT_OK;
}

static enum weft_status begin(struct replicas *replicas, const struct weft_images *images,
                              const float *parameters, const float *buffers, uint32_t seed,
                              struct weft_error *error) {
    struct opencl_backend *first = replicas->copies[0].cl;
    const float *values[] = {parameters, buffers};
    float pixels[256];
    for (int i = 0; i < 2; i++) {
        TRY(opencl_write(first, replicas->initial[i], values[i],
                         array_count(first->base.network, state_arrays[i]) * sizeof(cl_float),
                         error));
    }
    replicas->seed = seed;
    weft_pixels_normalised(pixels);
    for (size_t i = 0; i < replicas->count; i++) {
        struct weft_backend *backend = &replicas->copies[i].cl->base;
        TRY(weft_backend_set_pixels(backend, pixels, error));
        TRY(weft_backend_set_images(backend, WEFT_SPLIT_TRAIN, images, error));
        TRY(run_filling(replicas, &replicas->copies[i], SOAK_FILL, error));
    }
    return WEFT_OK;
}

/* Enqueues a fill of ${buffer} with ${word}. */
static cl_int set_words(struct replica *copy, cl_mem buffer, cl_uint word, size_t count) {
    return clEnqueueFillBuffer(copy->cl->queue, buffer, &word, sizeof word, 0, count * sizeof word,
                               0, NULL, NULL);
}

static cl_int restart(struct replicas *replicas, struct replica *copy) {
    cl_int code = set_words(copy, copy->chains, WEFT_DIGEST_START, WEFT_DIGEST_CHAINS);
    for (size_t i = 0; i < STATE_ARRAYS && code == CL_SUCCESS; i++) {
        size_t count = array_count(copy->cl->base.network, state_arrays[i]);
        cl_mem to = copy->cl->arrays[state_arrays[i]];
        if (count > 0) {
            code = i < 2 ? clEnqueueCopyBuffer(copy->cl->queue, replicas->initial[i], to, 0, 0,
                                               count * sizeof(cl_float), 0, NULL, NULL)
                         : set_words(copy, to, 0, count);
        }
    }
    copy->cl->steps_made = 0; /* debug->flip counts from here */
    copy->cl->flipped = false;
    return code;
}

static enum weft_status restart_all(struct replicas *replicas, struct weft_error *error) {
    for (size_t i = 0; i < replicas->count; i++) {
        TRY(opencl_check(restart(replicas, &replicas->copies[i]), "restart of a copy", error));
    }
    return WEFT_OK;
}

static enum weft_status train_copy(struct replicas *replicas, struct replica *copy) {
    const struct weft_steps *steps = replicas->steps;
    TRY(opencl_train_enqueue(copy->cl, steps, &copy->error));
    copy->cl->base.last_count = steps->images - (steps->steps - 1) * steps->batch;
    TRY(chain(copy, copy->cl->results, 2 * steps->steps, &copy->error));
    return opencl_check(clFlush(copy->cl->queue), "clFlush", &copy->error);
}

static enum weft_status train(struct replicas *replicas, const struct weft_steps *steps,
                              struct weft_error *error) {
    replicas->steps = steps;
    TRY(run_parallel(replicas, train_copy, error));
    for (size_t i = 0; i < replicas->count; i++) {
        TRY(opencl_check(clFinish(replicas->copies[i].cl->queue), "clFinish", error));
    }
    return WEFT_OK;
}

static enum weft_status compare_copy(struct replicas *replicas, struct replica *copy) {
    const struct argument arguments[] = {{sizeof copy->chains, &copy->chains},
                                         {sizeof replicas->expected, &replicas->expected},
                                         {sizeof copy->faults, &copy->faults}};
    for (size_t a = 0; a < STATE_ARRAYS; a++) {
        TRY(chain(copy, copy->cl->arrays[state_arrays[a]],
                  array_count(copy->cl->base.network, state_arrays[a]), &copy->error));
    }
    return launch(copy, SOAK_COMPARE, arguments, 3, 1, &copy->error);
}

/* Reads the faults of copy ${i}, and waits for its queue. */
static enum weft_status read_faults(struct replicas *replicas, size_t i, cl_uint faults[FAULTS],
                                    struct weft_error *error) {
    struct replica *copy = &replicas->copies[i];
    return opencl_read(copy->cl, copy->faults, faults, FAULTS * sizeof *faults, error);
}

static enum weft_status compare(struct replicas *replicas, uint32_t expected, bool *wrong,
                                struct weft_error *error) {
    cl_uint faults[FAULTS];
    replicas->expected = expected;
    TRY(run_parallel(replicas, compare_copy, error));
    for (size_t i = 0; i < replicas->count; i++) {
        TRY(read_faults(replicas, i, faults, error));
        wrong[i] = faults[0] != 0;
    }
    return WEFT_OK;
}

static enum weft_status check_all(struct replicas *replicas, uint64_t *words,
                                  struct weft_error *error) {
    cl_uint faults[FAULTS];
    *words = 0;
    for (size_t i = 0; i < replicas->count; i++) {
        struct replica *copy = &replicas->copies[i];
        TRY(opencl_check(set_words(copy, copy->faults, 0, FAULTS), "clEnqueueFillBuffer", error));
        TRY(run_filling(replicas, copy, SOAK_CHECK, error));
    }
    for (size_t i = 0; i < replicas->count; i++) {
        TRY(read_faults(replicas, i, faults, error));
        *words += faults[1];
    }
    return WEFT_OK;
}

const struct replicas_ops replicas_ops = {
    .open = open_all,
    .close = close_all,
    .size = size_of,
    .backend = backend_of,
    .begin = begin,
    .restart = restart_all,
    .train = train,
    .compare = compare,
    .check = check_all,
};
