/* raw_device.c: transfers and single operations, on a device that holds no network. */
#include "backend/opencl/debug/raw_device.h"
#include "backend/opencl/debug/record.h"
#include "backend/opencl/devices.h"
#include "backend/opencl/errors.h"
#include "backend/opencl/log.h"
#include "backend/opencl/source.h"
#include "os/host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KERNELS 6 /* of verify.cl, each for single floats and for vectors */

static const char *const names[2][KERNELS] = {
    {"verify_basic", "verify_convert", "verify_div", "verify_sqrt", "verify_exp", "verify_log"},
    {"verify_basic16", "verify_convert16", "verify_div16", "verify_sqrt16", "verify_exp16",
     "verify_log16"}};

struct raw_device {
    cl_device_id device;
    cl_context context;
    cl_command_queue queue;
    cl_program program;
    cl_kernel kernels[2][KERNELS]; /* of single floats, of vectors */
    char *source, flags[1024];     /* of the program, for records */
};

static void close_bare(struct raw_device *bare) {
    if (bare == NULL) {
        return;
    }
    for (int i = 0; i < 2 * KERNELS; i++) {
        if (bare->kernels[i / KERNELS][i % KERNELS] != NULL) {
            clReleaseKernel(bare->kernels[i / KERNELS][i % KERNELS]);
        }
    }
    if (bare->program != NULL) {
        clReleaseProgram(bare->program);
    }
    if (bare->queue != NULL) {
        clReleaseCommandQueue(bare->queue);
    }
    if (bare->context != NULL) {
        clReleaseContext(bare->context);
    }
    free(bare->source);
    free(bare);
}

static enum weft_status open_bare(const struct weft_device *device, struct raw_device **bare,
                                  struct weft_error *error) {
    struct raw_device *made = calloc(1, sizeof *made);
    cl_int code = CL_SUCCESS;
    enum weft_status status;
    *bare = NULL;
    if (made == NULL) {
        return weft_fail(error, WEFT_FAILED, "opencl: no memory");
    }
    status = opencl_device_find(device, &made->device, error);
    if (status == WEFT_OK) {
        made->context = clCreateContext(NULL, 1, &made->device, NULL, NULL, &code);
        status = opencl_check(code, "clCreateContext", error);
    }
    if (status == WEFT_OK) {
        made->queue = clCreateCommandQueue(made->context, made->device, 0, &code);
        status = opencl_check(code, "clCreateCommandQueue", error);
    }
    if (status != WEFT_OK) {
        close_bare(made);
        return status;
    }
    *bare = made;
    return WEFT_OK;
}

static enum weft_status make_buffer(struct raw_device *bare, size_t bytes, cl_mem *buffer,
                                    struct weft_error *error) {
    cl_int code;
    *buffer = clCreateBuffer(bare->context, CL_MEM_READ_WRITE, bytes, NULL, &code);
    return opencl_check(code, "clCreateBuffer", error);
}

static void release(cl_mem *buffers, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (buffers[i] != NULL) {
            clReleaseMemObject(buffers[i]);
        }
    }
}

static enum weft_status transfer(struct raw_device *bare, const void *from, size_t size, void *to,
                                 struct weft_error *error) {
    cl_mem buffers[2] = {NULL, NULL};
    cl_int code = CL_SUCCESS;
    enum weft_status status = make_buffer(bare, size, &buffers[0], error);
    if (status == WEFT_OK) {
        status = make_buffer(bare, size, &buffers[1], error);
    }
    if (status == WEFT_OK) {
        code = clEnqueueWriteBuffer(bare->queue, buffers[0], CL_TRUE, 0, size, from, 0, NULL, NULL);
        status = opencl_check(code, "clEnqueueWriteBuffer", error);
    }
    if (status == WEFT_OK) {
        code = clEnqueueCopyBuffer(bare->queue, buffers[0], buffers[1], 0, 0, size, 0, NULL, NULL);
        status = opencl_check(code, "clEnqueueCopyBuffer", error);
    }
    for (size_t i = 0; i < 2 && status == WEFT_OK; i++) {
        code = clEnqueueReadBuffer(bare->queue, buffers[i], CL_TRUE, 0, size, (char *)to + i * size,
                                   0, NULL, NULL);
        status = opencl_check(code, "clEnqueueReadBuffer", error);
    }
    release(buffers, 2);
    return status;
}

static enum weft_status build_source(struct raw_device *bare, const struct text *text,
                                     const struct weft_backend_options *options,
                                     struct weft_error *error) {
    char log[3000] = "", name[32], *flags = bare->flags;
    double start;
    cl_int code;
    snprintf(bare->flags, sizeof bare->flags, "-cl-std=CL1.2 %s",
             options->cl_options != NULL ? options->cl_options : "");
    bare->program = clCreateProgramWithSource(bare->context, 1, (const char **)&text->bytes,
                                              &text->length, &code);
    if (code != CL_SUCCESS) {
        return opencl_check(code, "clCreateProgramWithSource", error);
    }
    start = os_seconds();
    code = clBuildProgram(bare->program, 1, &bare->device, flags, NULL, NULL);
    opencl_log_build(&options->log, "verify.cl", bare->program, bare->device, flags,
                     os_seconds() - start);
    if (code != CL_SUCCESS) {
        clGetProgramBuildInfo(bare->program, bare->device, CL_PROGRAM_BUILD_LOG, sizeof log - 1,
                              log, NULL);
        return weft_fail(error, WEFT_BAD_DEVICE,
                         "clBuildProgram: verify.cl: %s, options \"%s\":\n%s",
                         opencl_code_name(code, name), flags, log);
    }
    for (int i = 0; i < 2 * KERNELS && code == CL_SUCCESS; i++) {
        bare->kernels[i / KERNELS][i % KERNELS] =
            clCreateKernel(bare->program, names[i / KERNELS][i % KERNELS], &code);
    }
    return opencl_check(code, "clCreateKernel: verify.cl", error);
}

static enum weft_status build(struct raw_device *bare, const struct weft_backend_options *options,
                              struct weft_error *error) {
    struct text text = {0};
    enum weft_status status;
    text_add(&text, "#pragma OPENCL FP_CONTRACT OFF\n");
    status = opencl_source_add(&text, options->kernels, "numerics.h", error);
    if (status == WEFT_OK) {
        status = opencl_source_add(&text, options->kernels, "verify.cl", error);
    }
    if (status == WEFT_OK && text.failed) {
        status = weft_fail(error, WEFT_FAILED, "kernels: no memory for the program's source");
    }
    if (status == WEFT_OK) {
        status = build_source(bare, &text, options, error);
        bare->source = text.bytes;
        text.bytes = NULL;
    }
    free(text.bytes);
    return status;
}

static enum weft_status arithmetic(struct raw_device *bare, const uint32_t *in, size_t count,
                                   bool vectors, uint32_t *out, struct weft_error *error) {
    cl_mem buffers[4] = {NULL};
    size_t bytes = count * sizeof *in, range = vectors ? count / 16 : count;
    const size_t alone = 1, *local = vectors ? &alone : NULL; /* as the mappings launch them */
    const cl_uint n = (cl_uint)count, poison = 0xdeadbeefu;   /* else old results could pass */
    cl_int code = CL_SUCCESS;
    enum weft_status status = WEFT_OK;
    for (size_t i = 0; i < 4 && status == WEFT_OK; i++) {
        status =
            make_buffer(bare, i < 3 ? bytes : RAW_DEVICE_OPERATIONS * bytes, &buffers[i], error);
        if (status == WEFT_OK && i < 3) {
            code = clEnqueueWriteBuffer(bare->queue, buffers[i], CL_TRUE, 0, bytes, in + i * count,
                                        0, NULL, NULL);
            status = opencl_check(code, "clEnqueueWriteBuffer", error);
        }
    }
    if (status == WEFT_OK) {
        code = clEnqueueFillBuffer(bare->queue, buffers[3], &poison, sizeof poison, 0,
                                   RAW_DEVICE_OPERATIONS * bytes, 0, NULL, NULL);
        status = opencl_check(code, "clEnqueueFillBuffer", error);
    }
    for (size_t k = 0; k < KERNELS && status == WEFT_OK; k++) {
        cl_kernel kernel = bare->kernels[vectors][k];
        for (cl_uint i = 0; i < 4; i++) {
            clSetKernelArg(kernel, i, sizeof buffers[i], &buffers[i]);
        }
        clSetKernelArg(kernel, 4, sizeof n, &n);
        code = clEnqueueNDRangeKernel(bare->queue, kernel, 1, NULL, &range, local, 0, NULL, NULL);
        status = opencl_check(code, "clEnqueueNDRangeKernel: verify.cl", error);
    }
    if (status == WEFT_OK) {
        code = clEnqueueReadBuffer(bare->queue, buffers[3], CL_TRUE, 0,
                                   RAW_DEVICE_OPERATIONS * bytes, out, 0, NULL, NULL);
        status = opencl_check(code, "clEnqueueReadBuffer", error);
    }
    release(buffers, 4);
    return status;
}

/* Which of the kernels computes an operation of verify.cl. */
static size_t kernel_of(unsigned operation) {
    return operation >= 6 && operation <= 8     ? 1
           : operation >= 11 && operation <= 14 ? operation - 9
                                                : 0;
}

static enum weft_status keep_buffer(struct record *record, const void *from, size_t bytes,
                                    struct weft_error *error) {
    struct record_buffer *buffer = &record->buffers[record->buffer_count];
    buffer->size = bytes;
    buffer->bytes = calloc(bytes, 1);
    if (buffer->bytes == NULL) {
        return weft_fail(error, WEFT_FAILED, "opencl: no memory for a record");
    }
    if (from != NULL) {
        memcpy(buffer->bytes, from, bytes);
    }
    record->buffer_count++;
    return WEFT_OK;
}

static enum weft_status record_operation(const struct raw_device *bare, unsigned operation,
                                         const uint32_t *in, size_t count, bool vectors,
                                         struct record *record, struct weft_error *error) {
    struct record_launch *launch = &record->launches[0];
    size_t bytes = count * sizeof *in, size = 0;
    cl_uint n = (cl_uint)count;
    enum weft_status status = WEFT_OK;
    for (size_t i = 0; i < 4 && status == WEFT_OK; i++) {
        status = keep_buffer(record, i < 3 ? in + i * count : NULL,
                             i < 3 ? bytes : RAW_DEVICE_OPERATIONS * bytes, error);
        launch->arguments[i] = (struct record_argument){.buffer = (int)i, .size = sizeof(cl_mem)};
    }
    launch->arguments[4] = (struct record_argument){.buffer = -1, .size = sizeof n};
    memcpy(launch->arguments[4].bytes, &n, sizeof n);
    launch->count = 5;
    snprintf(launch->kernel, sizeof launch->kernel, "%s", names[vectors][kernel_of(operation)]);
    launch->range[0] = vectors ? count / 16 : count;
    launch->range[1] = launch->range[2] = 1;
    if (vectors) {
        launch->local[0] = launch->local[1] = launch->local[2] = 1;
    }
    record->launch_count = 1;
    snprintf(record->options, sizeof record->options, "%s", bare->flags);
    clGetProgramBuildInfo(bare->program, bare->device, CL_PROGRAM_BUILD_LOG, 0, NULL, &size);
    record->log = calloc(size + 1, 1);
    record->source = calloc(strlen(bare->source) + 1, 1);
    if (status == WEFT_OK && (record->log == NULL || record->source == NULL)) {
        return weft_fail(error, WEFT_FAILED, "opencl: no memory for a record");
    }
    if (status == WEFT_OK) {
        memcpy(record->source, bare->source, strlen(bare->source));
        clGetProgramBuildInfo(bare->program, bare->device, CL_PROGRAM_BUILD_LOG, size, record->log,
                              NULL);
    }
    return status;
}

const struct raw_device_ops opencl_bare_ops = {
    .open = open_bare,
    .close = close_bare,
    .transfer = transfer,
    .build = build,
    .arithmetic = arithmetic,
    .record = record_operation,
};
