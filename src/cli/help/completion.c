/* completion.c: the walk over all commands, options and topics that the scripts of all shells are made by. */
#include "cli/help/completion.h"

#include <string.h>

#include "cli/command.h"
#include "cli/options.h"

/* The names of the classes without spaces, which weft samples --class takes as well. */
static const char *const classes[] = {"T-shirt/top", "Trouser",    "Pullover", "Dress",
                                      "Coat",        "Sandal",     "Shirt",    "Sneaker",
                                      "Bag",         "Ankle-boot", NULL};

static struct cli_offer offer_value(const struct cli_option *option) {
    static const struct {
        const char *value;
        enum cli_word word;
    } known[] = {{"SEL", CLI_WORD_DEVICE},
                 {"FILE", CLI_WORD_FILE},
                 {"DIR", CLI_WORD_FOLDER},
                 {"MODEL", CLI_WORD_MODEL}};
    struct cli_offer offer = {.word = CLI_WORD_ANY};
    if (option->type == CLI_OPTION_CHOICE) {
        offer.choices = option->choices;
    } else if (strcmp(option->name, "class") == 0) {
        offer.choices = classes;
    }
    for (size_t i = 0; option->value != NULL && i < sizeof known / sizeof known[0]; i++) {
        if (strcmp(option->value, known[i].value) == 0) {
            offer.word = known[i].word;
        }
    }
    return offer;
}

static struct cli_offer offer_operand(const struct cli_command *command) {
    const char *name = command->operand_name;
    struct cli_offer offer = {.word = strstr(name, "IMAGE") != NULL ? CLI_WORD_PICTURE
                                      : strstr(name, "RUN") != NULL ? CLI_WORD_FOLDER
                                                                    : CLI_WORD_MODEL};
    return offer;
}

void cli_completion_offer(FILE *out, const struct cli_shell *shell, const struct cli_offer *offer) {
    if (offer->choices == NULL) {
        fputs(shell->words[offer->word], out);
        return;
    }
    fputs(shell->before, out);
    for (size_t i = 0; offer->choices[i] != NULL; i++) {
        fprintf(out, "%s%s", i > 0 ? " " : "", offer->choices[i]);
    }
    fputs(shell->behind, out);
}

/* ${command}: whose options they are, or NULL. */
static void print_options(FILE *out, const struct cli_shell *shell,
                          const struct cli_command *command, const struct cli_option *options) {
    for (; options != NULL && options->name != NULL; options++) {
        struct cli_offer offer = offer_value(options);
        shell->option(out, command, options, &offer);
    }
}

void cli_completion_print(FILE *out, const struct cli_shell *shell) {
    fputs(shell->head, out);
    for (size_t i = 0; cli_commands[i] != NULL; i++) {
        const struct cli_command *command = cli_commands[i];
        shell->command(out, command->name, command->summary);
    }
    fputs(shell->topics, out);
    for (const struct cli_topic *topic = cli_topics; topic->name != NULL; topic++) {
        shell->topic(out, topic->name, topic->summary);
    }
    fputs(shell->common, out);
    print_options(out, shell, NULL, cli_common_options);
    fputs(shell->commands, out);
    for (size_t i = 0; cli_commands[i] != NULL; i++) {
        const struct cli_command *command = cli_commands[i];
        if (shell->begin != NULL) {
            shell->begin(out, command);
        }
        print_options(out, shell, command, command->options);
        if (command->operand != CLI_OPERAND_NONE) {
            struct cli_offer offer = offer_operand(command);
            shell->operand(out, command, &offer);
        }
        fputs(shell->end, out);
    }
    fputs(shell->tail, out);
}
