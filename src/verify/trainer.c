/* trainer.c: trainings of a network, made of steps that every device must compute to the same
 * bits. */
#include "verify/trainer.h"

#include <stdlib.h>
#include <string.h>

#include "base/sha256.h"
#include "base/try.h"
#include "train/augment.h"
#include "train/class_weights.h"
#include "verify/made_values.h"
#include "verify/reference.h"

#define EPOCH_STEPS 600 /* of one epoch at most; then the images repeat */
#define RATE        0.01f

/* Recipes that have together all that a device computes for one, in turns. Most steps clip, because
 * one rounding of a sum of squares changes the quotient by it in about every second step only. */
static const struct weft_recipe recipes[] = {
    {.optimizer = WEFT_OPTIMIZER_ADAMW,
     .weight_decay = 0.5f,
     .label_smoothing = 0.1f,
     .clip_norm = 0.25f},
    {.optimizer = WEFT_OPTIMIZER_SGD,
     .momentum = 0.9f,
     .nesterov = true,
     .weight_decay = 0.1f,
     .clip_norm = 0.5f,
     .class_weights = WEFT_CLASS_WEIGHTS_BALANCED},
    {.optimizer = WEFT_OPTIMIZER_ADAM,
     .weight_decay = 0.1f,
     .label_smoothing = 0.25f,
     .clip_norm = 0.1f,
     .class_weights = WEFT_CLASS_WEIGHTS_BALANCED,
     .flip = true,
     .shift = 3,
     .erase = 7},
    {.optimizer = WEFT_OPTIMIZER_SGD, .momentum = 0.5f, .clip_norm = 1000.0f, .erase = 28},
};

/* Weights of ten classes, in place of balanced ones, which would be nearly equal; of more classes
 * they repeat. */
static const float weights[] = {1, 0.3f, 2, 0.7f, 0, 1.1f, 0.1f, 5, 0.9f, 1.3f};

size_t trainer_images(const struct verify *verify, const struct weft_network *network,
                      enum weft_split split) {
    const struct verify_options *options = verify->options;
    const uint64_t steps = verify_steps(verify);
    const size_t count = (size_t)(steps < EPOCH_STEPS ? steps : EPOCH_STEPS) * TRAINER_BATCH;
    return options->images != NULL ? options->images[split].count
                                   : verify_images_count(network, split == WEFT_SPLIT_TRAIN ? count
                                                                  : options->full           ? 10000
                                                                                            : 1000);
}

static enum weft_status make_images(struct trainer *trainer, struct weft_error *error) {
    const struct weft_network *network = trainer->model->network;
    for (int split = 0; split < WEFT_SPLIT_COUNT; split++) {
        TRY(verify_images(trainer->seed, (enum weft_split)split, network,
                          trainer_images(trainer->verify, network, (enum weft_split)split),
                          &trainer->made_images[split], error));
    }
    trainer->images = trainer->made_images;
    return WEFT_OK;
}

enum weft_status trainer_allocate(struct trainer *trainer, struct weft_error *error) {
    const struct weft_network *network = trainer->model->network;
    size_t steps = (size_t)trainer->steps + 1, step = sizeof *trainer->results[0];
    bool fits = trainer->steps < SIZE_MAX / step / 2;
    for (size_t i = 0; i < IMAGES_CLASSES_MAX; i++) {
        trainer->class_weights[i] = weights[i % (sizeof weights / sizeof weights[0])];
    }
    trainer->values = calloc(network->parameter_count + network->buffer_count + 1, sizeof(float));
    trainer->order = calloc(trainer->images[WEFT_SPLIT_TRAIN].count, sizeof *trainer->order);
    trainer->results[0] = fits ? calloc(steps, step) : NULL;
    trainer->results[1] = fits ? calloc(steps, step) : NULL;
    trainer->changes = calloc(trainer->images[WEFT_SPLIT_TRAIN].count, sizeof *trainer->changes);
    return trainer->values != NULL && trainer->order != NULL && trainer->changes != NULL &&
                   trainer->results[0] != NULL && trainer->results[1] != NULL
               ? WEFT_OK
               : error_set(error, WEFT_NO_MEMORY, "verify: no memory for a network");
}

enum weft_status trainer_init(struct verify *verify, uint64_t seed, size_t batch,
                              struct trainer *trainer, struct weft_error *error) {
    struct weft_network *network = NULL;
    const struct debug_options *flip = verify->flip.flip != 0 ? &verify->flip : NULL;
    *trainer = (struct trainer){.verify = verify,
                                .seed = seed,
                                .steps = verify_steps(verify),
                                .batch = batch,
                                .images = verify->options->images,
                                .note = ""};
    TRY(verify_network(verify, &network, error));
    TRY(model_create(network, &trainer->model, error));
    model_initialise(trainer->model, seed);
    if (trainer->images == NULL) {
        TRY(make_images(trainer, error));
    }
    if (trainer->images[WEFT_SPLIT_TRAIN].count < batch) {
        trainer->batch = trainer->images[WEFT_SPLIT_TRAIN].count;
    }
    trainer->setup = verify_device_setup(verify, trainer->batch, flip);
    if (flip != NULL && flip->ref.is_activation) {
        trainer->setup.options.no_fuse = true; /* so that all activations exist */
    }
    return trainer_allocate(trainer, error);
}

enum weft_status trainer_reseed(struct trainer *trainer, uint64_t seed, struct weft_error *error) {
    trainer->seed = seed;
    model_initialise(trainer->model, seed);
    if (trainer->images != trainer->made_images) {
        return WEFT_OK;
    }
    images_finish(&trainer->made_images[WEFT_SPLIT_TRAIN]);
    images_finish(&trainer->made_images[WEFT_SPLIT_TEST]);
    return make_images(trainer, error);
}

void trainer_finish(struct trainer *trainer) {
    backend_close(trainer->backend);
    model_destroy(trainer->model);
    images_finish(&trainer->made_images[WEFT_SPLIT_TRAIN]);
    images_finish(&trainer->made_images[WEFT_SPLIT_TEST]);
    free(trainer->values);
    free(trainer->order);
    free(trainer->changes);
    free(trainer->results[0]);
    free(trainer->results[1]);
    free(trainer->moments[0]);
    free(trainer->moments[1]);
}

enum weft_status trainer_open(const struct trainer *trainer, const struct verify_setup *setup,
                              struct backend **backend, struct weft_error *error) {
    const struct normalisation normalisation = verify_normalisation(trainer->model->network);
    TRY(verify_open(trainer->model->network, setup, backend, error));
    TRY(backend_set_normalisation(*backend, &normalisation, error));
    for (int split = 0; split < WEFT_SPLIT_COUNT; split++) {
        TRY(backend_set_images(*backend, (enum weft_split)split, &trainer->images[split], error));
    }
    return WEFT_OK;
}

enum weft_status trainer_open_reference(const struct trainer *trainer, struct backend **backend,
                                        struct weft_error *error) {
    struct verify_setup setup = verify_reference_setup(trainer->verify, trainer->batch);
    setup.options.log = trainer->setup.options.log;
    return trainer_open(trainer, &setup, backend, error);
}

/* The parameters are last, since debug_options.flip counts from there. */
enum weft_status trainer_begin(const struct trainer *trainer, struct backend *backend,
                               struct weft_error *error) {
    const struct weft_model *model = trainer->model;
    memset(trainer->values, 0, model->network->parameter_count * sizeof *trainer->values);
    TRY(backend_write(backend, ARRAY_BUFFERS, model->buffers, error));
    for (int i = 0; i < 2; i++) {
        TRY(backend_write(backend, i == 0 ? ARRAY_MOMENTS : ARRAY_SECOND_MOMENTS,
                          trainer->moments[i] != NULL ? trainer->moments[i] : trainer->values,
                          error));
    }
    return backend_write(backend, ARRAY_PARAMETERS, model->parameters, error);
}

/* Returns the recipe of epoch ${epoch}, from 1 on, whose changes fit ${images}. */
static struct weft_recipe recipe_of(uint64_t epoch, const struct weft_images *images) {
    struct weft_recipe recipe = recipes[(epoch - 1) % (sizeof recipes / sizeof recipes[0])];
    const size_t height = images->height, width = images->width;
    const size_t side = height < width ? height : width;
    recipe.shift = recipe.shift < side ? recipe.shift : side - 1;
    recipe.erase = recipe.erase < side ? recipe.erase : side;
    if (height > AUGMENT_SIDE_MAX || width > AUGMENT_SIDE_MAX) {
        recipe.shift = recipe.erase = 0;
    }
    return recipe;
}

/* Makes the steps of ${chunk}, which begin at image ${begin} of epoch ${epoch}, follow a recipe. */
static void use_recipe(const struct trainer *trainer, uint64_t epoch, size_t begin,
                       struct trainer_chunk *chunk) {
    const struct weft_images *images = &trainer->images[WEFT_SPLIT_TRAIN];
    const struct weft_recipe recipe = recipe_of(epoch, images);
    struct training_steps *steps = &chunk->steps;
    const bool weighted = recipe.class_weights != WEFT_CLASS_WEIGHTS_NONE;
    augment_images(&recipe, trainer->seed, epoch, images->height, images->width, images->count,
                   trainer->changes);
    steps->changes = augment_changes(&recipe) ? trainer->changes + begin : NULL;
    steps->label_smoothing = recipe.label_smoothing;
    steps->class_weights = weighted ? trainer->class_weights : NULL;
    for (size_t i = 0; i < steps->steps; i++) {
        const size_t first = i * steps->batch, left = steps->images - first;
        const size_t count = left < steps->batch ? left : steps->batch;
        chunk->updates[i] = optimizer_update(&recipe, (double)RATE, chunk->first + i + 1);
        if (weighted) {
            chunk->updates[i].weight = class_weights_sum(trainer->class_weights, images->labels,
                                                         steps->order + first, count);
        }
    }
}

void trainer_chunk_make(const struct trainer *trainer, uint64_t first,
                        struct trainer_chunk *chunk) {
    size_t count = trainer->images[WEFT_SPLIT_TRAIN].count;
    uint64_t in_epoch = (count + trainer->batch - 1) / trainer->batch;
    uint64_t begin = first % in_epoch, end = begin + TRAINER_CHUNK;
    size_t last;
    /* The chunk ends with the epoch and with the training. */
    end = end < in_epoch ? end : in_epoch;
    end = end - begin < trainer->steps - first ? end : begin + (trainer->steps - first);
    last = (size_t)end * trainer->batch;
    last = last < count ? last : count;
    if (begin == 0) {
        shuffle_images(trainer->seed, first / in_epoch + 1, trainer->order, count);
    }
    for (uint64_t i = begin; i < end; i++) {
        chunk->updates[i - begin] = adam_update(RATE, first + (i - begin) + 1);
    }
    chunk->first = first;
    chunk->steps = (struct training_steps){.steps = (size_t)(end - begin),
                                           .batch = trainer->batch,
                                           .images = last - (size_t)begin * trainer->batch,
                                           .order = trainer->order + begin * trainer->batch,
                                           .updates = chunk->updates,
                                           .seed = trainer->seed,
                                           .first = first + 1};
    if (trainer->recipes) {
        use_recipe(trainer, first / in_epoch + 1, (size_t)begin * trainer->batch, chunk);
    }
}

bool trainer_next(const struct trainer *trainer, struct trainer_chunk *chunk) {
    uint64_t first = chunk->first + chunk->steps.steps;
    if (first >= trainer->steps) {
        return false;
    }
    trainer_chunk_make(trainer, first, chunk);
    return true;
}

enum weft_status trainer_train(struct trainer *trainer, struct backend *backend, const char *what,
                               const struct trainer_sink *sink, struct weft_step_result *results,
                               struct weft_error *error) {
    struct trainer_chunk chunk = {.first = 0};
    TRY(trainer_begin(trainer, backend, error));
    while (trainer_next(trainer, &chunk)) {
        struct weft_step_result of_chunk[TRAINER_CHUNK];
        TRY(backend_train(backend, &chunk.steps, of_chunk, error));
        sink->add(sink->context, of_chunk, 2 * chunk.steps.steps);
        if (results != NULL) {
            memcpy(results + chunk.first, of_chunk, chunk.steps.steps * sizeof *results);
        }
        TRY(verify_progress(trainer->verify, what, error));
    }
    for (size_t i = 0; i < STATE_ARRAYS; i++) {
        TRY(backend_read(backend, state_arrays[i], trainer->values, error));
        sink->add(sink->context, trainer->values,
                  array_count(trainer->model->network, state_arrays[i]));
    }
    return WEFT_OK;
}

void trainer_hash_words(void *hash, const void *words, size_t count) {
    for (size_t i = 0; i < count; i++) {
        uint32_t word;
        uint8_t bytes[4];
        memcpy(&word, (const char *)words + 4 * i, sizeof word);
        for (unsigned b = 0; b < 4; b++) {
            bytes[b] = (uint8_t)(word >> 8 * b);
        }
        sha256_add(hash, bytes, sizeof bytes);
    }
}

enum weft_status trainer_hash(struct trainer *trainer, struct backend *backend, char digest[65],
                              struct weft_step_result *results, struct weft_error *error) {
    struct sha256_ctx hash;
    const struct trainer_sink sink = {.add = trainer_hash_words, .context = &hash};
    sha256_init(&hash);
    TRY(trainer_train(trainer, backend, "training", &sink, results, error));
    sha256_final_hex(&hash, digest);
    return WEFT_OK;
}

/* Finds out whether all results of the training of ${reference} are finite. */
static enum weft_status find_finite(struct trainer *trainer, struct backend *reference,
                                    struct weft_error *error) {
    static const enum backend_array arrays[] = {ARRAY_PARAMETERS, ARRAY_BUFFERS};
    trainer->not_finite = false;
    for (uint64_t i = 0; i < trainer->steps; i++) {
        trainer->not_finite |= !values_are_finite(&trainer->results[1][i].loss, 1);
    }
    for (size_t i = 0; i < sizeof arrays / sizeof arrays[0]; i++) {
        TRY(backend_read(reference, arrays[i], trainer->values, error));
        trainer->not_finite |=
            !values_are_finite(trainer->values, array_count(trainer->model->network, arrays[i]));
    }
    return WEFT_OK;
}

enum weft_status trainer_expect(struct trainer *trainer, struct weft_error *error) {
    struct backend *reference = NULL;
    enum weft_status status;
    TRY_OR(done, trainer_open_reference(trainer, &reference, error));
    TRY_OR(done, trainer_hash(trainer, reference, trainer->expected, trainer->results[1], error));
    TRY_OR(done, find_finite(trainer, reference, error));
done:
    backend_close(reference);
    return status;
}

enum weft_status trainer_check_finite(const struct trainer *trainer, struct weft_error *error) {
    if (!trainer->not_finite) {
        return WEFT_OK;
    }
    error_set(error, WEFT_NO_VERDICT,
              "stage training: the training of the CPU backend diverges: of seed %llu, a loss or a "
              "parameter is not a finite number after %llu steps",
              (unsigned long long)trainer->seed, (unsigned long long)trainer->steps);
    return error_hint(error, "another seed or fewer steps, or batch_norm in the network");
}
