/* images.c: the public functions of sets of images. */
#include "data/images.h"
#include "api/api.h"
#include "base/text.h"
#include "weft/images.h"

#include <stdlib.h>
#include <string.h>

#define IMAGES_MAX UINT32_MAX

enum weft_status api_images_make(struct weft_images *found, struct weft_images **images,
                                 struct weft_error *error) {
    struct weft_images *made = malloc(sizeof *made);
    if (made == NULL) {
        images_finish(found);
        return error_set(error, WEFT_NO_MEMORY, "no memory for a set of images");
    }
    *made = *found;
    *images = made;
    return WEFT_OK;
}

/* Returns a copy of ${size} ${bytes}, or NULL. */
static void *copy(const void *bytes, size_t size) {
    void *copied = malloc(size);
    if (copied != NULL) {
        memcpy(copied, bytes, size);
    }
    return copied;
}

/* Stores copies of ${pixels} and ${labels} in ${images}, which has all other members. */
static enum weft_status fill(struct weft_images *images, const uint8_t *pixels,
                             const uint16_t *labels, struct weft_error *error) {
    images->pixels = copy(pixels, images->count * images_size(images));
    images->labels = labels != NULL ? copy(labels, images->count * sizeof *labels) : NULL;
    if (images->pixels == NULL || (labels != NULL && images->labels == NULL)) {
        return error_set(error, WEFT_NO_MEMORY, "no memory for %zu images", images->count);
    }
    return images_share(images, error);
}

/* Returns the index of the first label that is not below ${classes}; ${count}: there is none. */
static size_t find_wrong(const uint16_t *labels, size_t count, size_t classes) {
    size_t i = 0;
    while (i < count && labels[i] < classes) {
        i++;
    }
    return i;
}

enum weft_status weft_images_create(size_t count, const size_t shape[3], const uint8_t *pixels,
                                    const uint16_t *labels, size_t classes,
                                    struct weft_images **images, struct weft_error *error) {
    struct weft_images made;
    enum weft_status status;
    size_t wrong;
    API_BEGIN;
    API_CREATES(images);
    API_NOT_NULL(shape);
    API_NOT_NULL(pixels);
    API_REQUIRE(count >= 1 && count <= IMAGES_MAX, "count is %zu: it must be 1 to %u", count,
                IMAGES_MAX);
    for (size_t i = 0; i < 3; i++) {
        API_REQUIRE(shape[i] >= 1 && shape[i] <= API_SIDE_MAX,
                    "shape[%zu] is %zu: it must be 1 to %d", i, shape[i], API_SIDE_MAX);
    }
    API_REQUIRE(shape[0] * (uint64_t)shape[1] <= SIZE_MAX / shape[2] / count,
                "shape is %zu x %zu x %zu: %zu such images do not fit into memory", shape[0],
                shape[1], shape[2], count);
    if (labels == NULL) {
        API_REQUIRE(classes == 0, "classes is %zu: without labels it must be 0", classes);
    } else {
        API_REQUIRE(classes >= 2 && classes <= IMAGES_CLASSES_MAX,
                    "classes is %zu: it must be 2 to %d", classes, IMAGES_CLASSES_MAX);
        wrong = find_wrong(labels, count, classes);
        API_REQUIRE(wrong == count, "labels[%zu] is %u: it must be below classes, %zu", wrong,
                    (unsigned)labels[wrong], classes);
    }
    made = (struct weft_images){.count = count,
                                .channels = shape[0],
                                .height = shape[1],
                                .width = shape[2],
                                .classes = classes};
    status = fill(&made, pixels, labels, error);
    if (status != WEFT_OK) {
        images_finish(&made);
        return status;
    }
    return api_images_make(&made, images, error);
}

enum weft_status weft_images_slice(const struct weft_images *images, size_t first, size_t count,
                                   struct weft_images **slice, struct weft_error *error) {
    struct weft_images part;
    API_BEGIN;
    API_CREATES(slice);
    API_NOT_NULL(images);
    API_REQUIRE(first < images->count, "first is %zu: there are %zu images", first, images->count);
    API_REQUIRE(count >= 1 && count <= images->count - first,
                "count is %zu: from image %zu on there are %zu", count, first,
                images->count - first);
    part = images_slice(images, first, count);
    return api_images_make(&part, slice, error);
}

/* Gives ${made}, which has the members of ${images} but ${count}, arrays of its own: the images of
 * ${indices}. */
static enum weft_status select_images(const struct weft_images *images, const uint32_t *indices,
                                      size_t count, struct weft_images *made,
                                      struct weft_error *error) {
    const size_t size = images_size(images);
    const char *const *names = (const char *const *)images->class_names;
    made->pixels = malloc(count * size);
    made->labels = images->labels != NULL ? malloc(count * sizeof *made->labels) : NULL;
    made->class_names = names != NULL ? text_copy_list(names, images->classes) : NULL;
    if (made->pixels == NULL || (images->labels != NULL && made->labels == NULL) ||
        (names != NULL && made->class_names == NULL)) {
        return error_set(error, WEFT_NO_MEMORY, "no memory for %zu images", count);
    }
    for (size_t i = 0; i < count; i++) {
        memcpy(made->pixels + i * size, images->pixels + indices[i] * size, size);
        if (made->labels != NULL) {
            made->labels[i] = images->labels[indices[i]];
        }
    }
    return images_share(made, error);
}

enum weft_status weft_images_select(const struct weft_images *images, const uint32_t *indices,
                                    size_t count, struct weft_images **selection,
                                    struct weft_error *error) {
    struct weft_images made;
    enum weft_status status;
    API_BEGIN;
    API_CREATES(selection);
    API_NOT_NULL(images);
    API_NOT_NULL(indices);
    API_REQUIRE(count >= 1 && count <= IMAGES_MAX && count <= SIZE_MAX / 2 / images_size(images),
                "count is %zu: it must be 1 to %u, and the images must fit into memory", count,
                IMAGES_MAX);
    for (size_t i = 0; i < count; i++) {
        API_REQUIRE(indices[i] < images->count, "indices[%zu] is %u: there are %zu images", i,
                    (unsigned)indices[i], images->count);
    }
    made = *images;
    made.count = count;
    made.memory = NULL;
    status = select_images(images, indices, count, &made, error);
    if (status != WEFT_OK) {
        images_finish(&made);
        return status;
    }
    return api_images_make(&made, selection, error);
}

const char *weft_split_name(enum weft_split split) {
    return (unsigned)split < WEFT_SPLIT_COUNT ? split_name(split) : "unknown";
}

void weft_images_destroy(struct weft_images *images) {
    if (images != NULL) {
        images_finish(images);
        free(images);
    }
}

size_t weft_images_count(const struct weft_images *images) {
    return images != NULL ? images->count : 0;
}

void weft_images_shape(const struct weft_images *images, size_t shape[3]) {
    if (shape != NULL) {
        shape[0] = images != NULL ? images->channels : 0;
        shape[1] = images != NULL ? images->height : 0;
        shape[2] = images != NULL ? images->width : 0;
    }
}

size_t weft_images_classes(const struct weft_images *images) {
    return images != NULL ? images->classes : 0;
}

const uint8_t *weft_images_pixels(const struct weft_images *images) {
    return images != NULL ? images->pixels : NULL;
}

const uint16_t *weft_images_labels(const struct weft_images *images) {
    return images != NULL ? images->labels : NULL;
}

const char *weft_images_class_name(const struct weft_images *images, size_t label) {
    bool named = images != NULL && images->class_names != NULL && label < images->classes;
    return named ? images->class_names[label] : NULL;
}

enum weft_status weft_images_statistics(const struct weft_images *images, double *mean,
                                        double *deviation, struct weft_error *error) {
    API_BEGIN;
    API_NOT_NULL(images);
    API_NOT_NULL(mean);
    API_NOT_NULL(deviation);
    images_statistics(images, mean, deviation);
    return WEFT_OK;
}

enum weft_status weft_images_class_counts(const struct weft_images *images, uint64_t *counts,
                                          size_t classes, struct weft_error *error) {
    API_BEGIN;
    API_NOT_NULL(images);
    API_NOT_NULL(counts);
    API_REQUIRE(images->labels != NULL, "images have no labels");
    API_REQUIRE(classes == images->classes, "classes is %zu: the images have %zu classes", classes,
                images->classes);
    images_class_counts(images, counts);
    return WEFT_OK;
}

enum weft_status weft_images_hash(const struct weft_images *images, struct weft_images_hash *hash,
                                  struct weft_error *error) {
    struct weft_images_hash made;
    struct split_hash found;
    API_BEGIN;
    API_NOT_NULL(images);
    API_NOT_NULL(hash);
    API_STRUCTURE(made, hash, labels);
    API_REQUIRE(images->labels != NULL, "images have no labels");
    TRY(images_hash(images, &found, error));
    memcpy(made.images, found.images, sizeof made.images);
    memcpy(made.labels, found.labels, sizeof made.labels);
    api_structure_write(hash, &made, sizeof made);
    return WEFT_OK;
}

/* Copies ${found} (NULL: nothing) and ${split} to the caller's structure ${known}. Returns false if
 * nothing was found, or ${known} is none. */
static bool store_known(const struct known_data_set *found, enum weft_split split,
                        struct weft_known_data *known) {
    struct weft_known_data made;
    if (known == NULL || api_structure_read(&made, sizeof made, API_SIZE_TO(made, class_names),
                                            known, "weft_data_known", "known", NULL) != WEFT_OK) {
        return false;
    }
    made = (struct weft_known_data){.size = sizeof made};
    if (found != NULL) {
        made.name = found->name;
        made.split = split;
        made.published = found->published;
        made.classes = found->class_count;
        made.class_names = found->classes;
    }
    api_structure_write(known, &made, sizeof made);
    return found != NULL;
}

bool weft_data_recognise(const struct weft_images_hash *hash, struct weft_known_data *known) {
    struct weft_images_hash copied;
    struct split_hash split_hash;
    const struct known_data_set *found;
    enum weft_split split = WEFT_SPLIT_TRAIN;
    if (hash == NULL || api_structure_read(&copied, sizeof copied, API_SIZE_TO(copied, labels),
                                           hash, __func__, "hash", NULL) != WEFT_OK) {
        return store_known(NULL, split, known);
    }
    memcpy(split_hash.images, copied.images, sizeof split_hash.images);
    memcpy(split_hash.labels, copied.labels, sizeof split_hash.labels);
    split_hash.images[sizeof split_hash.images - 1] = '\0';
    split_hash.labels[sizeof split_hash.labels - 1] = '\0';
    found = data_recognise(&split_hash, &split);
    return store_known(found, split, known);
}

bool weft_data_known(size_t index, enum weft_split split, struct weft_known_data *known) {
    const bool valid = (unsigned)split < WEFT_SPLIT_COUNT;
    return store_known(valid ? data_known(index) : NULL, split, known);
}
