/* safetensors.c: the format, without what weft stores in it. */
#include "safetensors_input.h"

#include "data/safetensors.h"

static void read_entry(const struct safetensors *file, const struct safetensors_entry *entry) {
    unsigned sum = 0;
    char shape[200];
    for (size_t i = 0; i < entry->size; i++) {
        sum += entry->bytes[i];
    }
    REQUIRE(safetensors_find(file, entry->name) == entry);
    fprintf(discard(), "%s %u\n", safetensors_shape(entry->shape, entry->rank, shape), sum);
    if (strcmp(entry->dtype, "F32") == 0 && entry->count > 0) {
        fprintf(discard(), "%g", (double)safetensors_float(entry, entry->count - 1));
    }
    if (strcmp(entry->dtype, "I64") == 0 && entry->count > 0) {
        fprintf(discard(), "%lld", (long long)safetensors_integer(entry, entry->count - 1));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    size_t room;
    char *made = safetensors_input((struct input){bytes, size}, &room);
    struct weft_error error = {0};
    struct safetensors file;
    enum weft_status status = safetensors_parse(made, room, &file, &error);
    if (status != WEFT_OK) {
        require_failure(status, &error);
        return 0;
    }
    for (size_t i = 0; i < file.count; i++) {
        read_entry(&file, &file.entries[i]);
    }
    safetensors_metadata(&file, "weft.network");
    safetensors_finish(&file);
    return 0;
}
