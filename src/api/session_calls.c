/* session_calls.c: which call may run: one thread at a time, in the process that opened the
 * session, until it is cancelled. */
#include "api/session.h"
#include "os/host.h"

#include <stdint.h>

/* Added to the owner of a session that is closed while a call runs: the call closes it at its end.
 * */
#define SESSION_CLOSING ((uintptr_t)1)

/* Returns a number that names the thread: an even one, not 0. */
static uintptr_t this_thread(void) {
    static _Thread_local uint16_t place;
    return (uintptr_t)&place;
}

/* Returns whether the call that runs is one of this thread. */
static bool is_owner(struct weft_session *session) {
    return (atomic_load(&session->owner) & ~SESSION_CLOSING) == this_thread();
}

static enum weft_status refuse(struct weft_session *session, const char *function,
                               struct weft_error *error) {
    if (is_owner(session)) {
        return api_usage(error, function, "a callback cannot call it with this session");
    }
    return api_usage(error, function, "another call with this session is running");
}

enum weft_status session_enter(struct weft_session *session, enum session_access access,
                               const char *function, struct weft_error *error) {
    uintptr_t nobody = 0;
    if (session->process != os_process_id()) {
        return api_usage(error, function, "the session was opened by another process, before fork");
    }
    if (!atomic_compare_exchange_strong(&session->owner, &nobody, this_thread())) {
        if (!is_owner(session) || !session->in_callback || access != SESSION_READS) {
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
    uintptr_t owner = this_thread();
    if (session->depth > 0) {
        session->depth--;
        session->in_callback = true;
        return status;
    }
    if (status == WEFT_INTERRUPTED) {
        atomic_store(&session->cancelled, false);
    }
    if (!atomic_compare_exchange_strong(&session->owner, &owner, 0)) { /* it was closed */
        atomic_store(&session->owner, 0);
        weft_session_close(session);
    }
    return status;
}

bool session_close_later(struct weft_session *session) {
    uintptr_t owner = session->process == os_process_id() ? atomic_load(&session->owner) : 0;
    while (owner != 0) {
        weft_session_cancel(session); /* before the call gets to know, and frees the session */
        if (atomic_compare_exchange_weak(&session->owner, &owner, owner | SESSION_CLOSING)) {
            return true;
        }
    }
    return false;
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
