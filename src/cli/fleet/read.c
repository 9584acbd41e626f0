/* read.c: reads files with the events of weft verify --json. All processors read lines; one puts
 * together what they say. */
#include "cli/fleet/fleet.h"

#include <stdlib.h>
#include <string.h>

#include "base/try.h"
#include "os/files.h"
#include "os/host.h"
#include "os/threads.h"
#include "verify/verification.h"

#define FILE_LIMIT (192u << 20) /* bytes */
#define PIECE      (256u << 10) /* bytes, and the rest of the last line */
#define PIECES     16           /* read at once */

/* Lines that are read together. ${error} is that of the first bad one. */
struct piece {
    const char *text;
    size_t size, first; /* the number of the first line */
    struct fleet_line *lines;
    size_t count, bad, bad_line; /* bad_line: the first */
    struct text buffer;
    struct weft_error error;
};

/* What earlier lines of a file say about those to come. */
struct context {
    const char *path;
    unsigned stages; /* as fleet_line.stage, of all stages so far */
    bool some;       /* there were stages */
    bool differs;    /* one of them, or a difference */
    unsigned empty;  /* the stages that compared nothing; 1 << VERIFY_STAGE_COUNT: another name */
    bool failed;     /* the line before is a verdict that is not equal: its error follows */
    bool some_bad;   /* an earlier line is what the error at the end of --all sums up */
    size_t last;     /* the line */
};

/* Adds a verification without a verdict event. */
static enum weft_status add_none(struct fleet *fleet, struct context *context, size_t line,
                                 const char *why, struct weft_error *error) {
    struct fleet_verdict verdict = {.path = context->path, .line = line};
    context->some_bad = true;
    return fleet_add(fleet, &verdict, why, error);
}

static void begin_verification(struct context *context) {
    context->some = context->differs = false;
    context->stages = context->empty = 0;
}

/* Adds a verification whose lines end before its verdict. */
static enum weft_status add_cut(struct fleet *fleet, struct context *context,
                                struct weft_error *error) {
    TRY(add_none(fleet, context, context->last, "the verification has no verdict", error));
    begin_verification(context);
    return WEFT_OK;
}

/* Returns whether the stage of ${line} is of another verification than the lines before it. Only a
 * difference of its own is before the first stage. */
static bool is_next(const struct context *context, const struct fleet_line *line) {
    bool first = line->stage == 1u << VERIFY_STAGE_TRANSFERS;
    return line->stage != 0 && (context->stages >= line->stage ||
                                (first && context->some && (context->stages != 0 || line->equal)));
}

static enum weft_status add_verdict(struct fleet *fleet, struct context *context,
                                    const struct piece *piece, const struct fleet_line *line,
                                    struct weft_error *error) {
    const char *text = piece->buffer.bytes, *why = text + line->texts[FLEET_WHY];
    bool all = context->stages == (1u << VERIFY_STAGE_COUNT) - 1;
    /* These two have nothing to compare on the CPU backend. */
    unsigned none = line->builtin ? 1u << VERIFY_STAGE_TRANSFERS | 1u << VERIFY_STAGE_NUMERICS : 0;
    bool nothing = (context->empty & ~none) != 0;
    struct fleet_verdict verdict = {.is_event = true,
                                    .builtin = line->builtin,
                                    .equal = line->equal,
                                    .differs = line->differs,
                                    .contract = line->contract,
                                    .path = context->path,
                                    .line = line->line};
    for (int i = 0; i < FLEET_TEXTS; i++) {
        TRY(fleet_intern(fleet, text + line->texts[i], &verdict.texts[i], error));
    }
    if (line->equal && context->some && (context->differs || nothing || !all)) {
        why = context->differs ? "equal, but one of its stages is not"
              : nothing        ? "equal, but a stage compared nothing"
                               : "equal, but not all stages were run";
        verdict.equal = false;
        verdict.differs = context->differs;
    } else if (line->equal && text[line->texts[FLEET_HOST]] == '\0') {
        why = "equal, but it names no host"; /* so that copies of a line have no votes */
        verdict.equal = false;
    }
    context->failed = strcmp(text + line->texts[FLEET_RESULT], "equal") != 0;
    context->some_bad = context->some_bad || context->failed;
    begin_verification(context);
    return fleet_add(fleet, &verdict, why, error);
}

/* Takes an error. That of a verdict follows it, and weft verify --all ends with one that sums up
 * what earlier lines say. Any other one is of a verification without a verdict. */
static enum weft_status add_error(struct fleet *fleet, struct context *context, bool failed,
                                  const struct fleet_line *line, const char *message,
                                  struct weft_error *error) {
    bool sums_up = strncmp(message, "verify: ", 8) == 0 &&
                   strstr(message, " not equal: the worst is ") != NULL;
    bool known = failed || (sums_up && context->some_bad);
    if (context->some) {
        TRY(add_cut(fleet, context, error));
    }
    if (!known) {
        TRY(add_none(fleet, context, line->line, message, error));
    }
    context->some_bad = context->some_bad && !sums_up;
    return WEFT_OK;
}

/* Takes what a line says, after those before it. */
static enum weft_status take(struct fleet *fleet, struct context *context,
                             const struct piece *piece, const struct fleet_line *line,
                             struct weft_error *error) {
    bool failed = context->failed;
    context->failed = false;
    switch (line->kind) {
    case FLEET_STAGE:
        if (is_next(context, line)) {
            TRY(add_cut(fleet, context, error));
        }
        context->some = true;
        context->stages |= line->stage;
        context->differs = context->differs || !line->equal;
        context->empty |= !line->nothing     ? 0
                          : line->stage != 0 ? line->stage
                                             : 1u << VERIFY_STAGE_COUNT;
        break;
    case FLEET_DIFFERENCE:
        context->some = context->differs = true;
        break;
    case FLEET_ERROR:
        TRY(add_error(fleet, context, failed, line, piece->buffer.bytes + line->texts[FLEET_WHY],
                      error));
        break;
    case FLEET_VERDICT:
        TRY(add_verdict(fleet, context, piece, line, error));
        break;
    default:
        break;
    }
    context->last = line->line;
    return WEFT_OK;
}

/* Reads the lines of a piece, in any thread. */
static void read_piece(void *context, size_t index) {
    struct piece *piece = (struct piece *)context + index;
    size_t capacity = 0;
    for (size_t at = 0, number = piece->first, length; at < piece->size; at += length + 1) {
        const char *begin = piece->text + at, *end = memchr(begin, '\n', piece->size - at);
        struct weft_error *error = &piece->error, ignored = {0};
        length = end != NULL ? (size_t)(end - begin) : piece->size - at;
        size_t kept = length > 0 && begin[length - 1] == '\r' ? length - 1 : length;
        if (!fleet_grow((void **)&piece->lines, piece->count, &capacity, sizeof *piece->lines)) {
            error_set(error, WEFT_NO_MEMORY, "no memory for lines");
            piece->bad++;
            return;
        }
        if (kept > 0 && fleet_line_read(begin, kept, &piece->buffer, &piece->lines[piece->count],
                                        error->status == WEFT_OK ? error : &ignored) != WEFT_OK) {
            if (piece->bad++ == 0) {
                piece->bad_line = number;
            }
        } else if (kept > 0) {
            piece->lines[piece->count++].line = number;
        }
        number++;
    }
}

/* Cuts up to PIECES pieces from ${text}. Returns their number. */
static size_t cut(const char *text, size_t size, size_t *begin, size_t *line,
                  struct piece pieces[PIECES]) {
    size_t count = 0;
    for (; count < PIECES && *begin < size; count++) {
        size_t length = size - *begin < PIECE ? size - *begin : PIECE;
        const char *end = memchr(text + *begin + length, '\n', size - *begin - length);
        length = end != NULL ? (size_t)(end + 1 - text) - *begin : size - *begin;
        pieces[count] = (struct piece){.text = text + *begin, .size = length, .first = *line};
        for (const char *at = text + *begin, *stop = at + length;
             (at = memchr(at, '\n', (size_t)(stop - at))) != NULL; at++) {
            ++*line;
        }
        *begin += length;
    }
    return count;
}

/* Takes the lines of a piece and frees them. Adds its bad lines to those of ${all}. */
static enum weft_status take_piece(struct fleet *fleet, struct context *context,
                                   struct piece *piece, struct piece *all,
                                   struct weft_error *error) {
    enum weft_status status = WEFT_OK;
    for (size_t i = 0; i < piece->count && status == WEFT_OK; i++) {
        status = take(fleet, context, piece, &piece->lines[i], error);
    }
    if (piece->bad > 0 && all->bad == 0) {
        all->error = piece->error;
        all->bad_line = piece->bad_line;
    }
    all->bad += piece->bad;
    free(piece->lines);
    free(piece->buffer.bytes);
    return status;
}

static enum weft_status read_text(struct fleet *fleet, struct os_pool *pool, const char *path,
                                  const char *text, size_t size, struct weft_error *error) {
    struct context context = {.path = path};
    struct piece pieces[PIECES], all = {0};
    size_t before = fleet->count;
    for (size_t begin = 0, line = 1; begin < size;) {
        size_t count = cut(text, size, &begin, &line, pieces);
        enum weft_status status = WEFT_OK;
        os_pool_run(pool, count, read_piece, pieces);
        for (size_t i = 0; i < count; i++) {
            enum weft_status taken = take_piece(fleet, &context, &pieces[i], &all, error);
            status = status == WEFT_OK ? taken : status;
        }
        TRY(status);
    }
    if (context.some && fleet->count > before) {
        TRY(add_cut(fleet, &context, error));
    }
    if (all.bad > 0) {
        *error = all.error;
        return all.bad == 1 ? error_context(error, "%s, line %zu", path, all.bad_line)
                            : error_context(error, "%s, %zu bad lines, the first is line %zu", path,
                                            all.bad, all.bad_line);
    }
    return fleet->count > before ? WEFT_OK
                                 : error_set(error, WEFT_BAD_FILE,
                                             "%s: it has no verdict of weft verify --json", path);
}

enum weft_status fleet_read(struct fleet *fleet, const char *path, struct weft_error *error) {
    char *text = NULL;
    size_t size = 0;
    struct os_pool *pool = NULL;
    enum weft_status status;
    TRY_OR(done, os_text_read(path, FILE_LIMIT, FILE_JSON, &text, &size, error));
    pool = os_pool_create(size > PIECE ? os_processors() : 1);
    if (pool == NULL) {
        status = error_set(error, WEFT_NO_MEMORY, "%s: no memory to read it", path);
        goto done;
    }
    status = read_text(fleet, pool, path, text, size, error);
done:
    os_pool_destroy(pool);
    free(text);
    return status;
}
