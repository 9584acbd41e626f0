/* prepare.c: how a file becomes an image for the network: as a photograph of clothes, for models of
 * Fashion-MNIST, or scaled only. */
#include "base/try.h"
#include "cli/identity.h"
#include "cli/predict/picture.h"
#include "cli/predict/predict.h"

enum { SIDE = 28 }; /* of the images of Fashion-MNIST */

bool cli_predict_published(const struct cli_prediction *state) {
    const bool fits = state->classes == state->fashion_classes && state->channels == 1;
    const bool named = weft_model_classes(state->model) > 0 ||
                       weft_model_images_sha256(state->model, WEFT_SPLIT_TRAIN)[0] != '\0';
    return fits && (named ? cli_identity_is_published(state->model)
                          : state->height == SIDE && state->width == SIDE);
}

enum weft_status cli_predict_prepare(struct cli_prediction *state, struct weft_error *error) {
    const int prepare = state->options->prepare;
    state->published = cli_predict_published(state);
    state->photo =
        prepare == CLI_PREPARE_PHOTO || (prepare == CLI_PREPARE_AUTO && state->published);
    if (state->photo && state->channels != 1) {
        error_set(
            error, WEFT_USAGE,
            "--prepare photo: pictures become grey images, but the network takes %zu channels",
            state->channels);
        return error_hint(error, "--prepare plain keeps the colours");
    }
    if (state->channels != 1 && state->channels != 3) {
        return error_set(error, WEFT_USAGE,
                         "predict: pictures have 1 or 3 channels, but the network takes %zu",
                         state->channels);
    }
    return WEFT_OK;
}

/* Whether ${picture} has another ratio of its sides than the input. A picture that was cut to whole
 * pixels may differ by a hundredth. */
static bool is_stretched(const struct cli_prediction *state, const struct cli_picture *picture) {
    const double wide = (double)picture->width * (double)state->height;
    const double high = (double)picture->height * (double)state->width;
    return wide > 1.01 * high || high > 1.01 * wide;
}

/* Makes ${image} of a photograph. */
static enum weft_status take_photo(struct cli_prediction *state, size_t i,
                                   const struct cli_picture *picture, uint8_t *image,
                                   struct weft_error *error) {
    TRY(cli_picture_image(picture, (enum cli_invert)state->options->invert, state->width,
                          state->height, image, error));
    state->content[i] = cli_picture_content(picture, image, state->width, state->height);
    return WEFT_OK;
}

enum weft_status cli_predict_file(struct cli_prediction *state, size_t image, const char *path,
                                  bool *damaged_exif, struct weft_error *error) {
    const size_t area = state->channels * state->height * state->width;
    uint8_t *pixels = state->pixels + image * area;
    struct cli_picture picture;
    enum weft_status status = WEFT_OK;
    TRY(state->photo ? cli_picture_read(path, &picture, error)
                     : cli_picture_read_plain(path, state->channels, &picture, error));
    *damaged_exif = picture.damaged_exif;
    state->exact[image] = picture.width == state->width && picture.height == state->height;
    if (state->photo) {
        status = take_photo(state, image, &picture, pixels, error);
    } else {
        cli_picture_scale(&picture, state->options->invert == CLI_INVERT_YES, state->width,
                          state->height, pixels);
        state->stretched[image] = is_stretched(state, &picture);
        state->content[image] = cli_picture_content_plain(&picture, pixels, state->channels,
                                                          state->width, state->height);
    }
    cli_picture_finish(&picture);
    return status;
}
