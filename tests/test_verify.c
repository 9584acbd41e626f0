/* test_verify.c: parts of verify_device: made values, names of tensors, the host, and the known
 * hashes. */
#include "backend/inspect.h"
#include "check_weft.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "numerics.h"
#include "verify/diagnose.h"
#include "verify/made_values.h"
#include "verify/reference.h"
#include "verify/tensors.h"
#include "weft/verify.h"

START_TEST(host_is_a_reference) {
    struct weft_error error = {0};
    ck_assert_msg(verify_reference_check(&error) == WEFT_OK, "%s", error.message);
}
END_TEST

START_TEST(values) {
    float a[1000], b[1000];
    size_t zeros = 0;
    verify_fill(3, 7, 2.0f, a, 1000);
    verify_fill(3, 7, 2.0f, b, 1000);
    ck_assert_int_eq(memcmp(a, b, sizeof a), 0);
    verify_fill(3, 8, 2.0f, b, 1000);
    ck_assert_int_ne(memcmp(a, b, sizeof a), 0);
    for (size_t i = 0; i < 1000; i++) {
        ck_assert(fabsf(a[i]) <= 2.0f);
        zeros += a[i] == 0;
    }
    ck_assert(zeros > 0 && zeros < 100);
}
END_TEST

START_TEST(images) {
    struct weft_images first, second;
    struct weft_network *network;
    uint64_t counts[256];
    ck_assert_int_eq(network_create_published(&network, NULL), WEFT_OK);
    ck_assert_int_eq(verify_images(1, WEFT_SPLIT_TRAIN, network, 200, &first, NULL), WEFT_OK);
    ck_assert_int_eq(verify_images(1, WEFT_SPLIT_TEST, network, 200, &second, NULL), WEFT_OK);
    ck_assert_int_ne(memcmp(first.pixels, second.pixels, 200 * 784), 0);
    images_class_counts(&first, counts);
    for (size_t i = 0; i < 10; i++) {
        ck_assert_uint_gt(counts[i], 5);
    }
    images_finish(&first);
    images_finish(&second);
    network_destroy(network);
}
END_TEST

/* Makes the images of the network with the input ${input} and ${classes} outputs. */
static struct weft_images images_of(const char *input, unsigned classes, size_t count) {
    struct weft_network *network;
    struct weft_images made;
    char list[200];
    snprintf(list, sizeof list,
             "{\"input\": [%s], \"layers\": [%s{\"kind\": \"linear\", \"out_features\": %u}]}",
             input, strchr(input, ',') != NULL ? "{\"kind\": \"flatten\"}, " : "", classes);
    ck_assert_int_eq(network_create(list, &network, NULL), WEFT_OK);
    ck_assert_int_eq(verify_images(1, WEFT_SPLIT_TRAIN, network, count, &made, NULL), WEFT_OK);
    ck_assert_uint_eq(made.count, verify_images_count(network, count));
    ck_assert_int_eq(backend_check_images(network, &made, NULL), WEFT_OK);
    network_destroy(network);
    return made;
}

START_TEST(images_of_other_networks) {
    struct weft_images made = images_of("3, 5, 7", 300, 2000);
    struct weft_network *large;
    uint64_t counts[300], bytes[256] = {0};
    size_t without = 0;
    images_class_counts(&made, counts);
    for (size_t i = 0; i < 300; i++) {
        without += counts[i] == 0;
    }
    ck_assert_uint_lt(without, 10);
    for (size_t i = 2000 * 104; i < 2000 * 105; i++) { /* the last values are no constant */
        bytes[made.pixels[i]]++;
    }
    for (size_t i = 0; i < 256; i++) {
        ck_assert_uint_lt(bytes[i], 200);
    }
    images_finish(&made);
    made = images_of("12", 2, 3); /* as square as it can be */
    ck_assert(made.channels == 1 && made.height == 3 && made.width == 4);
    images_finish(&made);
    made = images_of("13", 2, 3);
    ck_assert(made.channels == 1 && made.height == 1 && made.width == 13);
    images_finish(&made);
    ck_assert_int_eq(
        network_create("{\"input\": [3, 1024, 1024], \"layers\": [{\"kind\": \"relu\"}]}", &large,
                       NULL),
        WEFT_OK);
    ck_assert_uint_eq(verify_images_count(large, 200), 85); /* 256 MiB */
    ck_assert_uint_eq(verify_images_count(large, 84), 84);
    network_destroy(large);
}
END_TEST

START_TEST(targets) {
    struct weft_network *network;
    struct tensor_ref target;
    ck_assert_int_eq(network_create_published(&network, NULL), WEFT_OK);
    ck_assert(tensor_ref_find(network, "conv1.weight", &target));
    ck_assert(!target.is_activation && target.array == ARRAY_PARAMETERS && target.count == 150);
    ck_assert(tensor_ref_find(network, "conv1.weight.grad", &target));
    ck_assert(!target.is_activation && target.array == ARRAY_GRADIENTS);
    ck_assert(tensor_ref_find(network, "out.bias.second_moment", &target));
    ck_assert(target.array == ARRAY_SECOND_MOMENTS && target.count == 10);
    ck_assert(tensor_ref_find(network, "batchN1.running_var", &target));
    ck_assert(target.array == ARRAY_BUFFERS && target.count == 6);
    ck_assert(!tensor_ref_find(network, "batchN1.running_var.moment", &target));
    ck_assert(tensor_ref_find(network, "fc1.output.grad", &target));
    ck_assert(target.is_activation && target.activation.gradient && target.count == 120);
    ck_assert(!tensor_ref_find(network, "", &target));
    ck_assert(!tensor_ref_find(network, ".grad", &target));
    ck_assert(!tensor_ref_find(network, "conv1", &target));
    network_destroy(network);
}
END_TEST

/* Computes the known hashes again. */
START_TEST(known) {
    const struct verify_known *hashes = verify_known_find(false, 0, 20);
    struct verify_options options = {.device = {.device = "cpu", .threads = 2}};
    struct verify_outcome outcome;
    struct weft_error error = {0};
    ck_assert_ptr_nonnull(hashes);
    ck_assert_ptr_null(verify_known_find(false, 1, 20));
    ck_assert_msg(verify_device(&options, NULL, &outcome, NULL, &error) == WEFT_OK, "%s",
                  error.message);
    ck_assert_int_eq(outcome.result, VERIFY_EQUAL);
    ck_assert_str_eq(outcome.training_hash, hashes->training);
    ck_assert_str_eq(outcome.hash, hashes->evaluation);
    ck_assert(outcome.known);
}
END_TEST

/* A backend against itself has no difference; with one parameter changed, the first tensor that
 * depends on it is reported. */
START_TEST(first_difference) {
    const char *list =
        "{\"input\":[4],\"layers\":[{\"kind\":\"linear\",\"name\":\"a\",\"out_features\":3},"
        "{\"kind\":\"relu\"},{\"kind\":\"linear\",\"name\":\"b\",\"out_features\":2}]}";
    struct weft_network *network;
    struct backend *backends[2];
    struct backend_options how = {.device = "cpu", .threads = 1, .batch = 2};
    struct verify_difference found = {0};
    float inputs[8], doutputs[4], parameters[23];
    ck_assert_int_eq(network_create(list, &network, NULL), WEFT_OK);
    ck_assert_uint_eq(network->parameter_count, 23);
    verify_fill(1, 1, 1.0f, inputs, 8);
    verify_fill(1, 2, 1.0f, doutputs, 4);
    verify_fill(1, 3, 1.0f, parameters, 23);
    parameters[15 + 4] = 0.5f; /* b.weight[1][1] */
    for (int i = 0; i < 2; i++) {
        struct propagation probe = {WEFT_STATISTICS_BATCH, 2, inputs, doutputs};
        ck_assert_int_eq(backend_open(network, &how, &backends[i], NULL, NULL), WEFT_OK);
        ck_assert_int_eq(backend_write(backends[i], ARRAY_PARAMETERS, parameters, NULL), WEFT_OK);
        ck_assert_int_eq(backend_propagate(backends[i], &probe, NULL), WEFT_OK);
    }
    struct verify_pair pair = {
        .device = backends[0], .expected = backends[1], .count = 2, .backward = true};
    ck_assert_int_eq(verify_tensors(&pair, &found, NULL), WEFT_OK);
    ck_assert_uint_eq(found.differing, 0);
    parameters[21] += 1.0f; /* b.bias[0] */
    struct propagation probe = {WEFT_STATISTICS_BATCH, 2, inputs, doutputs};
    ck_assert_int_eq(backend_write(backends[0], ARRAY_PARAMETERS, parameters, NULL), WEFT_OK);
    ck_assert_int_eq(backend_propagate(backends[0], &probe, NULL), WEFT_OK);
    ck_assert_int_eq(verify_tensors(&pair, &found, NULL), WEFT_OK);
    ck_assert_str_eq(found.layer, "linear");
    ck_assert_str_eq(found.tensor, "output");
    ck_assert_uint_eq(found.element, 0);
    ck_assert_uint_eq(found.differing, 2);
    ck_assert_uint_eq(found.of, 4);
    pair.long_names = true;
    ck_assert_int_eq(verify_tensors(&pair, &found, NULL), WEFT_OK);
    ck_assert_str_eq(found.tensor, "b.output");
    backend_close(backends[0]);
    backend_close(backends[1]);
    network_destroy(network);
}
END_TEST

/* The public function, on a network and images of the caller: the CPU backend is compared with
 * itself. */
START_TEST(network_of_the_caller) {
    static const size_t shape[3] = {3, 4, 2};
    static const uint16_t labels[10] = {0, 1, 2, 3, 3, 2, 1, 0, 1, 1};
    uint8_t pixels[10 * 24];
    struct weft_error *error = weft_error_create();
    struct weft_network *own;
    struct weft_images *given;
    struct weft_verification *result;
    struct weft_verify_options options = {.size = sizeof options, .device = "cpu", .steps = 1};
    for (size_t i = 0; i < sizeof pixels; i++) {
        pixels[i] = (uint8_t)(i * 37);
    }
    ck_assert_int_eq(
        weft_network_create("{\"input\": [3, 4, 2], \"layers\": [{\"kind\": \"flatten\"}, "
                            "{\"kind\": \"linear\", \"out_features\": 4}]}",
                            &own, error),
        WEFT_OK);
    ck_assert_int_eq(weft_images_create(10, shape, pixels, labels, 4, &given, error), WEFT_OK);
    options.network = own;
    options.train = options.test = given;
    ck_assert_msg(weft_verify(&options, &result, error) == WEFT_OK, "%s",
                  weft_error_message(error));
    ck_assert_int_eq(result->result, WEFT_VERIFY_EQUAL);
    ck_assert(!result->known && !result->overflows);
    ck_assert_uint_eq(strlen(result->hash), 64);
    ck_assert_str_eq(result->hash, result->expected_hash);
    weft_verification_destroy(result);
    weft_images_destroy(given);
    weft_network_destroy(own);
    weft_error_destroy(error);
}
END_TEST

static bool refuse(void *context, const char *what, uint64_t passes, uint64_t faults) {
    (void)context, (void)what, (void)passes, (void)faults;
    return false;
}

/* A wrong piece, during which the caller stops the verification. */
static enum weft_status run_stopped(const struct verify_piece *piece, struct backend *backend,
                                    struct verify_difference *found, char digest[65],
                                    struct weft_error *error) {
    (void)backend;
    found->differing = found->of = 1;
    digest[0] = '\0';
    return verify_progress(piece->context, "a piece", error);
}

/* A device that was wrong remains different, although it was not found out why. */
START_TEST(interrupted_diagnosis) {
    const struct verify_events events = {.progress = refuse};
    const struct verify_options options = {.steps = 1};
    struct verify_outcome outcome = {.device.builtin = true};
    struct verify verify = {.options = &options, .events = &events, .outcome = &outcome};
    struct verify_difference found = {.stage = VERIFY_STAGE_TRAINING, .differing = 1, .of = 1};
    struct verify_piece piece = {.run = run_stopped, .context = &verify};
    struct weft_network *network;
    struct verify_setup setup;
    struct weft_error error = {0};
    ck_assert_int_eq(network_create_published(&network, NULL), WEFT_OK);
    piece.network = network;
    setup = verify_reference_setup(&verify, 1);
    ck_assert_int_eq(verify_diagnose(&verify, &piece, &setup, &found, false, &error),
                     WEFT_INTERRUPTED);
    ck_assert_str_eq(error.message, "verify: interrupted");
    ck_assert_int_eq(outcome.result, VERIFY_DIFFERENT);
    ck_assert_str_eq(found.cause, "not run again");
    /* Backends ask, too. */
    verify.asked = verify_asked(&verify);
    setup = verify_reference_setup(&verify, 1);
    ck_assert(!setup.options.watch.go_on(setup.options.watch.context, 0));
    setup = verify_device_setup(&verify, 1, NULL);
    ck_assert(!setup.options.watch.go_on(setup.options.watch.context, 0));
    network_destroy(network);
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_test(tests, host_is_a_reference);
    tcase_add_test(tests, values);
    tcase_add_test(tests, images);
    tcase_add_test(tests, images_of_other_networks);
    tcase_add_test(tests, targets);
    tcase_add_test(tests, known);
    tcase_add_test(tests, first_difference);
    tcase_add_test(tests, network_of_the_caller);
    tcase_add_test(tests, interrupted_diagnosis);
}

CHECK_MAIN("verify", add_tests)
