/* test_average.c: the mean of the values after the last epochs, with running statistics computed
 * again: by hand, and on all devices. */
#include "api_case.h"
#include "check_weft.h"

#include <math.h>
#include <stdio.h>

#include "api_fixture.h"

enum {
    BATCH = 20,
    CHANNELS = 3,
    PLANE = 64, /* values of a channel of conv1 */
    FLOATS = CHANNELS * 9 + CHANNELS + 2 * CHANNELS + CHANNELS * 16 * API_CLASSES + API_CLASSES
};

/* Gives ${session} values of pixels that are exact. */
static struct weft_session *with_pixels(struct weft_session *session) {
    float values[256];
    for (size_t i = 0; i < 256; i++) {
        values[i] = (float)i / 256;
    }
    API_OK(weft_session_set_pixels(session, values, error));
    return session;
}

static struct weft_session *open_on(const char *device) {
    return with_pixels(api_open(model, device, 32));
}

static struct weft_training_options options_of(size_t average) {
    struct weft_training_options options = WEFT_TRAINING_OPTIONS;
    options.batch = BATCH;
    options.recipe.average = average;
    return options;
}

static const struct {
    const char *name;
    size_t count;
} tensors[] = {
    {"conv1.weight", CHANNELS * 9},
    {"conv1.bias", CHANNELS},
    {"bn1.weight", CHANNELS},
    {"bn1.bias", CHANNELS},
    {"fc.weight", CHANNELS * 16 * API_CLASSES},
    {"fc.bias", API_CLASSES},
};
enum { TENSORS = sizeof tensors / sizeof tensors[0] };

/* Stores the parameters, or with ${suffix} their moments, of ${session}. */
static void get_all(struct weft_session *session, const char *suffix, float values[FLOATS]) {
    size_t offset = 0;
    for (size_t i = 0; i < TENSORS; i++) {
        char name[64];
        snprintf(name, sizeof name, "%s%s", tensors[i].name, suffix);
        API_OK(weft_session_get(session, name, values + offset, tensors[i].count, error));
        offset += tensors[i].count;
    }
    ck_assert_uint_eq(offset, FLOATS);
}

/* ---- by hand ---- */

/* The values after each epoch. */
struct history {
    struct weft_session *session;
    float values[8][FLOATS];
};

static bool keep(void *context, const struct weft_epoch *epoch, float *learning_rate) {
    struct history *history = context;
    struct weft_model *now;
    struct weft_session *other;
    (void)learning_rate;
    API_OK(weft_session_model(history->session, &now, error));
    other = api_open(now, "cpu", 1);
    get_all(other, "", history->values[epoch->epoch - 1]);
    weft_session_close(other);
    weft_model_destroy(now);
    return true;
}

static float clean(float value) {
    return fabsf(value) < 0x1p-36f ? 0.0f : value;
}

/* Trains ${session} for five epochs without an average, and stores what the mean of the values
 * after the last ${epochs} is. */
static void plain_mean(struct weft_session *session, size_t epochs, float mean[FLOATS]) {
    static struct history history;
    struct weft_training_options options = options_of(0);
    history.session = session;
    options.epoch = keep;
    options.context = &history;
    API_OK(weft_train(session, images, &options, error));
    for (size_t i = 0; i < FLOATS; i++) {
        float sum = history.values[5 - epochs][i];
        for (size_t k = 6 - epochs; k < 5; k++) {
            sum += history.values[k][i];
        }
        mean[i] = clean(sum / (float)epochs);
    }
}

/* The parameters are the mean, and the moments those of the last step. */
START_TEST(parameters) {
    static const size_t epochs[] = {1, 2, 3, 5};
    for (size_t i = 0; i < sizeof epochs / sizeof epochs[0]; i++) {
        struct weft_training_options options = options_of(epochs[i]);
        struct weft_session *plain = open_on("cpu"), *averaged = open_on("cpu");
        float mean[FLOATS], values[FLOATS], moments[2][FLOATS];
        plain_mean(plain, epochs[i], mean);
        API_OK(weft_train(averaged, images, &options, error));
        get_all(averaged, "", values);
        ck_assert_mem_eq(values, mean, sizeof mean);
        get_all(plain, ".moment", moments[0]);
        get_all(averaged, ".moment", moments[1]);
        ck_assert_mem_eq(moments[0], moments[1], sizeof moments[0]);
        get_all(plain, ".second_moment", moments[0]);
        get_all(averaged, ".second_moment", moments[1]);
        ck_assert_mem_eq(moments[0], moments[1], sizeof moments[0]);
        weft_session_close(plain);
        weft_session_close(averaged);
    }
}
END_TEST

/* Adds the mean and the unbiased variance of each channel of images ${first} to ${first} + ${count}
 * - 1, after the convolution of ${session}, to ${means} and ${variances}. */
static void add_statistics(struct weft_session *session, size_t first, size_t count,
                           double means[CHANNELS], double variances[CHANNELS]) {
    const uint8_t *pixels = weft_images_pixels(images) + first * API_AREA;
    static float inputs[BATCH * API_AREA], outputs[BATCH * CHANNELS * PLANE];
    for (size_t i = 0; i < count * API_AREA; i++) {
        inputs[i] = (float)pixels[i] / 256;
    }
    API_OK(weft_forward(session, WEFT_STATISTICS_RUNNING, inputs, count, NULL, error));
    API_OK(weft_session_get(session, "conv1.output", outputs, count * CHANNELS * PLANE, error));
    for (size_t c = 0; c < CHANNELS; c++) {
        const double values = (double)(count * PLANE);
        double sum = 0.0, squares = 0.0;
        for (size_t i = 0; i < count * PLANE; i++) {
            sum += (double)outputs[(i / PLANE * CHANNELS + c) * PLANE + i % PLANE];
        }
        for (size_t i = 0; i < count * PLANE; i++) {
            const double from_mean =
                (double)outputs[(i / PLANE * CHANNELS + c) * PLANE + i % PLANE] - sum / values;
            squares += from_mean * from_mean;
        }
        means[c] += sum / values;
        variances[c] += squares / (values - 1);
    }
}

static void check_near(const float *values, const double *sums, double passes) {
    for (size_t c = 0; c < CHANNELS; c++) {
        ck_assert_msg(fabs((double)values[c] - sums[c] / passes) <= 1e-6 * (1 + sums[c] / passes),
                      "channel %zu: %.9g, not %.9g", c, (double)values[c], sums[c] / passes);
    }
}

/* The statistics are the plain means of those of four batches, in the order of the images. */
START_TEST(statistics) {
    struct weft_session_options session_options = WEFT_SESSION_OPTIONS;
    struct weft_training_options options = options_of(2);
    struct weft_session *trained = open_on("cpu"), *unfused;
    double means[CHANNELS] = {0}, variances[CHANNELS] = {0};
    float mean[CHANNELS], variance[CHANNELS];
    struct weft_model *averaged;
    API_OK(weft_train(trained, images, &options, error));
    API_OK(weft_session_model(trained, &averaged, error));
    session_options.device = "cpu";
    session_options.no_fuse = true;
    API_OK(weft_session_open(averaged, &session_options, &unfused, error));
    for (size_t first = 0; first < API_IMAGES; first += BATCH) {
        add_statistics(unfused, first, API_IMAGES - first < BATCH ? API_IMAGES - first : BATCH,
                       means, variances);
    }
    API_OK(weft_session_get(trained, "bn1.running_mean", mean, CHANNELS, error));
    API_OK(weft_session_get(trained, "bn1.running_var", variance, CHANNELS, error));
    check_near(mean, means, 4);
    check_near(variance, variances, 4);
    weft_model_destroy(averaged);
    weft_session_close(unfused);
    weft_session_close(trained);
}
END_TEST

/* Fewer epochs than the average has: all of them. A limit of steps ends the average, too. */
START_TEST(few_epochs) {
    struct weft_training_options all = options_of(5), more = options_of(100), two = options_of(2);
    struct weft_session *a = open_on("cpu"), *b = open_on("cpu");
    API_OK(weft_train(a, images, &all, error));
    API_OK(weft_train(b, images, &more, error));
    ck_assert(api_equal(a, b));
    API_OK(weft_session_set_model(a, model, error));
    API_OK(weft_session_set_model(b, model, error));
    two.steps = 10; /* two and a half epochs: those of 2 and of 3 count */
    API_OK(weft_train(a, images, &two, error));
    two.epochs = 3;
    API_OK(weft_train(b, images, &two, error));
    ck_assert(api_equal(a, b));
    weft_session_close(a);
    weft_session_close(b);
}
END_TEST

/* Batch norm that keeps its statistics in steps, and one that hardly changes them: they are
 * computed again, as by update_bn of PyTorch, with every momentum to the same bits. And a network
 * without any. */
START_TEST(other_networks) {
    static const char list[] = "{\"input\": [1, 10, 10], \"layers\": [{\"kind\": \"flatten\"},%s"
                               "{\"kind\": \"linear\", \"name\": \"fc\", \"out_features\": 4}]}";
    static const char *const layers[] = {
        "{\"kind\": \"batch_norm\", \"name\": \"bn1\"},",
        "{\"kind\": \"batch_norm\", \"name\": \"bn1\", \"momentum\": 0},",
        "{\"kind\": \"batch_norm\", \"name\": \"bn1\", \"momentum\": 0.00001},", ""};
    float all[3][2][API_AREA];
    for (size_t i = 0; i < 4; i++) {
        struct weft_training_options options = options_of(3);
        struct weft_network *network;
        struct weft_model *own;
        struct weft_session *session;
        char text[512];
        snprintf(text, sizeof text, list, layers[i]);
        API_OK(weft_network_create(text, &network, error));
        API_OK(weft_model_create(network, 1, &own, error));
        session = api_open(own, "cpu", BATCH);
        API_OK(weft_train(session, images, &options, error));
        if (i < 3) {
            float *mean = all[i][0], *variance = all[i][1];
            API_OK(weft_session_get(session, "bn1.running_mean", mean, API_AREA, error));
            API_OK(weft_session_get(session, "bn1.running_var", variance, API_AREA, error));
            ck_assert_mem_eq(all[i], all[0], sizeof all[0]);
        }
        weft_session_close(session);
        weft_model_destroy(own);
        weft_network_destroy(network);
    }
    ck_assert(all[0][0][0] != 0.0f && all[0][1][0] != 1.0f);
}
END_TEST

/* ---- equal bits ---- */

/* Opens a session at ${place}. */
static struct weft_session *open_at(const struct layer_place *place,
                                    enum weft_step_kernel step_kernel) {
    struct weft_session_options options = WEFT_SESSION_OPTIONS;
    struct layer_place at = *place;
    at.step_kernel = step_kernel;
    options.batch = 32;
    return with_pixels(api_open_place(model, &at, options));
}

static void check_place(const struct layer_place *place, enum weft_step_kernel step_kernel,
                        struct weft_session *reference) {
    struct weft_training_options options = options_of(2);
    struct weft_session *session = open_at(place, step_kernel);
    API_OK(weft_train(session, images, &options, error));
    ck_assert_msg(api_equal(reference, session), "%s", place->name);
    weft_session_close(session);
}

START_TEST(places) {
    struct weft_training_options options = options_of(2);
    struct weft_session *reference = open_on("cpu");
    struct layer_place list[LAYER_PLACES_MAX];
    size_t count = layer_places_list(LAYER_LARGE, "average", list);
    API_OK(weft_train(reference, images, &options, error));
    for (size_t i = 1; i < count; i++) {
        check_place(&list[i], WEFT_STEP_KERNEL_NEVER, reference);
    }
    count = layer_places_list_fused(LAYER_LARGE, "average", list);
    for (size_t i = 1; i < count; i++) {
        check_place(&list[i], WEFT_STEP_KERNEL_NEVER, reference);
        if (list[i].best && list[i].opencl) {
            check_place(&list[i], WEFT_STEP_KERNEL_ALWAYS, reference);
        }
    }
    weft_session_close(reference);
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, parameters);
    tcase_add_test(tests, statistics);
    tcase_add_test(tests, few_epochs);
    tcase_add_test(tests, other_networks);
    tcase_add_test(tests, places);
}

CHECK_MAIN("average", add_tests)
