"""wrong_arguments.py SYMBOLS HEADER...

Prints C for test_api_arguments.c: calls of each function of the library in which one argument is wrong, drawn from its type
in the public headers, so that a new function is called, too. Ends with 1 for a function or an argument that it does not know.
"""
import re
import sys

# What a right call passes, by the type and the name of an argument or by its type: variables of test_api_arguments.c.
VALUES = {
    "const float *doutputs": "floats", "const float *mean": "ones", "const float *deviation": "ones",
    "const char *json": "list", "const char *key": '"key"', "const char *text": '"text"', "const char *selector": '"cpu"',
    "const char *a": "path", "const char *b": "path", "const char *name": '"out.weight"', "const char *const *names": "names",
    "const float values[256]": "floats", "const float *values": "floats", "const float *const *values": "arrays",
    "const void *bytes": "bytes", "void **bytes": "&made_memory", "float *mean": "outputs", "float *deviation": "outputs",
    "const float **mean": "&numbers", "const float **deviation": "&numbers", "double *mean": "&number",
    "double *deviation": "&number", "const char *folder": "folder", "const char *requested": "folder",
    "const char *path": "path", "char **folder": "(char **)&made_memory", "const size_t shape[3]": "shape",
    "size_t shape[3]": "sizes", "char sha256[65]": "sha256", "uint32_t *order": "integers",
    "const uint32_t *indices": "integers", "uint32_t *classes": "integers", "uint64_t *counts": "counts",
    "void *memory": "NULL", "void *context": "NULL", "size_t *index": "sizes", "size_t *size": "sizes",
    "size_t *count": "sizes", "size_t *removed": "sizes", "float *": "outputs", "const float *": "floats",
    "const uint8_t *": "pixels", "const uint16_t *": "labels", "const struct weft_memory_tensor ***": "(void *)&made_memory",
    "const struct weft_tensor *const *": "tensors", "struct weft_library libraries[WEFT_LIBRARIES_MAX]": "NULL",
    "struct weft_images *images[WEFT_SPLIT_COUNT]": "both", "callback": "NULL",
    "float a": "1", "float b": "1", "float learning_rate": "0.01f", "uint64_t": "1", "bool": "false", "size_t index": "0",
    "size_t label": "0", "size_t batch": "BATCH", "size_t count": "BATCH", "size_t channels": "1", "size_t classes": "3",
    "size_t first": "0", "size_t size": "byte_count",
}
# The same in one function.
VALUES_OF = {
    "weft_forward": {"inputs": "floats"}, "weft_model_set": {"count": "WEIGHTS"}, "weft_session_set": {"count": "WEIGHTS"},
    "weft_model_get": {"count": "WEIGHTS"}, "weft_session_get": {"count": "WEIGHTS"}, "weft_model_set_classes": {"count": "3"},
    "weft_model_set_options": {"json": '"{}"'}, "weft_tensors_save": {"count": "1", "path": "scratch"},
    "weft_model_set_data": {"hash": "hash"}, "weft_data_recognise": {"hash": "hash"},
    "weft_model_save": {"path": "scratch"}, "weft_checkpoint_save": {"path": "scratch"},
    "weft_model_save_sha256": {"path": "scratch"}, "weft_checkpoint_save_sha256": {"path": "scratch"},
    "weft_checkpoint_load": {"path": "checkpoint_path"}, "weft_network_find": {"name": '"out.weight"'},
}
# Pointers that may be NULL.
MAY_BE_NULL = {
    "weft_backward": ["dinputs"], "weft_cache_clear": ["removed"], "weft_checkpoint_set_text": ["text"],
    "weft_compare_files": ["tensor", "context"], "weft_data_find": ["requested"], "weft_data_read": ["folder", "options"],
    "weft_data_read_split": ["folder", "options"], "weft_devices_choose": ["selector"], "weft_evaluate": ["options"],
    "weft_forward": ["outputs"], "weft_images_read": ["folder"], "weft_model_set_data": ["hash"],
    "weft_model_set_options": ["json"], "weft_predict": ["logits", "classes"], "weft_session_open": ["options"],
    "weft_train": ["options"], "weft_verify": ["options"],
}
# Numbers that are right although they are 0.
MAY_BE_0 = {"weft_network_check_images": ["classes"], "weft_images_slice": ["first"], "weft_model_create": ["seed"],
            "weft_training_order": ["seed"]}
# Arguments that only the caller can check: bytes that are not there.
UNCHECKED = {"weft_compare_values": ["count"], "weft_model_load_memory": ["size"], "weft_model_load_memory_as": ["size"],
             "weft_compare_files": ["context"], "weft_free": ["memory"]}
# These right calls change what others need, or take long; they are not made.
NOT_CALLED = ("weft_cache_clear", "weft_verify", "weft_profile_peak")
# What a right call needs before it.
BEFORE = {
    "weft_backward": "RIGHT(weft_forward(session, WEFT_STATISTICS_BATCH, floats, BATCH, NULL, error));",
    "weft_step": "RIGHT(weft_forward(session, WEFT_STATISTICS_BATCH, floats, BATCH, NULL, error));\n"
                 "    RIGHT(weft_backward(session, floats, NULL, error));",
    "weft_session_drop": "RIGHT(weft_session_keep(session, images, error));",
    "weft_profile_read": "RIGHT(weft_profile_start(session, error));",
}
ENUMERATORS = ("-1", "77", "0x7fffffff")
FLOATS = ("NAN", "INFINITY", "-INFINITY", "-1")
BYTES = '"\\xff\\xfe \\x1b[2J"'
TEXTS = ('""', BYTES, "long_text")


def read(headers):
    """The text of all headers, without comments."""
    text = "".join(open(path, encoding="utf-8").read() for path in headers)
    return re.sub(r"/\*.*?\*/", " ", text, flags=re.S)


def split(arguments):
    """Arguments as (type, name); the type of an array is all of it, and that of a function is "callback"."""
    found = []
    for one in re.split(r",(?![^(]*\))", arguments):
        one = " ".join(one.split())
        if one in ("void", ""):
            continue
        callback = re.match(r".*\(\*(\w+)\)\(", one)
        array = re.match(r".*?(\w+)\[", one)
        plain = re.match(r"(.*?)(\w+)$", one)
        if callback:
            found.append(("callback", callback.group(1)))
        elif array:
            found.append((one, array.group(1)))
        else:
            found.append((plain.group(1).strip(), plain.group(2)))
    return found


class Writer:
    """Writes the calls of each function."""

    def __init__(self, text):
        self.functions = re.findall(r"^WEFT_API\s+([^;]*?)\b(weft_\w+)\(([^;]*)\);", text, re.M)
        self.structures = dict(re.findall(r"struct (weft_\w+) \{(.*?)\};", text, re.S))
        self.sized = set(re.findall(r"struct (weft_\w+) \{\s*size_t size;", text)) - {"weft_verification"}
        self.unknown = []

    def right(self, function, kind, name):
        """What a right call passes."""
        structure = re.match(r"(?:const )?struct (weft_\w+) (\*+)$", kind)
        if name in VALUES_OF.get(function, {}):
            return VALUES_OF[function][name]
        if kind in ("size_t", "bool", "uint64_t", "float") and f"{kind} {name}" in VALUES:
            return VALUES[f"{kind} {name}"]
        for key in (kind + name, kind, kind + " " + name):
            if key in VALUES:
                return VALUES[key]
        if kind.startswith("enum "):
            return "0"
        if structure and structure.group(2) == "**":
            return f"&made.{structure.group(1)[5:]}"
        if structure and structure.group(1) in self.sized:
            return f"sized(sizeof(struct {structure.group(1)}), 0)"
        if structure:
            return {"weft_images_hash": "hash"}.get(structure.group(1), structure.group(1)[5:])
        self.unknown.append(f"{function}: {kind} {name}")
        return "0"

    def wrong(self, function, kind, name):
        """Pairs of what a wrong call passes, and whether the call has to be WEFT_USAGE."""
        if name in UNCHECKED.get(function, []) or kind == "struct weft_error *" or kind == "bool":
            return
        structure = re.match(r"(?:const )?struct (weft_\w+) \*$", kind)
        if "*" in kind or "[" in kind or kind == "callback":
            yield "NULL", name not in MAY_BE_NULL.get(function, [])
        if structure and structure.group(1) in self.sized:
            for size in ("0", "1", "sizeof(size_t)", "5000", "SIZE_MAX"):
                yield f"sized({size}, 0)", True
            yield f"sized(sizeof(struct {structure.group(1)}) + 16, 0x5a)", True
        if kind.startswith("enum "):
            for value in ENUMERATORS:
                yield f"({kind})({value})", True
        if kind == "const char *":
            for text in TEXTS:
                if text != BYTES or not function.endswith("_save"):  # it may be the name of a file
                    yield text, False
        if kind == "float":
            for value in FLOATS:
                yield f"(float)({value})", True
        if kind in ("size_t", "uint64_t"):
            zero = name in MAY_BE_0.get(function, []) or kind == "uint64_t" or name in ("count", "channels")
            yield "0", not zero
            yield "SIZE_MAX", kind == "size_t"
            yield "SIZE_MAX / 4 + 2", kind == "size_t"

    def wrong_members(self, structure, prefix=""):
        """Triples of a member of options, what is wrong in it, and whether the call has to be WEFT_USAGE."""
        for member in self.structures[structure].split(";"):
            found = re.match(r"(enum \w+|float|double|size_t|uint64_t|unsigned|struct \w+|const char \*) ?(\w+)$",
                             " ".join(member.split()))
            if found is None or found.group(2) == "size":
                continue
            kind, name = found.group(1), prefix + found.group(2)
            if kind.startswith("struct"):
                yield from self.wrong_members(kind[7:], name + ".")
            elif kind.startswith("enum"):
                yield from ((name, f"({kind})({value})", True) for value in ENUMERATORS)
            elif kind in ("float", "double"):
                yield from ((name, f"({kind})({value})", True) for value in FLOATS)
            elif kind == "const char *":
                yield from ((name, text, False) for text in TEXTS)
            else:
                yield name, f"({kind})-1", False

    def write_members(self, function, i, parts, right):
        """Prints the calls with a wrong member of the options that are argument i."""
        structure = re.match(r"const struct (weft_\w+_options) \*$", parts[i][0])
        if structure is None or function in NOT_CALLED:
            return
        name = structure.group(1)
        device = ".device = \"cpu\"" if re.search(r"\*device;", self.structures[name]) else ""
        for member, value, usage in self.wrong_members(name):
            print(f"    options.{name} = (struct {name}){{.size = sizeof(struct {name}), {device}}};")
            print(f"    options.{name}.{member} = {value};")
            call = f"{function}({', '.join(right[:i] + [f'&options.{name}'] + right[i + 1:])})"
            print(f"    {'WRONG' if usage else 'any_use'}({call});\n    clean();")

    def write(self, result, function, arguments):
        """Prints a C function with the calls of one function."""
        parts = split(arguments)
        right = [self.right(function, kind, name) for kind, name in parts]
        status = result.strip() == "enum weft_status" and (parts and parts[-1][0] == "struct weft_error *")
        print(f"static void call_{function}(void) {{")
        for i, (kind, name) in enumerate(parts):
            for value, usage in self.wrong(function, kind, name):
                call = f"{function}({', '.join(right[:i] + [value] + right[i + 1:])})"
                if not status:
                    print(f"    (void){call};" if result.strip() != "void" else f"    {call};")
                elif usage:
                    print(f"    WRONG({call});\n    clean();")
                elif function not in NOT_CALLED:
                    print(f"    any_use({call});\n    clean();")
            self.write_members(function, i, parts, right)
        if status and function not in NOT_CALLED:
            print("".join(f"    {line}\n" for line in BEFORE.get(function, "").split("\n") if line), end="")
            print(f"    RIGHT({function}({', '.join(right)}));\n    clean();")
        print("}\n")


def main():
    symbols, *headers = sys.argv[1:]
    writer = Writer(read(headers))
    print("/* Made by wrong_arguments.py. NOLINTBEGIN(readability-function-size) */\nstatic union {")
    for name in sorted(name for name in writer.sized if name.endswith("_options")):
        print(f"    struct {name} {name};")
    print("} options;\n")
    for function in writer.functions:
        writer.write(*function)
    print("static const struct {\n    const char *name;\n    void (*call)(void);\n} functions[] = {")
    for _, name, _ in writer.functions:
        print(f'    {{"{name}", call_{name}}},')
    print("};\n/* NOLINTEND(readability-function-size) */")
    exported = open(symbols, encoding="utf-8").read().split()
    missing = sorted(set(exported) ^ {name for _, name, _ in writer.functions})
    for problem in writer.unknown + [f"{name}: not both exported and declared" for name in missing]:
        print(f"wrong_arguments.py: {problem}", file=sys.stderr)
    sys.exit(1 if writer.unknown or missing else 0)


if __name__ == "__main__":
    main()
