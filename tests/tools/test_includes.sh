#!/bin/bash
# test_includes.sh: tools/maintain/includes finds each kind of problem, planted in a small tree, and
# none in that tree as it is.
# shellcheck source=tests/support/cli.sh
. "${WEFT_SOURCE:?}/tests/support/cli.sh" tools_includes

# file PATH GUARD LINE...: a file of the tree; GUARD is - for a .c file.
file() {
    local path=$work/files/tree/$1 guard=$2
    shift 2
    mkdir -p "$(dirname "$path")"
    {
        [ "$guard" = - ] || printf '#ifndef %s\n#define %s\n' "$guard" "$guard"
        printf '%s\n' "$@"
        [ "$guard" = - ] || echo "#endif"
    } >"$path"
}

# tree: a tree without a problem.
tree() {
    rm -rf "$work/files/tree"
    file include/weft/error.h WEFT_ERROR_H '#ifdef __cplusplus' 'extern "C" {' '#endif' 'struct weft_error { int code; };' \
        'enum weft_status {' '    WEFT_OK,' '    WEFT_FAILED = 1,' '};' 'typedef int (*weft_callback)(void *data);' \
        '#define WEFT_MAX 3' '__attribute__((format(printf, 1, 2)))' 'void weft_print(const char *format, ...);'
    file include/weft/device.h WEFT_DEVICE_H '#include "weft/error.h"' 'struct weft_train;' 'int weft_train_run(struct weft_train *t);'
    file include/weft/weft.h WEFT_H '#include "weft/device.h"'
    file src/base/text.h WEFT_BASE_TEXT_H '#include "weft/error.h"' '/* weft_comment(1); */' 'void text_add(const char *text);'
    file src/train/loop.h WEFT_LOOP_H '#include "base/text.h"' '#include "weft/device.h"' \
        'struct weft_train { int steps; };' 'static inline int loop_steps(const struct weft_train *t) {' '    return t->steps;' '}' \
        'extern const int loop_sizes[3];' "#define LOOP_ADD(a, b) \\" '    ((a) + weft_add(b))'
    file src/train/loop.c - '#include "loop.h"' '#include "step.h"'
    file src/train/step.h WEFT_TRAIN_STEP_H 'void step(void);'
    file src/train/step.c - '#include "step.h"'
}

# check: its exit code in $code, its output in $work/out and $work/err.
check() {
    ran="tools/maintain/includes"
    "$source/tools/maintain/includes" --root "$work/files/tree" >"$work/out" 2>"$work/err"
    code=$?
}

# finds LINE: there is a problem, and it is this one.
finds() {
    check
    expect_code 1
    expect_text out "$1"
    expect_text out " 1 problems"
    end
}

begin "no problem"
tree
check
expect_code 0
expect_text out "8 files, 0 problems"
end

begin "a higher folder"
tree
file src/base/error.c - '#include "text.h"' '#include "train/step.h"'
finds "src/base/error.c:2: src/base includes src/train/step.h, which is in a higher folder"

begin "a public header of a higher folder"
tree
file src/base/error.c - '' '' '#include "weft/device.h"'
finds "src/base/error.c:3: src/base includes include/weft/device.h, which is in a higher folder"

begin "a public header that includes a higher one"
tree
file include/weft/error.h WEFT_ERROR_H '#include "weft/device.h"'
file include/weft/device.h WEFT_DEVICE_H '' 'struct weft_train;'
finds "include/weft/error.h:3: src/base includes include/weft/device.h, which is in a higher folder"

begin "the header for users of the library"
tree
file src/train/more.c - '#include "weft/weft.h"'
finds "src/train/more.c:1: include/weft/weft.h is for users of the library"

begin "one backend and another"
tree
file src/backend/opencl/memory.h WEFT_OPENCL_MEMORY_H 'void memory(void);'
file src/backend/cpu/relu.c - '#include "backend/opencl/memory.h"'
finds "src/backend/cpu/relu.c:1: src/backend/cpu includes src/backend/opencl/memory.h"

begin "a private header of another folder"
tree
file src/backend/opencl/memory.h WEFT_OPENCL_MEMORY_H 'void memory(void);'
file src/train/more.c - '#include "backend/opencl/memory.h"'
finds "src/train/more.c:1: src/train includes src/backend/opencl/memory.h: it is for files of src/backend/opencl only"

begin "a command that uses only the public functions"
tree
file src/cli/summary.c - '#include "cli/table.h"'
file src/cli/table.h WEFT_CLI_TABLE_H '#include "weft/device.h"' '#include "train/step.h"'
finds "src/cli/table.h:4: src/cli/table.h includes src/train/step.h, and src/cli/summary.c uses nothing but the public"

begin "a folder that the table lacks"
tree
file src/extra/more.c - '#include <stdio.h>'
finds "src/extra/more.c:1: the folder of this file is not in the table"

begin "a cycle through a file and its header"
tree
file src/train/step.c - '#include "step.h"' '#include "loop.h"'
finds "a cycle of 2 files; the shortest in it: src/train/loop.c:2 includes src/train/step.h, src/train/step.c:2 includes src/train/loop.h"

begin "a cycle of headers"
tree
file src/train/a.h WEFT_A_H '#include "b.h"'
file src/train/b.h WEFT_B_H '#include "c.h"'
file src/train/c.h WEFT_C_H '#include "a.h"'
finds "a cycle of 3 files"

begin "a hub"
tree
for i in {1..30}; do
    file "src/train/user$i.c" - '#include "step.h"' '#include "base/text.h"'
done
finds "src/train/step.h:1: included by 32 files"

for line in 'void weft_step(int a, int b);' 'struct weft_step {' '#define WEFT_STEP 1' 'extern int weft_step;' \
    'typedef struct step *weft_step;' 'static inline int weft_step(void) {' 'enum { A, WEFT_B };'; do
    begin "a private name with the prefix: $line"
    tree
    case $line in
    *'{') file src/train/step.h WEFT_STEP_H '' "$line" '    int a;' '};' ;;
    *) file src/train/step.h WEFT_STEP_H '' "$line" ;;
    esac
    finds "src/train/step.h:4: "
done

for line in 'int step(int a);' 'struct step {' '#define STEP 1' 'typedef int step;' 'enum weft_step { WEFT_A, B };'; do
    begin "a public name without the prefix: $line"
    tree
    case $line in
    *'{') file include/weft/device.h WEFT_DEVICE_H 'struct weft_train;' "$line" '    int a;' '};' ;;
    *) file include/weft/device.h WEFT_DEVICE_H 'struct weft_train;' "$line" ;;
    esac
    finds "include/weft/device.h:4: "
done

begin "include guards"
tree
file src/train/step.h WEFT_OTHER_H 'void step(void);'
finds "src/train/step.h:2: WEFT_OTHER_H: the include guard has to be WEFT_TRAIN_STEP_H"
begin "the same include guard twice"
tree
file src/base/step.h WEFT_STEP_H 'void base_step(void);'
file src/train/step.h WEFT_STEP_H 'void step(void);'
finds "src/train/step.h:2: WEFT_STEP_H: src/base/step.h has the same include guard"

for line in 'printf("%s", name);' 'fprintf(stderr, "%s", name);' 'fputs(name,' 'perror(name);' 'write(STDERR_FILENO, name, 1);'; do
    begin "text that reaches the terminal unfiltered: $line"
    tree
    file src/cli/list.c - 'void list(const char *name) {' "    $line" '    stdout);' '}'
    finds "src/cli/list.c:2: prints without the filter"
done

begin "a text of the library that names an option"
tree
file src/train/more.c - 'const char *more = "no memory: use " "a smaller --batch";'
finds "src/train/more.c:1: names an option of the program"

begin "no sources"
rm -rf "$work/files/tree"
mkdir "$work/files/tree"
check
expect_code 2
end

finish
