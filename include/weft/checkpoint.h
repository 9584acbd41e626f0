/* checkpoint.h: the state of a training, in memory and as a file, from which any session goes on
 * with the same bits: in another process, or on another device.
 *
 *     weft_session_checkpoint(session, &checkpoint, error);
 *     weft_checkpoint_save(checkpoint, "checkpoint.safetensors", error);
 *
 * and later, with the callbacks of ${options} set:
 *
 *     weft_checkpoint_load("checkpoint.safetensors", &checkpoint, error);
 *     weft_session_open(weft_checkpoint_model(checkpoint), NULL, &session, error);
 *     weft_session_set_checkpoint(session, checkpoint, error);
 *     if (weft_checkpoint_training(checkpoint, &options)) {
 *         weft_train(session, images, &options, error);
 *     }
 *
 * The images are the caller's: texts of a checkpoint may say which ones they are. */
#ifndef WEFT_CHECKPOINT_H
#define WEFT_CHECKPOINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "weft/epoch.h"
#include "weft/error.h"
#include "weft/model.h"
#include "weft/options.h"
#include "weft/session.h"

WEFT_BEGIN

/* A checkpoint is used by one thread at a time. Different checkpoints are independent. */
struct weft_checkpoint;

/* Makes a checkpoint of the present values of ${session}, Adam's state, the numbers of epochs and
 * steps, the results of the epochs, and the options of the training. In a callback of weft_train,
 * the values are those after the last finished epoch. Fails with WEFT_USAGE for a session that was
 * opened with forward_only, and with WEFT_DIVERGED if a value is NaN or infinite. */
WEFT_API enum weft_status weft_session_checkpoint(struct weft_session *session,
                                                  struct weft_checkpoint **checkpoint,
                                                  struct weft_error *error);

/* Gives ${session} the state of ${checkpoint}, which has the same network, and the normalisation of
 * pixels of its model. */
WEFT_API enum weft_status weft_session_set_checkpoint(struct weft_session *session,
                                                      const struct weft_checkpoint *checkpoint,
                                                      struct weft_error *error);

/* Writes ${checkpoint} to ${path} as safetensors: to a temporary file first, which is then renamed.
 * A symbolic link at ${path} is replaced, not followed. Fails with WEFT_BAD_FILE; an older file
 * stays then. */
WEFT_API enum weft_status weft_checkpoint_save(const struct weft_checkpoint *checkpoint,
                                               const char *path, struct weft_error *error);

/* The same, and stores the SHA-256 of the file in ${sha256}, in lower-case hexadecimal. */
WEFT_API enum weft_status weft_checkpoint_save_sha256(const struct weft_checkpoint *checkpoint,
                                                      const char *path, char sha256[65],
                                                      struct weft_error *error);

/* Reads a file of weft_checkpoint_save, such as checkpoint.safetensors of "weft train". Fails with
 * WEFT_BAD_FILE for a file that is missing, damaged, or of another contract of equal bits. */
WEFT_API enum weft_status weft_checkpoint_load(const char *path,
                                               struct weft_checkpoint **checkpoint,
                                               struct weft_error *error);

/* Frees ${checkpoint}. NULL is harmless. */
WEFT_API void weft_checkpoint_destroy(struct weft_checkpoint *checkpoint);

/* Returns the model with the values of ${checkpoint}, valid until it is destroyed. NULL for
 * NULL. */
WEFT_API const struct weft_model *weft_checkpoint_model(const struct weft_checkpoint *checkpoint);

/* Returns the numbers of epochs and of steps that the values have been trained for. 0 for NULL. */
WEFT_API size_t weft_checkpoint_epochs(const struct weft_checkpoint *checkpoint);
WEFT_API uint64_t weft_checkpoint_steps(const struct weft_checkpoint *checkpoint);

/* Returns the result of epoch ${index}, from 0 on, without those of its steps; valid until
 * ${checkpoint} is destroyed. NULL: there is none. */
WEFT_API const struct weft_epoch *weft_checkpoint_epoch(const struct weft_checkpoint *checkpoint,
                                                        size_t index);

/* Returns how the session computed. WEFT_MATH_EXACT for NULL. */
WEFT_API enum weft_math weft_checkpoint_math(const struct weft_checkpoint *checkpoint);

/* Stores in ${options} how the last weft_train goes on: with its options, the present learning
 * rate, and the epochs and steps that are left of it. ${options} keeps its callbacks and their
 * context. Returns whether something is left: false, too, if there was no weft_train since the
 * values were set, if an argument is NULL, and if ${options} has a wrong size. */
WEFT_API bool weft_checkpoint_training(const struct weft_checkpoint *checkpoint,
                                       struct weft_training_options *options);

/* Gives ${checkpoint} a copy of ${text} under ${key}, which its file has, too: what the caller
 * needs to go on, such as the folder of the images. NULL removes the text. Fails with WEFT_USAGE
 * unless ${key} is UTF-8 of 1 to 200 bytes and ${text} is UTF-8 of at most 1,000,000. */
WEFT_API enum weft_status weft_checkpoint_set_text(struct weft_checkpoint *checkpoint,
                                                   const char *key, const char *text,
                                                   struct weft_error *error);

/* Returns the text under ${key}, valid until it is set. NULL: there is none. */
WEFT_API const char *weft_checkpoint_text(const struct weft_checkpoint *checkpoint,
                                          const char *key);

WEFT_END

#endif
