/* compare.c: weft compare: two safetensors files or run folders, tensor by tensor. */
#include <stdlib.h>
#include <string.h>

#include "base/json_write.h"
#include "cli/command.h"
#include "cli/fleet.h"
#include "cli/options.h"
#include "cli/text_wrap.h"
#include "os/files.h"
#include "weft/compare.h"

#define CSV_LIMIT (16u << 20) /* bytes of a confusion matrix's file */

struct options {
    struct cli_options common;
    bool fleet;
};
#define OPTIONS struct options

static const struct cli_option rows[] = {
    OPTION_FLAG("fleet", fleet,
                "the operands are files of weft verify --json: groups them by\n"
                "driver and hash, and names the minority"),
    {.name = NULL},
};

static const char notes[] =
    "A and B are .safetensors files or run folders. Tensors are compared by their bits, and\n"
    "of two run folders the confusion matrices too. What the files say of their making\n"
    "(__metadata__) is reported, but is no difference.\n"
    "\n"
    "exit codes: 0 equal, 1 different\n";

static void print_row(const struct cli_options *options, const struct weft_tensor_comparison *row) {
    const struct weft_difference *d = &row->difference;
    if (row->problem != NULL) {
        cli_text_line(2, "%-28s %s", row->name, row->problem);
    } else if (d->differing > 0 || options->verbose) {
        char more[128] = "";
        if (d->differing > 0 && row->floats) {
            snprintf(more, sizeof more, ", by up to %g (%llu ulp), the first at %zu", d->largest,
                     (unsigned long long)d->largest_ulp, d->first);
        }
        cli_text_line(2, "%-28s %zu of %zu differ%s", row->name, d->differing, d->count, more);
    }
}

static enum weft_status report(void *context, const struct weft_tensor_comparison *row,
                               struct weft_error *error) {
    const struct cli_options *options = context;
    const struct weft_difference *d = &row->difference;
    struct json_writer json = {0};
    if (!options->json) {
        print_row(options, row);
        return WEFT_OK;
    }
    json_write_open(&json, NULL, '{');
    json_write_string(&json, "event", "tensor");
    json_write_string(&json, "name", row->name);
    json_write_integer(&json, "differing", d->differing);
    json_write_integer(&json, "of", d->count);
    json_write_double(&json, "largest_difference", d->largest);
    json_write_integer(&json, "largest_ulp", d->largest_ulp);
    if (d->differing > 0 && row->problem == NULL) {
        json_write_integer(&json, "first", d->first);
    }
    if (row->problem != NULL) {
        json_write_string(&json, "problem", row->problem);
    }
    json_write_close(&json, '}');
    return json_write_print(&json, stdout, error);
}

/* The confusion matrices of two run folders, where both have them: one element each. */
static enum weft_status compare_csv(const struct cli_options *options, const char *name,
                                    struct weft_comparison *comparison, struct weft_error *error) {
    struct weft_tensor_comparison row = {.name = name, .difference = {.count = 1, .first = 1}};
    char path[4096], *bytes[2] = {NULL, NULL};
    size_t sizes[2];
    enum weft_status status = WEFT_OK;
    for (int side = 0; side < 2 && status == WEFT_OK; side++) {
        snprintf(path, sizeof path, "%s/%s", options->operands[side], name);
        if (!os_exists(path)) {
            free(bytes[0]);
            return WEFT_OK;
        }
        status = os_file_read(path, CSV_LIMIT, &bytes[side], &sizes[side], error);
    }
    if (status == WEFT_OK) {
        bool equal = sizes[0] == sizes[1] && memcmp(bytes[0], bytes[1], sizes[0]) == 0;
        row.difference.differing = equal ? 0 : 1;
        row.difference.first = equal ? 1 : 0;
        comparison->tensors++;
        comparison->different += !equal;
        status = report((void *)options, &row, error);
    }
    free(bytes[0]);
    free(bytes[1]);
    return status;
}

static enum weft_status print_verdict(const struct cli_options *options,
                                      const struct weft_comparison *comparison,
                                      struct weft_error *error) {
    bool equal = comparison->different == 0;
    struct json_writer json = {0};
    if (!options->json) {
        if (equal) {
            printf("equal: %zu tensors\n", comparison->tensors);
        } else {
            printf("different: %zu of %zu tensors\n", comparison->different, comparison->tensors);
        }
        if (comparison->metadata[0] != '\0') {
            cli_text_line(2, "what the files say of their making differs: %s",
                          comparison->metadata);
        }
        return WEFT_OK;
    }
    json_write_open(&json, NULL, '{');
    json_write_string(&json, "event", "verdict");
    json_write_string(&json, "result", equal ? "equal" : "different");
    json_write_integer(&json, "tensors", comparison->tensors);
    json_write_integer(&json, "different", comparison->different);
    json_write_string(&json, "metadata",
                      comparison->metadata[0] != '\0' ? comparison->metadata : NULL);
    json_write_close(&json, '}');
    return json_write_print(&json, stdout, error);
}

static enum weft_status run(const void *given, struct weft_error *error) {
    const struct cli_options *options = given;
    const char *a = options->operands[0], *b = options->operands[1];
    struct weft_comparison comparison;
    enum weft_status status;
    if (((const struct options *)given)->fleet) {
        return cli_compare_fleet(options, error);
    }
    if (options->operand_count != 2) {
        weft_fail(error, WEFT_USAGE, "weft compare: it takes two models or runs, not %zu",
                  options->operand_count);
        return weft_error_hint(error, "for example: weft compare run-1 run-2");
    }
    status = weft_compare(a, b, report, (void *)options, &comparison, error);
    if (status == WEFT_OK && os_is_folder(a) && os_is_folder(b)) {
        status = compare_csv(options, "confusion-train.csv", &comparison, error);
        if (status == WEFT_OK) {
            status = compare_csv(options, "confusion-test.csv", &comparison, error);
        }
    }
    if (status == WEFT_OK) {
        status = print_verdict(options, &comparison, error);
    }
    if (status == WEFT_OK && comparison.different > 0) {
        status = weft_fail(error, WEFT_FAILED, "%s and %s: they differ", a, b);
    }
    return status;
}

const struct cli_command cli_command_compare = {
    .name = "compare",
    .summary = "two models or runs: equal, or where they differ",
    .run = run,
    .options_size = sizeof(struct options),
    .options = rows,
    .operand = CLI_OPERAND_SEVERAL,
    .operand_name = "A B",
    .notes = notes,
    .examples = "weft compare run-1 run-2\n"
                "weft compare --fleet node-*.json\n",
};
