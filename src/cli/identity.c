/* identity.c: which data set images are, and whether they are the ones that a user expects. */
#include "cli/identity.h"

#include <stdio.h>
#include <string.h>

#include "cli/messages.h"
#include "os/threads.h"

static void hash(void *context) {
    struct cli_identity *identity = context;
    images_hash(identity->images, &identity->hash);
}

void cli_identity_start(struct cli_identity *identity, const struct weft_images *images) {
    identity->images = images;
    identity->task = os_task_start(hash, identity);
}

void cli_identity_finish(struct cli_identity *identity) {
    os_task_wait(identity->task);
    identity->task = NULL;
}

const char *const *cli_identity_classes(const struct weft_model *model,
                                        const struct cli_identity *identity) {
    return model->classes != NULL ? (const char *const *)model->classes
                                  : images_class_names(identity->images, &identity->hash);
}

const char *cli_identity_name(const struct split_hash *hash, const char *unknown) {
    enum weft_split split;
    const struct known_data_set *known = data_recognise(hash, &split);
    return known != NULL ? known->name : unknown;
}

/* Whether two known data sets have the same classes. */
static bool same_classes(const char *const *a, const char *const *b) {
    return strcmp(a[0], b[0]) == 0;
}

/* Stores in ${text} what the images of ${split} are: "MNIST". */
static const char *describe(const struct split_hash *hash, enum weft_split split, char text[96]) {
    enum weft_split found;
    const struct known_data_set *known = data_recognise(hash, &found);
    if (known == NULL) {
        return "of no known data set";
    }
    snprintf(text, 96, "%s%s", known->name,
             found == split             ? ""
             : split == WEFT_SPLIT_TEST ? " (train)"
                                        : " (test)");
    return text;
}

void cli_identity_check_folder(const struct cli_options *options, const char *folder,
                               const struct cli_identity identity[WEFT_SPLIT_COUNT]) {
    const struct known_data_set *known[WEFT_SPLIT_COUNT];
    enum weft_split found[WEFT_SPLIT_COUNT] = {WEFT_SPLIT_TRAIN, WEFT_SPLIT_TEST};
    char train[96], test[96];
    for (int i = 0; i < WEFT_SPLIT_COUNT; i++) {
        known[i] = data_recognise(&identity[i].hash, &found[i]);
    }
    if (known[WEFT_SPLIT_TRAIN] != known[WEFT_SPLIT_TEST] || found[0] != WEFT_SPLIT_TRAIN ||
        found[1] != WEFT_SPLIT_TEST) {
        cli_message_warning(options, "data-not-published",
                            "%s: its training images are %s, but its test images are %s", folder,
                            describe(&identity[0].hash, WEFT_SPLIT_TRAIN, train),
                            describe(&identity[1].hash, WEFT_SPLIT_TEST, test));
    } else if (known[0] == NULL && identity[0].images->class_names == NULL) {
        cli_message_warning(options, "data-not-published",
                            "%s: not the published Fashion-MNIST, but files of the same names: the "
                            "classes are called as there, from \"%s\" to \"%s\"; if they are "
                            "others, write their names into %s/classes.txt, one a line",
                            folder, fashion_class_names[0], fashion_class_names[9], folder);
    } else if (known[0] != NULL && !same_classes(known[0]->classes, fashion_class_names)) {
        cli_message_warning(options, "data-not-published",
                            "%s: %s, not Fashion-MNIST: the classes are called \"%s\" to \"%s\"",
                            folder, known[0]->name, known[0]->classes[0],
                            known[0]->classes[known[0]->class_count - 1]);
    }
}

void cli_identity_check_split(const struct cli_options *options, const char *folder,
                              enum weft_split split, const struct cli_identity *identity,
                              const char *path, const struct weft_model *model) {
    const struct split_hash *trained = &model->data[WEFT_SPLIT_TRAIN];
    const struct known_data_set *given, *before;
    enum weft_split found;
    char text[96];
    if (trained->images[0] == '\0' || split_hash_equal(trained, &identity->hash) ||
        split_hash_equal(&model->data[WEFT_SPLIT_TEST], &identity->hash)) {
        return;
    }
    given = data_recognise(&identity->hash, &found);
    before = data_recognise(trained, &found);
    if (given != NULL && before != NULL && same_classes(given->classes, before->classes)) {
        cli_message_notice(options, "%s: %s; %s was trained on %s", folder, given->name, path,
                           before->name);
        return;
    }
    cli_message_warning(options, "data-of-another-model",
                        "%s: its %s images are %s, but %s was trained on %s", folder,
                        split_name(split), describe(&identity->hash, split, text), path,
                        before != NULL ? before->name : "other images");
}
