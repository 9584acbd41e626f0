/* opencl-baseline.c: a minimal OpenCL program, with whose time and memory tools/bench/run compares
 * weft.
 *
 *   opencl-baseline list        asks the loader for all platforms and devices: its time is the
 *                               loader's
 *   opencl-baseline run NAME    also builds and runs a kernel on the first device of the platform
 *                               whose name contains NAME: its memory is the driver's
 *
 * Build: cc -O2 opencl-baseline.c -lOpenCL */
#define CL_TARGET_OPENCL_VERSION 120
#include <CL/cl.h>
#include <stdio.h>
#include <string.h>

#define MANY 64

static int run(cl_device_id device) {
    const char *text = "kernel void nothing(global int *out) { out[get_global_id(0)] = 0; }";
    size_t items = 64;
    cl_int code;
    cl_context context = clCreateContext(NULL, 1, &device, NULL, NULL, &code);
    cl_command_queue queue = clCreateCommandQueue(context, device, 0, &code);
    cl_program program = clCreateProgramWithSource(context, 1, &text, NULL, &code);
    cl_mem out = clCreateBuffer(context, CL_MEM_READ_WRITE, items * 4, NULL, &code);
    cl_kernel kernel;
    if (code != CL_SUCCESS || clBuildProgram(program, 1, &device, "", NULL, NULL) != CL_SUCCESS) {
        return 1;
    }
    kernel = clCreateKernel(program, "nothing", &code);
    if (code != CL_SUCCESS || clSetKernelArg(kernel, 0, sizeof out, &out) != CL_SUCCESS ||
        clEnqueueNDRangeKernel(queue, kernel, 1, NULL, &items, NULL, 0, NULL, NULL) != CL_SUCCESS) {
        return 1;
    }
    return clFinish(queue) != CL_SUCCESS;
}

int main(int argc, char **argv) {
    cl_platform_id platforms[MANY];
    cl_uint count = 0;
    if (clGetPlatformIDs(MANY, platforms, &count) != CL_SUCCESS) {
        count = 0;
    }
    for (cl_uint i = 0; i < count && i < MANY; i++) {
        cl_device_id devices[MANY];
        cl_uint found = 0;
        char name[256] = "";
        clGetPlatformInfo(platforms[i], CL_PLATFORM_NAME, sizeof name - 1, name, NULL);
        if (clGetDeviceIDs(platforms[i], CL_DEVICE_TYPE_ALL, MANY, devices, &found) != CL_SUCCESS) {
            found = 0;
        }
        if (argc == 3 && strcmp(argv[1], "run") == 0 && strstr(name, argv[2]) != NULL &&
            found > 0) {
            return run(devices[0]);
        }
    }
    return argc == 3; /* nothing was run */
}
