/* layer_places.h: the places where a test computes: the CPU backend in several ways, and every OpenCL device there is. */
#ifndef LAYER_PLACES_H
#define LAYER_PLACES_H

#include "weft/backend.h"
#include "weft/device.h"

enum { LAYER_PLACES_MAX = 32 };

/* How much a case asks of a device. Compiling and simulating cost time, so slow places run small cases alone. */
enum layer_effort {
    LAYER_TINY,  /* a few hundred operations: everywhere, also in Oclgrind's simulator */
    LAYER_SMALL, /* also on rusticl, whose compiler is slow where a device has no fma of its own */
    LAYER_LARGE  /* the CPU backend, PoCL and whatever else there is */
};

struct layer_place {
    char name[400];  /* for messages: "PoCL 3.1: pthread-...: mapping gpu" */
    char device[16]; /* selector */
    unsigned threads;
    enum weft_mapping mapping;
    const char *cl_options; /* or NULL */
    bool opencl;
    bool best; /* of each device one place, the one that suits it: for work that takes long */
    bool
        fused; /* OpenCL: neighbouring layers share kernels, and the tensors between them do not exist */
    bool
        flush; /* CPU backend: with the processor's FTZ and DAZ set, so that denormals count as 0 */
};

/* Stores the places for a case of ${effort} in ${places} and returns how many. The first is the CPU backend with one thread,
 * the reference. ${who} ("conv2d by hand") names the caller in reports of skipping (skip_test): devices that should be there, PoCL
 * and rusticl, and those that are not usable. With WEFT_TEST_SLOW in the environment, rusticl runs everything. */
size_t layer_places_list(enum layer_effort effort, const char *who,
                         struct layer_place places[LAYER_PLACES_MAX]);

/* The same, with layers fused on OpenCL devices. */
size_t layer_places_list_fused(enum layer_effort effort, const char *who,
                               struct layer_place places[LAYER_PLACES_MAX]);

/* Adds to the ${count} places each OpenCL one once more, compiled to flush denormals. Returns how many there are now. */
size_t layer_places_add_flushing(struct layer_place places[LAYER_PLACES_MAX], size_t count);

/* Sets FTZ and DAZ of the calling thread if ${place} wants them; threads that it starts have them too.
 * Returns what layer_flush_end puts back. */
unsigned layer_flush_begin(const struct layer_place *place);
void layer_flush_end(unsigned before);

#endif
