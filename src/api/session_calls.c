/* session_calls.c: which call may run: one thread at a time, in the process that opened the
 * session, until it is cancelled. */
#include "api/session.h"
#include "os/host.h"

/* Its address names the thread. */
static _Thread_local char this_thread;

static enum weft_status refuse(struct weft_session *session, const char *function,
                               struct weft_error *error) {
    if (atomic_load(&session->owner) == &this_thread) {
        return api_usage(error, function, "a callback cannot call it with this session");
    }
    return api_usage(error, function, "another call with this session is running");
}

enum weft_status session_enter(struct weft_session *session, enum session_access access,
                               const char *function, struct weft_error *error) {
    const void *nobody = NULL;
    if (session->process != os_process_id()) {
        return api_usage(error, function, "the session was opened by another process, before fork");
    }
    if (!atomic_compare_exchange_strong(&session->owner, &nobody, &this_thread)) {
        if (nobody != &this_thread || !session->in_callback || access != SESSION_READS) {
            return refuse(session, function, error);
        }
        session->in_callback = false;
        session->depth++;
    }
    if (atomic_load(&session->cancelled)) {
        return session_leave(session,
                             error_set(error, WEFT_INTERRUPTED, "%s: cancelled", function));
    }
    if (session->broken) {
        return session_leave(session, error_set(error, WEFT_BAD_DEVICE,
                                                "%s: the device failed in an earlier call and does "
                                                "not have the session's values",
                                                function));
    }
    return WEFT_OK;
}

enum weft_status session_leave(struct weft_session *session, enum weft_status status) {
    if (session->depth > 0) {
        session->depth--;
        session->in_callback = true;
        return status;
    }
    if (status == WEFT_INTERRUPTED) {
        atomic_store(&session->cancelled, false);
    }
    atomic_store(&session->owner, NULL);
    if (session->closing) {
        weft_session_close(session);
    }
    return status;
}

bool session_close_later(struct weft_session *session) {
    if (session->process != os_process_id() || atomic_load(&session->owner) != &this_thread) {
        return false;
    }
    session->closing = true;
    weft_session_cancel(session);
    return true;
}

void session_callback_begin(struct weft_session *session) {
    session->in_callback = true;
}

bool session_callback_end(struct weft_session *session, bool go_on) {
    session->in_callback = false;
    return go_on && !atomic_load(&session->cancelled);
}

bool session_go_on(void *context, double steps) {
    struct weft_session *session = context;
    if (atomic_load(&session->uninterrupted)) {
        return true;
    }
    return !atomic_load(&session->cancelled) &&
           (session->options.go_on == NULL ||
            session->options.go_on(session->options.context, steps));
}

void weft_session_cancel(struct weft_session *session) {
    if (session != NULL) {
        atomic_store(&session->cancelled, true);
    }
}
