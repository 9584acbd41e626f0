/* text.c: texts of any bytes, in JSON, in markup, in a table on the screen and in a message. */
#include "fuzz.h"

#include "base/json_read.h"
#include "base/json_write.h"
#include "base/text.h"
#include "base/utf8.h"
#include "os/lock.h"
#include "report/label.h"

/* Any text is written as a JSON string that can be read. */
static void write_json(const char *text) {
    struct json_writer json = {0};
    struct weft_error error = {0};
    char *written = NULL;
    json_t *read = NULL;
    json_write_open(&json, NULL, '{');
    json_write_string(&json, "text", text);
    json_write_close(&json, '}');
    REQUIRE(json_write_take(&json, &written, &error) == WEFT_OK);
    REQUIRE(json_read(written, strlen(written), &read, &error) == WEFT_OK);
    REQUIRE(utf8_is_valid(written));
    if (utf8_is_valid(text)) {
        REQUIRE(strcmp(json_string_value(json_object_get(read, "text")), text) == 0);
    }
    json_decref(read);
    free(written);
}

/* A label has the width that was asked for, and no control character. */
static void print_label(const char *text) {
    for (int columns = 0; columns < 12; columns++) {
        char *printed = NULL;
        size_t size = 0;
        FILE *stream = open_memstream(&printed, &size);
        label_print(stream, text, columns, columns % 2 == 1);
        REQUIRE(fclose(stream) == 0 && utf8_is_valid(printed));
        REQUIRE(columns < 3 || label_width(printed) == columns);
        for (size_t i = 0; i < size; i++) {
            REQUIRE((unsigned char)printed[i] >= ' ' && printed[i] != 127);
        }
        free(printed);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    char *text = copy_text((struct input){bytes, size}), shown[80];
    struct weft_error error = {0}, in_use = {0};
    json_t *json = NULL;
    enum weft_status status = json_read((const char *)bytes, size, &json, &error);
    write_json(text);
    print_label(text);
    label_markup(discard(), "<", text, ">");
    for (const char *c = text_printable(text, shown); *c != '\0'; c++) {
        REQUIRE(*c >= ' ' && *c < 127);
    }
    /* The file of a lock has a text of another process. */
    require_failure(os_lock_in_use(&in_use, "FOLDER", (const char *)bytes, size), &in_use);
    if (status != WEFT_OK) {
        require_failure(status, &error);
    }
    json_decref(json);
    free(text);
    return 0;
}
