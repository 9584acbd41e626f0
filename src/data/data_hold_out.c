/* data_hold_out.c: test images that are taken from the training images. */
#include "data/data_formats.h"

#include <stdlib.h>
#include <string.h>

#include "base/random.h"

/* An image, with the random number that decides whether it is held out. */
struct ticket {
    uint64_t key;
    size_t index;
    uint16_t label;
};

static int compare(uint64_t a, uint64_t b) {
    return (a > b) - (a < b);
}

/* Orders by labels, then by keys. Equal keys are possible, so the index decides last. */
static int by_label_and_key(const void *a, const void *b) {
    const struct ticket *left = a, *right = b;
    int order = compare(left->label, right->label);
    order = order != 0 ? order : compare(left->key, right->key);
    return order != 0 ? order : compare(left->index, right->index);
}

/* Marks the images that are held out in ${chosen}. Returns their number. */
static size_t choose(struct ticket *tickets, size_t count, double fraction, bool *chosen) {
    size_t total = 0;
    qsort(tickets, count, sizeof *tickets, by_label_and_key);
    for (size_t begin = 0, end; begin < count; begin = end) {
        size_t taken;
        end = begin + 1;
        while (end < count && tickets[end].label == tickets[begin].label) {
            end++;
        }
        taken = (size_t)(fraction * (double)(end - begin) + 0.5);
        taken = taken < end - begin ? taken : end - begin - 1;
        for (size_t i = begin; i < begin + taken; i++) {
            chosen[tickets[i].index] = true;
        }
        total += taken;
    }
    return total;
}

/* Moves the chosen images to ${test}, which has room for them, and the others together. */
static void divide(struct weft_images *images, const bool *chosen, struct weft_images *test) {
    const size_t size = images_size(images), count = images->count;
    images->count = test->count = 0;
    for (size_t i = 0; i < count; i++) {
        struct weft_images *to = chosen[i] ? test : images;
        memmove(to->pixels + to->count * size, images->pixels + i * size, size);
        to->labels[to->count++] = images->labels[i];
    }
}

enum weft_status data_hold_out(struct weft_images *images, double fraction, const char *folder,
                               struct weft_images *test, struct weft_error *error) {
    struct ticket *tickets = malloc(images->count * sizeof *tickets);
    bool *chosen = calloc(images->count, sizeof *chosen);
    struct image_list rest;
    size_t held_out = 0;
    enum weft_status status = WEFT_OK;
    if (tickets == NULL || chosen == NULL) {
        status = error_set(error, WEFT_NO_MEMORY, "no memory for %zu images", images->count);
        goto done;
    }
    for (size_t i = 0; i < images->count; i++) {
        uint32_t words[4];
        random_draw(0, RANDOM_HOLD_OUT, i, 0, words);
        tickets[i] = (struct ticket){(uint64_t)words[1] << 32 | words[0], i, images->labels[i]};
    }
    held_out = choose(tickets, images->count, fraction, chosen);
    if (held_out == 0) {
        error_set(error, WEFT_BAD_FILE,
                  "%s: no test images: %g of the images of each class, without the last one, are "
                  "none",
                  folder, fraction);
        status = error_hint(error, "add images, or hold out more of them with test_fraction");
        goto done;
    }
    *test = *images;
    test->class_names = NULL;
    test->pixels = malloc(held_out * images_size(images));
    test->labels = malloc(held_out * sizeof *test->labels);
    if (test->pixels == NULL || test->labels == NULL) {
        status = error_set(error, WEFT_NO_MEMORY, "no memory for %zu images", held_out);
        goto done;
    }
    divide(images, chosen, test);
    rest = (struct image_list){.images = *images};
    image_list_take(&rest, images);
done:
    free(tickets);
    free(chosen);
    return status;
}
