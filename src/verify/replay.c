/* replay.c: the text of a C program that shows a difference with nothing but libOpenCL. */
#include "verify/verify.h"

#include <string.h>

static const char head_of_kernels[] =
    "/* replay.c: launches the kernels of program.cl on their inputs, and compares what comes out\n"
    " * with what IEEE 754 arithmetic gives. It needs nothing but OpenCL:\n";

static const char head_of_transfers[] =
    "/* replay.c: writes expected.bin to a buffer, copies it to another, and reads both back, ten\n"
    " * times; no kernel runs. It needs nothing but OpenCL:\n";

static const char head[] = " *\n"
                           " *   cc replay.c -o replay -lOpenCL && ./replay [PLATFORM [DEVICE]]\n"
                           " *\n"
                           " * Exit code: 0 equal, 1 different, 2 it could not be run. */\n"
                           "#define CL_TARGET_OPENCL_VERSION 120\n"
                           "#include <CL/cl.h>\n"
                           "#include <stdio.h>\n"
                           "#include <stdlib.h>\n"
                           "#include <string.h>\n\n";

static const char helpers[] =
    "static void check(cl_int code, const char *what) {\n"
    "    if (code != CL_SUCCESS) {\n"
    "        fprintf(stderr, \"%s: error %d\\n\", what, (int)code);\n"
    "        exit(2);\n"
    "    }\n"
    "}\n\n"
    "static char *read_file(const char *name, size_t *size) {\n"
    "    FILE *file = fopen(name, \"rb\");\n"
    "    char *bytes;\n"
    "    long length;\n"
    "    if (file == NULL || fseek(file, 0, SEEK_END) != 0 || (length = ftell(file)) < 0) {\n"
    "        perror(name);\n"
    "        exit(2);\n"
    "    }\n"
    "    rewind(file);\n"
    "    bytes = calloc(1, (size_t)length + 1);\n"
    "    *size = (size_t)length;\n"
    "    if (bytes == NULL || fread(bytes, 1, *size, file) != *size) {\n"
    "        perror(name);\n"
    "        exit(2);\n"
    "    }\n"
    "    fclose(file);\n"
    "    return bytes;\n"
    "}\n\n"
    "static int compare(const unsigned *got, const unsigned *expected, size_t words) {\n"
    "    size_t differing = 0;\n"
    "    for (size_t i = 0; i < words; i++) {\n"
    "        if (expected[i] != OPEN && got[i] != expected[i] && differing++ < 5) {\n"
    "            float a, b;\n"
    "            memcpy(&a, &got[i], 4);\n"
    "            memcpy(&b, &expected[i], 4);\n"
    "            printf(\"word %lu: 0x%08x (%.9g), expected 0x%08x (%.9g)\\n\", (unsigned long)i, "
    "got[i],\n"
    "                   (double)a, expected[i], (double)b);\n"
    "        }\n"
    "    }\n"
    "    printf(\"%lu of %lu words differ\\n\", (unsigned long)differing, (unsigned long)words);\n"
    "    return differing > 0;\n"
    "}\n\n";

/* Opens the device; source, got and expected are at hand, and the size of what was read. */
static const char opening[] =
    "int main(int argc, char **argv) {\n"
    "    cl_platform_id platforms[64];\n"
    "    cl_device_id devices[64], device;\n"
    "    cl_uint platform = argc > 1 ? (cl_uint)atoi(argv[1]) : PLATFORM, count;\n"
    "    cl_uint in_platform = argc > 2 ? (cl_uint)atoi(argv[2]) : DEVICE;\n"
    "    cl_mem memory[BUFFERS];\n"
    "    char name[256], *expected, *got;\n"
    "    size_t size;\n"
    "    cl_int code;\n"
    "    check(clGetPlatformIDs(64, platforms, &count), \"clGetPlatformIDs\");\n"
    "    check(platform < count ? CL_SUCCESS : CL_INVALID_PLATFORM, \"platform\");\n"
    "    check(clGetDeviceIDs(platforms[platform], CL_DEVICE_TYPE_ALL, 64, devices, &count),\n"
    "          \"clGetDeviceIDs\");\n"
    "    check(in_platform < count ? CL_SUCCESS : CL_INVALID_DEVICE, \"device\");\n"
    "    device = devices[in_platform];\n"
    "    check(clGetDeviceInfo(device, CL_DEVICE_NAME, sizeof name, name, NULL), \"device\");\n"
    "    printf(\"%s\\n\", name);\n"
    "    cl_context context = clCreateContext(NULL, 1, &device, NULL, NULL, &code);\n"
    "    check(code, \"clCreateContext\");\n"
    "    cl_command_queue queue = clCreateCommandQueue(context, device, 0, &code);\n"
    "    check(code, \"clCreateCommandQueue\");\n"
    "    expected = read_file(\"expected.bin\", &size);\n"
    "    got = calloc(1, size + 1);\n"
    "    if (got == NULL) {\n"
    "        return 2;\n"
    "    }\n";

static const char running[] =
    "    char path[64], *source = read_file(\"program.cl\", &size);\n"
    "    cl_program program =\n"
    "        clCreateProgramWithSource(context, 1, (const char **)&source, &size, &code);\n"
    "    check(code, \"clCreateProgramWithSource\");\n"
    "    check(clBuildProgram(program, 1, &device, OPTIONS, NULL, NULL), \"clBuildProgram\");\n"
    "    for (int i = 0; i < BUFFERS; i++) {\n"
    "        snprintf(path, sizeof path, \"buffer-%d.bin\", i);\n"
    "        char *bytes = read_file(path, &size);\n"
    "        memory[i] = clCreateBuffer(context, CL_MEM_READ_WRITE | CL_MEM_COPY_HOST_PTR, size,\n"
    "                                   bytes, &code);\n"
    "        check(code, \"clCreateBuffer\");\n"
    "        free(bytes);\n"
    "    }\n"
    "    for (size_t i = 0; i < sizeof launches / sizeof launches[0]; i++) {\n"
    "        const struct launch *launch = &launches[i];\n"
    "        cl_kernel kernel = clCreateKernel(program, launch->kernel, &code);\n"
    "        check(code, launch->kernel);\n"
    "        for (cl_uint a = 0; a < launch->count; a++) {\n"
    "            const struct argument *argument = &launch->arguments[a];\n"
    "            check(argument->buffer >= 0\n"
    "                      ? clSetKernelArg(kernel, a, sizeof(cl_mem), &memory[argument->buffer])\n"
    "                      : clSetKernelArg(kernel, a, 4, &argument->word),\n"
    "                  \"clSetKernelArg\");\n"
    "        }\n"
    "        check(clEnqueueNDRangeKernel(queue, kernel, 3, NULL, launch->range,\n"
    "                                     launch->local[0] > 0 ? launch->local : NULL, 0, NULL, "
    "NULL),\n"
    "              launch->kernel);\n"
    "    }\n"
    "    check(clGetMemObjectInfo(memory[TARGET], CL_MEM_SIZE, sizeof size, &size, NULL), "
    "\"size\");\n"
    "    check(clEnqueueReadBuffer(queue, memory[TARGET], CL_TRUE, 0, size, got, 0, NULL, NULL),\n"
    "          \"clEnqueueReadBuffer\");\n"
    "    return compare((const unsigned *)got, (const unsigned *)expected, size / 4);\n"
    "}\n";

static const char transferring[] =
    "    int differ = 0;\n"
    "    for (int i = 0; i < BUFFERS; i++) {\n"
    "        memory[i] = clCreateBuffer(context, CL_MEM_READ_WRITE, size, NULL, &code);\n"
    "        check(code, \"clCreateBuffer\");\n"
    "    }\n"
    "    for (int time = 0; time < 10; time++) {\n"
    "        check(clEnqueueWriteBuffer(queue, memory[0], CL_TRUE, 0, size, expected, 0, NULL, "
    "NULL),\n"
    "              \"clEnqueueWriteBuffer\");\n"
    "        check(clEnqueueCopyBuffer(queue, memory[0], memory[1], 0, 0, size, 0, NULL, NULL),\n"
    "              \"clEnqueueCopyBuffer\");\n"
    "        for (int i = 0; i < BUFFERS; i++) {\n"
    "            check(clEnqueueReadBuffer(queue, memory[i], CL_TRUE, 0, size, got, 0, NULL, "
    "NULL),\n"
    "                  \"clEnqueueReadBuffer\");\n"
    "            differ |= compare((const unsigned *)got, (const unsigned *)expected, size / 4);\n"
    "        }\n"
    "    }\n"
    "    return differ;\n"
    "}\n";

/* ${text} as a C string. */
static void print_string(FILE *out, const char *text) {
    fputc('"', out);
    for (; *text != '\0'; text++) {
        if (*text == '"' || *text == '\\') {
            fputc('\\', out);
        }
        if ((unsigned char)*text < 32 || (unsigned char)*text > 126) {
            fprintf(out, "\\%03o", (unsigned)(unsigned char)*text);
        } else {
            fputc(*text, out);
        }
    }
    fputc('"', out);
}

static void print_launch(FILE *out, const struct record_launch *launch) {
    fprintf(out, "    {\"%s\", {%zu, %zu, %zu}, {%zu, %zu, %zu}, %zu,\n     {", launch->kernel,
            launch->range[0], launch->range[1], launch->range[2], launch->local[0],
            launch->local[1], launch->local[2], launch->count);
    for (size_t i = 0; i < launch->count; i++) {
        const struct record_argument *argument = &launch->arguments[i];
        uint32_t word;
        memcpy(&word, argument->bytes, sizeof word);
        fprintf(out, "%s{%d, 0x%08lxu}", i > 0 ? ", " : "", argument->buffer,
                argument->buffer < 0 ? (unsigned long)word : 0ul);
    }
    fputs("}},\n", out);
}

void verify_print_replay(FILE *out, const struct record *record, int target) {
    fputs(head_of_kernels, out);
    fputs(head, out);
    fprintf(out,
            "#define BUFFERS %zu\n#define TARGET  %d\n"
            "#define OPEN    0x%08xu /* a word that is not of the tensor */\n#define OPTIONS ",
            record->buffer_count, target, VERIFY_OPEN);
    print_string(out, record->options);
    fprintf(
        out,
        "\n\n/* An argument is a buffer, or with -1 a word of 4 bytes. */\n"
        "struct argument {\n    int buffer;\n    cl_uint word;\n};\n\n"
        "static const struct launch {\n    const char *kernel;\n    size_t range[3], local[3];\n"
        "    cl_uint count;\n    struct argument arguments[%d];\n} launches[] = {\n",
        RECORD_ARGUMENTS);
    for (size_t i = 0; i < record->launch_count; i++) {
        print_launch(out, &record->launches[i]);
    }
    fputs("};\n\n", out);
    fputs(helpers, out);
    fputs(opening, out);
    fputs(running, out);
}

void verify_print_transfers(FILE *out) {
    fputs(head_of_transfers, out);
    fputs(head, out);
    fprintf(out, "#define BUFFERS 2\n#define OPEN    0x%08xu /* a word that is not compared */\n\n",
            VERIFY_OPEN);
    fputs(helpers, out);
    fputs(opening, out);
    fputs(transferring, out);
}
