"""png_file.py: makes PNG files from the bytes of their rows, with chunks of any content, for tests."""
import struct
import zlib

SIGNATURE = b"\x89PNG\r\n\x1a\n"
CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # of each kind of colour


def chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def header(width, height, colour, depth=8, interlaced=False):
    """Returns the first chunk."""
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, int(interlaced)))


def pack(width, height, colour, rows, depth=8, chunks=b"", interlaced=False, after=b"", row_filter=0):
    """Returns the bytes of a file with ${chunks} before the pixels and ${after} behind them. Of an interlaced file,
    ${rows} are those of all passes. Pixels are not filtered: ${row_filter} is only what the file says."""
    raw = b"".join(bytes([row_filter]) + bytes(row) for row in rows)
    assert interlaced or len(raw) == height * (1 + (width * CHANNELS[colour] * depth + 7) // 8)
    return (SIGNATURE + header(width, height, colour, depth, interlaced) + chunks + chunk(b"IDAT", zlib.compress(raw, 1)) +
            after + chunk(b"IEND", b""))


def write(path, *arguments, **options):
    """Writes the file that pack makes."""
    with open(path, "wb") as file:
        file.write(pack(*arguments, **options))
