/* logits.c: the logits of an evaluation as a file. */
#include "weft/train.h"

#include "data/safetensors.h"

enum weft_status weft_evaluation_save_logits(const struct weft_evaluation *evaluation,
                                             const char *path, struct weft_error *error) {
    struct safetensors_source source = {.name = "logits",
                                        .rank = 2,
                                        .shape = {evaluation->images, evaluation->classes},
                                        .floats = evaluation->logits};
    if (evaluation->logits == NULL) {
        return weft_fail(error, WEFT_USAGE, "%s: the evaluation kept no logits", path);
    }
    return safetensors_write(path, NULL, 0, &source, 1, NULL, error);
}
