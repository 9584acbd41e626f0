/* raw_device.c: transfers and single operations, on a device that holds no network. */
#include "backend/division_pairs.h"
#include "backend/opencl/debug/record.h"
#include "backend/opencl/devices.h"
#include "backend/opencl/division.h"
#include "backend/opencl/errors.h"
#include "backend/opencl/loss.h"
#include "backend/opencl/memory.h"
#include "backend/opencl/program.h"
#include "backend/opencl/source.h"
#include "backend/opencl/transfer.h"
#include "base/try.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The kernels of verify.cl, each for single floats and for vectors. */
enum {
    KERNEL_BASIC,
    KERNEL_CONTRACT,
    KERNEL_CONVERT,
    KERNEL_DIVIDE,
    KERNEL_SQRT,
    KERNEL_EXP,
    KERNEL_LOG,
    KERNEL_SIGMOID,
    KERNELS
};

static const char *const names[2][KERNELS] = {
    {"verify_basic", "verify_contract", "verify_convert", "verify_div", "verify_sqrt", "verify_exp",
     "verify_log", "verify_sigmoid"},
    {"verify_basic16", "verify_contract16", "verify_convert16", "verify_div16", "verify_sqrt16",
     "verify_exp16", "verify_log16", "verify_sigmoid16"}};

#define KERNEL_OF(name, kernel, text, rule, operands, integer, section) KERNEL_##kernel,
static const int kernel_of[] = {WEFT_OPERATIONS(KERNEL_OF)};

struct raw_device {
    cl_device_id device;
    cl_context context;
    cl_command_queue queue;
    cl_program program;
    cl_kernel kernels[2][KERNELS]; /* of single floats, of vectors */
    bool division;                 /* the program uses the device's own (division.h) */
    char *source, flags[1024];     /* of the program, for records */
};

static void release_program(struct raw_device *raw) {
    for (int i = 0; i < 2 * KERNELS; i++) {
        OPENCL_RELEASE(raw->device, Kernel, raw->kernels[i / KERNELS][i % KERNELS]);
    }
    OPENCL_RELEASE(raw->device, Program, raw->program);
    memset(raw->kernels, 0, sizeof raw->kernels);
    raw->program = NULL;
    free(raw->source);
    raw->source = NULL;
}

static void close_raw(struct raw_device *raw) {
    if (raw == NULL) {
        return;
    }
    release_program(raw);
    OPENCL_RELEASE(raw->device, CommandQueue, raw->queue);
    OPENCL_RELEASE(raw->device, Context, raw->context);
    free(raw);
}

static enum weft_status open_raw(const struct device_info *device, struct raw_device **raw,
                                 struct weft_error *error) {
    struct raw_device *opened = calloc(1, sizeof *opened);
    cl_int code = CL_SUCCESS;
    enum weft_status status;
    *raw = NULL;
    if (opened == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "opencl: no memory");
    }
    opened->division = opencl_division_promised(device);
    TRY_OR(done, opencl_device_find(device, &opened->device, error));
    TRY_OR(done, opencl_lost_check(opened->device, error));
    opened->context = clCreateContext(NULL, 1, &opened->device, NULL, NULL, &code);
    TRY_OR(done, opencl_check(code, "clCreateContext", error));
    opened->queue = clCreateCommandQueue(opened->context, opened->device, 0, &code);
    TRY_OR(done, opencl_check(code, "clCreateCommandQueue", error));
    *raw = opened;
    return WEFT_OK;
done:
    close_raw(opened);
    return status;
}

static enum weft_status make_buffer(struct raw_device *raw, size_t bytes, cl_mem *buffer,
                                    struct weft_error *error) {
    cl_int code;
    *buffer = clCreateBuffer(raw->context, CL_MEM_READ_WRITE, bytes, NULL, &code);
    return opencl_device_check(raw->device, code, "clCreateBuffer", error);
}

static void release(const struct raw_device *raw, const cl_mem *buffers, size_t count) {
    for (size_t i = 0; i < count; i++) {
        OPENCL_RELEASE(raw->device, MemObject, buffers[i]);
    }
}

static enum weft_status transfer(struct raw_device *raw, const void *from, size_t size, void *to,
                                 struct weft_error *error) {
    cl_mem buffers[2] = {NULL, NULL};
    cl_int code;
    enum weft_status status;
    for (size_t i = 0; i < 2; i++) {
        TRY_OR(done, make_buffer(raw, size, &buffers[i], error));
    }
    code = clEnqueueWriteBuffer(raw->queue, buffers[0], CL_TRUE, 0, size, from, 0, NULL, NULL);
    TRY_OR(done, opencl_device_check(raw->device, code, "clEnqueueWriteBuffer", error));
    code = clEnqueueCopyBuffer(raw->queue, buffers[0], buffers[1], 0, 0, size, 0, NULL, NULL);
    TRY_OR(done, opencl_device_check(raw->device, code, "clEnqueueCopyBuffer", error));
    for (size_t i = 0; i < 2; i++) {
        TRY_OR(done, opencl_read_from(raw->device, raw->queue, buffers[i], 0, (char *)to + i * size,
                                      size, error));
    }
done:
    release(raw, buffers, 2);
    return status;
}

static enum weft_status build_program(struct raw_device *raw, const struct backend_options *options,
                                      struct weft_error *error) {
    struct text text = {0};
    cl_int code = CL_SUCCESS;
    enum weft_status status;
    snprintf(raw->flags, sizeof raw->flags, "-cl-std=CL1.2 %s%s",
             raw->division ? OPENCL_DIVISION_OPTIONS : "",
             options->cl_options != NULL ? options->cl_options : "");
    text_add(&text, "#pragma OPENCL FP_CONTRACT OFF\n");
    TRY_OR(done, opencl_source_add(&text, options->kernels, "numerics.h", error));
    TRY_OR(done, opencl_source_add(&text, options->kernels, "verify.cl", error));
    TRY_OR(done, opencl_compile(raw->context, raw->device, &text, "verify.cl", raw->flags,
                                &options->log, &raw->program, error));
    for (int i = 0; i < 2 * KERNELS && code == CL_SUCCESS; i++) {
        raw->kernels[i / KERNELS][i % KERNELS] =
            clCreateKernel(raw->program, names[i / KERNELS][i % KERNELS], &code);
    }
    TRY_OR(done, opencl_device_check(raw->device, code, "clCreateKernel: verify.cl", error));
    raw->source = text.bytes;
    return WEFT_OK;
done:
    free(text.bytes);
    return status;
}

/* Enqueues all kernels on ${buffers}: the operands a, b, c, and the results. */
static enum weft_status compute(struct raw_device *raw, const cl_mem buffers[4], size_t count,
                                bool vectors, struct weft_error *error) {
    const size_t range = vectors ? count / 16 : count;
    const size_t one = 1, *local = vectors ? &one : NULL; /* as the mappings launch kernels */
    const cl_uint n = (cl_uint)count;
    for (size_t k = 0; k < KERNELS; k++) {
        cl_kernel kernel = raw->kernels[vectors][k];
        for (cl_uint i = 0; i < 4; i++) {
            TRY(opencl_device_check(raw->device,
                                    clSetKernelArg(kernel, i, sizeof buffers[i], &buffers[i]),
                                    "clSetKernelArg: verify.cl", error));
        }
        TRY(opencl_device_check(raw->device, clSetKernelArg(kernel, 4, sizeof n, &n),
                                "clSetKernelArg: verify.cl", error));
        TRY(opencl_device_check(
            raw->device,
            clEnqueueNDRangeKernel(raw->queue, kernel, 1, NULL, &range, local, 0, NULL, NULL),
            "clEnqueueNDRangeKernel: verify.cl", error));
    }
    return WEFT_OK;
}

static enum weft_status arithmetic(struct raw_device *raw, const uint32_t *in, size_t count,
                                   bool vectors, uint32_t *out, struct weft_error *error) {
    cl_mem buffers[4] = {NULL};
    size_t bytes = count * sizeof *in, out_bytes = OPERATION_COUNT * bytes;
    cl_int code;
    enum weft_status status;
    for (size_t i = 0; i < 3; i++) {
        TRY_OR(done, make_buffer(raw, bytes, &buffers[i], error));
        code = clEnqueueWriteBuffer(raw->queue, buffers[i], CL_TRUE, 0, bytes, in + i * count, 0,
                                    NULL, NULL);
        TRY_OR(done, opencl_device_check(raw->device, code, "clEnqueueWriteBuffer", error));
    }
    TRY_OR(done, make_buffer(raw, out_bytes, &buffers[3], error));
    memset(out, 0xa5, out_bytes); /* so that no old results pass */
    code = clEnqueueWriteBuffer(raw->queue, buffers[3], CL_TRUE, 0, out_bytes, out, 0, NULL, NULL);
    TRY_OR(done, opencl_device_check(raw->device, code, "clEnqueueWriteBuffer", error));
    TRY_OR(done, compute(raw, buffers, count, vectors, error));
    TRY_OR(done, opencl_read_from(raw->device, raw->queue, buffers[3], 0, out, out_bytes, error));
done:
    release(raw, buffers, 4);
    return status;
}

/* Computes the pairs of division_pairs.h. */
static enum weft_status check_division(struct raw_device *raw, bool *right,
                                       struct weft_error *error) {
    float a[DIVISION_PAIRS], b[DIVISION_PAIRS], quotient, root;
    uint32_t in[3 * DIVISION_PAIRS] = {0}, out[OPERATION_COUNT * DIVISION_PAIRS];
    division_pairs_fill(a, b);
    memcpy(in, a, sizeof a);
    memcpy(in + DIVISION_PAIRS, b, sizeof b);
    TRY(arithmetic(raw, in, DIVISION_PAIRS, true, out, error));
    *right = true;
    for (size_t i = 0; i < DIVISION_PAIRS; i++) {
        memcpy(&quotient, &out[OPERATION_DEVICE_DIVIDE * DIVISION_PAIRS + i], sizeof quotient);
        memcpy(&root, &out[OPERATION_DEVICE_SQRT * DIVISION_PAIRS + i], sizeof root);
        *right = *right && division_is_right(a[i], b[i], quotient, root);
    }
    return WEFT_OK;
}

/* As for a network, the program is built without the device's own division if that is wrong. */
static enum weft_status build_raw(struct raw_device *raw, const struct backend_options *options,
                                  struct weft_error *error) {
    bool right = true;
    TRY(build_program(raw, options, error));
    if (raw->division) {
        TRY(check_division(raw, &right, error));
    }
    if (right) {
        return WEFT_OK;
    }
    release_program(raw);
    raw->division = false;
    return build_program(raw, options, error);
}

static enum weft_status keep_buffer(struct record *record, const void *from, size_t bytes,
                                    struct weft_error *error) {
    struct record_buffer *buffer = &record->buffers[record->buffer_count];
    buffer->size = bytes;
    buffer->bytes = calloc(bytes, 1);
    if (buffer->bytes == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "opencl: no memory for a record");
    }
    if (from != NULL) {
        memcpy(buffer->bytes, from, bytes);
    }
    record->buffer_count++;
    return WEFT_OK;
}

static enum weft_status record_raw(const struct raw_device *raw, enum weft_operation operation,
                                   const uint32_t *in, size_t count, bool vectors,
                                   struct record *record, struct weft_error *error) {
    struct record_launch *launch = &record->launches[0];
    size_t bytes = count * sizeof *in;
    for (size_t i = 0; i < 4; i++) {
        TRY(keep_buffer(record, i < 3 ? in + i * count : NULL,
                        i < 3 ? bytes : OPERATION_COUNT * bytes, error));
        launch->arguments[i].buffer = (int)i;
    }
    launch->arguments[4] = (struct record_argument){.buffer = -1, .word = (uint32_t)count};
    launch->count = 5;
    snprintf(launch->kernel, sizeof launch->kernel, "%s", names[vectors][kernel_of[operation]]);
    launch->range[0] = vectors ? count / 16 : count;
    launch->range[1] = launch->range[2] = 1;
    if (vectors) {
        launch->local[0] = launch->local[1] = launch->local[2] = 1;
    }
    record->launch_count = 1;
    return record_program(record, raw->program, raw->device, raw->source, error);
}

const struct raw_device_ops raw_device_ops = {
    .open = open_raw,
    .close = close_raw,
    .transfer = transfer,
    .build = build_raw,
    .arithmetic = arithmetic,
    .record = record_raw,
};
