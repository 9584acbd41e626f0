/* pixels.c: --mean and --std: the values of pixels. */
#include "cli/pixels.h"

#include <string.h>

#include "base/try.h"
#include "cli/load.h"
#include "cli/parser.h"
#include "cli/suggest.h"

enum { CHANNELS_MAX = 16 };

/* A mean and a standard deviation for each channel. */
struct pixels {
    size_t channels;
    float mean[CHANNELS_MAX], std[CHANNELS_MAX];
};

static bool is_computed(const char *text) {
    return text != NULL && strcmp(text, "computed") == 0;
}

/* Reads the numbers of ${text}, one for each channel or one for all. Returns how many there are, or
 * 0 if ${text} is wrong. */
static size_t read_list(const char *text, float least, size_t channels,
                        float numbers[CHANNELS_MAX]) {
    size_t count = 0;
    while (text != NULL) {
        float number;
        const char *end = cli_option_float(text, least, 1000, &number);
        if (count == channels || end == NULL || (*end != ',' && *end != '\0')) {
            return 0;
        }
        numbers[count++] = number;
        text = *end == ',' ? end + 1 : NULL;
    }
    return count == 1 || count == channels ? count : 0;
}

/* Reads the numbers of ${option}, one for each channel or one for all, unless ${text} is NULL or
 * "computed". */
static enum weft_status parse(const char *text, const char *option, float least, size_t channels,
                              float numbers[CHANNELS_MAX], struct weft_error *error) {
    char plain[64];
    size_t count;
    if (text == NULL || is_computed(text)) {
        return WEFT_OK;
    }
    count = read_list(text, least, channels, numbers);
    if (count == 0) {
        error_set(error, WEFT_USAGE,
                  "--%s %s: not \"computed\", nor 1%s%s numbers with commas between them, "
                  "each from %g to 1000",
                  option, text, channels > 1 ? " or " : "",
                  channels > 1 ? (channels == 3 ? "3" : "one for each channel") : "",
                  (double)least);
        return cli_suggest_points(text, plain) && read_list(plain, least, channels, numbers) > 0
                   ? error_hint(error, "write --%s %s: the decimal point is a point", option, plain)
                   : WEFT_USAGE;
    }
    for (size_t c = count; c < channels; c++) {
        numbers[c] = numbers[0];
    }
    return WEFT_OK;
}

/* Computes ${computed} from the training images: ${images}, or those of --data. */
static enum weft_status compute(const struct cli_options *options, const struct weft_images *images,
                                const struct weft_network *network, struct pixels *computed,
                                struct weft_error *error) {
    struct weft_images *read = NULL;
    char *folder = NULL;
    enum weft_status status;
    if (images == NULL) {
        TRY(weft_data_find(options->data, &folder, error));
        TRY_OR(done, cli_load_images(options, folder, WEFT_SPLIT_TRAIN, network, &read, error));
    }
    status = weft_images_normalisation(images != NULL ? images : read, true, computed->mean,
                                       computed->std, computed->channels, error);
done:
    weft_images_destroy(read);
    weft_free(folder);
    return status;
}

/* Stores what the options do not request: that of the training images, or else of the model. */
static enum weft_status begin(const struct weft_images *images, const struct weft_model *model,
                              struct pixels *pixels, struct weft_error *error) {
    const float *mean, *std;
    if (images != NULL) {
        return weft_images_normalisation(images, false, pixels->mean, pixels->std, pixels->channels,
                                         error);
    }
    if (weft_model_normalisation(model, &mean, &std) > 0) {
        memcpy(pixels->mean, mean, pixels->channels * sizeof *mean);
        memcpy(pixels->std, std, pixels->channels * sizeof *std);
        return WEFT_OK;
    }
    for (size_t c = 0; c < pixels->channels; c++) { /* as published */
        pixels->mean[c] = 0.2859f;
        pixels->std[c] = 0.3530f;
    }
    return WEFT_OK;
}

enum weft_status cli_pixels_set(const struct cli_options *options, const struct weft_images *images,
                                struct weft_model *model, struct weft_error *error) {
    const struct weft_network *network = weft_model_network(model);
    const struct weft_layer *first = weft_network_layer(network, 0);
    struct pixels pixels = {.channels = first->flat_input ? 1 : first->input[0]};
    struct pixels computed = pixels;
    if (images == NULL && options->mean == NULL && options->std == NULL) {
        return WEFT_OK;
    }
    if (pixels.channels > CHANNELS_MAX) {
        return options->mean == NULL && options->std == NULL
                   ? WEFT_OK
                   : error_set(error, WEFT_USAGE,
                               "--mean, --std: the network has more than %d channels",
                               CHANNELS_MAX);
    }
    TRY(begin(images, model, &pixels, error));
    TRY(parse(options->mean, "mean", -1000, pixels.channels, pixels.mean, error));
    TRY(parse(options->std, "std", 1e-6f, pixels.channels, pixels.std, error));
    if (is_computed(options->mean) || is_computed(options->std)) {
        TRY(compute(options, images, network, &computed, error));
    }
    return weft_model_set_normalisation(
        model, is_computed(options->mean) ? computed.mean : pixels.mean,
        is_computed(options->std) ? computed.std : pixels.std, pixels.channels, error);
}
