/* session.h: what a session holds, and how its functions begin and end. */
#ifndef WEFT_API_SESSION_H
#define WEFT_API_SESSION_H

#include <stdatomic.h>

#include "api/api.h"
#include "backend/backend.h"
#include "data/model.h"
#include "data/training.h"
#include "weft/session.h"

/* A set of images on the device. */
struct session_images {
    struct weft_images images; /* a reference; count 0: this set is free */
};

struct weft_session {
    /* The network, and values as of the last session_sync. */
    struct weft_model *model;
    float *moments, *second_moments; /* the same; NULL: forward_only */
    bool newer;      /* the device has newer values: those of weft_step or weft_forward */
    bool broken;     /* the values on the device could not be restored */
    bool own_pixels; /* the values of pixels are those of weft_session_set_pixels */
    struct backend *backend;
    struct weft_device device;
    struct weft_error choice; /* what backend_open says of the choice of the device */
    struct weft_notice notices[3];
    size_t notice_count;
    char *notice; /* all of them */
    struct weft_session_options options;
    struct training training; /* the last one, or all zero */
    const float *rate; /* the learning rate that the callback after an epoch may change; or NULL */
    struct training_average average; /* of the last one, while it is not finished */
    struct weft_epoch *history;      /* of each epoch */
    size_t epochs;
    uint64_t steps;
    struct session_images *sets; /* those of the backend; 0 is that of weft_predict */
    size_t set_count;
    size_t forward_count; /* images of the last weft_forward */
    /* Who uses it. */
    unsigned long process;
    _Atomic(uintptr_t) owner; /* the thread in whose call it is, or 0; and SESSION_CLOSING */
    bool in_callback;         /* of weft_train or weft_evaluate, in the owner's call */
    size_t depth;             /* calls in callbacks */
    atomic_bool cancelled;
    atomic_bool uninterrupted; /* the present call does not stop in the middle */
};

/* What a call does with the values. */
enum session_access { SESSION_READS, SESSION_CHANGES };

/* Begins a call of ${function}, which ends with session_leave. Fails with WEFT_USAGE if another
 * call is running or the session is of another process, and with WEFT_INTERRUPTED if it was
 * cancelled. */
enum weft_status session_enter(struct weft_session *session, enum session_access access,
                               const char *function, struct weft_error *error);

/* Ends a call. Returns ${status}. */
enum weft_status session_leave(struct weft_session *session, enum weft_status status);

/* Returns whether a call is running, which then ends soon and closes ${session}. */
bool session_close_later(struct weft_session *session);

/* Begins and ends a callback of the caller. session_callback_end returns ${go_on}, or false if the
 * session was cancelled meanwhile. */
void session_callback_begin(struct weft_session *session);
bool session_callback_end(struct weft_session *session, bool go_on);

/* The go_on of the session's backend. */
bool session_go_on(void *context, double steps);

/* Reads the values of the device into ${session}, if they are newer. */
enum weft_status session_sync(struct weft_session *session, struct weft_error *error);

/* Writes the values of ${session} to the device. */
enum weft_status session_write(struct weft_session *session, struct weft_error *error);

/* The values are no longer those that the model's file describes. */
void session_changed(struct weft_session *session);

/* Fails with WEFT_USAGE unless ${network} is equal to that of ${session}: "WHAT: ...". */
enum weft_status session_check_network(const struct weft_session *session,
                                       const struct weft_network *network, const char *what,
                                       struct weft_error *error);

/* Makes a copy of the model of the present values. Fails with WEFT_DIVERGED and "FUNCTION: ..." if
 * a value is not a finite number. */
enum weft_status session_model(struct weft_session *session, struct weft_model **model,
                               const char *function, struct weft_error *error);

/* train.c: stores the options that determine bits. */
void training_to_options(const struct training *training, struct weft_training_options *options);

/* train.c: returns whether ${rate} is a learning rate: a positive number. */
bool training_rate_is_valid(float rate);

/* Copies values from ${model}, of the same network, and Adam's state (NULL: zeros), to ${session},
 * but not to the device; and the normalisation of pixels, also to the device. Changes nothing in
 * ${session} when that fails. */
enum weft_status session_take(struct weft_session *session, const struct weft_model *model,
                              const float *moments, const float *second_moments,
                              struct weft_error *error);

/* Where the device has images. */
struct session_part {
    size_t set, first, count; /* images ${first} to ${first} + ${count} - 1 of this set */
    bool copied;              /* for the present call: the caller calls session_images_drop */
};

/* Stores in ${part} where the device has ${images}: as a set that is kept, as a slice of one, from
 * its first image on if ${from_start}, or as a copy that it makes. Fails with WEFT_USAGE for images
 * that do not fit the network. */
enum weft_status session_images_find(struct weft_session *session, const struct weft_images *images,
                                     bool from_start, const char *function,
                                     struct session_part *part, struct weft_error *error);
void session_images_drop(struct weft_session *session, size_t set);

#endif
