/* layer_places.c: finds the places, and sets the processor's treatment of denormals. */
#include "system.h"

#include "layer_places.h"

#include "check_weft.h"

#include <string.h>

#ifdef __SSE__
#include <xmmintrin.h>
#define FLUSH 0x8040u /* flush results to zero, take denormals as zero */
#endif

unsigned layer_flush_begin(const struct layer_place *place) {
#ifdef __SSE__
    unsigned before = _mm_getcsr();
    _mm_setcsr(place->flush ? before | FLUSH : before);
    return before;
#else
    (void)place;
    return 0;
#endif
}

void layer_flush_end(unsigned before) {
#ifdef __SSE__
    _mm_setcsr(before);
#else
    (void)before;
#endif
}

struct list {
    struct layer_place *places;
    size_t count;
};

static void add(struct list *list, struct layer_place place) {
    ck_assert_uint_lt(list->count, LAYER_PLACES_MAX);
    list->places[list->count++] = place;
}

static void add_cpu(struct list *list, const char *who) {
    add(list, (struct layer_place){.name = "cpu, 1 thread", .device = "cpu", .threads = 1});
    add(list, (struct layer_place){
                  .name = "cpu, 3 threads", .device = "cpu", .threads = 3, .best = true});
#ifdef __SSE__
    (void)who;
    add(list, (struct layer_place){
                  .name = "cpu, FTZ and DAZ", .device = "cpu", .threads = 2, .flush = true});
#else
    skip_test(who, "FTZ and DAZ: not an x86 processor");
#endif
}

/* Adds a device twice: with large and with small work-items. */
static void add_device(struct list *list, const struct device_info *device, bool fat) {
    bool vectors =
        strcmp(device->type, "cpu") == 0 && strcmp(device->platform_name, "rusticl") != 0;
    for (int mapping = fat ? WEFT_MAPPING_CPU : WEFT_MAPPING_GPU; mapping <= WEFT_MAPPING_GPU;
         mapping++) {
        struct layer_place place = {.threads = 1, .mapping = mapping, .opencl = true};
        bool simulator = strcmp(device->platform_name, "Oclgrind") == 0;
        snprintf(place.device, sizeof place.device, "%u", device->index);
        snprintf(place.name, sizeof place.name, "%s: %.200s, mapping %s", device->platform_name,
                 device->name, mapping == WEFT_MAPPING_CPU ? "cpu" : "gpu");
        /* Oclgrind cannot run all code that the optimiser generates. */
        place.cl_options = simulator ? "-cl-opt-disable" : NULL;
        place.best = vectors == (mapping == WEFT_MAPPING_CPU);
        add(list, place);
    }
}

static void add_opencl(struct list *list, enum layer_effort effort,
                       const struct device_info *device, const char *who) {
    bool slow = strcmp(device->platform_name, "rusticl") == 0 && getenv("WEFT_TEST_SLOW") == NULL;
    char what[400];
    if (!device->usable) {
        snprintf(what, sizeof what, "%s on %s", who, device->name);
        skip_test(what, device->reason);
    } else if (strcmp(device->platform_name, "Oclgrind") == 0) {
        if (effort <= LAYER_TINY) {
            add_device(list, device, true);
        }
    } else if (!slow || effort <= LAYER_SMALL) {
        add_device(list, device, !slow);
    }
}

static void expect_platform(const struct device_info *devices, size_t count, const char *platform,
                            const char *short_name, const char *who) {
    char what[200];
    for (size_t i = 0; i < count; i++) {
        if (strcmp(devices[i].platform_name, platform) == 0) {
            return;
        }
    }
    snprintf(what, sizeof what, "%s on %s", who, short_name);
    skip_test(what, "no such device");
}

size_t layer_places_list(enum layer_effort effort, const char *who,
                         struct layer_place places[LAYER_PLACES_MAX]) {
    struct list list = {places, 0};
    struct device_info *devices = NULL;
    struct weft_error error = {0};
    size_t count = 0;
    setenv("RUSTICL_ENABLE", "llvmpipe", 0); /* otherwise rusticl hides llvmpipe */
    add_cpu(&list, who);
    ck_assert_msg(devices_list(&devices, &count, NULL, &error) == WEFT_OK, "%s", error.message);
    expect_platform(devices, count, "Portable Computing Language", "PoCL", who);
    if (effort <= LAYER_SMALL) {
        expect_platform(devices, count, "rusticl", "rusticl", who);
    }
    for (size_t i = 0; i < count; i++) {
        if (!devices[i].builtin) {
            add_opencl(&list, effort, &devices[i], who);
        }
    }
    free(devices);
    return list.count;
}

size_t layer_places_list_fused(enum layer_effort effort, const char *who,
                               struct layer_place places[LAYER_PLACES_MAX]) {
    size_t count = layer_places_list(effort, who, places);
    for (size_t i = 0; i < count; i++) {
        if (places[i].opencl) {
            size_t length = strlen(places[i].name);
            places[i].fused = true;
            snprintf(places[i].name + length, sizeof places[i].name - length, ", fused");
        }
    }
    return count;
}

size_t layer_places_add_flushing(struct layer_place places[LAYER_PLACES_MAX], size_t count) {
    struct list list = {places, count};
    for (size_t i = 0; i < count; i++) {
        struct layer_place place = places[i];
        if (place.opencl && place.cl_options == NULL) {
            size_t length = strlen(place.name);
            place.cl_options = "-cl-denorms-are-zero";
            snprintf(place.name + length, sizeof place.name - length, ", %s", place.cl_options);
            add(&list, place);
        }
    }
    return list.count;
}

size_t layer_places_add_launches(struct layer_place places[LAYER_PLACES_MAX], size_t count) {
    struct list list = {places, count};
    for (size_t i = 0; i < count; i++) {
        struct layer_place place = places[i];
        const char *pocl = "Portable Computing Language";
        if (place.fused && place.mapping == WEFT_MAPPING_CPU &&
            strncmp(place.name, pocl, strlen(pocl)) == 0) {
            size_t length = strlen(place.name);
            places[i].step_kernel = WEFT_STEP_KERNEL_ALWAYS;
            place.step_kernel = WEFT_STEP_KERNEL_NEVER;
            snprintf(place.name + length, sizeof place.name - length, ", launches");
            add(&list, place);
        }
    }
    return list.count;
}
