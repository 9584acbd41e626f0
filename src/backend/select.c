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

/* The types of devices, the preferred ones first. */
static const struct {
    const char *type, *why;
} order[] = {{"gpu", "the first usable GPU"},
             {"accelerator", "no usable GPU, the first accelerator"},
             {"cpu", "no usable GPU or accelerator, the first CPU device"},
             {"builtin", "no usable OpenCL device"}};
enum { TYPES = sizeof order / sizeof order[0] };

/* Returns the place of the type in ${order}. A device whose type is not known may be of the first
 * one; a custom device is of none. */
static size_t rank(const struct weft_device *device) {
    size_t i = strcmp(device->type, "unknown") == 0 ? TYPES : 0;
    while (i < TYPES && strcmp(device->type, order[i].type) != 0) {
        i++;
    }
    return strcmp(device->type, "unknown") == 0 ? 0 : i;
}

/* Marks the device that "auto" chooses: the first usable GPU, else accelerator, else CPU device,
 * else the CPU backend. */
static void mark_default(struct weft_device *devices, size_t count) {
    struct weft_device *best = &devices[count - 1]; /* the CPU backend */
    for (size_t i = 0; i < count; i++) {
        if (devices[i].usable && rank(&devices[i]) < rank(best)) {
            best = &devices[i];
        }
    }
    best->is_default = true;
    snprintf(best->reason, sizeof best->reason, "%s", order[rank(best)].why);
}

enum weft_status weft_devices_list(struct weft_device **devices, size_t *count,
                                   struct weft_error *note, struct weft_error *error) {
    struct weft_device *list = NULL, *grown;
    size_t found = 0;
    if (note != NULL) {
        *note = (struct weft_error){0};
    }
    if (opencl_api != NULL) {
        TRY(opencl_api->list(&list, &found, note, error));
    } else {
        weft_fail(note, WEFT_OK, "this weft was built without OpenCL");
    }
    grown = realloc(list, (found + 1) * sizeof *list);
    if (grown == NULL) {
        free(list);
        return weft_fail(error, WEFT_FAILED, "no memory for the list of devices");
    }
    cpu_describe(&grown[found], os_processors());
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

/* The CPU backend has no number and no name that a selector could be a part of. */
static bool matches(const struct weft_device *device, const char *selector) {
    unsigned numbers[2];
    int count = read_numbers(selector, numbers);
    if (device->builtin) {
        return false;
    }
    if (count > 0) {
        return count == 1 ? device->index == numbers[0]
                          : device->platform == numbers[0] && device->in_platform == numbers[1];
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
    return contains(device->name, selector) || contains(device->platform_name, selector);
}

/* Appends the matching OpenCL devices, or ${all} of them, to the message. */
static void list_candidates(const struct weft_device *devices, size_t count, const char *selector,
                            bool all, struct weft_error *error) {
    char *text = error->message;
    size_t length = strlen(text), room = sizeof error->message;
    for (size_t i = 0; i < count && length < room; i++) {
        const struct weft_device *device = &devices[i];
        if (!device->builtin && (all || matches(device, selector))) {
            length += printable_print(
                text + length, room - length, "\n  %u  %s (%s, %s)%s%s", device->index,
                device->name, device->type, device->platform_name,
                device->usable ? "" : ": not usable: ", device->usable ? "" : device->reason);
        }
    }
}

/* Sets ${error}, since ${matching} devices match, not one. ${count} includes the CPU backend. */
static void explain_matches(const struct weft_device *devices, size_t count, const char *selector,
                            size_t matching, const struct weft_error *note,
                            struct weft_error *error) {
    enum weft_status status = matching == 0 ? WEFT_BAD_DEVICE : WEFT_USAGE;
    if (error == NULL || error->status != WEFT_OK) {
        return;
    }
    if (count == 1) {
        weft_fail(error, status, "device \"%s\": matches no device: %.3000s", selector,
                  note->message);
        weft_error_hint(error, "%s%s--device cpu computes without OpenCL", note->hint,
                        note->hint[0] != '\0' ? "; " : "");
        return;
    }
    weft_fail(error, status, "device \"%s\": matches %s; there are:", selector,
              matching == 0 ? "no device" : "more than one device");
    list_candidates(devices, count, selector, matching == 0, error);
    weft_error_hint(error, "name one by its number, or use --device cpu");
}

/* Finds the one device that ${selector} names. There is always a default, since the CPU backend
 * is usable. */
static enum weft_status find(const struct weft_device *devices, size_t count, const char *selector,
                             const struct weft_error *note, const struct weft_device **found,
                             struct weft_error *error) {
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
    explain_matches(devices, count, selector, matching, note, error);
    return matching == 0 ? WEFT_BAD_DEVICE : WEFT_USAGE;
}

/* Adds to ${notice} the devices that "auto" would prefer to ${chosen} if they were usable. */
static void note_unusable(const struct weft_device *devices, size_t count,
                          const struct weft_device *chosen, struct weft_error *notice) {
    for (size_t i = 0; i < count; i++) {
        const struct weft_device *device = &devices[i];
        if (!device->usable && rank(device) <= rank(chosen) &&
            (device < chosen || rank(device) < rank(chosen))) {
            size_t length = strlen(notice->message);
            printable_print(notice->message + length, sizeof notice->message - length,
                            "%s%s (%s) is not usable: %s", length > 0 ? "; " : "", device->name,
                            device->platform_name, device->reason);
            notice->status = WEFT_BAD_DEVICE;
        }
    }
}

/* "cpu" never calls OpenCL, so that a broken driver cannot affect it. */
enum weft_status weft_device_choose(const char *selector, struct weft_device *device,
                                    struct weft_error *notice, struct weft_error *error) {
    struct weft_device *devices = NULL;
    const struct weft_device *found = NULL;
    struct weft_error note = {0};
    bool is_auto = strcmp(selector, "auto") == 0;
    size_t count = 0;
    enum weft_status status;
    if (notice != NULL) {
        *notice = note;
    }
    if (strcmp(selector, "cpu") == 0) {
        cpu_describe(device, os_processors());
        return WEFT_OK;
    }
    TRY(weft_devices_list(&devices, &count, &note, error));
    TRY_OR(done, find(devices, count, selector, &note, &found, error));
    if (!found->usable) {
        status = weft_fail(error, WEFT_BAD_DEVICE, "device %s: not usable: %s", found->name,
                           found->reason);
        goto done;
    }
    *device = *found;
    if (is_auto) {
        note_unusable(devices, count, found, &note);
    }
    if (notice != NULL && (is_auto || isdigit((unsigned char)selector[0]))) {
        *notice = note; /* of a number: a platform that fails shifts the numbers */
    }
done:
    free(devices);
    return status;
}

/* Opens ${device}, the default. If that fails, or the device breaks a rule of OpenCL, opens the CPU
 * backend and stores the reason in ${notice}. */
static enum weft_status open_auto(const struct backend_request *request,
                                  const struct weft_device *device, struct weft_backend **backend,
                                  struct weft_error *notice, struct weft_error *error) {
    struct weft_error failure = {0};
    if (opencl_api->open(request, device, backend, &failure) == WEFT_OK) {
        if ((*backend)->warning[0] == '\0') {
            return WEFT_OK;
        }
        weft_fail(&failure, WEFT_BAD_DEVICE, "%s: %s", device->name, (*backend)->warning);
        weft_backend_close(*backend);
        *backend = NULL;
    }
    if (failure.status != WEFT_BAD_DEVICE || request->options->math == WEFT_MATH_FAST) {
        if (error != NULL) {
            *error = failure;
        }
        return failure.status;
    }
    if (notice != NULL) {
        *notice = failure;
    }
    return cpu_open(request, backend, error);
}

enum weft_status backend_open(const struct weft_network *network,
                              const struct weft_backend_options *options,
                              const struct debug_options *debug, struct weft_backend **backend,
                              struct weft_error *notice, struct weft_error *error) {
    struct backend_request request = {.network = network, .options = options, .debug = debug};
    const char *selector = options->device != NULL ? options->device : "auto";
    struct weft_device device = {0};
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
                                   struct weft_backend **backend, struct weft_error *notice,
                                   struct weft_error *error) {
    return backend_open(network, options, NULL, backend, notice, error);
}

enum weft_status weft_cache_clear(size_t *removed, struct weft_error *error) {
    size_t ignored;
    removed = removed != NULL ? removed : &ignored;
    *removed = 0;
    return opencl_api != NULL ? opencl_api->cache_clear(removed, error) : WEFT_OK;
}
