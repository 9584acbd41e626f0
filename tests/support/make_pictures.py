"""make_pictures.py: makes PNG files for the tests of weft predict from the test images of the sample.

usage: make_pictures.py SAMPLE FOLDER

  same-N.png    images 0 to 19 as they are
  bright-N.png  images 0 to 5 as a large colour photograph with a bright background, dark-N.png with a dark one
  alpha-N.png   images 0 to 5 in RGBA with a transparent background
  large-N.png   all images enlarged by 20, blurred, dark on white, in a larger picture that is darker at the bottom
  right-N.png   the shoes among them, mirrored to point to the right
  format-KIND.png  image 2 in each format of PNG
"""
import gzip
import struct
import sys
import zlib


def write(path, width, height, colour, channels, rows, depth=8, chunks=b"", interlaced=False):
    raw = b"".join(b"\0" + bytes(row) for row in rows)
    assert interlaced or len(raw) == height * (1 + width * channels * depth // 8)
    with open(path, "wb") as out:
        out.write(b"\x89PNG\r\n\x1a\n")
        out.write(chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, int(interlaced))))
        out.write(chunks + chunk(b"IDAT", zlib.compress(raw, 1)) + chunk(b"IEND", b""))


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def write_formats(folder, image):
    """Writes ${image}, dark on white, 112 x 112, with the same greys in each format of PNG: format-KIND.png."""
    rows = [[255 - image[28 * (y // 4) + x // 4] for x in range(112)] for y in range(112)]
    palette = chunk(b"PLTE", bytes(v for v in range(256) for _ in range(3)))
    passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]

    def put(kind, colour, channels, pixel, **options):
        write(f"{folder}/format-{kind}.png", 112, 112, colour, channels,
              [[byte for v in row for byte in pixel(v)] for row in options.pop("rows", rows)], **options)
    put("grey", 0, 1, lambda v: (v,))
    put("grey16", 0, 1, lambda v: (v, v), depth=16)
    put("grey-alpha", 4, 2, lambda v: (v if v < 255 else 7, 255 if v < 255 else 0))
    put("grey16-alpha", 4, 2, lambda v: (v, v, 255, 255), depth=16)
    put("rgb", 2, 3, lambda v: (v, v, v))
    put("rgb16", 2, 3, lambda v: (v,) * 6, depth=16)
    put("rgba", 6, 4, lambda v: (v, v, v, 255))
    put("palette", 3, 1, lambda v: (v,), chunks=palette)
    put("palette-transparent", 3, 1, lambda v: (v,), chunks=palette + chunk(b"tRNS", bytes([255] * 255 + [0])))
    put("interlaced", 2, 3, lambda v: (v, v, v), interlaced=True,
        rows=[row[x::dx] for x, y, dx, dy in passes for row in rows[y::dy]])


def photograph(image, background, inverted):
    """Rows of a picture of 320 x 400 with ${image} in the upper left part: each pixel is a smoothed square of 8 x 8."""
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


def enlarged(image, times, left, top):
    """Rows of a picture with ${image} dark on white, 150 pixels wider and higher than the enlarged image. Its brightness falls
    to 78 % at the bottom."""
    side = 28 * times
    places = [min(27, max(0, (x + 0.5) / times - 0.5)) for x in range(side)]
    steps = [(int(p), min(27, int(p) + 1), p - int(p)) for p in places]
    wide = [[line[a] + (line[b] - line[a]) * t for a, b, t in steps]
            for line in (image[28 * y:28 * y + 28] for y in range(28))]
    height = side + 150
    for y in range(height):
        light = 1 - 0.22 * y / height
        white = bytes([int(255 * light)])
        if not top <= y < top + side:
            yield white * height
            continue
        above, below, t = steps[y - top]
        middle = bytes([int((255 - a - (b - a) * t) * light) for a, b in zip(wide[above], wide[below])])
        yield white * left + middle + white * (150 - left)


labels = gzip.open(sys.argv[1] + "/t10k-labels-idx1-ubyte.gz").read()[8:]
pixels = gzip.open(sys.argv[1] + "/t10k-images-idx3-ubyte.gz").read()[16:]
for i in range(100):
    image = pixels[784 * i:784 * i + 784]
    left, top = i * 37 % 150, i * 53 % 150
    write(f"{sys.argv[2]}/large-{i:02}.png", 710, 710, 0, 1, enlarged(image, 20, left, top))
    if labels[i] in (5, 7, 9):
        turned = b"".join(image[28 * y:28 * y + 28][::-1] for y in range(28))
        write(f"{sys.argv[2]}/right-{i:02}.png", 710, 710, 0, 1, enlarged(turned, 20, left, top))
for i in range(20):
    image = pixels[784 * i:784 * i + 784]
    rows = [image[28 * y:28 * y + 28] for y in range(28)]
    write(f"{sys.argv[2]}/same-{i}.png", 28, 28, 0, 1, rows)
    if i < 6:
        write(f"{sys.argv[2]}/bright-{i}.png", 320, 400, 2, 3, photograph(image, 240, True))
        write(f"{sys.argv[2]}/dark-{i}.png", 320, 400, 2, 3, photograph(image, 15, False))
    if i == 2:
        write_formats(sys.argv[2], image)
    if i < 6:
        big = [[v for x in range(112) for v in (255 - image[28 * (y // 4) + x // 4],) * 3 +
                (255 if image[28 * (y // 4) + x // 4] else 0,)] for y in range(112)]
        write(f"{sys.argv[2]}/alpha-{i}.png", 112, 112, 6, 4, big)
