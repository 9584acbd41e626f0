/* test_api_wrong_objects.c: wrong uses of errors, devices, networks and images. */
#include "wrong_use.h"

#include <stdint.h>

static const char list[] = "{\"input\": [1, 4, 4], \"layers\": [{\"kind\": \"flatten\"},"
                           " {\"kind\": \"batch_norm\", \"name\": \"norm\"},"
                           " {\"kind\": \"linear\", \"name\": \"out\", \"out_features\": 3}]}";

/* A value that no enumerator has, which a caller may still pass. */
#define NO_SPLIT ((enum weft_split)7)

START_TEST(nothing_is_harmless) {
    size_t shape[3] = {1, 1, 1};
    weft_error_destroy(NULL);
    weft_devices_destroy(NULL);
    weft_network_destroy(NULL);
    weft_images_destroy(NULL);
    weft_model_destroy(NULL);
    weft_free(NULL);
    ck_assert_int_eq(weft_error_status(NULL), WEFT_OK);
    ck_assert_str_eq(weft_error_message(NULL), "");
    ck_assert_str_eq(weft_error_hint(NULL), "");
    ck_assert_str_eq(weft_status_text((enum weft_status)77), "unknown status");
    ck_assert_uint_eq(weft_devices_count(NULL), 0);
    ck_assert_ptr_null(weft_devices_get(NULL, 0));
    ck_assert_str_eq(weft_devices_note(NULL), "");
    ck_assert_str_eq(weft_devices_note_hint(NULL), "");
    ck_assert_ptr_null(weft_network_to_json(NULL));
    ck_assert_ptr_null(weft_network_to_pytorch(NULL));
    ck_assert_ptr_null(weft_network_to_dot(NULL));
    ck_assert_uint_eq(weft_network_layers(NULL), 0);
    ck_assert_ptr_null(weft_network_layer(NULL, 0));
    ck_assert_uint_eq(weft_network_tensors(NULL), 0);
    ck_assert_ptr_null(weft_network_tensor(NULL, 0));
    ck_assert_ptr_null(weft_network_find(NULL, "conv1.weight"));
    ck_assert_uint_eq(weft_network_parameters(NULL), 0);
    ck_assert_uint_eq(weft_images_count(NULL), 0);
    ck_assert_uint_eq(weft_images_classes(NULL), 0);
    weft_images_shape(NULL, shape);
    ck_assert_uint_eq(shape[0] + shape[1] + shape[2], 0);
    weft_images_shape(NULL, NULL);
    ck_assert_ptr_null(weft_images_pixels(NULL));
    ck_assert_ptr_null(weft_images_labels(NULL));
    ck_assert_ptr_null(weft_images_class_name(NULL, 0));
    ck_assert_ptr_null(weft_model_network(NULL));
    ck_assert_uint_eq(weft_model_classes(NULL), 0);
    ck_assert_ptr_null(weft_model_class_name(NULL, 0));
    ck_assert_ptr_null(weft_model_options(NULL));
    ck_assert_str_eq(weft_model_path(NULL), "");
    ck_assert_str_eq(weft_model_sha256(NULL), "");
    ck_assert_str_eq(weft_model_notice(NULL), "");
    ck_assert_str_eq(weft_model_images_sha256(NULL, WEFT_SPLIT_TRAIN), "");
    ck_assert_str_eq(weft_model_labels_sha256(NULL, WEFT_SPLIT_TRAIN), "");
    ck_assert(!weft_model_published_assumed(NULL) && !weft_model_undigested(NULL));
    ck_assert(!weft_data_recognise(NULL, NULL));
}
END_TEST

START_TEST(no_error_object) {
    struct weft_network *network = NULL;
    ck_assert_int_eq(weft_network_create(NULL, &network, NULL), WEFT_USAGE);
    ck_assert_int_eq(weft_network_create("[]", &network, NULL), WEFT_BAD_FILE);
    ck_assert_int_eq(weft_network_create(list, &network, NULL), WEFT_OK);
    weft_network_destroy(network);
    ck_assert_int_eq(weft_model_load("/nowhere/model.safetensors", NULL, NULL), WEFT_USAGE);
}
END_TEST

START_TEST(an_error_is_cleared) {
    struct weft_network *network = NULL;
    begin_wrong_uses();
    WRONG_OBJECT(network, weft_network_create(NULL, &network, error));
    RIGHT(weft_network_create(list, &network, error));
    ck_assert_int_eq(weft_error_status(error), WEFT_OK);
    ck_assert_str_eq(weft_error_message(error), "");
    ck_assert_str_eq(weft_error_hint(error), "");
    weft_network_destroy(network);
    end_wrong_uses(1);
}
END_TEST

START_TEST(lists_of_devices) {
    struct weft_devices *devices = NULL;
    size_t index;
    begin_wrong_uses();
    WRONG(weft_devices_list(NULL, error));
    RIGHT(weft_devices_list(&devices, error));
    WRONG(weft_devices_choose(NULL, "cpu", &index, error));
    WRONG(weft_devices_choose(devices, "cpu", NULL, error));
    WRONG(weft_devices_choose(devices, "", &index, error));
    FAILS(WEFT_BAD_DEVICE, weft_devices_choose(devices, "no such device", &index, error));
    FAILS(WEFT_BAD_DEVICE, weft_devices_choose(devices, "\xff\xfe", &index, error));
    FAILS(WEFT_BAD_DEVICE, weft_devices_choose(devices, "999", &index, error));
    FAILS(WEFT_BAD_DEVICE,
          weft_devices_choose(devices, "99999999999999999999999999", &index, error));
    FAILS(WEFT_BAD_DEVICE, weft_devices_choose(devices, "0:99999999999", &index, error));
    ck_assert_ptr_null(weft_devices_get(devices, SIZE_MAX));
    ck_assert_ptr_null(weft_devices_get(devices, weft_devices_count(devices)));
    weft_devices_destroy(devices);
    end_wrong_uses(9);
}
END_TEST

START_TEST(networks) {
    static const char *const wrong[] = {
        "",
        "[]",
        "{}",
        "nonsense",
        "\xff",
        "{\"input\": [1, 4, 4], \"layers\": []}",
        "{\"input\": [1, 4, 4], \"layers\": [{\"kind\": \"nothing\"}]}",
        "{\"input\": [1, 4, 4], \"layers\": [{\"kind\": \"conv2d\", \"out_channels\": -1}]}",
        "{\"input\": [1, 4, 4], \"layers\": [{\"kind\": \"linear\", \"out_features\": 1e99}]}",
        "{\"input\": [65536, 65536, 65536], \"layers\": [{\"kind\": \"relu\"}]}",
        "{\"input\": [0, 4, 4], \"layers\": [{\"kind\": \"relu\"}]}",
    };
    struct weft_network *network = NULL;
    struct weft_needs needs = {.size = sizeof needs};
    const struct weft_memory_tensor **tensors;
    size_t count;
    begin_wrong_uses();
    WRONG_OBJECT(network, weft_network_create(NULL, &network, error));
    WRONG(weft_network_create(list, NULL, error));
    WRONG(weft_network_create_published(NULL, error));
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        FAILS(WEFT_BAD_FILE, weft_network_create(wrong[i], &network, error));
        ck_assert_ptr_null(network);
    }
    RIGHT(weft_network_create(list, &network, error));
    ck_assert_ptr_null(weft_network_layer(network, 3));
    ck_assert_ptr_null(weft_network_layer(network, SIZE_MAX));
    ck_assert_ptr_null(weft_network_tensor(network, SIZE_MAX));
    ck_assert_ptr_null(weft_network_find(network, NULL));
    ck_assert_ptr_null(weft_network_find(network, "out.weight.grad"));
    WRONG(weft_network_needs(NULL, 1, false, &needs, error));
    WRONG(weft_network_needs(network, 1, false, NULL, error));
    WRONG(weft_network_needs(network, 0, false, &needs, error));
    WRONG(weft_network_needs(network, SIZE_MAX, false, &needs, error));
    needs.size = 0;
    WRONG(weft_network_needs(network, 1, false, &needs, error));
    needs.size = sizeof needs - 1;
    WRONG(weft_network_needs(network, 1, false, &needs, error));
    needs.size = SIZE_MAX;
    WRONG(weft_network_needs(network, 1, false, &needs, error));
    WRONG(weft_network_memory(NULL, 1, false, &tensors, &count, error));
    WRONG(weft_network_memory(network, 0, false, &tensors, &count, error));
    WRONG(weft_network_memory(network, SIZE_MAX, false, &tensors, &count, error));
    WRONG(weft_network_memory(network, 1, false, NULL, &count, error));
    WRONG(weft_network_memory(network, 1, false, &tensors, NULL, error));
    weft_network_destroy(network);
    end_wrong_uses(26);
}
END_TEST

START_TEST(images_in_memory) {
    enum { COUNT = 6 };
    const size_t shape[3] = {1, 2, 2}, empty[3] = {1, 0, 2}, huge[3] = {65536, 65536, 65536},
                 overflowing[3] = {SIZE_MAX, 2, 2};
    const uint8_t pixels[COUNT * 4] = {0};
    uint16_t labels[COUNT] = {0, 1, 2, 0, 1, 2};
    struct weft_images *images = NULL;
    begin_wrong_uses();
    WRONG_OBJECT(images, weft_images_create(COUNT, NULL, pixels, labels, 3, &images, error));
    WRONG_OBJECT(images, weft_images_create(COUNT, shape, NULL, labels, 3, &images, error));
    WRONG_OBJECT(images, weft_images_create(COUNT, shape, pixels, NULL, 3, &images, error));
    WRONG_OBJECT(images, weft_images_create(COUNT, shape, pixels, labels, 0, &images, error));
    WRONG_OBJECT(images, weft_images_create(COUNT, shape, pixels, labels, 1, &images, error));
    WRONG_OBJECT(images, weft_images_create(COUNT, shape, pixels, labels, 2, &images, error));
    WRONG_OBJECT(images, weft_images_create(COUNT, shape, pixels, labels, 1001, &images, error));
    WRONG_OBJECT(images,
                 weft_images_create(COUNT, shape, pixels, labels, SIZE_MAX, &images, error));
    WRONG_OBJECT(images, weft_images_create(0, shape, pixels, labels, 3, &images, error));
    WRONG_OBJECT(images, weft_images_create(SIZE_MAX, shape, pixels, labels, 3, &images, error));
    WRONG_OBJECT(images, weft_images_create(COUNT, empty, pixels, labels, 3, &images, error));
    WRONG_OBJECT(images, weft_images_create(UINT32_MAX, huge, pixels, labels, 3, &images, error));
    WRONG_OBJECT(images, weft_images_create(COUNT, overflowing, pixels, labels, 3, &images, error));
    WRONG(weft_images_create(COUNT, shape, pixels, labels, 3, NULL, error));
    labels[5] = 200;
    WRONG_OBJECT(images, weft_images_create(COUNT, shape, pixels, labels, 3, &images, error));
    ck_assert_ptr_nonnull(strstr(weft_error_message(error), "labels[5] is 200"));
    end_wrong_uses(15);
}
END_TEST

START_TEST(slices_and_folders) {
    enum { COUNT = 6 };
    const size_t shape[3] = {1, 2, 2};
    const uint8_t pixels[COUNT * 4] = {0};
    const uint16_t labels[COUNT] = {0};
    struct weft_images *images = NULL, *slice = NULL, *bare = NULL;
    struct weft_images_hash hash = {.size = sizeof hash};
    struct weft_known_data known = {.size = sizeof known};
    uint64_t counts[3];
    double mean, deviation;
    char *folder = NULL;
    struct weft_data_options data = WEFT_DATA_OPTIONS;
    float numbers[1];
    begin_wrong_uses();
    RIGHT(weft_images_create(COUNT, shape, pixels, labels, 3, &images, error));
    RIGHT(weft_images_create(COUNT, shape, pixels, NULL, 0, &bare, error));
    WRONG_OBJECT(slice, weft_images_slice(NULL, 0, 1, &slice, error));
    WRONG(weft_images_slice(images, 0, 1, NULL, error));
    WRONG_OBJECT(slice, weft_images_slice(images, 0, 0, &slice, error));
    WRONG_OBJECT(slice, weft_images_slice(images, 0, COUNT + 1, &slice, error));
    WRONG_OBJECT(slice, weft_images_slice(images, COUNT, 1, &slice, error));
    WRONG_OBJECT(slice, weft_images_slice(images, 5, SIZE_MAX, &slice, error));
    WRONG_OBJECT(slice, weft_images_slice(images, SIZE_MAX, 2, &slice, error));
    WRONG_OBJECT(slice, weft_images_read(NULL, NO_SPLIT, &slice, error));
    WRONG_OBJECT(slice, weft_images_read(NULL, WEFT_SPLIT_COUNT, &slice, error));
    WRONG_OBJECT(slice, weft_images_read(NULL, (enum weft_split) - 1, &slice, error));
    WRONG(weft_images_read(NULL, WEFT_SPLIT_TRAIN, NULL, error));
    FAILS(WEFT_BAD_FILE, weft_images_read("/nowhere", WEFT_SPLIT_TRAIN, &slice, error));
    FAILS(WEFT_BAD_FILE, weft_images_read("", WEFT_SPLIT_TRAIN, &slice, error));
    WRONG(weft_data_read(NULL, NULL, NULL, error));
    WRONG_OBJECT(slice, weft_data_read_split(NULL, NO_SPLIT, NULL, &slice, error));
    data.test_fraction = -1;
    WRONG_OBJECT(slice, weft_data_read_split(NULL, WEFT_SPLIT_TEST, &data, &slice, error));
    data.test_fraction = 0;
    data.size = 3;
    WRONG_OBJECT(slice, weft_data_read_split(NULL, WEFT_SPLIT_TEST, &data, &slice, error));
    WRONG(weft_images_normalisation(images, true, numbers, numbers, 2, error));
    WRONG(weft_images_normalisation(images, true, NULL, numbers, 1, error));
    WRONG(weft_images_normalisation(NULL, true, numbers, numbers, 1, error));
    WRONG(weft_data_find(NULL, NULL, error));
    FAILS(WEFT_BAD_FILE, weft_data_find("/nowhere", &folder, error));
    ck_assert_ptr_null(folder);
    WRONG(weft_images_statistics(NULL, &mean, &deviation, error));
    WRONG(weft_images_statistics(images, NULL, &deviation, error));
    WRONG(weft_images_statistics(images, &mean, NULL, error));
    WRONG(weft_images_class_counts(NULL, counts, 3, error));
    WRONG(weft_images_class_counts(images, NULL, 3, error));
    WRONG(weft_images_class_counts(images, counts, 4, error));
    WRONG(weft_images_class_counts(bare, counts, 0, error));
    WRONG(weft_images_hash(NULL, &hash, error));
    WRONG(weft_images_hash(images, NULL, error));
    WRONG(weft_images_hash(bare, &hash, error));
    hash.size = 8;
    WRONG(weft_images_hash(images, &hash, error));
    ck_assert(!weft_data_recognise(&hash, &known));
    hash = (struct weft_images_hash){.size = sizeof hash};
    memset(hash.images, 'a', sizeof hash.images); /* no end */
    memset(hash.labels, 'a', sizeof hash.labels);
    ck_assert(!weft_data_recognise(&hash, &known));
    known.size = 1;
    ck_assert(!weft_data_recognise(&hash, &known));
    ck_assert_ptr_null(weft_images_class_name(images, SIZE_MAX));
    weft_images_destroy(images);
    weft_images_destroy(bare);
    end_wrong_uses(33);
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_test(tests, nothing_is_harmless);
    tcase_add_test(tests, no_error_object);
    tcase_add_test(tests, an_error_is_cleared);
    tcase_add_test(tests, lists_of_devices);
    tcase_add_test(tests, networks);
    tcase_add_test(tests, images_in_memory);
    tcase_add_test(tests, slices_and_folders);
}

CHECK_MAIN("api_wrong_objects", add_tests)
