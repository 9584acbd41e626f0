/* test_images.c: the sample in data/, the published set if it is installed, and files that do not
 * fit together. */
#include "temporary.h"

#include <stdint.h>

#include "base/sha256.h"
#include "data/data_formats.h"
#include "data/images.h"
#include "os/files.h"

#define REAL "/usr/share/datasets/fashion-mnist"

/* Results of gzip, sha256sum and Python's integers for the sample. */
static const struct {
    const char *images, *labels;
    uint64_t sum, squares, counts[10];
    double mean, deviation;
} SAMPLE[2] = {
    {"60ea5feda59124b528e4ae46db7909f10c71829f40f5e1987e4d698dbf350437",
     "7f71edbd868f424d805e86d17e4831e724e5a0ef92255d943169c13907699b92",
     5688570,
     1054918870,
     {12, 11, 9, 15, 9, 11, 10, 8, 4, 11},
     0.28454231692677073,
     0.3549158759149646},
    {"10011aad7e104ca4844b2f2ec20ea5e697cc6fe044fcdfe102805b0cffb2c8b5",
     "825f333513fdd542aa1aa55ded6b697992e3bbc01f304e46fd0126ead73ad4d6",
     5854180,
     1100979020,
     {8, 13, 14, 9, 10, 9, 8, 11, 12, 6},
     0.29282613045218087,
     0.3608565953257816},
};

static const char *sample_folder(void) {
    static char folder[4096];
    snprintf(folder, sizeof folder, "%s/data/sample", source_root());
    return folder;
}

static const struct data_options plain = {.test_fraction = 0};

static void read_split(const char *folder, enum weft_split split, struct weft_images *images,
                       struct idx_file files[2]) {
    struct weft_error error = {0};
    ck_assert_msg(data_read_split(folder, split, &plain, images, files, &error) == WEFT_OK, "%s",
                  error.message);
}

START_TEST(sample) {
    for (enum weft_split split = WEFT_SPLIT_TRAIN; split < WEFT_SPLIT_COUNT; split++) {
        struct weft_images images;
        struct idx_file files[2];
        struct split_hash hash;
        enum weft_split found;
        uint64_t counts[256], sum = 0, squares = 0;
        double mean, deviation;
        read_split(sample_folder(), split, &images, files);
        ck_assert_uint_eq(images.count, 100);
        ck_assert_uint_eq(images.height, 28);
        ck_assert_uint_eq(images.width, 28);
        ck_assert_uint_eq(images.classes, 10);
        ck_assert_str_eq(files[0].sha256, SAMPLE[split].images);
        ck_assert_str_eq(files[1].sha256, SAMPLE[split].labels);
        ck_assert(!files[0].published && !files[1].published);
        images_hash(&images, &hash, NULL);
        ck_assert_str_eq(hash.images, SAMPLE[split].images);
        ck_assert_str_eq(hash.labels, SAMPLE[split].labels);
        ck_assert_str_eq(data_recognise(&hash, &found)->name, "the sample of Fashion-MNIST");
        ck_assert_int_eq(found, split);
        hash.labels[63] ^= 1;
        ck_assert_ptr_null(data_recognise(&hash, &found));
        ck_assert_ptr_nonnull(strstr(files[0].path, "data/sample/"));
        ck_assert_ptr_nonnull(strstr(files[1].path, "-labels-idx1-ubyte.gz"));
        for (size_t i = 0; i < 78400; i++) {
            sum += images.pixels[i];
            squares += (uint64_t)images.pixels[i] * images.pixels[i];
        }
        ck_assert_uint_eq(sum, SAMPLE[split].sum);
        ck_assert_uint_eq(squares, SAMPLE[split].squares);
        images_statistics(&images, &mean, &deviation);
        ck_assert_double_eq_tol(mean, SAMPLE[split].mean, 1e-15);
        ck_assert_double_eq_tol(deviation, SAMPLE[split].deviation, 1e-15);
        images_class_counts(&images, counts);
        ck_assert_uint_eq(images.classes, 10);
        for (int i = 0; i < 10; i++) {
            ck_assert_uint_eq(counts[i], SAMPLE[split].counts[i]);
        }
        images_finish(&images);
        images_finish(&images); /* harmless */
        ck_assert_ptr_null(images.pixels);
    }
}
END_TEST

START_TEST(published_set) {
    static const double mean_of[2] = {0.2860405969887955, 0.28684928071228494};
    static const double deviation_of[2] = {0.3530242445149226, 0.35244415324744};
    if (!os_is_folder(REAL)) {
        skip_test("published_set", "dataset-fashion-mnist is not installed");
        return;
    }
    for (enum weft_split split = WEFT_SPLIT_TRAIN; split < WEFT_SPLIT_COUNT; split++) {
        struct weft_images images;
        struct idx_file files[2];
        struct split_hash hash;
        enum weft_split found;
        uint64_t counts[256];
        double mean, deviation;
        char text[32];
        read_split(REAL, split, &images, files);
        ck_assert(files[0].published && files[1].published);
        images_hash(&images, &hash, NULL);
        ck_assert(data_recognise(&hash, &found)->published);
        ck_assert_int_eq(found, split);
        ck_assert_uint_eq(images.count, split == WEFT_SPLIT_TRAIN ? 60000 : 10000);
        images_class_counts(&images, counts);
        for (int i = 0; i < 10; i++) {
            ck_assert_uint_eq(counts[i], images.count / 10);
        }
        images_statistics(&images, &mean, &deviation);
        ck_assert_double_eq_tol(mean, mean_of[split], 1e-15);
        ck_assert_double_eq_tol(deviation, deviation_of[split], 1e-15);
        if (split == WEFT_SPLIT_TRAIN) {
            snprintf(text, sizeof text, "%.4f %.4f", mean, deviation);
            ck_assert_str_eq(text, "0.2860 0.3530");
        }
        images_finish(&images);
    }
}
END_TEST

START_TEST(statistics_of_little) {
    uint8_t pixels[4] = {0, 255, 255, 0}, same[3] = {7, 7, 7};
    struct weft_images none = {0}, four = {1, 1, 2, 2, pixels, NULL, 10},
                       three = {3, 1, 1, 1, same, NULL, 10};
    double mean, deviation;
    images_statistics(&none, &mean, &deviation);
    ck_assert_double_eq(mean, 0);
    ck_assert_double_eq(deviation, 0);
    images_statistics(&four, &mean, &deviation);
    ck_assert_double_eq(mean, 0.5);
    ck_assert_double_eq(deviation, 0.5);
    images_statistics(&three, &mean, &deviation);
    ck_assert_double_eq(mean, 7.0 / 255);
    ck_assert_double_eq(deviation, 0);
}
END_TEST

START_TEST(names) {
    /* The hashes of MNIST, as many projects publish them. */
    static const struct split_hash digits = {
        "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
        "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"};
    struct weft_images images = {.channels = 1, .height = 28, .width = 28, .classes = 10};
    enum weft_split split;
    ck_assert_str_eq(data_recognise(&digits, &split)->name, "MNIST");
    ck_assert_int_eq(split, WEFT_SPLIT_TEST);
    ck_assert_str_eq(images_class_names(&images, &digits)[7], "7");
    ck_assert_str_eq(images_class_names(&images, NULL)[7], "Sneaker");
    images.classes = 1000; /* other images have no names */
    for (size_t i = 0; i < 1000; i++) {
        char number[8];
        snprintf(number, sizeof number, "%zu", i);
        ck_assert_str_eq(images_class_names(&images, NULL)[i], number);
    }
    ck_assert_str_eq(fashion_class_names[0], "T-shirt/top");
    ck_assert_str_eq(fashion_class_names[6], "Shirt");
    ck_assert_str_eq(fashion_class_names[9], "Ankle boot");
    ck_assert_str_eq(split_name(WEFT_SPLIT_TRAIN), "train");
    ck_assert_str_eq(split_name(WEFT_SPLIT_TEST), "test");
}
END_TEST

/* Writes a test split of ${images} images of 1 x 2 pixels and ${labels} labels, all ${label} except
 * the first, into ${folder}. */
static void write_split(const char *folder, uint8_t images, uint8_t labels, uint8_t label) {
    uint8_t bytes[16 + 2 * 255] = {0, 0, 8, 3, 0, 0, 0, images, 0, 0, 0, 1, 0, 0, 0, 2};
    char name[64];
    struct weft_error error = {0};
    ck_assert_int_eq(os_make_folder(temporary_path(folder), &error), WEFT_OK);
    snprintf(name, sizeof name, "%s/t10k-images-idx3-ubyte", folder);
    temporary_write(temporary_path(name), bytes, 16 + 2 * (size_t)images);
    memcpy(bytes, (const uint8_t[]){0, 0, 8, 1, 0, 0, 0, labels, 0}, 9);
    memset(bytes + 9, label, 255);
    snprintf(name, sizeof name, "%s/t10k-labels-idx1-ubyte", folder);
    temporary_write(temporary_path(name), bytes, 8 + (size_t)labels);
}

/* Expects an error of the test split in ${folder}, with a message that contains ${part}. */
static void assert_wrong(const char *folder, const char *part, const char *hint) {
    struct weft_images images;
    struct weft_error error = {0};
    ck_assert_int_eq(
        data_read_split(temporary_path(folder), WEFT_SPLIT_TEST, &plain, &images, NULL, &error),
        WEFT_BAD_FILE);
    ck_assert_msg(strstr(error.message, part) != NULL, "%s does not say %s", error.message, part);
    ck_assert_msg(strstr(error.hint, hint) != NULL, "%s does not say %s", error.hint, hint);
    ck_assert_ptr_null(images.pixels);
    ck_assert_ptr_null(images.labels);
    ck_assert_uint_eq(images.count, 0);
}

START_TEST(images_and_labels_belong_together) {
    struct weft_images images;
    write_split("together", 5, 5, 9);
    read_split(temporary_path("together"), WEFT_SPLIT_TEST, &images, NULL);
    ck_assert_uint_eq(images.count, 5);
    ck_assert_uint_eq(images.width, 2);
    ck_assert_uint_eq(images.labels[0], 0);
    ck_assert_uint_eq(images.labels[4], 9);
    images_finish(&images);
    write_split("together", 5, 4, 9);
    assert_wrong("together", "4 labels, but 5 images in", "");
    write_split("together", 4, 5, 9);
    assert_wrong("together", "5 labels, but 4 images in", "");
    temporary_write(temporary_path("together/train-labels-idx1-ubyte"), "\0\0\10\1\0\0\0\2\0\11",
                    10); /* the training images have ten classes */
    write_split("together", 5, 5, 10);
    assert_wrong("together", "t10k-labels-idx1-ubyte: label 1 is 10, expected 0 to 9", "");
    write_split("together", 5, 5, 255);
    assert_wrong("together", "label 1 is 255", "");
    write_split("together", 0, 0, 1);
    assert_wrong("together", "t10k-images-idx3-ubyte: dimension 1 of 3 is 0", "");
}
END_TEST

START_TEST(missing_files) {
    write_split("missing", 1, 1, 1);
    ck_assert_int_eq(remove(temporary_path("missing/t10k-labels-idx1-ubyte")), 0);
    assert_wrong("missing", "missing/t10k-labels-idx1-ubyte.gz", "tools/fetch-data");
    ck_assert_int_eq(remove(temporary_path("missing/t10k-images-idx3-ubyte")), 0);
    assert_wrong("missing", "neither", "dataset-fashion-mnist");
    /* If both files exist, the plain file is read: this .gz is no gzip file. */
    write_split("missing", 1, 1, 1);
    temporary_write(temporary_path("missing/t10k-images-idx3-ubyte.gz"), "x", 1);
    struct weft_images images;
    read_split(temporary_path("missing"), WEFT_SPLIT_TEST, &images, NULL);
    images_finish(&images);
    ck_assert_int_eq(remove(temporary_path("missing/t10k-images-idx3-ubyte")), 0);
    assert_wrong("missing", "t10k-images-idx3-ubyte.gz: this is a text file, but an IDX", "");
}
END_TEST

/* The option, then the environment variable, then the two folders. */
START_TEST(finding) {
    char folder[4096], long_name[5000];
    struct weft_error error = {0};
    write_split("one", 1, 1, 1);
    write_split("two", 1, 1, 1);
    setenv("WEFT_DATA", temporary_path("two"), 1);
    ck_assert_int_eq(data_find(temporary_path("one"), folder, &error), WEFT_OK);
    ck_assert_str_eq(folder, temporary_path("one"));
    ck_assert_int_eq(data_find(NULL, folder, &error), WEFT_OK);
    ck_assert_str_eq(folder, temporary_path("two"));
    ck_assert_int_eq(data_find(temporary_path("three"), folder, &error), WEFT_BAD_FILE);
    ck_assert_ptr_nonnull(strstr(error.message, "three: no such folder"));
    ck_assert_ptr_nonnull(strstr(error.hint, "dataset-fashion-mnist"));
    error = (struct weft_error){0};
    setenv("WEFT_DATA", temporary_path("three"), 1);
    ck_assert_int_eq(data_find(NULL, folder, &error), WEFT_BAD_FILE);
    ck_assert_ptr_nonnull(strstr(error.message, "WEFT_DATA"));
    memset(long_name, '/', sizeof long_name);
    long_name[sizeof long_name - 1] = '\0';
    ck_assert_int_eq(data_find(long_name, folder, &error), WEFT_BAD_FILE);
    ck_assert_int_eq(data_find("", folder, &error), WEFT_BAD_FILE);
}
END_TEST

START_TEST(finding_by_default) {
    char folder[4096];
    struct weft_error error = {0};
    unsetenv("WEFT_DATA");
    ck_assert_int_eq(chdir(temporary_folder), 0);
    if (os_is_folder(REAL)) {
        ck_assert_int_eq(data_find(NULL, folder, &error), WEFT_OK);
        ck_assert_str_eq(folder, REAL);
        setenv("WEFT_DATA", "", 1); /* the same as unset */
        ck_assert_int_eq(data_find(NULL, folder, &error), WEFT_OK);
        ck_assert_str_eq(folder, REAL);
    } else {
        ck_assert_int_eq(data_find(NULL, folder, &error), WEFT_BAD_FILE);
        ck_assert_ptr_nonnull(strstr(error.message, "data/fashion-mnist"));
        ck_assert_ptr_nonnull(strstr(error.hint, "tools/fetch-data"));
        error = (struct weft_error){0};
    }
    ck_assert_int_eq(os_make_folder("data/fashion-mnist", &error), WEFT_OK);
    temporary_write("data/fashion-mnist/train-images-idx3-ubyte.gz", "", 0);
    ck_assert_int_eq(data_find(NULL, folder, &error), WEFT_OK);
    ck_assert_str_eq(folder, "data/fashion-mnist");
}
END_TEST

/* Writes an IDX file of one image with one ${pixel} as ${folder}/${name}. */
static void write_image(const char *folder, const char *name, uint8_t pixel) {
    uint8_t image[] = {0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, pixel};
    char path[256];
    struct weft_error error = {0};
    ck_assert_int_eq(os_make_folder(temporary_path(folder), &error), WEFT_OK);
    snprintf(path, sizeof path, "%s/%s", folder, name);
    temporary_write(temporary_path(path), image, sizeof image);
}

/* Expects the test image in ${folder} to be in the file ${name}, and to have ${pixel}. */
static void assert_found(const char *folder, const char *name, uint8_t pixel) {
    static const uint8_t label[] = {0, 0, 8, 1, 0, 0, 0, 1, 3};
    struct weft_images images;
    struct idx_file files[2];
    char path[256], found[4096];
    struct weft_error error = {0};
    snprintf(path, sizeof path, "%s/t10k-labels-idx1-ubyte", folder);
    temporary_write(temporary_path(path), label, sizeof label);
    ck_assert_int_eq(data_find(temporary_path(folder), found, &error), WEFT_OK);
    read_split(found, WEFT_SPLIT_TEST, &images, files);
    ck_assert_msg(strcmp(os_name_of(files[0].path), name) == 0, "%s, not %s", files[0].path, name);
    ck_assert_uint_eq(images.pixels[0], pixel);
    images_finish(&images);
}

/* The order of the names: each is found, and wins against all that follow. */
START_TEST(names_of_files) {
    static const char *const common[] = {"t10k-images-idx3-ubyte",    "t10k-images.idx3-ubyte",
                                         "t10k-images-idx3-ubyte.gz", "t10k-images.idx3-ubyte.gz",
                                         "T10K-IMAGES-IDX3-UBYTE",    "t10k-images-IDX3-ubyte",
                                         "T10K-IMAGES.IDX3-UBYTE",    "T10K-IMAGES-IDX3-UBYTE.GZ",
                                         "t10k-images-idx3-ubyte.GZ", "t10k-images.idx3-ubyte.Gz"};
    size_t count = sizeof common / sizeof common[0];
    write_image("case", "a", 0);
    if (os_exists(temporary_path("case/A"))) {
        count = 4; /* this system does not distinguish upper and lower case */
    }
    for (size_t i = count; i-- > 0;) {
        write_image("names", common[i], (uint8_t)i);
        assert_found("names", common[i], (uint8_t)i);
    }
}
END_TEST

START_TEST(folders_are_no_files) {
    struct weft_error error = {0};
    ck_assert_int_eq(os_make_folder(temporary_path("beside/t10k-images-idx3-ubyte"), &error),
                     WEFT_OK);
    ck_assert_int_eq(os_make_folder(temporary_path("beside/T10K-images-idx3-ubyte"), &error),
                     WEFT_OK);
    write_image("beside/t10k-images-idx3-ubyte", "t10k-images-idx3-ubyte", 8);
    assert_found("beside", "t10k-images-idx3-ubyte", 8);
    write_image("beside", "t10k-images-idx3-ubyte.gz", 7);
    assert_found("beside", "t10k-images-idx3-ubyte.gz", 7);
}
END_TEST

/* What torchvision downloads: its root, the folder of a data set, and raw. */
START_TEST(torchvision) {
    char found[4096];
    struct weft_error error = {0};
    write_image("root/MNIST/raw", "t10k-images-idx3-ubyte", 1);
    ck_assert_int_eq(data_find(temporary_path("root"), found, &error), WEFT_OK);
    ck_assert_str_eq(found, temporary_path("root/MNIST/raw"));
    write_image("root/FashionMNIST/raw", "train-images-idx3-ubyte.gz", 2);
    ck_assert_int_eq(data_find(temporary_path("root"), found, &error), WEFT_OK);
    ck_assert_str_eq(found, temporary_path("root/FashionMNIST/raw"));
    ck_assert_int_eq(data_find(temporary_path("root/MNIST"), found, &error), WEFT_OK);
    ck_assert_str_eq(found, temporary_path("root/MNIST/raw"));
    write_image("root", "TRAIN-IMAGES.IDX3-UBYTE", 3);
    ck_assert_int_eq(data_find(temporary_path("root"), found, &error), WEFT_OK);
    ck_assert_str_eq(found, temporary_path("root"));
}
END_TEST

/* One of the files in place of their folder. */
START_TEST(a_file_for_its_folder) {
    char found[4096];
    struct weft_error error = {0};
    write_image("file", "T10k-images.idx3-ubyte.GZ", 1);
    write_image("file", "other", 1);
    ck_assert_int_eq(data_find(temporary_path("file/T10k-images.idx3-ubyte.GZ"), found, &error),
                     WEFT_OK);
    ck_assert_str_eq(found, temporary_path("file"));
    ck_assert_int_eq(data_find(temporary_path("file/other"), found, &error), WEFT_BAD_FILE);
    ck_assert_ptr_nonnull(strstr(error.message, "file/other: "));
    ck_assert_ptr_nonnull(strstr(error.hint, "name the folder"));
}
END_TEST

/* No memory is requested for more than IMAGES_BYTES_MAX bytes of large images. */
START_TEST(lists_of_large_images) {
    struct image_list list = {.images = {.channels = 1, .height = 1 << 13, .width = 1 << 13}};
    struct weft_error error = {0};
    uint8_t *pixels;
    ck_assert_int_eq(image_list_add(&list, 0, "x", &pixels, &error), WEFT_OK);
    ck_assert_uint_le(list.capacity, IMAGES_BYTES_MAX >> 26);
    images_finish(&list.images);
    list.images = (struct weft_images){.count = 11, .channels = 1, .height = 8192, .width = 8192};
    ck_assert_int_eq(image_list_colour(&list, &error), WEFT_BAD_FILE);
    ck_assert_uint_eq(list.images.channels, 1);
}
END_TEST

/* A grey image among those in colour, and the order of the bytes. */
START_TEST(lists_in_colour) {
    static const uint8_t colours[] = {1, 2, 3, 4, 5, 6}, planes[] = {1, 4, 2, 5, 3, 6};
    static const uint8_t expected[] = {7, 8, 7, 8, 7, 8, 9, 9, 9, 9, 9, 9};
    struct image_list list = {.images = {.channels = 1, .height = 1, .width = 2}};
    struct weft_error error = {0};
    struct weft_images images;
    uint8_t *pixels;
    ck_assert_int_eq(image_list_add(&list, 0, "x", &pixels, &error), WEFT_OK);
    memcpy(pixels, (const uint8_t[]){7, 8}, 2);
    ck_assert_int_eq(image_list_add(&list, 1, "x", &pixels, &error), WEFT_OK);
    memset(pixels, 9, 2);
    ck_assert_int_eq(image_list_colour(&list, &error), WEFT_OK);
    ck_assert_uint_eq(list.capacity, 2);
    ck_assert_mem_eq(list.images.pixels, expected, sizeof expected);
    ck_assert_int_eq(image_list_add(&list, 2, "x", &pixels, &error), WEFT_OK);
    image_planes(colours, 3, 2, 3, pixels);
    image_list_take(&list, &images);
    ck_assert_mem_eq(images.pixels, expected, sizeof expected);
    ck_assert_mem_eq(images.pixels + sizeof expected, planes, sizeof planes);
    images_finish(&images);
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_unchecked_fixture(tests, temporary_make, temporary_remove);
    tcase_add_test(tests, sample);
    tcase_add_test(tests, published_set);
    tcase_add_test(tests, statistics_of_little);
    tcase_add_test(tests, names);
    tcase_add_test(tests, images_and_labels_belong_together);
    tcase_add_test(tests, missing_files);
    tcase_add_test(tests, finding);
    tcase_add_test(tests, finding_by_default);
    tcase_add_test(tests, names_of_files);
    tcase_add_test(tests, folders_are_no_files);
    tcase_add_test(tests, torchvision);
    tcase_add_test(tests, a_file_for_its_folder);
    tcase_add_test(tests, lists_of_large_images);
    tcase_add_test(tests, lists_in_colour);
}

CHECK_MAIN("images", add_tests)
