/* completion.c: the walk over all commands, options and topics that the scripts of all shells are made by. */
#include "cli/help/completion.h"

#include <string.h>

/* The names of the classes without spaces, which weft samples --class takes as well. */
static const char *const classes[] = {"T-shirt/top", "Trouser",    "Pullover", "Dress",
                                      "Coat",        "Sandal",     "Shirt",    "Sneaker",
                                      "Bag",         "Ankle-boot", NULL};

static struct weft_offer offer_value(const struct weft_option *option) {
    static const struct {
        const char *value;
        enum weft_word word;
    } known[] = {{"SEL", WEFT_WORD_DEVICE},
                 {"FILE", WEFT_WORD_FILE},
                 {"DIR", WEFT_WORD_FOLDER},
                 {"MODEL", WEFT_WORD_MODEL}};
    struct weft_offer offer = {.word = WEFT_WORD_ANY};
    if (option->type == WEFT_OPTION_CHOICE) {
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

static struct weft_offer offer_operand(const struct weft_command *command) {
    const char *name = command->operand_name;
    struct weft_offer offer = {.word = strstr(name, "IMAGE") != NULL ? WEFT_WORD_PICTURE
                                       : strstr(name, "RUN") != NULL ? WEFT_WORD_FOLDER
                                                                     : WEFT_WORD_MODEL};
    return offer;
}

void weft_completion_offer(FILE *out, const struct weft_shell *shell,
                           const struct weft_offer *offer) {
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
static void print_options(FILE *out, const struct weft_shell *shell,
                          const struct weft_command *command, const struct weft_option *options) {
    for (; options != NULL && options->name != NULL; options++) {
        struct weft_offer offer = offer_value(options);
        shell->option(out, command, options, &offer);
    }
}

void weft_completion_print(FILE *out, const struct weft_shell *shell) {
    fputs(shell->head, out);
    for (const struct weft_command *command = weft_commands; command->name != NULL; command++) {
        shell->command(out, command->name, command->summary);
    }
    fputs(shell->topics, out);
    for (const struct weft_topic *topic = weft_topics; topic->name != NULL; topic++) {
        shell->topic(out, topic->name, topic->summary);
    }
    fputs(shell->common, out);
    print_options(out, shell, NULL, weft_common_options);
    fputs(shell->commands, out);
    for (const struct weft_command *command = weft_commands; command->name != NULL; command++) {
        if (shell->begin != NULL) {
            shell->begin(out, command);
        }
        print_options(out, shell, command, command->options);
        if (command->operand != WEFT_OPERAND_NONE) {
            struct weft_offer offer = offer_operand(command);
            shell->operand(out, command, &offer);
        }
        fputs(shell->end, out);
    }
    fputs(shell->tail, out);
}
