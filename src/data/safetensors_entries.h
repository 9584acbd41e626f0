/* safetensors_entries.h: the list of tensors in the header of a safetensors file. */
#ifndef WEFT_DATA_SAFETENSORS_ENTRIES_H
#define WEFT_DATA_SAFETENSORS_ENTRIES_H

#include <stdbool.h>

#include "base/json_read.h"
#include "data/safetensors.h"

/* Reads an integer that fits a size_t and a double. Returns false for anything else. */
bool safetensors_read_size(const json_t *json, size_t *value);

/* Sets the entries of ${file}, whose header has been parsed, sorted by position, and checks that
 * they cover each of the ${size} bytes of ${values} once. Fails with WEFT_BAD_FILE, and with
 * WEFT_NO_MEMORY without memory; file->entries is then incomplete. */
enum weft_status safetensors_read_entries(struct safetensors *file, const unsigned char *values,
                                          size_t size, struct weft_error *error);

#endif
