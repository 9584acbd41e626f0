/* session_images.c: the sets of images that a session has on its device. */
#include "api/session.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_SET = 1 }; /* 0 is that of weft_predict */

/* Returns the index in ${kept} of the first of ${images}, a slice of it, or SIZE_MAX if ${images}
 * are no slice of it. */
static size_t index_in(const struct weft_images *kept, const struct weft_images *images) {
    size_t first;
    if (kept->memory != images->memory || kept->count < images->count ||
        images->pixels < kept->pixels) {
        return SIZE_MAX;
    }
    first = (size_t)(images->pixels - kept->pixels) / images_size(images);
    return first <= kept->count - images->count ? first : SIZE_MAX;
}

/* Returns the set that has ${images} and no others, or 0. */
static size_t find(const struct weft_session *session, const struct weft_images *images) {
    for (size_t i = FIRST_SET; i < session->set_count; i++) {
        const struct weft_images *kept = &session->sets[i].images;
        if (kept->count == images->count && index_in(kept, images) == 0) {
            return i;
        }
    }
    return 0;
}

/* Returns a set that has ${images}, the first of them at index ${most} at most, or 0. Stores this
 * index in ${first}. */
static size_t find_part(const struct weft_session *session, const struct weft_images *images,
                        size_t most, size_t *first) {
    for (size_t i = FIRST_SET; i < session->set_count; i++) {
        *first = index_in(&session->sets[i].images, images);
        if (*first != SIZE_MAX && *first <= most) {
            return i;
        }
    }
    *first = 0;
    return 0;
}

/* Stores a free set in ${set}. */
static enum weft_status make_set(struct weft_session *session, size_t *set,
                                 struct weft_error *error) {
    struct session_images *grown;
    for (*set = FIRST_SET; *set < session->set_count; ++*set) {
        if (session->sets[*set].images.count == 0) {
            return WEFT_OK;
        }
    }
    grown = realloc(session->sets, (*set + 1) * sizeof *grown);
    if (grown == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "no memory for a set of images");
    }
    memset(&grown[*set], 0, sizeof *grown);
    session->sets = grown;
    session->set_count = *set + 1;
    return WEFT_OK;
}

/* Copies ${images} to the device as a set of their own, and stores its number in ${set}. */
static enum weft_status copy(struct weft_session *session, const struct weft_images *images,
                             const char *function, size_t *set, struct weft_error *error) {
    enum weft_status status;
    TRY(make_set(session, set, error));
    status =
        api_argument(error, function, backend_set_images(session->backend, *set, images, error));
    if (status != WEFT_OK) {
        backend_drop_images(session->backend, *set);
        return status;
    }
    session->sets[*set].images = images_slice(images, 0, images->count);
    return WEFT_OK;
}

enum weft_status session_images_find(struct weft_session *session, const struct weft_images *images,
                                     bool from_start, const char *function,
                                     struct session_part *part, struct weft_error *error) {
    *part = (struct session_part){.count = images->count};
    part->set = find_part(session, images, from_start ? 0 : SIZE_MAX, &part->first);
    if (part->set != 0) {
        return WEFT_OK;
    }
    part->copied = true;
    return copy(session, images, function, &part->set, error);
}

void session_images_drop(struct weft_session *session, size_t set) {
    backend_drop_images(session->backend, set);
    images_finish(&session->sets[set].images);
}

enum weft_status weft_session_keep(struct weft_session *session, const struct weft_images *images,
                                   struct weft_error *error) {
    enum weft_status status = WEFT_OK;
    size_t set;
    API_BEGIN;
    API_NOT_NULL(session);
    API_NOT_NULL(images);
    TRY(session_enter(session, SESSION_CHANGES, __func__, error));
    if (find(session, images) == 0) {
        status = copy(session, images, __func__, &set, error);
    }
    return session_leave(session, status);
}

enum weft_status weft_session_drop(struct weft_session *session, const struct weft_images *images,
                                   struct weft_error *error) {
    size_t set;
    API_BEGIN;
    API_NOT_NULL(session);
    API_NOT_NULL(images);
    TRY(session_enter(session, SESSION_CHANGES, __func__, error));
    set = find(session, images);
    if (set == 0) {
        return session_leave(session, api_usage(error, __func__, "images are not kept"));
    }
    session_images_drop(session, set);
    return session_leave(session, WEFT_OK);
}
