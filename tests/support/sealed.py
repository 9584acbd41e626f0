"""sealed.py: reads safetensors files, and writes them with the digest that weft expects, so that a test can make a file
whose content is wrong."""
import hashlib
import json
import struct

ZEROS = "0" * 64


def read(path):
    """Returns the header and the bytes of the values."""
    with open(path, "rb") as file:
        content = file.read()
    length = struct.unpack("<Q", content[:8])[0]
    return json.loads(content[8 : 8 + length]), content[8 + length :]


def pack(header, values):
    """Returns the bytes of a file, with a right digest if its metadata has one."""
    metadata = header.get("__metadata__", {})
    if "weft.digest" in metadata:
        metadata = {**metadata, "weft.digest": ZEROS}
        header = {**header, "__metadata__": metadata}
    text = json.dumps(header)
    digest = hashlib.sha256(struct.pack("<Q", len(text)) + text.encode() + values).hexdigest()
    if "weft.digest" in metadata:
        text = text.replace('"weft.digest": "' + ZEROS, '"weft.digest": "' + digest)
    return struct.pack("<Q", len(text)) + text.encode() + values
