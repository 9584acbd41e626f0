/* children.c: a device that hangs or crashes takes only its own process with it. */
#include "cli/verify/verify.h"

#include <stdlib.h>
#include <string.h>

#include "os/os.h"

#define TIMEOUT_ALL 900 /* seconds a device, unless told */
#define WORDS_MAX   (WEFT_GIVEN_MAX + 8)

/* The command line of a child. */
struct words {
    char *words[WORDS_MAX];
    size_t count;
    bool failed;
};

static void add(struct words *words, const char *format, const char *name, const char *value) {
    size_t size = strlen(format) + strlen(name) + strlen(value) + 1;
    char *word = malloc(size);
    if (word == NULL || words->count + 1 >= WORDS_MAX) {
        words->failed = true;
        free(word);
        return;
    }
    snprintf(word, size, format, name, value);
    words->words[words->count++] = word;
}

/* The option as it was given: its value stands in ${options}. */
static void add_option(struct words *words, const struct weft_options *options,
                       const struct weft_option *option) {
    char number[64];
    const char *value = weft_option_text(option, options, number);
    if (value == NULL) {
        add(words, "--%s%s", option->name, "");
    } else {
        add(words, "--%s=%s", option->name, value);
    }
}

static void make_words(const struct weft_options *options, const struct weft_device *device,
                       struct words *words) {
    static const char *const own[] = {"all", "timeout", "device"};
    char index[16];
    snprintf(index, sizeof index, "%u", device->index);
    add(words, "%s%s", "weft", "");
    add(words, "%s%s", "verify", "");
    add(words, "--%s=%s", "device", device->builtin ? "cpu" : index);
    for (size_t i = 0; i < options->given_count; i++) {
        const char *name = options->given[i]->name;
        if (strcmp(name, own[0]) != 0 && strcmp(name, own[1]) != 0 && strcmp(name, own[2]) != 0) {
            add_option(words, options, options->given[i]);
        }
    }
}

/* Verifies ${device} in a child; returns the child's status, or that there is no verdict. */
static enum weft_status run_child(const struct weft_options *options,
                                  const struct weft_device *device, struct weft_error *error) {
    uint64_t limit = options->timeout > 0 ? options->timeout : TIMEOUT_ALL + options->soak;
    double start = weft_os_seconds();
    struct words words = {.count = 0};
    struct weft_child child = {0};
    char why[200] = "";
    enum weft_status status;
    make_words(options, device, &words);
    status = words.failed ? weft_fail(error, WEFT_FAILED, "verify: no memory for a command line")
                          : weft_os_run_self(words.words, (double)limit, &child, error);
    for (size_t i = 0; i < words.count; i++) {
        free(words.words[i]);
    }
    if (status != WEFT_OK) {
        return status;
    }
    if (child.timed_out) {
        snprintf(why, sizeof why, "it did not end in %llu s and was stopped",
                 (unsigned long long)limit);
    } else if (child.signal != 0) {
        snprintf(why, sizeof why, "the process crashed (signal %d)", child.signal);
    } else if (child.code > 6 && child.code != WEFT_INTERRUPTED) {
        snprintf(why, sizeof why, "the process ended with exit code %d", child.code);
    }
    if (why[0] != '\0') {
        weft_verify_print_none(options, device, why, NULL, weft_os_seconds() - start);
        weft_message_always("%s: no verdict: %s", device->name, why);
        return WEFT_NO_VERDICT;
    }
    return (enum weft_status)child.code;
}

/* Which of two results of different devices decides the exit code. */
static enum weft_status worse(enum weft_status a, enum weft_status b) {
    static const enum weft_status order[] = {WEFT_INTERRUPTED, WEFT_FAILED, WEFT_UNSTABLE,
                                             WEFT_NO_VERDICT};
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
        if (a == order[i] || b == order[i]) {
            return order[i];
        }
    }
    return a != WEFT_OK ? a : b;
}

static enum weft_status conclude(enum weft_status worst, size_t bad, size_t count,
                                 struct weft_error *error) {
    static const char *const words[] = {"",           "different",         "",        "",
                                        "not opened", "without a verdict", "unstable"};
    if (worst == WEFT_OK) {
        return WEFT_OK;
    }
    return weft_fail(error, worst, "verify: %zu of %zu device%s not equal: the worst is %s", bad,
                     count, count == 1 ? "" : "s",
                     worst <= WEFT_UNSTABLE && words[worst][0] != '\0' ? words[worst]
                                                                       : "a failure");
}

/* The one device that the options name. */
static enum weft_status run_one(const struct weft_options *options, struct weft_error *error) {
    struct weft_device device;
    char notice[512];
    enum weft_status status = weft_device_choose(options->device, &device, notice, error);
    if (status != WEFT_OK) {
        return status;
    }
    if (notice[0] != '\0') {
        weft_message_always("%s", notice);
    }
    status = run_child(options, &device, error);
    if (status == WEFT_INTERRUPTED) {
        return weft_fail(error, status, "verify: interrupted");
    }
    return error->status == WEFT_OK ? conclude(status, status != WEFT_OK, 1, error) : status;
}

enum weft_status weft_verify_children(const struct weft_options *options,
                                      struct weft_error *error) {
    struct weft_device *devices = NULL;
    enum weft_status worst = WEFT_OK, status;
    size_t count = 0, bad = 0, tried = 0;
    char note[256];
    weft_os_catch_interrupts();
    if (!options->all) {
        return run_one(options, error);
    }
    status = weft_devices_list(&devices, &count, note, error);
    if (status != WEFT_OK) {
        return status;
    }
    for (size_t i = 0; i < count && !weft_os_interrupted(); i++) {
        if (!options->json) {
            printf("%s%s (%s)\n", i > 0 ? "\n" : "", devices[i].name, devices[i].platform_name);
        }
        if (devices[i].usable) {
            status = run_child(options, &devices[i], error);
        } else {
            weft_verify_print_none(options, &devices[i], devices[i].reason, NULL, 0);
            status = WEFT_NO_VERDICT;
        }
        tried++;
        bad += status != WEFT_OK;
        worst = worse(worst, status);
    }
    free(devices);
    if (weft_os_interrupted()) {
        return weft_fail(error, WEFT_INTERRUPTED, "verify: interrupted");
    }
    return error->status == WEFT_OK ? conclude(worst, bad, tried, error) : worst;
}
