/* player.h: an OpenCL layer that makes PoCL's device look like other devices. The README says how a
 * test uses it, and which properties there are.
 *
 * Platforms and devices that are played are structures of this library, which the layer translates
 * to the real ones. Contexts, queues, programs, kernels, buffers and events are those of the
 * driver, and a table holds what the layer knows about each. */
#ifndef PLAYER_H
#define PLAYER_H

#define CL_TARGET_OPENCL_VERSION 300
#define CL_USE_DEPRECATED_OPENCL_1_1_APIS
#define CL_USE_DEPRECATED_OPENCL_1_2_APIS
#include <CL/cl_layer.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

enum { PLAYER_TEXT = 128, PLAYER_MAX = 8, PLAYER_KERNELS = 8, PLAYER_ARGUMENTS = 32 };

/* A number for the kernels or calls whose name matches the pattern (fnmatch). */
struct player_limit {
    char pattern[PLAYER_TEXT];
    long value;
};

/* What WEFT_PLAY says about a device. 0 and an empty text: as the real device. */
struct player_traits {
    char platform[PLAYER_TEXT], name[PLAYER_TEXT], vendor[PLAYER_TEXT], driver[PLAYER_TEXT];
    cl_device_type type;
    cl_uint pci[4];
    unsigned char uuid[16];
    bool has_pci, has_uuid, discrete, integrated, nofma, nobuild;
    long groups, preferred, units, clock, memory, local;
    size_t items[3];
    struct player_limit kernels[PLAYER_KERNELS];
    size_t kernel_count;
    /* Faults of calls (calls.c): the device is lost, or the driver crashes, at call N. */
    struct player_limit lost, crash;
    bool late, hang, hang_all;
    long code, code_after;
    /* Memory (memory.c). */
    long free, maxalloc;
    bool firstuse, badfill;
    long lostwrite, oldwrite; /* commands.c: which of the writes that do not wait has a fault */
    struct player_limit item; /* nanoseconds of a work-item of some kernels (time.c) */
    /* Time, in milliseconds (time.c). */
    long slow, first, watchdog, batch_watchdog, queue_watchdog;
    /* Compilers and binaries (programs.c). */
    char stale[PLAYER_TEXT];
    bool deferred, unordered; /* order.c */
    bool contracts, stale_contracts, nobinary;
};

/* The loader reads the first member, which is that of the real object, in calls that are not
 * translated. */
struct player_platform {
    void *dispatch;
    cl_platform_id real;
    char name[PLAYER_TEXT];
};

struct player_device {
    void *dispatch;
    cl_device_id real;
    struct player_platform *platform;
    struct player_traits traits;
    atomic_long lost_calls, crash_calls; /* that match the pattern */
    atomic_bool lost, late, reported;    /* late: only a call that waits reports the loss */
    atomic_long used;                    /* bytes of buffers */
    long writes;                         /* that do not wait */
    struct {
        cl_mem buffer;
        size_t size;
    } written[2];              /* the last of these writes and the one before it */
    pthread_mutex_t mutex;     /* of the members below */
    double busy_until, batch;  /* seconds */
    struct player_gate *gates; /* order.c: what is enqueued and may not begin */
};

/* An object of the driver. */
struct player_object {
    const void *handle;
    struct player_device *device;          /* that is played; NULL: another one */
    char *text;                            /* a program's source, a kernel's name */
    size_t size;                           /* of a buffer */
    bool used;                             /* a buffer that counts as memory */
    cl_event last;                         /* the last command that uses a buffer (order.c) */
    bool from_binary;                      /* a program, or its kernel */
    bool launched;                         /* a kernel */
    const void *buffers[PLAYER_ARGUMENTS]; /* arguments of a kernel */
    double queued, begin, end;             /* of a launch's event, in seconds */
    struct player_object *next;
};

extern const cl_icd_dispatch *player_real; /* the calls of the driver */

/* traits.c: reads ${text}, the properties of one device. Ends the process if they are wrong. */
void player_traits_read(const char *text, struct player_traits *traits);

/* devices.c */
void player_devices_init(void);
struct player_device *player_device_of(cl_device_id id); /* NULL: it is not played */
cl_device_id player_real_device(cl_device_id id);
cl_platform_id player_real_platform(cl_platform_id id);
void player_items(const struct player_device *device,
                  size_t items[3]); /* CL_DEVICE_MAX_WORK_ITEM_SIZES */
void player_devices_install(cl_icd_dispatch *dispatch);

/* objects.c: adds an object, in place of a dead one with the same address; finds one, or returns
 * NULL. */
struct player_object *player_object_add(const void *handle, struct player_device *device);
struct player_object *player_object_find(const void *handle);
/* The object ${handle} of a real device is new: a dead one of a played device may have had its
 * address. NULL is harmless. */
void player_object_forget(const void *handle);
struct player_device *player_owner(const void *handle); /* the played device; NULL: none */

/* Each file puts its functions into the table of the layer. */
void player_contexts_install(cl_icd_dispatch *dispatch);
void player_programs_install(cl_icd_dispatch *dispatch);
void player_kernels_install(cl_icd_dispatch *dispatch);
void player_commands_install(cl_icd_dispatch *dispatch);
void player_memory_install(cl_icd_dispatch *dispatch);
void player_release_install(cl_icd_dispatch *dispatch);

/* calls.c: begins a call of ${name} for ${device}, which may be NULL. Returns the code with which
 * the call fails. ${waits}: it waits for the device. */
cl_int player_begin(struct player_device *device, const char *name, bool waits);
void player_lose(struct player_device *device, bool late);

/* Counts a call, or a launch of a kernel, of ${name} in WEFT_PLAY_FAIL, if it matches. Returns
 * whether it is the one that fails; then the variable is removed. */
bool player_fails(const char *name);

/* memory.c: the buffer ${handle} is used. Returns the code with which that fails. */
cl_int player_use(struct player_device *device, const void *handle);

/* order.c: a command is enqueued by begin, the driver's call with the list, the count and the event
 * of the command, and end with the code of this call, which it returns. */
struct player_command {
    cl_command_queue queue;
    struct player_device *device;
    const void *const *buffers; /* that it uses; some may be NULL or no buffers */
    size_t buffer_count;
    cl_event *event;      /* for the driver */
    const cl_event *list; /* to wait for */
    cl_uint count;
    cl_event own, *callers, waits[2 * PLAYER_ARGUMENTS];
};
void player_order_begin(struct player_command *command, cl_uint num_events, const cl_event *events,
                        cl_event *event);
cl_int player_order_end(struct player_command *command, cl_int code, bool blocking);
void player_order_flush(struct player_device *device, cl_command_queue queue); /* NULL: all */

/* time.c: a launch of ${items} work-items of ${kernel} is enqueued, whose event is ${event} or
 * NULL; what is enqueued is handed to the device; the host has waited, and continues when the
 * device is ready. */
void player_time_launch(struct player_object *kernel, size_t items, const void *event);
void player_time_flush(struct player_device *device);
void player_time_wait(struct player_device *device);
void player_time_install(cl_icd_dispatch *dispatch);

/* Returns ${value} as a query does. */
cl_int player_answer(const void *value, size_t value_size, size_t size, void *to, size_t *used);

#endif
