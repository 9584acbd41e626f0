/* phases.cl: many training steps, or an evaluation, in one launch, for CPU devices
 * (src/backend/opencl/phases.c).
 *
 * A step is a list of phases: gather, the functions of the layers, the loss, the update. An
 * evaluation is a step without gradients. A phase begins when all of the phase before it is done.
 * The launch has one work-group of one work-item for each compute unit: a *unit*. The items of a
 * phase are divided among the units, an adjacent range for each, and every range is cut into the
 * same number of chunks, large ones first. A unit claims the chunks of its own range one by one,
 * then those that other units have left over. So a unit has the same images in its cache from phase
 * to phase, and no unit waits for a slow one that has not begun its work.
 *
 * Why every launch ends, and computes whole steps, however the driver runs the work-groups: all at
 * once, one after the other, or some of them late:
 *
 * - A unit waits only after it has seen that all chunks of the phase are claimed, and those who
 *   claimed them compute them without waiting for anything.
 * - A unit waits for a bounded time, then it leaves: it returns from the kernel.
 * - The unit that completes the last chunk of a phase sees that the phase is done. So it does not
 *   wait, but begins the next phase. Until the last phase there is always a unit that has not left.
 *
 * A unit that leaves ends the launch after this step, since it would be missed: no unit begins
 * another step once it has seen that. If one has begun the next step already, it is completed.
 * The host reads from `done` how many steps there were.
 *
 * Why no unit can spoil a later phase: the counters only grow, and no value of them comes twice in
 * a launch. Each phase has a range of values of its own, which all units know without
 * communication: it begins where the range of the phase before ends. A unit that comes late finds
 * a counter above its range, and goes on to the next phase.
 *
 *   done             chunks that are computed, of all units and all phases so far
 *   omitted          steps at the end of the launch that are omitted, since a unit has left
 *   next of a unit   chunks of its ranges that are claimed, in all phases so far
 *
 * What a unit has written before it adds to done (release) is visible to all units that have seen
 * that sum (acquire): each of these additions continues the release sequences of those before it.
 * The other accesses to counters order nothing. */

#if __OPENCL_C_VERSION__ >= 300 &&                                                                 \
    !(defined(__opencl_c_atomic_order_acq_rel) && defined(__opencl_c_atomic_scope_device))
#error "no atomics of order acq_rel and scope device"
#endif

/* Each counter is in a cache line of its own, whose neighbour is not used, too: some processors
 * load lines in pairs. */
#define COUNTER_STRIDE 32
#define DONE           0
#define OMITTED        COUNTER_STRIDE
#define NEXT(unit)     ((unit)*COUNTER_STRIDE + 2 * COUNTER_STRIDE)

/* How often a unit looks whether a phase is done before it leaves: some tenths of a millisecond. */
#define MOST_LOOKS 30000

/* A unit, and where it is. */
struct unit {
    global atomic_int *counters;
    int number, units;
    int steps;    /* of the launch */
    int begin;    /* of this phase's range of values of each next */
    int victim;   /* the unit whose range it claims from */
    int computed; /* chunks that it has computed, but not yet added to done */
    int looks;    /* in this phase */
};

WEFT_INLINE int counter_load(global atomic_int *counter) {
    return atomic_load_explicit(counter, memory_order_relaxed, memory_scope_device);
}

/* Claims one of the ${chunks} of the range of u->victim. Returns its number, or -1. */
WEFT_INLINE int claim(private const struct unit *u, int chunks) {
    global atomic_int *next = u->counters + NEXT(u->victim);
    int chunk = counter_load(next);
    while (chunk < u->begin + chunks) {
        if (atomic_compare_exchange_strong_explicit(next, &chunk, chunk + 1, memory_order_relaxed,
                                                    memory_order_relaxed, memory_scope_device)) {
            return chunk - u->begin;
        }
    }
    return -1;
}

/* Adds what the unit has computed to done, and returns done. */
WEFT_INLINE int add_done(private struct unit *u) {
    const int computed = u->computed;
    u->computed = 0;
    return computed == 0
               ? atomic_load_explicit(u->counters + DONE, memory_order_acquire, memory_scope_device)
               : computed + atomic_fetch_add_explicit(u->counters + DONE, computed,
                                                      memory_order_acq_rel, memory_scope_device);
}

/* What a unit does next. */
enum { PHASE_CHUNK, PHASE_DONE, PHASE_LEAVE };

/* Claims a chunk of a phase of ${chunks} for each range, and stores its number in ${chunk}; or
 * waits until the phase is done; or leaves, in step ${step}. */
int phase_next(private struct unit *u, int chunks, int step, private int *chunk) {
    while (u->looks < MOST_LOOKS) {
        *chunk = claim(u, chunks);
        if (*chunk >= 0) {
            u->computed++;
            return PHASE_CHUNK;
        }
        if (add_done(u) >= (u->begin + chunks) * u->units) {
            u->begin += chunks;
            u->victim = u->number;
            u->looks = 0;
            return PHASE_DONE;
        }
        u->victim = u->victim + 1 < u->units ? u->victim + 1 : 0;
        u->looks++;
    }
    atomic_fetch_max_explicit(u->counters + OMITTED, u->steps - step - 1, memory_order_relaxed,
                              memory_scope_device);
    return PHASE_LEAVE;
}

/* The first of ${items} of chunk ${chunk} of ${chunks}, in the range of unit ${number}. The sizes
 * decrease to 0 in equal steps, but few items are divided evenly. */
WEFT_INLINE int chunk_begin(int items, int number, int units, int chunk, int chunks) {
    const long begin = (long)items * number / units, end = (long)items * (number + 1) / units;
    const long size = end - begin, left = chunks - chunk;
    return (int)(end - (size > 2 * chunks ? size * left * left / (chunks * chunks)
                                          : (size * left + chunks - 1) / chunks));
}

/* Computes a phase of ${items}: ${call} for the items [begin, end) of each chunk. */
#define PHASE(chunks, items, call)                                                                 \
    for (;;) {                                                                                     \
        int chunk;                                                                                 \
        const int what = phase_next(&unit, chunks, step, &chunk);                                  \
        if (what == PHASE_LEAVE) {                                                                 \
            return;                                                                                \
        }                                                                                          \
        if (what == PHASE_DONE) {                                                                  \
            break;                                                                                 \
        }                                                                                          \
        const int begin = chunk_begin(items, unit.victim, unit.units, chunk, chunks);              \
        const int end = chunk_begin(items, unit.victim, unit.units, chunk + 1, chunks);            \
        call;                                                                                      \
    }

/* The unit that a work-item of a launch of ${steps} is, and whether it begins ${step}. */
#define UNIT_OF_ITEM(steps)                                                                        \
    { counters, (int)get_group_id(0), (int)get_num_groups(0), steps, 0, (int)get_group_id(0), 0, 0 }
#define STEP_BEGINS(step) ((step) < unit.steps - counter_load(counters + OMITTED))

/* The functions of the phases that belong to no layer. */
WEFT_INLINE void gather_phase(int item, int shard, LANE_MEMORY lanes, global const uchar *pixels,
                              global const uint *order, global const short8 *changes,
                              global const float *table, global float *input, int first, int count,
                              int height, int width) {
    gather_images(item, shard, pixels, order, changes, table, input, first, count, height, width);
}

WEFT_INLINE void losses_phase(int item, int shard, LANE_MEMORY lanes, global const real *logits,
                              global const ushort *labels, global const uint *order,
                              global real *losses, global integer *predictions, int result_index,
                              int first, int count) {
    cross_entropy_images(shard, logits, labels, order, losses, predictions, result_index, first,
                         count);
}

WEFT_INLINE void update_phase(int item, int shard, LANE_MEMORY lanes, global const real *partials,
                              global real *gradients, global real *parameters, global real *moments,
                              global real *second_moments,
                              global const struct step_numbers *numbers, int count) {
    update_item(item, partials, gradients, parameters, moments, second_moments, numbers, count,
                REAL(1.0f));
}
