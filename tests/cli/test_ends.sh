#!/bin/bash
# test_ends.sh: a crash is explained by the last lines on stderr, whatever handlers a driver has set,
# and no driver is blamed where none is in use.
# shellcheck source=tests/support/cli.sh
. "${WEFT_SOURCE:?}/tests/support/cli.sh" cli_ends
blame="weft: an OpenCL driver, or weft itself, crashed or ended the program"

# A driver that ends the program when it is loaded, as END says.
cat >"$work/files/bad.c" <<'C'
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
static void say(int number) {
    static const char line[] = "the driver's line\n";
    (void)number;
    if (write(2, line, sizeof line - 1) < 0) {
        _exit(1);
    }
}
static void die(int number) {
    say(number);
    signal(number, SIG_DFL);
    raise(number);
}
static int deep(volatile int *from) {
    volatile int here[1000];
    here[0] = *from + 1;
    return *from < 0 ? 0 : deep(here) + here[999];
}
__attribute__((constructor)) static void load(void) {
    const char *how = getenv("END");
    struct sigaction once = {.sa_handler = say, .sa_flags = SA_RESETHAND | SA_NODEFER};
    volatile int zero = 0;
    if (strstr(how, "handler")) {
        signal(SIGABRT, die);
        sigaction(SIGSEGV, &once, NULL);
    }
    if (strstr(how, "abort")) {
        say(0);
        abort();
    }
    if (strstr(how, "deep")) {
        printf("%d\n", deep(&zero));
    }
    if (strstr(how, "exit")) {
        exit(0);
    }
}
C
cc -O0 -w -shared -fPIC -o "$work/files/bad.so" "$work/files/bad.c" || exit 1
echo "$work/files/bad.so" >"$work/files/bad.icd"

# ends CODE END: weft devices ends with CODE, and the explanation is the end of stderr.
ends() {
    begin "a driver: $2"
    END=$2 OCL_ICD_VENDORS=$work/files/bad.icd run devices
    expect_code "$1"
    [ "$(tail -n 2 "$work/err" | head -n 1)" = "$blame" ] || problem "the explanation is not the end of stderr"
    end
}
if "$weft" --version | grep -q "^OpenCL loader: none"; then
    skip "a driver that crashes" "this build has no OpenCL"
elif [ -n "${WEFT_SANITIZE:-}" ]; then
    skip "a driver that crashes" "a sanitizer reports it"
else
    ends 134 abort
    ends 134 "abort, with a handler"
    ends 139 deep
    ends 4 exit
    begin "handlers of a driver do not stay"
    END=handler OCL_ICD_VENDORS=$work/files/bad.icd interrupted out "epoch: 1," SIGABRT train --data "$sample" --epochs 100000 --out run
    expect_code 134
    expect_text err "$blame"
    expect_no_text err "the driver's line"
    end
fi

# A driver that sets a handler of its own in the first call SETS, and crashes in DIES.
cat >"$work/files/calls.c" <<'C'
#define _GNU_SOURCE
#include <dlfcn.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
static void die(int number) {
    write(2, "the driver's line\n", 18);
    signal(number, SIG_DFL);
    raise(number);
}
static void called(const char *name) {
    static int set;
    if (strcmp(getenv("SETS"), name) == 0 && set++ == 0) {
        signal(SIGSEGV, die);
    }
    if (strcmp(getenv("DIES"), name) == 0) {
        raise(SIGSEGV);
    }
}
/* Every function here has at most nine arguments of the size of a pointer. */
#define CALL(name) \
    void *name(void *a, void *b, void *c, void *d, void *e, void *f, void *g, void *h, void *i) { \
        void *(*next)() = dlsym(RTLD_NEXT, #name); \
        called(#name); \
        return next(a, b, c, d, e, f, g, h, i); \
    }
CALL(clCreateContext)
CALL(clCreateCommandQueue)
CALL(clEnqueueNDRangeKernel)
CALL(clFinish)
CALL(clGetDeviceInfo)
CALL(clReleaseContext)
C
if [ -n "${WEFT_SANITIZE:-}" ] || ! "$weft" devices 2>/dev/null | grep -q "Portable Computing"; then
    skip "handlers that a driver sets in its calls" "PoCL is not there, or a sanitizer reports crashes"
else
    cc -std=gnu99 -w -shared -fPIC -o "$work/files/calls.so" "$work/files/calls.c" -ldl || exit 1
    for sets in clGetDeviceInfo clCreateContext clCreateCommandQueue clEnqueueNDRangeKernel; do # as LLVM: once
        for dies in clFinish clReleaseContext; do
            begin "a driver that sets a handler in $sets and crashes in $dies"
            LD_PRELOAD=$work/files/calls.so SETS=$sets DIES=$dies run evaluate "$source/data/trained.safetensors" --data "$sample" --device "Portable Computing"
            expect_code 139
            [ "$(tail -n 2 "$work/err" | head -n 1)" = "$blame" ] || problem "the explanation is not the end of stderr"
            expect_no_text err "the driver's line"
            end
        done
    done
fi

signals=(ABRT)
[ -n "${WEFT_SANITIZE:-}" ] || signals+=(SEGV BUS ILL FPE TRAP SYS) # the sanitizer reports it
for signal in "${signals[@]}"; do
    begin "a crash of the CPU backend: $signal"
    interrupted out "epoch: 1," "SIG$signal" train --data "$sample" --epochs 100000 --device cpu --out "cpu-$signal"
    expect_code $((128 + $(kill -l "$signal")))
    expect_text err "weft: weft, or a library that it uses, crashed or ended the program; no OpenCL driver was in use"
    expect_no_text err "an OpenCL driver,"
    end
done
finish
