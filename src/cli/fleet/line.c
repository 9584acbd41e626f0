/* line.c: what a line of weft verify --json says, and whether its verdict has been earned. */
#include "cli/fleet/fleet.h"

#include <string.h>

#include "base/json_read.h"
#include "base/printable.h"
#include "base/try.h"
#include "data/model.h"
#include "verify/verification.h"

static const char *text_of(const json_t *object, const char *key) {
    const char *text = json_string_value(json_object_get(object, key));
    return text != NULL ? text : "";
}

static void add(struct text *buffer, struct fleet_line *line, enum fleet_text which,
                const char *text) {
    line->texts[which] = buffer->length;
    text_add_bytes(buffer, text, strlen(text) + 1);
}

static bool is_hash(const char *text) {
    return strlen(text) == 64 && strspn(text, "0123456789abcdef") == 64;
}

/* Returns whether the counts of a soak test, if there are any, are those of a passed one. */
static bool soak_passed(const json_t *json) {
    const json_t *passes = json_object_get(json, "passes"),
                 *faults = json_object_get(json, "faults");
    uint64_t passed = 0, failed = 0;
    return (passes == NULL && faults == NULL) ||
           (json_read_integer(passes, UINT64_MAX, &passed) && passed > 0 &&
            json_read_integer(faults, UINT64_MAX, &failed) && failed == 0);
}

/* A member of a verdict or of its device that may be omitted: another type is not the same as
 * that. */
struct member {
    const char *key;
    bool number;  /* a number that is not negative; otherwise a text */
    bool nothing; /* or null */
};
static const struct member of_verdict[] = {{"host", false, false}, {"diagnosis", false, false}};
static const struct member of_device[] = {
    {"driver", false, true},      {"platform", false, true}, {"pci", false, true},
    {"uuid", false, true},        {"index", true, true},     {"platform_index", true, true},
    {"device_index", true, true},
};

/* Returns the first of ${count} members of ${object} that has another type, or NULL. */
static const char *wrong_member(const json_t *object, const struct member *members, size_t count) {
    for (size_t i = 0; i < count; i++) {
        const json_t *value = json_object_get(object, members[i].key);
        bool right = members[i].number ? json_read_integer(value, UINT32_MAX, &(uint64_t){0})
                                       : json_is_string(value);
        if (value != NULL && !right && !(members[i].nothing && json_is_null(value))) {
            return members[i].key;
        }
    }
    return NULL;
}

static const char *wrong_type(const json_t *json) {
    const char *key = wrong_member(json, of_verdict, sizeof of_verdict / sizeof of_verdict[0]);
    return key != NULL ? key
                       : wrong_member(json_object_get(json, "device"), of_device,
                                      sizeof of_device / sizeof of_device[0]);
}

/* Stores in ${why} why there is no verdict on a device; empty if there is one. */
static void no_verdict(const json_t *json, const struct fleet_line *line, char why[300]) {
    static const char *const results[] = {"equal", "different", "unstable"};
    const json_t *device = json_object_get(json, "device");
    const char *type = text_of(device, "type"), *result = text_of(json, "result");
    const char *wrong = wrong_type(json);
    bool known = false;
    for (size_t i = 0; i < sizeof results / sizeof results[0]; i++) {
        known = known || strcmp(result, results[i]) == 0;
    }
    why[0] = '\0';
    if (text_of(device, "name")[0] == '\0' || type[0] == '\0') {
        strcpy(why, "it names no device");
    } else if (wrong != NULL) {
        printable_print(why, 300, "its %s has a wrong type", wrong);
    } else if (strcmp(type, "builtin") == 0 && !line->builtin) {
        strcpy(why, FLEET_NO_DEVICE);
    } else if (strcmp(result, "no verdict") == 0) {
        printable_print(why, 300, "%.280s", text_of(json, "diagnosis"));
        if (why[0] == '\0') {
            strcpy(why, "it does not say why");
        }
    } else if (!known) {
        printable_print(why, 300, "its result is \"%.100s\"", result);
    } else if (line->contract != WEFT_CONTRACT) {
        printable_print(why, 300, "its contract of equal bits is %llu, that of this weft %d",
                        (unsigned long long)line->contract, WEFT_CONTRACT);
    } else if (text_of(json, "options")[0] == '\0') {
        strcpy(why, "it names no options");
    }
}

/* Returns what an equal verdict lacks or contradicts, or NULL. */
static const char *contradiction(const json_t *json) {
    const char *hash = text_of(json, "hash");
    return !is_hash(hash) ? "equal without a hash"
           : strcmp(hash, text_of(json, "expected_hash")) != 0
               ? "equal, but its hash is not the expected one"
           : text_of(json, "diagnosis")[0] != '\0' ? "equal, but with a diagnosis"
           : !soak_passed(json) ? "equal, but its soak test found faults or compared nothing"
                                : NULL;
}

/* Tells the devices of a host apart. */
static void add_place(struct text *buffer, struct fleet_line *line, const json_t *device) {
    static const char *const numbers[] = {"platform_index", "device_index"};
    line->texts[FLEET_PLACE] = buffer->length;
    text_add(buffer, "%s %s", text_of(device, "uuid"), text_of(device, "platform"));
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        uint64_t number = 0;
        json_read_integer(json_object_get(device, numbers[i]), UINT32_MAX, &number);
        text_add(buffer, " %u", (unsigned)number);
    }
    text_add_bytes(buffer, "", 1);
}

static void read_verdict(const json_t *json, struct text *buffer, struct fleet_line *line) {
    const json_t *device = json_object_get(json, "device");
    const char *result = text_of(json, "result"), *wrong;
    char why[300];
    json_read_integer(json_object_get(json, "contract"), UINT64_MAX, &line->contract);
    /* A CPU backend with a number was taken for a device by a selector. */
    line->builtin = strcmp(text_of(device, "type"), "builtin") == 0 &&
                    json_is_null(json_object_get(device, "index"));
    no_verdict(json, line, why);
    line->equal = strcmp(result, "equal") == 0 && why[0] == '\0';
    line->differs = !line->equal && why[0] == '\0';
    wrong = line->equal ? contradiction(json) : NULL;
    if (wrong != NULL) {
        strcpy(why, wrong);
        line->equal = false;
        line->differs = is_hash(text_of(json, "hash"));
    }
    add(buffer, line, FLEET_HOST, text_of(json, "host"));
    add(buffer, line, FLEET_DEVICE, text_of(device, "name"));
    add(buffer, line, FLEET_DRIVER, text_of(device, "driver"));
    add(buffer, line, FLEET_PCI, text_of(device, "pci"));
    add(buffer, line, FLEET_RESULT, result);
    add(buffer, line, FLEET_HASH, text_of(json, "hash"));
    add(buffer, line, FLEET_OPTIONS, text_of(json, "options"));
    add(buffer, line, FLEET_WHY, why);
    add_place(buffer, line, device);
}

static void read_stage(const json_t *json, struct fleet_line *line) {
    const char *name = text_of(json, "stage");
    uint64_t cases = 0;
    for (int i = 0; i < VERIFY_STAGE_COUNT; i++) {
        if (strcmp(name, verify_stage_name((enum verify_stage)i)) == 0) {
            line->stage = 1u << i;
        }
    }
    line->equal = strcmp(text_of(json, "result"), "equal") == 0;
    line->nothing =
        !json_read_integer(json_object_get(json, "cases"), UINT64_MAX, &cases) || cases == 0;
}

enum weft_status fleet_line_read(const char *text, size_t size, struct text *buffer,
                                 struct fleet_line *line, struct weft_error *error) {
    static const char *const kinds[] = {[FLEET_STAGE] = "stage",
                                        [FLEET_DIFFERENCE] = "difference",
                                        [FLEET_ERROR] = "error",
                                        [FLEET_VERDICT] = "verdict"};
    const char *event;
    json_t *json = NULL;
    enum weft_status status = WEFT_OK;
    *line = (struct fleet_line){.kind = FLEET_OTHER};
    TRY(json_read(text, size, &json, error));
    event = json_string_value(json_object_get(json, "event"));
    if (event == NULL) {
        status = error_set(error, WEFT_BAD_FILE, "not an event of weft");
    }
    for (int i = FLEET_STAGE; event != NULL && i <= FLEET_VERDICT; i++) {
        line->kind = strcmp(event, kinds[i]) == 0 ? (enum fleet_kind)i : line->kind;
    }
    if (line->kind == FLEET_VERDICT) {
        read_verdict(json, buffer, line);
    } else if (line->kind == FLEET_STAGE) {
        read_stage(json, line);
    } else if (line->kind == FLEET_ERROR) {
        add(buffer, line, FLEET_WHY, text_of(json, "message"));
    }
    json_decref(json);
    return buffer->failed ? error_set(error, WEFT_NO_MEMORY, "no memory") : status;
}
