/* options.c: the options of weft train. */
#include "cli/train/train.h"

static const char *const orders[] = {"shuffled", "file", NULL};         /* enum weft_order */
static const char *const optimizers[] = {"adam", "adamw", "sgd", NULL}; /* enum weft_optimizer */
static const char *const class_weights[] = {"none", "balanced", NULL};  /* enum weft_class_... */
static const char *const keeps[] = {"last", "best", NULL};              /* enum cli_train_keep */

#define OPTIONS   struct cli_train_options
#define BELOW_ONE 0.99999994f /* the largest float that is not 1 */

/* Members of a row of the page "weft help recipes", which a recipe file may have. */
#define RECIPE .recipe = true, .topic = "recipes"

const struct cli_option cli_train_rows[] = {
    {ROW_COUNT("epochs", epochs, "5", 1, 100000, "passes over all training images"),
     .recipe = true},
    {ROW_COUNT("batch", batch, "100", 1, 1000000, "images per step"), .recipe = true},
    {ROW_FLOAT("lr", lr, "0.01", 1e-9f, 1e3f, "learning rate; the largest of a schedule"),
     .recipe = true},
    OPTION_COUNT("seed", seed, "0", 0, UINT64_MAX, "seed of the initial values and the shuffles"),
    {ROW_CHOICE("order", order, "shuffled", orders, "order of the images"), .recipe = true},
    OPTION_COUNT("steps", steps, NULL, 1, UINT64_MAX / 2, "end after N steps in total"),
    {ROW_COUNT("validate", validate, NULL, 1, 1000000,
               "hold out the last N images, evaluate them by epoch;\n"
               "the final matrix of train covers the whole split"),
     .recipe = true},
    OPTION_TEXT("init", init, "MODEL", "begin with the network and the values of MODEL"),
    OPTION_FILE("network", network, "layers in JSON; with --init, of a MODEL that names none"),
    OPTION_TEXT("out", out, "DIR", "the run folder (default: run-N, the first that is new)"),
    OPTION_TEXT("resume", resume, "DIR",
                "continue after the last complete epoch of DIR, with the same\n"
                "bits; --epochs may be larger, the device another"),
    OPTION_STEP_KERNEL,
    OPTION_FLAG("force", force, "replace the run in a DIR that is not empty"),
    OPTION_FILE("dump-gradients", dump_gradients,
                "write the gradients of the last step as safetensors"),
    {ROW_TEXT("recipe", recipe, "NAME",
              "published, best, or a FILE; options on the command line\n"
              "override what it has"),
     .offers = "published best :files", .topic = "recipes"},
    {ROW_CHOICE("optimizer", optimizer, "adam", optimizers, "how a step changes the values"),
     RECIPE},
    {ROW_FLOAT("momentum", momentum, "0", 0, BELOW_ONE, "of sgd"), RECIPE},
    {ROW_FLAG("nesterov", nesterov, "of sgd: Nesterov's momentum; --no-nesterov: not"), RECIPE},
    {ROW_FLOAT("weight-decay", weight_decay, "0", 0, 1e3f,
               "added to the gradient; apart from it with adamw"),
     RECIPE},
    {ROW_TEXT("schedule", schedule, "WORD",
              "how the learning rate changes: constant, cosine, one-cycle,\n"
              "or step:EPOCHS,FACTOR"),
     .offers = "constant cosine one-cycle step:10,0.1", .initial = "constant", RECIPE},
    {ROW_TEXT("warmup", warmup, "N|P%",
              "the learning rate rises in the first N steps, or P% of all\n"
              "steps (default of one-cycle: 20%)"),
     RECIPE},
    {ROW_FLOAT("label-smoothing", label_smoothing, "0", 0, BELOW_ONE,
               "of the loss: this share of a label is for all classes"),
     RECIPE},
    {ROW_FLOAT("clip-norm", clip_norm, "0", 0, 1e9f,
               "the largest norm of a step's gradients; 0: any"),
     RECIPE},
    {ROW_COUNT("average", average, "0", 0, 100000,
               "the model is the mean of those after the last N epochs"),
     RECIPE},
    {ROW_TEXT("augment", augment, "LIST",
              "change the images: flip,shift=N,erase=N or some of them"),
     .offers = "none flip flip,shift=2", .initial = "none", RECIPE},
    {ROW_CHOICE("class-weights", class_weights, "none", class_weights,
                "balanced: rare classes count as much as frequent ones"),
     RECIPE},
    {ROW_CHOICE("keep", keep, "last", keeps, "which epoch's model; best needs --validate"), RECIPE},
    {.name = NULL},
};
