/* safetensors_entry.c: what an opened safetensors file holds. */
#include "data/safetensors.h"

#include <stdio.h>
#include <string.h>

#include <jansson.h>

const char *safetensors_metadata(const struct safetensors *file, const char *key) {
    const json_t *metadata = json_object_get(file->header, "__metadata__");
    return json_string_value(json_object_get(metadata, key));
}

const struct safetensors_entry *safetensors_find(const struct safetensors *file, const char *name) {
    for (size_t i = 0; i < file->count; i++) {
        if (strcmp(file->entries[i].name, name) == 0) {
            return &file->entries[i];
        }
    }
    return NULL;
}

/* ${count} bytes, the lowest first, on any host. */
static uint64_t little_endian(const unsigned char *bytes, size_t count) {
    uint64_t value = 0;
    while (count-- > 0) {
        value = value << 8 | bytes[count];
    }
    return value;
}

float safetensors_float(const struct safetensors_entry *entry, size_t i) {
    uint32_t bits = (uint32_t)little_endian(entry->bytes + 4 * i, 4);
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

int64_t safetensors_integer(const struct safetensors_entry *entry, size_t i) {
    uint64_t bits = little_endian(entry->bytes + 8 * i, 8);
    int64_t value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

char *safetensors_shape(const size_t *shape, size_t rank, char text[200]) {
    size_t length = 0;
    if (rank == 0) {
        return strcpy(text, "scalar");
    }
    text[0] = '\0';
    /* At most 8 numbers of 20 digits and 7 crosses. */
    for (size_t i = 0; i < rank && i < SAFETENSORS_RANK; i++) {
        length +=
            (size_t)snprintf(text + length, 200 - length, "%s%zu", i > 0 ? " x " : "", shape[i]);
    }
    return text;
}
