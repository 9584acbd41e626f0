/* program.c: compiles the network's program, and checks that the device computes as the contract
 * of equal bits needs it. */
#include "backend/opencl/program.h"
#include "backend/opencl/cache.h"
#include "backend/opencl/debug/hooks.h"
#include "backend/opencl/errors.h"
#include "backend/opencl/log.h"
#include "backend/opencl/memory.h"
#include "backend/opencl/opencl.h"
#include "backend/opencl/source.h"
#include "numerics.h"
#include "os/host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Puts the compiler's log into ${error}: its beginning, which names the first thing that is
 * wrong. */
static enum weft_status build_failed(struct opencl_backend *cl, cl_int code, const char *options,
                                     struct weft_error *error) {
    size_t size = 0;
    char *log = NULL, name[32];
    clGetProgramBuildInfo(cl->program, cl->device, CL_PROGRAM_BUILD_LOG, 0, NULL, &size);
    if (size > 0 && (log = calloc(size + 1, 1)) != NULL) {
        clGetProgramBuildInfo(cl->program, cl->device, CL_PROGRAM_BUILD_LOG, size, log, NULL);
    }
    weft_fail(error, WEFT_BAD_DEVICE, "clBuildProgram: %s, options \"%s\":\n%.3000s",
              opencl_code_name(code, name), options, log != NULL ? log : "(no log)");
    free(log);
    return WEFT_BAD_DEVICE;
}

enum weft_status opencl_program_build(struct opencl_backend *cl,
                                      const struct weft_backend_options *options,
                                      struct weft_error *error) {
    struct text text = {0};
    char flags[1024];
    int length;
    cl_int code;
    enum weft_status status = opencl_source_make(cl->base.network, &cl->groups, &cl->kernels,
                                                 cl->mapping, options->kernels, &text, error);
    if (status != WEFT_OK) {
        free(text.bytes);
        return status;
    }
    if (text.length == 0) {
        return weft_fail(error, WEFT_FAILED, "kernels: the program is empty");
    }
    length = snprintf(flags, sizeof flags, "-cl-std=CL1.2 %s",
                      options->cl_options != NULL ? options->cl_options : "");
    if (length < 0 || (size_t)length >= sizeof flags) {
        free(text.bytes);
        return weft_fail(error, WEFT_USAGE, "--cl-options: longer than %zu bytes",
                         sizeof flags - sizeof "-cl-std=CL1.2 ");
    }
    if (options->no_cache) {
        log_write(&cl->base.log, "opencl: program cache: off");
    } else if (opencl_cache_is_drivers(cl)) {
        log_write(&cl->base.log, "opencl: program cache: left to the driver, which has one");
    } else {
        char key[65];
        opencl_cache_key(cl, &text, flags, key);
        if (opencl_cache_load(cl, key, flags)) {
            free(text.bytes);
            return WEFT_OK;
        }
        memcpy(cl->cache_key, key, sizeof key);
    }
    cl->program =
        clCreateProgramWithSource(cl->context, 1, (const char **)&text.bytes, &text.length, &code);
    status = opencl_check(code, "clCreateProgramWithSource", error);
    if (status == WEFT_OK) {
        double start = os_seconds();
        debug_announce(cl, "clBuildProgram");
        code = clBuildProgram(cl->program, 1, &cl->device, flags, NULL, NULL);
        opencl_log_build(&cl->base.log, "program", cl->program, cl->device, flags,
                         os_seconds() - start);
        status = code == CL_SUCCESS ? WEFT_OK : build_failed(cl, code, flags, error);
    }
    free(text.bytes);
    return status;
}

#define PROBES        256
#define PROBE_RESULTS 9

/* Triples that tell devices apart: sums whose product must be rounded first, halves, large and
 * small ones, and numbers between. */
static void fill_probes(float in[PROBES * 3]) {
    uint32_t state = 1;
    for (size_t i = 0; i < PROBES * 3; i++) {
        state = state * 1664525u + 1013904223u;
        /* a sign, an exponent of -16 to 15, any mantissa */
        in[i] = weft_as_float((state & 0x807fffffu) | ((111u + (state >> 23) % 32u) << 23));
    }
    for (size_t i = 0; i < PROBES; i += 2) {
        /* c = -(a b) rounded: the sum is 0 without contraction, the rounding error with fma */
        float product = in[i * 3] * in[i * 3 + 1];
        in[i * 3 + 2] = -product;
    }
}

static void expect(const float in[3], float out[PROBE_RESULTS]) {
    float a = in[0], b = in[1], c = in[2], product = a * b;
    out[0] = product + c;
    out[1] = fmaf(a, b, c);
    out[2] = a - b;
    out[3] = weft_div(a, b);
    out[4] = weft_sqrt(fabsf(a));
    out[5] = weft_exp(a);
    out[6] = weft_log(fabsf(b));
    out[7] = weft_clean(c);
    out[8] = product + c;
}

/* What probe.cl computes, and where OpenCL says how: all else is built on what is correctly
 * rounded. */
static const struct {
    const char *name, *rule;
} answers[PROBE_RESULTS] = {{"p = a * b; p + c", "7.4: + and x are correctly rounded"},
                            {"fma(a, b, c)", "6.12.2 and 7.4: fma is correctly rounded"},
                            {"a - b", "7.4: - is correctly rounded"},
                            {"a / b made of fma", "7.4: fma and x are correctly rounded"},
                            {"sqrt(a) made of fma", "7.4: fma and x are correctly rounded"},
                            {"exp(a) made of fma", "7.4: fma, + and x are correctly rounded"},
                            {"log(b) made of fma", "7.4: fma, + and x are correctly rounded"},
                            {"clean(c)", "6.3: integer operations and comparisons"},
                            {"a * b + c", "6.10: FP_CONTRACT OFF"}};

/* Compares bits; zeros of both signs are equal. Nothing here comes near a denormal, which
 * devices may treat as they like. The first wrong answer is described in ${warning}. */
static void compare(const float *in, const float *out, char warning[512]) {
    for (size_t i = 0; i < PROBES; i++) {
        const float *of = in + i * 3;
        float wanted[PROBE_RESULTS];
        expect(of, wanted);
        for (size_t k = 0; k < PROBE_RESULTS; k++) {
            float got = out[i * PROBE_RESULTS + k];
            if (memcmp(&got, &wanted[k], sizeof got) == 0 || (got == 0 && wanted[k] == 0)) {
                continue;
            }
            bool contracted = (k == 0 || k == 8) && got == wanted[1];
            snprintf(warning, 512,
                     "the device breaks a rule of OpenCL 1.2, section %s; %s of %a, %a, %a is %a "
                     "there, not %a%s. It may not give the bits of other devices: weft verify "
                     "tells more",
                     contracted ? answers[8].rule : answers[k].rule, answers[k].name, (double)of[0],
                     (double)of[1], (double)of[2], (double)got, (double)wanted[k],
                     contracted ? " (one rounding for two: contraction)" : "");
            return;
        }
    }
}

enum weft_status opencl_probe(struct opencl_backend *cl, struct weft_error *error) {
    float in[PROBES * 3], *out = calloc(PROBES * PROBE_RESULTS, sizeof *out);
    size_t probes = PROBES;
    cl_mem from = NULL, to = NULL;
    cl_int code;
    cl_kernel kernel = clCreateKernel(cl->program, "probe", &code);
    enum weft_status status = opencl_check(code, "clCreateKernel: probe", error);
    if (out == NULL) {
        status = weft_fail(error, WEFT_FAILED, "opencl: no memory");
    }
    fill_probes(in);
    if (status == WEFT_OK &&
        (status = opencl_buffer(cl, sizeof in, "probe", &from, error)) == WEFT_OK &&
        (status = opencl_buffer(cl, PROBES * PROBE_RESULTS * sizeof *out, "probe", &to, error)) ==
            WEFT_OK &&
        (status = opencl_write(cl, from, in, sizeof in, error)) == WEFT_OK) {
        clSetKernelArg(kernel, 0, sizeof from, &from);
        clSetKernelArg(kernel, 1, sizeof to, &to);
        code = clEnqueueNDRangeKernel(cl->queue, kernel, 1, NULL, &probes, NULL, 0, NULL, NULL);
        status = opencl_check(code, "clEnqueueNDRangeKernel: probe", error);
    }
    if (status == WEFT_OK &&
        (status = opencl_read(cl, to, out, PROBES * PROBE_RESULTS * sizeof *out, error)) ==
            WEFT_OK) {
        compare(in, out, cl->base.warning);
    }
    free(out);
    if (from != NULL) {
        clReleaseMemObject(from);
    }
    if (to != NULL) {
        clReleaseMemObject(to);
    }
    if (kernel != NULL) {
        clReleaseKernel(kernel);
    }
    return status;
}
