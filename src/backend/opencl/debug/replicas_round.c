/* replicas_round.c: rounds of the copies of a network. In a round the queues of the copies are
 * filled in parallel, and only verdicts are read back. */
#include "backend/opencl/debug/replicas.h"
#include "backend/opencl/fill.h"
#include "backend/opencl/loss.h"
#include "backend/opencl/pace.h"
#include "backend/opencl/training.h"
#include "backend/opencl/transfer.h"
#include "base/try.h"

#include "digest.h"

static struct backend *backend_of(struct replicas *replicas, size_t i) {
    return &replicas->copies[i].cl->base;
}

static uint64_t size_of(const struct replicas *replicas, size_t *count) {
    *count = replicas->count;
    return replicas->bytes;
}

/* Enqueues the kernel that adds ${words} of ${buffer} to the chains. */
static enum weft_status chain(struct replica *copy, cl_mem buffer, size_t words,
                              struct weft_error *error) {
    cl_uint count = (cl_uint)words;
    const struct replica_argument arguments[] = {
        {sizeof buffer, &buffer}, {sizeof copy->chains, &copy->chains}, {sizeof count, &count}};
    return replica_launch(copy, SOAK_CHAIN, arguments, 3, WEFT_DIGEST_CHAINS, error);
}

static void run_work(void *context, size_t i) {
    struct replicas *replicas = context;
    replicas->work(replicas, &replicas->copies[i]);
}

/* Calls ${work} for all copies, on several threads; fails as the first of them that fails. */
static enum weft_status run_parallel(struct replicas *replicas,
                                     enum weft_status (*work)(struct replicas *replicas,
                                                              struct replica *copy),
                                     struct weft_error *error) {
    replicas->work = work;
    os_pool_run(replicas->pool, replicas->count, run_work, replicas);
    for (size_t i = 0; i < replicas->count; i++) {
        if (replicas->copies[i].error.status != WEFT_OK) {
            if (error != NULL) {
                *error = replicas->copies[i].error;
            }
            return replicas->copies[i].error.status;
        }
    }
    return WEFT_OK;
}

static enum weft_status begin(struct replicas *replicas, const struct weft_images *images,
                              const struct normalisation *normalisation, const float *parameters,
                              const float *buffers, uint32_t seed, struct weft_error *error) {
    struct opencl_backend *first = replicas->copies[0].cl;
    const float *values[] = {parameters, buffers};
    for (int i = 0; i < 2; i++) {
        TRY(opencl_write(first, replicas->initial[i], values[i],
                         array_count(first->base.network, state_arrays[i]) * sizeof(cl_float),
                         error));
    }
    replicas->seed = seed;
    for (size_t i = 0; i < replicas->count; i++) {
        struct backend *backend = &replicas->copies[i].cl->base;
        TRY(backend_set_normalisation(backend, normalisation, error));
        TRY(backend_set_images(backend, WEFT_SPLIT_TRAIN, images, error));
        TRY(replica_run_filling(replicas, &replicas->copies[i], SOAK_FILL, error));
    }
    return WEFT_OK;
}

/* Fills the first ${count} words of ${buffer}, which has whole blocks, with ${word}. */
static enum weft_status set_words(struct replica *copy, cl_mem buffer, cl_uint word, size_t count,
                                  struct weft_error *error) {
    const size_t blocks = (count * sizeof word + FILL_BLOCK - 1) / FILL_BLOCK;
    return opencl_fill(copy->cl, buffer, word, 0, blocks * FILL_BLOCK, error);
}

static enum weft_status restart(struct replicas *replicas, struct replica *copy,
                                struct weft_error *error) {
    TRY(set_words(copy, copy->chains, WEFT_DIGEST_START, WEFT_DIGEST_CHAINS, error));
    for (size_t i = 0; i < STATE_ARRAYS; i++) {
        size_t count = array_count(copy->cl->base.network, state_arrays[i]);
        cl_mem to = copy->cl->arrays[state_arrays[i]];
        if (i >= 2) {
            TRY(set_words(copy, to, 0, count, error));
        } else if (count > 0) {
            TRY(opencl_queue_check(copy->cl,
                                   clEnqueueCopyBuffer(copy->cl->queue, replicas->initial[i], to, 0,
                                                       0, count * sizeof(cl_float), 0, NULL, NULL),
                                   "restart of a copy: clEnqueueCopyBuffer", error));
        }
    }
    copy->cl->steps_made = 0; /* debug->flip counts from here */
    copy->cl->flipped = false;
    return WEFT_OK;
}

static enum weft_status restart_all(struct replicas *replicas, struct weft_error *error) {
    for (size_t i = 0; i < replicas->count; i++) {
        TRY(restart(replicas, &replicas->copies[i], error));
    }
    return WEFT_OK;
}

static enum weft_status train_copy(struct replicas *replicas, struct replica *copy) {
    const struct training_steps *steps = replicas->steps;
    copy->cl->base.trains = true;
    TRY(opencl_train_enqueue(copy->cl, steps, &copy->error));
    copy->cl->base.last_count = steps->images - (steps->steps - 1) * steps->batch;
    TRY(chain(copy, copy->cl->results, 2 * steps->steps, &copy->error));
    return opencl_queue_check(copy->cl, clFlush(copy->cl->queue), "clFlush", &copy->error);
}

static enum weft_status train(struct replicas *replicas, const struct training_steps *steps,
                              struct weft_error *error) {
    replicas->steps = steps;
    TRY(run_parallel(replicas, train_copy, error));
    for (size_t i = 0; i < replicas->count; i++) {
        TRY(opencl_pace_finish(replicas->copies[i].cl, "clFinish", error));
    }
    return WEFT_OK;
}

static enum weft_status compare_copy(struct replicas *replicas, struct replica *copy) {
    const struct replica_argument arguments[] = {{sizeof copy->chains, &copy->chains},
                                                 {sizeof replicas->expected, &replicas->expected},
                                                 {sizeof copy->faults, &copy->faults}};
    for (size_t a = 0; a < STATE_ARRAYS; a++) {
        TRY(chain(copy, copy->cl->arrays[state_arrays[a]],
                  array_count(copy->cl->base.network, state_arrays[a]), &copy->error));
    }
    return replica_launch(copy, SOAK_COMPARE, arguments, 3, 1, &copy->error);
}

/* Reads the faults of copy ${i}, and waits for its queue. */
static enum weft_status read_faults(struct replicas *replicas, size_t i,
                                    cl_uint faults[REPLICA_FAULTS], struct weft_error *error) {
    struct replica *copy = &replicas->copies[i];
    return opencl_read(copy->cl, copy->faults, faults, REPLICA_FAULTS * sizeof *faults, error);
}

static enum weft_status compare(struct replicas *replicas, uint32_t expected, bool *wrong,
                                struct weft_error *error) {
    cl_uint faults[REPLICA_FAULTS];
    replicas->expected = expected;
    TRY(run_parallel(replicas, compare_copy, error));
    for (size_t i = 0; i < replicas->count; i++) {
        TRY(read_faults(replicas, i, faults, error));
        wrong[i] = faults[0] != 0;
    }
    return WEFT_OK;
}

static enum weft_status check_all(struct replicas *replicas, uint64_t *words,
                                  struct weft_error *error) {
    cl_uint faults[REPLICA_FAULTS];
    *words = 0;
    for (size_t i = 0; i < replicas->count; i++) {
        struct replica *copy = &replicas->copies[i];
        TRY(set_words(copy, copy->faults, 0, REPLICA_FAULTS, error));
        TRY(replica_run_filling(replicas, copy, SOAK_CHECK, error));
    }
    for (size_t i = 0; i < replicas->count; i++) {
        TRY(read_faults(replicas, i, faults, error));
        *words += faults[1];
    }
    return WEFT_OK;
}

const struct replicas_ops replicas_ops = {
    .open = replicas_open,
    .close = replicas_close,
    .size = size_of,
    .backend = backend_of,
    .begin = begin,
    .restart = restart_all,
    .train = train,
    .compare = compare,
    .check = check_all,
};
