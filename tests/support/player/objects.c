/* objects.c: what the layer knows about objects of the driver. */
#include "player.h"

#include <stdint.h>
#include <stdlib.h>

enum { BUCKETS = 1024 };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static struct player_object *buckets[BUCKETS];

static struct player_object **bucket(const void *handle) {
    return &buckets[((uintptr_t)handle >> 4) % BUCKETS];
}

static struct player_object *find(const void *handle) {
    struct player_object *object = *bucket(handle);
    while (object != NULL && object->handle != handle) {
        object = object->next;
    }
    return object;
}

struct player_object *player_object_find(const void *handle) {
    struct player_object *object;
    pthread_mutex_lock(&mutex);
    object = find(handle);
    pthread_mutex_unlock(&mutex);
    return object;
}

struct player_object *player_object_add(const void *handle, struct player_device *device) {
    struct player_object *object;
    pthread_mutex_lock(&mutex);
    object = find(handle);
    if (object == NULL) {
        object = calloc(1, sizeof *object);
        if (object == NULL) {
            abort();
        }
        object->next = *bucket(handle);
        *bucket(handle) = object;
    }
    free(object->text);
    *object = (struct player_object){.handle = handle, .device = device, .next = object->next};
    pthread_mutex_unlock(&mutex);
    return object;
}

void player_object_forget(const void *handle) {
    if (handle != NULL && player_object_find(handle) != NULL) {
        player_object_add(handle, NULL);
    }
}

struct player_device *player_owner(const void *handle) {
    const struct player_object *object = player_object_find(handle);
    return object != NULL ? object->device : NULL;
}
