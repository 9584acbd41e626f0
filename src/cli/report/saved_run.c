/* saved_run.c: the folder of a finished training, read for a report. */
#include "cli/report/report.h"

#include <stdlib.h>
#include <string.h>

#include "base/json_read.h"
#include "base/numbers.h"
#include "base/text.h"
#include "base/try.h"
#include "cli/identity.h"
#include "cli/messages.h"
#include "cli/parser.h"
#include "cli/run_check.h"
#include "cli/run_folder.h"
#include "cli/train/train.h"
#include "os/files.h"

enum { RUN_MAX = 1 << 26, FACTS_MAX = 64 };

static enum weft_status wrong(struct weft_error *error, const char *what) {
    return error_set(error, WEFT_BAD_FILE, "%s is missing or wrong", what);
}

/* Stores the number ${key} of ${object}. Returns false if it is missing or below 0. */
static bool number_of(const json_t *object, const char *key, double *value) {
    const json_t *item = json_object_get(object, key);
    if (!json_is_number(item) || json_number_value(item) < 0) {
        return false;
    }
    *value = json_number_value(item);
    return true;
}

static const char *text_of(const json_t *object, const char *key) {
    return json_string_value(json_object_get(object, key));
}

static void add_fact(struct page_run *run, const char *name, const char *value) {
    if (run->fact_count < FACTS_MAX && value != NULL) {
        struct page_fact *fact = &run->facts[run->fact_count++];
        snprintf(fact->name, sizeof fact->name, "%s", name);
        snprintf(fact->value, sizeof fact->value, "%s", value);
    }
}

/* Adds a number as ${format} prints it. */
static void add_number(struct page_run *run, const char *name, const char *format, double value) {
    char text[64];
    snprintf(text, sizeof text, format, value);
    add_fact(run, name, text);
}

static enum weft_status read_history(const json_t *json, struct page_run *run,
                                     struct weft_error *error) {
    const json_t *list = json_object_get(json, "epochs");
    if (!json_is_array(list)) {
        return wrong(error, "\"epochs\"");
    }
    run->history = calloc(json_array_size(list) + 1, sizeof *run->history);
    if (run->history == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "no memory for the history");
    }
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *item = json_array_get(list, i);
        struct report_epoch *history = &run->history[run->epochs++];
        double epoch;
        if (!number_of(item, "epoch", &epoch) || epoch != (double)run->epochs ||
            !number_of(item, "accuracy", &history->accuracy) ||
            !number_of(item, "total_loss", &history->total_loss) ||
            !number_of(item, "mean_loss", &history->mean_loss) ||
            !number_of(item, "seconds", &history->seconds)) {
            return wrong(error, "an epoch");
        }
        history->epoch = run->epochs;
        history->validated =
            number_of(item, "validation_accuracy", &history->validation_accuracy) &&
            number_of(item, "validation_loss", &history->validation_loss);
    }
    return WEFT_OK;
}

/* Reads the class names of the run from its first evaluation. */
static enum weft_status read_names(const json_t *list, struct page_run *run,
                                   struct weft_error *error) {
    size_t count = json_array_size(list);
    run->names = calloc(count + 1, sizeof *run->names);
    if (run->names == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "no memory for the names of classes");
    }
    for (size_t i = 0; i < count; i++) {
        const char *name = json_string_value(json_array_get(list, i));
        if (name == NULL) {
            return wrong(error, "the name of a class");
        }
        run->names[i] = text_copy(name);
        if (run->names[i] == NULL) {
            return error_set(error, WEFT_NO_MEMORY, "no memory for the name of a class");
        }
    }
    return WEFT_OK;
}

/* Reads the counts of a matrix, and checks their sums: all images, and the correct predictions. */
static enum weft_status read_matrix(const json_t *list, struct report_evaluation *evaluation,
                                    struct weft_error *error) {
    size_t classes = evaluation->classes;
    uint64_t sum = 0, correct = 0;
    evaluation->confusion = calloc(classes * classes, sizeof *evaluation->confusion);
    if (evaluation->confusion == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "no memory for a matrix");
    }
    for (size_t i = 0; i < classes; i++) {
        const json_t *row = json_array_get(list, i);
        if (json_array_size(row) != classes) {
            return wrong(error, "\"confusion\"");
        }
        for (size_t j = 0; j < classes; j++) {
            uint64_t *count = &evaluation->confusion[i * classes + j];
            if (!json_read_integer(json_array_get(row, j), UINT32_MAX, count)) {
                return wrong(error, "\"confusion\"");
            }
            sum += *count;
            correct += i == j ? *count : 0;
        }
    }
    if (sum != evaluation->images || correct != evaluation->correct) {
        return error_set(error, WEFT_BAD_FILE,
                         "\"confusion\": its sums are not those of the images");
    }
    return WEFT_OK;
}

static enum weft_status read_evaluation(const json_t *json, struct page_run *run,
                                        enum weft_split split, struct weft_error *error) {
    struct report_evaluation *evaluation = &run->evaluations[split];
    const json_t *object = json_object_get(json, weft_split_name(split));
    const json_t *names = json_object_get(object, "classes");
    const json_t *matrix = json_object_get(object, "confusion");
    size_t classes = json_array_size(names);
    uint64_t images, correct;
    if (classes < 2 || classes > CLI_CLASSES_MAX || json_array_size(matrix) != classes ||
        !json_read_integer(json_object_get(object, "images"), UINT32_MAX, &images) ||
        !json_read_integer(json_object_get(object, "correct"), UINT32_MAX, &correct) ||
        images == 0 || !number_of(object, "loss", &evaluation->loss) ||
        (run->evaluations[0].classes > 0 && split > 0 && classes != run->evaluations[0].classes)) {
        return wrong(error, split == WEFT_SPLIT_TRAIN ? "\"train\"" : "\"test\"");
    }
    if (run->names == NULL) {
        TRY(read_names(names, run, error));
    }
    evaluation->images = (size_t)images;
    evaluation->correct = (size_t)correct;
    evaluation->accuracy = (double)correct / (double)images;
    evaluation->classes = classes;
    return read_matrix(matrix, evaluation, error);
}

/* Whether ${option} of weft train is of a recipe, and ${value} is what it is without one. */
static bool is_default(const char *option, const char *value) {
    const struct cli_option *row = cli_options_find(&cli_command_train, option);
    return row != NULL && row->topic != NULL && row->initial != NULL &&
           strcmp(row->initial, value) == 0;
}

/* Adds an option as it is on the command line. An option that is null or false is omitted, and one
 * of a recipe that has its default. */
static void add_option(struct page_run *run, const char *key, const json_t *option) {
    char name[64], digits[32];
    const char *value;
    char *printed = json_dumps(option, JSON_ENCODE_ANY | JSON_COMPACT);
    snprintf(name, sizeof name, "--%.60s", key);
    for (char *c = name + 2; *c != '\0'; c++) {
        *c = *c == '_' ? '-' : *c;
    }
    value = json_is_string(option) ? json_string_value(option)
            : json_is_real(option) ? number_double(json_real_value(option), digits)
                                   : printed;
    if (!json_is_null(option) && !json_is_false(option) && value != NULL &&
        !is_default(name + 2, value)) {
        add_fact(run, name, value);
    }
    free(printed);
}

/* Adds the facts, the most interesting ones first. */
static enum weft_status read_facts(json_t *json, struct page_run *run, struct weft_error *error) {
    const json_t *device = json_object_get(json, "device");
    const char *kept = text_of(json_object_get(json, "options"), "keep");
    json_t *option;
    const char *key;
    double value;
    run->facts = calloc(FACTS_MAX, sizeof *run->facts);
    if (run->facts == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "no memory for options");
    }
    add_number(run, "test accuracy", "%.4f", run->evaluations[WEFT_SPLIT_TEST].accuracy);
    add_number(run, "training accuracy", "%.4f", run->evaluations[WEFT_SPLIT_TRAIN].accuracy);
    if (number_of(json, "seconds", &value)) {
        add_number(run, "seconds", "%.2f", value);
    }
    add_fact(run, "device", text_of(device, "name"));
    add_fact(run, "platform", text_of(device, "platform"));
    add_fact(run, "driver", text_of(device, "driver"));
    if (kept != NULL && strcmp(kept, "best") == 0 && number_of(json, "model_epoch", &value)) {
        add_number(run, "epoch of the model", "%.0f", value);
    }
    add_fact(run, "SHA-256 of the model", text_of(json, "sha256"));
    add_fact(run, "version of weft", text_of(json, "version"));
    if (number_of(json, "contract", &value)) {
        add_number(run, "contract of equal bits", "%.0f", value);
    }
    json_object_foreach(json_object_get(json, "options"), key, option) {
        add_option(run, key, option);
    }
    return WEFT_OK;
}

/* Reads run.json at ${path}. */
static enum weft_status read_file(const char *path, struct page_run *run, char data[4096],
                                  struct weft_error *error) {
    char *text;
    size_t size;
    json_t *json = NULL;
    enum weft_status status;
    TRY(os_text_read(path, RUN_MAX, FILE_JSON, &text, &size, error));
    TRY_OR(done, json_read(text, size, &json, error));
    TRY_OR(done, read_history(json, run, error));
    TRY_OR(done, read_evaluation(json, run, WEFT_SPLIT_TRAIN, error));
    TRY_OR(done, read_evaluation(json, run, WEFT_SPLIT_TEST, error));
    TRY_OR(done, read_facts(json, run, error));
    snprintf(data, 4096, "%s", text_of(json, "data") != NULL ? text_of(json, "data") : "");
done:
    if (status != WEFT_OK) {
        error_context(error, "%s", path);
    }
    json_decref(json);
    free(text);
    return status;
}

/* Checks that the files belong together. A model of another run is an error: its hash is in the
 * report. Other files of another run are reported, and not used; stores whether steps.csv is. */
static enum weft_status check_files(const struct cli_options *options, const char *folder,
                                    bool *use_steps, struct weft_error *error) {
    struct cli_foreign foreign;
    *use_steps = true;
    TRY(cli_run_foreign(folder, &foreign, error));
    for (size_t i = 0; i < foreign.count; i++) {
        struct weft_error reason = {0};
        cli_run_fail_foreign(folder, foreign.names[i], &reason);
        if (strcmp(foreign.names[i], "model.safetensors") == 0) {
            *error = reason;
            return WEFT_BAD_FILE;
        }
        *use_steps = *use_steps && strcmp(foreign.names[i], "steps.csv") != 0;
        cli_message_warning(options, "mixed-run", "%s", reason.message);
    }
    return WEFT_OK;
}

/* Reads steps.csv, if there is one: runs of earlier versions have no steps. */
static enum weft_status read_steps(const struct cli_options *options, const char *folder,
                                   struct page_run *run, struct weft_error *error) {
    char path[4096];
    if (os_is_absent(cli_run_path(folder, "steps.csv", path))) {
        return WEFT_OK;
    }
    TRY(csv_read_steps(path, &run->steps, &run->step_count, error));
    if (!csv_steps_match(run->steps, run->step_count, run->history, run->epochs)) {
        cli_message_warning(options, "mixed-run", "%s: of another run than run.json beside it",
                            path);
        run->step_count = 0;
    }
    return WEFT_OK;
}

enum weft_status cli_report_run_read(const struct cli_options *options, const char *folder,
                                     struct page_run *run, char data[4096],
                                     struct weft_error *error) {
    char path[4096];
    bool use_steps;
    if (strlen(folder) >= sizeof run->name) {
        return error_set(error, WEFT_USAGE, "RUN: the path is longer than %zu bytes",
                         sizeof run->name - 1);
    }
    strcpy(run->name, folder);
    cli_run_path(folder, "run.json", path);
    TRY(os_check_folder(folder, error));
    if (os_is_absent(path)) {
        error_set(error, WEFT_BAD_FILE, "%s: no run folder: it has no run.json", folder);
        return error_hint(error, "weft train writes one at its end");
    }
    TRY(check_files(options, folder, &use_steps, error));
    TRY(read_file(path, run, data, error));
    return use_steps ? read_steps(options, folder, run, error) : WEFT_OK;
}

void cli_report_run_finish(struct page_run *run) {
    for (size_t i = 0; run->names != NULL && run->names[i] != NULL; i++) {
        free(run->names[i]);
    }
    for (int i = 0; i < WEFT_SPLIT_COUNT; i++) {
        report_evaluation_finish(&run->evaluations[i]);
        free(run->pictures[i]);
    }
    free(run->names);
    free(run->facts);
    free(run->history);
    free(run->steps);
    *run = (struct page_run){0};
}
