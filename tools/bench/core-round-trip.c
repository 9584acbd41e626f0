/* core-round-trip.c: prints how long it takes two cores to reach each other: a word from one to the
 * other and back, in nanoseconds, and the waking of a thread that sleeps on the other core, in
 * microseconds.
 *
 * Two threads, each bound to a core, pass a number to and fro through one cache line, and then a
 * turn through two semaphores. On some virtual machines these times change from minute to minute,
 * and with them the speed of every program with two threads: tools/bench/run prints them with each
 * measurement. Build: cc -O2 -pthread core-round-trip.c */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>

/* Round trips of one measurement: of a word, of a turn; and nanoseconds until the other thread
 * certainly sleeps. */
#define TRIPS  2000
#define TURNS  50
#define ASLEEP 50000
/* Measurements. The result is their minimum: other programs can only make one longer. */
#define ROUNDS 20

static _Atomic int ball;
static sem_t turns[2];
static double waking_began, wakings; /* nanoseconds: when the last waking began; of all so far */
static int cores[2];

static double nanoseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return 1e9 * (double)now.tv_sec + (double)now.tv_nsec;
}

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
    for (int i = 0; i < TURNS * ROUNDS; i++) {
        sem_wait(&turns[1]);
        wakings += nanoseconds() - waking_began;
        sem_post(&turns[0]);
    }
    return unused;
}

/* Returns the nanoseconds of a round trip, after ${before} of them. */
static double pass_word(int before) {
    double start = nanoseconds();
    for (int i = before; i < before + TRIPS; i++) {
        atomic_store_explicit(&ball, 2 * i + 1, memory_order_release);
        wait_for(2 * i + 2);
    }
    return (nanoseconds() - start) / TRIPS;
}

/* Returns the nanoseconds from a call that wakes the other thread until that thread runs. */
static double wake(void) {
    wakings = 0;
    for (int i = 0; i < TURNS; i++) {
        for (double start = nanoseconds(); nanoseconds() - start < ASLEEP;) {
        }
        waking_began = nanoseconds();
        sem_post(&turns[1]);
        sem_wait(&turns[0]);
    }
    return wakings / TURNS;
}

int main(void) {
    pthread_t other;
    cpu_set_t set;
    double word = 0, waking = 0;
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
    sem_init(&turns[0], 0, 0);
    sem_init(&turns[1], 0, 0);
    if (pthread_create(&other, NULL, answer, NULL) != 0) {
        return 1;
    }
    for (int round = 0; round < ROUNDS; round++) {
        double each = pass_word(round * TRIPS);
        word = round == 0 || each < word ? each : word;
    }
    for (int round = 0; round < ROUNDS; round++) {
        double each = wake();
        waking = round == 0 || each < waking ? each : waking;
    }
    pthread_join(other, NULL);
    printf("%.0f %.1f\n", word, 1e-3 * waking);
    return 0;
}
