/* layer_places.h: the places where a test computes: the CPU backend in several ways, and every
 * OpenCL device. */
#ifndef LAYER_PLACES_H
#define LAYER_PLACES_H

#include "backend/backend.h"
#include "backend/device.h"

enum { LAYER_PLACES_MAX = 32 };

/* The work of a case. Compiling and simulating cost time, so slow places run only small cases. */
enum layer_effort {
    LAYER_TINY,  /* a few hundred operations: at every place, in Oclgrind's simulator too */
    LAYER_SMALL, /* on rusticl too, whose compiler is slow if a device has no fma instruction */
    LAYER_LARGE  /* the CPU backend, PoCL and all others but rusticl */
};

struct layer_place {
    char name[400];  /* for messages: "PoCL 3.1: pthread-...: mapping gpu" */
    char device[16]; /* selector */
    unsigned threads;
    enum weft_mapping mapping;
    const char *cl_options; /* or NULL */
    bool opencl;
    bool best; /* the best place of its device: for work that takes long */
    /* OpenCL: adjacent layers share kernels, and the tensors between them do not exist. */
    bool fused;
    bool keeps; /* with fused: no tensor gives its memory to another, so all can be read */
    enum weft_step_kernel step_kernel;
    /* CPU backend: with FTZ and DAZ of the processor set, so that denormals count as 0. */
    bool flush;
};

/* Stores the places for a case of ${effort} in ${places} and returns their number. The first is
 * the reference, the CPU backend with one thread. ${who} ("conv2d by hand") names the caller in
 * reports of skipped devices (skip_test): PoCL and rusticl if they are missing, and devices that
 * are not usable. With WEFT_TEST_SLOW in the environment, rusticl runs all cases. */
size_t layer_places_list(enum layer_effort effort, const char *who,
                         struct layer_place places[LAYER_PLACES_MAX]);

/* The same, with fused layers on OpenCL devices. */
size_t layer_places_list_fused(enum layer_effort effort, const char *who,
                               struct layer_place places[LAYER_PLACES_MAX]);

/* Adds each OpenCL place of the ${count} places again, compiled to flush denormals. Returns the
 * new number of places. */
size_t layer_places_add_flushing(struct layer_place places[LAYER_PLACES_MAX], size_t count);

/* Makes fused places of PoCL with the mapping cpu train by the kernel that makes many steps, and
 * adds each of them again, with launches. Returns the new number of places. */
size_t layer_places_add_launches(struct layer_place places[LAYER_PLACES_MAX], size_t count);

/* Sets FTZ and DAZ of the calling thread if ${place} requires them; threads that it starts inherit
 * them. Returns the state that layer_flush_end restores. */
unsigned layer_flush_begin(const struct layer_place *place);
void layer_flush_end(unsigned before);

#endif
