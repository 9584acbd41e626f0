/* print.c: what weft verify found, as text for a bug report, and as events. */
#include "cli/verify/verify.h"

#include <stdlib.h>
#include <string.h>

#include "base/json_write.h"
#include "base/text.h"
#include "cli/json.h"
#include "cli/parser.h"
#include "cli/setup_backend.h"
#include "cli/text_wrap.h"
#include "os/host.h"
#include "report/screen.h"
#include "weft/version.h"

enum { STAGE_COLUMNS = 50, NARROW = 64, TITLE = 12 /* where values begin in the verdict */ };

/* Returns the column in which the lines of a long value begin. */
static int value_indent(void) {
    return cli_text_columns() < NARROW ? 2 : TITLE;
}

static float as_float(uint32_t bits) {
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

void cli_verify_print_stage(const struct cli_verify_options *options, enum verify_stage stage,
                            enum verify_result result, uint64_t cases, double seconds) {
    static const char *const units[] = {"words there and back", "results of operations",
                                        "networks, each many times", "steps", "images, and ties"};
    struct json_writer json;
    if (cli_event_begin(&json, options->common.json, "stage")) {
        json_write_string(&json, "stage", verify_stage_name(stage));
        json_write_string(&json, "result", verify_result_name(result));
        json_write_integer(&json, "cases", cases);
        json_write_seconds(&json, "seconds", seconds);
        cli_event_end(&json, NULL);
    } else {
        bool narrow = cli_text_columns() < STAGE_COLUMNS;
        cli_text_line(2, narrow ? "%s: %s, %llu %s, %.2f s" : "%-11s %-10s %10llu %-26s %8.2f s",
                      verify_stage_name(stage), verify_result_name(result),
                      (unsigned long long)cases, units[stage], seconds);
        screen_flush();
    }
}

static void print_difference(const struct verify_difference *found) {
    char step[40] = "";
    if (found->step > 0) {
        snprintf(step, sizeof step, ", step %llu", (unsigned long long)found->step);
    }
    cli_text_line(2, "difference: stage %s%s, layer %s, tensor %s, element %zu",
                  verify_stage_name(found->stage), step, found->layer, found->tensor,
                  found->element);
    if (found->is_integer) {
        cli_text_line(2, "  device 0x%08lx, expected 0x%08lx; %zu of %zu differ",
                      (unsigned long)found->device, (unsigned long)found->expected,
                      found->differing, found->of);
    } else {
        cli_text_line(
            2, "  device 0x%08lx (%.9g), expected 0x%08lx (%.9g), %lu ulp apart; %zu of %zu differ",
            (unsigned long)found->device, (double)as_float(found->device),
            (unsigned long)found->expected, (double)as_float(found->expected),
            (unsigned long)found->ulp, found->differing, found->of);
    }
    if (found->where[0] != '\0') {
        cli_text_line(2, "  in: %s", found->where);
    }
    screen_flush();
}

void cli_verify_print_difference(const struct cli_verify_options *options,
                                 const struct verify_difference *found) {
    struct json_writer json;
    char bits[16];
    if (!cli_event_begin(&json, options->common.json, "difference")) {
        print_difference(found);
        return;
    }
    json_write_string(&json, "stage", verify_stage_name(found->stage));
    cli_json_count(&json, "step", found->step);
    json_write_string(&json, "layer", found->layer);
    json_write_string(&json, "tensor", found->tensor);
    cli_json_text(&json, "name", found->name);
    json_write_integer(&json, "element", found->element);
    snprintf(bits, sizeof bits, "0x%08lx", (unsigned long)found->device);
    json_write_string(&json, "device", bits);
    snprintf(bits, sizeof bits, "0x%08lx", (unsigned long)found->expected);
    json_write_string(&json, "expected", bits);
    if (!found->is_integer) {
        json_write_float(&json, "device_value", as_float(found->device));
        json_write_float(&json, "expected_value", as_float(found->expected));
    }
    json_write_integer(&json, "ulp", found->ulp);
    json_write_integer(&json, "differing", found->differing);
    json_write_integer(&json, "of", found->of);
    json_write_string(&json, "guess", found->cause);
    json_write_string(&json, "where", found->where);
    cli_event_end(&json, NULL);
}

/* ---- the verdict ---- */

/* Returns the options that determine the result, as a user would write them; the caller frees
 * them. */
static char *describe_options(const struct cli_verify_options *options) {
    const struct cli_options *common = &options->common;
    const struct {
        const char *name, *value;
    } texts[] = {{"network", options->network},
                 {"kernels", common->kernels},
                 {"cl-options", common->cl_options},
                 {"inject", options->inject},
                 {"mapping", common->mapping != 0 ? cli_mapping_names[common->mapping] : NULL},
                 {"data", cli_options_given(common, "data") ? common->data : NULL}};
    struct text text = {0};
    text_add(&text, "--%s --seed %llu", options->full ? "full" : "quick",
             (unsigned long long)options->seed);
    if (options->steps > 0) {
        text_add(&text, " --steps %llu", (unsigned long long)options->steps);
    }
    if (options->soak > 0) {
        text_add(&text, " --for %llus", (unsigned long long)options->soak);
    }
    if (common->no_fuse) {
        text_add(&text, " --no-fuse");
    }
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (texts[i].value != NULL) {
            text_add(&text, " --%s=%s", texts[i].name, texts[i].value);
        }
    }
    return text_take(&text);
}

/* A verdict, or the report that there is none. */
struct verdict {
    const struct cli_verify_options *options;
    const struct device_info *device;
    const char *result, *diagnosis;       /* diagnosis: empty if equal */
    const struct verify_outcome *outcome; /* NULL if nothing was verified */
    bool none;
    double seconds;
};

static void json_verdict(struct json_writer *json, const struct verdict *verdict,
                         const char *options) {
    const struct verify_outcome *outcome = verdict->outcome;
    char host[256];
    os_host_name(host);
    json_write_string(json, "host", host);
    cli_setup_json_device(json, verdict->device);
    json_write_string(json, "result", verdict->result);
    json_write_string(json, "diagnosis", verdict->diagnosis);
    cli_json_text(json, "hash", outcome != NULL ? outcome->hash : NULL);
    cli_json_text(json, "expected_hash", outcome != NULL ? outcome->expected_hash : NULL);
    json_write_integer(json, "contract", WEFT_CONTRACT);
    json_write_string(json, "version", weft_version());
    json_write_string(json, "options", options);
    if (outcome != NULL) {
        cli_json_text(json, "training_hash", outcome->training_hash);
        json_write_bool(json, "known", outcome->known);
        cli_json_text(json, "denormals", outcome->denormals);
    }
    if (outcome != NULL && outcome->overflows) {
        json_write_bool(json, "overflows", true);
    }
    if (outcome != NULL && verdict->options->soak > 0) {
        json_write_integer(json, "passes", outcome->passes);
        json_write_integer(json, "faults", outcome->faults);
        json_write_integer(json, "copies", outcome->copies);
        json_write_integer(json, "memory", outcome->memory);
    }
    json_write_seconds(json, "seconds", verdict->seconds);
}

static void print_device(const struct device_info *device, const char *options) {
    int indent = value_indent();
    if (device->builtin) {
        cli_text_line(indent, "device:     %s", device->name);
    } else {
        cli_text_line(indent, "device:     %s (%s)", device->name, device->platform_name);
        cli_text_line(indent, "driver:     %s, OpenCL %s, OpenCL C %s, a %s of %u compute units",
                      device->driver, device->opencl, device->opencl_c, device->type,
                      device->compute_units);
    }
    cli_text_line(indent, "weft:       %s, contract of equal bits %d, %s", weft_version(),
                  WEFT_CONTRACT, options);
}

/* Adds the names of all kinds of layers, with commas. */
static void add_kinds(struct text *text) {
    for (int kind = 0; kind < LAYER_KIND_COUNT; kind++) {
        text_add(text, "%s%s", kind > 0 ? ", " : "", layer_kind_name((enum layer_kind_id)kind));
    }
}

/* Writes "1,000 images" into ${text}. */
static void describe_images(const struct cli_verify_options *options, uint64_t images,
                            char text[40]) {
    if (cli_options_given(&options->common, "data")) {
        snprintf(text, 40, "all test images");
    } else if (images < 1000) {
        snprintf(text, 40, "%llu image%s", (unsigned long long)images, images == 1 ? "" : "s");
    } else {
        snprintf(text, 40, "%llu,%03llu images", (unsigned long long)images / 1000,
                 (unsigned long long)images % 1000);
    }
}

/* Prints what was compared, for readers who have only this verdict. */
static void print_compared(const struct cli_verify_options *options,
                           const struct verify_outcome *outcome) {
    bool full = options->full, builtin = outcome->device.builtin;
    const char *layers = full ? "in networks of odd sizes and the published one, with 1 to 257 "
                                "images, both mappings, fused and not"
                              : "the published network as it is trained, odd shapes with the "
                                "other mapping, not fused";
    char images[40];
    const char *of = options->network != NULL ? " of " : "";
    const char *network = options->network != NULL ? options->network : "";
    struct text kinds = {0};
    char *list;
    describe_images(options, outcome->images, images);
    if (builtin) {
        cli_text_line(value_indent(),
                      "compared:   every bit, with the CPU backend's own hash: %llu steps of "
                      "training%s%s, then the logits of %s",
                      (unsigned long long)outcome->steps, of, network, images);
        return;
    }
    add_kinds(&kinds);
    list = text_take(&kinds);
    cli_text_line(value_indent(),
                  "compared:   every bit, with the CPU backend: transfers; 20 operations on "
                  "1,179,648 edge cases and random values; all layers (%s), forward and backward, "
                  "%s; %llu steps of training%s%s, 4 more from values at the threshold "
                  "to 0, 8 with other recipes, then the logits of %s and the losses of the last%s",
                  list != NULL ? list : "", layers, (unsigned long long)outcome->steps, of, network,
                  images,
                  outcome->overflows ? "; but no made-up values that leave the range of floats in "
                                       "this network"
                                     : "");
    free(list);
}

static void print_hashes(const struct cli_verify_options *options,
                         const struct verify_outcome *outcome) {
    cli_text_line(value_indent(), "hash:       %s", outcome->hash);
    cli_text_line(value_indent(), "expected:   %s (%s%s)", outcome->expected_hash,
                  outcome->known ? "known" : "computed here by the CPU backend",
                  options->network != NULL ? ": no hash of this network is known" : "");
}

static void print_verdict(const struct verdict *verdict, const char *options) {
    const struct verify_outcome *outcome = verdict->outcome;
    int indent = value_indent();
    screen_print("\nverdict:    %s\n", verdict->result);
    print_device(verdict->device, options);
    if (!verdict->none && outcome->result == VERIFY_EQUAL) {
        print_compared(verdict->options, outcome);
    }
    if (!verdict->none && outcome->denormals[0] != '\0') {
        cli_text_line(indent, "denormals:  %s (no difference: the contract has no denormals)",
                      outcome->denormals);
    }
    if (verdict->diagnosis[0] != '\0') {
        cli_text_line(indent, "diagnosis:  %s", verdict->diagnosis);
    }
    if (!verdict->none && outcome->hash[0] != '\0') {
        print_hashes(verdict->options, outcome);
    }
    if (outcome != NULL && verdict->options->soak > 0) {
        cli_text_line(
            indent,
            "soak:       %llu trainings passed, %llu faults; copies in parallel: %llu, in %.1f MiB",
            (unsigned long long)outcome->passes, (unsigned long long)outcome->faults,
            (unsigned long long)outcome->copies, (double)outcome->memory / (1 << 20));
    }
    screen_print("seconds:    %.2f\n", verdict->seconds);
}

void cli_verify_print_verdict(const struct cli_verify_options *options,
                              const struct device_info *device, const char *why,
                              const struct verify_outcome *outcome, double seconds) {
    const struct verdict verdict = {.options = options,
                                    .device = device,
                                    .result = why != NULL ? "no verdict"
                                                          : verify_result_name(outcome->result),
                                    .diagnosis = why != NULL ? why : outcome->diagnosis,
                                    .outcome = outcome,
                                    .none = why != NULL,
                                    .seconds = seconds};
    char *described = describe_options(options);
    const char *text = described != NULL ? described : "";
    struct json_writer json;
    if (cli_event_begin(&json, options->common.json, "verdict")) {
        json_verdict(&json, &verdict, text);
        cli_event_end(&json, NULL);
    } else {
        print_verdict(&verdict, text);
    }
    free(described);
}
