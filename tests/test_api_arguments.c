/* test_api_arguments.c: calls each function of the library with one wrong argument after the other:
 * NULL, numbers and enumerators out of range, structures of a wrong size, texts that are no UTF-8
 * or have a million bytes. support/wrong_arguments.py makes the calls from the public headers. The
 * test_api_wrong_*.c have the wrong uses that need to know what a function does. */
#include "temporary.h"
#include "wrong_session.h"

#include <math.h>
#include <stdlib.h>
#include <weft/compare.h>
#include <weft/profile.h>
#include <weft/verify.h>

/* What the calls use. Each function begins with new objects. */
static struct weft_network *network;
static struct weft_checkpoint *checkpoint;
static struct weft_devices *devices;
static struct weft_profile *profile;
static struct weft_images_hash *hash;
static const struct weft_tensor *tensors[1];
static float floats[256], outputs[256], ones[256];
static const float *arrays[1] = {floats}, *numbers;
static double number;
static uint8_t pixels[COUNT * 20];
static const uint16_t labels[BATCH] = {0, 1, 2, 0};
static const char *names[3] = {"a", "b", "c"};
static const size_t shape[3] = {1, 4, 4};
static size_t sizes[3], byte_count;
static uint32_t integers[64];
static uint64_t counts[3];
static void *bytes;
static char sha256[65];
static char *long_text, *folder, *path, *scratch, *checkpoint_path;
static struct weft_images *both[WEFT_SPLIT_COUNT];

/* What the calls make. */
static struct {
    struct weft_network *network;
    struct weft_images *images;
    struct weft_model *model;
    struct weft_session *session;
    struct weft_checkpoint *checkpoint;
    struct weft_devices *devices;
    struct weft_profile *profile;
    struct weft_verification *verification;
} made;
static void *made_memory;

/* Returns a structure that says that it has ${size} bytes, all of which are ${content}. */
static void *sized(size_t size, int content) {
    static _Alignas(max_align_t) unsigned char structures[2][8192]; /* a call has one or two */
    static unsigned next;
    unsigned char *structure = structures[next++ % 2];
    memset(structure, content, sizeof structures[0]);
    memcpy(structure, &size, sizeof size);
    return structure;
}

static void clean(void) {
    weft_network_destroy(made.network);
    weft_images_destroy(made.images);
    weft_model_destroy(made.model);
    weft_session_close(made.session);
    weft_checkpoint_destroy(made.checkpoint);
    weft_devices_destroy(made.devices);
    weft_profile_destroy(made.profile);
    weft_verification_destroy(made.verification);
    weft_free(made_memory);
    weft_images_destroy(both[0]);
    weft_images_destroy(both[1]);
    memset(&made, 0, sizeof made);
    both[0] = both[1] = NULL;
    made_memory = NULL;
}

/* Checks the message of a call that may fail, as ${status} says. */
static void any_use(enum weft_status status) {
    const char *message = weft_error_message(error);
    ck_assert_int_eq(status, weft_error_status(error));
    ck_assert((status == WEFT_OK) == (message[0] == '\0'));
    for (const char *c = message; *c != '\0'; c++) {
        ck_assert_msg(*c == '\n' || (*c & 0x60) != 0, "control character in \"%s\"", message);
    }
}

/* clang-format off */
#include "wrong_arguments.h"
/* clang-format on */

static char *keep_path(const char *name) {
    const char *found = temporary_path(name);
    char *kept = malloc(strlen(found) + 1);
    ck_assert_ptr_nonnull(kept);
    return strcpy(kept, found);
}

/* Makes the files of all calls, once: each waits for the disk. */
static void make_files(void) {
    temporary_make();
    begin();
    path = keep_path("model.safetensors");
    scratch = keep_path("scratch.safetensors");
    checkpoint_path = keep_path("checkpoint.safetensors");
    folder = malloc(strlen(source_root()) + 16);
    long_text = malloc(1000001);
    ck_assert(folder != NULL && long_text != NULL);
    sprintf(folder, "%s/data/sample", source_root());
    memset(long_text, 'x', 1000000);
    long_text[1000000] = '\0';
    RIGHT(weft_session_checkpoint(session, &checkpoint, error));
    RIGHT(weft_model_save(model, path, error));
    RIGHT(weft_checkpoint_save(checkpoint, checkpoint_path, error));
    weft_checkpoint_destroy(checkpoint);
    end(0);
}

static void remove_files(void) {
    temporary_remove();
    free(long_text);
    free(folder);
    free(path);
    free(scratch);
    free(checkpoint_path);
}

static void set_up(void) {
    static struct weft_images_hash found = {.size = sizeof found};
    begin();
    for (size_t i = 0; i < 256; i++) {
        floats[i] = (float)i / 256;
        ones[i] = 1;
    }
    RIGHT(weft_network_create(list, &network, error));
    tensors[0] = weft_network_find(network, "out.weight");
    RIGHT(weft_images_hash(images, &found, error));
    hash = &found;
    RIGHT(weft_session_checkpoint(session, &checkpoint, error));
    RIGHT(weft_model_save_memory(model, &bytes, &byte_count, error));
}

static void tear_down(void) {
    weft_free(bytes);
    weft_profile_destroy(profile);
    weft_checkpoint_destroy(checkpoint);
    weft_devices_destroy(devices);
    weft_network_destroy(network);
    devices = NULL;
    end(wrong_uses);
}

START_TEST(arguments) {
    set_up();
    if (strstr(functions[_i].name, "devices") != NULL) { /* drivers of OpenCL take long */
        RIGHT(weft_devices_list(&devices, error));
    }
    functions[_i].call();
    ck_assert_msg(accepted == 0, "%s", functions[_i].name);
    tear_down();
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_unchecked_fixture(tests, make_files, remove_files);
    tcase_add_loop_test(tests, arguments, 0, sizeof functions / sizeof *functions);
}

CHECK_MAIN("api_arguments", add_tests)
