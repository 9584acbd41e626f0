/* evaluation.c: an evaluation with its confusion matrix. */
#include "cli/evaluation.h"

#include <stdlib.h>

#include "base/try.h"

enum weft_status cli_evaluate(struct weft_session *session, const struct weft_images *images,
                              struct weft_evaluation_options options,
                              struct report_evaluation *evaluation, struct weft_error *error) {
    const size_t classes = weft_images_classes(images);
    struct weft_evaluation result = WEFT_EVALUATION;
    *evaluation = (struct report_evaluation){
        .classes = classes, .confusion = calloc(classes * classes, sizeof *evaluation->confusion)};
    if (evaluation->confusion == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "evaluation: no memory");
    }
    options.confusion = evaluation->confusion;
    options.confusion_count = classes * classes;
    TRY(weft_evaluate(session, images, &options, &result, error));
    evaluation->images = result.images;
    evaluation->correct = result.correct;
    evaluation->accuracy = result.accuracy;
    evaluation->loss = result.loss;
    return WEFT_OK;
}
