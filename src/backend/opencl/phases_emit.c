/* phases_emit.c: the text of the kernel that computes phases. */
#include "backend/opencl/emit.h"
#include "backend/opencl/phases.h"

#include <stdio.h>

void opencl_phase_argument(const struct opencl_phases *phases, const struct opencl_call *call,
                           size_t a, char name[OPENCL_PHASE_NAME]) {
    static const char *const names[] = {[ARG_PARAMETERS] = "parameters",
                                        [ARG_BUFFERS] = "buffers",
                                        [ARG_PARTIALS] = "partials",
                                        [ARG_GRADIENTS] = "gradients",
                                        [ARG_MOMENTS] = "moments",
                                        [ARG_SECOND_MOMENTS] = "second_moments",
                                        [ARG_PIXELS] = "pixels",
                                        [ARG_TABLE] = "table",
                                        [ARG_TARGETS] = "targets",
                                        [ARG_NUMBERS] = "numbers",
                                        [ARG_LABELS] = "labels",
                                        [ARG_ORDER] = "order",
                                        [ARG_CHANGES] = "changes",
                                        [ARG_RESULTS] = "results",
                                        [ARG_LOSSES] = "losses",
                                        [ARG_PREDICTIONS] = "predictions",
                                        [ARG_COUNT] = "count",
                                        [ARG_UPDATE] = "1",
                                        [ARG_BATCH] = "1",
                                        [ARG_RESULT_INDEX] = "result_index",
                                        [ARG_FIRST] = "first",
                                        [ARG_KEY_LOW] = "key_low",
                                        [ARG_KEY_HIGH] = "key_high",
                                        [ARG_TRAINS] = "train",
                                        [ARG_HEIGHT] = "height",
                                        [ARG_WIDTH] = "width"};
    const enum opencl_argument argument = call->function->arguments[a];
    const size_t tensor = opencl_tensor_of(&phases->groups, call, argument);
    if (tensor != OPENCL_NO_TENSOR) {
        snprintf(name, OPENCL_PHASE_NAME, "tensor%zu", tensor);
    } else if (argument == ARG_SCRATCH) {
        snprintf(name, OPENCL_PHASE_NAME, "scratch%zu", call->group);
    } else {
        snprintf(name, OPENCL_PHASE_NAME, "%s", names[argument]);
    }
}

void opencl_emit_phase(struct text *text, const struct opencl_phases *phases,
                       const struct opencl_phase *phase) {
    const struct opencl_function *function = phase->call.function;
    text_add(text, "(int begin, int end");
    for (size_t a = 0; function->arguments[a] != ARG_END; a++) {
        if (function->arguments[a] < OPENCL_ARG_CONSTANT) {
            text_add(text, ", ");
            opencl_emit_parameter(text, function, function->arguments[a], function->passes != 0,
                                  "a", a);
        }
    }
    text_add(text, ") {\n    LANE_MEMORY lanes = 0;\n"
                   "    for (int i = begin; i < end; i++) ");
    opencl_emit_function(text, &phases->groups, &phase->call);
    if (phase->by_batch) {
        text_add(text, "(i, 0, lanes");
    } else {
        text_add(text, "(i %% %zu, i / %zu, lanes", phase->items, phase->items);
    }
    opencl_emit_arguments(text, &phases->groups, &phase->call, "a");
    text_add(text, ");\n}\n");
}

/* Appends the arguments of the function of ${phase}: its buffers. */
static void emit_arguments(struct text *text, const struct opencl_phases *phases,
                           const struct opencl_phase *phase) {
    const struct opencl_function *function = phase->call.function;
    char name[OPENCL_PHASE_NAME];
    for (size_t a = 0; function->arguments[a] != ARG_END; a++) {
        const enum opencl_argument argument = function->arguments[a];
        if (argument >= OPENCL_ARG_CONSTANT) {
            continue;
        }
        opencl_phase_argument(phases, &phase->call, a, name);
        text_add(text, ", %s", name);
        if (argument == ARG_NUMBERS) {
            text_add(text, " + index");
        }
        if (opencl_argument_begins(function, argument)) {
            text_add(text, ", %zu", opencl_begin_of(&phases->groups, &phase->call, argument));
        }
    }
}

/* Appends the steps of a training, or of an evaluation. Each has a loop of its own: the phases of
 * one between those of the other made a training slower. */
static void emit_steps(struct text *text, const struct opencl_phases *phases, bool trains) {
    text_add(text, "    for (int step = 0; STEP_BEGINS(step); step++) {\n"
                   "        const int index = begin_step + step;\n"
                   "        const int first = begin_image + index * batch;\n"
                   "        const int count = min(batch, images - index * batch);\n"
                   "        const int shards = (count + 15) / 16;\n"
                   "        const int result_index = index * ((batch + 15) / 16);\n");
    text_add(text, trains ? "        const int key_low = numbers[index].key[0];\n"
                            "        const int key_high = numbers[index].key[1];\n"
                          : "        const int key_low = 0, key_high = 0;\n");
    for (size_t i = 0; i < phases->count; i++) {
        const struct opencl_phase *phase = &phases->list[i];
        if (trains ? phase->trains : phase->evaluates) {
            text_add(text, "        PHASE(%zu, %zu%s, phase_%zu(begin, end", phase->chunks,
                     phase->items, phase->by_batch ? "" : " * shards", phase->same);
            emit_arguments(text, phases, phase);
            text_add(text, "))\n");
        }
    }
    text_add(text, "    }\n");
}

void opencl_emit_phases(struct text *text, const struct opencl_phases *phases) {
    /* Not inlined, so that the kernel is small, and the compiler takes a function at a time. */
    for (size_t i = 0; i < phases->count; i++) {
        if (phases->list[i].same == i) {
            text_add(text, "__attribute__((noinline)) void phase_%zu", i);
            opencl_emit_phase(text, phases, &phases->list[i]);
        }
    }
    text_add(text, "kernel void " PHASES_KERNEL "(global atomic_int *counters, int train, "
                   "int begin_step, int steps, int batch, int begin_image, int images, "
                   "int height, int width");
    for (size_t i = 0; i < phases->buffer_count; i++) {
        text_add(text, ", global %s *%s",
                 phases->buffers[i].argument == ARG_NUMBERS ? "const struct step_numbers" : "void",
                 phases->buffers[i].name);
    }
    text_add(text, ") {\n"
                   "    struct unit unit = UNIT_OF_ITEM(steps);\n");
    if (!phases->forward_only) {
        text_add(text, "    if (train) {\n");
        emit_steps(text, phases, true);
        text_add(text, "        return;\n    }\n");
    }
    emit_steps(text, phases, false);
    text_add(text, "}\n");
}
