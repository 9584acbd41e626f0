/* stage_layers.c: the stage that runs every layer forward and backward, with made-up values, on
 * both mappings, fused and not. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend/lanes.h"
#include "base/try.h"
#include "network/layer.h"
#include "verify/diagnose.h"
#include "verify/layers_case.h"
#include "verify/stages.h"
#include "verify/tensors.h"

/* Networks with odd sizes: all fusions, pools with and without overlap and remainder. */
static const char *const networks[] = {
    "{\"input\":[3,14,11],\"layers\":[{\"kind\":\"conv2d\",\"out_channels\":5,\"kernel_size\":[3,2]"
    "},"
    "{\"kind\":\"max_pool2d\",\"kernel_size\":2},{\"kind\":\"relu\"},{\"kind\":\"batch_norm\"},"
    "{\"kind\":\"conv2d\",\"out_channels\":7,\"kernel_size\":3},{\"kind\":\"relu\"},"
    "{\"kind\":\"max_pool2d\",\"kernel_size\":2,\"stride\":1},{\"kind\":\"flatten\"},"
    "{\"kind\":\"linear\",\"out_features\":23},{\"kind\":\"relu\"},{\"kind\":\"batch_norm\"},"
    "{\"kind\":\"linear\",\"out_features\":10}]}",
    "{\"input\":[1,9,9],\"layers\":[{\"kind\":\"max_pool2d\",\"kernel_size\":3,\"stride\":2},"
    "{\"kind\":\"conv2d\",\"out_channels\":17,\"kernel_size\":1},{\"kind\":\"relu\"},"
    "{\"kind\":\"conv2d\",\"out_channels\":2,\"kernel_size\":4},{\"kind\":\"flatten\"},"
    "{\"kind\":\"linear\",\"out_features\":1}]}",
    NULL /* the published one */,
    "{\"input\":[3,14,11],\"layers\":[{\"kind\":\"relu\"},"
    "{\"kind\":\"conv2d\",\"out_channels\":6,\"kernel_size\":[3,2]},"
    "{\"kind\":\"max_pool2d\",\"kernel_size\":3,\"stride\":2},"
    "{\"kind\":\"batch_norm\"},{\"kind\":\"flatten\"},{\"kind\":\"linear\",\"out_features\":10}]}",
    /* A kernel wider than twice the lanes, a relu before it and one after it, and a window of 3
     * that omits values. */
    "{\"input\":[2,6,40],\"layers\":[{\"kind\":\"relu\"},"
    "{\"kind\":\"conv2d\",\"out_channels\":3,\"kernel_size\":[3,37]},"
    "{\"kind\":\"relu\"},{\"kind\":\"max_pool2d\",\"kernel_size\":3},{\"kind\":\"flatten\"},"
    "{\"kind\":\"linear\",\"out_features\":5}]}",
    /* A graph: tensors that several layers read, and layers that read several, one of them twice.
     * Sums whose terms nearly cancel where the input is -2^-35. */
    "{\"input\":[3,7,9],\"layers\":["
    "{\"kind\":\"conv2d\",\"name\":\"c\",\"out_channels\":4,\"kernel_size\":1},"
    "{\"kind\":\"batch_norm\",\"name\":\"n\"},{\"kind\":\"relu\",\"name\":\"r\"},"
    "{\"kind\":\"conv2d\",\"name\":\"d\",\"out_channels\":4,\"kernel_size\":1},"
    "{\"kind\":\"add\",\"inputs\":[\"d\",\"r\",\"n\"]},{\"kind\":\"relu\",\"name\":\"t\"},"
    "{\"kind\":\"leaky_relu\",\"inputs\":[\"input\"],\"name\":\"e\",\"negative_slope\":-0.75},"
    "{\"kind\":\"leaky_relu\",\"inputs\":[\"input\"],\"name\":\"f\",\"negative_slope\":-1.75},"
    "{\"kind\":\"add\",\"inputs\":[\"input\",\"e\"],\"name\":\"g\"},"
    "{\"kind\":\"add\",\"inputs\":[\"input\",\"input\",\"f\"],\"name\":\"h\"},"
    "{\"kind\":\"concat\",\"inputs\":[\"t\",\"input\",\"d\",\"g\",\"h\"]},{\"kind\":\"flatten\"},"
    "{\"kind\":\"linear\",\"name\":\"l\",\"out_features\":6},"
    "{\"kind\":\"add\",\"inputs\":[\"l\",\"l\"]},{\"kind\":\"linear\",\"out_features\":5}]}",
    /* Padding, strides, dilations, groups; no bias, no weight of a batch norm; complete rows and
     * tiles; a pool with padding that reads negative values, one in the kernel of its
     * convolution. */
    "{\"input\":[2,14,16],\"layers\":[{\"kind\":\"conv2d\",\"out_channels\":4,\"kernel_size\":3,"
    "\"padding\":1,\"bias\":false},{\"kind\":\"batch_norm\",\"affine\":false},{\"kind\":\"relu\"},"
    "{\"kind\":\"conv2d\",\"out_channels\":8,\"kernel_size\":3,\"stride\":2,\"padding\":1,"
    "\"groups\":4},{\"kind\":\"relu\"},{\"kind\":\"conv2d\",\"out_channels\":6,\"kernel_size\":1},"
    "{\"kind\":\"conv2d\",\"out_channels\":4,\"kernel_size\":[2,3],\"padding\":[0,2],"
    "\"dilation\":[1,2]},{\"kind\":\"max_pool2d\",\"kernel_size\":3,\"stride\":1,\"padding\":1},"
    "{\"kind\":\"conv2d\",\"out_channels\":5,\"kernel_size\":[3,2],\"stride\":[1,3],"
    "\"padding\":[4,2],\"dilation\":[2,1]},{\"kind\":\"relu\"},"
    "{\"kind\":\"max_pool2d\",\"kernel_size\":2},"
    "{\"kind\":\"max_pool2d\",\"kernel_size\":[3,1],\"stride\":1,\"padding\":[1,0]},"
    "{\"kind\":\"flatten\"},{\"kind\":\"linear\",\"out_features\":5,\"bias\":false}]}",
    /* Layers each of whose values comes from one value. All but one read the input, and the output
     * has the values of each. Two dropouts are equal, and share a kernel. */
    "{\"input\":[3,13,11],\"layers\":["
    "{\"kind\":\"leaky_relu\",\"inputs\":[\"input\"],\"name\":\"a\",\"negative_slope\":0.3},"
    "{\"kind\":\"sigmoid\",\"inputs\":[\"input\"],\"name\":\"b\"},"
    "{\"kind\":\"tanh\",\"inputs\":[\"input\"],\"name\":\"c\"},"
    "{\"kind\":\"gelu\",\"inputs\":[\"input\"],\"name\":\"d\",\"approximate\":\"tanh\"},"
    "{\"kind\":\"silu\",\"inputs\":[\"input\"],\"name\":\"e\"},"
    "{\"kind\":\"dropout\",\"inputs\":[\"input\"],\"name\":\"f\",\"p\":0.3},"
    "{\"kind\":\"dropout\",\"inputs\":[\"f\"],\"name\":\"g\",\"p\":0.3},"
    "{\"kind\":\"concat\",\"inputs\":[\"a\",\"b\",\"c\",\"d\",\"e\",\"f\",\"g\"]}]}",
};

/* Bits of variants (verify_variant) in which a case is run. */
enum { OWN_FUSED = 1 << 0, OTHER_APART = 1 << 3 };

/* The compiler needs longer for a kernel than all its launches. --quick therefore compiles the
 * published network as it will be trained, which has the same kernels, and one network with odd
 * sizes, of each kind of kernel, in the other variant. --full runs all cases in all variants. */
struct test_case {
    size_t network, count;
    enum weft_statistics statistics;
    unsigned quick; /* variants in --quick */
};

static const struct test_case cases[] = {
    {3, 257, WEFT_STATISTICS_BATCH,
     OTHER_APART}, /* first, as the fewest kernels make the shortest diagnosis */
    {3, 37, WEFT_STATISTICS_RUNNING, OTHER_APART},
    {2, 257, WEFT_STATISTICS_BATCH, OWN_FUSED}, /* 17 shards, the last of one image */
    {2, 37, WEFT_STATISTICS_RUNNING, OWN_FUSED},
    {2, 1, WEFT_STATISTICS_BATCH, OWN_FUSED},  /* gradients near the threshold to 0 */
    {2, 32, WEFT_STATISTICS_BATCH, OWN_FUSED}, /* no empty lane; then every remainder */
    {3, 16, WEFT_STATISTICS_BATCH, OTHER_APART},
    {5, 37, WEFT_STATISTICS_BATCH, OWN_FUSED},
    {0, 37, WEFT_STATISTICS_BATCH, 0},
    {0, 37, WEFT_STATISTICS_RUNNING, 0},
    {0, 1, WEFT_STATISTICS_BATCH, 0},
    {1, 33, WEFT_STATISTICS_BATCH, 0},
    {1, 16, WEFT_STATISTICS_RUNNING, 0},
    {2, 100, WEFT_STATISTICS_BATCH, 0},
    {2, 7, WEFT_STATISTICS_RUNNING, 0},
    {2, 37, WEFT_STATISTICS_BATCH, 0},
    {3, 37, WEFT_STATISTICS_BATCH, 0},
    {4, 19, WEFT_STATISTICS_BATCH, 0},
    {6, 37, WEFT_STATISTICS_BATCH, OWN_FUSED},
    {6, 16, WEFT_STATISTICS_RUNNING, 0},
    {7, 37, WEFT_STATISTICS_BATCH, OWN_FUSED | OTHER_APART},
    {7, 37, WEFT_STATISTICS_RUNNING, OWN_FUSED}, /* dropout is inactive */
};
#define CASES    (sizeof cases / sizeof cases[0])
#define NETWORKS (sizeof networks / sizeof networks[0])

/* A kind that occurs in none of the networks is tested in one of its own, with its example. */
static const struct test_case example_case = {NETWORKS, 37, WEFT_STATISTICS_BATCH,
                                              OWN_FUSED | OTHER_APART};

static bool in_networks(enum layer_kind_id kind) {
    char member[64];
    snprintf(member, sizeof member, "\"kind\":\"%s\"", layer_kind_name(kind));
    for (size_t i = 0; i < NETWORKS; i++) {
        if (networks[i] != NULL && strstr(networks[i], member) != NULL) {
            return true;
        }
    }
    return false;
}

/* With an emulated fma, as many images would take minutes. */
static size_t count_of(const struct verify *verify, size_t count) {
    return count > 37 && !verify_vectors(verify) ? 37 : count;
}

static enum weft_status compare(const struct layers_case *layers, struct backend *backend,
                                struct verify_difference *found, struct weft_error *error) {
    const struct verify_pair pair = {
        .device = backend, .expected = layers->expected, .count = layers->count, .backward = true};
    return verify_tensors(&pair, found, error);
}

static enum weft_status run_piece(const struct verify_piece *piece, struct backend *backend,
                                  struct verify_difference *found, char digest[65],
                                  struct weft_error *error) {
    const struct layers_case *layers = piece->context;
    TRY(layers_case_propagate(layers, backend, error));
    TRY(compare(layers, backend, found, error));
    return layers_case_hash(layers, backend, digest, error);
}

/* Repeats the case ${times} times, every second time with negated values, so that results of an
 * earlier run never pass as new ones. Stores whether the results stayed the same as the first
 * ${digest}, and the difference of the first run whose results did not. If that run had negated
 * values, ${layers} keeps them. */
static enum weft_status repeat(struct layers_case *layers, struct backend *device, size_t times,
                               const char *digest, bool *stable, struct verify_difference *found,
                               struct weft_error *error) {
    bool always_wrong = found->differing > 0;
    *stable = true;
    for (size_t i = 1; i <= times; i++) {
        bool negated = i % 2 != 0 && !always_wrong;
        char other[65];
        if (negated) {
            layers_case_negate(layers);
        }
        TRY(layers_case_propagate(layers, device, error));
        TRY(layers_case_hash(layers, device, other, error));
        if (strcmp(other, negated ? layers->negated_digest : digest) != 0) {
            *stable = negated; /* one run with negated values does not show whether others differ */
            if (negated) {
                TRY(layers_case_propagate(layers, layers->expected, error));
            }
            return always_wrong ? WEFT_OK : compare(layers, device, found, error);
        }
        if (negated) {
            layers_case_negate(layers);
        }
    }
    return WEFT_OK;
}

static void write_where(const struct layers_case *layers, const struct verify_setup *setup,
                        char where[256]) {
    static const char *const mappings[] = {"auto", "cpu", "gpu"};
    char shape[64];
    snprintf(where, 256, "%zu %simages of %s, %s statistics, mapping %s, %s", layers->count,
             layers->negated ? "negated " : "", shape_text(layers->network->input, shape),
             layers->statistics == WEFT_STATISTICS_BATCH ? "batch" : "running",
             mappings[setup->options.mapping], setup->options.no_fuse ? "not fused" : "fused");
}

/* Runs a case without empty lanes with one image less, again and again, until the last shard has
 * one image. Every second time the values are negated, since an image less changes few results. If
 * one count differs, ${layers} keeps it. */
static enum weft_status run_remainders(struct layers_case *layers, const struct verify_piece *piece,
                                       struct backend *device, struct verify_difference *found,
                                       char digest[65], struct weft_error *error) {
    size_t full = layers->count;
    for (size_t i = 1; i < CPU_LANES; i++) {
        layers->count = full - i;
        layers_case_negate(layers);
        TRY(layers_case_propagate(layers, layers->expected, error));
        TRY(run_piece(piece, device, found, digest, error));
        if (found->differing > 0) {
            return WEFT_OK;
        }
    }
    layers->count = full;
    if (layers->negated) {
        layers_case_negate(layers);
    }
    return layers_case_propagate(layers, layers->expected, error);
}

/* Repeats a case that was right the first time until it is wrong. If it stays right, it was wrong
 * only on the way to the host, or once. */
static enum weft_status catch_difference(const struct verify_piece *piece, struct backend *device,
                                         struct verify_difference *found,
                                         struct weft_error *error) {
    char digest[65];
    for (int i = 0; i < 100 && found->differing == 0; i++) {
        TRY(run_piece(piece, device, found, digest, error));
    }
    if (found->differing == 0) {
        snprintf(found->layer, sizeof found->layer, "layers");
        snprintf(found->tensor, sizeof found->tensor, "hash");
        found->is_integer = true;
    }
    return WEFT_OK;
}

/* Runs the case with ${setup} on ${device}. */
static enum weft_status run_on(struct verify *verify, struct layers_case *layers,
                               const struct verify_setup *setup, struct backend *device,
                               struct weft_error *error) {
    struct verify_piece piece = {.network = layers->network,
                                 .run = run_piece,
                                 .context = layers,
                                 .expected = layers->expected,
                                 .device = device};
    struct verify_difference found = {.differing = 0};
    bool stable;
    char digest[65];
    TRY(run_piece(&piece, device, &found, digest, error));
    TRY(repeat(layers, device, verify->options->full ? 100 : 10, digest, &stable, &found, error));
    if (found.differing == 0 && stable && layers->count % CPU_LANES == 0 &&
        verify_vectors(verify)) {
        TRY(run_remainders(layers, &piece, device, &found, digest, error));
    }
    if (found.differing == 0 && stable && !layers->negated) {
        return WEFT_OK;
    }
    TRY(catch_difference(&piece, device, &found, error));
    found.stage = VERIFY_STAGE_LAYERS;
    write_where(layers, setup, found.where);
    return verify_diagnose(verify, &piece, setup, &found, !stable, error);
}

static enum weft_status run_variant(struct verify *verify, struct layers_case *layers,
                                    const struct verify_setup *setup, struct weft_error *error) {
    struct backend *device = NULL;
    struct verify_setup opened = *setup;
    char where[256];
    enum weft_status status;
    write_where(layers, setup, where);
    verify_doing(verify, VERIFY_STAGE_LAYERS, where);
    verify->cases++;
    TRY_OR(done, verify_open(layers->network, setup, &device, error));
    if (device->mapping != WEFT_MAPPING_AUTO) {
        opened.options.mapping = device->mapping;
    }
    TRY_OR(done, run_on(verify, layers, &opened, device, error));
done:
    backend_close(device);
    return status;
}

/* Runs the variants of ${layers}, of which ${quick} in --quick. With --quick and --no-fuse, the
 * variant with the own mapping is not fused, and the other one is. */
static enum weft_status run_variants(struct verify *verify, unsigned quick,
                                     struct layers_case *layers, struct weft_error *error) {
    bool builtin = verify->outcome->device.builtin, full = verify->options->full;
    for (size_t i = 0; i < VERIFY_VARIANTS; i++) {
        struct verify_setup setup = verify_device_setup(verify, layers->count, NULL);
        bool selected = full || (quick >> i & 1) != 0;
        bool apart = setup.options.no_fuse;
        /* The CPU backend has one variant. */
        if ((builtin ? i > 0 : !selected) || verify->outcome->result != VERIFY_EQUAL) {
            continue;
        }
        verify_variant(verify, i, &setup);
        setup.options.no_fuse = setup.options.no_fuse != (!full && apart);
        TRY(run_variant(verify, layers, &setup, error));
        TRY(verify_progress(verify, "layers", error));
    }
    return WEFT_OK;
}

/* Runs case ${index}, ${test}, with the network of ${list} (JSON; NULL: the published one). */
static enum weft_status run_case(struct verify *verify, size_t index, const struct test_case *test,
                                 const char *list, struct weft_error *error) {
    struct layers_case layers = {.count = count_of(verify, test->count),
                                 .statistics = test->statistics};
    enum weft_status status;
    TRY_OR(done, layers_case_init(verify, list, 100 + 10 * index, &layers, error));
    TRY_OR(done, run_variants(verify, test->quick, &layers, error));
done:
    layers_case_finish(&layers);
    return status;
}

enum weft_status verify_layers(struct verify *verify, struct weft_error *error) {
    for (size_t i = 0; i < CASES && verify->outcome->result == VERIFY_EQUAL; i++) {
        if (cases[i].quick != 0 || verify->options->full) {
            TRY(run_case(verify, i, &cases[i], networks[cases[i].network], error));
        }
    }
    for (int kind = 0; kind < LAYER_KIND_COUNT && verify->outcome->result == VERIFY_EQUAL; kind++) {
        if (!in_networks((enum layer_kind_id)kind)) {
            char *list = kind_example((enum layer_kind_id)kind);
            enum weft_status status =
                list != NULL ? run_case(verify, CASES + (size_t)kind, &example_case, list, error)
                             : error_set(error, WEFT_NO_MEMORY, "verify: no memory for a network");
            free(list);
            TRY(status);
        }
    }
    return WEFT_OK;
}
