/* portions.c: sets of images that stay on the host.
 *
 * Of steps, three portions are under way: the network is computed for portion p while portion p + 1
 * is sent, and a thread gathers the images of portion p + 2 from the set. All calls of OpenCL are
 * made by the thread of the caller. */
#include "backend/opencl/portions.h"
#include "backend/log.h"
#include "backend/opencl/loss.h"
#include "backend/opencl/memory.h"
#include "backend/opencl/pace.h"
#include "backend/opencl/room.h"
#include "backend/opencl/state.h"
#include "backend/opencl/transfer.h"
#include "base/least.h"
#include "base/try.h"
#include "os/threads.h"

#include <stdlib.h>
#include <string.h>

/* Pixels of a portion: on a fast device, the steps of some milliseconds. */
#define PORTION_BYTES (UINT64_C(16) << 20)

/* A call has at least so many portions, if it has as many steps: nothing hides the transfer of the
 * first one. */
#define LEAST_PORTIONS 8

/* What an image needs beside its pixels: a label; numbers of two orders; in training, a change. */
#define IMAGE_BYTES  (sizeof(cl_ushort) + 2 * sizeof(cl_uint))
#define CHANGE_BYTES sizeof(struct image_change)

static size_t image_size(const struct opencl_backend *cl) {
    return shape_size(cl->base.network->input);
}

/* Returns the bytes of ${count} images and of what they need. */
static uint64_t bytes_of(const struct opencl_backend *cl, uint64_t count) {
    return count * (image_size(cl) + IMAGE_BYTES + (cl->base.forward_only ? 0 : CHANGE_BYTES));
}

/* Returns whether there is room for ${count} images, next to portions of other sets. */
static bool fits(const struct opencl_backend *cl, size_t count) {
    const uint64_t portions = cl->portions.capacity > 0 ? 0 : 2 * bytes_of(cl, cl->base.batch);
    return (uint64_t)count * image_size(cl) <= cl->room.buffer &&
           cl->buffer_bytes + bytes_of(cl, count) + portions <= cl->room.memory;
}

bool opencl_portions_needed(struct opencl_backend *cl, struct backend_set *set,
                            const struct weft_images *images) {
    if (cl->all_resident || (!cl->base.images_on_host && fits(cl, images->count))) {
        return false;
    }
    opencl_buffer_drop(cl, &set->device_pixels);
    opencl_buffer_drop(cl, &set->device_labels);
    return cl->base.images_on_host || !fits(cl, images->count);
}

/* Returns how many images a portion of a set of ${count} images has: at least a batch. */
static size_t choose_capacity(const struct opencl_backend *cl, size_t count) {
    const uint64_t used = cl->buffer_bytes;
    const uint64_t left = used < cl->room.memory ? cl->room.memory - used : 0;
    size_t most = least(PORTION_BYTES, cl->room.buffer) / image_size(cl);
    most = least(most, (count + LEAST_PORTIONS - 1) / LEAST_PORTIONS);
    most = least(most, left / 2 / (2 * bytes_of(cl, 1))); /* half, for what a pass makes later */
    return most > cl->base.batch ? most : cl->base.batch;
}

/* Waits for the transfers. By their events: with clFinish, rusticl of Mesa 22.3 has computed before
 * a write arrived that was flushed. */
static enum weft_status wait_for_portion(struct opencl_backend *cl, struct weft_error *error) {
    cl_event *sent = cl->portions.sent;
    const cl_uint count = sent[0] == NULL ? 0 : sent[1] == NULL ? 1 : 2;
    enum weft_status status = opencl_lost_check(cl->device, error);
    if (count > 0 && status == WEFT_OK) {
        status = opencl_queue_check(cl, clWaitForEvents(count, sent), "clWaitForEvents", error);
    }
    for (cl_uint i = 0; i < count; i++) {
        OPENCL_RELEASE(cl->device, Event, sent[i]);
        sent[i] = NULL;
    }
    return status;
}

static void forget(struct opencl_portions *portions) {
    portions->list[0].count = portions->list[1].count = 0;
}

static enum weft_status make_queue(struct opencl_backend *cl, struct weft_error *error) {
    cl_int code;
    if (cl->portions.queue != NULL) {
        return WEFT_OK;
    }
    cl->portions.queue = clCreateCommandQueue(cl->context, cl->device, 0, &code);
    return opencl_queue_check(cl, code, "clCreateCommandQueue", error);
}

/* Makes memory for portions of at least ${capacity} images. If that has failed before, because
 * portions could not grow, there is none, although sets on the host are in use: each call that
 * sends portions makes sure. */
static enum weft_status make_portions(struct opencl_backend *cl, size_t capacity,
                                      struct weft_error *error) {
    static const char what[] = "a portion of the images";
    struct opencl_portions *portions = &cl->portions;
    TRY(make_queue(cl, error));
    if (capacity <= portions->capacity) {
        return WEFT_OK;
    }
    TRY(wait_for_portion(cl, error));
    forget(portions);
    portions->capacity = 0;
    for (int i = 0; i < 2; i++) {
        struct opencl_portion *portion = &portions->list[i];
        TRY(opencl_buffer_grow(cl, capacity * image_size(cl), what, &portion->pixels, error));
        TRY(opencl_buffer_grow(cl, capacity * sizeof(cl_ushort), what, &portion->labels, error));
    }
    /* New buffers are filled in the queue of kernels, and written in another one. */
    TRY(opencl_pace_finish(cl, "clFinish", error));
    portions->capacity = capacity;
    return WEFT_OK;
}

enum weft_status opencl_portions_set(struct opencl_backend *cl, struct backend_set *set,
                                     const struct weft_images *images, struct weft_error *error) {
    TRY(make_portions(cl, choose_capacity(cl, images->count), error));
    set->host_pixels = images->pixels;
    log_write(&cl->base.log,
              "opencl: %zu images stay on the host (%s): they are sent in portions of up to %zu",
              images->count,
              cl->base.images_on_host ? "images_on_host" : "there is no room for them",
              cl->portions.capacity);
    return WEFT_OK;
}

void opencl_portions_drop(struct opencl_backend *cl, struct backend_set *set) {
    wait_for_portion(cl, NULL);
    forget(&cl->portions);
    set->device_pixels = set->device_labels = NULL; /* those of a portion */
    set->host_pixels = NULL;
}

void opencl_portions_finish(struct opencl_backend *cl) {
    struct opencl_portions *portions = &cl->portions;
    wait_for_portion(cl, NULL);
    for (int i = 0; i < 2; i++) {
        OPENCL_RELEASE(cl->device, MemObject, portions->list[i].pixels);
        OPENCL_RELEASE(cl->device, MemObject, portions->list[i].labels);
        free(portions->list[i].host_pixels);
        free(portions->list[i].host_labels);
    }
    OPENCL_RELEASE(cl->device, CommandQueue, portions->queue);
    free(portions->order);
}

/* Enqueues the writes of send_portion. */
static enum weft_status enqueue_writes(struct opencl_backend *cl,
                                       const struct opencl_portion *portion, const uint8_t *pixels,
                                       const uint16_t *labels, size_t count,
                                       struct weft_error *error) {
    struct opencl_portions *portions = &cl->portions;
    TRY(opencl_write_begin(cl, portions->queue, portion->pixels, pixels, count * image_size(cl),
                           &portions->sent[0], error));
    TRY(opencl_write_begin(cl, portions->queue, portion->labels, labels, count * sizeof *labels,
                           &portions->sent[1], error));
    return opencl_queue_check(cl, clFlush(portions->queue), "clFlush", error);
}

/* Begins to send ${count} images to ${portion}. After a failure no write reads ${pixels} and
 * ${labels}, which may then be freed. */
static enum weft_status send_portion(struct opencl_backend *cl,
                                     const struct opencl_portion *portion, const uint8_t *pixels,
                                     const uint16_t *labels, size_t count,
                                     struct weft_error *error) {
    const enum weft_status status = enqueue_writes(cl, portion, pixels, labels, count, error);
    if (status != WEFT_OK) {
        wait_for_portion(cl, NULL);
    }
    return status;
}

/* The images of ${set} are now those of ${portion}. */
static void use(struct backend_set *set, const struct opencl_portion *portion) {
    set->device_pixels = portion->pixels;
    set->device_labels = portion->labels;
}

/* ---- training steps ---- */

/* Makes memory of the host for portions. */
static enum weft_status make_host(struct opencl_backend *cl, struct weft_error *error) {
    struct opencl_portions *portions = &cl->portions;
    const size_t capacity = portions->capacity;
    bool made = true;
    if (portions->host_capacity >= capacity) {
        return WEFT_OK;
    }
    portions->host_capacity = 0;
    for (int i = 0; i < 2; i++) {
        struct opencl_portion *portion = &portions->list[i];
        free(portion->host_pixels);
        free(portion->host_labels);
        portion->host_pixels = malloc(capacity * image_size(cl));
        portion->host_labels = malloc(capacity * sizeof *portion->host_labels);
        made = made && portion->host_pixels != NULL && portion->host_labels != NULL;
    }
    free(portions->order);
    portions->order = malloc(capacity * sizeof *portions->order);
    if (!made || portions->order == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "opencl: no memory for portions of %zu images",
                         capacity);
    }
    for (size_t i = 0; i < capacity; i++) {
        portions->order[i] = (uint32_t)i;
    }
    portions->host_capacity = capacity;
    return WEFT_OK;
}

/* Stores the steps of portion ${number} in ${part}, with the order of the whole set. There are none
 * after the last portion. */
static void cut(const struct opencl_feed *feed, size_t number, struct training_steps *part) {
    const struct training_steps *steps = feed->steps;
    const size_t begin = least(number * feed->each, steps->steps);
    const size_t end = least(begin + feed->each, steps->steps), first = begin * steps->batch;
    *part = *steps;
    part->steps = end - begin;
    part->images = least(end * steps->batch, steps->images) - least(first, steps->images);
    part->order = steps->order + first;
    part->updates = steps->updates + begin;
    part->changes = steps->changes != NULL ? steps->changes + first : NULL;
    part->first = steps->first + begin;
}

/* Copies the images of portion feed->gathers, in the order of its steps. */
static void gather(void *context) {
    const struct opencl_feed *feed = context;
    const struct backend_set *set = &feed->cl->base.sets[feed->steps->set];
    struct opencl_portion *to = &feed->cl->portions.list[feed->gathers % 2];
    const size_t size = image_size(feed->cl);
    struct training_steps part;
    cut(feed, feed->gathers, &part);
    for (size_t i = 0; i < part.images; i++) {
        memcpy(to->host_pixels + i * size, set->host_pixels + part.order[i] * size, size);
        to->host_labels[i] = set->labels[part.order[i]];
    }
}

/* Begins to send portion ${number}, which has been gathered, if there is one. */
static enum weft_status send_steps(struct opencl_feed *feed, size_t number,
                                   struct weft_error *error) {
    const struct opencl_portion *portion = &feed->cl->portions.list[number % 2];
    struct training_steps part;
    cut(feed, number, &part);
    return part.steps > 0 ? send_portion(feed->cl, portion, portion->host_pixels,
                                         portion->host_labels, part.images, error)
                          : WEFT_OK;
}

enum weft_status opencl_feed_begin(struct opencl_feed *feed, struct opencl_backend *cl,
                                   const struct training_steps *steps, struct weft_error *error) {
    *feed = (struct opencl_feed){.cl = cl, .steps = steps};
    TRY(wait_for_portion(cl, error));
    forget(&cl->portions);
    TRY(make_portions(cl, cl->base.batch, error));
    feed->each = least(cl->portions.capacity / steps->batch,
                       (steps->steps + LEAST_PORTIONS - 1) / LEAST_PORTIONS);
    TRY(make_host(cl, error));
    gather(feed);
    TRY(send_steps(feed, 0, error));
    feed->gathers = 1;
    feed->task = os_task_start(gather, feed);
    return WEFT_OK;
}

enum weft_status opencl_feed_next(struct opencl_feed *feed, struct training_steps *part,
                                  struct weft_error *error) {
    struct opencl_backend *cl = feed->cl;
    const size_t number = feed->next++;
    TRY(wait_for_portion(cl, error));
    os_task_wait(feed->task);
    feed->task = NULL;
    TRY(send_steps(feed, number + 1, error));
    feed->gathers = number + 2;
    feed->task = os_task_start(gather, feed);
    use(&cl->base.sets[feed->steps->set], &cl->portions.list[number % 2]);
    cut(feed, number, part);
    part->order = cl->portions.order;
    return WEFT_OK;
}

enum weft_status opencl_feed_finish(struct opencl_feed *feed, enum weft_status status,
                                    struct weft_error *error) {
    enum weft_status waited;
    os_task_wait(feed->task);
    waited = wait_for_portion(feed->cl, status == WEFT_OK ? error : NULL);
    return status == WEFT_OK ? waited : status;
}

/* ---- passes ---- */

/* Begins to send the images of the set of ${pass} from ${first} on to portion ${i}: those of as
 * many passes like this one as it has room for. */
static enum weft_status send_images(struct opencl_backend *cl, const struct evaluation_pass *pass,
                                    size_t first, int i, struct weft_error *error) {
    const struct backend_set *from = &cl->base.sets[pass->set];
    struct opencl_portion *portion = &cl->portions.list[i];
    const size_t passes = cl->portions.capacity / pass->count;
    const size_t count = least(passes * pass->count, from->count - first);
    portion->count = 0;
    TRY(send_portion(cl, portion, from->host_pixels + first * image_size(cl), from->labels + first,
                     count, error));
    portion->set = pass->set;
    portion->first = first;
    portion->count = count;
    return WEFT_OK;
}

static bool has(const struct opencl_portion *portion, const struct evaluation_pass *pass) {
    return portion->count > 0 && portion->set == pass->set && portion->first <= pass->first &&
           pass->first + pass->count <= portion->first + portion->count;
}

enum weft_status opencl_portions_pass(struct opencl_backend *cl, const struct evaluation_pass *pass,
                                      struct evaluation_pass *part, struct weft_error *error) {
    struct opencl_portions *portions = &cl->portions;
    struct backend_set *set = &cl->base.sets[pass->set];
    const struct opencl_portion *present, *other;
    size_t end;
    int i;
    TRY(wait_for_portion(cl, error));
    TRY(make_portions(cl, cl->base.batch, error));
    i = has(&portions->list[1], pass) ? 1 : 0;
    present = &portions->list[i];
    other = &portions->list[1 - i];
    if (!has(present, pass)) {
        TRY(send_images(cl, pass, pass->first, i, error));
        TRY(wait_for_portion(cl, error));
    }
    end = present->first + present->count;
    if (end < set->count && !(other->count > 0 && other->set == pass->set && other->first == end)) {
        TRY(send_images(cl, pass, end, 1 - i, error));
    }
    use(set, present);
    *part = *pass;
    part->first -= present->first;
    return WEFT_OK;
}
