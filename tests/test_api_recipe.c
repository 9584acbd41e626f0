/* test_api_recipe.c: recipes of callers and of checkpoints: wrong ones, and what a file keeps. */
#include "api_case.h"
#include "check_weft.h"
#include "recipe_equal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_read.h"
#include "base/json_write.h"
#include "data/training.h"

#include "api_fixture.h"

/* ---- wrong recipes ---- */

/* Recipes, each with the part of the message that names the member and its range. */
static const struct wrong {
    const char *part;
    struct weft_recipe recipe;
} wrong[] = {
    {"recipe.optimizer is 3: it must be at most 2", {.optimizer = (enum weft_optimizer)3}},
    {"recipe.schedule is 4: it must be at most 3", {.schedule = (enum weft_schedule)4}},
    {"recipe.class_weights is 2", {.class_weights = (enum weft_class_weights)2}},
    {"recipe.momentum is 1: it must be at least 0 and below 1",
     {.optimizer = WEFT_OPTIMIZER_SGD, .momentum = 1}},
    {"recipe.momentum is -1", {.optimizer = WEFT_OPTIMIZER_SGD, .momentum = -1}},
    {"recipe.momentum is given: only the optimizer sgd", {.momentum = 0.5f}},
    {"recipe.nesterov is true", {.optimizer = WEFT_OPTIMIZER_SGD, .nesterov = true}},
    {"recipe.nesterov is true", {.nesterov = true}},
    {"recipe.weight_decay is -1: it must be a finite number", {.weight_decay = -1}},
    {"recipe.weight_decay is nan", {.weight_decay = NAN}},
    {"recipe.weight_decay is inf", {.weight_decay = INFINITY}},
    {"recipe.clip_norm is -1", {.clip_norm = -1}},
    {"recipe.clip_norm is inf", {.clip_norm = INFINITY}},
    {"recipe.label_smoothing is 1", {.label_smoothing = 1}},
    {"recipe.label_smoothing is nan", {.label_smoothing = NAN}},
    {"recipe.warmup_fraction is 1", {.warmup_fraction = 1}},
    {"recipe.warmup_steps and warmup_fraction are both given",
     {.warmup_fraction = 0.5f, .warmup_steps = 1}},
    {"recipe.warmup_steps is 18446744073709551615", {.warmup_steps = UINT64_MAX}},
    {"recipe.step_epochs is 0", {.schedule = WEFT_SCHEDULE_STEP, .step_factor = 0.5f}},
    {"recipe.step_factor is 0: it must be above 0 and at most 1",
     {.schedule = WEFT_SCHEDULE_STEP, .step_epochs = 1}},
    {"recipe.step_factor is 1.5",
     {.schedule = WEFT_SCHEDULE_STEP, .step_epochs = 1, .step_factor = 1.5f}},
    {"recipe.step_factor is nan",
     {.schedule = WEFT_SCHEDULE_STEP, .step_epochs = 1, .step_factor = NAN}},
    {"recipe.step_epochs or step_factor is given", {.step_epochs = 1}},
    {"recipe.step_epochs or step_factor is given", {.step_factor = NAN}},
    {"recipe.average is", {.average = SIZE_MAX}},
    {"recipe.shift is 10: it must be below 10, of images of 10 x 10 pixels", {.shift = API_SIDE}},
    {"recipe.erase is 11: it must be at most 10", {.erase = API_SIDE + 1}},
    {"recipe.erase is", {.erase = SIZE_MAX}},
};

START_TEST(wrong_recipes) {
    struct weft_session *session = api_open(model, "cpu", 20);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct weft_training_options options = WEFT_TRAINING_OPTIONS;
        options.recipe = wrong[i].recipe;
        API_FAILS(WEFT_USAGE, wrong[i].part, weft_train(session, images, &options, error));
        API_FAILS(WEFT_USAGE, "weft_train: recipe.", weft_train(session, images, &options, error));
    }
    ck_assert_uint_eq(weft_session_steps(session), 0);
    weft_session_close(session);
}
END_TEST

/* ---- files ---- */

static const struct weft_recipe full = {
    .optimizer = WEFT_OPTIMIZER_SGD,
    .momentum = 0.9f,
    .nesterov = true,
    .weight_decay = 5e-4f,
    .schedule = WEFT_SCHEDULE_STEP,
    .step_epochs = 3,
    .step_factor = 0.1f,
    .warmup_steps = (1ull << 60) + 1,
    .label_smoothing = 0.1f,
    .clip_norm = 0x1.234568p-3f,
    .average = 2,
    .flip = true,
    .shift = 4,
    .erase = 8,
    .class_weights = WEFT_CLASS_WEIGHTS_BALANCED,
};

/* Returns the object of ${recipe}, which the caller frees. */
static json_t *written(const struct weft_recipe *recipe) {
    const struct training training = {
        .epochs = 5, .batch = 100, .learning_rate = 0.01f, .recipe = *recipe};
    struct json_writer writer = {0};
    struct weft_error failure = {0};
    json_t *json, *object;
    char *text;
    json_write_open(&writer, NULL, '{');
    training_write(&writer, "training", &training);
    json_write_close(&writer, '}');
    ck_assert_int_eq(json_write_take(&writer, &text, &failure), WEFT_OK);
    ck_assert_int_eq(json_read(text, strlen(text), &json, &failure), WEFT_OK);
    object = json_incref(json_object_get(json, "training"));
    json_decref(json);
    free(text);
    return object;
}

static enum weft_status read_back(json_t *json, struct weft_recipe *recipe) {
    struct weft_error failure = {0};
    struct training training;
    const enum weft_status status = training_read(json, &training, &failure);
    *recipe = training.recipe;
    ck_assert(status == WEFT_OK || strstr(failure.message, "training: ") != NULL);
    json_decref(json);
    return status;
}

/* All members are read back; those of the published recipe are not written. */
START_TEST(members_of_files) {
    const struct weft_recipe published = WEFT_RECIPE_PUBLISHED;
    const struct weft_recipe fraction = {.warmup_fraction = 0.05f};
    struct weft_recipe read;
    json_t *json;
    ck_assert_int_eq(read_back(written(&full), &read), WEFT_OK);
    ck_assert(recipe_equal(&read, &full));
    ck_assert_int_eq(read_back(written(&fraction), &read), WEFT_OK);
    ck_assert(recipe_equal(&read, &fraction));
    ck_assert_int_eq(read_back(written(&published), &read), WEFT_OK);
    ck_assert(recipe_equal(&read, &published));
    json = written(&published);
    ck_assert_uint_eq(json_object_size(json), 6); /* epochs, batch, rate, seed, order, steps */
    json_decref(json);
}
END_TEST

/* Each member with a value of another type or out of its range. */
START_TEST(damaged_files) {
    static const char *const members[] = {
        "optimizer",    "momentum",    "nesterov",     "weight_decay",    "schedule",
        "step_epochs",  "step_factor", "warmup_steps", "warmup_fraction", "label_smoothing",
        "clip_norm",    "average",     "flip",         "shift",           "erase",
        "class_weights"};
    static const char *const values[] = {"\"x\"", "-1", "null", "[]", "1e300", "{}", "\"\""};
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        for (size_t k = 0; k < sizeof values / sizeof values[0]; k++) {
            json_t *json = written(&full);
            struct weft_recipe read;
            json_object_set_new(json, members[i], json_loads(values[k], JSON_DECODE_ANY, NULL));
            ck_assert_msg(read_back(json, &read) == WEFT_BAD_FILE, "%s: %s", members[i], values[k]);
        }
    }
}
END_TEST

/* A checkpoint returns the recipe of the training that goes on. */
START_TEST(checkpoints) {
    struct weft_training_options options = WEFT_TRAINING_OPTIONS, rest = WEFT_TRAINING_OPTIONS;
    struct weft_session *a = api_open(model, "cpu", 20), *b = api_open(model, "cpu", 20);
    options.steps = 4;
    options.recipe.label_smoothing = 0.25f;
    options.recipe.schedule = WEFT_SCHEDULE_COSINE;
    API_OK(weft_train(a, images, &options, error));
    api_restore(a, b, "api_recipe.checkpoint", &rest);
    ck_assert(recipe_equal(&rest.recipe, &options.recipe));
    weft_session_close(a);
    weft_session_close(b);
}
END_TEST

/* ---- trainings that go on ---- */

/* What is done after each epoch. */
struct interruption {
    size_t after;    /* the last epoch; 0: none */
    float rates[8];  /* of each epoch */
    float factor;    /* of the learning rate; 0: 1 */
    size_t in_epoch; /* interrupted before its last step; 0: none */
};

static bool after_epoch(void *context, const struct weft_epoch *epoch, float *learning_rate) {
    struct interruption *interruption = context;
    interruption->rates[epoch->epoch - 1] = epoch->learning_rate;
    *learning_rate *= interruption->factor != 0 ? interruption->factor : 1;
    return epoch->epoch != interruption->after;
}

static bool in_epoch(void *context, size_t epoch, size_t step, size_t steps) {
    const struct interruption *interruption = context;
    (void)step;
    (void)steps;
    return epoch != interruption->in_epoch;
}

/* Recipes whose trainings have a state of their own, or depend on all that is to come. */
static const struct weft_recipe recipes[] = {
    {.schedule = WEFT_SCHEDULE_COSINE},
    {.schedule = WEFT_SCHEDULE_COSINE, .warmup_steps = 7},
    {.schedule = WEFT_SCHEDULE_ONE_CYCLE},
    {.schedule = WEFT_SCHEDULE_ONE_CYCLE, .warmup_fraction = 0.45f},
    {.schedule = WEFT_SCHEDULE_STEP, .step_epochs = 2, .step_factor = 0.5f},
    {.warmup_fraction = 0.5f, .class_weights = WEFT_CLASS_WEIGHTS_BALANCED},
    {.optimizer = WEFT_OPTIMIZER_SGD, .momentum = 0.5f, .nesterov = true, .weight_decay = 1e-3f},
    {.optimizer = WEFT_OPTIMIZER_ADAMW, .weight_decay = 0.1f, .clip_norm = 0.25f, .average = 3},
    {.flip = true, .shift = 2, .erase = 3, .label_smoothing = 0.1f},
};

/* A training of five epochs, and one that ends after the second epoch, or in the third, and goes on
 * in another session, have the same bits: with all steps, and with fewer. */
START_TEST(resumed) {
    for (size_t i = 0; i < 4 * sizeof recipes / sizeof recipes[0]; i++) {
        struct weft_training_options options = WEFT_TRAINING_OPTIONS, rest = WEFT_TRAINING_OPTIONS;
        struct interruption all = {0}, begun = {0}, end = {0};
        struct weft_session *a = api_open(model, "cpu", 20), *b = api_open(model, "cpu", 20),
                            *c = api_open(model, "cpu", 20);
        options.recipe = recipes[i / 4];
        options.steps = i % 2 == 0 ? 0 : 18; /* of 20 */
        options.epoch = after_epoch;
        options.progress = in_epoch;
        options.context = &all;
        API_OK(weft_train(a, images, &options, error));
        options.context = &begun;
        begun.after = i % 4 < 2 ? 2 : 0;
        begun.in_epoch = i % 4 < 2 ? 0 : 3;
        API_FAILS(WEFT_INTERRUPTED, "", weft_train(b, images, &options, error));
        ck_assert(api_restore(b, c, "api_recipe.checkpoint", &rest));
        ck_assert_uint_eq(rest.epochs, 3);
        rest.epoch = after_epoch;
        rest.context = &end;
        API_OK(weft_train(c, images, &rest, error));
        ck_assert_msg(api_equal(a, c), "recipe %zu", i);
        ck_assert(!api_equal(a, b));
        ck_assert_mem_eq(all.rates, begun.rates, 2 * sizeof(float));
        ck_assert_mem_eq(all.rates + 2, end.rates + 2, 3 * sizeof(float));
        weft_session_close(a);
        weft_session_close(b);
        weft_session_close(c);
    }
}
END_TEST

/* The schedule step is what a callback can do. */
START_TEST(step_by_callback) {
    struct weft_training_options options = WEFT_TRAINING_OPTIONS;
    struct weft_session *a = api_open(model, "cpu", 20), *b = api_open(model, "cpu", 20);
    struct interruption by_schedule = {0}, by_callback = {.factor = 0.5f};
    options.epoch = after_epoch;
    options.epochs = 4;
    options.context = &by_callback;
    API_OK(weft_train(a, images, &options, error));
    options.recipe.schedule = WEFT_SCHEDULE_STEP;
    options.recipe.step_epochs = 1;
    options.recipe.step_factor = 0.5f;
    options.context = &by_schedule;
    API_OK(weft_train(b, images, &options, error));
    ck_assert(api_equal(a, b));
    ck_assert(by_schedule.rates[0] == 0.01f && by_schedule.rates[3] == 0.01f / 8);
    ck_assert_mem_eq(by_schedule.rates, by_callback.rates, sizeof by_callback.rates);
    weft_session_close(a);
    weft_session_close(b);
}
END_TEST

/* A changed rate is the largest one from then on; the rates of epochs are in a checkpoint. */
START_TEST(changed_rate) {
    struct weft_training_options options = WEFT_TRAINING_OPTIONS;
    struct weft_session *a = api_open(model, "cpu", 20), *b = api_open(model, "cpu", 20);
    struct interruption plain = {0}, halved = {.factor = 0.5f};
    struct weft_checkpoint *checkpoint;
    options.epoch = after_epoch;
    options.epochs = 3;
    options.recipe.schedule = WEFT_SCHEDULE_COSINE;
    options.context = &plain;
    API_OK(weft_train(a, images, &options, error));
    options.context = &halved;
    API_OK(weft_train(b, images, &options, error));
    ck_assert(halved.rates[0] == plain.rates[0]);
    ck_assert(halved.rates[1] == plain.rates[1] / 2 && halved.rates[2] == plain.rates[2] / 4);
    api_restore(b, a, "api_rate.checkpoint", NULL);
    API_OK(weft_session_checkpoint(a, &checkpoint, error));
    for (size_t i = 0; i < 3; i++) {
        ck_assert(weft_checkpoint_epoch(checkpoint, i)->learning_rate == halved.rates[i]);
    }
    weft_checkpoint_destroy(checkpoint);
    weft_session_close(a);
    weft_session_close(b);
}
END_TEST

/* A warmup has to end before the training, all of whose steps count. */
START_TEST(warmup_of_all_steps) {
    struct weft_training_options options = WEFT_TRAINING_OPTIONS;
    struct weft_session *session = api_open(model, "cpu", 20);
    options.epochs = 2;
    options.recipe.warmup_steps = 8;
    API_FAILS(WEFT_USAGE, "weft_train: recipe.warmup_steps is 8: it must be below the 8 steps",
              weft_train(session, images, &options, error));
    options.recipe.warmup_steps = 3;
    options.steps = 3;
    API_FAILS(WEFT_USAGE, "below the 3 steps", weft_train(session, images, &options, error));
    ck_assert_uint_eq(weft_session_steps(session), 0);
    options.recipe.warmup_steps = 2;
    API_OK(weft_train(session, images, &options, error));
    options.recipe.warmup_steps = 5; /* of 6: 3 were made */
    API_OK(weft_train(session, images, &options, error));
    weft_session_close(session);
}
END_TEST

/* Balanced weights are 1 where all classes have as many images, and change the values elsewhere. */
START_TEST(class_weights) {
    struct weft_training_options options = WEFT_TRAINING_OPTIONS, balanced = WEFT_TRAINING_OPTIONS;
    balanced.recipe.class_weights = WEFT_CLASS_WEIGHTS_BALANCED;
    for (size_t count = 68; count <= 70; count += 2) {
        struct weft_session *a = api_open(model, "cpu", 20), *b = api_open(model, "cpu", 20);
        struct weft_images *slice;
        API_OK(weft_images_slice(images, 0, count, &slice, error));
        API_OK(weft_train(a, slice, &options, error));
        API_OK(weft_train(b, slice, &balanced, error));
        ck_assert(api_equal(a, b) == (count % API_CLASSES == 0));
        weft_images_destroy(slice);
        weft_session_close(a);
        weft_session_close(b);
    }
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, wrong_recipes);
    tcase_add_test(tests, members_of_files);
    tcase_add_test(tests, damaged_files);
    tcase_add_test(tests, checkpoints);
    tcase_add_test(tests, resumed);
    tcase_add_test(tests, step_by_callback);
    tcase_add_test(tests, changed_rate);
    tcase_add_test(tests, warmup_of_all_steps);
    tcase_add_test(tests, class_weights);
}

CHECK_MAIN("api_recipe", add_tests)
