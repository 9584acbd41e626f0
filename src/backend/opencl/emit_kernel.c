/* emit_kernel.c: kernels around the functions of cl/'s files: one a function, or one that calls several in turn (runs.c).
 *
 * All buffers of all pieces are arguments, in the pieces' order, though some may be the same. */
#include "backend/opencl/opencl.h"

#include <stdio.h>

void opencl_run_name(const struct opencl_groups *groups, const struct opencl_run *run,
                     char name[64]) {
    const struct opencl_piece *piece = &run->pieces[0];
    snprintf(name, 64, "%s_%s_%zu", run->loop == LOOP_APART ? "run" : "chain", piece->kernel->name,
             groups->groups[piece->group].main + 1);
}

static void add_parameters(struct opencl_text *text, const struct opencl_run *run) {
    unsigned number = 0;
    for (size_t p = 0; p < run->count; p++) {
        const enum opencl_argument *arguments = run->pieces[p].kernel->arguments;
        for (size_t a = 0; arguments[a] != ARG_END; a++, number++) {
            opencl_text_add(text, "%s%sa%u", number > 0 ? ", " : "",
                            arguments[a] >= OPENCL_ARG_NUMBER ? "int " : "global void *", number);
        }
    }
}

/* A call of piece ${p}'s function; ${number}: its first argument. */
static void add_call(struct opencl_text *text, const struct opencl_groups *groups,
                     const struct opencl_piece *piece, const char *item, const char *shard,
                     unsigned number) {
    opencl_text_add(text, "%s", piece->kernel->name);
    if (piece->kernel->passes != 0) { /* the loss has no number */
        opencl_text_add(text, "_%zu", groups->groups[piece->group].main + 1);
    }
    opencl_text_add(text, "(%s, %s, lanes", item, shard);
    for (size_t a = 0; piece->kernel->arguments[a] != ARG_END; a++) {
        opencl_text_add(text, ", a%u", number++);
    }
    opencl_text_add(text, ");\n");
}

/* The number of the argument that has the count of images. */
static unsigned find_count(const struct opencl_run *run) {
    unsigned number = 0;
    for (size_t p = 0; p < run->count; p++) {
        const enum opencl_argument *arguments = run->pieces[p].kernel->arguments;
        for (size_t a = 0; arguments[a] != ARG_END; a++, number++) {
            if (arguments[a] == ARG_COUNT) {
                return number;
            }
        }
    }
    return 0;
}

/* The loop over the items of piece ${p} that this work-item of a chain does. */
static void add_loop(struct opencl_text *text, const struct opencl_run *run, size_t p) {
    const struct opencl_piece *piece = &run->pieces[p];
    size_t items = piece->items - piece->input_items;
    if (run->loop == LOOP_SHARD) {
        opencl_text_add(text, "    for (int item = 0; item < %zu; item++) ", items);
        return;
    }
    if (p == 0) {
        opencl_text_add(text, "    for (size_t shard = 0; shard < (a%u + 15) / 16; shard++)",
                        find_count(run));
    }
    opencl_text_add(text, "    for (int item = part * %zu; item < (part + 1) * %zu; item++) ",
                    items / run->parts, items / run->parts);
}

void opencl_wrap_run(struct opencl_text *text, const struct opencl_groups *groups,
                     const struct opencl_run *run) {
    const char *shard = run->loop == LOOP_CHANNELS ? "shard" : "get_global_id(2)";
    unsigned number = 0;
    char name[64];
    opencl_run_name(groups, run, name);
    opencl_text_add(text, "kernel void %s(", name);
    add_parameters(text, run);
    opencl_text_add(text, ") {\n");
    opencl_text_add(text, run->pieces[0].kernel->range == RANGE_SUMS
                              ? "    LOCAL_LANES(lanes, LANE_VALUES);\n"
                              : "    LANE_ROOM lanes = 0;\n");
    if (run->loop == LOOP_CHANNELS) {
        opencl_text_add(text, "    const int part = get_global_id(1);\n");
    }
    for (size_t p = 0; p < run->count; p++) {
        if (run->loop == LOOP_APART) {
            opencl_text_add(text, "    ");
        } else {
            add_loop(text, run, p);
        }
        add_call(text, groups, &run->pieces[p],
                 run->loop == LOOP_APART ? "get_global_id(1)" : "item",
                 run->loop == LOOP_CHANNELS && p > 0 ? "0" : shard, number);
        for (size_t a = 0; run->pieces[p].kernel->arguments[a] != ARG_END; a++) {
            number++;
        }
    }
    opencl_text_add(text, "}\n");
}
