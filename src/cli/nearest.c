/* nearest.c: which word of weft a user of other programs may have meant. */
#include "cli/nearest.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/utf8.h"

/* A suggestion, and the words it is for, separated by spaces. */
struct synonym {
    const char *suggestion, *words;
};

/* An empty suggestion: the value is an operand. */
static const struct synonym options[] = {
    {"batch",
     "batch-size batchsize bs b minibatch mini-batch train-batch-size per-device-train-batch-size"},
    {"lr", "learning-rate learningrate rate alpha eta step-size l"},
    {"epochs", "num-epochs n-epochs nb-epochs epochs-num max-epochs num-train-epochs passes ep n"},
    {"steps",
     "max-steps num-steps n-steps iterations iters iter max-iter max-iters num-iterations n"},
    {"device cpu", "cpu no-cuda no-gpu disable-cuda cpu-only force-cpu"},
    {"device gpu", "gpu cuda use-gpu use-cuda opencl g"},
    {"device", "dev gpu-id gpu-index device-id device-index gpus platform accelerator d"},
    {"data", "dataset data-dir data-path data-folder datadir dataset-dir root train-data d"},
    {"seed", "random-seed manual-seed rng-seed random-state"},
    {"threads", "workers num-workers n-workers num-threads n-threads nthreads jobs n-jobs cores j"},
    {"out", "output output-dir output-folder outdir out-dir output-file save-dir save save-to "
            "save-path run-dir log-dir logdir dest destination o"},
    {"", "model model-path weights checkpoint ckpt load pretrained m"},
    {"", "image images file files input run"},
    {"resume", "checkpoint ckpt continue resume-from resume-from-checkpoint restart load"},
    {"init", "model model-path weights pretrained m"},
    {"network", "architecture arch net layers config"},
    {"validate",
     "val valid validation validation-split val-split val-size validation-size hold-out"},
    {"optimizer", "optimiser optim opt solver algorithm"},
    {"weight-decay", "wd l2 l2-regularization decay"},
    {"schedule", "scheduler lr-scheduler lr-schedule lr-policy"},
    {"schedule step:10,0.1", "step-lr lr-decay lr-step-size gamma"},
    {"schedule cosine", "cosine cosine-annealing"},
    {"schedule one-cycle", "one-cycle onecycle max-lr"},
    {"warmup", "warmup-steps warmup-ratio warmup-epochs num-warmup-steps pct-start"},
    {"label-smoothing", "smoothing label-smooth label-smoothing-factor"},
    {"clip-norm", "clip grad-clip clip-grad max-grad-norm gradient-clip-val grad-norm"},
    {"average", "swa ema weight-averaging"},
    {"augment", "augmentation augmentations aug data-augmentation transform transforms"},
    {"augment flip", "flip hflip random-flip horizontal-flip"},
    {"augment erase=8", "cutout random-erasing reprob"},
    {"class-weights", "class-weight weights-of-classes balanced"},
    {"keep best", "save-best save-best-only load-best-model-at-end best"},
    {"recipe", "preset hyperparameters hparams"},
    {"force", "overwrite clobber yes y"},
    {"order file", "no-shuffle"},
    {"order shuffled", "shuffle"},
    {"math fast", "fast fast-math ffast-math"},
    {"math exact", "exact deterministic"},
    {"verbose", "debug v"},
    {"quiet", "silent no-progress q"},
    {"json", "json-output output-json machine-readable"},
    {"for", "duration time soak"},
    {"timeout", "time-limit limit"},
    {"full", "thorough long"},
    {"quick", "short smoke"},
    {"split test", "test"},
    {"split train", "train"},
    {"split", "subset set"},
    {"figure", "plot png svg pdf confusion-matrix heatmap"},
    {"csv", "confusion csv-file"},
    {"normalize", "normalise normalized"},
    {"top", "top-k topk k"},
    {"count", "num n number limit"},
    {"repeat", "runs repeats"},
    {"only", "part"},
    {"cl-options", "build-options compiler-options cl-flags"},
    {"no-cache", "nocache disable-cache"},
    {"kernels", "kernel-dir kernels-dir cl-dir"},
};

static const struct synonym commands[] = {
    {"evaluate", "eval test score validate val accuracy"},
    {"train", "fit learn run start training"},
    {"predict", "infer inference classify recognize recognise label"},
    {"devices", "list ls info clinfo platforms gpus hardware"},
    {"verify", "check selftest self-test doctor diagnose"},
    {"compare", "diff cmp"},
    {"bench", "benchmark perf speed profile timing"},
    {"samples", "show view images pictures"},
    {"summary", "model describe architecture layers"},
    {"data", "dataset datasets"},
    {"report", "html plot"},
    {"--version", "version ver about v"},
    {"--help", "help usage h"},
};

static bool has_word(const char *words, const char *word) {
    size_t length = strlen(word);
    for (const char *at = words; length > 0 && (at = strstr(at, word)) != NULL; at += length) {
        if ((at == words || at[-1] == ' ') && (at[length] == ' ' || at[length] == '\0')) {
            return true;
        }
    }
    return false;
}

const char *cli_nearest_option(const char *name, size_t index) {
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
        if (has_word(options[i].words, name) && index-- == 0) {
            return options[i].suggestion;
        }
    }
    return NULL;
}

const char *cli_nearest_command(const char *name) {
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        if (has_word(commands[i].words, name)) {
            return commands[i].suggestion;
        }
    }
    return NULL;
}

size_t cli_nearest_dash(const char *text) {
    uint32_t code;
    size_t length = utf8_next(text, &code);
    /* Hyphens, dashes and the minus sign: editors and web pages put them in place of "--". */
    return code == '-' || (code >= 0x2010 && code <= 0x2015) || code == 0x2212 || code == 0xfe58 ||
                   code == 0xfe63 || code == 0xff0d
               ? length
               : 0;
}

void cli_nearest_normalise(const char *argument, char name[64]) {
    size_t length = 0, dash;
    while ((dash = cli_nearest_dash(argument)) > 0) {
        argument += dash;
    }
    for (; *argument != '\0' && strchr("=: ", *argument) == NULL && length < 63; argument++) {
        char c = *argument;
        name[length++] = (char)(c == '_' ? '-' : c >= 'A' && c <= 'Z' ? c + 'a' - 'A' : c);
    }
    name[length] = '\0';
}
