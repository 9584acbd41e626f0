/* test_cache.c: threads that use the cache of compiled programs at the same time. On rusticl,
 * because PoCL has its own cache. */
#include "temporary.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "backend/backend.h"
#include "backend/device.h"
#include "base/try.h"
#include "os/threads.h"

enum { THREADS = 4, OPENINGS = 8, IMAGES = 4 };

static const char LIST[] = "{\"input\": [1, 4, 4], \"layers\": [{\"kind\": \"flatten\"}, "
                           "{\"kind\": \"linear\", \"name\": \"out\", \"out_features\": 10}]}";

/* What the openings of a device found in the cache. */
struct uses {
    const char *device;
    const struct weft_network *network;
    atomic_uint hits, saved, failed, damaged;
};

static void listen(void *context, const char *text) {
    struct uses *uses = context;
    atomic_fetch_add(&uses->hits, strstr(text, "program cache: hit") != NULL);
    atomic_fetch_add(&uses->saved, strstr(text, "program cache: saved") != NULL);
    atomic_fetch_add(&uses->damaged, strstr(text, "program cache: rebuilt") != NULL);
}

/* Evaluates images: only a program that has worked is saved. */
static enum weft_status evaluate(struct backend *backend, struct weft_error *error) {
    uint8_t pixels[IMAGES * 16] = {0};
    uint16_t labels[IMAGES] = {0};
    struct weft_images images = {IMAGES, 1, 4, 4, pixels, labels, 10};
    struct evaluation_pass pass = {
        .set = WEFT_SPLIT_TEST, .statistics = WEFT_STATISTICS_RUNNING, .count = IMAGES};
    TRY(backend_set_images(backend, WEFT_SPLIT_TEST, &images, error));
    return backend_evaluate(backend, &pass, error);
}

/* Check's functions belong to the main thread. */
static void open_device(void *context, size_t i) {
    struct uses *uses = context;
    struct backend_options options = {
        .device = uses->device, .batch = IMAGES, .forward_only = true, .log = {listen, uses}};
    struct backend *backend = NULL;
    struct weft_error error = {0};
    (void)i;
    if (backend_open(uses->network, &options, &backend, NULL, &error) != WEFT_OK ||
        evaluate(backend, &error) != WEFT_OK) {
        fprintf(stderr, "%s\n", error.message);
        atomic_fetch_add(&uses->failed, 1);
    }
    backend_close(backend);
}

/* Returns the index of rusticl's device as a text, or "" if there is none. */
static const char *find_device(void) {
    static char index[16];
    struct device_info *devices = NULL;
    struct weft_error error = {0};
    size_t count = 0;
    ck_assert_int_eq(devices_list(&devices, &count, NULL, &error), WEFT_OK);
    for (size_t i = 0; i < count; i++) {
        if (devices[i].usable && strcmp(devices[i].platform_name, "rusticl") == 0) {
            snprintf(index, sizeof index, "%u", devices[i].index);
        }
    }
    free(devices);
    return index;
}

START_TEST(threads_share_it) {
    struct uses uses = {0};
    struct weft_network *network = NULL;
    struct weft_error error = {0};
    struct os_pool *pool;
    setenv("RUSTICL_ENABLE", "llvmpipe", 1);
    setenv("XDG_CACHE_HOME", temporary_path("cache"), 1);
    uses.device = find_device();
    if (uses.device[0] == '\0') {
        skip_test("the program cache in threads", "rusticl is not there");
        return;
    }
    ck_assert_int_eq(network_create(LIST, &network, &error), WEFT_OK);
    uses.network = network;
    pool = os_pool_create(THREADS);
    ck_assert_ptr_nonnull(pool);
    os_pool_run(pool, OPENINGS, open_device, &uses);
    os_pool_destroy(pool);
    ck_assert_uint_eq(atomic_load(&uses.failed), 0);
    ck_assert_uint_eq(atomic_load(&uses.damaged), 0); /* none saw a part of an entry */
    ck_assert_uint_ge(atomic_load(&uses.saved), 1);
    ck_assert_uint_eq(atomic_load(&uses.saved) + atomic_load(&uses.hits), OPENINGS);
    atomic_store(&uses.hits, 0);
    open_device(&uses, 0);
    ck_assert_uint_eq(atomic_load(&uses.hits), 1);
    network_destroy(network);
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_unchecked_fixture(tests, temporary_make, temporary_remove);
    tcase_set_timeout(tests, 300);
    tcase_add_test(tests, threads_share_it);
}

CHECK_MAIN("cache", add_tests)
