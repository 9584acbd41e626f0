/* device_match.c: what selectors match: "gpu", "1", "0:1", "nvidia", "pci:3b:00.0". */
#include "backend/device_match.h"
#include "base/printable.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

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
static bool matches(const struct device_info *device, const char *selector) {
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

/* Returns whether ${selector} also matches the card of ${device} under a preferred driver. */
static bool matches_better(const struct device_info *devices, const struct device_info *device,
                           const char *selector) {
    return device->same_as != WEFT_NO_INDEX && matches(&devices[device->same_as], selector);
}

/* Appends the matching OpenCL devices, or ${all} of them, to the message. */
static void list_candidates(const struct device_info *devices, size_t count, const char *selector,
                            bool all, struct weft_error *error) {
    char *text = error->message;
    size_t length = strlen(text), room = sizeof error->message;
    for (size_t i = 0; i < count && length < room; i++) {
        const struct device_info *device = &devices[i];
        if (!device->builtin && (all || matches(device, selector))) {
            length += printable_print(
                text + length, room - length, "\n  %u  %s (%s, %s)%s%s", device->index,
                device->name, device->type, device->platform_name,
                device->usable ? "" : ": not usable: ", device->usable ? "" : device->reason);
        }
    }
}

/* Sets ${error}, since ${matching} devices match, not one. ${count} includes the CPU backend. */
static void explain_matches(const struct device_info *devices, size_t count, const char *selector,
                            size_t matching, const struct weft_error *note,
                            struct weft_error *error) {
    enum weft_status status = matching == 0 ? WEFT_BAD_DEVICE : WEFT_USAGE;
    if (error == NULL || error->status != WEFT_OK) {
        return;
    }
    if (count == 1) {
        error_set(error, status, "device \"%s\": matches no device: %.3000s", selector,
                  note->message);
        error_hint(error, "%s%sthe device \"cpu\" computes without OpenCL", note->hint,
                   note->hint[0] != '\0' ? "; " : "");
        return;
    }
    error_set(error, status, "device \"%s\": matches %s; there are:", selector,
              matching == 0 ? "no device" : "more than one device");
    list_candidates(devices, count, selector, matching == 0, error);
    if (matching == 0 && note->message[0] != '\0') {
        size_t length = strlen(error->message);
        printable_print(error->message + length, sizeof error->message - length, "\n  %s",
                        note->message);
    }
    error_hint(error, "name one by its number, or use the device \"cpu\"");
}

enum weft_status device_match(const struct device_info *devices, size_t count, const char *selector,
                              const struct weft_error *note, const struct device_info **found,
                              struct weft_error *error) {
    bool is_auto = strcmp(selector, "auto") == 0;
    size_t matching = 0;
    for (size_t i = 0; i < count; i++) {
        const struct device_info *device = &devices[i];
        if (is_auto ? device->is_default
                    : matches(device, selector) && !matches_better(devices, device, selector)) {
            *found = device;
            matching++;
        }
    }
    if (matching == 1) {
        return WEFT_OK;
    }
    explain_matches(devices, count, selector, matching, note, error);
    return matching == 0 ? WEFT_BAD_DEVICE : WEFT_USAGE;
}
