/* folders.c: data folders of CIFAR's files, of PNG files, and names of classes. The first byte: 0:
 * CIFAR-10, 1: CIFAR-100, 2: PNG files, 3: classes.txt. Then the training and the test part. */
#include "fuzz.h"

#include "data/class_names.h"
#include "data/images.h"
#include "os/files.h"

static void read_folder(const char *name) {
    struct data_options options = {.test_fraction = 0};
    struct weft_images images[WEFT_SPLIT_COUNT];
    struct weft_error error = {0};
    enum weft_status status = data_read(path_of(name), &options, images, NULL, &error);
    if (status == WEFT_OK) {
        for (int i = 0; i < WEFT_SPLIT_COUNT; i++) {
            double mean, deviation;
            images_statistics(&images[i], &mean, &deviation);
            REQUIRE(mean >= 0 && mean <= 1 && deviation >= 0 && deviation <= 1);
            REQUIRE(images[i].count > 0 && images[i].labels[0] < images[i].classes);
        }
    } else {
        require_failure(status, &error);
    }
    images_finish(&images[WEFT_SPLIT_TRAIN]);
    images_finish(&images[WEFT_SPLIT_TEST]);
}

/* Makes the folders of all inputs, once. */
static void make_folders(void) {
    static const char *const folders[] = {"ten",       "hundred",     "png",
                                          "png/train", "png/train/a", "png/train/b"};
    static bool made;
    struct weft_error error = {0};
    for (size_t i = 0; !made && i < sizeof folders / sizeof folders[0]; i++) {
        REQUIRE(os_make_folder(path_of(folders[i]), &error) == WEFT_OK);
    }
    made = true;
}

static void read_names(struct input text) {
    struct weft_error error = {0};
    char **names;
    size_t count = 0;
    enum weft_status status = class_names_read(write_file("classes", text), &count, &names, &error);
    if (status == WEFT_OK) {
        REQUIRE(count >= 2 && count <= IMAGES_CLASSES_MAX && names[count] == NULL);
        for (size_t i = 0; i < count; i++) {
            REQUIRE(class_name_fault(names[i]) == NULL);
        }
    } else {
        require_failure(status, &error);
        REQUIRE(names == NULL);
    }
    free(names);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    struct input rest = {bytes, size};
    const uint8_t how = take_byte(&rest) % 4;
    struct input first = take_part(&rest);
    make_folders();
    if (how == 0) {
        write_file("ten/data_batch_1.bin", first);
        write_file("ten/test_batch.bin", rest);
        read_folder("ten");
    } else if (how == 1) {
        write_file("hundred/train.bin", first);
        write_file("hundred/test.bin", rest);
        read_folder("hundred");
    } else if (how == 2) {
        write_file("png/train/a/1.png", first);
        write_file("png/train/a/2.png", rest);
        write_file("png/train/b/1.png", rest);
        write_file("png/train/b/2.png", first);
        write_file("png/train/b/3.png", first);
        read_folder("png");
    } else {
        read_names(first);
    }
    return 0;
}
