/* api_case.h: a small network, its images and sessions for tests of the public functions. */
#ifndef API_CASE_H
#define API_CASE_H

#include <check.h>

#include "layer_places.h"
#include "weft/weft.h"

enum { API_SIDE = 10, API_AREA = API_SIDE * API_SIDE, API_CLASSES = 4 };

/* Ends the test unless ${call}, which gets the variable ${error}, succeeds. */
#define API_OK(call) ck_assert_msg((call) == WEFT_OK, "%s: %s", #call, weft_error_message(error))

/* Ends the test unless ${call} fails with ${status} and a message that has ${part}. */
#define API_FAILS(wanted, part, call)                                                              \
    do {                                                                                           \
        const enum weft_status got = (call);                                                       \
        ck_assert_msg(got == (wanted) && weft_error_status(error) == got, "%s: %d, %s", #call,     \
                      (int)got, weft_error_message(error));                                        \
        ck_assert_msg(strstr(weft_error_message(error), part) != NULL, "%s: %s", #call,            \
                      weft_error_message(error));                                                  \
    } while (0)

/* Returns a model with initial values of conv1, bn1, relu1, pool1, flat, and fc. */
struct weft_model *api_model(uint64_t seed);

/* Returns ${count} images of API_SIDE x API_SIDE that a network can learn. */
struct weft_images *api_images(size_t count, uint32_t seed);

/* Opens a session for up to ${batch} images on ${device}, with two threads or with ${threads}. */
struct weft_session *api_open(const struct weft_model *model, const char *device, size_t batch);
struct weft_session *api_open_threads(const struct weft_model *model, const char *device,
                                      size_t batch, unsigned threads);

/* Opens a session at ${place}, otherwise as ${options} say. */
struct weft_session *api_open_place(const struct weft_model *model, const struct layer_place *place,
                                    struct weft_session_options options);

/* Returns ${checkpoint} as it is read back from the file ${path}, which is removed. Destroys
 * ${checkpoint}. */
struct weft_checkpoint *api_reload(struct weft_checkpoint *checkpoint, const char *path);

/* Gives ${to} the state of ${from}, through the file ${path}, which is removed. Stores how its
 * training goes on in ${options}, unless that is NULL, and returns what
 * weft_checkpoint_training does. */
bool api_restore(struct weft_session *from, struct weft_session *to, const char *path,
                 struct weft_training_options *options);

/* Returns whether ${session} and ${other} have equal bits: all tensors of the network and Adam's
 * state. */
bool api_equal(struct weft_session *session, struct weft_session *other);

#endif
