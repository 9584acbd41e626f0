/* select.c: lists the devices, and opens the one that a selector names, or the first one of the
 * order that works. */
#include "backend/cpu/cpu.h"
#include "backend/device.h"
#include "backend/device_match.h"
#include "backend/device_order.h"
#include "backend/opencl/api.h"
#include "base/printable.h"
#include "base/try.h"
#include "os/host.h"

#include <ctype.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Returns whether OpenCL may be used. Its drivers have threads, which the child of a process that
 * has used them lacks: calls there would wait for ever. */
static bool may_use_opencl(void) {
    static atomic_ulong user;
    unsigned long process = os_process_id(), nobody = 0;
    return atomic_compare_exchange_strong(&user, &nobody, process) || nobody == process;
}

enum weft_status devices_list(struct device_info **devices, size_t *count, struct weft_error *note,
                              struct weft_error *error) {
    struct device_info *list = NULL, *grown;
    size_t found = 0;
    if (note != NULL) {
        *note = (struct weft_error){0};
    }
    if (opencl_api == NULL) {
        error_set(note, WEFT_OK, "this weft was built without OpenCL");
    } else if (!may_use_opencl()) {
        error_set(note, WEFT_BAD_DEVICE,
                  "OpenCL was used before fork: its drivers do not work in the child");
    } else {
        TRY(opencl_api->list(&list, &found, note, error));
    }
    grown = realloc(list, (found + 1) * sizeof *list);
    if (grown == NULL) {
        free(list);
        return error_set(error, WEFT_NO_MEMORY, "no memory for the list of devices");
    }
    cpu_describe(&grown[found], os_processors());
    device_order_set(grown, found + 1);
    *devices = grown;
    *count = found + 1;
    return WEFT_OK;
}

/* The devices among which a selector chooses, and what was passed over. */
struct choice {
    struct device_info *devices;
    size_t count;
    struct weft_error notice; /* as device_choose sets it */
};

/* Adds a device that was passed over to the notice, with the first line of ${why}. */
static void pass_over(struct weft_error *notice, const char *name, const char *why) {
    size_t length = strlen(notice->message), end = strcspn(why, "\n");
    while (end > 0 && why[end - 1] == ':') { /* a compiler's log would follow */
        end--;
    }
    printable_print(notice->message + length, sizeof notice->message - length, "%s%s%.*s",
                    length > 0 ? "; " : "", name, (int)end, why);
    notice->status = WEFT_BAD_DEVICE;
}

/* Adds to the notice the devices that "auto" would prefer to ${chosen} if they were usable, except
 * cards that are usable with another driver. */
static void note_unusable(struct choice *choice, const struct device_info *chosen) {
    for (size_t i = 0; i < choice->count; i++) {
        const struct device_info *device = &choice->devices[i];
        bool other = device->same_as != WEFT_NO_INDEX && choice->devices[device->same_as].usable;
        if (!device->usable && !other && device_order_before(choice->devices, device, chosen)) {
            char name[sizeof device->name + sizeof device->platform_name + 32];
            snprintf(name, sizeof name, "%s (%s) is not usable: ", device->name,
                     device->platform_name);
            pass_over(&choice->notice, name, device->reason);
        }
    }
}

enum weft_status device_choose_listed(const struct device_info *devices, size_t count,
                                      const char *selector, const struct weft_error *note,
                                      const struct device_info **found, struct weft_error *error) {
    if (strcmp(selector, "cpu") == 0) {
        *found = &devices[count - 1];
        return WEFT_OK;
    }
    TRY(device_match(devices, count, selector, note, found, error));
    if (!(*found)->usable) {
        return error_set(error, WEFT_BAD_DEVICE, "device %s: not usable: %s", (*found)->name,
                         (*found)->reason);
    }
    return WEFT_OK;
}

/* Finds the device that ${selector} names. Free choice->devices even on failure. */
static enum weft_status choose(const char *selector, struct choice *choice,
                               const struct device_info **found, struct weft_error *error) {
    struct weft_error note;
    TRY(devices_list(&choice->devices, &choice->count, &note, error));
    TRY(device_choose_listed(choice->devices, choice->count, selector, &note, found, error));
    /* A platform without a device is worth a notice if it failed, or if there is no other. */
    if ((note.status != WEFT_OK || choice->count == 1) &&
        (strcmp(selector, "auto") == 0 || isdigit((unsigned char)selector[0]))) {
        choice->notice = note; /* of a number: a platform that fails shifts the numbers */
    }
    return WEFT_OK;
}

/* "cpu" never calls OpenCL, so that a broken driver cannot affect it. */
enum weft_status device_choose_among(const char *selector, bool opencl, struct device_info *device,
                                     struct weft_error *notice, struct weft_error *error) {
    struct choice choice = {.devices = NULL};
    const struct device_info *found = NULL, *first;
    enum weft_status status = WEFT_OK;
    if (strcmp(selector, "cpu") == 0) {
        cpu_describe(device, os_processors());
        goto done;
    }
    TRY_OR(done, choose(selector, &choice, &found, error));
    first = opencl && found->builtin ? device_order_opencl(choice.devices, choice.count) : NULL;
    found = first != NULL ? first : found;
    *device = *found;
    if (strcmp(selector, "auto") == 0) {
        note_unusable(&choice, found);
    }
done:
    if (notice != NULL) {
        *notice = choice.notice;
    }
    free(choice.devices);
    return status;
}

enum weft_status device_choose(const char *selector, struct device_info *device,
                               struct weft_error *notice, struct weft_error *error) {
    return device_choose_among(selector, false, device, notice, error);
}

static enum weft_status open_cpu(const struct backend_request *request, struct backend **backend,
                                 struct weft_error *error) {
    if (request->options->step_kernel == WEFT_STEP_KERNEL_ALWAYS &&
        !request->options->forward_only) {
        return error_set(error, WEFT_BAD_DEVICE,
                         "WEFT_STEP_KERNEL_ALWAYS: the CPU backend has no kernels");
    }
    return cpu_open(request, backend, error);
}

/* Opens ${device}. A device that breaks a rule on which bits depend fails. */
static enum weft_status open_right(const struct backend_request *request,
                                   const struct device_info *device, struct backend **backend,
                                   struct weft_error *error) {
    if (device->builtin) {
        return open_cpu(request, backend, error);
    }
    TRY(opencl_api->open(request, device, backend, error));
    if ((*backend)->warning[0] != '\0' && !(*backend)->contracts) {
        error_set(error, WEFT_BAD_DEVICE, "%s", (*backend)->warning);
        backend_close(*backend);
        *backend = NULL;
        return WEFT_BAD_DEVICE;
    }
    return WEFT_OK;
}

/* Opens the first device of the order that works, and adds to the notice which ones do not. The
 * last one is the CPU backend. */
static enum weft_status open_first(const struct backend_request *request, struct choice *choice,
                                   struct backend **backend, struct weft_error *error) {
    for (unsigned place = 1;; place++) {
        const struct device_info *device = device_order_at(choice->devices, choice->count, place);
        struct weft_error failure = {0};
        enum weft_status status = open_right(request, device, backend, &failure);
        if (status == WEFT_OK) {
            note_unusable(choice, device);
            return WEFT_OK;
        }
        if (status != WEFT_BAD_DEVICE || device->builtin) {
            if (error != NULL) {
                *error = failure;
            }
            return status;
        }
        pass_over(&choice->notice, "", failure.message);
        error_hint(&choice->notice, "%s", failure.hint);
    }
}

/* Opens the first OpenCL device of the order for CLBlast; fails if there is none. No other device
 * replaces one that fails. */
static enum weft_status open_fast(const struct backend_request *request,
                                  const struct choice *choice, struct backend **backend,
                                  struct weft_error *error) {
    const struct device_info *device = device_order_opencl(choice->devices, choice->count);
    if (device == NULL) {
        error_set(error, WEFT_USAGE, "WEFT_MATH_FAST: CLBlast needs an OpenCL device");
        error_hint(error, "omit it, or choose a device: weft_devices_list lists them");
        return WEFT_USAGE;
    }
    return opencl_api->open(request, device, backend, error);
}

/* Opens the device that ${selector}, which is not "cpu", names. */
static enum weft_status open_named(const struct backend_request *request, const char *selector,
                                   struct choice *choice, struct backend **backend,
                                   struct weft_error *error) {
    const struct device_info *found = NULL;
    TRY(choose(selector, choice, &found, error));
    if (strcmp(selector, "auto") != 0) {
        return opencl_api->open(request, found, backend, error);
    }
    return request->options->math == WEFT_MATH_FAST ? open_fast(request, choice, backend, error)
                                                    : open_first(request, choice, backend, error);
}

enum weft_status backend_open_debug(const struct weft_network *network,
                                    const struct backend_options *options,
                                    const struct debug_options *debug, struct backend **backend,
                                    struct weft_error *notice, struct weft_error *error) {
    struct backend_request request = {.network = network, .options = options, .debug = debug};
    const char *selector = options->device != NULL ? options->device : "auto";
    struct choice choice = {.devices = NULL};
    enum weft_status status;
    *backend = NULL;
    if (options->batch == 0 || options->batch > 1000000) {
        return error_set(error, WEFT_USAGE, "batch: %zu is not between 1 and 1,000,000",
                         options->batch);
    }
    if (!options->forward_only) {
        TRY(network_check_statistics(network, options->batch, error));
    }
    if (options->chosen != NULL && !options->chosen->builtin) {
        status = opencl_api->open(&request, options->chosen, backend, error);
    } else if (options->chosen == NULL && strcmp(selector, "cpu") != 0) {
        status = open_named(&request, selector, &choice, backend, error);
    } else if (options->math == WEFT_MATH_FAST) {
        status = open_fast(&request, &choice, backend, error); /* fails: there is no device */
    } else {
        status = open_cpu(&request, backend, error);
    }
    if (notice != NULL) {
        *notice = choice.notice;
    }
    free(choice.devices);
    return status;
}

enum weft_status backend_open(const struct weft_network *network,
                              const struct backend_options *options, struct backend **backend,
                              struct weft_error *notice, struct weft_error *error) {
    return backend_open_debug(network, options, NULL, backend, notice, error);
}

enum weft_status program_cache_clear(size_t *removed, struct weft_error *error) {
    size_t ignored;
    removed = removed != NULL ? removed : &ignored;
    *removed = 0;
    return opencl_api != NULL ? opencl_api->cache_clear(removed, error) : WEFT_OK;
}
