/* completion.c: what can stand behind an option or a command, as the tables tell it. */
#include "cli/help.h"

#include <string.h>

/* The names of the classes without spaces, which weft samples --class takes as well. */
static const char *const classes[] = {"T-shirt/top", "Trouser",    "Pullover", "Dress",
                                      "Coat",        "Sandal",     "Shirt",    "Sneaker",
                                      "Bag",         "Ankle-boot", NULL};

const char *const *weft_completion_choices(const struct weft_option *option) {
    if (option->type == WEFT_OPTION_CHOICE) {
        return option->choices;
    }
    return strcmp(option->name, "class") == 0 ? classes : NULL;
}

enum weft_word weft_completion_value(const struct weft_option *option) {
    static const struct {
        const char *value;
        enum weft_word word;
    } known[] = {{"SEL", WEFT_WORD_DEVICE},
                 {"FILE", WEFT_WORD_FILE},
                 {"DIR", WEFT_WORD_FOLDER},
                 {"MODEL", WEFT_WORD_MODEL}};
    for (size_t i = 0; option->value != NULL && i < sizeof known / sizeof known[0]; i++) {
        if (strcmp(option->value, known[i].value) == 0) {
            return known[i].word;
        }
    }
    return WEFT_WORD_ANY;
}

enum weft_word weft_completion_operand(const struct weft_command *command) {
    const char *name = command->operand_name;
    if (command->operand == WEFT_OPERAND_NONE) {
        return WEFT_WORD_ANY;
    }
    if (strstr(name, "IMAGE") != NULL) {
        return WEFT_WORD_PICTURE;
    }
    return strstr(name, "RUN") != NULL ? WEFT_WORD_FOLDER : WEFT_WORD_MODEL;
}
