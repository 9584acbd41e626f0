/* test_digest.c: no damage to a model file or a checkpoint passes: any single bit, any end cut off,
 * any removed piece of metadata. Files without a digest are read, and marked. */
#include "temporary.h"

#include "base/json_read.h"
#include "base/random.h"
#include "base/sha256.h"
#include "data/checkpoint.h"
#include "data/safetensors_digest.h"
#include "os/files.h"

enum { FILE_MAX = 1000000 };

static const char layers[] =
    "{\"input\": [3], \"layers\": [{\"kind\": \"linear\", \"name\": \"l\", "
    "\"out_features\": 2}, {\"kind\": \"batch_norm\", \"name\": \"b\"}]}";

static struct weft_model *make(void) {
    static const char *const classes[] = {"left", "right"};
    static const char options[] = "{\"seed\": 3}";
    struct weft_network *network;
    struct weft_model *model;
    ck_assert_int_eq(network_create(layers, &network, NULL), WEFT_OK);
    ck_assert_int_eq(model_create(network, &model, NULL), WEFT_OK);
    model_initialise(model, 1);
    model->options = malloc(sizeof options);
    memcpy(model->options, options, sizeof options);
    ck_assert_int_eq(model_set_classes(model, classes, 2, NULL), WEFT_OK);
    for (int i = 0; i < WEFT_SPLIT_COUNT; i++) {
        sha256_hex("images", (size_t)i, model->data[i].images);
        sha256_hex("labels", (size_t)i, model->data[i].labels);
    }
    return model;
}

static enum weft_status load_model(const char *path, struct weft_error *error) {
    struct weft_model *model;
    enum weft_status status = model_load(path, &model, error);
    model_destroy(model);
    return status;
}

static enum weft_status load_checkpoint(const char *path, struct weft_error *error) {
    struct weft_checkpoint *checkpoint;
    enum weft_status status = checkpoint_load(path, &checkpoint, error);
    checkpoint_destroy(checkpoint);
    return status;
}

/* The two kinds of files, and their readers. */
static const struct kind {
    const char *name;
    enum weft_status (*load)(const char *path, struct weft_error *error);
} kinds[] = {{"model", load_model}, {"checkpoint", load_checkpoint}};

static void save_both(void) {
    struct weft_model *model = make();
    float moments[16] = {0.5f};
    struct weft_epoch epoch = {.images = 10, .correct = 5, .steps = 2, .total_loss = 3};
    struct weft_checkpoint checkpoint = {
        .model = model,
        .training = {.epochs = 3, .batch = 50, .seed = 3, .learning_rate = 0.01f},
        .epochs = 1,
        .steps = 2,
        .moments = moments,
        .second_moments = moments,
        .history = &epoch};
    ck_assert_uint_le(model->network->parameter_count, 16);
    ck_assert_int_eq(model_save(model, temporary_path("model"), NULL, NULL), WEFT_OK);
    ck_assert_int_eq(checkpoint_set_text(&checkpoint, "key", "text", NULL), WEFT_OK);
    ck_assert_int_eq(checkpoint_save(&checkpoint, temporary_path("checkpoint"), NULL, NULL),
                     WEFT_OK);
    checkpoint_set_text(&checkpoint, "key", NULL, NULL);
    json_decref(checkpoint.texts);
    model_destroy(model);
}

/* Reads the file of ${kind}, which the caller frees. */
static char *read_kind(const struct kind *kind, size_t *size) {
    char *bytes;
    save_both();
    ck_assert_int_eq(kind->load(temporary_path(kind->name), NULL), WEFT_OK);
    ck_assert_int_eq(os_file_read(temporary_path(kind->name), FILE_MAX, &bytes, size, NULL),
                     WEFT_OK);
    return bytes;
}

/* Returns whether the reader of ${kind} refuses ${size} ${bytes} as it should. */
static bool refuses(const struct kind *kind, const char *bytes, size_t size) {
    struct weft_error error = {0};
    const char *path = temporary_path("damaged");
    temporary_write(path, bytes, size);
    return kind->load(path, &error) == WEFT_BAD_FILE && strstr(error.message, path) != NULL;
}

/* Every bit of both files: they are small. */
START_TEST(every_bit) {
    static const char name[] = "\"weft.digest\":\"";
    for (size_t k = 0; k < 2; k++) {
        size_t size;
        char *bytes = read_kind(&kinds[k], &size);
        const size_t digits = (size_t)(digest_find(bytes, size) - bytes);
        for (size_t bit = 0; bit < 8 * size; bit += TEMPORARY_STRIDE) {
            bytes[bit / 8] ^= (char)(1 << bit % 8);
            ck_assert_msg(refuses(&kinds[k], bytes, size), "%s: bit %zu", kinds[k].name, bit);
            bytes[bit / 8] ^= (char)(1 << bit % 8);
        }
        /* The digest is the first thing that is checked, unless its name is damaged. */
        for (size_t bit = 0; bit < 8 * size; bit += TEMPORARY_STRIDE) {
            const bool named = bit / 8 >= digits || bit / 8 < digits - strlen(name);
            struct weft_error error = {0};
            bytes[bit / 8] ^= (char)(1 << bit % 8);
            ck_assert_int_eq(digest_check(bytes, size, &error) != WEFT_OK &&
                                 strstr(error.message, "damaged: its digest is ") != NULL &&
                                 strstr(error.message, ", its content ") != NULL,
                             named);
            bytes[bit / 8] ^= (char)(1 << bit % 8);
        }
        free(bytes);
    }
}
END_TEST

START_TEST(every_end) {
    for (size_t k = 0; k < 2; k++) {
        size_t size;
        char *bytes = read_kind(&kinds[k], &size);
        for (size_t shorter = 0; shorter < size; shorter += TEMPORARY_STRIDE) {
            ck_assert_msg(refuses(&kinds[k], bytes, shorter), "%s: %zu", kinds[k].name, shorter);
        }
        bytes = realloc(bytes, size + 1);
        bytes[size] = 0;
        ck_assert(refuses(&kinds[k], bytes, size + 1));
        free(bytes);
    }
}
END_TEST

static uint64_t random_bits(uint32_t subject, uint32_t i) {
    uint32_t words[4];
    random_philox((uint32_t[4]){subject, i, 0, 0}, (uint32_t[2]){1, 2}, words);
    return (uint64_t)words[0] << 32 | words[1];
}

/* Several wrong bits, and pieces of zeros, as disks leave them. */
START_TEST(many_bits) {
    for (size_t k = 0; k < 2; k++) {
        size_t size;
        char *bytes = read_kind(&kinds[k], &size), *copy = malloc(size);
        for (uint32_t i = 0; i < 1000; i += TEMPORARY_STRIDE) {
            size_t bits = 2 + i % 30, from = (size_t)(random_bits(7, 2 * i) % size);
            memcpy(copy, bytes, size);
            for (uint32_t j = 0; i % 2 == 0 && j < bits; j++) {
                uint64_t bit = random_bits(i, j) % (8 * size);
                copy[bit / 8] ^= (char)(1 << bit % 8);
            }
            if (i % 2 == 1) {
                size_t count = 1 + (size_t)(random_bits(7, 2 * i + 1) % 512);
                memset(copy + from, 0, count < size - from ? count : size - from);
            }
            if (memcmp(copy, bytes, size) != 0) {
                ck_assert_msg(refuses(&kinds[k], copy, size), "%s: %d", kinds[k].name, (int)i);
            }
        }
        free(bytes);
        free(copy);
    }
}
END_TEST

/* Writes the file of the model in which ${from} is ${to}, of the same length, and with the right
 * digest if ${sealed}. Returns the result of reading it. */
static enum weft_status read_changed(const struct kind *kind, const char *from, const char *to,
                                     bool sealed, struct weft_error *error) {
    size_t size;
    char *bytes = read_kind(kind, &size), *at = NULL, *digits;
    enum weft_status status;
    *error = (struct weft_error){0};
    ck_assert_uint_eq(strlen(from), strlen(to));
    for (size_t i = 0; at == NULL && i + strlen(from) <= size; i++) {
        at = memcmp(bytes + i, from, strlen(from)) == 0 ? bytes + i : NULL;
    }
    ck_assert_msg(at != NULL, "no %s", from);
    memcpy(at, to, strlen(to));
    digits = digest_find(bytes, size);
    if (sealed) {
        char hex[65];
        memcpy(digits, DIGEST_ZEROS, DIGEST_DIGITS);
        sha256_hex(bytes, size, hex);
        memcpy(digits, hex, DIGEST_DIGITS);
    }
    temporary_write(temporary_path("changed"), bytes, size);
    free(bytes);
    status = kind->load(temporary_path("changed"), error);
    return status;
}

static void assert_changed(size_t kind, const char *from, const char *to, bool sealed,
                           const char *part) {
    struct weft_error error;
    enum weft_status status = read_changed(&kinds[kind], from, to, sealed, &error);
    ck_assert_int_eq(status, part == NULL ? WEFT_OK : WEFT_BAD_FILE);
    ck_assert_msg(part == NULL || strstr(error.message, part) != NULL, "%s does not say %s",
                  error.message, part != NULL ? part : "");
}

START_TEST(metadata) {
    /* One of the two keys is not enough, and neither are other names of them. */
    assert_changed(0, "\"weft.digest\"", "\"weft.digesT\"", false, "lacks weft.digest");
    assert_changed(0, "\"weft.digest\"", "\"Weft.digest\"", false, "lacks weft.digest");
    assert_changed(0, "\"weft.format\"", "\"weft.formaT\"", true, "lacks weft.format");
    assert_changed(0, "\"weft.format\":\"2\",\"weft.digest\"",
                   "\"weft.formaT\":\"2\",\"weft.digesT\"", false, "unknown weft.formaT");
    assert_changed(0, "\"weft.format\":\"2\"", "\"weft.format\":\"3\"", true, "format");
    /* Without both, the file is one of before: a key of no meaning takes their places. */
    assert_changed(0, "\"weft.format\":\"2\",\"weft.digest\"",
                   "\"else.format\":\"2\",\"else.digest\"", false, NULL);
    /* White space that JSON allows, and escapes. */
    assert_changed(0, "\"2\",\"weft.digest\":\"", "\"2\",\"weft.digest\":\n", false, "not JSON");
    assert_changed(0, "\"weft.format\":\"2\",", "\"weft.format\": \"\",", true, "format");
    assert_changed(0, "\"weft.format\":\"2\",\"weft.digest\":\"",
                   "\"weft.digest\":\"0\",\"weft.digest\":\"", true, "lacks weft.format");
}
END_TEST

/* The right digest does not make a wrong content right. */
START_TEST(inconsistent) {
    assert_changed(0, "\\\"left\\\",\\\"right\\\"", "\\\"left     right\\\"", true,
                   "weft.classes: 1 names for the 2 outputs");
    assert_changed(0, "\\\"right\\\"", "\\\"\\\"     ", true, "weft.classes: name 1 is empty");
    assert_changed(0, "{\\\"train\\\"", "[\\\"train\\\"", true, "weft.data");
    assert_changed(0, "\\\"labels\\\":\\\"e3b0", "\\\"labels\\\":\\\"E3b0", true,
                   "weft.data: train");
    assert_changed(1, "\\\"batch\\\":50", "\\\"batch\\\": 0", true, "weft.checkpoint");
    assert_changed(1, "\\\"steps\\\":2", "\\\"steps\\\":3", true, "number of steps");
    assert_changed(1, "\\\"images\\\":10", "\\\"images\\\": 0", true, "history");
    assert_changed(1, "\\\"training\\\"", "\\\"Training\\\"", true, "another version");
    assert_changed(1, "\\\"key\\\":\\\"text\\\"", "\\\"key\\\":  [null]", true, "texts");
}
END_TEST

START_TEST(files_of_before) {
    static const char *const names[] = {"init", "trained"};
    for (size_t i = 0; i < 2; i++) {
        struct weft_model *model;
        char path[4096];
        snprintf(path, sizeof path, "%s/tests/vectors/%s.safetensors", source_root(), names[i]);
        ck_assert_int_eq(model_load(path, &model, NULL), WEFT_OK);
        ck_assert(!model->undigested); /* PyTorch's: it has no metadata of weft */
        model_destroy(model);
    }
    assert_changed(0, "\"weft.format\":\"2\",\"weft.digest\"",
                   "\"else.format\":\"2\",\"else.digest\"", false, NULL);
    struct weft_model *model;
    ck_assert_int_eq(model_load(temporary_path("changed"), &model, NULL), WEFT_OK);
    ck_assert(model->undigested);
    model_destroy(model);
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_unchecked_fixture(tests, temporary_make, temporary_remove);
    tcase_add_test(tests, every_bit);
    tcase_add_test(tests, every_end);
    tcase_add_test(tests, many_bits);
    tcase_add_test(tests, metadata);
    tcase_add_test(tests, inconsistent);
    tcase_add_test(tests, files_of_before);
}

CHECK_MAIN("digest", add_tests)
