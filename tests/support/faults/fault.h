/* fault.h: what the libraries that make calls fail share. They are loaded into weft by LD_PRELOAD.
 *
 * WEFT_FAULT=NAME:N makes call N (from 1) of NAME fail, NAME:N+ that one and all later ones, and
 * NAME:N=CODE sets the error code. WEFT_FAULT_LOG=FILE: a line is added to FILE when a call is made
 * to fail. WEFT_FAULT_COUNTS=FILE: a line "NAME COUNT" for each called name is added when the
 * process ends. Each process counts on its own. */
#ifndef FAULT_H
#define FAULT_H

#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A name whose calls are counted. Static, one for each name. */
struct fault {
    const char *name;
    atomic_long calls;
    struct fault *next; /* that has been called */
};

static _Atomic(struct fault *) fault_called;

/* Adds a line to the file that the environment variable ${variable} names, without allocating. */
static void fault_write(const char *variable, const char *name, long number) {
    const char *path = getenv(variable);
    char line[128];
    int length, file;
    if (path == NULL) {
        return;
    }
    length = snprintf(line, sizeof line, "%s %ld\n", name, number);
    file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (file >= 0) {
        if (write(file, line, (size_t)length) != length) {
            abort();
        }
        close(file);
    }
}

/* Counts a call of ${fault}. Returns whether it fails, and then with which code: ${code} is set if
 * the environment has one. */
static bool fault_hits(struct fault *fault, int *code) {
    const char *wanted = getenv("WEFT_FAULT");
    size_t length = strlen(fault->name);
    long call = atomic_fetch_add(&fault->calls, 1) + 1, number;
    char *end;
    if (call == 1) {
        fault->next = atomic_load(&fault_called);
        while (!atomic_compare_exchange_weak(&fault_called, &fault->next, fault)) {
        }
    }
    if (wanted == NULL || strncmp(wanted, fault->name, length) != 0 || wanted[length] != ':') {
        return false;
    }
    number = strtol(wanted + length + 1, &end, 10);
    if (call != number && !(*end == '+' && call > number)) {
        return false;
    }
    end += *end == '+';
    if (*end == '=') {
        *code = (int)strtol(end + 1, NULL, 10);
    }
    fault_write("WEFT_FAULT_LOG", fault->name, call);
    return true;
}

__attribute__((destructor)) static void fault_end(void) {
    for (struct fault *fault = atomic_load(&fault_called); fault != NULL; fault = fault->next) {
        fault_write("WEFT_FAULT_COUNTS", fault->name, atomic_load(&fault->calls));
    }
}

#endif
