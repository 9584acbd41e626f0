/* limits.c: how long a training is. */
#include "base/try.h"
#include "train/average.h"
#include "train/rate.h"
#include "train/train_model.h"

struct training training_default(void) {
    return (struct training){
        .epochs = 5, .batch = 100, .learning_rate = 0.01f, .order = WEFT_ORDER_SHUFFLED};
}

uint64_t train_model_steps(const struct training *training, size_t images) {
    const struct training_start *start = training->start;
    const size_t made = start != NULL ? start->epochs : 0;
    const uint64_t epochs = training->epochs > made ? training->epochs - made : 0;
    const uint64_t steps = (start != NULL ? start->steps : 0) +
                           epochs * ((images + training->batch - 1) / training->batch);
    return training->steps != 0 && training->steps < steps ? training->steps : steps;
}

size_t train_model_last_epoch(const struct training *training, size_t images) {
    const struct training_start *start = training->start;
    const uint64_t of_epoch = (images + training->batch - 1) / training->batch;
    const uint64_t made = start != NULL ? start->steps : 0;
    const uint64_t steps = train_model_steps(training, images);
    return (start != NULL ? start->epochs : 0) +
           (steps > made ? (size_t)((steps - made + of_epoch - 1) / of_epoch) : 0);
}

enum weft_status train_model_check(const struct training *training, size_t images,
                                   struct weft_error *error) {
    const struct average_window window =
        average_window_of(training, train_model_last_epoch(training, images));
    TRY(rate_check(&training->recipe, train_model_steps(training, images), error));
    return average_check(training, &window, error);
}
