"""make_pictures.py: makes PNG files for the tests of weft predict from the test images of the sample.

usage: make_pictures.py SAMPLE FOLDER

  same-N.png    images 0 to 19 as they are
  bright-N.png  images 0 to 5 as a large colour photograph with a bright background, dark-N.png with a dark one
  alpha-N.png   images 0 to 5 in RGBA with a transparent background
  large-N.png   all images enlarged by 20, blurred, dark on white, in a larger picture that is darker at the bottom
  right-N.png   the shoes among them, mirrored to point to the right
  format-KIND.png  image 2 in each format of PNG
  levels-KIND.png  image 2 in black and white, with few levels of grey, or a small palette
  turned-N-ORDER-PLACE.png  image 2 as a camera stores it that was held in orientation N
  exif-KIND.png  image 2 upside down, with an eXIf chunk that says so and is damaged
  mega-KIND.png  image 2 with more than 40 million pixels
  empty-KIND.png  pictures in which there is nothing
  long-KIND.png  a picture with a side of 1000001 pixels
  cut-N.png, damaged-KIND.png  files that cannot be read
"""
import gzip
import random
import struct
import sys
import zlib

from png_file import chunk, header, write

PASSES = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]


def write_formats(folder, image):
    """Writes ${image}, dark on white, 112 x 112, with the same greys in each format of PNG: format-KIND.png."""
    rows = [[255 - image[28 * (y // 4) + x // 4] for x in range(112)] for y in range(112)]
    palette = chunk(b"PLTE", bytes(v for v in range(256) for _ in range(3)))
    control = struct.pack(">IIIIHHBB", 112, 112, 0, 0, 1, 10, 0, 0)
    black = zlib.compress((b"\0" + bytes(112)) * 112)

    def put(kind, colour, pixel, **options):
        write(f"{folder}/format-{kind}.png", 112, 112, colour,
              [[byte for v in row for byte in pixel(v)] for row in options.pop("rows", rows)], **options)
    put("grey", 0, lambda v: (v,))
    put("grey16", 0, lambda v: (v, v), depth=16)
    put("grey-alpha", 4, lambda v: (v if v < 255 else 7, 255 if v < 255 else 0))
    put("grey16-alpha", 4, lambda v: (v, v, 255, 255), depth=16)
    put("rgb", 2, lambda v: (v, v, v))
    put("rgb16", 2, lambda v: (v,) * 6, depth=16)
    put("rgba", 6, lambda v: (v, v, v, 255))
    put("palette", 3, lambda v: (v,), chunks=palette)
    put("palette-transparent", 3, lambda v: (v,), chunks=palette + chunk(b"tRNS", bytes([255] * 255 + [0])))
    put("interlaced", 2, lambda v: (v, v, v), interlaced=True,
        rows=[row[x::dx] for x, y, dx, dy in PASSES for row in rows[y::dy]])
    put("srgb", 0, lambda v: (v,), chunks=chunk(b"sRGB", b"\0"))
    put("gamma", 0, lambda v: (v,), chunks=chunk(b"gAMA", struct.pack(">I", 45455)))
    unused = min(set(range(255)) - set(image) - {255 - v for v in image})
    put("transparent-grey", 0, lambda v: (v if v < 255 else unused,), chunks=chunk(b"tRNS", struct.pack(">H", unused)))
    put("animated", 0, lambda v: (v,),
        chunks=chunk(b"acTL", struct.pack(">II", 2, 0)) + chunk(b"fcTL", struct.pack(">I", 0) + control),
        after=chunk(b"fcTL", struct.pack(">I", 1) + control) + chunk(b"fdAT", struct.pack(">I", 2) + black))
    put("linear", 0, lambda v: divmod(round(65535 * (v / 255) ** 2.2), 256), depth=16,
        chunks=chunk(b"gAMA", struct.pack(">I", 100000)))


def packed(row, depth):
    """${row}, whose values have ${depth} bits, as bytes."""
    many = 8 // depth
    return bytes(sum(v << (8 - depth * (k + 1)) for k, v in enumerate(row[i:i + many])) for i in range(0, len(row), many))


def write_levels(folder, image):
    rows = [[int(image[28 * (y // 4) + x // 4] < 60) for x in range(112)] for y in range(112)]
    for depth in 1, 2, 4, 8:
        most = (1 << depth) - 1
        write(f"{folder}/levels-grey{depth}.png", 112, 112, 0, [packed([most * v for v in row], depth) for row in rows],
              depth=depth)
        palette = chunk(b"PLTE", bytes([0] * 3 + [255] * 3))
        write(f"{folder}/levels-palette{depth}.png", 112, 112, 3, [packed(row, depth) for row in rows], depth=depth,
              chunks=palette)
        write(f"{folder}/levels-interlaced{depth}.png", 112, 112, 3, depth=depth, chunks=palette, interlaced=True,
              rows=[packed(row[x::dx], depth) for x, y, dx, dy in PASSES for row in rows[y::dy]])


def exif(orientation, order, kind=3, count=1):
    """An eXIf chunk in the byte order ${order} with two tags."""
    value = struct.pack(order + "HH", orientation, 0)
    return chunk(b"eXIf", (b"II" if order == "<" else b"MM") + struct.pack(order + "HIH", 42, 8, 2) +
                 struct.pack(order + "HHII", 0x10f, 2, 1, 0) + struct.pack(order + "HHI", 0x112, kind, count) + value + bytes(4))


def stored(rows, orientation):
    """The rows of a camera that was held so: the reverse of what a viewer does."""
    if orientation >= 5:
        rows = [list(row) for row in zip(*rows)]
    if orientation in (2, 3, 7, 8):
        rows = [row[::-1] for row in rows]
    return rows[::-1] if orientation in (3, 4, 6, 7) else rows


def write_turned(folder, image):
    rows = [[255 - image[28 * (y // 4) + x // 4] for x in range(112)] for y in range(112)] + [[255] * 112] * 30
    for orientation in range(1, 9):
        turned = stored(rows, orientation)
        for order in "<", ">":
            for place in "chunks", "after":
                name = f"{folder}/turned-{orientation}-{'little' if order == '<' else 'big'}-{place}.png"
                write(name, len(turned[0]), len(turned), 0, turned, **{place: exif(orientation, order)})
    turned = rows[::-1]
    good = exif(4, ">")
    for name, wrong in (("crc", good[:-1] + bytes([good[-1] ^ 1])), ("value", exif(9, ">")), ("zero", exif(0, ">")),
                        ("type", exif(4, "<", kind=2)), ("count", exif(4, "<", count=2)), ("short", chunk(b"eXIf", good[8:30])),
                        ("none", chunk(b"eXIf", b"")), ("text", chunk(b"eXIf", b"no TIFF file at all")),
                        ("offset", chunk(b"eXIf", b"MM\0*\xff\xff\xff\xff\0\1"))):
        write(f"{folder}/exif-{name}.png", 112, 142, 0, turned, chunks=wrong)
    write(f"{folder}/upside-down.png", 112, 142, 0, turned)


def write_mega(folder, image):
    """Writes ${image}, dark on white, each pixel a square of 248 x 248."""
    lines = [b"".join(bytes([255 - v]) * 248 for v in image[28 * y:28 * y + 28]) for y in range(28)]
    write(f"{folder}/mega-plain.png", 6944, 6944, 0, (line for line in lines for _ in range(248)))
    write(f"{folder}/mega-interlaced.png", 6944, 6944, 0, interlaced=True,
          rows=(line[x::dx] for x, y, dx, dy in PASSES for line in lines for _ in range(len(range(y, 248, dy)))))


def write_empty(folder):
    rng = random.Random(1)
    for side in 28, 300:
        for name, grey in (("white", lambda: 255), ("black", lambda: 0), ("grey", lambda: 120),
                           ("almost", lambda: 120 + rng.randrange(7)), ("noise", lambda: rng.randrange(256)),
                           ("specks", lambda: 255 * (rng.random() < 0.05))):
            write(f"{folder}/empty-{name}-{side}.png", side, side, 0, [[grey() for _ in range(side)] for _ in range(side)])
        write(f"{folder}/empty-red-{side}.png", side, side, 2, [bytes([200, 20, 20] * side)] * side)
        write(f"{folder}/empty-transparent-{side}.png", side, side, 6,
              [[rng.randrange(256) if x % 4 < 3 else 0 for x in range(4 * side)] for _ in range(side)])
    write(f"{folder}/empty-1x1.png", 1, 1, 2, [[10, 200, 30]])
    write(f"{folder}/empty-1x300.png", 1, 300, 0, [[y % 256] for y in range(300)])
    write(f"{folder}/empty-4x4.png", 4, 4, 0, [[rng.randrange(256) for _ in range(4)] for _ in range(4)])
    write(f"{folder}/empty-noise-14.png", 14, 14, 0, [[rng.randrange(256) for _ in range(14)] for _ in range(14)])


def write_long(folder):
    for name, width, height in ("tall", 1, 1000001), ("wide", 1000001, 1):
        write(f"{folder}/long-{name}.png", width, height, 0, [bytes(width)] * height)


def write_damaged(folder, image):
    write(f"{folder}/whole", 28, 28, 0, [image[28 * y:28 * y + 28] for y in range(28)])
    with open(f"{folder}/whole", "rb") as file:
        whole = file.read()
    for size in list(range(8, 60)) + list(range(60, len(whole), 31)) + list(range(len(whole) - 14, len(whole))):
        with open(f"{folder}/cut-{size}.png", "wb") as out:
            out.write(whole[:size])
    for name, width, height, depth, colour in (("huge", 30000, 30000, 16, 6), ("wide", 1000000, 1000, 8, 2),
                                               ("larger", 1000000, 1000000, 8, 0), ("largest", 2**31 - 1, 2**31 - 1, 1, 0),
                                               ("flat", 28, 0, 8, 0)):
        for interlaced in 0, 1:
            with open(f"{folder}/damaged-{name}-{interlaced}.png", "wb") as out:
                out.write(whole[:8] + header(width, height, colour, depth, interlaced) + whole[33:])
    with open(f"{folder}/damaged-crc.png", "wb") as out:
        out.write(whole[:100] + bytes([whole[100] ^ 1]) + whole[101:])
    with open(f"{folder}/damaged-critical.png", "wb") as out:
        out.write(whole[:33] + chunk(b"WEFT", b"needed") + whole[33:])


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
    write(f"{sys.argv[2]}/large-{i:02}.png", 710, 710, 0, enlarged(image, 20, left, top))
    if labels[i] in (5, 7, 9):
        turned = b"".join(image[28 * y:28 * y + 28][::-1] for y in range(28))
        write(f"{sys.argv[2]}/right-{i:02}.png", 710, 710, 0, enlarged(turned, 20, left, top))
for i in range(20):
    image = pixels[784 * i:784 * i + 784]
    rows = [image[28 * y:28 * y + 28] for y in range(28)]
    write(f"{sys.argv[2]}/same-{i}.png", 28, 28, 0, rows)
    if i < 6:
        write(f"{sys.argv[2]}/bright-{i}.png", 320, 400, 2, photograph(image, 240, True))
        write(f"{sys.argv[2]}/dark-{i}.png", 320, 400, 2, photograph(image, 15, False))
    if i == 2:
        for function in write_formats, write_levels, write_turned, write_mega, write_damaged:
            function(sys.argv[2], image)
    if i < 6:
        big = [[v for x in range(112) for v in (255 - image[28 * (y // 4) + x // 4],) * 3 +
                (255 if image[28 * (y // 4) + x // 4] else 0,)] for y in range(112)]
        write(f"{sys.argv[2]}/alpha-{i}.png", 112, 112, 6, big)
write_empty(sys.argv[2])
write_long(sys.argv[2])
