/* bundle.c: a folder with which the author of a driver can see a difference: source, inputs, results, and a program. */
#include "verify/verify.h"

#include <stdlib.h>
#include <string.h>

#include "os/files.h"
#include "os/folders.h"

/* Says in ${record} which launches compute ${target}. */
static void choose_launches(const struct weft_network *network, const struct tensor_ref *target,
                            const struct weft_verify_difference *found, struct record *record) {
    size_t index = target->activation.index;
    if (target->result != TENSOR_RESULT_NONE) {
        record->loss = true;
    } else if (target->is_activation && !target->activation.gradient) {
        record->gather = index == 0;
        record->layer = index - 1;
    } else if (target->is_activation) {
        record->loss = index == network->layer_count;
        record->layer = index;
        record->backward = true;
    } else if (target->array == WEFT_ARRAY_GRADIENTS || target->array == WEFT_ARRAY_BUFFERS) {
        for (size_t i = 0; i < network->tensor_count; i++) {
            const struct weft_tensor *tensor = &network->tensors[i];
            size_t length = strlen(tensor->name);
            if (strncmp(found->name, tensor->name, length) == 0 &&
                (found->name[length] == '\0' || found->name[length] == '.')) {
                record->layer = tensor->layer;
            }
        }
        record->backward = record->join = target->array == WEFT_ARRAY_GRADIENTS;
    } else {
        record->adam = true;
    }
}

/* What the reference has: the tensor in the natural order, in memory that the caller frees. */
static enum weft_status read_expected(const struct verify_piece *piece, const char *name,
                                      const struct tensor_ref *target, float **values,
                                      struct weft_error *error) {
    struct weft_backend *expected = piece->expected;
    size_t count = piece->network->parameter_count + piece->network->buffer_count;
    enum weft_status status;
    if (target->is_activation && expected->last_count * target->count > count) {
        count = expected->last_count * target->count;
    }
    *values = calloc(count + 1, sizeof **values);
    if (*values == NULL) {
        return weft_fail(error, WEFT_FAILED, "bundle: no memory");
    }
    if (target->result != TENSOR_RESULT_NONE) {
        memcpy(*values, piece->results, target->count * sizeof **values);
        return WEFT_OK;
    }
    if (target->is_activation) {
        return weft_backend_tensor(expected, name, *values, expected->last_count * target->count,
                                   error);
    }
    status = weft_backend_read(expected, target->array, *values, error);
    memmove(*values, *values + target->offset, target->count * sizeof **values);
    return status;
}

/* A file in the folder. */
static enum weft_status write_bytes(const char *folder, const char *name, const void *bytes,
                                    size_t size, struct weft_error *error) {
    struct os_file file = {0};
    char path[4096];
    enum weft_status status;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    status = os_file_create(&file, path, error);
    if (status == WEFT_OK) {
        fwrite(bytes, 1, size, file.stream);
        status = os_file_commit(&file, error);
    }
    return status;
}

static void print_readme(FILE *out, const struct verify *verify, const struct record *record,
                         const struct weft_verify_difference *found) {
    const struct weft_verify_outcome *outcome = verify->outcome;
    const struct weft_device *device = &outcome->device;
    fprintf(
        out,
        "weft verify found a difference between an OpenCL device and IEEE 754 arithmetic in the\n"
        "order that the kernels' source gives.\n\n"
        "device:     %s (%s), driver %s, %s\n"
        "difference: stage %s, layer %s, tensor %s, element %zu: device 0x%08lx, expected "
        "0x%08lx; %zu of %zu differ\n"
        "in:         %s\n"
        "diagnosis:  %s\n",
        device->name, device->platform_name, device->driver, device->opencl,
        weft_stage_name(found->stage), found->layer,
        found->name[0] != '\0' ? found->name : found->tensor, found->element,
        (unsigned long)found->device, (unsigned long)found->expected, found->differing, found->of,
        found->where, outcome->diagnosis);
    if (record == NULL) {
        fputs("\nexpected.bin  what was written to a buffer, and copied from it to another\n"
              "got.bin       what was read back\n"
              "replay.c      does it again: cc replay.c -o replay -lOpenCL && ./replay\n",
              out);
        return;
    }
    fprintf(out, "options:    %s\nkernels:   ", record->options);
    for (size_t i = 0; i < record->launch_count; i++) {
        fprintf(out, " %s", record->launches[i].kernel);
    }
    fputs("\n\nprogram.cl    the source of the whole program; the kernels above are launched\n"
          "build.log     what the compiler said\n"
          "buffer-N.bin  buffers before the first launch\n"
          "expected.bin  the buffer with the tensor after the last launch, as it should be; words\n"
          "              0x7fffdead do not belong to it\n"
          "got.bin       as it was\n"
          "replay.c      shows the difference: cc replay.c -o replay -lOpenCL && ./replay\n",
          out);
}

/* replay.c, or without it README. */
static enum weft_status write_text(const struct verify *verify, const char *name, bool replay,
                                   const struct record *record, int target,
                                   const struct weft_verify_difference *found,
                                   struct weft_error *error) {
    struct os_file file = {0};
    char path[4096];
    enum weft_status status;
    snprintf(path, sizeof path, "%s/%s", verify->options->bundle, name);
    status = os_file_create(&file, path, error);
    if (status != WEFT_OK) {
        return status;
    }
    if (!replay) {
        print_readme(file.stream, verify, record, found);
    } else {
        fprintf(file.stream, "#define PLATFORM %u\n#define DEVICE   %u\n",
                verify->outcome->device.platform, verify->outcome->device.in_platform);
        if (record != NULL) {
            verify_print_replay(file.stream, record, target);
        } else {
            verify_print_transfers(file.stream);
        }
    }
    return os_file_commit(&file, error);
}

/* Source, log and buffers. */
static enum weft_status write_record(const char *folder, const struct record *record,
                                     struct weft_error *error) {
    enum weft_status status =
        write_bytes(folder, "program.cl", record->source, strlen(record->source), error);
    if (status == WEFT_OK) {
        status = write_bytes(folder, "build.log", record->log, strlen(record->log), error);
    }
    for (size_t i = 0; i < record->buffer_count && status == WEFT_OK; i++) {
        char name[32];
        snprintf(name, sizeof name, "buffer-%zu.bin", i);
        status =
            write_bytes(folder, name, record->buffers[i].bytes, record->buffers[i].size, error);
    }
    return status;
}

enum weft_status verify_bundle_write(const struct verify *verify, const struct record *record,
                                     int target, const void *got, const void *expected, size_t size,
                                     const struct weft_verify_difference *found,
                                     struct weft_error *error) {
    const char *folder = verify->options->bundle;
    enum weft_status status = os_make_folder(folder, error);
    if (status == WEFT_OK && record != NULL) {
        status = write_record(folder, record, error);
    }
    if (status != WEFT_OK ||
        (status = write_bytes(folder, "expected.bin", expected, size, error)) != WEFT_OK ||
        (status = write_bytes(folder, "got.bin", got, size, error)) != WEFT_OK ||
        (status = write_text(verify, "README", false, record, target, found, error)) != WEFT_OK) {
        return status;
    }
    return write_text(verify, "replay.c", true, record, target, found, error);
}

/* Runs the piece once more, with its launches recorded. */
static enum weft_status record_piece(const struct verify *verify, const struct verify_piece *piece,
                                     const struct verify_setup *how,
                                     const struct tensor_ref *target,
                                     const struct weft_verify_difference *found,
                                     struct record *record, struct weft_error *error) {
    struct weft_verify_difference now = {0};
    struct weft_backend *device = NULL;
    unsigned char *got = NULL, *expected = NULL;
    float *values = NULL;
    const uint32_t open = VERIFY_OPEN;
    char digest[65];
    int buffer = 0;
    enum weft_status status = verify_open(piece->network, how, &device, error);
    if (status == WEFT_OK) {
        status = piece->run(piece, device, &now, digest, error);
    }
    if (status == WEFT_OK) {
        status = debug_api->record_result(device, target, &buffer, &got, error);
    }
    if (status == WEFT_OK) {
        status = read_expected(piece, found->name, target, &values, error);
    }
    if (status == WEFT_OK && (expected = malloc(record->buffers[buffer].size)) == NULL) {
        status = weft_fail(error, WEFT_FAILED, "bundle: no memory");
    }
    if (status == WEFT_OK && (record->source == NULL || record->log == NULL)) {
        status = weft_fail(error, WEFT_FAILED, "bundle: no source was recorded");
    }
    if (status == WEFT_OK) {
        for (size_t i = 0; i + sizeof open <= record->buffers[buffer].size; i += sizeof open) {
            memcpy(expected + i, &open, sizeof open);
        }
        record_place(target, device->last_count, values, expected);
        status = verify_bundle_write(verify, record, buffer, got, expected,
                                     record->buffers[buffer].size, found, error);
    }
    weft_backend_close(device);
    free(values);
    free(expected);
    free(got);
    return status;
}

/* What ${found} is of, on a device that the piece can be run on. */
static bool find_target(const struct verify_piece *piece,
                        const struct weft_verify_difference *found, struct tensor_ref *target) {
    static const struct {
        const char *tensor;
        enum tensor_result result;
    } results[] = {{"loss", TENSOR_RESULT_STEP},
                   {"correct", TENSOR_RESULT_STEP},
                   {"losses", TENSOR_RESULT_LOSSES},
                   {"predictions", TENSOR_RESULT_PREDICTIONS}};
    if (found->name[0] != '\0') {
        return tensor_ref_find(piece->network, found->name, target);
    }
    for (size_t i = 0; i < sizeof results / sizeof results[0] && piece->results != NULL; i++) {
        if (strcmp(found->tensor, results[i].tensor) == 0) {
            bool step = results[i].result == TENSOR_RESULT_STEP;
            *target = (struct tensor_ref){.result = results[i].result};
            target->offset = step && piece->step > 0 ? 2 * (size_t)(piece->step - 1) : 0;
            target->count = step ? 2 : piece->expected->last_count;
            return true;
        }
    }
    return false;
}

void verify_bundle(struct verify *verify, const struct verify_piece *piece,
                   const struct verify_setup *options, const struct weft_verify_difference *found) {
    struct record *record = calloc(1, sizeof *record);
    struct verify_setup how = *options;
    struct debug_options debug = {.record = record};
    struct tensor_ref target;
    struct weft_error failure = {0};
    enum weft_status status = WEFT_OK;
    if (record == NULL) {
        snprintf(verify->outcome->bundle, sizeof verify->outcome->bundle, "no memory");
        return;
    }
    if (verify->outcome->device.builtin || !find_target(piece, found, &target)) {
        snprintf(verify->outcome->bundle, sizeof verify->outcome->bundle,
                 "a difference of this stage can not be put into a program of its own");
    } else {
        choose_launches(piece->network, &target, found, record);
        record->kernels = options->options.kernels;
        record->step = piece->step;
        how.debug = &debug;
        how.options.no_cache = true; /* so that the compiler has something to say */
        status = record_piece(verify, piece, &how, &target, found, record, &failure);
    }
    record_finish(record);
    free(record);
    if (status != WEFT_OK) { /* the verdict is worth more than the bundle */
        snprintf(verify->outcome->bundle, sizeof verify->outcome->bundle, "%.500s",
                 failure.message);
    }
}
