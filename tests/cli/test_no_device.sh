#!/bin/bash
# test_no_device.sh: without an OpenCL device there is no verdict, and no number or name selects the
# CPU backend; what is missing is said, and a failed query is not read as 0.
# shellcheck source=tests/support/cli.sh
. "${WEFT_SOURCE:?}/tests/support/cli.sh" cli_no_device
mkdir "$work/files/empty"
train=(train --data "$sample" --steps 1 --batch 10)

# nothing: weft verify has nothing to verify, in the environment of the words in $without.
nothing() {
    for words in "" --all "--device 0" "--device auto" "--device gpu" "--device c" "--device 0:0" "--device weft" "--device CPU"; do
        begin "verify $words, ${without[*]:-no OpenCL}"
        # shellcheck disable=SC2086
        run_with verify $words --quick --json
        expect_code 4
        expect_json 'len(e) == 1 and e[0]["event"] == "error" and e[0]["code"] == 4'
        expect_text err "$1"
        end
    done
    begin "WEFT_DEVICE=0 verify, ${without[*]:-no OpenCL}"
    WEFT_DEVICE=0 run_with verify
    expect_code 4
    expect_empty out
    expect_text err "$1"
    end
    for command in "train --data $sample --steps 1" "bench --data $sample" "evaluate $source/data/trained.safetensors --data $sample"; do
        begin "${command%% *} --device 0, ${without[*]:-no OpenCL}"
        # shellcheck disable=SC2086
        run_with $command --device 0
        expect_code 4
        expect_empty out
        expect_text err "$1"
        [ -z "$(ls -A)" ] || problem "it left: $(ls -A)"
        end
    done
    begin "devices, ${without[*]:-no OpenCL}"
    run_with devices --json
    expect_code 0
    expect_json '[(x["name"], x["index"], x["type"]) for x in e] == [("cpu", None, "builtin")]'
    expect_text err "$1"
    run_with devices
    expect_text out "* -     -     builtin"
    end
    begin "auto, ${without[*]:-no OpenCL}"
    run_with "${train[@]}" --out run
    expect_text err "; using cpu"
    end
    rm -rf run
}
run_with() {
    ran="$* with ${without[*]}"
    env "${without[@]}" "$weft" "$@" >"$work/out" 2>"$work/err" </dev/null
    code=$?
}

begin "verify --device cpu"
run verify --device cpu --steps 1 --json
expect_code 0
expect_json 'e[-1]["device"]["type"] == "builtin" and e[-1]["device"]["index"] is None'
end

# A variable that was forgotten earns no verdict.
begin "WEFT_DEVICE=cpu verify"
for timeout in "" "--timeout 60s"; do
    # shellcheck disable=SC2086
    WEFT_DEVICE=cpu run verify --steps 1 --json $timeout
    expect_code 4
    expect_json 'len(e) == 1 and e[0]["event"] == "error" and e[0]["code"] == 4 and "--device cpu" in e[0]["hint"]'
    expect_text err "there is nothing to verify: WEFT_DEVICE is cpu"
done
WEFT_DEVICE=cpu run verify --device cpu --steps 1 --timeout 60s
expect_code 0
expect_text out "verdict:    equal"
end

if "$weft" --version | grep -q "^OpenCL loader: none"; then
    without=()
    nothing "this weft was built without OpenCL"
    finish
fi
for without in "OCL_ICD_VENDORS=/nowhere" "OCL_ICD_VENDORS=$work/files/empty"; do
    nothing "CL_PLATFORM_NOT_FOUND_KHR"
    nothing "$without"
done

# A driver whose library cannot be loaded is installed: the hint names its file.
mkdir "$work/files/vendors"
echo "/nowhere/libdriver.so" >"$work/files/vendors/first.icd"
echo "libnone.so" >"$work/files/vendors/second.icd"
touch "$work/files/vendors/readme"
for vendors in "$work/files/vendors" "$work/files/vendors/first.icd"; do
    begin "drivers that cannot be loaded: $vendors"
    OCL_ICD_VENDORS=$vendors run devices
    expect_code 0
    if [ "$vendors" = "$work/files/vendors" ]; then
        expect_text err "the library of no installed driver could be loaded ($vendors: first.icd, second.icd): it is missing"
    else
        expect_text err "the library of no installed driver could be loaded ($vendors): it is missing"
    fi
    expect_no_text err "a driver makes devices"
    OCL_ICD_VENDORS=/nowhere.icd run devices
    expect_text err "a driver makes devices"
    end
done

# PoCL that cannot start. Other drivers may be there.
pocl=$(grep -l pocl /etc/OpenCL/vendors/*.icd 2>/dev/null | head -n 1)
if [ -z "$pocl" ] || ! OCL_ICD_VENDORS=$pocl "$weft" devices 2>/dev/null | grep -q "Portable Computing"; then
    skip "PoCL that cannot start, and failing queries" "PoCL is not there"
    finish
fi
export OCL_ICD_VENDORS=$pocl
without=(POCL_DEVICES=nonsense)
nothing "Portable Computing Language: clGetDeviceIDs: CL_"
nothing "POCL_DEVICES=nonsense"
without=(POCL_CACHE_DIR=/proc/nowhere)
nothing "PoCL has no device because it cannot write to its cache folder, /proc/nowhere"
begin "a driver without a device is a warning for scripts"
run_with "${train[@]}" --out run --json --quiet
expect_json '[x["code"] for x in e if x["event"] == "warning" and x["code"] == "device-skipped"] == ["device-skipped"]'
end
rm -rf run

# Queries that fail
cat >"$work/files/fail.c" <<'C'
#define _GNU_SOURCE
#define CL_TARGET_OPENCL_VERSION 120
#include <CL/cl.h>
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* Whether this call of NAME is the FAIL_AT-th one, or FAIL_ALL is set and it is a later one. */
static int fails(const char *name, int *count) {
    const char *which = getenv("FAIL"), *at = getenv("FAIL_AT");
    int number = at != NULL ? atoi(at) : 1;
    if (which == NULL || strcmp(which, name) != 0) {
        return 0;
    }
    ++*count;
    if (*count != number && (getenv("FAIL_ALL") == NULL || *count < number)) {
        return 0;
    }
    if (getenv("FAIL_MARK") != NULL) {
        FILE *mark = fopen(getenv("FAIL_MARK"), "w");
        fclose(mark);
    }
    return 1;
}
#define CALL(name, parameters, arguments)                                                          \
    cl_int name parameters {                                                                       \
        static cl_int(*real) parameters;                                                           \
        static int calls;                                                                          \
        *(void **)&real = dlsym(RTLD_NEXT, #name);                                                 \
        return fails(#name, &calls) ? CL_OUT_OF_HOST_MEMORY : real arguments;                      \
    }
CALL(clGetPlatformIDs, (cl_uint n, cl_platform_id *ids, cl_uint *count), (n, ids, count))
CALL(clGetPlatformInfo, (cl_platform_id id, cl_platform_info info, size_t n, void *to, size_t *used), (id, info, n, to, used))
CALL(clGetDeviceIDs, (cl_platform_id id, cl_device_type type, cl_uint n, cl_device_id *ids, cl_uint *count), (id, type, n, ids, count))
CALL(clGetDeviceInfo, (cl_device_id id, cl_device_info info, size_t n, void *to, size_t *used), (id, info, n, to, used))
C
if ! echo '#include <CL/cl.h>' | cc -E - >/dev/null 2>&1; then
    skip "failing queries" "there are no headers of OpenCL"
    finish
fi
if [ -n "${WEFT_SANITIZE:-}" ]; then
    skip "failing queries" "a sanitizer must be loaded first"
    finish
fi
cc -w -shared -fPIC -o "$work/files/fail.so" "$work/files/fail.c" -ldl || exit 1
export RUSTICL_ENABLE='' # only one device fails
mark=$work/files/mark
fail=(LD_PRELOAD="$work/files/fail.so" FAIL_MARK="$mark")

# Each query of a device in turn. Those of its address are optional.
begin "a failed query is the reason why a device is not usable"
noticed=0
for ((at = 1; at <= 60; at++)); do
    rm -f "$mark"
    without=("${fail[@]}" FAIL=clGetDeviceInfo FAIL_AT="$at")
    run_with devices --json
    [ -e "$mark" ] || break
    expect_code 0
    if grep -q "CL_OUT_OF_HOST_MEMORY" "$work/out"; then
        noticed=$((noticed + 1))
        expect_json '[(x["usable"], x["default"]) for x in e] == [(False, False), (True, True)] and ": CL_OUT_OF_HOST_MEMORY" in e[0]["reason"] and "CL_D" in e[0]["reason"]'
    else
        expect_json 'e[0]["usable"] and e[0]["pci"] is None and e[0]["uuid"] is None'
    fi
done
[ "$noticed" -ge 12 ] || problem "only $noticed failed queries were noticed"
[ "$at" -gt "$noticed" ] || problem "no query was optional"
end

begin "a device that cannot be queried is skipped, with a warning, and not verified"
without=("${fail[@]}" FAIL=clGetDeviceInfo FAIL_AT=1 FAIL_ALL=1)
run_with "${train[@]}" --out run --json
expect_json '["is not usable: a query of its properties fails: CL_DEVICE_NAME: CL_OUT_OF_HOST_MEMORY" in x["message"] for x in e if x["event"] == "warning" and x["code"] == "device-skipped"] == [True]'
expect_json '[x["device"]["type"] for x in e if x["event"] == "start"] == ["builtin"]'
run_with verify --quick --json
expect_code 4
expect_json '[x["event"] for x in e] == ["error"] and "CL_DEVICE_NAME" in e[0]["message"]'
run_with verify --device 0 --json
expect_code 4
expect_json '[x["event"] for x in e] == ["error"] and "CL_DEVICE_NAME" in e[0]["message"]'
run_with verify --all --json
expect_code 4
expect_json '[x["event"] for x in e] == ["error"]'
end
rm -rf run

# From the N-th call on there is no device: for the parent, for the child, or in the middle.
for call in clGetPlatformIDs clGetDeviceIDs clGetPlatformInfo; do
    begin "no verdict when $call fails"
    for words in "" "--device 0" "--all"; do
        for at in 1 2 3 4; do
            rm -f "$mark"
            without=("${fail[@]}" FAIL="$call" FAIL_AT="$at" FAIL_ALL=yes)
            # shellcheck disable=SC2086
            run_with verify $words --quick --json --steps 1
            [ -e "$mark" ] || continue
            [ "$code" -eq 4 ] || [ "$code" -eq 5 ] || problem "verify $words, call $at: exit code $code"
            expect_json 'all(x["result"] != "equal" for x in e if x["event"] == "verdict") and e[-1]["event"] == "error"'
        done
    done
    end
done

# One call fails after the device was chosen. Another device, if there is one, has its number then.
begin "a device that is missing for a moment is not replaced by another one"
for at in 7 12 17; do
    rm -f "$mark"
    without=("${fail[@]}" RUSTICL_ENABLE=llvmpipe FAIL=clGetDeviceIDs FAIL_AT="$at")
    run_with verify --device 0 --quick --json --steps 1
    [ -e "$mark" ] || problem "there is no call $at"
    expect_code 4
    expect_json 'e[-1]["event"] == "error" and "clGetDeviceIDs: CL_OUT_OF_HOST_MEMORY" in e[-1]["message"]'
done
end
finish
