/* samples.c: weft samples: images of a split, in the terminal or as a figure. */
#include <stdlib.h>
#include <string.h>

#include "base/try.h"
#include "cli/command.h"
#include "cli/figures.h"
#include "cli/identity.h"
#include "cli/json.h"
#include "cli/load.h"
#include "cli/options.h"
#include "cli/outputs.h"
#include "cli/parser.h"
#include "os/files.h"
#include "report/screen.h"
#include "weft/session.h"

enum { COLUMNS = 80 }; /* where stdout is no terminal */

struct options {
    struct cli_options common;
    int split, theme;
    uint64_t count;
    const char *seed, *class_name, *out; /* seed: NULL for file order */
};
#define OPTIONS struct options

static const struct cli_option rows[] = {
    OPTION_CHOICE("split", split, "train", cli_split_names, "images of this split"),
    OPTION_COUNT("count", count, "20", 1, 2000, "number of images"),
    OPTION_TEXT("seed", seed, "N",
                "shuffle with this seed (default: the first images of the file)"),
    OPTION_TEXT("class", class_name, "NAME", "only images of this class: its name or number"),
    OPTION_FILE("out", out, "draws the grid: .png, .svg or .pdf"),
    OPTION_CHOICE("theme", theme, "light", cli_theme_names, "colours of the figure"),
    {.name = NULL},
};

/* The images that are shown. */
struct choice {
    struct weft_images *images;
    size_t height, width;
    size_t count;
    uint32_t *index; /* count, into images */
    uint8_t *pixels; /* count x height x width */
    const char **labels;
};

/* Returns the next letter of *name, in lower case, or digit, and 0 at its end. Signs are skipped,
 * and bytes of other scripts are letters. */
static int next_letter(const char **name) {
    while (**name != '\0') {
        const unsigned char c = (unsigned char)*(*name)++;
        if (c >= 'A' && c <= 'Z') {
            return c - 'A' + 'a';
        }
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c >= 0x80) {
            return c;
        }
    }
    return 0;
}

/* Whether the names have the same letters: "T-shirt/top" and "tshirt top" have. */
static bool is_similar(const char *a, const char *b) {
    for (size_t letters = 0;; letters++) {
        const int letter = next_letter(&a);
        if (letter != next_letter(&b)) {
            return false;
        }
        if (letter == 0) {
            return letters > 0;
        }
    }
}

/* How --class may name a class, the most exact first. */
enum match { MATCH_NAME, MATCH_NUMBER, MATCH_SIMILAR, MATCHES };

static bool is_match(enum match match, const char *requested, const char *name, size_t number) {
    char text[32];
    snprintf(text, sizeof text, "%zu", number);
    return match == MATCH_SIMILAR ? is_similar(requested, name)
                                  : strcmp(requested, match == MATCH_NAME ? name : text) == 0;
}

/* Adds ${name} to a ${list} of names. If it does not fit, adds "..." and returns false. */
static bool add_name(char list[256], const char *name) {
    const size_t length = strlen(list);
    const bool fits = length + strlen(name) + sizeof ", , ..." <= 256;
    snprintf(list + length, 256 - length, "%s%s", length > 0 ? ", " : "", fits ? name : "...");
    return fits;
}

/* Stores the class of ${names} that ${name} means in ${found}: -1, any class, if it is NULL. */
static enum weft_status find_class(const char *name, const char *const *names, size_t count,
                                   int *found, struct weft_error *error) {
    char list[256] = "";
    bool more = true;
    *found = -1;
    if (name == NULL) {
        return WEFT_OK;
    }
    for (int match = 0; match < MATCHES; match++) {
        for (size_t i = 0; i < count; i++) {
            if (is_match((enum match)match, name, names[i], i)) {
                *found = (int)i;
                return WEFT_OK;
            }
        }
    }
    for (size_t i = 0; i < count && more; i++) {
        more = add_name(list, names[i]);
    }
    error_set(error, WEFT_USAGE, "--class %.60s: there is no such class", name);
    return error_hint(error, "0 to %zu, or: %s", count - 1, list);
}

/* Chooses up to ${most} images of ${class} (-1: any), in file order, or shuffled if ${seed} is not
 * NULL. */
static enum weft_status choose(struct choice *choice, const char *const *names, int class,
                               size_t most, const uint64_t *seed, struct weft_error *error) {
    const size_t count = weft_images_count(choice->images);
    const size_t area = choice->height * choice->width;
    const uint16_t *labels = weft_images_labels(choice->images);
    uint32_t *order = malloc(count * sizeof *order);
    enum weft_status status = WEFT_OK;
    choice->index = calloc(most, sizeof *choice->index);
    choice->pixels = malloc(most * area + 1);
    choice->labels = calloc(most, sizeof *choice->labels);
    if (order == NULL || choice->index == NULL || choice->pixels == NULL ||
        choice->labels == NULL) {
        TRY_OR(done, error_set(error, WEFT_NO_MEMORY, "samples: no memory for %zu images", most));
    }
    for (size_t i = 0; i < count; i++) {
        order[i] = (uint32_t)i;
    }
    if (seed != NULL) {
        TRY_OR(done, weft_training_order(*seed, 1, order, count, error));
    }
    for (size_t i = 0; i < count && choice->count < most; i++) {
        uint16_t label = labels[order[i]];
        if (class < 0 || label == class) {
            cli_load_grey(choice->images, order[i], choice->width,
                          choice->pixels + choice->count * area);
            choice->labels[choice->count] = names[label];
            choice->index[choice->count++] = order[i];
        }
    }
done:
    free(order);
    return status;
}

/* Prints the choice as events or lines. */
static enum weft_status print(const struct choice *choice, const char *split, bool as_json,
                              struct weft_error *error) {
    for (size_t i = 0; i < choice->count; i++) {
        struct json_writer json;
        char image[64];
        snprintf(image, sizeof image, "%s:%u", split, (unsigned)choice->index[i]);
        if (cli_event_begin(&json, as_json, "sample")) {
            json_write_string(&json, "image", image);
            json_write_string(&json, "class", choice->labels[i]);
            json_write_integer(&json, "index",
                               weft_images_labels(choice->images)[choice->index[i]]);
            TRY(cli_event_end(&json, error));
        } else {
            screen_print("%s %s\n", image, choice->labels[i]);
        }
    }
    return WEFT_OK;
}

/* Draws the figure, if requested, and prints the labels. Otherwise prints the images. */
static enum weft_status show(const struct options *options, const struct choice *choice,
                             struct weft_error *error) {
    struct gallery gallery = {choice->pixels, choice->count, choice->height, choice->width,
                              choice->labels};
    struct screen screen = screen_of_stdout(COLUMNS);
    if (options->out != NULL) {
        TRY(cli_figures_gallery(options->out, (enum canvas_theme)options->theme, &gallery, error));
    } else if (!options->common.json) {
        return gallery_print(stdout, &screen, &gallery, error);
    }
    return print(choice, cli_split_names[options->split], options->common.json, error);
}

static enum weft_status run(const void *given, struct weft_error *error) {
    const struct options *options = given;
    const struct cli_file files[] = {{CLI_FILE_OUTPUT, "--out", options->out}, {.option = NULL}};
    struct choice choice = {0};
    struct cli_identity identity = {.task = NULL};
    const char *const *names;
    size_t shape[3];
    struct weft_data_options read = WEFT_DATA_OPTIONS;
    char *folder = NULL;
    uint64_t seed = 0;
    int class;
    enum weft_status status;
    if (options->seed != NULL) {
        TRY(cli_option_count(options->seed, 0, UINT64_MAX, "--seed", &seed, error));
    }
    if (options->out != NULL) {
        if (canvas_check(options->out, error) != WEFT_OK) {
            return error_context(error, "--out");
        }
        TRY(cli_outputs_check(&options->common, files, error));
        TRY(os_file_check(options->out, error));
    }
    TRY(weft_data_find(options->common.data, &folder, error));
    read.test_fraction = (double)options->common.test_fraction;
    TRY_OR(done, weft_data_read_split(folder, (enum weft_split)options->split, &read,
                                      &choice.images, error));
    weft_images_shape(choice.images, shape);
    choice.height = shape[1];
    choice.width = shape[2];
    cli_identity_start(&identity, choice.images);
    TRY_OR(done, cli_identity_wait(&identity, "samples: interrupted", error));
    names = cli_identity_classes(NULL, &identity);
    TRY_OR(done, find_class(options->class_name, names, weft_images_classes(choice.images), &class,
                            error));
    TRY_OR(done, choose(&choice, names, class, (size_t)options->count,
                        options->seed != NULL ? &seed : NULL, error));
    if (choice.count == 0) {
        TRY_OR(done, error_set(error, WEFT_BAD_FILE, "%s: no image of class %s", folder,
                               options->class_name != NULL ? options->class_name : "any"));
    }
    TRY_OR(done, show(options, &choice, error));
done:
    weft_images_destroy(choice.images);
    weft_free(folder);
    free(choice.index);
    free(choice.pixels);
    free(choice.labels);
    return status;
}

const struct cli_command cli_command_samples = {
    .name = "samples",
    .summary = "shows images",
    .run = run,
    .options_size = sizeof(struct options),
    .options = rows,
    .examples = "weft samples --class Sandal --count 40 --out sandals.png\n"
                "weft samples --split test --seed 1 --count 60\n",
};
