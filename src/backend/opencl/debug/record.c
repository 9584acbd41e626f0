/* record.c: keeps launches and the buffers that they read, so that another program can run them. */
#include "backend/opencl/debug/record.h"
#include "backend/opencl/errors.h"
#include "backend/opencl/memory.h"
#include "backend/opencl/source.h"
#include "backend/opencl/state.h"
#include "backend/opencl/transfer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Returns whether ${group} reads activation ${index}. */
static bool reads(const struct opencl_backend *cl, const struct opencl_group *group, size_t index) {
    const struct network_layer *layer = &cl->base.network->layers[group->first];
    size_t input = 0;
    while (input < layer->input_count && layer->inputs[input] != index) {
        input++;
    }
    return input < layer->input_count;
}

/* Returns whether the record selects ${launch}. */
static bool is_selected(const struct opencl_backend *cl, const struct record *record,
                        const struct opencl_launch *launch) {
    bool update = opencl_update_has(cl, launch);
    if (launch->kernel == NULL) {
        return (update && (record->update || record->join)) ||
               (record->gather && launch == &cl->common[COMMON_GATHER]) ||
               (record->loss && (launch == &cl->common[COMMON_LOSS_TRAIN] ||
                                 launch == &cl->common[COMMON_LOSS_EVALUATE] ||
                                 launch == &cl->common[COMMON_LOSS_JOIN]));
    }
    for (size_t p = 0; p < launch->kernel->count; p++) {
        const struct opencl_call *call = &launch->kernel->calls[p];
        const struct opencl_group *group = &cl->groups.list[call->group];
        bool backward = (call->passes & PASS_BACKWARD) != 0;
        bool loss = call->function == &opencl_loss;
        if (loss ? record->loss
                 : !record->update && !record->gather && !record->loss &&
                       (record->readers
                            ? reads(cl, group, record->layer)
                            : record->layer >= group->first && record->layer < group->end) &&
                       backward == record->backward) {
            return true;
        }
    }
    return false;
}

/* Reads the first ${bytes} of ${memory} into ${to}, which the caller frees. ${what} is for
 * messages. */
static enum weft_status read_memory(struct opencl_backend *cl, cl_mem memory, size_t bytes,
                                    const char *what, void **to, struct weft_error *error) {
    *to = malloc(bytes);
    return *to != NULL ? opencl_read(cl, memory, *to, bytes, error)
                       : error_set(error, WEFT_NO_MEMORY, "opencl: no memory for %s", what);
}

/* Returns the index of ${memory} in the record, which reads it from the device the first time; -1
 * if that fails. */
static int find_buffer(struct opencl_backend *cl, struct record *record, cl_mem memory) {
    struct record_buffer *buffer = &record->buffers[record->buffer_count];
    for (size_t i = 0; i < record->buffer_count; i++) {
        if (record->buffers[i].id == memory) {
            return (int)i;
        }
    }
    if (record->buffer_count == RECORD_BUFFERS ||
        clGetMemObjectInfo(memory, CL_MEM_SIZE, sizeof buffer->size, &buffer->size, NULL) !=
            CL_SUCCESS) {
        return -1;
    }
    buffer->id = memory;
    record->buffer_count++;
    return read_memory(cl, memory, buffer->size, "a record", &buffer->bytes, NULL) == WEFT_OK
               ? (int)(record->buffer_count - 1)
               : -1;
}

enum weft_status record_program(struct record *record, cl_program program, cl_device_id device,
                                const char *source, struct weft_error *error) {
    size_t length = strlen(source);
    clGetProgramBuildInfo(program, device, CL_PROGRAM_BUILD_OPTIONS, sizeof record->options - 1,
                          record->options, NULL);
    record->log = opencl_build_log(program, device);
    record->source = malloc(length + 1);
    if (record->log == NULL || record->source == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "opencl: no memory for a record");
    }
    memcpy(record->source, source, length + 1);
    return WEFT_OK;
}

/* Records the program of ${cl}, unless that has been done. Without memory the record stays
 * without. */
static void record_network(const struct opencl_backend *cl, struct record *record) {
    struct text text = {0};
    if (record->source == NULL &&
        opencl_source_make(&cl->kernels, record->kernels, &text, NULL) == WEFT_OK) {
        record_program(record, cl->program.object, cl->device, text.bytes, NULL);
    }
    free(text.bytes);
}

void debug_record(struct opencl_backend *cl, const struct opencl_launch *launch,
                  const size_t range[3]) {
    struct record *record = cl->debug->record;
    struct record_launch *to = &record->launches[record->launch_count];
    bool now = record->step == 0 || record->step == cl->steps_made + 1 ||
               launch == &cl->common[COMMON_LOSS_JOIN]; /* which comes after the last step */
    if (!now || !is_selected(cl, record, launch)) {
        return;
    }
    record_network(cl, record);
    if (record->launch_count == RECORD_LAUNCHES) {
        record->full = true;
        return;
    }
    record->launch_count++;
    clGetKernelInfo(launch->object, CL_KERNEL_FUNCTION_NAME, sizeof to->kernel, to->kernel, NULL);
    memcpy(to->range, range, sizeof to->range);
    memcpy(to->local, launch->local, sizeof to->local);
    to->count = launch->set_count;
    for (size_t i = 0; i < to->count; i++) {
        struct record_argument *argument = &to->arguments[i];
        cl_mem memory;
        argument->buffer = -1;
        memcpy(&argument->word, launch->set[i].bytes, sizeof argument->word);
        if (launch->set[i].is_buffer) {
            memcpy(&memory, launch->set[i].bytes, sizeof memory);
            argument->buffer = find_buffer(cl, record, memory);
            record->full = record->full || argument->buffer < 0;
        }
    }
}

static cl_mem memory_of(const struct opencl_backend *cl, const struct tensor_ref *ref) {
    switch (ref->result) {
    case TENSOR_RESULT_STEP:
        return cl->results;
    case TENSOR_RESULT_LOSSES:
        return cl->losses;
    case TENSOR_RESULT_PREDICTIONS:
        return cl->predictions;
    case TENSOR_RESULT_NONE:
        break;
    }
    return !ref->is_activation        ? cl->arrays[ref->array]
           : ref->activation.gradient ? cl->dvalues[ref->activation.index]
                                      : cl->values[ref->activation.index];
}

static enum weft_status read_result(struct backend *backend, const struct tensor_ref *ref,
                                    int *buffer, void **bytes, struct weft_error *error) {
    struct opencl_backend *cl = (struct opencl_backend *)backend;
    const struct record *record = cl->debug->record;
    cl_mem memory = memory_of(cl, ref);
    *bytes = NULL;
    for (size_t i = 0; i < record->buffer_count && !record->full; i++) {
        if (record->buffers[i].id == memory && memory != NULL) {
            *buffer = (int)i;
            return read_memory(cl, memory, record->buffers[i].size, "a record", bytes, error);
        }
    }
    return error_set(error, WEFT_USAGE, "record: no launch has this tensor");
}

static enum weft_status read_partials(struct backend *backend, size_t shards, void **partials,
                                      size_t *stride, struct weft_error *error) {
    struct opencl_backend *cl = (struct opencl_backend *)backend;
    *partials = NULL;
    if (cl->debug != NULL && cl->debug->flip != 0) {
        return WEFT_OK;
    }
    *stride = opencl_padded(backend->network->parameter_count);
    return read_memory(cl, cl->partials, shards * *stride * sizeof(float), "gradients", partials,
                       error);
}

static const struct debug_api api = {
    .raw_device = &raw_device_ops,
    .replicas = &replicas_ops,
    .record_result = read_result,
    .read_partials = read_partials,
};

const struct debug_api *const debug_api = &api;
