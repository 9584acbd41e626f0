/* data.c: weft data: what the data folder has. */
#include "data/images.h"

#include <string.h>

#include "base/try.h"
#include "cli/command.h"
#include "cli/json.h"
#include "data/normalisation.h"
#include "report/screen.h"

struct split {
    enum weft_split split;
    struct weft_images images;
    struct idx_file files[2];            /* images, labels */
    const char *const *names;            /* of the classes */
    const char *name;                    /* of the data set, or NULL */
    uint64_t counts[IMAGES_CLASSES_MAX]; /* images a class */
    struct normalisation pixels;         /* a mean and a deviation of each channel */
    double mean, deviation;              /* of the pixels / 255 */
};

static void print_text(const struct split *split, bool published) {
    static const char *const kinds[] = {"images", "labels"};
    const bool colour = split->images.channels > 1;
    screen_print("%s: %zu images of %zu x %zu%s%s%s%s\n", split_name(split->split),
                 split->images.count, split->images.height, split->images.width,
                 colour ? ", in colour" : "",
                 published ? ", the published set" : ", not the published set",
                 published || split->name == NULL ? "" : ": ",
                 published || split->name == NULL ? "" : split->name);
    for (int i = 0; i < 2; i++) {
        screen_print("  %s: %s\n  sha256: %s%s\n", kinds[i], split->files[i].path,
                     split->files[i].sha256, split->files[i].published ? " (published)" : "");
    }
    screen_print("  pixels: mean %.6f, standard deviation %.6f\n", split->mean, split->deviation);
    for (size_t c = 0; colour && c < split->pixels.channels; c++) {
        screen_print("  channel %zu: mean %.6f, standard deviation %.6f\n", c,
                     (double)split->pixels.mean[c], (double)split->pixels.deviation[c]);
    }
    for (size_t i = 0; i < split->images.classes; i++) {
        screen_print("  %zu %-12s %8llu\n", i, split->names[i],
                     (unsigned long long)split->counts[i]);
    }
}

static void write_channels(struct json_writer *json, const char *key, const float *numbers,
                           size_t count) {
    json_write_open(json, key, '[');
    for (size_t c = 0; c < count; c++) {
        json_write_float(json, NULL, numbers[c]);
    }
    json_write_close(json, ']');
}

static enum weft_status print(const struct cli_options *options, const char *folder,
                              const struct split *split, struct weft_error *error) {
    struct json_writer json;
    bool published = split->files[0].published && split->files[1].published;
    if (!cli_event_begin(&json, options->json, "data")) {
        print_text(split, published);
        return WEFT_OK;
    }
    json_write_string(&json, "folder", folder);
    json_write_string(&json, "split", split_name(split->split));
    json_write_integer(&json, "images", split->images.count);
    json_write_integer(&json, "channels", split->images.channels);
    json_write_integer(&json, "height", split->images.height);
    json_write_integer(&json, "width", split->images.width);
    json_write_double(&json, "mean", split->mean);
    json_write_double(&json, "deviation", split->deviation);
    write_channels(&json, "channel_means", split->pixels.mean, split->pixels.channels);
    write_channels(&json, "channel_deviations", split->pixels.deviation, split->pixels.channels);
    json_write_bool(&json, "published", published);
    json_write_string(&json, "name", split->name);
    json_write_open(&json, "files", '[');
    for (int i = 0; i < 2; i++) {
        json_write_open(&json, NULL, '{');
        json_write_string(&json, "path", split->files[i].path);
        json_write_string(&json, "sha256", split->files[i].sha256);
        json_write_bool(&json, "published", split->files[i].published);
        json_write_close(&json, '}');
    }
    json_write_close(&json, ']');
    cli_json_classes(&json, split->names, split->images.classes);
    json_write_open(&json, "counts", '[');
    for (size_t i = 0; i < split->images.classes; i++) {
        json_write_integer(&json, NULL, split->counts[i]);
    }
    json_write_close(&json, ']');
    return cli_event_end(&json, error);
}

/* Finds the names of the data set and of its classes. */
static void recognise(struct split *split) {
    const struct known_data_set *known;
    struct split_hash hash;
    enum weft_split found;
    strcpy(hash.images, split->files[0].sha256);
    strcpy(hash.labels, split->files[1].sha256);
    known = data_recognise(&hash, &found);
    split->name = known != NULL && found == split->split ? known->name : NULL;
    split->names = images_class_names(&split->images, &hash);
}

/* Both splits are read before anything is printed: if one cannot be read, stdout stays empty. */
static enum weft_status read_and_print(const struct cli_options *options,
                                       struct split splits[WEFT_SPLIT_COUNT],
                                       struct weft_error *error) {
    char folder[4096];
    const struct data_options read = {.test_fraction = (double)options->test_fraction};
    struct weft_images images[WEFT_SPLIT_COUNT];
    struct idx_file files[WEFT_SPLIT_COUNT][2];
    TRY(data_find(options->operand_count > 0 ? options->operands[0] : options->data, folder,
                  error));
    TRY(data_read(folder, &read, images, files, error));
    for (int i = 0; i < WEFT_SPLIT_COUNT; i++) {
        struct split *split = &splits[i];
        split->split = (enum weft_split)i;
        split->images = images[i];
        memcpy(split->files, files[i], sizeof files[i]);
        recognise(split);
        images_class_counts(&split->images, split->counts);
        images_statistics(&split->images, &split->mean, &split->deviation);
        normalisation_compute(&split->images, split->images.channels, &split->pixels);
    }
    if (!options->json) {
        screen_print("folder: %s\n", folder);
    }
    for (int i = 0; i < WEFT_SPLIT_COUNT; i++) {
        TRY(print(options, folder, &splits[i], error));
    }
    return WEFT_OK;
}

static enum weft_status run(const void *options, struct weft_error *error) {
    struct split splits[WEFT_SPLIT_COUNT] = {0};
    enum weft_status status = read_and_print(options, splits, error);
    for (int i = 0; i < WEFT_SPLIT_COUNT; i++) {
        images_finish(&splits[i].images);
    }
    return status;
}

const struct cli_command cli_command_data = {
    .name = "data",
    .summary = "shows what the data folder contains",
    .run = run,
    .options_size = sizeof(struct cli_options),
    .operand = CLI_OPERAND_OPTIONAL,
    .operand_name = "DIR",
    .examples = "weft data data/sample\n"
                "weft data --json\n",
};
