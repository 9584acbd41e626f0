/* confusion_list.c: the most frequent confusions, in place of a matrix that no one can read. */
#include <string.h>

#include "report/confusion.h"
#include "report/label.h"
#include "report/screen.h"

enum {
    LINES = 20,    /* in a terminal */
    NAME_MIN = 10, /* columns of a name */
    NAME_MAX = 40
};

/* Whether cell ${a} has more images than cell ${b}, or as many and comes first. */
static bool is_worse(const uint64_t *counts, size_t a, size_t b) {
    return counts[a] > counts[b] || (counts[a] == counts[b] && a < b);
}

size_t confusion_worst(const struct report_evaluation *evaluation, size_t *cells, size_t most) {
    const uint64_t *counts = evaluation->confusion;
    const size_t classes = evaluation->classes;
    size_t found = 0;
    for (size_t i = 0; i < classes * classes; i++) {
        size_t place = found;
        if (i % (classes + 1) == 0 || counts[i] == 0) {
            continue;
        }
        while (place > 0 && is_worse(counts, i, cells[place - 1])) {
            place--;
        }
        if (place < most) {
            found = found < most ? found + 1 : most;
            memmove(cells + place + 1, cells + place, (found - 1 - place) * sizeof *cells);
            cells[place] = i;
        }
    }
    return found;
}

/* Returns the columns of a name: those of the longest one, if two of them fit beside ${others}. */
static int name_width(const struct screen *screen, const struct confusion_matrix *matrix,
                      int others) {
    int most = (screen->columns - others) / 2, width = NAME_MIN;
    most = most < NAME_MIN ? NAME_MIN : most > NAME_MAX ? NAME_MAX : most;
    for (size_t i = 0; i < matrix->evaluation->classes; i++) {
        int name = label_width(matrix->names[i]);
        width = name > width ? name : width;
    }
    return width < most ? width : most;
}

void confusion_print_list(FILE *out, const struct screen *screen,
                          const struct confusion_matrix *matrix) {
    const struct report_evaluation *evaluation = matrix->evaluation;
    const size_t classes = evaluation->classes;
    const int index = classes > 100 ? 3 : 2;
    const int name = name_width(screen, matrix, 7 + 2 * (2 + index + 1));
    size_t cells[LINES];
    const size_t count = confusion_worst(evaluation, cells, LINES);
    screen_print_to(out, "%s: the most frequent confusions of %zu classes\n\n", matrix->title,
                    classes);
    screen_print_to(out, "%7s  %-*s  %s\n", "images", index + 1 + name, "true class", "prediction");
    for (size_t i = 0; i < count; i++) {
        const size_t pair[] = {cells[i] / classes, cells[i] % classes};
        screen_print_to(out, "%7llu", (unsigned long long)evaluation->confusion[cells[i]]);
        for (int k = 0; k < 2; k++) {
            screen_print_to(out, "  %*zu ", index, pair[k]);
            label_print(out, matrix->names[pair[k]], name, 0);
        }
        screen_print_to(out, "\n");
    }
    if (count == 0) {
        screen_print_to(out, "%7s\n", "none");
    }
}
