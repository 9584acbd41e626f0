/* replicas.c: opens several copies of a network on one device. The rest of the memory is filled
 * with words that rounds check. */
#include "backend/opencl/debug/replicas.h"
#include "backend/opencl/errors.h"
#include "backend/opencl/loss.h"
#include "backend/opencl/memory.h"
#include "backend/opencl/opening.h"
#include "backend/opencl/pace.h"
#include "backend/opencl/program.h"
#include "backend/opencl/source.h"
#include "base/try.h"

#include <stdlib.h>
#include <string.h>

#include "digest.h"
#include "os/host.h"

#define MEMORY_OF_HOST (UINT64_C(256) << 20)
#define MAX_GPU_QUEUES 16                  /* each is a thread in some drivers */
#define MAX_WORDS      (UINT64_C(1) << 31) /* of a filling: an index has 32 bits, plus a stride */
#define FILLERS        65536               /* work-items that fill or check */

static void finish_copy(struct replica *copy, cl_device_id device) {
    if (copy->cl != NULL && !opencl_is_lost(device)) {
        clFinish(copy->cl->queue);
    }
    OPENCL_RELEASE(device, MemObject, copy->chains);
    OPENCL_RELEASE(device, MemObject, copy->faults);
    OPENCL_RELEASE(device, MemObject, copy->filling);
    for (int i = 0; i < SOAK_KERNELS; i++) {
        OPENCL_RELEASE(device, Kernel, copy->kernels[i]);
    }
    backend_close(copy->cl != NULL ? &copy->cl->base : NULL);
    *copy = (struct replica){0};
}

void replicas_close(struct replicas *replicas) {
    cl_device_id device;
    if (replicas == NULL) {
        return;
    }
    device = replicas->count > 0 ? replicas->copies[0].cl->device : NULL;
    OPENCL_RELEASE(device, MemObject, replicas->initial[0]);
    OPENCL_RELEASE(device, MemObject, replicas->initial[1]);
    OPENCL_RELEASE(device, Program, replicas->program);
    for (size_t i = replicas->count; i-- > 0;) {
        finish_copy(&replicas->copies[i], device);
    }
    os_pool_destroy(replicas->pool);
    free(replicas);
}

static enum weft_status build(struct replicas *replicas, const struct backend_options *options,
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
    TRY(opencl_buffer(copy->cl, REPLICA_FAULTS * sizeof(cl_uint), "faults", &copy->faults, error));
    for (int i = 0; i < SOAK_KERNELS; i++) {
        cl_int code;
        copy->kernels[i] = clCreateKernel(replicas->program, names[i], &code);
        TRY(opencl_queue_check(copy->cl, code, "clCreateKernel: soak.cl", error));
    }
    return WEFT_OK;
}

/* Returns the count of copies: one for each compute unit, but not more than a GPU's driver can
 * take, in half of the memory. On a CPU and on an integrated GPU, whose memory is the host's, at
 * most 256 MiB are used. Stores what is left of that memory in ${rest}. */
static size_t choose_count(const struct opencl_backend *cl, uint64_t *rest) {
    const struct device_info *device = &cl->base.device;
    uint64_t half = device->global_memory / 2, bytes = cl->buffer_bytes + 1;
    const size_t max = strcmp(device->type, "cpu") == 0 ? MAX_REPLICAS : MAX_GPU_QUEUES;
    size_t count = device->compute_units < max ? device->compute_units : max;
    if (device->unified_memory && half > MEMORY_OF_HOST) {
        half = MEMORY_OF_HOST;
    }
    count = count > half / bytes ? (size_t)(half / bytes) : count;
    count = count > 0 ? count : 1;
    *rest = half > count * bytes ? half - count * bytes : 0;
    return count;
}

enum weft_status replica_launch(struct replica *copy, enum soak_kernel which,
                                const struct replica_argument *arguments, cl_uint count,
                                size_t items, struct weft_error *error) {
    cl_kernel kernel = copy->kernels[which];
    cl_int code = CL_SUCCESS;
    for (cl_uint i = 0; i < count && code == CL_SUCCESS; i++) {
        code = clSetKernelArg(kernel, i, arguments[i].size, arguments[i].value);
    }
    if (code == CL_SUCCESS) {
        code =
            clEnqueueNDRangeKernel(copy->cl->queue, kernel, 1, NULL, &items, NULL, 0, NULL, NULL);
    }
    return opencl_queue_check(copy->cl, code, "clEnqueueNDRangeKernel: soak.cl", error);
}

enum weft_status replica_run_filling(struct replicas *replicas, struct replica *copy,
                                     enum soak_kernel which, struct weft_error *error) {
    const struct replica_argument arguments[] = {{sizeof copy->filling, &copy->filling},
                                                 {sizeof replicas->words, &replicas->words},
                                                 {sizeof replicas->seed, &replicas->seed},
                                                 {sizeof copy->faults, &copy->faults}};
    return copy->filling != NULL
               ? replica_launch(copy, which, arguments, which == SOAK_FILL ? 3 : 4, FILLERS, error)
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
        if (code != CL_SUCCESS ||
            replica_run_filling(replicas, copy, SOAK_FILL, &ignored) != WEFT_OK ||
            opencl_pace_finish(copy->cl, "clFinish", &ignored) != WEFT_OK) {
            OPENCL_RELEASE(cl->device, MemObject, copy->filling);
            copy->filling = NULL;
            break;
        }
        replicas->bytes += replicas->words * sizeof(cl_uint);
    }
}

/* Opens a copy next to the first one. */
static enum weft_status open_copy(struct replicas *replicas, const struct backend_options *options,
                                  const struct weft_images *images, struct replica *copy,
                                  struct weft_error *error) {
    TRY(opencl_open_shared(replicas->copies[0].cl, options, &copy->cl, error));
    TRY(backend_set_images(&copy->cl->base, WEFT_SPLIT_TRAIN, images, error));
    return make_copy(replicas, copy, error);
}

/* Makes the memory that all copies share, opens the other copies, and fills the rest. */
static enum weft_status make_copies(struct replicas *replicas,
                                    const struct backend_options *options,
                                    const struct weft_images *images, struct weft_error *error) {
    struct opencl_backend *first = replicas->copies[0].cl;
    uint64_t rest;
    size_t requested;
    TRY(make_copy(replicas, &replicas->copies[0], error));
    for (int i = 0; i < 2; i++) {
        size_t floats = array_count(first->base.network, state_arrays[i]);
        TRY(opencl_buffer(first, floats * sizeof(cl_float), "initial values", &replicas->initial[i],
                          error));
    }
    requested = choose_count(first, &rest);
    while (replicas->count < requested) {
        struct replica *copy = &replicas->copies[replicas->count];
        struct weft_error failure = {0};
        if (open_copy(replicas, options, images, copy, &failure) != WEFT_OK) {
            finish_copy(copy, first->device);
            break;
        }
        replicas->count++;
    }
    replicas->bytes = replicas->count * (uint64_t)first->buffer_bytes;
    make_fillings(replicas, rest);
    return WEFT_OK;
}

enum weft_status replicas_open(const struct weft_network *network,
                               const struct backend_options *options,
                               const struct weft_images *images, const struct debug_options *debug,
                               struct replicas **replicas, struct weft_error *error) {
    struct replicas *opened = calloc(1, sizeof *opened);
    struct backend *first = NULL;
    enum weft_status status;
    *replicas = NULL;
    if (opened == NULL || (opened->pool = os_pool_create(os_processors())) == NULL) {
        free(opened);
        return error_set(error, WEFT_NO_MEMORY, "verify: no memory or threads for copies");
    }
    TRY_OR(done, backend_open(network, options, &first, NULL, error));
    opened->copies[0].cl = (struct opencl_backend *)first;
    opened->copies[0].cl->all_resident = true;
    opened->count = 1;
    TRY_OR(done, backend_set_images(first, WEFT_SPLIT_TRAIN, images, error));
    TRY_OR(done, build(opened, options, error));
    TRY_OR(done, make_copies(opened, options, images, error));
    opened->copies[opened->count > 1 ? 1 : 0].cl->debug = debug;
    *replicas = opened;
    return WEFT_OK;
done:
    replicas_close(opened);
    return status;
}
