/* bundle_write.c: writes the folder that shows a difference to the author of a driver. */
#include "verify/bundle.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/printable.h"
#include "base/try.h"
#include "os/files.h"
#include "os/lock.h"

static enum weft_status create(const char *folder, const char *name, struct os_file *file,
                               struct weft_error *error) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return os_file_create(file, path, error);
}

static enum weft_status write_bytes(const char *folder, const char *name, const void *bytes,
                                    size_t size, struct weft_error *error) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return os_file_write(path, bytes, size, error);
}

static void print_readme(FILE *out, const struct verify *verify, const struct record *record,
                         const struct verify_difference *found) {
    const struct verify_outcome *outcome = verify->outcome;
    const struct device_info *device = &outcome->device;
    char text[8192];
    printable_print(
        text, sizeof text,
        VERIFY_BUNDLE_TITLE
        " arithmetic in the\n"
        "order that the kernels' source gives.\n\n"
        "device:     %s (%s), driver %s, %s\n"
        "difference: stage %s, layer %s, tensor %s, element %zu: device 0x%08lx, expected "
        "0x%08lx; %zu of %zu differ\n"
        "in:         %s\n"
        "diagnosis:  %s\n",
        device->name, device->platform_name, device->driver, device->opencl,
        verify_stage_name(found->stage), found->layer,
        found->name[0] != '\0' ? found->name : found->tensor, found->element,
        (unsigned long)found->device, (unsigned long)found->expected, found->differing, found->of,
        found->where, outcome->diagnosis);
    fputs(text, out);
    if (verify->options->network != NULL) {
        fputs("network:    " VERIFY_BUNDLE_NETWORK ", the list of its layers\n", out);
    }
    if (record == NULL) {
        fputs("\nexpected.bin  what was written to a buffer, and copied from it to another\n"
              "got.bin       what was read back\n"
              "replay.c      repeats it: cc replay.c -o replay -lOpenCL && ./replay\n",
              out);
        return;
    }
    fprintf(out, "options:    %s\nkernels:   ", record->options);
    for (size_t i = 0; i < record->launch_count; i++) {
        fprintf(out, " %s", record->launches[i].kernel);
    }
    fputs("\n\nprogram.cl    the source of the complete program; the kernels above are launched\n"
          "build.log     the messages of the compiler\n"
          "buffer-N.bin  buffers before the first launch\n"
          "expected.bin  the buffer with the tensor after the last launch, as it should be; words\n"
          "              0x7fffdead do not belong to it\n"
          "got.bin       this buffer as it was\n"
          "replay.c      shows the difference: cc replay.c -o replay -lOpenCL && ./replay\n",
          out);
}

/* Prints ${text} as a C string. */
static void print_string(FILE *out, const char *text) {
    fputc('"', out);
    for (; *text != '\0'; text++) {
        unsigned char byte = (unsigned char)*text;
        if (byte == '"' || byte == '\\') {
            fprintf(out, "\\%c", byte);
        } else if (byte < 32 || byte > 126) {
            fprintf(out, "\\%03o", (unsigned)byte);
        } else {
            fputc(byte, out);
        }
    }
    fputc('"', out);
}

/* Prints ${launch} as an element of launches[] of replay_program.c, on lines of a macro. */
static void print_launch(FILE *out, const struct record_launch *launch) {
    fprintf(out, " \\\n    {\"%s\", {%zu, %zu, %zu}, {%zu, %zu, %zu}, %zu, \\\n     {",
            launch->kernel, launch->range[0], launch->range[1], launch->range[2], launch->local[0],
            launch->local[1], launch->local[2], launch->count);
    for (size_t i = 0; i < launch->count; i++) {
        const struct record_argument *argument = &launch->arguments[i];
        fprintf(out, "%s{%d, 0x%08" PRIx32 "u}", i > 0 ? ", " : "", argument->buffer,
                argument->buffer < 0 ? argument->word : 0);
    }
    fputs("}},", out);
}

/* Prints the program for ${device}: what it repeats, then the text of replay_program.c. It repeats
 * the launches of ${record}, and compares buffer ${buffer} with expected.bin; if ${record} is NULL,
 * it repeats transfers of expected.bin. */
static void print_replay(FILE *out, const struct device_info *device, const struct record *record,
                         int buffer) {
    fputs("/* replay.c: what weft verify found, repeated without weft. */\n", out);
    fprintf(out, "#define PLATFORM %u\n#define DEVICE   %u\n", device->platform,
            device->in_platform);
    if (record != NULL) {
        fprintf(out, "#define BUFFERS  %zu\n#define COMPARED %d\n#define OPTIONS  ",
                record->buffer_count, buffer);
        print_string(out, record->options);
        fputs("\n#define LAUNCHES", out);
        for (size_t i = 0; i < record->launch_count; i++) {
            print_launch(out, &record->launches[i]);
        }
        fputc('\n', out);
    }
    fputc('\n', out);
    fputs(verify_replay_program, out);
}

/* Writes source, log and buffers. */
static enum weft_status write_record(const char *folder, const struct record *record,
                                     struct weft_error *error) {
    TRY(write_bytes(folder, "program.cl", record->source, strlen(record->source), error));
    TRY(write_bytes(folder, "build.log", record->log, strlen(record->log), error));
    for (size_t i = 0; i < record->buffer_count; i++) {
        char name[32];
        snprintf(name, sizeof name, "buffer-%zu.bin", i);
        TRY(write_bytes(folder, name, record->buffers[i].bytes, record->buffers[i].size, error));
    }
    return WEFT_OK;
}

/* Writes the network of the options, with which the verification can be repeated. */
static enum weft_status write_network(const struct verify *verify, struct weft_error *error) {
    char *text = network_to_json(verify->options->network);
    enum weft_status status =
        text != NULL
            ? write_bytes(verify->options->bundle, VERIFY_BUNDLE_NETWORK, text, strlen(text), error)
            : error_set(error, WEFT_NO_MEMORY, "bundle: no memory");
    free(text);
    return status;
}

static enum weft_status write_files(const struct verify *verify,
                                    const struct bundle_content *content,
                                    const struct verify_difference *found,
                                    struct weft_error *error) {
    const char *folder = verify->options->bundle;
    struct os_file file = {0};
    TRY(create(folder, VERIFY_BUNDLE_README, &file, error));
    print_readme(file.stream, verify, content->record, found);
    TRY(os_file_commit(&file, error));
    TRY(verify_bundle_clear(folder, error));
    if (content->record != NULL) {
        TRY(write_record(folder, content->record, error));
    }
    if (verify->options->network != NULL) {
        TRY(write_network(verify, error));
    }
    TRY(write_bytes(folder, "expected.bin", content->expected, content->size, error));
    TRY(write_bytes(folder, "got.bin", content->result, content->size, error));
    TRY(create(folder, "replay.c", &file, error));
    print_replay(file.stream, &verify->outcome->device, content->record, content->buffer);
    return os_file_commit(&file, error);
}

/* Files of two bundles are not mixed, and others may have been put into the folder meanwhile. */
static enum weft_status write_folder(const struct verify *verify,
                                     const struct bundle_content *content,
                                     const struct verify_difference *found,
                                     struct weft_error *error) {
    struct os_lock lock;
    enum weft_status status;
    TRY(os_make_folder(verify->options->bundle, error));
    TRY(os_lock_take(&lock, verify->options->bundle, error));
    status = verify_bundle_check(verify->options->bundle, error);
    status = status == WEFT_OK ? write_files(verify, content, found, error) : status;
    os_lock_release(&lock);
    return status;
}

void verify_bundle_fail(struct verify *verify, const struct weft_error *error) {
    snprintf(verify->outcome->bundle, sizeof verify->outcome->bundle, "%.500s", error->message);
}

void verify_bundle_write(struct verify *verify, const struct bundle_content *content,
                         const struct verify_difference *found) {
    struct weft_error failure = {0};
    if (write_folder(verify, content, found, &failure) != WEFT_OK) {
        verify_bundle_fail(verify, &failure);
    }
}
