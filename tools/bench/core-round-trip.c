/* core-round-trip.c: prints the time of a word from one core to another and back, in nanoseconds.
 *
 * Two threads, each bound to a core, pass a number to and fro through one cache line. On some
 * virtual machines this time changes from minute to minute, and with it the speed of every program
 * with two threads: tools/bench/run prints it with each measurement. Build: cc -O2 -pthread
 * core-round-trip.c */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>

/* Round trips of one measurement. */
#define TRIPS 2000
/* Measurements. The result is their minimum: other programs can only make one longer. */
#define ROUNDS 20

static _Atomic int ball;
static int cores[2];

static void stay_on(int core) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(core, &set);
    pthread_setaffinity_np(pthread_self(), sizeof set, &set);
}

/* Waits until ball is ${mine}. Yields from time to time, for machines with more threads than
 * cores. */
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
