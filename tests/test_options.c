/* test_options.c: the parser of options, with the tables of the commands. */
#include "system.h"

#include "check_weft.h"

#include <stdint.h>
#include <string.h>

#include "base/nearest.h"
#include "cli/command.h"
#include "cli/nearest.h"
#include "cli/parser.h"
#include "cli/train/train.h"

extern const struct cli_command cli_command_evaluate;

/* Space for the options of every command. */
union options {
    struct cli_options common;
    struct cli_train_options train;
    char bytes[1024];
};

#define WORDS_MAX 16

/* Parses ${line}, words separated by single spaces ("_" is an empty word). The texts in
 * ${options} point into ${words}. */
static enum weft_status parse(const struct cli_command *command, const char *line, char words[512],
                              union options *options, struct weft_error *error) {
    static char *arguments[WORDS_MAX]; /* holds the operands */
    int count = 0;
    snprintf(words, 512, "%s", line);
    for (char *word = strtok(words, " "); word != NULL; word = strtok(NULL, " ")) {
        ck_assert_int_lt(count, WORDS_MAX);
        if (strcmp(word, "_") == 0) {
            *word = '\0';
        }
        arguments[count++] = word;
    }
    ck_assert_uint_le(command->options_size, sizeof *options);
    *options = (union options){.bytes = {0}};
    *error = (struct weft_error){0};
    return cli_options_parse(command, count, arguments, &options->common, error);
}

/* Returns the value of the option ${name} as text. */
static const char *value(const union options *options, const char *name) {
    static char number[64];
    const struct cli_option *row;
    for (size_t i = 0; (row = cli_options_row(options->common.command, i)) != NULL; i++) {
        if (strcmp(row->name, name) == 0) {
            return cli_option_text(row, &options->common, number);
        }
    }
    ck_abort_msg("no option %s", name);
    return NULL;
}

static void clear_environment(void) {
    unsetenv("WEFT_DEVICE");
    unsetenv("WEFT_DATA");
    unsetenv("WEFT_THREADS");
    unsetenv("WEFT_KERNELS");
}

START_TEST(defaults) {
    union options options;
    struct weft_error error;
    char words[512];
    ck_assert_int_eq(parse(&cli_command_train, "", words, &options, &error), WEFT_OK);
    ck_assert_uint_eq(options.train.epochs, 5);
    ck_assert_uint_eq(options.train.batch, 100);
    ck_assert(options.train.lr == 0.01f);
    ck_assert_uint_eq(options.train.seed, 0);
    ck_assert_uint_eq(options.train.steps, 0);
    ck_assert_int_eq(options.train.order, WEFT_ORDER_SHUFFLED);
    ck_assert_str_eq(options.common.device, "auto");
    ck_assert_ptr_null(options.common.data);
    ck_assert_ptr_null(options.train.out);
    ck_assert_uint_eq(options.common.threads, 0);
    ck_assert(!options.common.json && !options.common.quiet && !options.train.force &&
              !options.common.help);
    ck_assert_int_eq(parse(&cli_command_evaluate, "m", words, &options, &error), WEFT_OK);
    ck_assert_str_eq(value(&options, "batch"), "10000");
    ck_assert_str_eq(value(&options, "split"), "test");
    ck_assert_ptr_null(value(&options, "pixels"));
    ck_assert_ptr_null(value(&options, "statistics"));
    ck_assert_uint_eq(options.common.operand_count, 1);
    ck_assert_str_eq(options.common.operands[0], "m");
}
END_TEST

START_TEST(both_spellings) {
    union options options;
    struct weft_error error;
    char words[512];
    ck_assert_int_eq(parse(&cli_command_train,
                           "--epochs 7 --batch=32 --lr=1e-3 --seed 18446744073709551615 --json "
                           "--order file --steps 9 --out=a=b --cl-options -cl-opt-disable",
                           words, &options, &error),
                     WEFT_OK);
    ck_assert_uint_eq(options.train.epochs, 7);
    ck_assert_uint_eq(options.train.batch, 32);
    ck_assert(options.train.lr == 1e-3f);
    ck_assert_uint_eq(options.train.seed, UINT64_MAX);
    ck_assert_int_eq(options.train.order, WEFT_ORDER_FILE);
    ck_assert_uint_eq(options.train.steps, 9);
    ck_assert_str_eq(options.train.out, "a=b");
    ck_assert_str_eq(options.common.cl_options, "-cl-opt-disable");
    ck_assert(options.common.json);
    ck_assert_int_eq(parse(&cli_command_train, "--epochs 1 --epochs 2", words, &options, &error),
                     WEFT_OK);
    ck_assert_uint_eq(options.train.epochs, 2); /* the last value counts */
}
END_TEST

START_TEST(operands) {
    union options options;
    struct weft_error error;
    char words[512];
    ck_assert_int_eq(
        parse(&cli_command_evaluate, "--split train m.safetensors --json", words, &options, &error),
        WEFT_OK);
    ck_assert_str_eq(options.common.operands[0], "m.safetensors");
    ck_assert_str_eq(value(&options, "split"), "train");
    ck_assert(options.common.json);
    ck_assert_int_eq(parse(&cli_command_evaluate, "-- --json", words, &options, &error), WEFT_OK);
    ck_assert_str_eq(options.common.operands[0], "--json");
    ck_assert(!options.common.json);
    ck_assert_int_eq(parse(&cli_command_evaluate, "-", words, &options, &error), WEFT_OK);
    ck_assert_str_eq(options.common.operands[0], "-");
    ck_assert_int_eq(parse(&cli_command_evaluate, "--help", words, &options, &error), WEFT_OK);
    ck_assert(options.common.help);
}
END_TEST

/* Each line is refused with WEFT_USAGE and a message that contains the text. */
START_TEST(refused) {
    static const struct {
        const struct cli_command *command;
        const char *line, *message;
    } cases[] = {
        {&cli_command_train, "--epochs 0", "--epochs 0: not an integer from 1 to 100000"},
        {&cli_command_train, "--epochs 100001", "--epochs 100001: "},
        {&cli_command_train, "--epochs -1", "--epochs -1: "},
        {&cli_command_train, "--epochs +1", "--epochs +1: "},
        {&cli_command_train, "--epochs 1.5", "--epochs 1.5: "},
        {&cli_command_train, "--epochs 5x", "--epochs 5x: "},
        {&cli_command_train, "--epochs=", "--epochs : "},
        {&cli_command_train, "--epochs", "--epochs: its value is missing"},
        {&cli_command_train, "--out --epochs 3", "--out: its value is missing"},
        {&cli_command_train, "--batch 0", "from 1 to 1000000"},
        {&cli_command_train, "--batch 1000001", "from 1 to 1000000"},
        {&cli_command_train, "--seed -1", "from 0 to 18446744073709551615"},
        {&cli_command_train, "--seed 18446744073709551616", "from 0 to 18446744073709551615"},
        {&cli_command_train, "--seed 99999999999999999999999", "--seed 99999999999999999999999: "},
        {&cli_command_train, "--steps 0", "--steps 0: "},
        {&cli_command_train, "--lr 0", "--lr 0: not a number from 1e-09 to 1000"},
        {&cli_command_train, "--lr -0.01", "--lr -0.01: "},
        {&cli_command_train, "--lr nan", "--lr nan: "},
        {&cli_command_train, "--lr inf", "--lr inf: "},
        {&cli_command_train, "--lr 1e39", "--lr 1e39: "},
        {&cli_command_train, "--lr 0x1p-3", "--lr 0x1p-3: "},
        {&cli_command_train, "--lr 0.01e", "--lr 0.01e: "},
        {&cli_command_train, "--lr 1001", "--lr 1001: "},
        {&cli_command_train, "--lr 1e-10", "--lr 1e-10: "},
        {&cli_command_train, "--lr=", "--lr : "},
        {&cli_command_train, "--order random", "--order random: not one of: shuffled, file"},
        {&cli_command_train, "--order Shuffled", "--order Shuffled: "},
        {&cli_command_train, "--math loose", "--math loose: not one of: exact, fast"},
        {&cli_command_train, "--mapping tpu", "--mapping tpu: not one of: auto, cpu, gpu"},
        {&cli_command_train, "--threads 0", "--threads 0: "},
        {&cli_command_train, "--out _", "--out: its value is empty"},
        {&cli_command_train, "--device=", "--device: its value is empty"},
        {&cli_command_train, "--json=yes", "--json: it takes no value"},
        {&cli_command_train, "--resumes run-1", "unknown option --resumes"},
        {&cli_command_train, "--split test", "unknown option --split"},
        {&cli_command_train, "-e 5", "unknown option -e"},
        {&cli_command_train, "---epochs 5", "unknown option ---epochs"},
        {&cli_command_train, "--epoch=5", "unknown option --epoch:"},
        {&cli_command_train, "extra", "unexpected argument extra"},
        {&cli_command_evaluate, "", "MODEL is missing"},
        {&cli_command_evaluate, "--json", "MODEL is missing"},
        {&cli_command_evaluate, "a b", "unexpected argument b"},
        {&cli_command_evaluate, "_", "MODEL: it is empty"},
        {&cli_command_evaluate, "--split both m", "--split both: not one of: train, test"},
        {&cli_command_evaluate, "--epochs 5 m", "unknown option --epochs"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        union options options;
        struct weft_error error;
        char words[512];
        enum weft_status status = parse(cases[i].command, cases[i].line, words, &options, &error);
        ck_assert_msg(status == WEFT_USAGE && error.status == WEFT_USAGE, "%s: status %d",
                      cases[i].line, status);
        ck_assert_msg(strstr(error.message, cases[i].message) != NULL, "%s: %s", cases[i].line,
                      error.message);
    }
}
END_TEST

START_TEST(nearest_option) {
    static const struct {
        const char *line, *hint;
    } cases[] = {
        {"--ephocs 5", "did you mean --epochs?"},
        {"--epoch=5", "did you mean --epochs?"},
        {"--sed 1", "did you mean --seed?"},
        {"--no-fus", "did you mean --no-fuse?"},
        {"-epochs 5", "did you mean --epochs?"},
        {"--quite", "did you mean --quiet?"},
        {"--zebra 1", "weft help train lists its options"},
        /* the name in another way */
        {"--Epochs 5", "did you mean --epochs?"},
        {"--no_fuse", "did you mean --no-fuse?"},
        {"---epochs 5", "did you mean --epochs?"},
        {"--epochs:5", "did you mean --epochs?"},
        {"\xe2\x80\x93-epochs 5", "did you mean --epochs?"}, /* an en dash */
        {"\xe2\x80\x94"
         "epochs 5",
         "did you mean --epochs?"},                               /* an em dash */
        {"\xe2\x88\x92\xe2\x88\x92lr=0.1", "did you mean --lr?"}, /* minus signs */
        {"epochs=5", "did you mean --epochs?"},
        {"--verb", "did you mean --verbose?"},
        {"--no-", "did you mean --no-fuse or --no-cache?"},
        /* other programs */
        {"--batch-size 64", "did you mean --batch?"},
        {"--batch_size=64", "did you mean --batch?"},
        {"--learning-rate 0.1", "did you mean --lr?"},
        {"-lr 0.1", "did you mean --lr?"},
        {"--cpu", "did you mean --device cpu?"},
        {"--gpu", "did you mean --device gpu?"},
        {"--cuda", "did you mean --device gpu?"},
        {"--gpu-id 1", "did you mean --device?"},
        {"-o run", "did you mean --out?"},
        {"--output run", "did you mean --out?"},
        {"--output-dir=run", "did you mean --out?"},
        {"-e 5", "did you mean --epochs?"},
        {"-d 0", "did you mean --device or --data?"},
        {"-s 0", "did you mean --seed or --steps or --step-kernel?"},
        {"-n 5", "did you mean --epochs or --steps?"},
        {"--num-epochs 5", "did you mean --epochs?"},
        {"--model m", "did you mean --init?"},
        {"--checkpoint c", "did you mean --resume?"},
        {"--workers 4", "did you mean --threads?"},
        {"--overwrite", "did you mean --force?"},
        {"--shuffle", "did you mean --order shuffled?"},
        /* other commands */
        {"--split test", "--split is an option of weft samples, weft evaluate, weft predict"},
        {"--fleet", "--fleet is an option of weft compare"},
        {"--topk 3", "--top is an option of weft predict"},
        /* values */
        {"--lr 0,01", "write --lr 0.01: the decimal point is a point"},
        {"--lr=1,5e-2", "write --lr 0.015: the decimal point is a point"},
        {"--lr 1%", "write --lr 0.01"},
        {"--lr 1/100", ""},
        {"--lr 0_01", ""}, /* no group of three digits */
        {"--lr 0_010", ""},
        {"--lr 1_0000", ""},
        {"--lr 1_000,5", ""}, /* more than the maximum */
        {"--lr 0,,1", ""},
        {"--lr 5,000,000", ""},
        {"--epochs 1,000", "write --epochs 1000"},
        {"--epochs 5.0", "write --epochs 5"},
        {"--epochs 5,5", ""},
        {"--epochs 1e3", "write --epochs 1000"},
        {"--epochs 1e9", ""}, /* more than the maximum */
        {"--epochs nan", ""},
        {"--batch 60.000", "write --batch 60000"},
        {"--batch 1_000", "write --batch 1000"},
        {"--batch 1k", "write --batch 1000"},
        {"--batch 1'000.0", "write --batch 1000"},
        {"--batch 1_00", ""},
        {"--batch 1000_000", ""},
        {"--order Shuffled", "did you mean shuffled?"},
        {"--math exakt", "did you mean exact?"},
        {"--math loose", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        union options options;
        struct weft_error error;
        char words[512];
        ck_assert_int_eq(parse(&cli_command_train, cases[i].line, words, &options, &error),
                         WEFT_USAGE);
        ck_assert_msg(strcmp(error.hint, cases[i].hint) == 0, "%s: %s", cases[i].line, error.hint);
    }
}
END_TEST

/* Options of other programs for what is an operand, and names of files that begin with a dash. */
START_TEST(nearest_operand) {
    static const char *const lines[] = {"--model m", "--checkpoint m", "--weights=m", "-m m"};
    union options options;
    struct weft_error error;
    char words[512];
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        ck_assert_int_eq(parse(&cli_command_evaluate, lines[i], words, &options, &error),
                         WEFT_USAGE);
        ck_assert_ptr_nonnull(
            strstr(error.hint, "write the value without an option, for example: weft evaluate "));
    }
    ck_assert_int_eq(parse(&cli_command_evaluate, "\xe2\x80\x93model", words, &options, &error),
                     WEFT_OK);
    ck_assert_int_eq(parse(&cli_command_evaluate, "batch=5", words, &options, &error), WEFT_OK);
}
END_TEST

/* Every suggestion names an option of some command, and every command exists. */
START_TEST(synonyms) {
    static const char *const words[] = {"batch-size", "cpu",        "gpu",     "output",
                                        "model",      "checkpoint", "workers", "test",
                                        "limit",      "n",          "shuffle", "plot"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        const char *suggestion;
        ck_assert_ptr_nonnull(cli_nearest_option(words[i], 0));
        for (size_t k = 0; (suggestion = cli_nearest_option(words[i], k)) != NULL; k++) {
            char name[64];
            bool found = suggestion[0] == '\0';
            snprintf(name, sizeof name, "%.*s", (int)strcspn(suggestion, " "), suggestion);
            for (size_t c = 0; cli_commands[c] != NULL; c++) {
                found = found || cli_options_find(cli_commands[c], name) != NULL;
            }
            ck_assert_msg(found, "%s: --%s", words[i], name);
        }
    }
    ck_assert_ptr_null(cli_nearest_option("", 0));
    ck_assert_ptr_null(cli_nearest_option("batch-size bs", 0));
    ck_assert_str_eq(cli_nearest_command("eval"), "evaluate");
    ck_assert_ptr_null(cli_nearest_command("evaluate"));
}
END_TEST

START_TEST(distances) {
    ck_assert_uint_eq(nearest_distance("", ""), 0);
    ck_assert_uint_eq(nearest_distance("", "abc"), 3);
    ck_assert_uint_eq(nearest_distance("abc", ""), 3);
    ck_assert_uint_eq(nearest_distance("train", "train"), 0);
    ck_assert_uint_eq(nearest_distance("trian", "train"), 1);
    ck_assert_uint_eq(nearest_distance("tran", "train"), 1);
    ck_assert_uint_eq(nearest_distance("trains", "train"), 1);
    ck_assert_uint_eq(nearest_distance("kitten", "sitting"), 3);
    ck_assert_uint_eq(nearest_distance("ab", "ba"), 1);
    ck_assert_uint_eq(nearest_distance("Ab", "BA"), 1);
    ck_assert_uint_eq(nearest_distance("TRAIN", "train"), 0);
    ck_assert_uint_eq(nearest_distance("@[", "`{"), 2);
}
END_TEST

/* Options override environment variables. A wrong variable is an error only if it is used. */
START_TEST(environment) {
    union options options;
    struct weft_error error;
    char words[512];
    setenv("WEFT_DEVICE", "cpu", 1);
    setenv("WEFT_DATA", "/nowhere", 1);
    setenv("WEFT_THREADS", "3", 1);
    setenv("WEFT_KERNELS", "kernels", 1);
    ck_assert_int_eq(parse(&cli_command_train, "", words, &options, &error), WEFT_OK);
    ck_assert_str_eq(options.common.device, "cpu");
    ck_assert_str_eq(options.common.data, "/nowhere");
    ck_assert_str_eq(options.common.kernels, "kernels");
    ck_assert_uint_eq(options.common.threads, 3);
    ck_assert_int_eq(parse(&cli_command_train, "--device 0 --threads 2 --data d --kernels k", words,
                           &options, &error),
                     WEFT_OK);
    ck_assert_str_eq(options.common.device, "0");
    ck_assert_str_eq(options.common.data, "d");
    ck_assert_str_eq(options.common.kernels, "k");
    ck_assert_uint_eq(options.common.threads, 2);
    setenv("WEFT_THREADS", "many", 1);
    ck_assert_int_eq(parse(&cli_command_train, "", words, &options, &error), WEFT_USAGE);
    ck_assert_str_eq(error.message, "WEFT_THREADS many: not an integer from 1 to 1024");
    ck_assert_int_eq(parse(&cli_command_train, "--threads 2", words, &options, &error), WEFT_OK);
    ck_assert_int_eq(parse(&cli_command_train, "--help", words, &options, &error), WEFT_OK);
    setenv("WEFT_THREADS", "", 1);
    setenv("WEFT_DEVICE", "", 1);
    ck_assert_int_eq(parse(&cli_command_train, "", words, &options, &error), WEFT_OK);
    ck_assert_uint_eq(options.common.threads, 0);
    ck_assert_str_eq(options.common.device, "auto");
}
END_TEST

/* Every default is a valid value of its option, and no command has an option twice. */
START_TEST(tables) {
    for (size_t c = 0; cli_commands[c] != NULL; c++) {
        const struct cli_option *row, *other;
        ck_assert_uint_le(cli_commands[c]->options_size, sizeof(union options));
        for (size_t i = 0; (row = cli_options_row(cli_commands[c], i)) != NULL; i++) {
            union options options = {.bytes = {0}};
            struct weft_error error = {0};
            ck_assert_ptr_nonnull(row->help);
            ck_assert_uint_lt(row->offset, cli_commands[c]->options_size);
            ck_assert_msg(row->initial == NULL ||
                              cli_option_set(row, row->initial, row->name, &options.common,
                                             &error) == WEFT_OK,
                          "%s", error.message);
            for (size_t j = 0; j < i; j++) {
                other = cli_options_row(cli_commands[c], j);
                ck_assert_str_ne(row->name, other->name);
            }
        }
    }
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_checked_fixture(tests, clear_environment, NULL);
    tcase_add_test(tests, defaults);
    tcase_add_test(tests, both_spellings);
    tcase_add_test(tests, operands);
    tcase_add_test(tests, refused);
    tcase_add_test(tests, nearest_option);
    tcase_add_test(tests, nearest_operand);
    tcase_add_test(tests, synonyms);
    tcase_add_test(tests, distances);
    tcase_add_test(tests, environment);
    tcase_add_test(tests, tables);
}

CHECK_MAIN("options", add_tests)
