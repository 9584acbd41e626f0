/* program.c: compiles programs, and checks that a device computes as the contract of equal bits
 * requires. */
#include "backend/opencl/program.h"
#include "backend/log.h"
#include "backend/opencl/cache.h"
#include "backend/opencl/debug/hooks.h"
#include "backend/opencl/division.h"
#include "backend/opencl/errors.h"
#include "backend/opencl/loss.h"
#include "backend/opencl/memory.h"
#include "backend/opencl/state.h"
#include "backend/opencl/transfer.h"
#include "base/printable.h"
#include "base/sha256.h"
#include "base/try.h"
#include "numerics.h"
#include "os/handlers.h"
#include "os/host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INDENT "    " /* of the lines of a compiler's log */

/* Logs the lines of ${text}. Without memory they are lost. */
static void log_lines(const struct backend_log *log, const char *what, const char *text) {
    size_t size = printable_lines(NULL, 0, text, INDENT) + 128;
    char *lines = malloc(size);
    if (lines != NULL) {
        int used = snprintf(lines, 128, "opencl: %.90s: build log:\n" INDENT, what);
        printable_lines(lines + used, size - (size_t)used, text, INDENT);
        log->write(log->context, lines);
    }
    free(lines);
}

/* Reports that the program called ${what} was built in ${seconds}, and the compiler's log. */
static void log_build(const struct backend_log *log, const char *what, cl_program program,
                      cl_device_id device, const char *flags, double seconds) {
    char *text;
    if (log->write == NULL) {
        return;
    }
    log_write(log, "opencl: %s: built in %.3f s, options \"%s\"", what, seconds, flags);
    text = opencl_build_log(program, device);
    if (text != NULL) {
        size_t end = strlen(text);
        while (end > 0 && (text[end - 1] == '\n' || text[end - 1] == ' ')) {
            text[--end] = '\0';
        }
        if (end > 0) {
            log_lines(log, what, text);
        }
    }
    free(text);
}

/* Fails with the beginning of the compiler's log, which names the first error. ${file}: as for
 * opencl_compile. */
static enum weft_status build_failed(cl_program program, cl_device_id device, const char *file,
                                     const char *flags, cl_int code, struct weft_error *error) {
    char *log = opencl_build_log(program, device), name[32];
    bool first = error != NULL && error->status == WEFT_OK;
    error_set(error, WEFT_BAD_DEVICE, "clBuildProgram: %s%s%s, options \"%s\":\n" INDENT,
              file != NULL ? file : "", file != NULL ? ": " : "", opencl_code_name(code, name),
              flags);
    if (first) {
        size_t used = strlen(error->message);
        printable_lines(error->message + used, sizeof error->message - used,
                        log != NULL && log[0] != '\0' ? log : "(no log)", INDENT);
    }
    free(log);
    opencl_loss_note(device, code, "clBuildProgram");
    return WEFT_BAD_DEVICE;
}

enum weft_status opencl_compile(cl_context context, cl_device_id device, const struct text *source,
                                const char *file, const char *flags, const struct backend_log *log,
                                cl_program *program, struct weft_error *error) {
    cl_int code;
    void *handlers;
    double start;
    if (source->failed) {
        return error_set(error, WEFT_NO_MEMORY, "kernels: no memory for the program's source");
    }
    *program = clCreateProgramWithSource(context, 1, (const char **)&source->bytes, &source->length,
                                         &code);
    TRY(opencl_check(code, "clCreateProgramWithSource", error));
    start = os_seconds();
    handlers = os_handlers_save();
    code = clBuildProgram(*program, 1, &device, flags, NULL, NULL);
    os_handlers_restore(handlers);
    log_build(log, file != NULL ? file : "program", *program, device, flags, os_seconds() - start);
    return code == CL_SUCCESS ? WEFT_OK : build_failed(*program, device, file, flags, code, error);
}

enum weft_status opencl_program_build(struct opencl_backend *cl, struct opencl_program *program,
                                      const struct text *source, const char *standard,
                                      const struct backend_options *options,
                                      struct weft_error *error) {
    char flags[1024];
    int length = snprintf(flags, sizeof flags, "-cl-std=%s %s%s", standard,
                          cl->device_division ? OPENCL_DIVISION_OPTIONS : "",
                          options->cl_options != NULL ? options->cl_options : "");
    if (length < 0 || (size_t)length >= sizeof flags) {
        return error_set(error, WEFT_USAGE, "cl_options: longer than %zu bytes",
                         sizeof flags - sizeof "-cl-std=CL1.2 " OPENCL_DIVISION_OPTIONS);
    }
    if (opencl_cache_load(cl, program, source, flags, options->no_cache)) {
        return WEFT_OK;
    }
    TRY(opencl_lost_check(cl->device, error));
    debug_announce(cl, "clBuildProgram");
    opencl_handlers_again(&cl->handlers);
    return opencl_compile(cl->context, cl->device, source, NULL, flags, &cl->base.log,
                          &program->object, error);
}

#define PROBES        256
#define PROBE_RESULTS 9

/* Makes triples whose results show how a device rounds: sums whose product must be rounded
 * first, and random numbers. */
static void fill_probes(float in[PROBES * 3]) {
    uint32_t state = 1;
    for (size_t i = 0; i < PROBES * 3; i++) {
        state = state * 1664525u + 1013904223u;
        /* a sign, an exponent of -16 to 15, any mantissa */
        in[i] = weft_as_float((state & 0x807fffffu) | ((111u + (state >> 23) % 32u) << 23));
    }
    for (size_t i = 0; i < PROBES; i += 2) {
        /* c = -(a b) rounded: the sum is 0, but with contraction the rounding error */
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

/* What probe.cl computes, and the section of OpenCL that says how. All other functions are built
 * from these. */
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

/* A wrong result of the probe. */
struct wrong {
    const float *in; /* a, b, c; NULL: there is none */
    size_t answer;
    float got, expected;
};

static bool is_right(float got, float expected) {
    return memcmp(&got, &expected, sizeof got) == 0 || (got == 0 && expected == 0);
}

/* Compares bits; zeros of both signs are equal. No value is near a denormal, which a device may
 * flush to 0. Stores the first result of a contraction, one fma for a product and a sum, and the
 * first one that is wrong in another way. */
static void compare(const float *in, const float *out, struct wrong *contracted,
                    struct wrong *other) {
    for (size_t i = 0; i < PROBES; i++) {
        float expected[PROBE_RESULTS];
        expect(in + i * 3, expected);
        for (size_t k = 0; k < PROBE_RESULTS; k++) {
            float got = out[i * PROBE_RESULTS + k];
            struct wrong *wrong = (k == 0 || k == 8) && got == expected[1] ? contracted : other;
            if (!is_right(got, expected[k]) && wrong->in == NULL) {
                *wrong = (struct wrong){in + i * 3, k, got, expected[k]};
            }
        }
    }
}

/* Stores in cl->base what the probe showed. A result that is wrong in another way decides. */
static void warn(struct opencl_backend *cl, const struct wrong *contracted,
                 const struct wrong *other) {
    const struct wrong *wrong = other->in != NULL ? other : contracted;
    if (wrong->in == NULL) {
        return;
    }
    cl->base.contracts = wrong == contracted;
    snprintf(
        cl->base.warning, sizeof cl->base.warning,
        "the device breaks a rule of OpenCL 1.2, section %s; %s of %a, %a, %a is %a there, not "
        "%a%s: weft verify reports more",
        answers[wrong == contracted ? 8 : wrong->answer].rule, answers[wrong->answer].name,
        (double)wrong->in[0], (double)wrong->in[1], (double)wrong->in[2], (double)wrong->got,
        (double)wrong->expected,
        wrong == contracted ? " (one rounding for two: contraction). Results are equal all the "
                              "same, since no kernel of a network has such a sum"
                            : ". Its results may differ from those of other devices");
}

/* Runs the kernel of probe.cl on ${in} and reads ${out}. */
static enum weft_status run_probe(struct opencl_backend *cl, const struct opencl_program *program,
                                  const float *in, float *out, struct weft_error *error) {
    const size_t probes = PROBES, in_bytes = PROBES * 3 * sizeof *in;
    const size_t out_bytes = PROBES * PROBE_RESULTS * sizeof *out;
    cl_mem from = NULL, to = NULL;
    cl_int code;
    cl_kernel kernel = clCreateKernel(program->object, "probe", &code);
    enum weft_status status;
    TRY_OR(done, opencl_queue_check(cl, code, "clCreateKernel: probe", error));
    TRY_OR(done, opencl_buffer(cl, in_bytes, "probe", &from, error));
    TRY_OR(done, opencl_buffer(cl, out_bytes, "probe", &to, error));
    TRY_OR(done, opencl_write(cl, from, in, in_bytes, error));
    code = clSetKernelArg(kernel, 0, sizeof from, &from);
    TRY_OR(done, opencl_queue_check(cl, code, "clSetKernelArg: probe", error));
    code = clSetKernelArg(kernel, 1, sizeof to, &to);
    TRY_OR(done, opencl_queue_check(cl, code, "clSetKernelArg: probe", error));
    code = clEnqueueNDRangeKernel(cl->queue, kernel, 1, NULL, &probes, NULL, 0, NULL, NULL);
    TRY_OR(done, opencl_queue_check(cl, code, "clEnqueueNDRangeKernel: probe", error));
    TRY_OR(done, opencl_read(cl, to, out, out_bytes, error));
done:
    OPENCL_RELEASE(cl->device, MemObject, from);
    OPENCL_RELEASE(cl->device, MemObject, to);
    OPENCL_RELEASE(cl->device, Kernel, kernel);
    return status;
}

enum weft_status opencl_probe(struct opencl_backend *cl, struct opencl_program *program,
                              struct weft_error *error) {
    float in[PROBES * 3], out[PROBES * PROBE_RESULTS] = {0};
    struct wrong contracted = {.in = NULL}, other = {.in = NULL};
    fill_probes(in);
    TRY(run_probe(cl, program, in, out, error));
    sha256_hex(out, sizeof out, program->probe);
    compare(in, out, &contracted, &other);
    warn(cl, &contracted, &other);
    return WEFT_OK;
}
