/* program_source.c: prints the source of the OpenCL program of a network, as a device would be
 * given it, without a device. tools/maintain/gpu-code compiles it for GPUs.
 *
 *   program_source MAPPING APART [LAYERS]
 *
 * MAPPING: cpu or gpu. APART: fuse, or no-fuse for a kernel a function. LAYERS: a file with a list
 * of layers; otherwise the published network. */
#include "backend/opencl/fusions.h"
#include "backend/opencl/kernels.h"
#include "backend/opencl/share.h"
#include "backend/opencl/source.h"
#include "base/file_kind.h"
#include "base/try.h"
#include "os/files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BATCH        100
#define LAYERS_LIMIT (1 << 20)

static enum weft_status make_network(const char *path, struct weft_network **network,
                                     struct weft_error *error) {
    char *json = NULL;
    size_t size;
    enum weft_status status;
    if (path == NULL) {
        return network_create_published(network, error);
    }
    TRY_OR(done, os_text_read(path, LAYERS_LIMIT, FILE_JSON, &json, &size, error));
    TRY_OR(done, network_create(json, network, error));
done:
    free(json);
    return status;
}

static enum weft_status print_source(const struct weft_network *network, enum weft_mapping mapping,
                                     bool apart, struct weft_error *error) {
    /* Those of a GPU of medium size; AMD's have groups of at most 256. */
    const struct work_group_limits limits = {
        .items = 256, .sizes = {256, 256, 256}, .local_memory = 32768, .units = 64};
    struct opencl_groups groups = {0};
    struct opencl_kernels kernels = {0};
    struct text text = {0};
    enum weft_status status;
    TRY_OR(done, opencl_groups_make(network, BATCH, mapping, apart, &groups, error));
    TRY_OR(done, opencl_kernels_make(&groups, &limits, false, apart, &kernels, error));
    TRY_OR(done, opencl_share(&groups, &kernels, error));
    TRY_OR(done, opencl_source_make(&kernels, getenv("WEFT_KERNELS"), &text, error));
    fwrite(text.bytes, 1, text.length, stdout);
done:
    free(text.bytes);
    free(kernels.list);
    free(groups.list);
    return status;
}

int main(int argc, char **argv) {
    struct weft_network *network = NULL;
    struct weft_error error = {0};
    enum weft_mapping mapping;
    enum weft_status status;
    if (argc < 3 || argc > 4) {
        fputs("usage: program_source cpu|gpu fuse|no-fuse [LAYERS]\n", stderr);
        return 2;
    }
    mapping = strcmp(argv[1], "gpu") == 0 ? WEFT_MAPPING_GPU : WEFT_MAPPING_CPU;
    TRY_OR(done, make_network(argv[3], &network, &error));
    TRY_OR(done, print_source(network, mapping, strcmp(argv[2], "no-fuse") == 0, &error));
done:
    network_destroy(network);
    if (status != WEFT_OK) {
        fprintf(stderr, "program_source: %s\n", error.message);
    }
    return status != WEFT_OK || fflush(stdout) != 0;
}
