/* emit.c: the text of the kernels that kernels.c makes.
 *
 * The parameters of a kernel are those of all its calls, in order: c0_1 is argument 1 of call 0,
 * and c0_1_begin is where the tensors of its layer begin there. The same buffer may be passed more
 * than once. */
#include "backend/opencl/emit.h"
#include "backend/opencl/fusions.h"
#include "backend/opencl/kernels.h"
#include "backend/opencl/layer.h"

#include <stdio.h>

void opencl_kernel_name(const struct opencl_kernels *kernels, const struct opencl_kernel *kernel,
                        char name[64]) {
    const struct opencl_call *call = &kernels->list[kernel->same].calls[0];
    char input[24] = ""; /* the number of an input, from the second one on */
    if (call->input > 0) {
        snprintf(input, sizeof input, "_%zu", call->input + 1);
    }
    snprintf(name, 64, "%s_%s_%zu%s", kernel->loop == LOOP_APART ? "run" : "chain",
             call->function->name, kernels->groups->list[call->group].main + 1, input);
}

const char *opencl_emit_type(enum opencl_argument argument, bool single) {
    if (argument >= OPENCL_ARG_NUMBER) {
        return "int ";
    }
    switch (argument) {
    case ARG_INPUT:
    case ARG_FIRST_INPUT:
    case ARG_DOUTPUT:
    case ARG_PARAMETERS:
        return single ? "global const void *restrict " : "global void *";
    case ARG_NUMBERS:
        return "global const struct step_numbers *";
    default:
        return "global void *";
    }
}

void opencl_emit_parameter(struct text *text, const struct opencl_function *function,
                           enum opencl_argument argument, bool single, const char *name,
                           size_t index) {
    text_add(text, "%s%s%zu", opencl_emit_type(argument, single), name, index);
    if (opencl_argument_begins(function, argument)) {
        text_add(text, ", int %s%zu_begin", name, index);
    }
}

static void emit_parameters(struct text *text, const struct opencl_kernel *kernel) {
    for (size_t c = 0; c < kernel->count; c++) {
        const enum opencl_argument *arguments = kernel->calls[c].function->arguments;
        for (size_t a = 0; arguments[a] != ARG_END; a++) {
            if (arguments[a] < OPENCL_ARG_CONSTANT) {
                char name[24];
                snprintf(name, sizeof name, "c%zu_", c);
                text_add(text, c + a > 0 ? ", " : "");
                opencl_emit_parameter(text, kernel->calls[c].function, arguments[a],
                                      kernel->loop == LOOP_APART, name, a);
            }
        }
    }
}

void opencl_emit_function(struct text *text, const struct opencl_groups *groups,
                          const struct opencl_call *call) {
    text_add(text, "%s", call->function->name);
    if (call->function->passes != 0) {
        text_add(text, "_%zu", opencl_group_number(groups, call->group));
    }
}

void opencl_emit_arguments(struct text *text, const struct opencl_groups *groups,
                           const struct opencl_call *call, const char *prefix) {
    const enum opencl_argument *arguments = call->function->arguments;
    for (size_t a = 0; arguments[a] != ARG_END; a++) {
        if (opencl_argument_begins(call->function, arguments[a])) {
            text_add(text, ", (global %sfloat *)%s%zu + %s%zu_begin",
                     arguments[a] == ARG_PARAMETERS ? "const " : "", prefix, a, prefix, a);
        } else if (arguments[a] < OPENCL_ARG_CONSTANT) {
            text_add(text, ", %s%zu", prefix, a);
        } else {
            text_add(text, ", %zu", opencl_constant_of(groups, call, arguments[a]));
        }
    }
}

/* Adds call ${c}. */
static void emit_call(struct text *text, const struct opencl_groups *groups,
                      const struct opencl_kernel *kernel, size_t c, const char *item,
                      const char *shard) {
    const struct opencl_call *call = &kernel->calls[c];
    char prefix[24];
    snprintf(prefix, sizeof prefix, "c%zu_", c);
    opencl_emit_function(text, groups, call);
    text_add(text, "(%s, %s, lanes", item, shard);
    opencl_emit_arguments(text, groups, call, prefix);
    text_add(text, ");\n");
}

/* Adds the loop over all shards of a chain by channels, whose last call is given the count of
 * images. */
static void emit_shards(struct text *text, const struct opencl_kernel *kernel) {
    const enum opencl_argument *arguments = kernel->calls[1].function->arguments;
    size_t a = 0;
    while (arguments[a] != ARG_COUNT) {
        a++;
    }
    text_add(text, "    for (int shard = 0; shard < (c1_%zu + 15) / 16; shard++)", a);
}

/* Adds the loop over the items of call ${c} that a work-item of a chain by channels computes. */
static void emit_part(struct text *text, const struct opencl_groups *groups,
                      const struct opencl_kernel *kernel, size_t c) {
    const struct opencl_call *call = &kernel->calls[c];
    const bool shards = call->function->range == RANGE_SHARDS;
    size_t items = (call->items - call->input_items) / kernel->parts;
    if (shards) {
        emit_shards(text, kernel);
    }
    text_add(text, "    for (int item = part * %zu; item < (part + 1) * %zu; item++) ", items,
             items);
    emit_call(text, groups, kernel, c, "item", shards ? "shard" : "0");
}

/* Adds call ${c} of a chain for a shard: the rows of a group divide its items among them. With sums
 * of lanes there is one item, which all rows call because of the barriers in it. */
static void emit_rows(struct text *text, const struct opencl_groups *groups,
                      const struct opencl_kernel *kernel, size_t c) {
    const struct opencl_call *call = &kernel->calls[c];
    const bool sums = call->function->range == RANGE_SUMS;
    text_add(text, c > 0 ? "    GROUP_BARRIER;\n    " : "    ");
    if (!sums) {
        text_add(text, "for (int item = GROUP_ROW; item < %zu; item += GROUP_ROWS) ",
                 call->items - call->input_items);
    }
    emit_call(text, groups, kernel, c, sums ? "GROUP_ROW" : "item", "get_global_id(2)");
}

void opencl_emit_body(struct text *text, const struct opencl_groups *groups,
                      const struct opencl_kernel *kernel) {
    const enum opencl_range range = opencl_kernel_range(groups, kernel);
    /* The parameters, and memory of a work-group that adds lanes. */
    text_add(text, "(");
    emit_parameters(text, kernel);
    text_add(text, ") {\n");
    if (kernel->slices > 0) {
        text_add(text, "    LOCAL_LANES(lanes, %zu, %zu);\n", kernel->lane_values, kernel->slices);
    } else {
        text_add(text, "    LANE_MEMORY lanes = 0;\n");
    }
    /* The calls. The second function of a chain by channels loops over the shards itself. */
    if (kernel->loop == LOOP_CHANNELS) {
        text_add(text, "    const int part = get_global_id(1);\n");
    }
    for (size_t c = 0; c < kernel->count; c++) {
        if (kernel->loop == LOOP_APART) {
            text_add(text, "    ");
            emit_call(text, groups, kernel, c,
                      range == RANGE_ONCE            ? "get_global_id(0)"
                      : range == RANGE_CHANNEL_GROUP ? "get_global_id(1) / GROUP_ROWS"
                                                     : "get_global_id(1)",
                      "get_global_id(2)");
        } else if (kernel->loop == LOOP_CHANNELS) {
            emit_part(text, groups, kernel, c);
        } else {
            emit_rows(text, groups, kernel, c);
        }
    }
    text_add(text, "}\n");
}

void opencl_emit_kernels(struct text *text, const struct opencl_kernels *kernels) {
    for (size_t i = 0; i < kernels->count; i++) {
        const struct opencl_kernel *kernel = &kernels->list[i];
        char name[64];
        if (kernel->same == i && kernel->calls[0].function->host == NULL) {
            opencl_kernel_name(kernels, kernel, name);
            text_add(text, "kernel void %s", name);
            opencl_emit_body(text, kernels->groups, kernel);
        }
    }
}
