/* stage_layers.c: every layer forward and backward, alone with made-up values, on both mappings, fused and not. */
#include "verify/layers_case.h"

#include <stdio.h>
#include <string.h>

#include "backend/lanes.h"

/* Networks in which no size is a multiple of anything; all kinds, all fusions, pools with and without overlap and rest. */
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
    /* A kernel wider than twice the lanes, a window of 3, and the relu before in the kernel of both. */
    "{\"input\":[2,5,39],\"layers\":[{\"kind\":\"relu\"},"
    "{\"kind\":\"conv2d\",\"out_channels\":3,\"kernel_size\":[3,37]},"
    "{\"kind\":\"max_pool2d\",\"kernel_size\":3},{\"kind\":\"flatten\"},"
    "{\"kind\":\"linear\",\"out_features\":5}]}",
};

/* Bits of ways (verify_way) to run a case. */
enum { OWN_FUSED = 1 << 0, OTHER_APART = 1 << 3 };

/* A kernel takes a compiler longer than all its launches: --quick compiles the published network as it will be trained, the same
 * kernels, and one of each kind in odd shapes in the other way. All cases have all ways in --full. */
static const struct {
    size_t network, count;
    enum weft_statistics statistics;
    unsigned quick; /* ways in --quick */
} cases[] = {
    {3, 257, WEFT_STATISTICS_BATCH,
     OTHER_APART}, /* first, as the fewest kernels make the shortest diagnosis */
    {3, 37, WEFT_STATISTICS_RUNNING, OTHER_APART},
    {2, 257, WEFT_STATISTICS_BATCH, OWN_FUSED}, /* 17 shards, the last of one image */
    {2, 37, WEFT_STATISTICS_RUNNING, OWN_FUSED},
    {2, 1, WEFT_STATISTICS_BATCH, OWN_FUSED},  /* gradients near the threshold to 0 */
    {2, 32, WEFT_STATISTICS_BATCH, OWN_FUSED}, /* no lane without an image, then every rest */
    {3, 16, WEFT_STATISTICS_BATCH, OTHER_APART},
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
};
#define CASES (sizeof cases / sizeof cases[0])

/* Where fma is emulated, the many images of --quick would take minutes. */
static size_t count_of(const struct verify *verify, size_t index) {
    size_t count = cases[index].count;
    return count > 37 && !verify_vectors(verify) ? 37 : count;
}

static enum weft_status run_piece(const struct verify_piece *piece, struct weft_backend *device,
                                  struct weft_verify_difference *found, char digest[65],
                                  struct weft_error *error) {
    const struct layers_case *job = piece->context;
    struct verify_pair pair = {
        .device = device, .expected = job->expected, .count = job->count, .backward = true};
    enum weft_status status = verify_case_propagate(job, device, error);
    if (status == WEFT_OK) {
        status = verify_tensors(&pair, found, error);
    }
    return status == WEFT_OK ? verify_case_hash(job, device, digest, error) : status;
}

/* The same again ${times} times, in turns with the negated values, so that what an earlier run has left never passes for a result. Stores
 * whether the results were the same, at first ${digest}, and the difference of the first run that was not. Where that had the negated values,
 * they stay so. */
static enum weft_status repeat(struct layers_case *job, struct weft_backend *device, size_t times,
                               const char *digest, bool *stable,
                               struct weft_verify_difference *found, struct weft_error *error) {
    struct verify_pair pair = {
        .device = device, .expected = job->expected, .count = job->count, .backward = true};
    enum weft_status status = WEFT_OK;
    bool always_wrong = found->differing > 0;
    char other[65];
    *stable = true;
    for (size_t i = 1; i <= times && status == WEFT_OK; i++) {
        bool negated = i % 2 != 0 && !always_wrong;
        if (negated) {
            verify_case_negate(job);
        }
        status = verify_case_propagate(job, device, error);
        if (status == WEFT_OK) {
            status = verify_case_hash(job, device, other, error);
        }
        if (status == WEFT_OK && strcmp(other, negated ? job->negated_digest : digest) != 0) {
            *stable = negated; /* one run of these says nothing of others */
            status = negated ? verify_case_propagate(job, job->expected, error) : WEFT_OK;
            return status == WEFT_OK && !always_wrong ? verify_tensors(&pair, found, error)
                                                      : status;
        }
        if (negated) {
            verify_case_negate(job);
        }
    }
    return status;
}

static void say_where(const struct layers_case *job, const struct verify_setup *how,
                      char where[256]) {
    static const char *const mappings[] = {"auto", "cpu", "gpu"};
    char shape[64];
    snprintf(where, 256, "%zu %simages of %s, %s statistics, mapping %s, %s", job->count,
             job->negated ? "negated " : "", weft_shape_text(job->network->input, shape),
             job->statistics == WEFT_STATISTICS_BATCH ? "batch" : "running",
             mappings[how->options.mapping], how->options.no_fuse ? "not fused" : "fused");
}

/* Where no lane is without an image: the same with an image less, again and again, until the last shard has one. ${job} stays at
 * the count that differs. */
static enum weft_status run_rests(struct layers_case *job, const struct verify_piece *piece,
                                  struct weft_backend *device, struct weft_verify_difference *found,
                                  char digest[65], struct weft_error *error) {
    size_t most = job->count;
    enum weft_status status = WEFT_OK;
    for (size_t i = 1; i < CPU_LANES && status == WEFT_OK && found->differing == 0; i++) {
        job->count = most - i;
        status = verify_case_propagate(job, job->expected, error);
        status = status == WEFT_OK ? run_piece(piece, device, found, digest, error) : status;
    }
    if (status == WEFT_OK && found->differing == 0) {
        job->count = most;
        status = verify_case_propagate(job, job->expected, error);
    }
    return status;
}

/* One case on one variant of the device. */
static enum weft_status run_variant(struct verify *verify, struct layers_case *job,
                                    const struct verify_setup *how, struct weft_error *error) {
    struct verify_piece piece = {job->network,  job->count, run_piece, job,
                                 job->expected, 0,          NULL,      NULL};
    struct weft_verify_difference found = {.stage = WEFT_STAGE_LAYERS};
    struct weft_backend *device = NULL;
    bool stable = true;
    char digest[65];
    enum weft_status status;
    say_where(job, how, found.where);
    verify_doing(verify, WEFT_STAGE_LAYERS, found.where);
    status = verify_open(job->network, how, &device, error);
    if (status == WEFT_OK) {
        status = run_piece(&piece, device, &found, digest, error);
    }
    if (status == WEFT_OK) {
        status =
            repeat(job, device, verify->options->full ? 100 : 10, digest, &stable, &found, error);
    }
    if (status == WEFT_OK && found.differing == 0 && stable && job->count % CPU_LANES == 0 &&
        verify_vectors(verify)) {
        status = run_rests(job, &piece, device, &found, digest, error);
    }
    verify->cases++;
    if (status == WEFT_OK && (found.differing > 0 || !stable || job->negated)) {
        found.stage = WEFT_STAGE_LAYERS;
        piece.device = device;
        if (found.differing == 0) { /* it was right the first time: catch a wrong one */
            for (int i = 0; i < 100 && found.differing == 0 && status == WEFT_OK; i++) {
                status = run_piece(&piece, device, &found, digest, error);
            }
            if (found.differing == 0) { /* only on the way to the host, or never again */
                snprintf(found.layer, sizeof found.layer, "layers");
                snprintf(found.tensor, sizeof found.tensor, "hash");
                found.whole = true;
            }
        }
        say_where(job, how, found.where);
        if (status == WEFT_OK) {
            status = verify_diagnose(verify, &piece, how, &found, !stable, error);
        }
    }
    weft_backend_close(device);
    return status;
}

/* The ways of one case. In --quick, what was asked to be not fused is so on the own mapping, and fused on the other. */
static enum weft_status run_case(struct verify *verify, size_t index, struct weft_error *error) {
    struct layers_case job = {0};
    bool builtin = verify->outcome->device.builtin, full = verify->options->full;
    enum weft_status status;
    job.count = count_of(verify, index);
    job.statistics = cases[index].statistics;
    status =
        verify_case_init(verify, networks[cases[index].network], 100 + 10 * index, &job, error);
    for (size_t i = 0; i < VERIFY_WAYS && status == WEFT_OK; i++) {
        struct verify_setup how = verify_device_options(verify, job.count, NULL);
        bool wanted = full || (cases[index].quick >> i & 1) != 0;
        bool apart = how.options.no_fuse;
        /* the CPU backend knows no other way */
        if ((builtin ? i > 0 : !wanted) || verify->outcome->result != WEFT_VERIFY_EQUAL) {
            continue;
        }
        verify_way(verify, i, &how);
        how.options.no_fuse = how.options.no_fuse != (!full && apart);
        status = run_variant(verify, &job, &how, error);
        if (status == WEFT_OK) {
            status = verify_progress(verify, "layers", error);
        }
    }
    verify_case_finish(&job);
    return status;
}

enum weft_status verify_layers(struct verify *verify, struct weft_error *error) {
    enum weft_status status = WEFT_OK;
    for (size_t i = 0; i < CASES && status == WEFT_OK; i++) {
        if ((cases[i].quick != 0 || verify->options->full) &&
            verify->outcome->result == WEFT_VERIFY_EQUAL) {
            status = run_case(verify, i, error);
        }
    }
    return status;
}
