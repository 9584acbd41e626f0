/* report_text.h: the text that a function printed to a FILE, searches in it, and made-up
 * evaluations. */
#ifndef REPORT_TEXT_H
#define REPORT_TEXT_H

#include "check_weft.h"

#include <string.h>

#include <stdio.h>

#include "report/confusion.h"

/* Reads all of ${file} (a tmpfile) into ${text} and closes it. */
static inline void read_text(FILE *file, char *text, size_t size) {
    size_t length;
    ck_assert_ptr_nonnull(file);
    ck_assert_int_eq(ferror(file), 0);
    rewind(file);
    length = fread(text, 1, size, file);
    ck_assert_uint_lt(length, size);
    text[length] = '\0';
    fclose(file);
}

/* Returns how often ${text} contains ${part}. */
static inline size_t count_of(const char *text, const char *part) {
    size_t count = 0;
    while ((text = strstr(text, part)) != NULL) {
        count++;
        text += strlen(part);
    }
    return count;
}

/* Returns an evaluation with the confusion matrix ${confusion} (classes x classes) and the loss
 * ${loss}. */
static inline struct report_evaluation evaluation_of(uint64_t *confusion, size_t classes,
                                                     double loss) {
    struct report_evaluation evaluation = {
        .classes = classes, .loss = loss, .confusion = confusion};
    for (size_t i = 0; i < classes * classes; i++) {
        evaluation.images += confusion[i];
        evaluation.correct += i % (classes + 1) == 0 ? confusion[i] : 0;
    }
    evaluation.accuracy = (double)evaluation.correct / (double)evaluation.images;
    return evaluation;
}

#endif
