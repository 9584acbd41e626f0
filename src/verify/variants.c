/* variants.c: the ways in which work is laid onto a device, all of which have to give the same bits. */
#include "verify/verify.h"

#include <string.h>

static const struct {
    bool own, fused;
} ways[VERIFY_WAYS] = {{true, true}, {true, false}, {false, true}, {false, false}};

/* The mapping that the device would be given, or was: the one that counts most. Without vectors there is only that of single lanes. */
static enum weft_mapping own_mapping(const struct verify *verify) {
    enum weft_mapping given = verify->options->device.mapping;
    bool cpu = strcmp(verify->outcome->device.type, "cpu") == 0;
    if (!verify_vectors(verify)) {
        return WEFT_MAPPING_GPU;
    }
    return given != WEFT_MAPPING_AUTO ? given : cpu ? WEFT_MAPPING_CPU : WEFT_MAPPING_GPU;
}

void verify_way(const struct verify *verify, size_t way, struct verify_setup *how) {
    how->options.mapping = own_mapping(verify);
    if (!ways[way].own && verify_vectors(verify)) {
        how->options.mapping =
            how->options.mapping == WEFT_MAPPING_CPU ? WEFT_MAPPING_GPU : WEFT_MAPPING_CPU;
    }
    how->options.no_fuse = !ways[way].fused;
}
