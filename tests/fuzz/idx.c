/* idx.c: image sets of IDX files, plain and gzip. The first byte: 1: compress the images; 2: the
 * labels; 4: cut a quarter of the images' file; 8: read one file, of labels if 16. */
#include "fuzz.h"

#include <zlib.h>

#include "data/idx.h"
#include "data/images.h"

/* Returns a file with the content ${part}, which is a gzip file if ${compressed}, and stores its
 * size in ${size}. The caller frees it. */
static uint8_t *make_file(struct input part, bool compressed, size_t *size) {
    char *text = copy_text(part);
    uint8_t *bytes = (uint8_t *)text;
    z_stream stream = {.next_in = bytes, .avail_in = (uInt)part.size};
    *size = part.size;
    if (compressed) {
        REQUIRE(deflateInit2(&stream, 1, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY) == Z_OK);
        *size = deflateBound(&stream, (uLong)part.size);
        stream.next_out = bytes = allocate(*size);
        stream.avail_out = (uInt)*size;
        REQUIRE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
        *size -= stream.avail_out;
        deflateEnd(&stream);
        free(text);
    }
    return bytes;
}

static void read_one(struct input file, enum idx_content content) {
    struct weft_error error = {0};
    struct idx idx;
    enum weft_status status = idx_read(write_file("one", file), content, &idx, &error);
    if (status == WEFT_OK) {
        REQUIRE(idx.size > 0 && idx_number(&idx, idx.size - 1) <= INT32_MAX);
    } else {
        require_failure(status, &error);
        REQUIRE(idx.bytes == NULL);
    }
    idx_finish(&idx);
}

static void read_set(struct input images_file, struct input labels_file) {
    struct weft_error error = {0};
    const struct data_options options = {.test_fraction = 0};
    struct weft_images images = {0};
    struct idx_file files[2];
    uint64_t counts[IMAGES_CLASSES_MAX];
    double mean, deviation;
    struct split_hash hash;
    enum weft_split split;
    enum weft_status status;
    write_file("t10k-images-idx3-ubyte.gz", images_file);
    write_file("t10k-labels-idx1-ubyte.gz", labels_file);
    status = data_read_split(path_of(""), WEFT_SPLIT_TEST, &options, &images, files, &error);
    if (status == WEFT_OK) {
        images_statistics(&images, &mean, &deviation);
        images_class_counts(&images, counts);
        images_hash(&images, &hash, NULL);
        data_recognise(&hash, &split);
        REQUIRE(mean >= 0 && mean <= 1 && deviation >= 0 && deviation <= 1);
    } else {
        require_failure(status, &error);
    }
    images_finish(&images);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    struct input rest = {bytes, size};
    uint8_t how = take_byte(&rest);
    struct input first = take_part(&rest);
    size_t images_size, labels_size;
    uint8_t *images = make_file(first, (how & 1) != 0, &images_size);
    uint8_t *labels = make_file(rest, (how & 2) != 0, &labels_size);
    images_size -= how & 4 ? images_size / 4 : 0;
    if (how & 8) {
        read_one((struct input){images, images_size}, (how & 16) != 0 ? IDX_LABELS : IDX_IMAGES);
    } else {
        read_set((struct input){images, images_size}, (struct input){labels, labels_size});
    }
    free(images);
    free(labels);
    return 0;
}
