/* test_recipe_bits.c: recipes that combine all options, for a small network: the same bits at every
 * place, and from a checkpoint on. */
#include "api_case.h"
#include "check_weft.h"

#include <stdio.h>
#include <string.h>

/* A residual block with dropout, and two linear layers, which are one kernel with the loss. */
static const char list[] =
    "{\"input\": [1, 6, 6], \"layers\": ["
    "{\"kind\": \"conv2d\", \"out_channels\": 3, \"kernel_size\": 3, \"padding\": 1},"
    "{\"kind\": \"batch_norm\"}, {\"kind\": \"relu\", \"name\": \"a\"},"
    "{\"kind\": \"conv2d\", \"out_channels\": 3, \"kernel_size\": 3, \"padding\": 1},"
    "{\"kind\": \"dropout\", \"name\": \"d\", \"p\": 0.25},"
    "{\"kind\": \"add\", \"inputs\": [\"d\", \"a\"]},"
    "{\"kind\": \"max_pool2d\", \"kernel_size\": 2}, {\"kind\": \"flatten\"},"
    "{\"kind\": \"linear\", \"out_features\": 8}, {\"kind\": \"relu\"},"
    "{\"kind\": \"linear\", \"out_features\": 4}]}";

enum { SIDE = 6, AREA = SIDE * SIDE, CLASSES = 4, EPOCHS = 4, BATCH = 18, IMAGES = 40, STEPS = 3 };

/* The first one is the published recipe, the last ones have everything. */
static const struct weft_recipe recipes[] = {
    {.flip = false},
    {.weight_decay = 0.01f, .schedule = WEFT_SCHEDULE_COSINE, .label_smoothing = 0.1f},
    {.optimizer = WEFT_OPTIMIZER_ADAMW,
     .weight_decay = 0.05f,
     .schedule = WEFT_SCHEDULE_ONE_CYCLE,
     .clip_norm = 0.5f,
     .class_weights = WEFT_CLASS_WEIGHTS_BALANCED},
    {.optimizer = WEFT_OPTIMIZER_SGD,
     .momentum = 0.9f,
     .nesterov = true,
     .weight_decay = 0.0005f,
     .schedule = WEFT_SCHEDULE_STEP,
     .step_epochs = 2,
     .step_factor = 0.3f,
     .flip = true,
     .shift = 2},
    {.optimizer = WEFT_OPTIMIZER_SGD, .clip_norm = 0.25f, .erase = 3, .warmup_steps = 4},
    {.shift = 1, .average = 3, .warmup_fraction = 0.3f},
    {.optimizer = WEFT_OPTIMIZER_ADAMW,
     .weight_decay = 0.1f,
     .schedule = WEFT_SCHEDULE_COSINE,
     .warmup_steps = 3,
     .label_smoothing = 0.2f,
     .clip_norm = 1,
     .average = 2,
     .flip = true,
     .shift = 1,
     .erase = 2,
     .class_weights = WEFT_CLASS_WEIGHTS_BALANCED},
    {.optimizer = WEFT_OPTIMIZER_SGD,
     .momentum = 0.8f,
     .nesterov = true,
     .weight_decay = 0.001f,
     .schedule = WEFT_SCHEDULE_ONE_CYCLE,
     .label_smoothing = 0.05f,
     .clip_norm = 2,
     .average = 2,
     .flip = true,
     .shift = 2,
     .erase = 3,
     .class_weights = WEFT_CLASS_WEIGHTS_BALANCED},
};
enum { RECIPES = sizeof recipes / sizeof recipes[0] };

static struct weft_error *error;
static struct weft_model *model;
static struct weft_images *images;

/* Classes of 20, 10, 9 and 1 images. */
static void set_up(void) {
    static const size_t shape[3] = {1, SIDE, SIDE};
    static uint8_t pixels[IMAGES * AREA];
    static uint16_t labels[IMAGES];
    struct weft_network *network;
    uint32_t random = 1;
    for (size_t i = 0; i < IMAGES; i++) {
        labels[i] = (uint16_t)(i == 7 ? 3 : i % 2 == 0 ? 0 : 1 + i / 2 % 2);
        for (size_t p = 0; p < AREA; p++) {
            random = random * 1664525u + 1013904223u;
            pixels[i * AREA + p] = (uint8_t)((random >> 25) + (p / 9 == labels[i] ? 100 : 0));
        }
    }
    error = weft_error_create();
    API_OK(weft_network_create(list, &network, error));
    API_OK(weft_model_create(network, 5, &model, error));
    API_OK(weft_images_create(IMAGES, shape, pixels, labels, CLASSES, &images, error));
    weft_network_destroy(network);
}

static void tear_down(void) {
    weft_images_destroy(images);
    weft_model_destroy(model);
    weft_error_destroy(error);
}

static struct weft_session *open_place(const struct layer_place *place) {
    struct weft_session_options options = WEFT_SESSION_OPTIONS;
    options.batch = BATCH;
    options.no_cache = true;
    return api_open_place(model, place, options);
}

/* The results of the steps of a training. */
struct results {
    size_t count;
    struct weft_step_result steps[EPOCHS * STEPS];
};

static bool add_results(void *context, const struct weft_epoch *epoch, float *rate) {
    struct results *results = context;
    (void)rate;
    ck_assert_uint_le(results->count + epoch->steps, EPOCHS * STEPS);
    memcpy(results->steps + results->count, epoch->results, epoch->steps * sizeof *epoch->results);
    results->count += epoch->steps;
    return true;
}

static struct weft_training_options options_of(size_t recipe, size_t epochs,
                                               struct results *results) {
    struct weft_training_options options = WEFT_TRAINING_OPTIONS;
    options.epochs = epochs;
    options.batch = BATCH;
    options.learning_rate = recipes[recipe].optimizer == WEFT_OPTIMIZER_SGD ? 0.1f : 0.02f;
    options.seed = 3;
    options.epoch = add_results;
    options.context = results;
    options.recipe = recipes[recipe];
    return options;
}

/* Trains the initial values by recipe ${recipe}. */
static void train(struct weft_session *session, size_t recipe, size_t epochs,
                  struct results *results) {
    const struct weft_training_options options = options_of(recipe, epochs, results);
    *results = (struct results){.count = 0};
    API_OK(weft_session_set_model(session, model, error));
    API_OK(weft_train(session, images, &options, error));
    ck_assert_uint_eq(results->count, epochs * STEPS);
}

/* Trains recipes ${begin} to RECIPES - 1 for ${epochs} at each of ${count} places, the first of
 * which is the reference. */
static void check_places(const struct layer_place *places, size_t count, size_t begin,
                         size_t epochs) {
    struct weft_session *references[RECIPES];
    static struct results expected[RECIPES];
    for (size_t r = begin; r < RECIPES; r++) {
        references[r] = open_place(&places[0]);
        train(references[r], r, epochs, &expected[r]);
    }
    for (size_t i = 1; i < count; i++) {
        struct weft_session *session;
        unsigned before = layer_flush_begin(&places[i]);
        session = open_place(&places[i]);
        for (size_t r = begin; r < RECIPES; r++) {
            struct results results;
            train(session, r, epochs, &results);
            ck_assert_msg(memcmp(&results, &expected[r], sizeof results) == 0,
                          "recipe %zu on %s: other results of steps", r, places[i].name);
            ck_assert_msg(api_equal(references[r], session), "recipe %zu on %s: other values", r,
                          places[i].name);
        }
        weft_session_close(session);
        layer_flush_end(before);
    }
    for (size_t r = begin; r < RECIPES; r++) {
        weft_session_close(references[r]);
    }
}

START_TEST(fused) {
    struct layer_place places[LAYER_PLACES_MAX];
    size_t count = layer_places_list_fused(LAYER_SMALL, "recipes, fused", places);
    count = layer_places_add_launches(places, count);
    places[1].threads = 2;
    check_places(places, count, 0, EPOCHS);
}
END_TEST

START_TEST(apart) {
    struct layer_place places[LAYER_PLACES_MAX];
    size_t count = layer_places_list(LAYER_SMALL, "recipes, not fused", places);
    check_places(places, count, 0, EPOCHS);
}
END_TEST

/* An epoch of the last two recipes. */
START_TEST(oclgrind) {
    struct layer_place places[LAYER_PLACES_MAX];
    size_t count = layer_places_list_fused(LAYER_TINY, "recipes on Oclgrind", places), kept = 1;
    for (size_t i = 1; i < count; i++) {
        if (strncmp(places[i].name, "Oclgrind", strlen("Oclgrind")) == 0) {
            places[kept++] = places[i];
        }
    }
    check_places(places, kept, RECIPES - 2, 2);
}
END_TEST

/* Every option changes something: no two recipes give the same values. */
START_TEST(different) {
    const struct layer_place place = {.name = "cpu", .device = "cpu", .threads = 1};
    struct weft_session *sessions[RECIPES];
    struct results results;
    for (size_t r = 0; r < RECIPES; r++) {
        sessions[r] = open_place(&place);
        train(sessions[r], r, EPOCHS, &results);
        for (size_t other = 0; other < r; other++) {
            ck_assert_msg(!api_equal(sessions[r], sessions[other]), "recipes %zu and %zu", other,
                          r);
        }
    }
    for (size_t r = 0; r < RECIPES; r++) {
        weft_session_close(sessions[r]);
    }
}
END_TEST

/* Ends a training after ${epochs}. */
struct end {
    size_t epochs;
    struct results results;
};

static bool end_training(void *context, const struct weft_epoch *epoch, float *rate) {
    struct end *end = context;
    add_results(&end->results, epoch, rate);
    return epoch->epoch < end->epochs;
}

/* Trains on ${from} for ${epochs}, gives the state to ${to} through a file, and completes the
 * training there. */
static void resume(struct weft_session *from, struct weft_session *to, size_t recipe, size_t epochs,
                   struct results *results) {
    struct end end = {.epochs = epochs};
    struct weft_training_options options = options_of(recipe, EPOCHS, NULL);
    struct weft_training_options rest = WEFT_TRAINING_OPTIONS;
    options.epoch = end_training;
    options.context = &end;
    API_OK(weft_session_set_model(from, model, error));
    API_FAILS(WEFT_INTERRUPTED, "", weft_train(from, images, &options, error));
    ck_assert(api_restore(from, to, "recipe_bits.checkpoint", &rest));
    ck_assert_uint_eq(rest.epochs, EPOCHS - epochs);
    rest.epoch = add_results;
    *results = end.results;
    rest.context = results;
    API_OK(weft_train(to, images, &rest, error));
}

/* A training that was interrupted after each of its epochs and goes on elsewhere. */
START_TEST(resumed) {
    struct layer_place places[LAYER_PLACES_MAX];
    size_t count = layer_places_list_fused(LAYER_LARGE, "recipes, resumed", places), other = 1;
    struct weft_session *reference, *from, *to;
    for (size_t i = 1; i < count; i++) {
        other = places[i].best ? i : other;
    }
    reference = open_place(&places[0]);
    from = open_place(&places[0]);
    to = open_place(&places[other]);
    for (size_t r = 0; r < RECIPES; r++) {
        struct results expected, results;
        train(reference, r, EPOCHS, &expected);
        for (size_t epochs = 1; epochs < EPOCHS; epochs++) {
            struct weft_session *exchanged = from;
            resume(from, to, r, epochs, &results);
            ck_assert_msg(memcmp(&results, &expected, sizeof results) == 0,
                          "recipe %zu from epoch %zu on: other results of steps", r, epochs);
            ck_assert_msg(api_equal(reference, to), "recipe %zu from epoch %zu on: other values", r,
                          epochs);
            from = to;
            to = exchanged;
        }
    }
    weft_session_close(reference);
    weft_session_close(from);
    weft_session_close(to);
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, different);
    tcase_add_test(tests, fused);
    tcase_add_test(tests, apart);
    tcase_add_test(tests, oclgrind);
    tcase_add_test(tests, resumed);
}
CHECK_MAIN("recipe_bits", add_tests)
