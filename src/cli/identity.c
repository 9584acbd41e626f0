/* identity.c: which data set images are, and whether they are the ones that a user expects. */
#include "cli/identity.h"

#include <stdio.h>
#include <string.h>

#include "cli/messages.h"
#include "os/threads.h"

static void hash(void *context) {
    struct cli_identity *identity = context;
    weft_images_hash(identity->images, &identity->hash, NULL);
}

void cli_identity_start(struct cli_identity *identity, const struct weft_images *images) {
    identity->images = images;
    identity->hash = (struct weft_images_hash){.size = sizeof identity->hash};
    identity->task = os_task_start(hash, identity);
}

void cli_identity_finish(struct cli_identity *identity) {
    os_task_wait(identity->task);
    identity->task = NULL;
}

enum weft_status cli_identity_wait(struct cli_identity *identity, const char *interrupted,
                                   struct weft_error *error) {
    cli_identity_finish(identity);
    return identity->hash.images[0] != '\0' ? WEFT_OK
                                            : error_set(error, WEFT_INTERRUPTED, "%s", interrupted);
}

/* Returns the data set that ${hash} is of; its name is NULL if it is not known. */
static struct weft_known_data recognise(const struct weft_images_hash *hash) {
    struct weft_known_data known = {.size = sizeof known};
    weft_data_recognise(hash, &known);
    return known;
}

struct weft_known_data cli_identity_published(void) {
    struct weft_known_data known = {.size = sizeof known};
    weft_data_known(0, WEFT_SPLIT_TRAIN, &known);
    return known;
}

/* Whether ${images} could be those of Fashion-MNIST: as many classes, without names, and images of
 * the same shape. */
static bool looks_published(const struct weft_images *images) {
    size_t shape[3];
    weft_images_shape(images, shape);
    return weft_images_class_name(images, 0) == NULL &&
           weft_images_classes(images) == cli_identity_published().classes && shape[0] == 1 &&
           shape[1] == 28 && shape[2] == 28;
}

const char *const *cli_identity_classes(const struct weft_model *model,
                                        struct cli_identity *identity) {
    const size_t count = weft_images_classes(identity->images);
    struct weft_known_data known = recognise(&identity->hash);
    if (known.classes != count && looks_published(identity->images)) {
        known = cli_identity_published();
    }
    for (size_t i = 0; i < count; i++) {
        const char *own = weft_images_class_name(identity->images, i);
        const char *recorded = weft_model_class_name(model, i);
        snprintf(identity->numbers[i], sizeof identity->numbers[i], "%zu", i);
        identity->classes[i] = recorded != NULL         ? recorded
                               : own != NULL            ? own
                               : known.classes == count ? known.class_names[i]
                                                        : identity->numbers[i];
    }
    return identity->classes;
}

const char *cli_identity_name(const struct weft_images_hash *hash, const char *unknown) {
    const struct weft_known_data known = recognise(hash);
    return known.name != NULL ? known.name : unknown;
}

/* Whether two data sets have the same classes. */
static bool same_classes(const struct weft_known_data *a, const struct weft_known_data *b) {
    return a->name != NULL && b->name != NULL && strcmp(a->class_names[0], b->class_names[0]) == 0;
}

/* Stores in ${text} what the images of ${split} are: "MNIST". */
static const char *describe(const struct weft_known_data *known, enum weft_split split,
                            char text[96]) {
    if (known->name == NULL) {
        return "of no known data set";
    }
    snprintf(text, 96, "%s%s", known->name,
             known->split == split      ? ""
             : split == WEFT_SPLIT_TEST ? " (train)"
                                        : " (test)");
    return text;
}

/* Whether both splits are those of one data set, or both of none. */
static bool is_pair(const struct weft_known_data *train, const struct weft_known_data *test) {
    if (train->name == NULL || test->name == NULL) {
        return train->name == test->name;
    }
    return strcmp(train->name, test->name) == 0 && train->split == WEFT_SPLIT_TRAIN &&
           test->split == WEFT_SPLIT_TEST;
}

void cli_identity_check_folder(const struct cli_options *options, const char *folder,
                               const struct cli_identity identity[WEFT_SPLIT_COUNT]) {
    const struct weft_known_data train = recognise(&identity[WEFT_SPLIT_TRAIN].hash);
    const struct weft_known_data test = recognise(&identity[WEFT_SPLIT_TEST].hash);
    const struct weft_known_data published = cli_identity_published();
    const char *const *names = published.class_names;
    const size_t last = published.classes - 1;
    char texts[2][96];
    if (!is_pair(&train, &test)) {
        cli_message_warning(options, "data-not-published",
                            "%s: its training images are %s, but its test images are %s", folder,
                            describe(&train, WEFT_SPLIT_TRAIN, texts[0]),
                            describe(&test, WEFT_SPLIT_TEST, texts[1]));
    } else if (train.name == NULL && looks_published(identity[0].images)) {
        cli_message_warning(options, "data-not-published",
                            "%s: not the published Fashion-MNIST, but files of the same names: the "
                            "classes are called as there, from \"%s\" to \"%s\"; if they are "
                            "others, write their names into %s/classes.txt, one a line",
                            folder, names[0], names[last], folder);
    } else if (train.name != NULL && !same_classes(&train, &published)) {
        cli_message_warning(options, "data-not-published",
                            "%s: %s, not Fashion-MNIST: the classes are called \"%s\" to \"%s\"",
                            folder, train.name, train.class_names[0],
                            train.class_names[train.classes - 1]);
    }
}

/* Returns the hashes that ${model} records of ${split}. */
static struct weft_images_hash recorded(const struct weft_model *model, enum weft_split split) {
    struct weft_images_hash hash = {.size = sizeof hash};
    snprintf(hash.images, sizeof hash.images, "%s", weft_model_images_sha256(model, split));
    snprintf(hash.labels, sizeof hash.labels, "%s", weft_model_labels_sha256(model, split));
    return hash;
}

bool cli_identity_is_published(const struct weft_model *model) {
    const struct weft_known_data published = cli_identity_published();
    const struct weft_images_hash hash = recorded(model, WEFT_SPLIT_TRAIN);
    const struct weft_known_data known = recognise(&hash);
    if (hash.images[0] != '\0') { /* images of unknown sets may have got Fashion-MNIST's names */
        return same_classes(&known, &published);
    }
    for (size_t i = 0; i < published.classes; i++) {
        const char *name = weft_model_class_name(model, i);
        if (name == NULL || strcmp(name, published.class_names[i]) != 0) {
            return false;
        }
    }
    return weft_model_classes(model) == published.classes;
}

bool cli_identity_same(const struct weft_images_hash *a, const struct weft_images_hash *b) {
    return strcmp(a->images, b->images) == 0 && strcmp(a->labels, b->labels) == 0;
}

void cli_identity_check_split(const struct cli_options *options, const char *folder,
                              enum weft_split split, const struct cli_identity *identity,
                              const char *path, const struct weft_model *model) {
    const struct weft_images_hash train = recorded(model, WEFT_SPLIT_TRAIN);
    const struct weft_images_hash test = recorded(model, WEFT_SPLIT_TEST);
    const bool of_train = cli_identity_same(&train, &identity->hash);
    const bool of_test = cli_identity_same(&test, &identity->hash);
    struct weft_known_data given, before;
    char text[96];
    if (train.images[0] == '\0' || (split == WEFT_SPLIT_TRAIN ? of_train : of_test)) {
        return;
    }
    if (of_train || of_test) {
        cli_message_warning(options, "other-split", "%s: its %s images are the %s images of %s",
                            folder, split == WEFT_SPLIT_TRAIN ? "training" : "test",
                            of_train ? "training" : "test", path);
        return;
    }
    given = recognise(&identity->hash);
    before = recognise(&train);
    if (same_classes(&given, &before)) {
        cli_message_notice(options, "%s: %s; %s was trained on %s", folder, given.name, path,
                           before.name);
        return;
    }
    cli_message_warning(options, "data-of-another-model",
                        "%s: its %s images are %s, but %s was trained on %s", folder,
                        weft_split_name(split), describe(&given, split, text), path,
                        before.name != NULL ? before.name : "other images");
}
