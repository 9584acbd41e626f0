/* device_match.h: which device a selector names. */
#ifndef WEFT_BACKEND_DEVICE_MATCH_H
#define WEFT_BACKEND_DEVICE_MATCH_H

#include "backend/device.h"

/* Stores the one device that ${selector} names in ${found}. Of a card that it matches under
 * several platforms it names the one with the preferred driver. "auto" names the default, which
 * always exists, since the CPU backend is usable. ${devices}: those of devices_list, with
 * its ${note}. Fails with WEFT_BAD_DEVICE if ${selector} matches no device, and with WEFT_USAGE
 * if it matches several cards. */
enum weft_status device_match(const struct device_info *devices, size_t count, const char *selector,
                              const struct weft_error *note, const struct device_info **found,
                              struct weft_error *error);

#endif
