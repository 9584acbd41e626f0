/* test_options.c: the parser of options, with the tables of the real commands. */
#include "system.h"

#include "check_weft.h"

#include <stdint.h>
#include <string.h>

#include "cli/cli.h"

static const struct cli_command train = {
    .name = "train", .options = cli_train_options, .example = "weft train"};
static const struct cli_command evaluate = {.name = "evaluate",
                                            .options = cli_evaluate_options,
                                            .operand = CLI_OPERAND_REQUIRED,
                                            .operand_name = "MODEL",
                                            .example = "weft evaluate run-1"};

#define WORDS_MAX 16

/* Parses ${line}, words separated by single spaces ("_" stands for an empty word). The texts in
 * ${options} point into ${words}. */
static enum weft_status parse(const struct cli_command *command, const char *line, char words[512],
                              struct cli_options *options, struct weft_error *error) {
    char *arguments[WORDS_MAX];
    int count = 0;
    snprintf(words, 512, "%s", line);
    for (char *word = strtok(words, " "); word != NULL; word = strtok(NULL, " ")) {
        ck_assert_int_lt(count, WORDS_MAX);
        if (strcmp(word, "_") == 0) {
            *word = '\0';
        }
        arguments[count++] = word;
    }
    *error = (struct weft_error){0};
    return cli_options_parse(command, count, arguments, options, error);
}

static void clear_environment(void) {
    unsetenv("WEFT_DEVICE");
    unsetenv("WEFT_DATA");
    unsetenv("WEFT_THREADS");
    unsetenv("WEFT_KERNELS");
}

START_TEST(defaults) {
    struct cli_options options;
    struct weft_error error;
    char words[512];
    ck_assert_int_eq(parse(&train, "", words, &options, &error), WEFT_OK);
    ck_assert_uint_eq(options.epochs, 5);
    ck_assert_uint_eq(options.batch, 100);
    ck_assert(options.lr == 0.01f);
    ck_assert_uint_eq(options.seed, 0);
    ck_assert_uint_eq(options.steps, 0);
    ck_assert_int_eq(options.order, WEFT_ORDER_SHUFFLED);
    ck_assert_str_eq(options.device, "auto");
    ck_assert_ptr_null(options.data);
    ck_assert_ptr_null(options.out);
    ck_assert_uint_eq(options.threads, 0);
    ck_assert(!options.json && !options.quiet && !options.force && !options.help);
    ck_assert_int_eq(parse(&evaluate, "m", words, &options, &error), WEFT_OK);
    ck_assert_uint_eq(options.batch, 10000);
    ck_assert_int_eq(options.split, WEFT_SPLIT_TEST);
    ck_assert_int_eq(options.pixels, -1);
    ck_assert_int_eq(options.statistics, -1);
    ck_assert_str_eq(options.operand, "m");
}
END_TEST

START_TEST(both_spellings) {
    struct cli_options options;
    struct weft_error error;
    char words[512];
    ck_assert_int_eq(parse(&train,
                           "--epochs 7 --batch=32 --lr=1e-3 --seed 18446744073709551615 --json "
                           "--order file --steps 9 --out=a=b --cl-options -cl-opt-disable",
                           words, &options, &error),
                     WEFT_OK);
    ck_assert_uint_eq(options.epochs, 7);
    ck_assert_uint_eq(options.batch, 32);
    ck_assert(options.lr == 1e-3f);
    ck_assert_uint_eq(options.seed, UINT64_MAX);
    ck_assert_int_eq(options.order, WEFT_ORDER_FILE);
    ck_assert_uint_eq(options.steps, 9);
    ck_assert_str_eq(options.out, "a=b");
    ck_assert_str_eq(options.cl_options, "-cl-opt-disable");
    ck_assert(options.json);
    ck_assert_int_eq(parse(&train, "--epochs 1 --epochs 2", words, &options, &error), WEFT_OK);
    ck_assert_uint_eq(options.epochs, 2); /* the last one */
}
END_TEST

START_TEST(operands) {
    struct cli_options options;
    struct weft_error error;
    char words[512];
    ck_assert_int_eq(
        parse(&evaluate, "--split train m.safetensors --json", words, &options, &error), WEFT_OK);
    ck_assert_str_eq(options.operand, "m.safetensors");
    ck_assert_int_eq(options.split, WEFT_SPLIT_TRAIN);
    ck_assert(options.json);
    ck_assert_int_eq(parse(&evaluate, "-- --json", words, &options, &error), WEFT_OK);
    ck_assert_str_eq(options.operand, "--json");
    ck_assert(!options.json);
    ck_assert_int_eq(parse(&evaluate, "-", words, &options, &error), WEFT_OK);
    ck_assert_str_eq(options.operand, "-");
    ck_assert_int_eq(parse(&evaluate, "--help", words, &options, &error), WEFT_OK);
    ck_assert(options.help);
}
END_TEST

/* Each line is refused with WEFT_USAGE and a message that holds the text. */
START_TEST(refused) {
    static const struct {
        const struct cli_command *command;
        const char *line, *message;
    } cases[] = {
        {&train, "--epochs 0", "--epochs 0: not a whole number from 1 to 100000"},
        {&train, "--epochs 100001", "--epochs 100001: "},
        {&train, "--epochs -1", "--epochs -1: "},
        {&train, "--epochs +1", "--epochs +1: "},
        {&train, "--epochs 1.5", "--epochs 1.5: "},
        {&train, "--epochs 5x", "--epochs 5x: "},
        {&train, "--epochs=", "--epochs : "},
        {&train, "--epochs", "--epochs: its value is missing"},
        {&train, "--out --epochs 3", "--out: its value is missing"},
        {&train, "--batch 0", "from 1 to 1000000"},
        {&train, "--batch 1000001", "from 1 to 1000000"},
        {&train, "--seed -1", "from 0 to 18446744073709551615"},
        {&train, "--seed 18446744073709551616", "from 0 to 18446744073709551615"},
        {&train, "--seed 99999999999999999999999", "--seed 99999999999999999999999: "},
        {&train, "--steps 0", "--steps 0: "},
        {&train, "--lr 0", "--lr 0: not a number from 1e-09 to 1000"},
        {&train, "--lr -0.01", "--lr -0.01: "},
        {&train, "--lr nan", "--lr nan: "},
        {&train, "--lr inf", "--lr inf: "},
        {&train, "--lr 1e39", "--lr 1e39: "},
        {&train, "--lr 0x1p-3", "--lr 0x1p-3: "},
        {&train, "--lr 0.01e", "--lr 0.01e: "},
        {&train, "--lr 1001", "--lr 1001: "},
        {&train, "--lr 1e-10", "--lr 1e-10: "},
        {&train, "--lr=", "--lr : "},
        {&train, "--order random", "--order random: not one of: shuffled, file"},
        {&train, "--order Shuffled", "--order Shuffled: "},
        {&train, "--math loose", "--math loose: not one of: exact, fast"},
        {&train, "--mapping tpu", "--mapping tpu: not one of: auto, cpu, gpu"},
        {&train, "--threads 0", "--threads 0: "},
        {&train, "--out _", "--out: its value is empty"},
        {&train, "--device=", "--device: its value is empty"},
        {&train, "--json=yes", "--json: it takes no value"},
        {&train, "--resumes run-1", "unknown option --resumes"},
        {&train, "--split test", "unknown option --split"},
        {&train, "-e 5", "unknown option -e"},
        {&train, "---epochs 5", "unknown option ---epochs"},
        {&train, "--epoch=5", "unknown option --epoch:"},
        {&train, "extra", "unexpected argument extra"},
        {&evaluate, "", "MODEL is missing"},
        {&evaluate, "--json", "MODEL is missing"},
        {&evaluate, "a b", "unexpected argument b"},
        {&evaluate, "_", "MODEL: it is empty"},
        {&evaluate, "--split both m", "--split both: not one of: train, test"},
        {&evaluate, "--epochs 5 m", "unknown option --epochs"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct cli_options options;
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
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct cli_options options;
        struct weft_error error;
        char words[512];
        ck_assert_int_eq(parse(&train, cases[i].line, words, &options, &error), WEFT_USAGE);
        ck_assert_str_eq(error.hint, cases[i].hint);
    }
}
END_TEST

START_TEST(distances) {
    ck_assert_uint_eq(cli_nearest_distance("", ""), 0);
    ck_assert_uint_eq(cli_nearest_distance("", "abc"), 3);
    ck_assert_uint_eq(cli_nearest_distance("abc", ""), 3);
    ck_assert_uint_eq(cli_nearest_distance("train", "train"), 0);
    ck_assert_uint_eq(cli_nearest_distance("trian", "train"), 1);
    ck_assert_uint_eq(cli_nearest_distance("tran", "train"), 1);
    ck_assert_uint_eq(cli_nearest_distance("trains", "train"), 1);
    ck_assert_uint_eq(cli_nearest_distance("kitten", "sitting"), 3);
    ck_assert_uint_eq(cli_nearest_distance("ab", "ba"), 1);
}
END_TEST

/* The environment loses against options; a variable that is wrong counts only where it is used. */
START_TEST(environment) {
    struct cli_options options;
    struct weft_error error;
    char words[512];
    setenv("WEFT_DEVICE", "cpu", 1);
    setenv("WEFT_DATA", "/nowhere", 1);
    setenv("WEFT_THREADS", "3", 1);
    setenv("WEFT_KERNELS", "kernels", 1);
    ck_assert_int_eq(parse(&train, "", words, &options, &error), WEFT_OK);
    ck_assert_str_eq(options.device, "cpu");
    ck_assert_str_eq(options.data, "/nowhere");
    ck_assert_str_eq(options.kernels, "kernels");
    ck_assert_uint_eq(options.threads, 3);
    ck_assert_int_eq(
        parse(&train, "--device 0 --threads 2 --data d --kernels k", words, &options, &error),
        WEFT_OK);
    ck_assert_str_eq(options.device, "0");
    ck_assert_str_eq(options.data, "d");
    ck_assert_str_eq(options.kernels, "k");
    ck_assert_uint_eq(options.threads, 2);
    setenv("WEFT_THREADS", "many", 1);
    ck_assert_int_eq(parse(&train, "", words, &options, &error), WEFT_USAGE);
    ck_assert_str_eq(error.message, "WEFT_THREADS many: not a whole number from 1 to 1024");
    ck_assert_int_eq(parse(&train, "--threads 2", words, &options, &error), WEFT_OK);
    ck_assert_int_eq(parse(&train, "--help", words, &options, &error), WEFT_OK);
    setenv("WEFT_THREADS", "", 1);
    setenv("WEFT_DEVICE", "", 1);
    ck_assert_int_eq(parse(&train, "", words, &options, &error), WEFT_OK);
    ck_assert_uint_eq(options.threads, 0);
    ck_assert_str_eq(options.device, "auto");
}
END_TEST

/* Every default is a value that its own option takes, and no command has an option twice. */
START_TEST(tables) {
    const struct cli_option *const all[] = {cli_train_options, cli_evaluate_options,
                                            cli_summary_options, cli_common_options};
    for (size_t t = 0; t < sizeof all / sizeof all[0]; t++) {
        for (const struct cli_option *row = all[t]; row->name != NULL; row++) {
            struct cli_options options = {0};
            struct weft_error error = {0};
            ck_assert_ptr_nonnull(row->help);
            ck_assert_msg(row->initial == NULL || cli_option_set(row, row->initial, row->name,
                                                                 &options, &error) == WEFT_OK,
                          "%s", error.message);
            for (const struct cli_option *other = cli_common_options; other->name != NULL;
                 other++) {
                ck_assert(row == other || strcmp(row->name, other->name) != 0);
            }
            for (const struct cli_option *other = all[t]; other != row; other++) {
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
    tcase_add_test(tests, distances);
    tcase_add_test(tests, environment);
    tcase_add_test(tests, tables);
}

CHECK_MAIN("options", add_tests)
