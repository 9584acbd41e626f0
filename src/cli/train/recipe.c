/* recipe.c: the options of a recipe, from texts and as texts. */
#include "cli/train/train.h"

#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"
#include "base/numbers.h"
#include "base/try.h"
#include "cli/parser.h"
#include "cli/suggest.h"

enum { PIXELS_MAX = 1000, SCHEDULE_EPOCHS_MAX = 100000 };

/* In the order of enum weft_schedule. */
static const char *const schedules[] = {"constant", "cosine", "one-cycle", "step"};

/* A list of words, for nearest_hint. */
struct words {
    const char *const *words;
    size_t count;
};

static const char *word_of(const void *context, size_t index) {
    const struct words *words = context;
    return index < words->count ? words->words[index] : NULL;
}

const char *cli_recipe_source(const struct cli_training *train, const char *name,
                              char source[128]) {
    const struct cli_options *common = &train->options.common;
    const struct cli_option *option = cli_options_find(common->command, name);
    const bool in_file = (train->file.given >> cli_options_index(common->command, option) & 1) != 0;
    if (in_file) {
        snprintf(source, 128, "recipe %.80s: %s", train->options.recipe, name);
    } else {
        snprintf(source, 128, "--%s", name);
    }
    return source;
}

/* ---- the schedule ---- */

/* Reads "step:EPOCHS,FACTOR". */
static enum weft_status read_step(const char *text, const char *source, struct weft_recipe *recipe,
                                  struct weft_error *error) {
    const char *comma = strchr(text, ','), *end;
    char digits[64], place[192];
    uint64_t epochs;
    if (strncmp(text, "step:", 5) != 0 || comma == NULL || comma - text - 5 > 30) {
        error_set(error, WEFT_USAGE, "%s %s: step has two numbers, EPOCHS and FACTOR", source,
                  text);
        return error_hint(error,
                          "step:10,0.1 divides the learning rate by 10 after each 10 epochs");
    }
    snprintf(digits, sizeof digits, "%.*s", (int)(comma - text - 5), text + 5);
    snprintf(place, sizeof place, "%s step: EPOCHS", source);
    TRY(cli_option_count(digits, 1, SCHEDULE_EPOCHS_MAX, place, &epochs, error));
    end = cli_option_float(comma + 1, 1e-9f, 1, &recipe->step_factor);
    if (end == NULL || *end != '\0') {
        error_set(error, WEFT_USAGE, "%s step: FACTOR %s: not a number from 1e-09 to 1", source,
                  comma + 1);
        return cli_suggest_points(comma + 1, digits) &&
                       cli_option_float(digits, 1e-9f, 1, &recipe->step_factor) != NULL
                   ? error_hint(error, "write step:%llu,%s: the decimal point is a point",
                                (unsigned long long)epochs, digits)
                   : WEFT_USAGE;
    }
    recipe->step_epochs = (size_t)epochs;
    return WEFT_OK;
}

static enum weft_status read_schedule(const char *text, const char *source,
                                      struct weft_recipe *recipe, struct weft_error *error) {
    const struct words known = {schedules, 4};
    for (int i = 0; i < WEFT_SCHEDULE_STEP; i++) {
        if (strcmp(text, schedules[i]) == 0) {
            recipe->schedule = (enum weft_schedule)i;
            return WEFT_OK;
        }
    }
    if (strcmp(text, "step") == 0 || strncmp(text, "step:", 5) == 0) {
        recipe->schedule = WEFT_SCHEDULE_STEP;
        return read_step(text, source, recipe, error);
    }
    error_set(error, WEFT_USAGE,
              "%s %s: not one of: constant, cosine, one-cycle, step:EPOCHS,FACTOR", source, text);
    nearest_hint(text, word_of, &known, error);
    return WEFT_USAGE;
}

static void show_schedule(const struct weft_recipe *recipe, char text[64]) {
    char factor[32];
    if (recipe->schedule == WEFT_SCHEDULE_STEP) {
        snprintf(text, 64, "step:%zu,%s", recipe->step_epochs,
                 number_float(recipe->step_factor, factor));
    } else {
        snprintf(text, 64, "%s", schedules[recipe->schedule]);
    }
}

/* ---- the warmup ---- */

static enum weft_status fail_warmup(const char *text, const char *source, const char *hint,
                                    struct weft_error *error) {
    error_set(error, WEFT_USAGE,
              "%s %s: neither a number of steps nor a percentage from 0%% to below 100%%", source,
              text);
    return error_hint(error, "%s", hint);
}

/* Reads "500" or "5%". */
static enum weft_status read_warmup(const char *text, const char *source,
                                    struct weft_recipe *recipe, struct weft_error *error) {
    static const char examples[] = "write 500 for 500 steps, or 5% for a twentieth of all steps";
    size_t length = strlen(text);
    char digits[32], *end;
    double percent;
    if (text[strspn(text, "0123456789")] == '\0') {
        TRY(cli_option_count(text, 0, UINT32_MAX, source, &recipe->warmup_steps, error));
    } else {
        if (length > 30 || text[strspn(text, "0123456789.")] != '%' || text[length - 1] != '%') {
            return fail_warmup(text, source, examples, error);
        }
        snprintf(digits, sizeof digits, "%.*s", (int)(length - 1), text);
        percent = strtod(digits, &end);
        recipe->warmup_fraction = (float)(percent / 100);
        if (end == digits || *end != '\0' || !(recipe->warmup_fraction < 1)) {
            return fail_warmup(text, source, examples, error);
        }
    }
    if (recipe->schedule == WEFT_SCHEDULE_ONE_CYCLE && recipe->warmup_steps == 0 &&
        recipe->warmup_fraction == 0) {
        error_set(error, WEFT_USAGE, "%s %s: one-cycle begins with a warmup", source, text);
        return error_hint(error, "omit it for 20%%, or write 1 for a single step");
    }
    return WEFT_OK;
}

/* Returns the text of the warmup in ${text}, or NULL where it is the default. */
static const char *show_warmup(const struct weft_recipe *recipe, char text[64]) {
    char digits[32];
    if (recipe->warmup_steps > 0) {
        snprintf(text, 64, "%llu", (unsigned long long)recipe->warmup_steps);
    } else if (recipe->warmup_fraction > 0) {
        /* The shortest decimal of the float is what was divided by 100. */
        double fraction = strtod(number_float(recipe->warmup_fraction, digits), NULL);
        snprintf(digits, sizeof digits, "%.9g", fraction * 100);
        snprintf(text, 64, "%s%%", number_point(digits));
    } else {
        return NULL;
    }
    return text;
}

/* ---- changes of images ---- */

/* Reads "=N" of the change ${name}. */
static enum weft_status read_pixels(const char *text, const char *name, const char *source,
                                    size_t *pixels, struct weft_error *error) {
    char place[192];
    uint64_t count;
    snprintf(place, sizeof place, "%s %s", source, name);
    if (*text != '=') {
        error_set(error, WEFT_USAGE, "%s: it needs a number of pixels", place);
        return error_hint(error, "write %s=2", name);
    }
    if (*pixels > 0) {
        return error_set(error, WEFT_USAGE, "%s: it is there twice", place);
    }
    TRY(cli_option_count(text + 1, 1, PIXELS_MAX, place, &count, error));
    *pixels = (size_t)count;
    return WEFT_OK;
}

static enum weft_status read_change(const char *word, const char *source,
                                    struct weft_recipe *recipe, struct weft_error *error) {
    static const char *const names[] = {"flip", "shift", "erase"};
    const struct words known = {names, 3};
    const size_t length = strcspn(word, "=");
    if (strcmp(word, "flip") == 0) {
        recipe->flip = true;
        return WEFT_OK;
    }
    if (length == 5 && strncmp(word, "shift", 5) == 0) {
        return read_pixels(word + 5, "shift", source, &recipe->shift, error);
    }
    if (length == 5 && strncmp(word, "erase", 5) == 0) {
        return read_pixels(word + 5, "erase", source, &recipe->erase, error);
    }
    error_set(error, WEFT_USAGE, "%s %s: not none, and not a list of: flip, shift=N, erase=N",
              source, word);
    if (word[0] != '\0' && word[strspn(word, "0123456789")] == '\0') { /* of "shift=2,5" */
        error_hint(error, "a comma separates the changes; N is a whole number of pixels");
    }
    nearest_hint(word, word_of, &known, error);
    return WEFT_USAGE;
}

static enum weft_status read_augment(const char *text, const char *source,
                                     struct weft_recipe *recipe, struct weft_error *error) {
    char words[64], *word = words;
    if (strcmp(text, "none") == 0) {
        return WEFT_OK;
    }
    if (strlen(text) >= sizeof words) {
        return error_set(error, WEFT_USAGE, "%s: it has %zu characters, more than %zu", source,
                         strlen(text), sizeof words - 1);
    }
    strcpy(words, text);
    while (word != NULL) {
        char *comma = strchr(word, ',');
        if (comma != NULL) {
            *comma++ = '\0';
        }
        TRY(read_change(word, source, recipe, error));
        word = comma;
    }
    return WEFT_OK;
}

static void show_augment(const struct weft_recipe *recipe, char text[64]) {
    int length = snprintf(text, 64, "%s", recipe->flip ? "flip" : "");
    if (recipe->shift > 0) {
        length += snprintf(text + length, 64 - (size_t)length, "%sshift=%zu", length > 0 ? "," : "",
                           recipe->shift);
    }
    if (recipe->erase > 0) {
        length += snprintf(text + length, 64 - (size_t)length, "%serase=%zu", length > 0 ? "," : "",
                           recipe->erase);
    }
    if (length == 0) {
        strcpy(text, "none");
    }
}

/* ---- all of them ---- */

enum weft_status cli_recipe_read(struct cli_training *train, struct weft_error *error) {
    struct cli_train_options *options = &train->options;
    char source[128];
    struct weft_recipe recipe = {
        .optimizer = (enum weft_optimizer)options->optimizer,
        .momentum = options->momentum,
        .nesterov = options->nesterov,
        .weight_decay = options->weight_decay,
        .label_smoothing = options->label_smoothing,
        .clip_norm = options->clip_norm,
        .average = (size_t)options->average,
        .class_weights = (enum weft_class_weights)options->class_weights,
    };
    if (options->schedule != NULL) {
        TRY(read_schedule(options->schedule, cli_recipe_source(train, "schedule", source), &recipe,
                          error));
    }
    if (options->warmup != NULL) {
        TRY(read_warmup(options->warmup, cli_recipe_source(train, "warmup", source), &recipe,
                        error));
    }
    if (options->augment != NULL) {
        TRY(read_augment(options->augment, cli_recipe_source(train, "augment", source), &recipe,
                         error));
    }
    train->recipe = recipe;
    cli_recipe_show(&recipe, &train->texts, options);
    return WEFT_OK;
}

void cli_recipe_show(const struct weft_recipe *recipe, struct cli_recipe_texts *texts,
                     struct cli_train_options *options) {
    options->optimizer = (int)recipe->optimizer;
    options->momentum = recipe->momentum;
    options->nesterov = recipe->nesterov;
    options->weight_decay = recipe->weight_decay;
    options->label_smoothing = recipe->label_smoothing;
    options->clip_norm = recipe->clip_norm;
    options->average = recipe->average;
    options->class_weights = (int)recipe->class_weights;
    show_schedule(recipe, texts->schedule);
    show_augment(recipe, texts->augment);
    options->schedule = texts->schedule;
    options->warmup = show_warmup(recipe, texts->warmup);
    options->augment = texts->augment;
}

bool cli_recipe_needs_total(const struct weft_recipe *recipe) {
    return recipe->schedule == WEFT_SCHEDULE_COSINE ||
           recipe->schedule == WEFT_SCHEDULE_ONE_CYCLE || recipe->warmup_fraction > 0;
}
