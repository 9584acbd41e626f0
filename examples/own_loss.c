/* own_loss.c: a loss of one's own: a network learns the function sin(3x) by least squares.
 *
 *     cc -std=c11 own_loss.c $(pkg-config --cflags --libs weft) -lm -o own_loss
 *     ./own_loss [DEVICE]
 *
 * weft_train minimises the cross entropy of classes. Any other loss is computed by the caller, from
 * the outputs of weft_forward: weft_backward takes its gradient with respect to the outputs, and
 * weft_step updates the parameters with the gradients of that. */
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <weft/weft.h>

enum { POINTS = 64, STEPS = 1500 };

static const char network_list[] =
    "{\"input\": [1],"
    " \"layers\": ["
    "  {\"kind\": \"linear\", \"name\": \"hidden\", \"out_features\": 32},"
    "  {\"kind\": \"relu\"},"
    "  {\"kind\": \"linear\", \"name\": \"middle\", \"out_features\": 32},"
    "  {\"kind\": \"relu\"},"
    "  {\"kind\": \"linear\", \"name\": \"out\", \"out_features\": 1}]}";

/* Stores the gradient of the mean squared error in ${gradient}, and returns the error. */
static double squared_error(const float *outputs, const float *targets, float *gradient) {
    double sum = 0;

    for (size_t i = 0; i < POINTS; i++) {
        const float distance = outputs[i] - targets[i];

        sum += (double)distance * (double)distance;
        gradient[i] = 2 * distance / POINTS;
    }
    return sum / POINTS;
}

static bool learn(struct weft_session *session, struct weft_error *error) {
    float inputs[POINTS], targets[POINTS], outputs[POINTS], gradient[POINTS];

    for (size_t i = 0; i < POINTS; i++) {
        inputs[i] = 2.0f * (float)i / (POINTS - 1) - 1; /* -1 to 1 */
        targets[i] = sinf(3 * inputs[i]);
    }
    for (int step = 0; step <= STEPS; step++) {
        double loss;

        if (weft_forward(session, WEFT_STATISTICS_BATCH, inputs, POINTS, outputs, error) !=
            WEFT_OK) {
            return false;
        }
        loss = squared_error(outputs, targets, gradient);
        if (step % 300 == 0) {
            printf("step: %d, loss: %.6f\n", step, loss);
        }
        if (weft_backward(session, gradient, NULL, error) != WEFT_OK ||
            weft_step(session, 0.003f, error) != WEFT_OK) {
            return false;
        }
    }
    return true;
}

int main(int argc, char **argv) {
    struct weft_session_options options = WEFT_SESSION_OPTIONS;
    struct weft_error *error = weft_error_create();
    struct weft_network *network = NULL;
    struct weft_model *model = NULL;
    struct weft_session *session = NULL;
    bool done;

    options.device = argc > 1 ? argv[1] : NULL;
    options.batch = POINTS;
    done = weft_network_create(network_list, &network, error) == WEFT_OK &&
           weft_model_create(network, 1, &model, error) == WEFT_OK &&
           weft_session_open(model, &options, &session, error) == WEFT_OK && learn(session, error);

    if (!done) {
        fprintf(stderr, "own_loss: %s\n%s\n", weft_error_message(error), weft_error_hint(error));
    }
    weft_session_close(session);
    weft_model_destroy(model);
    weft_network_destroy(network);
    weft_error_destroy(error);
    return done ? 0 : 1;
}
