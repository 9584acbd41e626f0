/* session_images.c: the sets of images that a session has on its device. */
#include "api/session.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_SET = 1 }; /* 0 is that of weft_predict */

/* Returns the set that has ${images}, or 0. */
static size_t find(const struct weft_session *session, const struct weft_images *images) {
    for (size_t i = FIRST_SET; i < session->set_count; i++) {
        const struct weft_images *kept = &session->sets[i].images;
        if (kept->count == images->count && kept->pixels == images->pixels) {
            return i;
        }
    }
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

/* Returns the set of which ${images} are a slice, or 0. Stores the index of their first image
 * there in ${first}. */
static size_t find_whole(const struct weft_session *session, const struct weft_images *images,
                         size_t *first) {
    for (size_t i = FIRST_SET; i < session->set_count; i++) {
        const struct weft_images *kept = &session->sets[i].images;
        if (kept->count >= images->count && kept->memory == images->memory &&
            images->pixels >= kept->pixels) {
            *first = (size_t)(images->pixels - kept->pixels) / images_size(images);
            if (*first <= kept->count - images->count) {
                return i;
            }
        }
    }
    return 0;
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
    *part = (struct session_part){.set = find(session, images), .count = images->count};
    if (part->set == 0) {
        part->set = find_whole(session, images, &part->first);
    }
    if (part->set != 0 && (part->first == 0 || !from_start)) {
        return WEFT_OK;
    }
    part->first = 0;
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
