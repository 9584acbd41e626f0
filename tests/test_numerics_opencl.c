/* test_numerics_opencl.c: cl/numerics.h, compiled by each OpenCL device, gives the same bits as C.
 *
 * Each device is a case with its name in the output; cases without a device pass. A case runs float
 * and float16, with denormals as the device's default and flushed. Where the device promises
 * correctly rounded division and roots, its own must give the same bits, too. For experiments:
 * WEFT_TEST_COUNT is the number of random arguments, WEFT_TEST_CL_OPTIONS are additional build
 * options. */
#include "system.h"

#include <math.h>
#include <string.h>

#include "backend/division_pairs.h"
#include "backend/opencl/cl.h"
#include "backend/opencl/division.h"
#include "backend/opencl/source.h"
#include "check_weft.h"
#include "numerics_cases.h"
#include "os/host.h"

#define DEVICES 8 /* maximum */

/* A kernel for each function and width: weft_div_1, weft_div_16. */
static const char kernels[] =
    "#include \"numerics.h\"\n"
    "#define KERNEL(NAME, V, EXPRESSION)                                      \\\n"
    "    __kernel void NAME(__global const V *a, __global const V *b, __global V *out) { \\\n"
    "        const size_t i = get_global_id(0);                               \\\n"
    "        out[i] = EXPRESSION;                                             \\\n"
    "    }\n"
    "KERNEL(weft_clean_1, float, weft_clean(a[i]))\n"
    "KERNEL(weft_clean_squared_1, float, weft_clean_squared(a[i]))\n"
    "KERNEL(weft_div_1, float, weft_div(a[i], b[i]))\n"
    "KERNEL(weft_sqrt_1, float, weft_sqrt(a[i]))\n"
    "KERNEL(weft_exp_1, float, weft_exp(a[i]))\n"
    "KERNEL(weft_log_1, float, weft_log(a[i]))\n"
    "KERNEL(weft_sigmoid_1, float, weft_sigmoid(a[i]))\n"
    "KERNEL(weft_tanh_1, float, weft_tanh(a[i]))\n"
    "KERNEL(weft_clean_16, float16, weft_clean16(a[i]))\n"
    "KERNEL(weft_clean_squared_16, float16, weft_clean_squared16(a[i]))\n"
    "KERNEL(weft_div_16, float16, weft_div16(a[i], b[i]))\n"
    "KERNEL(weft_sqrt_16, float16, weft_sqrt16(a[i]))\n"
    "KERNEL(weft_exp_16, float16, weft_exp16(a[i]))\n"
    "KERNEL(weft_log_16, float16, weft_log16(a[i]))\n"
    "KERNEL(weft_sigmoid_16, float16, weft_sigmoid16(a[i]))\n"
    "KERNEL(weft_tanh_16, float16, weft_tanh16(a[i]))\n"
    "KERNEL(device_div_1, float, weft_clean(weft_device_div(a[i], b[i])))\n"
    "KERNEL(device_sqrt_1, float, weft_clean(weft_device_sqrt(a[i])))\n"
    "KERNEL(device_div_16, float16, weft_clean16(weft_device_div16(a[i], b[i])))\n"
    "KERNEL(device_sqrt_16, float16, weft_clean16(weft_device_sqrt16(a[i])))\n";

/* Arguments, results of the host (count for each function), and results of a device for one
 * function. */
struct cases {
    size_t count;
    float *a, *b, *expected, *found;
};

static void *allocate(size_t size) {
    void *memory = calloc(size, 1);
    ck_assert_ptr_nonnull(memory);
    return memory;
}

/* Pairs of special values, difficult quotients, and random bits. */
static void cases_init(struct cases *cases) {
    const char *text = getenv("WEFT_TEST_COUNT");
    const size_t random = text != NULL ? (size_t)strtoul(text, NULL, 10) : 1 << 20;
    const size_t special = NUMERICS_SPECIALS * NUMERICS_SPECIALS, hard = random / 8;
    const size_t pairs = special + hard;
    uint64_t state = 4;
    cases->count = (pairs + DIVISION_PAIRS + random + 255) / 256 * 256;
    cases->a = allocate(cases->count * sizeof(float));
    cases->b = allocate(cases->count * sizeof(float));
    cases->found = allocate(cases->count * sizeof(float));
    cases->expected = allocate(NUMERICS_FUNCTIONS * cases->count * sizeof(float));
    for (size_t i = 0; i < cases->count; i++) {
        const uint64_t bits = numerics_random(&state);
        cases->a[i] = weft_as_float((uint32_t)bits);
        cases->b[i] = weft_as_float((uint32_t)(bits >> 32));
        if (i < special) {
            cases->a[i] = numerics_special(i / NUMERICS_SPECIALS);
            cases->b[i] = numerics_special(i % NUMERICS_SPECIALS);
        } else if (i < special + hard) {
            numerics_hard_quotient(&state, &cases->a[i], &cases->b[i]);
        }
    }
    division_pairs_fill(cases->a + pairs, cases->b + pairs);
    for (size_t i = 0; i < cases->count; i++) {
        for (int function = 0; function < NUMERICS_FUNCTIONS; function++) {
            cases->expected[function * cases->count + i] =
                numerics_call(function, cases->a[i], cases->b[i]);
        }
    }
}

static void cases_finish(struct cases *cases) {
    free(cases->a);
    free(cases->b);
    free(cases->found);
    free(cases->expected);
}

/* Prints whether the results of ${function} are the expected ones, or the first difference. Returns
 * whether they are. The bits of a NaN that weft_clean returns are unspecified. */
static bool compare(const struct cases *cases, int function) {
    const float *expected = cases->expected + function * cases->count, *found = cases->found;
    size_t differing = 0, first = 0;
    for (size_t i = 0; i < cases->count; i++) {
        if (weft_as_uint(found[i]) == weft_as_uint(expected[i]) ||
            (function <= CLEAN_SQUARED && isnan(found[i]) && isnan(expected[i]))) {
            continue;
        }
        first = differing == 0 ? i : first;
        differing++;
    }
    if (differing == 0) {
        printf("equal\n");
    } else {
        printf("%zu of %zu differ: of %a and %a, %08x, not %08x\n", differing, cases->count,
               cases->a[first], cases->b[first], weft_as_uint(found[first]),
               weft_as_uint(expected[first]));
    }
    return differing == 0;
}

/* Copies ${text} to ${to}, with the embedded files in place of their #include lines. Returns the
 * end. */
static char *expand(char *to, const char *text) {
    static const char directive[] = "#include \"";
    while (*text != '\0') {
        const size_t line = strcspn(text, "\n") + (strchr(text, '\n') != NULL);
        const struct opencl_builtin *file = opencl_builtins;
        const char *name = text + sizeof directive - 1;
        if (strncmp(text, directive, sizeof directive - 1) == 0) {
            while (file->name != NULL && (strncmp(name, file->name, strlen(file->name)) != 0 ||
                                          name[strlen(file->name)] != '"')) {
                file++;
            }
            ck_assert_msg(file->name != NULL, "not embedded: %.*s", (int)line, text);
            to = expand(to, file->text);
        } else {
            memcpy(to, text, line);
            to += line;
        }
        text += line;
    }
    *to = '\0';
    return to;
}

/* Returns the number of ${devices} on all platforms. */
static cl_uint list_devices(cl_device_id devices[DEVICES]) {
    cl_platform_id platforms[DEVICES];
    cl_uint platform_count = 0, count = 0;
    setenv("RUSTICL_ENABLE", "llvmpipe", 0);
    os_prepare_opencl();
    if (clGetPlatformIDs(DEVICES, platforms, &platform_count) != CL_SUCCESS) {
        return 0;
    }
    for (cl_uint p = 0; p < platform_count && p < DEVICES; p++) {
        cl_uint here = 0;
        if (count < DEVICES && clGetDeviceIDs(platforms[p], CL_DEVICE_TYPE_ALL, DEVICES - count,
                                              devices + count, &here) == CL_SUCCESS) {
            count += here < DEVICES - count ? here : DEVICES - count;
        }
    }
    return count;
}

struct device {
    cl_device_id id;
    cl_context context;
    cl_command_queue queue;
    cl_mem a, b, out; /* the cases */
    char name[256];
};

#define CHECK_CL(code) ck_assert_int_eq(code, CL_SUCCESS)

static cl_program build(const struct device *device, const char *options) {
    char *source = allocate(1 << 20);
    const char *text = source;
    cl_int code;
    expand(source, kernels);
    cl_program program = clCreateProgramWithSource(device->context, 1, &text, NULL, &code);
    CHECK_CL(code);
    code = clBuildProgram(program, 1, &device->id, options, NULL, NULL);
    if (code != CL_SUCCESS) {
        char *log = allocate(1 << 16);
        clGetProgramBuildInfo(program, device->id, CL_PROGRAM_BUILD_LOG, (1 << 16) - 1, log, NULL);
        ck_abort_msg("build failed with code %d: %s", code, log);
    }
    free(source);
    return program;
}

/* Runs function ${of}, ${width} floats at a time, over the cases. */
static void launch(const struct device *device, cl_program program, const char *of, size_t width,
                   struct cases *cases) {
    const size_t size = cases->count * sizeof(float), items = cases->count / width;
    char name[64];
    cl_int code;
    snprintf(name, sizeof name, "%s_%zu", of, width);
    cl_kernel kernel = clCreateKernel(program, name, &code);
    CHECK_CL(code);
    CHECK_CL(clSetKernelArg(kernel, 0, sizeof device->a, &device->a));
    CHECK_CL(clSetKernelArg(kernel, 1, sizeof device->b, &device->b));
    CHECK_CL(clSetKernelArg(kernel, 2, sizeof device->out, &device->out));
    CHECK_CL(clEnqueueNDRangeKernel(device->queue, kernel, 1, NULL, &items, NULL, 0, NULL, NULL));
    memset(cases->found, 0xa5, size);
    CHECK_CL(clEnqueueReadBuffer(device->queue, device->out, CL_TRUE, 0, size, cases->found, 0,
                                 NULL, NULL));
    clReleaseKernel(kernel);
}

static void open_device(struct device *device, cl_device_id id, const struct cases *cases) {
    const cl_mem_flags copy = CL_MEM_READ_ONLY | CL_MEM_COPY_HOST_PTR;
    const size_t size = cases->count * sizeof(float);
    cl_int code[5];
    device->id = id;
    device->context = clCreateContext(NULL, 1, &id, NULL, NULL, &code[0]);
    device->queue = clCreateCommandQueue(device->context, id, 0, &code[1]);
    device->a = clCreateBuffer(device->context, copy, size, cases->a, &code[2]);
    device->b = clCreateBuffer(device->context, copy, size, cases->b, &code[3]);
    device->out = clCreateBuffer(device->context, CL_MEM_WRITE_ONLY, size, NULL, &code[4]);
    for (int i = 0; i < 5; i++) {
        CHECK_CL(code[i]);
    }
    CHECK_CL(clGetDeviceInfo(id, CL_DEVICE_NAME, sizeof device->name, device->name, NULL));
}

static void close_device(struct device *device) {
    clReleaseMemObject(device->a);
    clReleaseMemObject(device->b);
    clReleaseMemObject(device->out);
    clReleaseCommandQueue(device->queue);
    clReleaseContext(device->context);
}

/* All functions in widths 1 and ${widest}, built with ${mode}. Returns whether all bits are the
 * host's. */
static bool check_mode(const struct device *device, const char *mode, size_t widest,
                       struct cases *cases) {
    const char *more = getenv("WEFT_TEST_CL_OPTIONS");
    bool equal = true;
    char options[512];
    snprintf(options, sizeof options, "-cl-std=CL1.2 %s %s", mode, more != NULL ? more : "");
    cl_program program = build(device, options);
    for (int function = 0; function < NUMERICS_FUNCTIONS; function++) {
        for (size_t width = 1; width <= widest; width += 15) {
            launch(device, program, numerics_names[function], width, cases);
            printf("%s, float%zu, %s: ", numerics_names[function], width, options);
            equal = compare(cases, function) && equal;
            fflush(stdout);
        }
    }
    clReleaseProgram(program);
    return equal;
}

static bool is_denormal(float x) {
    return x != 0 && fabsf(x) < 0x1p-126f;
}

/* Returns how many results of the device's own ${function}, DIV or SQRT, are not those of the
 * host's, both cleaned, among operands without denormals. */
static size_t count_wrong(const struct cases *cases, int function) {
    size_t wrong = 0;
    for (size_t i = 0; i < cases->count; i++) {
        const float expected = weft_clean(cases->expected[function * cases->count + i]);
        if (is_denormal(cases->a[i]) || (function == DIV && is_denormal(cases->b[i])) ||
            (isnan(expected) && isnan(cases->found[i]))) {
            continue;
        }
        wrong += weft_as_uint(expected) != weft_as_uint(cases->found[i]);
    }
    return wrong;
}

/* The device's own division and root, built with ${mode}. */
static bool check_division(const struct device *device, const char *mode, struct cases *cases) {
    static const char *const names[] = {"device_div", "device_sqrt"};
    size_t wrong = 0;
    char options[512];
    snprintf(options, sizeof options, "-cl-std=CL1.2 " OPENCL_DIVISION_OPTIONS "%s", mode);
    cl_program program = build(device, options);
    for (int i = 0; i < 2; i++) {
        for (size_t width = 1; width <= 16; width += 15) {
            launch(device, program, names[i], width, cases);
            wrong += count_wrong(cases, i == 0 ? DIV : SQRT);
            printf("%s, float%zu, %s: %zu wrong so far\n", names[i], width, options, wrong);
        }
    }
    clReleaseProgram(program);
    return wrong == 0;
}

START_TEST(same_bits_as_c) {
    cl_device_id devices[DEVICES];
    const cl_uint count = list_devices(devices);
    struct device device;
    const bool exhaustive = getenv("WEFT_EXHAUSTIVE") != NULL;
    struct cases cases;
    cl_device_fp_config fp;
    size_t widest;
    bool equal;
    if (count == 0 && _i == 0) {
        skip_test("numerics on OpenCL", "no device");
    }
    if (_i >= (int)count) {
        return;
    }
    cases_init(&cases);
    CHECK_CL(clGetDeviceInfo(devices[_i], CL_DEVICE_SINGLE_FP_CONFIG, sizeof fp, &fp, NULL));
    /* With an emulated fma, float16 takes a minute to compile: once is enough. */
    widest = (fp & CL_FP_FMA) != 0 || exhaustive ? 16 : 1;
    open_device(&device, devices[_i], &cases);
    printf("device %d: %s\n", _i, device.name);
    equal = check_mode(&device, "", 16, &cases);
    equal = check_mode(&device, "-cl-denorms-are-zero", widest, &cases) && equal;
    if ((fp & CL_FP_CORRECTLY_ROUNDED_DIVIDE_SQRT) != 0) {
        equal = check_division(&device, "", &cases) && equal;
        equal = check_division(&device, "-cl-denorms-are-zero", &cases) && equal;
    }
    ck_assert(equal);
    close_device(&device);
    cases_finish(&cases);
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_loop_test(tests, same_bits_as_c, 0, DEVICES);
}

CHECK_MAIN("numerics on OpenCL", add_tests)
