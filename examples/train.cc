// train.cc: as train.c, in C++17, with owners that destroy what they hold, and an exception for each
// failure.
//
//     c++ -std=c++17 train.cc $(pkg-config --cflags --libs weft) -o train
//     ./train [DEVICE [MODEL]]
#include <cstdio>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <weft/weft.h>

// An owner of a weft object: Owner<weft_model, weft_model_destroy>.
template <typename Object, void (*destroy)(Object *)> struct Destroy {
    void operator()(Object *object) const {
        destroy(object);
    }
};
template <typename Object, void (*destroy)(Object *)>
using Owner = std::unique_ptr<Object, Destroy<Object, destroy>>;

using Error = Owner<weft_error, weft_error_destroy>;
using Network = Owner<weft_network, weft_network_destroy>;
using Model = Owner<weft_model, weft_model_destroy>;
using Images = Owner<weft_images, weft_images_destroy>;
using Session = Owner<weft_session, weft_session_close>;

// Calls a function of the library with arguments and an error, and throws what failed.
template <typename Function, typename... Arguments>
void call(Function function, Arguments... arguments) {
    const Error error(weft_error_create());
    if (function(arguments..., error.get()) != WEFT_OK) {
        throw std::runtime_error(weft_error_message(error.get()));
    }
}

// The same for a function that creates an object, its last argument before the error.
template <typename Result, typename Function, typename... Arguments>
Result create(Function function, Arguments... arguments) {
    typename Result::pointer object = nullptr;
    call(function, arguments..., &object);
    return Result(object);
}

static bool print_epoch(void *, const weft_epoch *epoch, float *) {
    std::printf("epoch: %zu, accuracy: %.4f, mean loss: %.4f\n", epoch->epoch, epoch->accuracy,
                epoch->mean_loss);
    return true;
}

static void train(const char *device, const std::string &path) {
    const char *const folder = nullptr;
    const auto images = create<Images>(weft_images_read, folder, WEFT_SPLIT_TRAIN);
    const auto test = create<Images>(weft_images_read, folder, WEFT_SPLIT_TEST);
    const auto network = create<Network>(weft_network_create_published);
    const auto start = create<Model>(weft_model_create, network.get(), 0);

    weft_session_options options = WEFT_SESSION_OPTIONS;
    options.device = device;
    const auto session = create<Session>(weft_session_open, start.get(), &options);

    weft_training_options training = WEFT_TRAINING_OPTIONS;
    training.epoch = print_epoch;
    call(weft_train, session.get(), images.get(), &training);

    weft_evaluation result = WEFT_EVALUATION;
    call(weft_evaluate, session.get(), test.get(), nullptr, &result);
    std::printf("test accuracy: %.4f (%zu of %zu)\n", result.accuracy, result.correct,
                result.images);

    const auto trained = create<Model>(weft_session_model, session.get());
    call(weft_model_save, trained.get(), path.c_str());
}

int main(int argc, char **argv) {
    try {
        train(argc > 1 ? argv[1] : nullptr, argc > 2 ? argv[2] : "model.safetensors");
        return 0;
    } catch (const std::exception &exception) {
        std::fprintf(stderr, "train: %s\n", exception.what());
        return 1;
    }
}
