"""make_pictures.py SAMPLE FOLDER: PNG files for the tests of weft predict. Images 0 to 19 of the sample's test split as they are
(same-N.png), as a large colour photograph before a bright background (bright-N.png) and a dark one (dark-N.png), and as
RGBA with a transparent background (alpha-N.png)."""
import gzip
import struct
import sys
import zlib


def write(path, width, height, colour, channels, rows):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    raw = b"".join(b"\0" + bytes(row) for row in rows)
    assert len(raw) == height * (1 + width * channels)
    with open(path, "wb") as out:
        out.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0)))
        out.write(chunk(b"IDAT", zlib.compress(raw)) + chunk(b"IEND", b""))


def photograph(image, background, inverted):
    """Each pixel as a square of 8 x 8, smoothed, in the upper left part of 320 x 400."""
    rows = []
    for y in range(400):
        row = []
        for x in range(320):
            sx, sy = (x - 30) / 8 - 0.5, (y - 50) / 8 - 0.5
            value = 0.0
            for dy in 0, 1:
                for dx in 0, 1:
                    px, py = int(sx // 1) + dx, int(sy // 1) + dy
                    if 0 <= px < 28 and 0 <= py < 28:
                        value += image[28 * py + px] * (1 - abs(sx - px)) * (1 - abs(sy - py))
            grey = background - value * background / 255 if inverted else background + value * (255 - background) / 255
            noise = (x * 7919 + y * 104729) % 7 - 3
            grey = min(255, max(0, int(grey + noise)))
            row += [grey, min(255, grey + 2), max(0, grey - 3)]
        rows.append(row)
    return rows


pixels = gzip.open(sys.argv[1] + "/t10k-images-idx3-ubyte.gz").read()[16:]
for i in range(20):
    image = pixels[784 * i:784 * i + 784]
    rows = [image[28 * y:28 * y + 28] for y in range(28)]
    write(f"{sys.argv[2]}/same-{i}.png", 28, 28, 0, 1, rows)
    if i < 6:
        write(f"{sys.argv[2]}/bright-{i}.png", 320, 400, 2, 3, photograph(image, 240, True))
        write(f"{sys.argv[2]}/dark-{i}.png", 320, 400, 2, 3, photograph(image, 15, False))
    if i < 6:
        big = [[v for x in range(112) for v in (255 - image[28 * (y // 4) + x // 4],) * 3 +
                (255 if image[28 * (y // 4) + x // 4] else 0,)] for y in range(112)]
        write(f"{sys.argv[2]}/alpha-{i}.png", 112, 112, 6, 4, big)
