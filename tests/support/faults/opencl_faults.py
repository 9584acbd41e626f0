#!/usr/bin/env python3
"""opencl_faults.py: writes a C library that makes OpenCL calls fail (fault.h says how): it has all functions of CL/cl.h.

usage: tests/support/faults/opencl_faults.py HEADER >FILE.c

A function that returns a code returns the one in CODES, or OTHER. One that makes an object returns NULL, and stores the
code; with the code 0 it returns NULL and claims success, as no driver should.
"""
import re
import sys

OTHER = "CL_OUT_OF_RESOURCES"
CODES = {
    "clBuildProgram": "CL_BUILD_PROGRAM_FAILURE",
    "clCreateBuffer": "CL_MEM_OBJECT_ALLOCATION_FAILURE",
    "clCreateCommandQueue": "CL_OUT_OF_HOST_MEMORY",
    "clCreateContext": "CL_DEVICE_NOT_AVAILABLE",
    "clCreateKernel": "CL_INVALID_KERNEL_NAME",
    "clCreateProgramWithBinary": "CL_INVALID_BINARY",
    "clCreateProgramWithSource": "CL_OUT_OF_HOST_MEMORY",
    "clGetDeviceIDs": "CL_DEVICE_NOT_FOUND",
    "clGetDeviceInfo": "CL_INVALID_VALUE",
    "clGetEventProfilingInfo": "CL_PROFILING_INFO_NOT_AVAILABLE",
    "clGetPlatformIDs": "CL_OUT_OF_HOST_MEMORY",
    "clGetPlatformInfo": "CL_INVALID_PLATFORM",
    "clWaitForEvents": "CL_EXEC_STATUS_ERROR_FOR_EVENTS_IN_WAIT_LIST",
}

PROTOTYPE = re.compile(r"extern\s+CL_API_ENTRY\s+([\w\s*]+?)\s*CL_API_CALL\s+(cl\w+)\s*\((.*?)\)\s*CL_API_SUFFIX", re.DOTALL)


def split_parameters(text):
    """Splits a list of parameters at its commas, but not at those of a callback's parameters."""
    parameters, depth, begin = [], 0, 0
    for at, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if character == "," and depth == 0:
            parameters.append(text[begin:at])
            begin = at + 1
    return parameters + [text[begin:]]


def name_of(parameter):
    callback = re.search(r"\(\s*CL_CALLBACK\s*\*\s*(\w+)\s*\)", parameter)
    return callback.group(1) if callback else re.search(r"(\w+)\s*(\[\w*\])?\s*$", parameter).group(1)


def function(result, name, parameters):
    names = [name_of(parameter) for parameter in split_parameters(parameters)]
    if names == ["void"]:
        names = []
    failure = "return code;"
    if result != "cl_int":
        failure = "return NULL;" if "errcode_ret" not in names else (
            "if (errcode_ret != NULL) { *errcode_ret = code; } return NULL;")
        if result == "void":
            failure = "return;"
    return """%(result)s CL_API_CALL %(name)s(%(parameters)s) {
    static struct fault fault = {.name = "%(name)s"};
    %(result)s (*real)(%(parameters)s);
    int code = %(code)s;
    (void)code;
    if (fault_hits(&fault, &code)) { %(failure)s }
    *(void **)&real = dlsym(RTLD_NEXT, "%(name)s");
    %(back)sreal(%(names)s);
}
""" % {"result": result, "name": name, "parameters": parameters, "code": CODES.get(name, OTHER), "failure": failure,
       "names": ", ".join(names), "back": "" if result == "void" else "return "}


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    with open(sys.argv[1], encoding="utf-8") as file:
        header = re.sub(r"/\*.*?\*/", "", file.read(), flags=re.DOTALL)
    print("#define _GNU_SOURCE\n#define CL_TARGET_OPENCL_VERSION 300")
    for version in ("1_0", "1_1", "1_2", "2_0", "2_1", "2_2"):
        print("#define CL_USE_DEPRECATED_OPENCL_%s_APIS" % version)
    print('#include <CL/cl.h>\n#include <dlfcn.h>\n#include "fault.h"\n')
    for match in PROTOTYPE.finditer(header):
        result = re.sub(r"CL_API_PREFIX\w*|CL_EXT_PREFIX\w*", "", match.group(1)).strip()
        print(function(result, match.group(2), match.group(3)))


main()
