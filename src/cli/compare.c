/* compare.c: weft compare: two safetensors files or run folders, tensor by tensor. */
#include "weft/compare.h"

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
    "two run folders, the confusion matrices too; one that only one of them has is reported.\n"
    "Different metadata of the files (__metadata__) is reported, but is not a difference.\n"
    "Without a value to compare, there is no verdict.\n"
    "\n"
    "exit codes: 0 equal, 1 different, 5 no verdict\n";

static void print_row(const struct cli_options *options, const struct weft_tensor_comparison *row) {
    if (row->problem != NULL) {
        cli_text_line(2, "%-28s %s", row->name, row->problem);
    } else if (row->differing > 0 || options->verbose) {
        char more[128] = "";
        if (row->differing > 0 && row->floats) {
            snprintf(more, sizeof more, ", by up to %g (%llu ulp), the first at %zu", row->largest,
                     (unsigned long long)row->largest_ulp, row->first);
        }
        cli_text_line(2, "%-28s %zu of %zu differ%s", row->name, row->differing, row->count, more);
    }
}

static enum weft_status report(const struct cli_options *options,
                               const struct weft_tensor_comparison *row, struct weft_error *error) {
    struct json_writer json;
    if (!cli_event_begin(&json, options->json, "tensor")) {
        print_row(options, row);
        return WEFT_OK;
    }
    json_write_string(&json, "name", row->name);
    json_write_integer(&json, "differing", row->differing);
    json_write_integer(&json, "of", row->count);
    json_write_double(&json, "largest_difference", row->largest);
    json_write_integer(&json, "largest_ulp", row->largest_ulp);
    if (row->differing > 0 && row->problem == NULL) {
        json_write_integer(&json, "first", row->first);
    }
    if (row->problem != NULL) {
        json_write_string(&json, "problem", row->problem);
    }
    return cli_event_end(&json, error);
}

/* What the callback of a comparison needs. */
struct receiver {
    const struct cli_options *options;
    size_t values;             /* of all tensors so far */
    struct weft_error failure; /* of a report */
};

static bool receive(void *context, const struct weft_tensor_comparison *row) {
    struct receiver *receiver = context;
    receiver->values += row->count;
    return report(receiver->options, row, &receiver->failure) == WEFT_OK;
}

/* Stores in ${nothing} whether the files have no values that could differ. */
static enum weft_status compare(const struct cli_options *options,
                                struct weft_comparison *comparison, bool *nothing,
                                struct weft_error *error) {
    struct receiver receiver = {.options = options};
    enum weft_status status = weft_compare_files(options->operands[0], options->operands[1],
                                                 receive, &receiver, comparison, error);
    if (receiver.failure.status != WEFT_OK) {
        *error = receiver.failure;
        status = error->status;
    }
    *nothing = receiver.values == 0;
    return status;
}

/* Compares the file ${name} of two run folders, if both have it, as a tensor of one element. Warns
 * if only one has it. */
static enum weft_status compare_csv(const struct cli_options *options, const char *name,
                                    struct weft_comparison *comparison, struct weft_error *error) {
    struct weft_tensor_comparison row = {.size = sizeof row, .name = name, .count = 1, .first = 1};
    char path[4096], *bytes[2] = {NULL, NULL};
    size_t sizes[2];
    bool equal, missing[2];
    enum weft_status status = WEFT_OK;
    for (int side = 0; side < 2; side++) {
        snprintf(path, sizeof path, "%s/%s", options->operands[side], name);
        missing[side] = os_is_missing(path);
    }
    if (missing[0] != missing[1]) {
        cli_message_warning(options, "only-in-one", "%s: only %s has it, so it was not compared",
                            name, options->operands[missing[0]]);
    }
    if (missing[0] || missing[1]) {
        return WEFT_OK;
    }
    for (int side = 0; side < 2; side++) {
        snprintf(path, sizeof path, "%s/%s", options->operands[side], name);
        TRY_OR(done, os_file_read(path, CSV_LIMIT, &bytes[side], &sizes[side], error));
    }
    equal = sizes[0] == sizes[1] && memcmp(bytes[0], bytes[1], sizes[0]) == 0;
    row.differing = equal ? 0 : 1;
    row.first = equal ? 1 : 0;
    comparison->tensors++;
    comparison->different += !equal;
    status = report(options, &row, error);
done:
    free(bytes[0]);
    free(bytes[1]);
    return status;
}

static enum weft_status print_verdict(const struct cli_options *options,
                                      const struct weft_comparison *comparison, bool nothing,
                                      struct weft_error *error) {
    bool equal = comparison->different == 0;
    struct json_writer json;
    if (!cli_event_begin(&json, options->json, "verdict")) {
        if (nothing) {
            screen_print("no verdict: nothing was compared\n");
        } else if (equal) {
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
    json_write_string(&json, "result", nothing ? "no verdict" : equal ? "equal" : "different");
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
    struct weft_comparison comparison = {.size = sizeof comparison};
    bool nothing;
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
    TRY(compare(options, &comparison, &nothing, error));
    cli_load_undigested(options, a, comparison.undigested_a);
    cli_load_undigested(options, b, comparison.undigested_b);
    if (comparison.other_data) {
        cli_message_warning(options, "data-of-another-model",
                            "%s and %s were trained on different data", a, b);
    }
    if (os_is_folder(a) && os_is_folder(b)) {
        TRY(compare_csv(options, "confusion-train.csv", &comparison, error));
        TRY(compare_csv(options, "confusion-test.csv", &comparison, error));
    }
    nothing = nothing && comparison.different == 0;
    TRY(print_verdict(options, &comparison, nothing, error));
    if (nothing) {
        return error_set(error, WEFT_NO_VERDICT,
                         "%s and %s: nothing was compared: their tensors have no values", a, b);
    }
    return comparison.different > 0 ? error_set(error, WEFT_FAILED, "%s and %s: they differ", a, b)
                                    : WEFT_OK;
}

const struct cli_command cli_command_compare = {
    .name = "compare",
    .summary = "compares two models or runs, and shows where they differ",
    .run = run,
    .gives_verdict = true,
    .options_size = sizeof(struct options),
    .options = rows,
    .operand = CLI_OPERAND_SEVERAL,
    .operand_name = "A B",
    .notes = notes,
    .examples = "weft compare run-1 run-2\n"
                "weft compare --fleet node-*.json\n",
};
