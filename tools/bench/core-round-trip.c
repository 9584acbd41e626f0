/* core-round-trip.c: how long a word takes from one core to another and back, in nanoseconds, printed as one number.
 *
 * Two threads, each kept on a core of its own, hand a number to and fro through one cache line. On some (virtual) machines this time
 * changes by the minute, and every program with two threads gets slower with it: tools/bench/run writes it beside each measurement.
 * Built when it is needed: cc -O2 -pthread core-round-trip.c */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>

#define TRIPS 2000 /* of one measurement */
#define ROUNDS                                                                                     \
    20 /* measurements; the least is taken, since another program can only make it longer */

static _Atomic int ball;
static int cores[2];

static void stay_on(int core) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(core, &set);
    pthread_setaffinity_np(pthread_self(), sizeof set, &set);
}

/* Waits until the ball is ${mine}; gives way now and then, for machines with more threads than cores. */
static void wait_for(int mine) {
    for (int i = 0; atomic_load_explicit(&ball, memory_order_acquire) != mine; i++) {
        if (i % 100000 == 99999) {
            sched_yield();
        }
    }
}

static void *answer(void *unused) {
    stay_on(cores[1]);
    for (int i = 0; i < TRIPS * ROUNDS; i++) {
        wait_for(2 * i + 1);
        atomic_store_explicit(&ball, 2 * i + 2, memory_order_release);
    }
    return unused;
}

static double nanoseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return 1e9 * (double)now.tv_sec + (double)now.tv_nsec;
}

int main(void) {
    pthread_t other;
    cpu_set_t set;
    double least = 0;
    int found = 0;
    if (sched_getaffinity(0, sizeof set, &set) != 0) {
        return 1;
    }
    for (int core = 0; core < CPU_SETSIZE && found < 2; core++) {
        if (CPU_ISSET(core, &set)) {
            cores[found++] = core;
        }
    }
    if (found < 2) {
        fputs("core-round-trip: this process may use one core only\n", stderr);
        return 1;
    }
    stay_on(cores[0]);
    if (pthread_create(&other, NULL, answer, NULL) != 0) {
        return 1;
    }
    for (int round = 0; round < ROUNDS; round++) {
        double start = nanoseconds(), each;
        for (int i = round * TRIPS; i < (round + 1) * TRIPS; i++) {
            atomic_store_explicit(&ball, 2 * i + 1, memory_order_release);
            wait_for(2 * i + 2);
        }
        each = (nanoseconds() - start) / TRIPS;
        least = round == 0 || each < least ? each : least;
    }
    pthread_join(other, NULL);
    printf("%.0f\n", least);
    return 0;
}
