/* test_device_order.c: the order in which "auto" tries devices, and what selectors match, with
 * lists of devices that were made up. */
#include "check_weft.h"

#include <string.h>

#include "backend/device_match.h"
#include "backend/device_order.h"

#define DEVICES_MAX 5

/* A device: its type ends with "-" without fma. */
struct made {
    const char *name, *type, *platform;
    unsigned units, clock;
    bool integrated, layered, unusable;
    const char *pci, *uuid;
};

struct made_case {
    const char *what;
    struct made devices[DEVICES_MAX]; /* until a name is NULL; then the CPU backend */
    const char *order;                /* the names in the order, then the unusable ones */
};

static const struct made_case cases[] = {
    {"nothing", {{.name = NULL}}, "cpu"},
    {"two GPUs: the larger one",
     {{.name = "small", "gpu", "A", 20, 1000}, {.name = "large", "gpu", "A", 40, 1000}},
     "large small cpu"},
    {"two GPUs: units times clock",
     {{.name = "wide", "gpu", "A", 40, 1000}, {.name = "fast", "gpu", "A", 30, 2000}},
     "fast wide cpu"},
    {"a clock that is not reported counts as 1 GHz",
     {{.name = "slow", "gpu", "A", 30, 900},
      {.name = "unknown", "gpu", "A", 30, 0},
      {.name = "fast", "gpu", "A", 30, 1100}},
     "fast unknown slow cpu"},
    {"equal GPUs: by number",
     {{.name = "first", "gpu", "A", 40, 1000}, {.name = "second", "gpu", "A", 40, 1000}},
     "first second cpu"},
    {"a laptop: the discrete GPU, though it is the second and has fewer units",
     {{.name = "integrated", "gpu", "Intel", 96, 1300, .integrated = true},
      {.name = "discrete", "gpu", "N", 20, 1500}},
     "discrete integrated cpu"},
    {"an integrated GPU and CPU devices",
     {{.name = "pocl", "cpu", "P", 64, 4000},
      {.name = "integrated", "gpu", "I", 8, 500, .integrated = true}},
     "integrated pocl cpu"},
    {"a layered driver comes after native ones for GPUs",
     {{.name = "on12", "gpu", "OpenCLOn12", 99, 2000, .layered = true},
      {.name = "integrated", "gpu", "I", 8, 500, .integrated = true},
      {.name = "pocl", "cpu", "P", 64, 4000}},
     "integrated on12 pocl cpu"},
    {"an emulated fma comes after CPUs, however large the GPU is",
     {{.name = "polaris", "gpu-", "rusticl", 36, 1300}, {.name = "pocl", "cpu", "P", 2, 1000}},
     "pocl cpu polaris"},
    {"only emulated fma",
     {{.name = "a", "gpu-", "A", 9, 1000}, {.name = "b", "gpu-", "A", 10, 1000}},
     "cpu b a"},
    {"emulated: GPUs before accelerators",
     {{.name = "x", "accelerator-", "A", 9, 1000}, {.name = "g", "gpu-", "A", 1, 1000}},
     "cpu g x"},
    {"accelerators are between GPUs and CPUs",
     {{.name = "c", "cpu", "A", 99, 5000},
      {.name = "x", "accelerator", "A", 9, 900},
      {.name = "g", "gpu", "A", 1, 100}},
     "g x c cpu"},
    {"CPUs: fma first, then size; all share the host's memory",
     {{.name = "none", "cpu-", "A", 64, 1000},
      {.name = "small", "cpu", "B", 4, 1000},
      {.name = "large", "cpu", "C", 8, 1000, .integrated = true}},
     "large small none cpu"},
    {"a custom device and what cannot be used have no place",
     {{.name = "custom", "custom", "A", 9, 1000, .unusable = true},
      {.name = "old", "gpu", "A", 99, 1000, .unusable = true},
      {.name = "unknown", "unknown", "A", 0, 0, .unusable = true},
      {.name = "new", "gpu", "A", 1, 1000}},
     "new cpu custom old unknown"},
    {"one card twice: the maker's own driver before Mesa's, whatever they report of it",
     {{.name = "mesa", "gpu", "rusticl", 80, 2000, .pci = "0000:03:00.0"},
      {.name = "rocm", "gpu", "AMD", 40, 2000, .pci = "0000:03:00.0"},
      {.name = "other", "gpu", "AMD", 50, 2000, .pci = "0000:04:00.0"}},
     "other rocm mesa(1) cpu"},
    {"one card twice: native before layered",
     {{.name = "on12", "gpu", "OpenCLOn12", 80, 2000, .layered = true, .uuid = "ab"},
      {.name = "nvidia", "gpu", "NVIDIA CUDA", 40, 2000, .uuid = "ab"}},
     "nvidia on12(1) cpu"},
    {"one card twice: fma in hardware before all else",
     {{.name = "maker", "gpu-", "A", 40, 2000, .uuid = "ab"},
      {.name = "mesa", "gpu", "rusticl", 40, 2000, .uuid = "ab"}},
     "mesa cpu maker(1)"},
    {"one card twice: usable before all else",
     {{.name = "clover", "gpu", "A", 40, 2000, .pci = "0000:03:00.0", .unusable = true},
      {.name = "mesa", "gpu", "rusticl", 40, 2000, .pci = "0000:03:00.0"}},
     "mesa cpu clover(1)"},
    {"one card three times, by address and by UUID",
     {{.name = "a", "gpu", "A", 40, 2000, .layered = true, .uuid = "cd"},
      {.name = "b", "gpu", "rusticl", 40, 2000, .pci = "0000:03:00.0", .uuid = "cd"},
      {.name = "c", "gpu", "C", 40, 2000, .pci = "0000:03:00.0"}},
     "c b(2) a(2) cpu"},
    {"two addresses are two cards, whatever their UUIDs are",
     {{.name = "a", "gpu", "A", 40, 2000, .pci = "0000:03:00.0", .uuid = "ab"},
      {.name = "b", "gpu", "B", 50, 2000, .pci = "0000:04:00.0", .uuid = "ab"}},
     "b a cpu"},
    {"parts of a card are devices of one platform",
     {{.name = "tile0", "gpu", "A", 40, 2000, .pci = "0000:03:00.0"},
      {.name = "tile1", "gpu", "A", 40, 2000, .pci = "0000:03:00.0"}},
     "tile0 tile1 cpu"},
};

/* Makes the list; devices of the same platform's name are on one platform. */
static size_t make(const struct made *made, struct device_info devices[DEVICES_MAX + 1]) {
    size_t count = 0;
    for (; count < DEVICES_MAX && made[count].name != NULL; count++) {
        const struct made *from = &made[count];
        struct device_info *device = &devices[count];
        size_t length = strcspn(from->type, "-");
        bool fma = from->type[length] == '\0';
        *device = (struct device_info){.index = (unsigned)count,
                                       .platform = (unsigned)count,
                                       .compute_units = from->units,
                                       .clock = from->clock,
                                       .unified_memory = from->integrated,
                                       .layered = from->layered,
                                       .emulated_fma = !fma && strncmp(from->type, "cpu", 3) != 0,
                                       .usable = !from->unusable};
        for (size_t i = 0; i < count; i++) {
            if (strcmp(made[i].platform, from->platform) == 0) {
                device->platform = devices[i].platform;
                device->in_platform = devices[i].in_platform + 1;
            }
        }
        snprintf(device->name, sizeof device->name, "%s", from->name);
        snprintf(device->type, sizeof device->type, "%.*s", (int)length, from->type);
        snprintf(device->platform_name, sizeof device->platform_name, "%s", from->platform);
        snprintf(device->fp_config, sizeof device->fp_config, "round_to_nearest%s",
                 fma ? " fma" : "");
        snprintf(device->pci, sizeof device->pci, "%s", from->pci != NULL ? from->pci : "");
        snprintf(device->uuid, sizeof device->uuid, "%s", from->uuid != NULL ? from->uuid : "");
        snprintf(device->reason, sizeof device->reason, "%s", from->unusable ? "made so" : "");
    }
    devices[count] = (struct device_info){
        .builtin = true, .index = WEFT_NO_INDEX, .usable = true, .name = "cpu", .type = "builtin"};
    device_order_set(devices, count + 1);
    return count + 1;
}

/* Adds "NAME", or "NAME(N)" of a card that is also device N, to ${text}. */
static void add(char text[256], const struct device_info *device) {
    size_t length = strlen(text);
    length +=
        (size_t)snprintf(text + length, 256 - length, "%s%s", length > 0 ? " " : "", device->name);
    if (device->same_as != WEFT_NO_INDEX) {
        snprintf(text + length, 256 - length, "(%u)", device->same_as);
    }
}

START_TEST(order) {
    const struct made_case *the = &cases[_i];
    struct device_info devices[DEVICES_MAX + 1];
    size_t count = make(the->devices, devices), defaults = 0;
    char text[256] = "";
    for (unsigned place = 1; device_order_at(devices, count, place) != NULL; place++) {
        add(text, device_order_at(devices, count, place));
    }
    for (size_t i = 0; i < count; i++) {
        if (!devices[i].usable) {
            ck_assert_uint_eq(devices[i].order, 0);
            ck_assert_str_eq(devices[i].reason, "made so");
            add(text, &devices[i]);
        }
        ck_assert_str_ne(devices[i].reason, "");
        ck_assert(devices[i].is_default == (devices[i].order == 1));
        defaults += devices[i].is_default;
    }
    ck_assert_msg(strcmp(text, the->order) == 0, "%s: %s, not %s", the->what, text, the->order);
    ck_assert_uint_eq(defaults, 1);
}
END_TEST

/* Returns the name of the device that ${selector} names, or the status of the failure. */
static const char *named(const struct device_info *devices, size_t count, const char *selector) {
    const struct device_info *found = NULL;
    struct weft_error note = {0}, error = {0};
    enum weft_status status = device_match(devices, count, selector, &note, &found, &error);
    return status == WEFT_OK ? found->name : status == WEFT_USAGE ? "several" : "none";
}

/* A card that is listed twice is one card for a selector, and can be named by its numbers. */
START_TEST(selectors) {
    static const struct made list[DEVICES_MAX] = {
        {.name = "Radeon mesa", "gpu", "rusticl", 80, 2000, .pci = "0000:03:00.0", .uuid = "ab12"},
        {.name = "Radeon rocm", "gpu", "AMD", 40, 2000, .pci = "0000:03:00.0"},
        {.name = "pocl", "cpu", "P", 4, 2000}};
    static const char *const expected[][2] = {
        {"gpu", "Radeon rocm"},     {"radeon", "Radeon rocm"}, {"pci:03:00.0", "Radeon rocm"},
        {"0", "Radeon mesa"},       {"0:0", "Radeon mesa"},    {"1", "Radeon rocm"},
        {"rusticl", "Radeon mesa"}, {"mesa", "Radeon mesa"},   {"uuid:AB-12", "Radeon mesa"},
        {"auto", "Radeon rocm"},    {"o", "several"},          {"3", "none"}};
    struct device_info devices[DEVICES_MAX + 1];
    size_t count = make(list, devices);
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        const char *name = named(devices, count, expected[i][0]);
        ck_assert_msg(strcmp(name, expected[i][1]) == 0, "%s: %s", expected[i][0], name);
    }
}
END_TEST

START_TEST(two_cards_are_ambiguous) {
    static const struct made list[DEVICES_MAX] = {
        {.name = "a", "gpu", "A", 80, 2000, .pci = "0000:03:00.0"},
        {.name = "b", "gpu", "B", 40, 2000, .pci = "0000:04:00.0"},
        {.name = "c", "gpu", "C", 40, 2000, .pci = "0000:04:00.0"}};
    struct device_info devices[DEVICES_MAX + 1];
    size_t count = make(list, devices);
    ck_assert_str_eq(named(devices, count, "gpu"), "several");
    ck_assert_str_eq(named(devices, count, "pci:04:00.0"), "b");
}
END_TEST

/* verify and fast math need an OpenCL device, even one that comes after the CPU backend. */
START_TEST(first_opencl_device) {
    static const struct made emulated[DEVICES_MAX] = {{.name = "a", "gpu-", "A", 80, 2000}};
    static const struct made unusable[DEVICES_MAX] = {
        {.name = "a", "gpu", "A", 8, 2, .unusable = true}};
    struct device_info devices[DEVICES_MAX + 1];
    size_t count = make(emulated, devices);
    ck_assert_str_eq(named(devices, count, "auto"), "cpu");
    ck_assert_ptr_eq(device_order_opencl(devices, count), &devices[0]);
    count = make(unusable, devices);
    ck_assert_ptr_null(device_order_opencl(devices, count));
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_loop_test(tests, order, 0, sizeof cases / sizeof cases[0]);
    tcase_add_test(tests, selectors);
    tcase_add_test(tests, two_cards_are_ambiguous);
    tcase_add_test(tests, first_opencl_device);
}

CHECK_MAIN("device_order", add_tests)
