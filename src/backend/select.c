/* select.c: turns a selector ("auto", "cpu", "gpu", "1", "0:1", "nvidia", "pci:3b:00.0") into an
 * open backend. */
#include "backend/cpu/cpu.h"
#include "backend/opencl/api.h"
#include "base/printable.h"
#include "base/try.h"
#include "os/host.h"
#include "weft/device.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Marks the device that "auto" chooses: the first usable GPU, else accelerator, else CPU device,
 * else the CPU backend. */
static void mark_default(struct weft_device *devices, size_t count) {
    static const char *const order[] = {"gpu", "accelerator", "cpu", "builtin"};
    static const char *const why[] = {
        "the first usable GPU", "no usable GPU, the first accelerator",
        "no usable GPU or accelerator, the first CPU device", "no usable OpenCL device"};
    for (size_t o = 0; o < sizeof order / sizeof order[0]; o++) {
        for (size_t i = 0; i < count; i++) {
            if (devices[i].usable && strcmp(devices[i].type, order[o]) == 0) {
                devices[i].is_default = true;
                snprintf(devices[i].reason, sizeof devices[i].reason, "%s", why[o]);
                return;
            }
        }
    }
}

enum weft_status weft_devices_list(struct weft_device **devices, size_t *count, char note[256],
                                   struct weft_error *error) {
    struct weft_device *list = NULL, *grown;
    size_t found = 0;
    if (opencl_api != NULL) {
        TRY(opencl_api->list(&list, &found, note, error));
    } else if (note != NULL) {
        snprintf(note, 256, "this weft was built without OpenCL");
    }
    grown = realloc(list, (found + 1) * sizeof *list);
    if (grown == NULL) {
        free(list);
        return weft_fail(error, WEFT_FAILED, "no memory for the list of devices");
    }
    cpu_describe(&grown[found], os_processors());
    grown[found].index = (unsigned)found;
    mark_default(grown, found + 1);
    *devices = grown;
    *count = found + 1;
    return WEFT_OK;
}

static bool equal_ignoring_case(const char *a, const char *b, size_t length) {
    for (size_t i = 0; i < length; i++) {
        if (a[i] == '\0' || tolower((unsigned char)a[i]) != tolower((unsigned char)b[i])) {
            return false;
        }
    }
    return true;
}

/* Returns whether ${part}, which is not empty, occurs in ${text}. */
static bool contains(const char *text, const char *part) {
    size_t length = strlen(part);
    for (; length > 0 && *text != '\0'; text++) {
        if (equal_ignoring_case(text, part, length)) {
            return true;
        }
    }
    return false;
}

/* Reads "N" or "P:D" and returns how many numbers it is; 0: neither. */
static int read_numbers(const char *text, unsigned numbers[2]) {
    int end = 0, count = sscanf(text, "%9u%n:%9u%n", &numbers[0], &end, &numbers[1], &end);
    return isdigit((unsigned char)text[0]) && text[end] == '\0' ? count : 0;
}

/* Returns whether ${address}, with or without a domain ("0000:3b:00.0", "3b:00.0"), is ${pci}. */
static bool same_pci(const char *pci, const char *address) {
    size_t length = strlen(address), full = strlen(pci);
    return length > 0 && length <= full &&
           equal_ignoring_case(pci + full - length, address, length) &&
           (length == full || pci[full - length - 1] == ':');
}

/* Returns whether ${digits}, with or without hyphens, are ${uuid}. */
static bool same_uuid(const char *uuid, const char *digits) {
    for (; *digits != '\0'; digits++) {
        if (*digits == '-') {
            continue;
        }
        if (*uuid == '\0' || tolower((unsigned char)*digits) != *uuid) {
            return false;
        }
        uuid++;
    }
    return *uuid == '\0';
}

static bool matches(const struct weft_device *device, const char *selector) {
    unsigned numbers[2];
    int count = read_numbers(selector, numbers);
    if (count > 0) {
        return count == 1 ? device->index == numbers[0]
                          : !device->builtin && device->platform == numbers[0] &&
                                device->in_platform == numbers[1];
    }
    if (equal_ignoring_case(selector, "pci:", 4)) {
        return device->pci[0] != '\0' && same_pci(device->pci, selector + 4);
    }
    if (equal_ignoring_case(selector, "uuid:", 5)) {
        return device->uuid[0] != '\0' && same_uuid(device->uuid, selector + 5);
    }
    if (strcmp(selector, "gpu") == 0) {
        return strcmp(device->type, "gpu") == 0;
    }
    return !device->builtin &&
           (contains(device->name, selector) || contains(device->platform_name, selector));
}

/* Appends the matching devices, or ${all}, to the message. */
static void list_candidates(const struct weft_device *devices, size_t count, const char *selector,
                            bool all, struct weft_error *error) {
    char *text = error->message;
    size_t length = strlen(text), room = sizeof error->message;
    for (size_t i = 0; i < count && length < room; i++) {
        if (all || matches(&devices[i], selector)) {
            length += printable_print(text + length, room - length, "\n  %u  %s (%s, %s)",
                                      devices[i].index, devices[i].name, devices[i].type,
                                      devices[i].platform_name);
        }
    }
}

/* Finds the one device that ${selector} names. There is always a default, since the CPU backend
 * is usable. */
static enum weft_status find(const struct weft_device *devices, size_t count, const char *selector,
                             const struct weft_device **found, struct weft_error *error) {
    bool is_auto = strcmp(selector, "auto") == 0;
    size_t matching = 0;
    for (size_t i = 0; i < count; i++) {
        if (is_auto ? devices[i].is_default : matches(&devices[i], selector)) {
            *found = &devices[i];
            matching++;
        }
    }
    if (matching == 1) {
        return WEFT_OK;
    }
    if (error != NULL && error->status == WEFT_OK) {
        weft_fail(error, WEFT_USAGE, "device \"%s\": matches %s; there are:", selector,
                  matching == 0 ? "no device" : "more than one device");
        list_candidates(devices, count, selector, matching == 0, error);
        weft_error_hint(error, "name one by its number, or use --device cpu");
    }
    return WEFT_USAGE;
}

/* "cpu" never calls OpenCL, so that a broken driver cannot affect it. */
enum weft_status weft_device_choose(const char *selector, struct weft_device *device,
                                    char notice[512], struct weft_error *error) {
    struct weft_device *devices = NULL;
    const struct weft_device *found = NULL;
    char note[256] = "";
    size_t count = 0;
    enum weft_status status;
    notice[0] = '\0';
    if (strcmp(selector, "cpu") == 0) {
        cpu_describe(device, os_processors());
        return WEFT_OK;
    }
    TRY(weft_devices_list(&devices, &count, note, error));
    TRY_OR(done, find(devices, count, selector, &found, error));
    if (!found->usable) {
        status = weft_fail(error, WEFT_BAD_DEVICE, "device %s: not usable: %s", found->name,
                           found->reason);
        goto done;
    }
    *device = *found;
    if (found->builtin && strcmp(selector, "auto") == 0) {
        snprintf(notice, 512, "%s; using cpu",
                 note[0] != '\0' ? note : "no OpenCL device is usable");
    }
done:
    free(devices);
    return status;
}

/* Opens ${device}, the default. If that fails, or the device breaks a rule of OpenCL, opens the CPU
 * backend and stores the reason in ${notice}. */
static enum weft_status open_auto(const struct backend_request *request,
                                  const struct weft_device *device, struct weft_backend **backend,
                                  char *notice, struct weft_error *error) {
    struct weft_error failure = {0};
    if (opencl_api->open(request, device, backend, &failure) == WEFT_OK) {
        if ((*backend)->warning[0] == '\0') {
            return WEFT_OK;
        }
        weft_fail(&failure, WEFT_BAD_DEVICE, "%s: %.380s", device->name, (*backend)->warning);
        weft_backend_close(*backend);
        *backend = NULL;
    }
    if (failure.status != WEFT_BAD_DEVICE || request->options->math == WEFT_MATH_FAST) {
        if (error != NULL) {
            *error = failure;
        }
        return failure.status;
    }
    snprintf(notice, 512, "%.440s; using cpu instead", failure.message);
    return cpu_open(request, backend, error);
}

enum weft_status backend_open(const struct weft_network *network,
                              const struct weft_backend_options *options,
                              const struct debug_options *debug, struct weft_backend **backend,
                              char notice[512], struct weft_error *error) {
    struct backend_request request = {.network = network, .options = options, .debug = debug};
    const char *selector = options->device != NULL ? options->device : "auto";
    struct weft_device device = {0};
    char ignored[512];
    notice = notice != NULL ? notice : ignored;
    notice[0] = '\0';
    *backend = NULL;
    if (options->batch == 0 || options->batch > 1000000) {
        return weft_fail(error, WEFT_USAGE, "batch: %zu is not between 1 and 1,000,000",
                         options->batch);
    }
    TRY(weft_device_choose(selector, &device, notice, error));
    if (device.builtin && options->math == WEFT_MATH_FAST) {
        weft_fail(error, WEFT_USAGE, "--math fast: CLBlast needs an OpenCL device");
        weft_error_hint(error, "omit it, or choose a device: weft devices lists them");
        return WEFT_USAGE;
    }
    if (device.builtin) {
        return cpu_open(&request, backend, error);
    }
    return strcmp(selector, "auto") == 0 ? open_auto(&request, &device, backend, notice, error)
                                         : opencl_api->open(&request, &device, backend, error);
}

enum weft_status weft_backend_open(const struct weft_network *network,
                                   const struct weft_backend_options *options,
                                   struct weft_backend **backend, char notice[512],
                                   struct weft_error *error) {
    return backend_open(network, options, NULL, backend, notice, error);
}

enum weft_status weft_cache_clear(size_t *removed, struct weft_error *error) {
    size_t ignored;
    removed = removed != NULL ? removed : &ignored;
    *removed = 0;
    return opencl_api != NULL ? opencl_api->cache_clear(removed, error) : WEFT_OK;
}
