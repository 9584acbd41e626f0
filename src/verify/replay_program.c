/* This program needs nothing but OpenCL:
 *   cc replay.c -o replay -lOpenCL && ./replay [PLATFORM [DEVICE]]
 *
 * With LAUNCHES it launches the kernels of program.cl on their inputs, and compares a buffer with
 * expected.bin, which follows from IEEE 754 arithmetic. Without LAUNCHES it writes expected.bin to
 * a buffer, copies it to another, and reads both back, ten times; no kernel runs.
 *
 * Exit code: 0 equal, 1 different, 2 it could not be run. */
#define CL_TARGET_OPENCL_VERSION 120
#include <CL/cl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef PLATFORM /* weft verify --bundle defines these above */
#define PLATFORM 0
#define DEVICE   0
#endif

#define UNCOMPARED 0x7fffdeadu /* a word of expected.bin that is not compared */

static void check(cl_int code, const char *what) {
    if (code != CL_SUCCESS) {
        fprintf(stderr, "%s: error %d\n", what, (int)code);
        exit(2);
    }
}

static char *read_file(const char *name, size_t *size) {
    FILE *file = fopen(name, "rb");
    char *bytes;
    long length;
    if (file == NULL || fseek(file, 0, SEEK_END) != 0 || (length = ftell(file)) < 0) {
        perror(name);
        exit(2);
    }
    rewind(file);
    bytes = calloc(1, (size_t)length + 1);
    *size = (size_t)length;
    if (bytes == NULL || fread(bytes, 1, *size, file) != *size) {
        perror(name);
        exit(2);
    }
    fclose(file);
    return bytes;
}

/* Reads ${size} bytes of ${memory} and compares them with ${expected}. Returns whether they
 * differ. */
static int compare(cl_command_queue queue, cl_mem memory, const char *expected, size_t size) {
    const size_t words = size / 4;
    size_t differing = 0;
    char *got = calloc(1, size + 1);
    if (got == NULL) {
        exit(2);
    }
    check(clEnqueueReadBuffer(queue, memory, CL_TRUE, 0, size, got, 0, NULL, NULL),
          "clEnqueueReadBuffer");
    for (size_t i = 0; i < words; i++) {
        cl_uint a, b;
        memcpy(&a, got + 4 * i, 4);
        memcpy(&b, expected + 4 * i, 4);
        if (b != UNCOMPARED && a != b && differing++ < 5) {
            float x, y;
            memcpy(&x, &a, 4);
            memcpy(&y, &b, 4);
            printf("word %lu: 0x%08x (%.9g), expected 0x%08x (%.9g)\n", (unsigned long)i, a,
                   (double)x, b, (double)y);
        }
    }
    printf("%lu of %lu words differ\n", (unsigned long)differing, (unsigned long)words);
    free(got);
    return differing > 0;
}

#ifdef LAUNCHES

/* An argument is a buffer, or with -1 a word of 4 bytes. */
struct argument {
    int buffer;
    cl_uint word;
};

static const struct launch {
    const char *kernel;
    size_t range[3], local[3];
    cl_uint count;
    struct argument arguments[40];
} launches[] = {LAUNCHES};

static void launch_kernel(cl_command_queue queue, cl_program program, const struct launch *launch,
                          cl_mem *memory) {
    cl_int code;
    cl_kernel kernel = clCreateKernel(program, launch->kernel, &code);
    check(code, launch->kernel);
    for (cl_uint a = 0; a < launch->count; a++) {
        const struct argument *argument = &launch->arguments[a];
        check(argument->buffer >= 0
                  ? clSetKernelArg(kernel, a, sizeof(cl_mem), &memory[argument->buffer])
                  : clSetKernelArg(kernel, a, 4, &argument->word),
              "clSetKernelArg");
    }
    check(clEnqueueNDRangeKernel(queue, kernel, 3, NULL, launch->range,
                                 launch->local[0] > 0 ? launch->local : NULL, 0, NULL, NULL),
          launch->kernel);
}

static int repeat(cl_context context, cl_device_id device, cl_command_queue queue,
                  const char *expected, size_t size) {
    cl_mem memory[BUFFERS];
    char path[64], *source = read_file("program.cl", &size);
    cl_int code;
    cl_program program =
        clCreateProgramWithSource(context, 1, (const char **)&source, &size, &code);
    check(code, "clCreateProgramWithSource");
    check(clBuildProgram(program, 1, &device, OPTIONS, NULL, NULL), "clBuildProgram");
    for (int i = 0; i < BUFFERS; i++) {
        snprintf(path, sizeof path, "buffer-%d.bin", i);
        char *bytes = read_file(path, &size);
        memory[i] =
            clCreateBuffer(context, CL_MEM_READ_WRITE | CL_MEM_COPY_HOST_PTR, size, bytes, &code);
        check(code, "clCreateBuffer");
        free(bytes);
    }
    for (size_t i = 0; i < sizeof launches / sizeof launches[0]; i++) {
        launch_kernel(queue, program, &launches[i], memory);
    }
    check(clGetMemObjectInfo(memory[COMPARED], CL_MEM_SIZE, sizeof size, &size, NULL), "size");
    return compare(queue, memory[COMPARED], expected, size);
}

#else

static int repeat(cl_context context, cl_device_id device, cl_command_queue queue,
                  const char *expected, size_t size) {
    cl_mem memory[2];
    int differ = 0;
    cl_int code;
    (void)device;
    for (int i = 0; i < 2; i++) {
        memory[i] = clCreateBuffer(context, CL_MEM_READ_WRITE, size, NULL, &code);
        check(code, "clCreateBuffer");
    }
    for (int turn = 0; turn < 10; turn++) {
        check(clEnqueueWriteBuffer(queue, memory[0], CL_TRUE, 0, size, expected, 0, NULL, NULL),
              "clEnqueueWriteBuffer");
        check(clEnqueueCopyBuffer(queue, memory[0], memory[1], 0, 0, size, 0, NULL, NULL),
              "clEnqueueCopyBuffer");
        for (int i = 0; i < 2; i++) {
            differ |= compare(queue, memory[i], expected, size);
        }
    }
    return differ;
}

#endif

int main(int argc, char **argv) {
    cl_platform_id platforms[64];
    cl_device_id devices[64], device;
    cl_uint platform = argc > 1 ? (cl_uint)atoi(argv[1]) : PLATFORM, count;
    cl_uint in_platform = argc > 2 ? (cl_uint)atoi(argv[2]) : DEVICE;
    char name[256], *expected;
    size_t size;
    cl_int code;
    check(clGetPlatformIDs(64, platforms, &count), "clGetPlatformIDs");
    check(platform < count ? CL_SUCCESS : CL_INVALID_PLATFORM, "platform");
    check(clGetDeviceIDs(platforms[platform], CL_DEVICE_TYPE_ALL, 64, devices, &count),
          "clGetDeviceIDs");
    check(in_platform < count ? CL_SUCCESS : CL_INVALID_DEVICE, "device");
    device = devices[in_platform];
    check(clGetDeviceInfo(device, CL_DEVICE_NAME, sizeof name, name, NULL), "device");
    for (char *c = name; *c != '\0'; c++) {
        putchar(*c >= ' ' && *c <= '~' ? *c : '?'); /* no escape sequences */
    }
    putchar('\n');
    cl_context context = clCreateContext(NULL, 1, &device, NULL, NULL, &code);
    check(code, "clCreateContext");
    cl_command_queue queue = clCreateCommandQueue(context, device, 0, &code);
    check(code, "clCreateCommandQueue");
    expected = read_file("expected.bin", &size);
    return repeat(context, device, queue, expected, size);
}
