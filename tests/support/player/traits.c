/* traits.c: the properties of a device, as WEFT_PLAY names them. */
#include "player.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A property NAME or NAME=VALUE, and the member that it sets. */
enum kind { FLAG, NUMBER, TEXT };
#define ROW(name, kind, member)                                                                    \
    { name, kind, offsetof(struct player_traits, member) }
static const struct row {
    const char *name;
    enum kind kind;
    size_t offset;
} rows[] = {
    ROW("platform", TEXT, platform),
    ROW("name", TEXT, name),
    ROW("vendor", TEXT, vendor),
    ROW("driver", TEXT, driver),
    ROW("discrete", FLAG, discrete),
    ROW("integrated", FLAG, integrated),
    ROW("nofma", FLAG, nofma),
    ROW("nobuild", FLAG, nobuild),
    ROW("groups", NUMBER, groups),
    ROW("preferred", NUMBER, preferred),
    ROW("units", NUMBER, units),
    ROW("clock", NUMBER, clock),
    ROW("memory", NUMBER, memory),
    ROW("local", NUMBER, local),
    ROW("late", FLAG, late),
    ROW("hang", FLAG, hang),
    ROW("hang-all", FLAG, hang_all),
    ROW("code", NUMBER, code),
    ROW("code-after", NUMBER, code_after),
    ROW("free", NUMBER, free),
    ROW("maxalloc", NUMBER, maxalloc),
    ROW("firstuse", FLAG, firstuse),
    ROW("badfill", FLAG, badfill),
    ROW("lostwrite", NUMBER, lostwrite),
    ROW("oldwrite", NUMBER, oldwrite),
    ROW("slow", NUMBER, slow),
    ROW("first", NUMBER, first),
    ROW("watchdog", NUMBER, watchdog),
    ROW("batch-watchdog", NUMBER, batch_watchdog),
    ROW("queue-watchdog", NUMBER, queue_watchdog),
    ROW("stale", TEXT, stale),
    ROW("stale-contracts", FLAG, stale_contracts),
    ROW("contracts", FLAG, contracts),
    ROW("deferred", FLAG, deferred),
    ROW("unordered", FLAG, unordered),
    ROW("nobinary", FLAG, nobinary),
};

static const struct {
    const char *name;
    cl_device_type type;
} types[] = {
    {"gpu", CL_DEVICE_TYPE_GPU},
    {"cpu", CL_DEVICE_TYPE_CPU},
    {"accelerator", CL_DEVICE_TYPE_ACCELERATOR},
    {"custom", CL_DEVICE_TYPE_CUSTOM},
};

static _Noreturn void wrong(const char *property) {
    fprintf(stderr, "player: WEFT_PLAY: not a property: %s\n", property);
    exit(99);
}

static long number_of(const char *property, const char *value) {
    char *end;
    long number = strtol(value, &end, 10);
    if (end == value || *end != '\0') {
        wrong(property);
    }
    return number;
}

/* Sets the type. What else differs between a GPU and a CPU device follows from it. */
static bool read_type(const char *property, struct player_traits *traits) {
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        if (strcmp(property, types[i].name) == 0) {
            traits->type = types[i].type;
            return true;
        }
    }
    return false;
}

/* "PATTERN:N" or "N", which is "*:N". */
static bool read_limit(const char *value, struct player_limit *limit) {
    char end;
    if (sscanf(value, "%ld%c", &limit->value, &end) == 1) {
        snprintf(limit->pattern, sizeof limit->pattern, "*");
        return true;
    }
    return sscanf(value, "%127[^:]:%ld%c", limit->pattern, &limit->value, &end) == 2;
}

/* "NAME=A:B:..." with another form than the rows'. */
static bool read_special(const char *property, const char *value, struct player_traits *traits) {
    unsigned parts[4];
    if (strncmp(property, "pci=", 4) == 0) {
        traits->has_pci =
            sscanf(value, "%x:%x:%x.%x", &parts[0], &parts[1], &parts[2], &parts[3]) == 4;
        for (int i = 0; traits->has_pci && i < 4; i++) {
            traits->pci[i] = parts[i];
        }
        return traits->has_pci;
    }
    if (strncmp(property, "uuid=", 5) == 0) {
        for (size_t i = 0; i < sizeof traits->uuid; i++) {
            if (sscanf(value + 2 * i, "%2x", &parts[0]) != 1) {
                return false;
            }
            traits->uuid[i] = (unsigned char)parts[0];
        }
        traits->has_uuid = true;
        return true;
    }
    if (strncmp(property, "items=", 6) == 0) {
        return sscanf(value, "%zu:%zu:%zu", &traits->items[0], &traits->items[1],
                      &traits->items[2]) == 3;
    }
    if (strncmp(property, "lost=", 5) == 0) {
        return read_limit(value, &traits->lost);
    }
    if (strncmp(property, "item=", 5) == 0) {
        return read_limit(value, &traits->item);
    }
    if (strncmp(property, "crash=", 6) == 0) {
        return read_limit(value, &traits->crash);
    }
    if (strncmp(property, "kernel=", 7) == 0 && traits->kernel_count < PLAYER_KERNELS) {
        return read_limit(value, &traits->kernels[traits->kernel_count++]);
    }
    return false;
}

static void read_property(const char *property, struct player_traits *traits) {
    const char *equals = strchr(property, '=');
    size_t length = equals != NULL ? (size_t)(equals - property) : strlen(property);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char *member = (char *)traits + rows[i].offset;
        if (strncmp(property, rows[i].name, length) != 0 || rows[i].name[length] != '\0' ||
            (equals == NULL) != (rows[i].kind == FLAG)) {
            continue;
        }
        if (rows[i].kind == FLAG) {
            *(bool *)member = true;
        } else if (rows[i].kind == NUMBER) {
            *(long *)member = number_of(property, equals + 1);
        } else {
            snprintf(member, PLAYER_TEXT, "%s", equals + 1);
        }
        return;
    }
    if (equals == NULL ? !read_type(property, traits)
                       : !read_special(property, equals + 1, traits)) {
        wrong(property);
    }
}

void player_traits_read(const char *text, struct player_traits *traits) {
    char *copy = strdup(text), *rest = NULL;
    *traits = (struct player_traits){.type = 0};
    if (copy == NULL) {
        abort();
    }
    for (char *property = strtok_r(copy, ",", &rest); property != NULL;
         property = strtok_r(NULL, ",", &rest)) {
        read_property(property, traits);
    }
    free(copy);
    if (traits->type == CL_DEVICE_TYPE_GPU) {
        traits->discrete = !traits->integrated;
        traits->memory = traits->memory > 0 ? traits->memory : 1 << 30;
        if (traits->platform[0] == '\0') {
            snprintf(traits->platform, PLAYER_TEXT, "Played GPUs");
        }
        if (traits->name[0] == '\0') {
            snprintf(traits->name, PLAYER_TEXT, "Played GPU");
        }
    }
}
