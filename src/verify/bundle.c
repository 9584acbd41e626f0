/* bundle.c: records the launches that compute a tensor with a difference. */
#include "verify/bundle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/try.h"

/* Selects in ${record} the launches that compute ${ref}. */
static void select_launches(const struct weft_network *network, const struct tensor_ref *ref,
                            const struct verify_difference *found, struct record *record) {
    size_t index = ref->activation.index;
    if (ref->result != TENSOR_RESULT_NONE) {
        record->loss = true;
    } else if (ref->is_activation && !ref->activation.gradient) {
        record->gather = index == 0;
        record->layer = index - 1;
    } else if (ref->is_activation) {
        record->loss = index == network->layer_count;
        record->layer = index;
        record->backward = record->readers = true;
    } else if (ref->array == ARRAY_GRADIENTS || ref->array == ARRAY_BUFFERS) {
        for (size_t i = 0; i < network->tensor_count; i++) {
            const struct network_tensor *tensor = &network->tensors[i];
            size_t length = strlen(tensor->name);
            if (strncmp(found->name, tensor->name, length) == 0 &&
                (found->name[length] == '\0' || found->name[length] == '.')) {
                record->layer = tensor->layer;
            }
        }
        record->backward = record->join = ref->array == ARRAY_GRADIENTS;
    } else {
        record->update = true;
    }
}

/* Reads ${ref} of the reference in the natural order into ${values}, which the caller frees. */
static enum weft_status read_expected(const struct verify_piece *piece, const char *name,
                                      const struct tensor_ref *ref, float **values,
                                      struct weft_error *error) {
    struct backend *expected = piece->expected;
    const size_t arrays = piece->network->parameter_count + piece->network->buffer_count;
    const size_t activation = ref->is_activation ? expected->last_count * ref->count : 0;
    const size_t most = arrays > activation ? arrays : activation; /* or a result has more */
    *values = calloc((most > ref->count ? most : ref->count) + 1, sizeof **values);
    if (*values == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "bundle: no memory");
    }
    if (ref->result != TENSOR_RESULT_NONE) {
        memcpy(*values, piece->results, ref->count * sizeof **values);
        return WEFT_OK;
    }
    if (ref->is_activation) {
        return backend_tensor(expected, name, *values, activation, error);
    }
    TRY(backend_read(expected, ref->array, *values, error));
    memmove(*values, *values + ref->offset, ref->count * sizeof **values);
    return WEFT_OK;
}

/* Returns ${size} bytes that are not compared, except those of ${ref}, which are ${values}; NULL
 * without memory. */
static unsigned char *lay_out(const struct tensor_ref *ref, size_t images, const float *values,
                              size_t size) {
    const uint32_t uncompared = VERIFY_UNCOMPARED;
    unsigned char *bytes = malloc(size);
    for (size_t i = 0; bytes != NULL && i + sizeof uncompared <= size; i += sizeof uncompared) {
        memcpy(bytes + i, &uncompared, sizeof uncompared);
    }
    if (bytes != NULL) {
        record_place(ref, images, values, bytes);
    }
    return bytes;
}

/* Runs the piece once more, with its launches recorded, and writes the folder. */
static enum weft_status record_piece(struct verify *verify, const struct verify_piece *piece,
                                     const struct verify_setup *setup, const struct tensor_ref *ref,
                                     const struct verify_difference *found,
                                     struct weft_error *error) {
    const struct record *record = setup->debug->record;
    struct verify_difference again = {.differing = 0};
    struct backend *device = NULL;
    void *result = NULL, *expected = NULL;
    float *values = NULL;
    char digest[65];
    int buffer = 0;
    enum weft_status status;
    TRY_OR(done, verify_open(piece->network, setup, &device, error));
    TRY_OR(done, piece->run(piece, device, &again, digest, error));
    TRY_OR(done, debug_api->record_result(device, ref, &buffer, &result, error));
    TRY_OR(done, read_expected(piece, found->name, ref, &values, error));
    expected = lay_out(ref, device->last_count, values, record->buffers[buffer].size);
    if (expected == NULL) {
        status = error_set(error, WEFT_NO_MEMORY, "bundle: no memory");
    } else if (record->source == NULL || record->log == NULL) {
        status = error_set(error, WEFT_FAILED, "bundle: no source was recorded");
    } else {
        const struct bundle_content content = {.record = record,
                                               .buffer = buffer,
                                               .result = result,
                                               .expected = expected,
                                               .size = record->buffers[buffer].size};
        verify_bundle_write(verify, &content, found);
    }
done:
    backend_close(device);
    free(values);
    free(expected);
    free(result);
    return status;
}

/* Finds the tensor or result of ${found}. Returns false if there is none, as for a hash. */
static bool find_ref(const struct verify_piece *piece, const struct verify_difference *found,
                     struct tensor_ref *ref) {
    static const struct {
        const char *tensor;
        enum tensor_result result;
    } results[] = {{"loss", TENSOR_RESULT_STEP},
                   {"correct", TENSOR_RESULT_STEP},
                   {"losses", TENSOR_RESULT_LOSSES},
                   {"predictions", TENSOR_RESULT_PREDICTIONS}};
    if (found->name[0] != '\0') {
        return tensor_ref_find(piece->network, found->name, ref);
    }
    for (size_t i = 0; i < sizeof results / sizeof results[0] && piece->results != NULL; i++) {
        if (strcmp(found->tensor, results[i].tensor) == 0) {
            bool step = results[i].result == TENSOR_RESULT_STEP;
            *ref = (struct tensor_ref){.result = results[i].result};
            ref->offset = step && piece->step > 0 ? 2 * (size_t)(piece->step - 1) : 0;
            ref->count = step ? 2 : piece->expected->last_count;
            return true;
        }
    }
    return false;
}

void verify_bundle(struct verify *verify, const struct verify_piece *piece,
                   const struct verify_setup *setup, const struct verify_difference *found) {
    struct record record = {.kernels = setup->options.kernels, .step = piece->step};
    const struct debug_options debug = {.record = &record};
    struct verify_setup recording = {.options = setup->options, .debug = &debug};
    struct tensor_ref ref;
    struct weft_error failure = {0};
    enum weft_status status;
    if (verify->outcome->device.builtin || !find_ref(piece, found, &ref)) {
        status = error_set(&failure, WEFT_FAILED,
                           "a difference of this stage cannot be put into a program of its own");
    } else {
        select_launches(piece->network, &ref, found, &record);
        recording.options.no_cache = true; /* so that there is a build log */
        status = record_piece(verify, piece, &recording, &ref, found, &failure);
    }
    if (status != WEFT_OK) { /* the verdict remains valid without a bundle */
        verify_bundle_fail(verify, &failure);
    }
    record_finish(&record);
}
