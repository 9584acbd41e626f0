/* print.c: what weft verify found, as text that can go into a bug report, and as JSON. */
#include "cli/verify/verify.h"

#include <string.h>

#include "base/json_write.h"
#include "cli/json.h"
#include "cli/text_wrap.h"
#include "os/host.h"
#include "weft/version.h"

enum { STAGE_COLUMNS = 50, NARROW = 64, TITLE = 12 /* where values begin in the verdict */ };

/* Where the lines of a long value begin. */
static int value_indent(void) {
    return cli_text_columns() < NARROW ? 2 : TITLE;
}

static float as_float(uint32_t bits) {
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

void cli_verify_print_stage(const struct cli_verify_options *options, enum weft_verify_stage stage,
                            enum weft_verify_result result, uint64_t cases, double seconds) {
    static const char *const units[] = {"words there and back", "results of operations",
                                        "networks, each many times", "steps", "images, and ties"};
    struct json_writer json = {0};
    if (!options->common.json) {
        bool narrow = cli_text_columns() < STAGE_COLUMNS;
        cli_text_line(2, narrow ? "%s: %s, %llu %s, %.2f s" : "%-11s %-10s %10llu %-26s %8.2f s",
                      weft_stage_name(stage), weft_verify_result_name(result),
                      (unsigned long long)cases, units[stage], seconds);
        fflush(stdout);
        return;
    }
    json_write_open(&json, NULL, '{');
    json_write_string(&json, "event", "stage");
    json_write_string(&json, "stage", weft_stage_name(stage));
    json_write_string(&json, "result", weft_verify_result_name(result));
    json_write_integer(&json, "cases", cases);
    json_write_seconds(&json, "seconds", seconds);
    json_write_close(&json, '}');
    json_write_print(&json, stdout, NULL);
}

static void print_text(const struct weft_verify_difference *found) {
    char step[40] = "";
    if (found->step > 0) {
        snprintf(step, sizeof step, ", step %llu", (unsigned long long)found->step);
    }
    cli_text_line(2, "difference: stage %s%s, layer %s, tensor %s, element %zu",
                  weft_stage_name(found->stage), step, found->layer, found->tensor, found->element);
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
    fflush(stdout);
}

void cli_verify_print_difference(const struct cli_verify_options *options,
                                 const struct weft_verify_difference *found) {
    struct json_writer json = {0};
    char bits[16];
    if (!options->common.json) {
        print_text(found);
        return;
    }
    json_write_open(&json, NULL, '{');
    json_write_string(&json, "event", "difference");
    json_write_string(&json, "stage", weft_stage_name(found->stage));
    if (found->step > 0) {
        json_write_integer(&json, "step", found->step);
    } else {
        json_write_null(&json, "step");
    }
    json_write_string(&json, "layer", found->layer);
    json_write_string(&json, "tensor", found->tensor);
    json_write_string(&json, "name", found->name[0] != '\0' ? found->name : NULL);
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
    json_write_close(&json, '}');
    json_write_print(&json, stdout, NULL);
}

/* What was asked for, as it would be written. */
static char *describe_options(const struct cli_verify_options *options, char text[1024]) {
    int length = snprintf(text, 1024, "--%s --seed %llu", options->full ? "full" : "quick",
                          (unsigned long long)options->seed);
    const struct {
        const char *name, *value;
    } texts[] = {
        {"kernels", options->common.kernels},
        {"cl-options", options->common.cl_options},
        {"inject", options->inject},
        {"mapping",
         options->common.mapping != 0 ? cli_mapping_names[options->common.mapping] : NULL},
        {"data", cli_options_given(&options->common, "data") ? options->common.data : NULL}};
    if (options->steps > 0) {
        length += snprintf(text + length, 1024 - (size_t)length, " --steps %llu",
                           (unsigned long long)options->steps);
    }
    if (options->soak > 0) {
        length += snprintf(text + length, 1024 - (size_t)length, " --for %llus",
                           (unsigned long long)options->soak);
    }
    if (options->common.no_fuse) {
        length += snprintf(text + length, 1024 - (size_t)length, " --no-fuse");
    }
    for (size_t i = 0; i < sizeof texts / sizeof texts[0] && length < 1023; i++) {
        if (texts[i].value != NULL) {
            length += snprintf(text + length, 1024 - (size_t)length, " --%s=%s", texts[i].name,
                               texts[i].value);
        }
    }
    return text;
}

static void json_verdict(const struct cli_verify_options *options, const struct weft_device *device,
                         const char *result, const char *diagnosis,
                         const struct weft_verify_outcome *outcome, double seconds) {
    struct json_writer json = {0};
    char text[1024], host[256];
    os_host_name(host);
    json_write_open(&json, NULL, '{');
    json_write_string(&json, "event", "verdict");
    json_write_string(&json, "host", host);
    cli_json_device(&json, "device", device);
    json_write_string(&json, "result", result);
    json_write_string(&json, "diagnosis", diagnosis);
    json_write_string(&json, "hash",
                      outcome != NULL && outcome->hash[0] != '\0' ? outcome->hash : NULL);
    json_write_string(&json, "expected_hash",
                      outcome != NULL && outcome->expected_hash[0] != '\0' ? outcome->expected_hash
                                                                           : NULL);
    json_write_integer(&json, "contract", WEFT_CONTRACT);
    json_write_string(&json, "version", weft_version());
    json_write_string(&json, "options", describe_options(options, text));
    if (outcome != NULL) {
        json_write_string(&json, "training_hash",
                          outcome->training_hash[0] != '\0' ? outcome->training_hash : NULL);
        json_write_bool(&json, "known", outcome->known);
        json_write_string(&json, "denormals",
                          outcome->denormals[0] != '\0' ? outcome->denormals : NULL);
        if (options->soak > 0) {
            json_write_integer(&json, "passes", outcome->passes);
            json_write_integer(&json, "faults", outcome->faults);
            json_write_integer(&json, "copies", outcome->copies);
            json_write_integer(&json, "memory", outcome->memory);
        }
    }
    json_write_seconds(&json, "seconds", seconds);
    json_write_close(&json, '}');
    json_write_print(&json, stdout, NULL);
}

static void print_device(const struct cli_verify_options *options,
                         const struct weft_device *device) {
    char text[1024];
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
                  WEFT_CONTRACT, describe_options(options, text));
}

static void print_soak(const struct cli_verify_options *options,
                       const struct weft_verify_outcome *outcome) {
    if (options->soak > 0) {
        cli_text_line(
            value_indent(),
            "soak:       %llu trainings passed, %llu faults; copies at once: %llu, in %.1f MiB",
            (unsigned long long)outcome->passes, (unsigned long long)outcome->faults,
            (unsigned long long)outcome->copies, (double)outcome->memory / (1 << 20));
    }
}

/* What was the same, in words: for somebody who only has the certificate. */
static void print_compared(const struct cli_verify_options *options,
                           const struct weft_verify_outcome *outcome) {
    bool full = options->full, builtin = outcome->device.builtin;
    const char *layers = full ? "in networks of odd sizes and the published one, with 1 to 257 "
                                "images, both mappings, fused and not"
                              : "the published network as it is trained, odd shapes with the "
                                "other mapping, not fused";
    const char *images = cli_options_given(&options->common, "data") ? "all test images"
                         : full                                      ? "10,000 images"
                                                                     : "1,000 images";
    if (builtin) {
        cli_text_line(value_indent(),
                      "compared:   every bit, with the CPU backend's own hash: %llu steps of "
                      "training, then the logits of %s",
                      (unsigned long long)outcome->steps, images);
        return;
    }
    cli_text_line(value_indent(),
                  "compared:   every bit, with the CPU backend: transfers; 16 operations on "
                  "1,179,648 edge cases and random values; all layers, forward and backward, "
                  "%s; %llu steps of training, 4 more from values at the threshold "
                  "to 0, then the logits of %s and the losses of the last",
                  layers, (unsigned long long)outcome->steps, images);
}

void cli_verify_print_verdict(const struct cli_verify_options *options,
                              const struct weft_verify_outcome *outcome) {
    if (options->common.json) {
        json_verdict(options, &outcome->device, weft_verify_result_name(outcome->result),
                     outcome->diagnosis, outcome, outcome->seconds);
        return;
    }
    printf("\nverdict:    %s\n", weft_verify_result_name(outcome->result));
    print_device(options, &outcome->device);
    if (outcome->result == WEFT_VERIFY_EQUAL) {
        print_compared(options, outcome);
    }
    if (outcome->denormals[0] != '\0') {
        cli_text_line(value_indent(), "denormals:  %s (no difference: the contract has none)",
                      outcome->denormals);
    }
    if (outcome->diagnosis[0] != '\0') {
        cli_text_line(value_indent(), "diagnosis:  %s", outcome->diagnosis);
    }
    if (outcome->hash[0] != '\0') {
        cli_text_line(value_indent(), "hash:       %s", outcome->hash);
        cli_text_line(value_indent(), "expected:   %s (%s)", outcome->expected_hash,
                      outcome->known ? "known" : "computed here by the CPU backend");
    }
    print_soak(options, outcome);
    printf("seconds:    %.2f\n", outcome->seconds);
}

void cli_verify_print_none(const struct cli_verify_options *options,
                           const struct weft_device *device, const char *why,
                           const struct weft_verify_outcome *outcome, double seconds) {
    if (options->common.json) {
        json_verdict(options, device, "no verdict", why, outcome, seconds);
        return;
    }
    printf("\nverdict:    no verdict\n");
    print_device(options, device);
    cli_text_line(value_indent(), "diagnosis:  %s", why);
    if (outcome != NULL) {
        print_soak(options, outcome);
    }
    printf("seconds:    %.2f\n", seconds);
}
