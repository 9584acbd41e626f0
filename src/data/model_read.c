/* model_read.c: finds and reads a model file, weft's or PyTorch's; the names of all tensors are
 * checked before memory is allocated for them. */
#include "data/model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file_kind.h"
#include "base/printable.h"
#include "base/text.h"
#include "base/try.h"
#include "data/model_convert.h"
#include "data/model_file.h"
#include "data/model_metadata.h"
#include "data/model_names.h"
#include "data/safetensors.h"
#include "numerics.h"
#include "os/files.h"

#define NOTICE sizeof((struct weft_model){0}.notice)

enum weft_status model_path(const char *path, char file[4096], struct weft_error *error) {
    size_t length = strlen(path);
    bool ends = length > 0 && os_is_separator(path[length - 1]);
    const char *name = !os_is_folder(path) ? "" : ends ? "model.safetensors" : "/model.safetensors";
    int written = snprintf(file, 4096, "%s%s", path, name);
    if (written < 0 || written >= 4096) {
        return error_set(error, WEFT_USAGE, "model: the path is longer than 4095 bytes");
    }
    return WEFT_OK;
}

/* Makes the network that ${file} names, or the published one. */
static enum weft_status read_network(const struct safetensors *file, struct weft_network **network,
                                     struct weft_error *error) {
    const char *list = safetensors_metadata(file, "weft.network");
    enum weft_status status = list == NULL ? network_create_published(network, error)
                                           : network_create(list, network, error);
    if (status != WEFT_OK && list != NULL) {
        error_context(error, "__metadata__ weft.network");
    }
    return status;
}

/* The contract may be another one, since the values mean the same, but it must be a number. */
static enum weft_status check_contract(const struct safetensors *file, struct weft_error *error) {
    const char *contract = safetensors_metadata(file, "weft.contract");
    char shown[80];
    if (contract != NULL && (contract[0] == '\0' || strlen(contract) > 9 ||
                             strspn(contract, "0123456789") != strlen(contract))) {
        return error_set(error, WEFT_BAD_FILE,
                         "__metadata__ weft.contract: \"%s\" is not a decimal number",
                         text_printable(contract, shown));
    }
    return WEFT_OK;
}

/* Adds ${part} to ${notice}. */
static void add_notice(char notice[NOTICE], const char *part) {
    size_t length = strlen(notice);
    if (part[0] != '\0') {
        printable_print(notice + length, NOTICE - length, "%s%s", length > 0 ? "; " : "", part);
    }
}

/* Writes how the file differs from a state dict of float32 into ${notice}. */
static void describe(const struct model_names *names, const struct model_conversion *conversion,
                     char notice[NOTICE]) {
    char text[400];
    if (names->prefix[0] != '\0') {
        snprintf(text, sizeof text, "the prefix %s of all names was removed", names->prefix);
        add_notice(notice, text);
    }
    add_notice(notice, names->unwrapped != NULL
                           ? "the parts of wrappers (module, _orig_mod) inside names were removed"
                           : "");
    add_notice(notice, names->averaged != NULL ? "n_averaged was ignored" : "");
    model_conversion_text(conversion, text);
    add_notice(notice, text);
}

/* Copies all tensors into ${model}, and adds what was done to its notice. */
static enum weft_status copy_values(const struct model_names *names, struct weft_model *model,
                                    struct weft_error *error) {
    const struct weft_network *network = model->network;
    struct model_conversion conversion = {.rounded = 0};
    for (size_t i = 0; i < network->tensor_count; i++) {
        const struct network_tensor *tensor = &network->tensors[i];
        TRY(model_convert(names->tensors[i], tensor, model_values(model, tensor), &conversion,
                          error));
    }
    for (size_t i = 0; i < network->layer_count; i++) {
        if (names->counters[i] != NULL) {
            TRY(model_convert_counter(names->counters[i], &model->batches[i], error));
        }
    }
    describe(names, &conversion, model->notice);
    return WEFT_OK;
}

/* Values near the denormals become +0, as in all computations. */
static void clean_values(struct weft_model *model) {
    for (size_t i = 0; i < model->network->parameter_count; i++) {
        model->parameters[i] = weft_clean(model->parameters[i]);
    }
    for (size_t i = 0; i < model->network->buffer_count; i++) {
        model->buffers[i] = weft_clean(model->buffers[i]);
    }
}

/* Takes ${given} over, or makes the network that ${file} names; or the published one, and then
 * sets ${assumed}. */
static enum weft_status choose_network(const struct safetensors *file, struct weft_network *given,
                                       struct weft_network **network, bool *assumed,
                                       struct weft_error *error) {
    const char *list = safetensors_metadata(file, "weft.network");
    char *mine = given != NULL ? network_to_json(given) : NULL, *own = NULL;
    enum weft_status status;
    *network = given;
    *assumed = given == NULL && list == NULL;
    if (given != NULL && list == NULL) {
        free(mine);
        return WEFT_OK;
    }
    *network = NULL;
    TRY_OR(done, read_network(file, network, error));
    own = given != NULL ? network_to_json(*network) : NULL;
    if (given != NULL && (mine == NULL || own == NULL || strcmp(mine, own) != 0)) {
        status = error_set(error, WEFT_BAD_FILE,
                           "__metadata__ weft.network: it names another network than the given "
                           "one");
        error_hint(error, "weft_model_load takes the network of the file");
    }
done:
    free(mine);
    free(own);
    network_destroy(given);
    return status;
}

/* Finds all tensors. */
static enum weft_status find_tensors(const struct safetensors *file, bool assumed,
                                     const struct weft_network *network, struct model_names *names,
                                     struct weft_error *error) {
    enum weft_status status;
    TRY(check_contract(file, error));
    status = model_names_find(file, network, names, error);
    if (status != WEFT_OK && assumed) {
        error_hint(error, "the file names no network in its __metadata__: the published one "
                          "was expected; weft_model_load_as takes another");
    }
    return status;
}

/* A checkpoint has the arrays of a training in place of the tensors of a network. */
static enum weft_status check_model(const struct safetensors *file, struct weft_error *error) {
    if (safetensors_metadata(file, "weft.checkpoint") == NULL) {
        return WEFT_OK;
    }
    error_set(error, WEFT_BAD_FILE, "this is a checkpoint of weft, but a model was expected");
    return error_hint(error, "the model of a finished run is model.safetensors beside it; "
                             "weft_checkpoint_load reads a checkpoint");
}

/* Takes ${given} over. On failure the caller destroys ${model}. */
static enum weft_status read_model(const struct safetensors *file, struct weft_network *given,
                                   struct weft_model **model, struct weft_error *error) {
    struct weft_network *network = NULL;
    struct model_names names = {.prefix = ""};
    bool assumed = false;
    enum weft_status status;
    status = check_model(file, error);
    if (status != WEFT_OK) {
        network_destroy(given);
        return status;
    }
    TRY_OR(done, choose_network(file, given, &network, &assumed, error));
    TRY_OR(done, find_tensors(file, assumed, network, &names, error));
    status = model_create(network, model, error);
    network = NULL; /* taken over */
    TRY_OR(done, status);
    (*model)->published_assumed = assumed;
    TRY_OR(done, copy_values(&names, *model, error));
    TRY_OR(done, model_check(*model, WEFT_BAD_FILE, error));
    TRY_OR(done, model_metadata_read(file, *model, error));
    clean_values(*model);
done:
    model_names_finish(&names);
    network_destroy(network);
    return status;
}

/* Makes ${model} of ${file}, which is called ${name}, and takes ${network} over. */
static enum weft_status make_model(const struct safetensors *file, const char *name,
                                   struct weft_network *network, struct weft_model **model,
                                   struct weft_error *error) {
    enum weft_status status = read_model(file, network, model, error);
    if (status != WEFT_OK) {
        error_context(error, "%s", name);
        model_destroy(*model);
        *model = NULL;
    }
    return status;
}

enum weft_status model_load_as(const char *path, struct weft_network *network,
                               struct weft_model **model, struct weft_error *error) {
    struct safetensors file = {.count = 0};
    char name[4096];
    enum weft_status status;
    *model = NULL;
    TRY_OR(done, model_path(path, name, error));
    TRY_OR(done, safetensors_read(name, &file, error));
    status = make_model(&file, name, network, model, error);
    network = NULL; /* taken over */
    TRY_OR(done, status);
    (*model)->path = text_copy(name);
    if ((*model)->path == NULL) {
        status = error_set(error, WEFT_NO_MEMORY, "no memory for the model %s", name);
        model_destroy(*model);
        *model = NULL;
    }
done:
    network_destroy(network);
    safetensors_finish(&file);
    return status;
}

enum weft_status model_load(const char *path, struct weft_model **model, struct weft_error *error) {
    return model_load_as(path, NULL, model, error);
}

enum weft_status model_load_memory(const void *bytes, size_t size, struct weft_network *network,
                                   struct weft_model **model, struct weft_error *error) {
    struct safetensors file = {.count = 0};
    char *copy = malloc(size + 1);
    enum weft_status status;
    *model = NULL;
    if (copy == NULL) {
        status = error_set(error, WEFT_NO_MEMORY, "no memory for a model of %zu bytes", size);
        goto done;
    }
    memcpy(copy, bytes, size);
    status = file_kind_check("model in memory", copy, size, FILE_SAFETENSORS, false, error);
    if (status != WEFT_OK) {
        free(copy);
        goto done;
    }
    status = safetensors_parse(copy, size, &file, error); /* frees the copy when it fails */
    if (status != WEFT_OK) {
        error_context(error, "model in memory");
        goto done;
    }
    status = make_model(&file, "model in memory", network, model, error);
    network = NULL; /* taken over */
done:
    network_destroy(network);
    safetensors_finish(&file);
    return status;
}
