/* letters_order.c: words that are written from right to left, in the order of a line that is drawn from left to right.
 *
 * Names of classes are a few words long, so this is less than Unicode's rules for both directions: stretches of letters that are
 * written to the left, with spaces and marks between them, are turned round, and all else stays. */
#include "report/letters.h"

#include "base/utf8.h"
#include "report/utf8_print.h"

/* Arabic letters from U+0621 on have 1, 2 or 4 forms: alone, joined to the right, to the left, to both. In the block from
 * U+FE80 on they follow each other in the same order; 0: no letter. U+0622 and U+0627, behind a lam (U+0644), are one letter
 * with it. */
enum { FIRST = 0x621, LAST = 0x64a, FORMS = 0xfe80, LAM = 0x644, LAM_ALEF = 0xfef5 };
static const uint8_t forms[LAST - FIRST + 1] = {1, 2, 2, 2, 2, 4, 2, 4, 2, 4, 4, 4, 4, 4,
                                                2, 2, 2, 2, 4, 4, 4, 4, 4, 4, 4, 4, 0, 0,
                                                0, 0, 0, 0, 4, 4, 4, 4, 4, 4, 4, 2, 2, 4};

static int forms_of(uint32_t code) {
    return code >= FIRST && code <= LAST ? forms[code - FIRST] : 0;
}

static bool is_mark(uint32_t code) {
    return utf8_columns(code) == 0;
}

/* Hebrew, Arabic, Syriac, Thaana, N'Ko and the forms of them. */
static bool goes_left(uint32_t code) {
    return (code >= 0x590 && code <= 0x8ff) || (code >= 0xfb1d && code <= 0xfdff) ||
           (code >= 0xfe70 && code <= 0xfefe) || (code >= 0x1e800 && code <= 0x1efff);
}

/* The place of the next letter that is no mark, from ${i} on in steps of ${step}; ${count} if there is none. */
static size_t neighbour(const uint32_t *codes, size_t count, size_t i, bool forward) {
    do {
        if (forward ? i + 1 >= count : i == 0) {
            return count;
        }
        i += forward ? 1 : (size_t)-1;
    } while (is_mark(codes[i]));
    return i;
}

/* Which of lam's four partners ${code} is; -1: none. */
static int lam_partner(uint32_t code) {
    return code == 0x622 ? 0 : code == 0x623 ? 1 : code == 0x625 ? 2 : code == 0x627 ? 3 : -1;
}

/* The form of ${code} among its neighbours in the order of reading. */
static uint32_t form_of(uint32_t code, bool joins_before, bool joins_after) {
    uint32_t form = FORMS;
    if (forms_of(code) == 0) {
        return code;
    }
    for (uint32_t k = FIRST; k < code; k++) {
        form += forms[k - FIRST];
    }
    return form + (joins_before && forms_of(code) > 1 ? 1 : 0) +
           (joins_after && forms_of(code) == 4 ? 2 : 0);
}

/* Gives the Arabic letters of ${codes}, which stand as they are read, their forms. Returns how many remain. */
static size_t join(uint32_t *codes, size_t count) {
    size_t used = 0;
    bool before = false; /* the letter before reaches out for this one */
    for (size_t i = 0; i < count; i++) {
        size_t next = neighbour(codes, count, i, true);
        uint32_t code = codes[i], after = next < count ? codes[next] : 0;
        if (is_mark(code)) {
            codes[used++] = code;
        } else if (code == LAM && next == i + 1 && lam_partner(after) >= 0) {
            codes[used++] = LAM_ALEF + 2 * (uint32_t)lam_partner(after) + before;
            before = false;
            i++;
        } else {
            bool reaches = forms_of(code) == 4 && forms_of(after) > 1;
            codes[used++] = form_of(code, before, reaches);
            before = reaches;
        }
    }
    return used;
}

/* Turns codes[0 .. count - 1] round; marks stay behind their letters. */
static void turn(uint32_t *codes, size_t count) {
    for (size_t i = 0; i < count / 2; i++) {
        uint32_t other = codes[count - 1 - i];
        codes[count - 1 - i] = codes[i];
        codes[i] = other;
    }
    for (size_t i = 0, first = 0; i < count; i++) {
        if (!is_mark(codes[i])) {
            uint32_t letter = codes[i];
            for (size_t k = i; k > first; k--) {
                codes[k] = codes[k - 1];
            }
            codes[first] = letter;
            first = i + 1;
        }
    }
}

size_t letters_order(const char *text, uint32_t *codes, size_t most) {
    size_t count = 0, used = 0;
    while (*text != '\0' && count < most) {
        text += utf8_next(text, &codes[count++]);
    }
    for (size_t i = 0; i < count;) {
        size_t end = i, stretch = 1;
        /* a stretch ends with the last letter that goes left, before one that goes right */
        for (size_t k = i; goes_left(codes[i]) && k < count &&
                           (goes_left(codes[k]) || is_mark(codes[k]) || codes[k] == ' ');
             k++) {
            end = codes[k] != ' ' ? k + 1 : end;
        }
        end = end > i ? end : i + 1;
        if (goes_left(codes[i])) {
            stretch = join(codes + i, end - i);
            turn(codes + i, stretch);
        }
        for (size_t k = 0; k < stretch; k++) {
            codes[used++] = codes[i + k];
        }
        i = end;
    }
    return used;
}
