/* context.c: one verification: its options, how it opens devices, and what it reports. */
#include "verify/context.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *verify_stage_name(enum verify_stage stage) {
    static const char *const names[] = {"transfers", "numerics", "layers", "training",
                                        "evaluation"};
    return names[stage];
}

const char *verify_result_name(enum verify_result result) {
    static const char *const names[] = {"equal", "different", "unstable"};
    return names[result];
}

#define CAUSE_ROW(name, text, sentence, section) {text, sentence, section},
static const struct {
    const char *name, *sentence, *section;
} causes[] = {VERIFY_CAUSES(CAUSE_ROW)};

const char *verify_cause_name(enum verify_cause cause) {
    return causes[cause].name;
}

void verify_cause_text(enum verify_cause cause, char *text, size_t size) {
    const char *section = causes[cause].section;
    snprintf(text, size, "%s%s%s%s", causes[cause].sentence,
             section != NULL ? " (OpenCL 1.2, " : "", section != NULL ? section : "",
             section != NULL ? ")" : "");
}

enum weft_status verify_check_network(const struct weft_network *network,
                                      struct weft_error *error) {
    const struct tensor_shape output = network_output(network);
    const struct network_layer *last = &network->layers[network->layer_count - 1];
    char shape[64];
    if (output.flat && output.channels >= 2 && output.channels <= IMAGES_CLASSES_MAX) {
        return WEFT_OK;
    }
    return error_set(error, WEFT_BAD_FILE,
                     "layer %zu (%s): the last layer gives %s%s, but a verification needs a flat "
                     "output of 2 to %d classes",
                     network->layer_count, last->name, shape_text(output, shape),
                     output.flat ? "" : " (not flat)", IMAGES_CLASSES_MAX);
}

enum weft_status verify_network(const struct verify *verify, struct weft_network **network,
                                struct weft_error *error) {
    const struct weft_network *given = verify->options->network;
    return given != NULL ? network_copy(given, network, error)
                         : network_create_published(network, error);
}

uint64_t verify_steps(const struct verify *verify) {
    uint64_t steps = verify->options->steps;
    return steps != 0 ? steps : verify->options->full ? 600 : 20;
}

bool verify_vectors(const struct verify *verify) {
    const struct device_info *device = &verify->outcome->device;
    return verify->options->full || device->builtin || strstr(device->fp_config, "fma") != NULL;
}

struct verify_setup verify_device_setup(const struct verify *verify, size_t batch,
                                        const struct debug_options *debug) {
    struct verify_setup setup = {.options = verify->options->device, .debug = debug};
    setup.options.chosen = &verify->outcome->device;
    setup.options.batch = batch;
    setup.options.forward_only = false;
    setup.options.watch = verify->asked;
    if (debug == NULL) {
        setup.debug = &verify->watch;
    }
    if (setup.options.mapping == WEFT_MAPPING_AUTO && !verify_vectors(verify)) {
        setup.options.mapping = WEFT_MAPPING_GPU;
    }
    return setup;
}

/* Returns the mapping that the user chose, or that the device gets by default. Without vectors
 * there is only that of single lanes. */
static enum weft_mapping own_mapping(const struct verify *verify) {
    enum weft_mapping given = verify->options->device.mapping;
    bool cpu = strcmp(verify->outcome->device.type, "cpu") == 0;
    if (!verify_vectors(verify)) {
        return WEFT_MAPPING_GPU;
    }
    return given != WEFT_MAPPING_AUTO ? given : cpu ? WEFT_MAPPING_CPU : WEFT_MAPPING_GPU;
}

void verify_variant(const struct verify *verify, size_t variant, struct verify_setup *setup) {
    enum weft_mapping own = own_mapping(verify);
    enum weft_mapping other = own == WEFT_MAPPING_CPU ? WEFT_MAPPING_GPU : WEFT_MAPPING_CPU;
    setup->options.mapping = variant < 2 || !verify_vectors(verify) ? own : other;
    setup->options.no_fuse = variant % 2 != 0;
}

enum weft_status verify_open(const struct weft_network *network, const struct verify_setup *setup,
                             struct backend **backend, struct weft_error *error) {
    struct backend_options options = setup->options;
    options.keep_tensors = true; /* to name the first one that differs */
    return backend_open_debug(network, &options, setup->debug, backend, NULL, error);
}

static void report(const struct verify *verify, const char *what) {
    if (verify->events != NULL && verify->events->doing != NULL) {
        verify->events->doing(verify->events->context, what);
    }
}

void verify_doing(struct verify *verify, enum verify_stage stage, const char *what) {
    snprintf(verify->activity, sizeof verify->activity, "stage %s: %s", verify_stage_name(stage),
             what);
    verify->what = verify_stage_name(stage);
    report(verify, verify->activity);
}

void verify_announce(void *context, const char *kernel) {
    const struct verify *verify = context;
    char what[400];
    snprintf(what, sizeof what, "%.80s, %s", kernel, verify->activity);
    report(verify, what);
}

enum weft_status verify_progress(struct verify *verify, const char *what,
                                 struct weft_error *error) {
    const struct verify_events *events = verify->events;
    const struct verify_outcome *outcome = verify->outcome;
    verify->what = what;
    if (!verify->stopped && events != NULL && events->progress != NULL) {
        verify->stopped =
            !events->progress(events->context, what, outcome->passes, outcome->faults);
    }
    return verify->stopped ? error_set(error, WEFT_INTERRUPTED, "verify: interrupted") : WEFT_OK;
}

/* Called on threads of a backend, too, while the thread that verifies waits for them. */
static bool go_on(void *context, double steps) {
    struct verify *verify = context;
    (void)steps;
    return verify_progress(verify, verify->what, NULL) == WEFT_OK;
}

struct backend_watch verify_asked(struct verify *verify) {
    return (struct backend_watch){.go_on = go_on, .context = verify};
}

void verify_explain(struct verify *verify, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(verify->outcome->diagnosis, sizeof verify->outcome->diagnosis, format, arguments);
    va_end(arguments);
}

void verify_decide(struct verify *verify, struct verify_difference *found, enum verify_cause cause,
                   bool unstable) {
    found->cause = verify_cause_name(cause);
    verify->outcome->result = unstable ? VERIFY_UNSTABLE : VERIFY_DIFFERENT;
    if (verify->events != NULL && verify->events->difference != NULL) {
        verify->events->difference(verify->events->context, found);
    }
}

void verify_decide_way(struct verify *verify, struct verify_difference *found, const char *layer,
                       const char *tensor, enum verify_cause cause) {
    char sentence[512];
    if (found->differing == 0) {
        snprintf(found->layer, sizeof found->layer, "%s", layer);
        snprintf(found->tensor, sizeof found->tensor, "%s", tensor);
        found->differing = found->of = 1;
        found->is_integer = true;
    }
    verify_cause_text(cause, sentence, sizeof sentence);
    verify_explain(verify, "%s", sentence);
    verify_decide(verify, found, cause, false);
}
