/* injection.c: the value of --inject. */
#include <stdio.h>
#include <string.h>

#include "cli/verify/verify.h"

enum weft_status cli_verify_injection(const char *given, char text[256], struct injection *inject,
                                      struct weft_error *error) {
    char *tensor, *element, rest;
    unsigned long long step, index;
    snprintf(text, 256, "%s", given);
    tensor = strchr(text, ':');
    element = tensor != NULL ? strchr(tensor + 1, ':') : NULL;
    if (element != NULL && strlen(given) < 256 && text[0] != '-' && element[1] != '-') {
        *tensor++ = '\0';
        *element++ = '\0';
        if (strspn(text, "0123456789") == strlen(text) && sscanf(text, "%19llu", &step) == 1 &&
            sscanf(element, "%19llu:%3u%c", &index, &inject->bit, &rest) == 2) {
            inject->step = step;
            inject->tensor = tensor;
            inject->element = (size_t)index;
            return WEFT_OK;
        }
    }
    error_set(error, WEFT_USAGE, "--inject %s: not STEP:TENSOR:ELEMENT:BIT", given);
    return error_hint(error, "for example 10:conv1.weight:7:20");
}
