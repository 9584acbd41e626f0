/* figure_curves.c: loss and accuracy by epoch, in two panels. */
#include "report/figures.h"

#include <math.h>

enum {
    BUCKETS = 360,     /* points of a line by step */
    MARKED_EPOCHS = 60 /* epochs up to which each gets a dot */
};

#define PANEL_WIDTH  400.0
#define PANEL_HEIGHT 250.0
#define LEFT         64.0
#define GAP          84.0
#define TOP          48.0
#define BOTTOM       92.0
#define RIGHT        24.0
#define KEY_LINE     22.0 /* height of a line of the legend */

/* One panel and its data. */
struct panel {
    struct canvas *canvas;
    const struct curves *curves;
    bool accuracy;            /* else loss */
    double x;                 /* left edge */
    double low, high, epochs; /* axes: low .. high and 0 .. epochs */
};

/* The mean of consecutive steps. */
struct bucket {
    double epoch, value;
};

/* Returns the steps of a complete epoch. The first epoch is complete if there is a second. */
static double steps_of_epoch(const struct curves *curves) {
    size_t count = 0;
    while (count < curves->step_count && curves->steps[count].epoch == curves->steps[0].epoch) {
        count++;
    }
    return count > 0 ? (double)count : 1;
}

/* Returns the end of epoch ${i} (from 0) on the axis. The last epoch may be incomplete. */
static double epoch_end(const struct curves *curves, size_t i) {
    double done = (double)curves->step_count / steps_of_epoch(curves);
    double end = (double)curves->history[i].epoch;
    return i + 1 == curves->epochs && done > 0 && done < end && done > end - 1 ? done : end;
}

/* Divides the steps into at most BUCKETS buckets. Returns their number. */
static size_t fill_buckets(const struct panel *panel, struct bucket buckets[BUCKETS]) {
    const struct curves *curves = panel->curves;
    size_t count = curves->step_count < BUCKETS ? curves->step_count : BUCKETS;
    for (size_t i = 0; i < count; i++) {
        size_t from = curves->step_count * i / count, to = curves->step_count * (i + 1) / count;
        double sum = 0, images = 0;
        for (size_t k = from; k < to; k++) {
            const struct report_step *step = &curves->steps[k];
            sum +=
                panel->accuracy ? (double)step->correct : (double)step->loss * (double)step->images;
            images += (double)step->images;
        }
        buckets[i] = (struct bucket){(double)(from + to) / 2 / steps_of_epoch(curves),
                                     images > 0 ? sum / images : 0};
    }
    return count;
}

static double epoch_value(const struct panel *panel, size_t i, bool held_out) {
    const struct report_epoch *history = &panel->curves->history[i];
    if (held_out) {
        return panel->accuracy ? history->validation_accuracy : history->validation_loss;
    }
    return panel->accuracy ? history->accuracy : history->mean_loss;
}

/* Extends the vertical axis to ${value}. */
static void include(struct panel *panel, double value) {
    if (isfinite(value)) {
        panel->low = value < panel->low ? value : panel->low;
        panel->high = value > panel->high ? value : panel->high;
    }
}

/* Sets the axes to contain all values. The axis of loss begins at 0, that of accuracy ends at 1. */
static void set_axes(struct panel *panel, const struct bucket *buckets, size_t count) {
    const struct curves *curves = panel->curves;
    panel->low = panel->accuracy ? 1 : 0;
    panel->high = panel->accuracy ? 1 : 0;
    panel->epochs = 1;
    for (size_t i = 0; i < count; i++) {
        include(panel, buckets[i].value);
    }
    for (size_t i = 0; i < curves->epochs; i++) {
        include(panel, epoch_value(panel, i, false));
        if (curves->history[i].validated) {
            include(panel, epoch_value(panel, i, true));
        }
        panel->epochs = (double)curves->history[i].epoch > panel->epochs
                            ? (double)curves->history[i].epoch
                            : panel->epochs;
    }
    if (panel->accuracy) {
        double step = canvas_tick(panel->high - panel->low + 1e-9, 6);
        panel->low = floor(panel->low / step) * step;
        panel->low = panel->low < 1 ? panel->low : 0;
    } else {
        double step = canvas_tick(panel->high + 1e-9, 6);
        panel->high = panel->high > 0 ? ceil(panel->high / step) * step : 1;
    }
}

static double x_of(const struct panel *panel, double epoch) {
    return panel->x + PANEL_WIDTH * epoch / panel->epochs;
}

static double y_of(const struct panel *panel, double value) {
    double share = (value - panel->low) / (panel->high - panel->low);
    return TOP + PANEL_HEIGHT * (1 - (share > 0 ? share < 1 ? share : 1 : 0));
}

/* Draws the numbers, the grid and the titles. */
static void draw_axes(const struct panel *panel) {
    struct canvas *canvas = panel->canvas;
    double step = canvas_tick(panel->high - panel->low, 6), right = panel->x + PANEL_WIDTH;
    struct canvas_text_style style = {.size = 11, .anchor = ANCHOR_END, .colour = CANVAS_MUTED};
    char text[32];
    /* The vertical axis: a line through the panel at each tick. */
    for (int i = 0; panel->low + i * step <= panel->high + step / 1000; i++) {
        double y = y_of(panel, panel->low + i * step);
        double grid[] = {panel->x, y, right, y};
        canvas->kind->line(canvas, grid, 2, 1, false, CANVAS_GRID);
        style.x = panel->x - 8;
        style.y = y + 4;
        snprintf(text, sizeof text, "%.4g", panel->low + i * step);
        canvas_text(canvas, &style, LEFT - 10, text);
    }
    /* The horizontal axis. */
    style.anchor = ANCHOR_MIDDLE;
    step = canvas_tick(panel->epochs, 8);
    step = step < 1 ? 1 : step;
    for (int i = 0; i * step <= panel->epochs + step / 1000; i++) {
        double x = x_of(panel, i * step);
        double tick[] = {x, TOP + PANEL_HEIGHT, x, TOP + PANEL_HEIGHT + 5};
        canvas->kind->line(canvas, tick, 2, 1, false, CANVAS_MUTED);
        style.x = x;
        style.y = TOP + PANEL_HEIGHT + 18;
        snprintf(text, sizeof text, "%.6g", i * step);
        canvas_text(canvas, &style, 60, text);
    }
    /* The titles of the axis and of the panel. */
    style.x = panel->x + PANEL_WIDTH / 2;
    style.y = TOP + PANEL_HEIGHT + 36;
    style.size = 12;
    canvas_text(canvas, &style, PANEL_WIDTH, "epoch");
    style = (struct canvas_text_style){
        .x = panel->x, .y = TOP - 18, .size = 14, .bold = true, .colour = CANVAS_INK};
    canvas_text(canvas, &style, PANEL_WIDTH,
                panel->accuracy ? "accuracy" : "loss (mean cross entropy)");
}

/* Draws the line through the epochs, with a dot at each if there are few. */
static void draw_epochs(const struct panel *panel, bool held_out) {
    const struct curves *curves = panel->curves;
    uint32_t colour = held_out ? CANVAS_HELD_OUT : CANVAS_TRAINED;
    double previous[2] = {0, 0};
    bool joined = false;
    for (size_t i = 0; i < curves->epochs; i++) {
        double value = epoch_value(panel, i, held_out);
        double point[4] = {previous[0], previous[1], x_of(panel, epoch_end(curves, i)), 0};
        if (!isfinite(value) || (held_out && !curves->history[i].validated)) {
            joined = false;
            continue;
        }
        point[3] = y_of(panel, value);
        if (joined) {
            panel->canvas->kind->line(panel->canvas, point, 2, 2, held_out, colour);
        }
        if (curves->epochs <= MARKED_EPOCHS) {
            panel->canvas->kind->dot(panel->canvas, point[2], point[3], 3.5, colour);
        }
        previous[0] = point[2];
        previous[1] = point[3];
        joined = true;
    }
}

static void draw_panel(struct panel *panel) {
    struct bucket buckets[BUCKETS] = {{0}}; /* gcc 14 for Windows warns without it */
    double points[2 * BUCKETS];
    size_t count = fill_buckets(panel, buckets), used = 0;
    set_axes(panel, buckets, count);
    draw_axes(panel);
    for (size_t i = 0; i < count; i++) {
        if (isfinite(buckets[i].value)) {
            points[2 * used] = x_of(panel, buckets[i].epoch);
            points[2 * used++ + 1] = y_of(panel, buckets[i].value);
        }
    }
    if (used > 1) {
        panel->canvas->kind->line(panel->canvas, points, used, 1.2, false, CANVAS_TRAINED_FAINT);
    }
    draw_epochs(panel, false);
    draw_epochs(panel, true);
}

/* A line of the legend. */
struct key {
    uint32_t colour;
    bool dashed;
    const char *text;
};

/* Finds the lines that ${curves} has. Returns their number. */
static size_t find_keys(const struct curves *curves, struct key keys[3]) {
    size_t count = 0;
    bool validated = false;
    for (size_t i = 0; i < curves->epochs; i++) {
        validated = validated || curves->history[i].validated;
    }
    keys[count++] = (struct key){CANVAS_TRAINED, false, "training images, mean of an epoch"};
    if (curves->step_count > 1) {
        keys[count++] = (struct key){CANVAS_TRAINED_FAINT, false, "training images, by step"};
    }
    if (validated) {
        keys[count++] = (struct key){CANVAS_HELD_OUT, true, "held-out images, after an epoch"};
    }
    return count;
}

/* Draws a short line and its meaning. Returns the end of it. */
static double draw_key(struct canvas *canvas, double x, double y, const struct key *key) {
    double line[] = {x, y, x + 26, y};
    struct canvas_text_style style = {.x = x + 34, .y = y + 4, .size = 12, .colour = CANVAS_INK};
    canvas->kind->line(canvas, line, 2, 2, key->dashed, key->colour);
    canvas_text(canvas, &style, 400, key->text);
    return x + 34 + canvas_length(key->text, 12) + 24;
}

void figure_curves(struct canvas *canvas, const struct curves *curves) {
    struct panel loss = {.canvas = canvas, .curves = curves, .x = LEFT};
    struct panel accuracy = {
        .canvas = canvas, .curves = curves, .x = LEFT + PANEL_WIDTH + GAP, .accuracy = true};
    struct key keys[3];
    size_t count = find_keys(curves, keys);
    double x = LEFT;
    canvas_begin(canvas, LEFT + 2 * PANEL_WIDTH + GAP + RIGHT, TOP + PANEL_HEIGHT + BOTTOM);
    draw_panel(&loss);
    draw_panel(&accuracy);
    for (size_t i = 0; i < count; i++) {
        x = draw_key(canvas, x, TOP + PANEL_HEIGHT + BOTTOM - 24, &keys[i]);
    }
}

void figure_curve(struct canvas *canvas, const struct curves *curves, bool accuracy) {
    struct panel panel = {.canvas = canvas, .curves = curves, .x = LEFT, .accuracy = accuracy};
    struct key keys[3];
    size_t count = find_keys(curves, keys);
    double y = TOP + PANEL_HEIGHT + BOTTOM - 28;
    canvas_begin(canvas, LEFT + PANEL_WIDTH + RIGHT, y + KEY_LINE * (double)count);
    draw_panel(&panel);
    for (size_t i = 0; i < count; i++) {
        draw_key(canvas, LEFT, y + KEY_LINE * (double)i, &keys[i]);
    }
}
