/* profile.c: the public functions that measure what a session computes. */
#include "weft/profile.h"

#include <stdlib.h>
#include <string.h>

#include "api/session.h"
#include "backend/measure.h"

struct weft_profile {
    struct profile_entry *found;
    struct weft_profile_entry *entries; /* their texts are those of found */
    size_t count;
};

enum weft_status weft_profile_start(struct weft_session *session, struct weft_error *error) {
    API_BEGIN;
    API_NOT_NULL(session);
    TRY(session_enter(session, SESSION_CHANGES, __func__, error));
    return session_leave(session, backend_profile_start(session->backend, error));
}

enum weft_status weft_profile_stop(struct weft_session *session, struct weft_error *error) {
    API_BEGIN;
    API_NOT_NULL(session);
    TRY(session_enter(session, SESSION_CHANGES, __func__, error));
    backend_profile_stop(session->backend);
    return session_leave(session, WEFT_OK);
}

/* Makes what the caller sees of what was found. */
static enum weft_status publish(struct weft_profile *profile, struct weft_error *error) {
    profile->entries = calloc(profile->count + 1, sizeof *profile->entries);
    if (profile->entries == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "no memory for a profile");
    }
    for (size_t i = 0; i < profile->count; i++) {
        const struct profile_entry *entry = &profile->found[i];
        profile->entries[i] = (struct weft_profile_entry){
            .size = sizeof profile->entries[i],
            .name = entry->name,
            .layers = entry->layers,
            .launches = entry->launches,
            .seconds = entry->seconds,
            .flop = entry->flop,
            .bytes = entry->bytes,
        };
    }
    return WEFT_OK;
}

enum weft_status weft_profile_read(struct weft_session *session, struct weft_profile **profile,
                                   struct weft_error *error) {
    struct weft_profile *made;
    enum weft_status status;
    API_BEGIN;
    API_CREATES(profile);
    API_NOT_NULL(session);
    made = calloc(1, sizeof *made);
    if (made == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "no memory for a profile");
    }
    TRY_OR(done, session_enter(session, SESSION_READS, __func__, error));
    status = backend_profile_read(session->backend, &made->found, &made->count, error);
    TRY_OR(done, session_leave(session, api_context(error, __func__, status)));
    TRY_OR(done, publish(made, error));
    *profile = made;
    made = NULL;
done:
    weft_profile_destroy(made);
    return status;
}

size_t weft_profile_count(const struct weft_profile *profile) {
    return profile != NULL ? profile->count : 0;
}

const struct weft_profile_entry *weft_profile_get(const struct weft_profile *profile,
                                                  size_t index) {
    return index < weft_profile_count(profile) ? &profile->entries[index] : NULL;
}

void weft_profile_destroy(struct weft_profile *profile) {
    if (profile != NULL) {
        free(profile->found);
        free(profile->entries);
        free(profile);
    }
}

enum weft_status weft_profile_peak(struct weft_session *session, struct weft_peak *peak,
                                   struct weft_error *error) {
    struct weft_peak found;
    struct fma_peak result = {.gflops = 0};
    enum weft_status status;
    API_BEGIN;
    API_NOT_NULL(session);
    API_NOT_NULL(peak);
    API_STRUCTURE(found, peak, variant);
    TRY(session_enter(session, SESSION_CHANGES, __func__, error));
    status = session_leave(session, backend_peak(session->backend, &result, error));
    if (status == WEFT_OK) {
        found.gflops = result.gflops;
        found.seconds = result.seconds;
        memcpy(found.variant, result.variant, sizeof found.variant);
        api_structure_write(peak, &found, sizeof found);
    }
    return status;
}
