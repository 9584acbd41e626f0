/* time.c: a slow device. Kernels run on PoCL at once; a call that waits returns when the device
 * that is played would be ready. So what is tested does not depend on the speed of a machine. */
#include "player.h"

#include <errno.h>
#include <fnmatch.h>
#include <time.h>

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static bool over(double seconds, long milliseconds) {
    return milliseconds > 0 && 1e3 * seconds > (double)milliseconds;
}

/* Returns the seconds that a launch takes. Called with the mutex of the device. */
static double cost_of(struct player_object *kernel, size_t items) {
    const struct player_traits *traits = &kernel->device->traits;
    bool slow = fnmatch(traits->item.pattern, kernel->text, 0) == 0;
    const long compiles = kernel->launched ? 0 : traits->first;
    kernel->launched = true;
    return 1e-3 * (double)(traits->slow + compiles) +
           (slow ? 1e-9 * (double)traits->item.value * (double)items : 0);
}

void player_time_launch(struct player_object *kernel, size_t items, const void *event) {
    struct player_device *device = kernel->device;
    const struct player_traits *traits = &device->traits;
    double queued = now(), begin, cost;
    pthread_mutex_lock(&device->mutex);
    cost = cost_of(kernel, items);
    begin = device->busy_until > queued ? device->busy_until : queued;
    device->busy_until = begin + cost;
    device->batch += cost;
    if (over(cost, traits->watchdog) || over(begin + cost - queued, traits->queue_watchdog)) {
        player_lose(device, true);
    }
    pthread_mutex_unlock(&device->mutex);
    if (event != NULL) {
        struct player_object *object = player_object_add(event, device);
        object->queued = queued;
        object->begin = begin;
        object->end = begin + cost;
    }
}

void player_time_flush(struct player_device *device) {
    pthread_mutex_lock(&device->mutex);
    if (over(device->batch, device->traits.batch_watchdog)) {
        player_lose(device, true);
    }
    device->batch = 0;
    pthread_mutex_unlock(&device->mutex);
}

void player_time_wait(struct player_device *device) {
    double seconds;
    struct timespec left;
    player_time_flush(device);
    pthread_mutex_lock(&device->mutex);
    seconds = device->busy_until - now();
    pthread_mutex_unlock(&device->mutex);
    if (seconds > 0) {
        left.tv_sec = (time_t)seconds;
        left.tv_nsec = (long)(1e9 * (seconds - (double)left.tv_sec));
        while (nanosleep(&left, &left) != 0 && errno == EINTR) {
        }
    }
}

static cl_int CL_API_CALL get_profiling(cl_event event, cl_profiling_info info, size_t size,
                                        void *to, size_t *used) {
    const struct player_object *object = player_object_find(event);
    double seconds;
    cl_ulong value;
    if (object == NULL || object->device == NULL || object->end == object->begin) {
        return player_real->clGetEventProfilingInfo(event, info, size, to, used);
    }
    seconds = info == CL_PROFILING_COMMAND_START ? object->begin
              : info == CL_PROFILING_COMMAND_END ? object->end
                                                 : object->queued;
    value = (cl_ulong)(1e9 * seconds);
    return player_answer(&value, sizeof value, size, to, used);
}

void player_time_install(cl_icd_dispatch *dispatch) {
    dispatch->clGetEventProfilingInfo = get_profiling;
}
