/* compare.c: weft compare: two safetensors files or run folders, tensor by tensor. */
#include <stdlib.h>
#include <string.h>

#include "base/try.h"
#include "cli/command.h"
#include "cli/fleet/fleet.h"
#include "cli/json.h"
#include "cli/load.h"
#include "cli/messages.h"
#include "cli/options.h"
#include "cli/run_check.h"
#include "cli/setup.h"
#include "cli/text_wrap.h"
#include "compare/compare.h"
#include "os/files.h"
#include "report/screen.h"

#define CSV_LIMIT (16u << 20) /* bytes of a confusion matrix's file */

struct options {
    struct cli_options common;
    bool fleet;
};
#define OPTIONS struct options

static const struct cli_option rows[] = {
    OPTION_FLAG("fleet", fleet,
                "the operands are outputs of weft verify --json: group them by\n"
                "driver and hash, and name the minority"),
    {.name = NULL},
};

static const char notes[] =
    "A and B are .safetensors files or run folders. The bits of all tensors are compared; for\n"
    "two run folders, the confusion matrices too. Different metadata of the files\n"
    "(__metadata__) is reported, but is not a difference.\n"
    "\n"
    "exit codes: 0 equal, 1 different\n";

static void print_row(const struct cli_options *options, const struct tensor_comparison *row) {
    const struct difference *d = &row->difference;
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

static enum weft_status report(void *context, const struct tensor_comparison *row,
                               struct weft_error *error) {
    const struct cli_options *options = context;
    const struct difference *d = &row->difference;
    struct json_writer json;
    if (!cli_event_begin(&json, options->json, "tensor")) {
        print_row(options, row);
        return WEFT_OK;
    }
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
    return cli_event_end(&json, error);
}

/* Compares the file ${name} of two run folders, if both have it, as a tensor of one element. */
static enum weft_status compare_csv(const struct cli_options *options, const char *name,
                                    struct file_comparison *comparison, struct weft_error *error) {
    struct tensor_comparison row = {.name = name, .difference = {.count = 1, .first = 1}};
    char path[4096], *bytes[2] = {NULL, NULL};
    size_t sizes[2];
    bool equal;
    enum weft_status status = WEFT_OK;
    for (int side = 0; side < 2; side++) {
        snprintf(path, sizeof path, "%s/%s", options->operands[side], name);
        if (os_is_missing(path)) {
            goto done;
        }
        TRY_OR(done, os_file_read(path, CSV_LIMIT, &bytes[side], &sizes[side], error));
    }
    equal = sizes[0] == sizes[1] && memcmp(bytes[0], bytes[1], sizes[0]) == 0;
    row.difference.differing = equal ? 0 : 1;
    row.difference.first = equal ? 1 : 0;
    comparison->tensors++;
    comparison->different += !equal;
    status = report((void *)options, &row, error);
done:
    free(bytes[0]);
    free(bytes[1]);
    return status;
}

static enum weft_status print_verdict(const struct cli_options *options,
                                      const struct file_comparison *comparison,
                                      struct weft_error *error) {
    bool equal = comparison->different == 0;
    struct json_writer json;
    if (!cli_event_begin(&json, options->json, "verdict")) {
        if (equal) {
            screen_print("equal: %zu tensors\n", comparison->tensors);
        } else {
            screen_print("different: %zu of %zu tensors\n", comparison->different,
                         comparison->tensors);
        }
        if (comparison->metadata[0] != '\0') {
            cli_text_line(2, "the metadata of the files differs: %s", comparison->metadata);
        }
        return WEFT_OK;
    }
    json_write_string(&json, "result", equal ? "equal" : "different");
    json_write_integer(&json, "tensors", comparison->tensors);
    json_write_integer(&json, "different", comparison->different);
    cli_json_text(&json, "metadata", comparison->metadata);
    return cli_event_end(&json, error);
}

static enum weft_status check_run(const char *operand, struct weft_error *error) {
    return os_is_folder(operand) ? cli_run_check(operand, error) : WEFT_OK;
}

static enum weft_status run(const void *given, struct weft_error *error) {
    const struct cli_options *options = given;
    const char *a = options->operands[0], *b = options->operands[1];
    struct file_comparison comparison;
    if (((const struct options *)given)->fleet) {
        return cli_compare_fleet(options, error);
    }
    if (options->operand_count != 2) {
        error_set(error, WEFT_USAGE, "weft compare: it takes two models or runs, not %zu",
                  options->operand_count);
        return error_hint(error, "for example: weft compare run-1 run-2");
    }
    TRY(check_run(a, error));
    TRY(check_run(b, error));
    TRY(compare_files(a, b, report, (void *)options, &comparison, error));
    cli_load_undigested(options, a, comparison.undigested[0]);
    cli_load_undigested(options, b, comparison.undigested[1]);
    if (comparison.other_data) {
        cli_message_warning(options, "data-of-another-model",
                            "%s and %s were trained on different data", a, b);
    }
    if (os_is_folder(a) && os_is_folder(b)) {
        TRY(compare_csv(options, "confusion-train.csv", &comparison, error));
        TRY(compare_csv(options, "confusion-test.csv", &comparison, error));
    }
    TRY(print_verdict(options, &comparison, error));
    return comparison.different > 0 ? error_set(error, WEFT_FAILED, "%s and %s: they differ", a, b)
                                    : WEFT_OK;
}

const struct cli_command cli_command_compare = {
    .name = "compare",
    .summary = "compares two models or runs, and shows where they differ",
    .run = run,
    .options_size = sizeof(struct options),
    .options = rows,
    .operand = CLI_OPERAND_SEVERAL,
    .operand_name = "A B",
    .notes = notes,
    .examples = "weft compare run-1 run-2\n"
                "weft compare --fleet node-*.json\n",
};
