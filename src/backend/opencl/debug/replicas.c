/* replicas.c: several copies of a network on one device: how many, and what each has. crowd_run.c runs them. */
#include "backend/opencl/debug/replicas_inside.h"
#include "backend/opencl/errors.h"
#include "backend/opencl/memory.h"
#include "backend/opencl/source.h"

#include <stdlib.h>
#include <string.h>

#include "os/host.h"
#include "os/threads.h"

#define MEMORY_OF_CPU (UINT64_C(256) << 20)
#define WORDS_MOST                                                                                 \
    (UINT64_C(1) << 31) /* of a filling: an index has 32 bits, and a stride is added */

static void finish_copy(struct opencl_copy *copy) {
    cl_mem memory[] = {copy->chains, copy->faults, copy->filling};
    if (copy->cl != NULL) {
        clFinish(copy->cl->queue);
    }
    for (size_t i = 0; i < sizeof memory / sizeof memory[0]; i++) {
        if (memory[i] != NULL) {
            clReleaseMemObject(memory[i]);
        }
    }
    for (int i = 0; i < SOAK_KERNELS; i++) {
        if (copy->kernels[i] != NULL) {
            clReleaseKernel(copy->kernels[i]);
        }
    }
    weft_backend_close(copy->cl != NULL ? &copy->cl->base : NULL);
    *copy = (struct opencl_copy){0};
}

static void close_crowd(struct replicas *crowd) {
    if (crowd == NULL) {
        return;
    }
    for (int i = 0; i < 2; i++) {
        if (crowd->initial[i] != NULL) {
            clReleaseMemObject(crowd->initial[i]);
        }
    }
    if (crowd->program != NULL) {
        clReleaseProgram(crowd->program);
    }
    for (size_t i = crowd->count; i-- > 0;) {
        finish_copy(&crowd->copies[i]);
    }
    os_pool_destroy(crowd->pool);
    free(crowd);
}

static enum weft_status build(struct replicas *crowd, const struct weft_backend_options *options,
                              struct weft_error *error) {
    struct opencl_backend *cl = crowd->copies[0].cl;
    struct text text = {0};
    cl_int code = CL_SUCCESS;
    enum weft_status status = opencl_source_add(&text, options->kernels, "soak.cl", error);
    if (status == WEFT_OK && text.failed) {
        status = weft_fail(error, WEFT_FAILED, "kernels: no memory for the program's source");
    }
    if (status == WEFT_OK) {
        crowd->program = clCreateProgramWithSource(cl->context, 1, (const char **)&text.bytes,
                                                   &text.length, &code);
        status = opencl_check(code, "clCreateProgramWithSource", error);
    }
    if (status == WEFT_OK) {
        code = clBuildProgram(crowd->program, 1, &cl->device, "-cl-std=CL1.2", NULL, NULL);
        status = opencl_check(code, "clBuildProgram: soak.cl", error);
    }
    free(text.bytes);
    return status;
}

/* What a copy has beside its network. */
static enum weft_status make_copy(struct replicas *crowd, struct opencl_copy *copy,
                                  struct weft_error *error) {
    static const char *const names[SOAK_KERNELS] = {"soak_chain", "soak_compare", "soak_fill",
                                                    "soak_check"};
    enum weft_status status = opencl_buffer(copy->cl, WEFT_DIGEST_CHAINS * sizeof(cl_uint),
                                            "a digest", &copy->chains, error);
    if (status == WEFT_OK) {
        status = opencl_buffer(copy->cl, OPENCL_FAULTS * sizeof(cl_uint), "faults", &copy->faults,
                               error);
    }
    for (int i = 0; i < SOAK_KERNELS && status == WEFT_OK; i++) {
        cl_int code;
        copy->kernels[i] = clCreateKernel(crowd->program, names[i], &code);
        status = opencl_check(code, "clCreateKernel: soak.cl", error);
    }
    return status;
}

/* One copy for each compute unit, in half of the memory; stores what is left of that half in ${rest}. */
static size_t choose_count(const struct opencl_backend *cl, uint64_t *rest) {
    const struct weft_device *device = &cl->base.device;
    uint64_t half = device->global_memory / 2, bytes = cl->buffer_bytes + 1;
    size_t count = device->compute_units;
    if (strcmp(device->type, "cpu") == 0 && half > MEMORY_OF_CPU) {
        half = MEMORY_OF_CPU;
    }
    count = count > OPENCL_COPIES_MOST ? OPENCL_COPIES_MOST : count;
    count = count > half / bytes ? (size_t)(half / bytes) : count;
    count = count > 0 ? count : 1;
    *rest = half > count * bytes ? half - count * bytes : 0;
    return count;
}

/* An equal part of ${rest} bytes for each copy, as far as the device gives it: some only find out when it is used. */
static void make_fillings(struct replicas *crowd, uint64_t rest) {
    const struct opencl_backend *cl = crowd->copies[0].cl;
    cl_ulong most = 0;
    clGetDeviceInfo(cl->device, CL_DEVICE_MAX_MEM_ALLOC_SIZE, sizeof most, &most, NULL);
    uint64_t words = (rest / crowd->count < most ? rest / crowd->count : most) / sizeof(cl_uint);
    crowd->words = (cl_uint)(words < WORDS_MOST ? words : WORDS_MOST);
    for (size_t i = 0; i < crowd->count && crowd->words > 0; i++) {
        struct opencl_copy *copy = &crowd->copies[i];
        struct weft_error ignored = {0};
        cl_int code;
        copy->filling = clCreateBuffer(cl->context, CL_MEM_READ_WRITE,
                                       crowd->words * sizeof(cl_uint), NULL, &code);
        if (code != CL_SUCCESS || opencl_crowd_fill(crowd, copy, &ignored) != WEFT_OK ||
            clFinish(copy->cl->queue) != CL_SUCCESS) {
            if (copy->filling != NULL) {
                clReleaseMemObject(copy->filling);
            }
            copy->filling = NULL;
            break;
        }
        crowd->bytes += crowd->words * sizeof(cl_uint);
    }
}

/* The copies behind the first. */
static enum weft_status make_copies(struct replicas *crowd,
                                    const struct weft_backend_options *options,
                                    const struct weft_images *images, struct weft_error *error) {
    struct opencl_backend *first = crowd->copies[0].cl;
    uint64_t rest;
    size_t wanted = choose_count(first, &rest);
    enum weft_status status = make_copy(crowd, &crowd->copies[0], error);
    for (size_t i = 1; i < wanted && status == WEFT_OK; i++) {
        struct opencl_copy *copy = &crowd->copies[i];
        struct weft_error failure = {0};
        if (opencl_open_shared(first, options, &copy->cl, &failure) != WEFT_OK ||
            weft_backend_set_images(&copy->cl->base, WEFT_SPLIT_TRAIN, images, &failure) !=
                WEFT_OK ||
            make_copy(crowd, copy, &failure) != WEFT_OK) {
            finish_copy(copy);
            break;
        }
        crowd->count++;
    }
    crowd->bytes = crowd->count * (uint64_t)first->buffer_bytes;
    if (status == WEFT_OK) {
        make_fillings(crowd, rest);
    }
    for (int i = 0; i < 2 && status == WEFT_OK; i++) {
        size_t floats =
            opencl_array_count(first, i == 0 ? WEFT_ARRAY_PARAMETERS : WEFT_ARRAY_BUFFERS);
        status = opencl_buffer(first, floats * sizeof(cl_float), "initial values",
                               &crowd->initial[i], error);
    }
    return status;
}

static enum weft_status open_crowd(const struct weft_network *network,
                                   const struct weft_backend_options *options,
                                   const struct weft_images *images, const struct weft_trial *trial,
                                   struct replicas **crowd, struct weft_error *error) {
    struct replicas *made = calloc(1, sizeof *made);
    struct weft_backend_options how = *options;
    struct weft_backend *first = NULL;
    enum weft_status status;
    *crowd = NULL;
    if (made == NULL || (made->pool = os_pool_create(os_processors())) == NULL) {
        free(made);
        return weft_fail(error, WEFT_FAILED, "verify: no memory or threads for copies");
    }
    how.trial = NULL;
    status = weft_backend_open(network, &how, &first, NULL, error);
    if (status == WEFT_OK) {
        made->copies[0].cl = (struct opencl_backend *)first;
        made->count = 1;
        status = weft_backend_set_images(first, WEFT_SPLIT_TRAIN, images, error);
    }
    if (status == WEFT_OK) {
        status = build(made, options, error);
    }
    if (status == WEFT_OK) {
        status = make_copies(made, &how, images, error);
    }
    if (status != WEFT_OK) {
        close_crowd(made);
        return status;
    }
    made->copies[made->count > 1 ? 1 : 0].cl->trial = trial;
    *crowd = made;
    return WEFT_OK;
}

static size_t copy_count(const struct replicas *crowd) {
    return crowd->count;
}

static uint64_t bytes_of(const struct replicas *crowd) {
    return crowd->bytes;
}

static struct weft_backend *backend_of(struct replicas *crowd, size_t i) {
    return &crowd->copies[i].cl->base;
}

const struct replicas_ops opencl_crowd_ops = {
    .open = open_crowd,
    .close = close_crowd,
    .count = copy_count,
    .bytes = bytes_of,
    .backend = backend_of,
    .begin = opencl_crowd_begin,
    .restart = opencl_crowd_restart,
    .train = opencl_crowd_train,
    .compare = opencl_crowd_compare,
    .check = opencl_crowd_check,
};
