/* replay.c: prints the C program of a bundle: what it repeats, then the text of
 * replay_program.c. */
#include "verify/replay.h"

#include <inttypes.h>

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

void verify_print_replay(FILE *out, const struct weft_device *device, const struct record *record,
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
