"""Good images of every kind a real folder holds. Each case is a path and the function that writes it."""

import io
import multiprocessing
import os
import unicodedata

import numpy as np
from PIL import Image, ImageCms

import formats
from scenes import alpha_mask, caption, generator, photo

CASES = []


def case(path, *arguments):
    def register(function):
        CASES.append((path, function, arguments))
        return function

    return register


def cases(*rows):
    def register(function):
        for path, *arguments in rows:
            CASES.append((path, function, tuple(arguments)))
        return function

    return register


def camera(orientation=1):
    exif = Image.Exif()
    exif.update({0x010F: "Magpie", 0x0110: "Sample One", 0x0112: orientation, 0x8298: "Copyright Magpie samples"})
    exif.get_ifd(0x8769).update({0x9003: "2024:07:14 10:30:00", 0x829A: 0.004, 0x8827: 200})
    exif.get_ifd(0x8825).update({1: "N", 2: (47.0, 33.0, 12.0), 3: "E", 4: (9.0, 22.0, 30.0)})
    return exif


def nfc(text):
    return unicodedata.normalize("NFC", text)


def nfd(text):
    return unicodedata.normalize("NFD", text)


LAKE = "2024/Summer at the lake"


@cases(
    (f"{LAKE}/IMG_0001.JPG", 4000, 3000, 90),
    (f"{LAKE}/IMG_0002.jpeg", 3000, 4000, 88),
    ("web & print/50% off? #1 + more.jpg", 2400, 1600, 85),
    (nfc("2024/Straße nach Köln/Grüße.jpg"), 2560, 1920, 92),
    (nfd("2024/Straße nach Köln/Grüße.jpg"), 2560, 1920, 92),
    ("日本/富士山 🗻.jpg", 3264, 2448, 90),
)
def jpeg(path, rng, width, height, quality):
    subsampling = "4:4:4" if quality > 90 else "4:2:0"
    image = photo(rng, width, height, "JPEG")
    image.save(path, "JPEG", quality=quality, subsampling=subsampling, exif=camera())


@case("logos/transparent overlay.png", 1600, 1200)
def png_alpha(path, rng, width, height):
    image = photo(rng, width, height, "alpha", sigma=0.5)
    image.putalpha(alpha_mask(rng, width, height))
    image.save(path, "PNG", compress_level=4)


@case("logos/palette transparent.png")
def png_palette(path, rng):
    image = photo(rng, 900, 700, "palette", sigma=0).quantize(64, dither=Image.Dither.NONE)
    # Three of the colours clear, one half clear: a tRNS chunk with several values.
    image.save(path, "PNG", transparency=bytes([0, 0, 128, 0] + [255] * 60))


@case("print/cmyk with profile.jpg")
def cmyk_profile(path, rng):
    # The CMYK profile is the one built into libvips.
    image = photo(rng, 2400, 1800, "CMYK ICC", sigma=1.5)
    formats.vips(image, path, ("icc_export", "--output-profile", "cmyk"), options="[Q=90]")


def _inks(rng, label):
    """A CMYK picture with some black generated, as a press file has."""
    c, m, y, _ = photo(rng, 2000, 1500, label, sigma=1.5).convert("CMYK").split()
    planes = [np.asarray(plane, np.int16) for plane in (c, m, y)]
    black = np.minimum.reduce(planes) * 7 // 10
    planes = [plane - black for plane in planes] + [black]
    return Image.merge("CMYK", [Image.fromarray(plane.astype(np.uint8)) for plane in planes])


@case("print/cmyk, no profile (Adobe, inverted).jpg")
def cmyk_adobe(path, rng):
    # Pillow writes Adobe's marker, and the samples inverted, as Photoshop does.
    _inks(rng, "CMYK Adobe").save(path, "JPEG", quality=88)


@case("print/cmyk, no profile, no Adobe marker.jpg")
def cmyk_plain(path, rng):
    # Still inverted: libvips and Pillow both read CMYK that way with or without the marker.
    out = io.BytesIO()
    _inks(rng, "CMYK plain").save(out, "JPEG", quality=88)
    with open(path, "wb") as file:
        file.write(formats.without_segment(out.getvalue(), 0xEE))


@case("scans/16 bit with alpha.png")
def png_16_bit(path, rng):
    colour = np.asarray(photo(rng, 1200, 900, "16 bit"), np.uint16) * 257
    alpha = np.asarray(alpha_mask(rng, 1200, 900), np.uint16) * 257
    formats.png_16_bit_alpha(path, np.dstack([colour, alpha]))


@case("scans/16 bit grey.png")
def png_16_bit_grey(path, rng):
    grey = np.asarray(photo(rng, 1200, 900, "16 bit grey").convert("L"), np.uint16) * 257
    Image.fromarray(grey).save(path, "PNG", compress_level=4)


@case("scans/grey.jpg")
def grey_jpeg(path, rng):
    photo(rng, 2480, 1754, "grey").convert("L").save(path, "JPEG", quality=90)


@case("phone/Display P3.jpg")
def display_p3(path, rng):
    profile = formats.display_p3()
    p3 = ImageCms.getOpenProfile(io.BytesIO(profile))
    image = ImageCms.profileToProfile(photo(rng, 4032, 3024, "Display P3"), ImageCms.createProfile("sRGB"), p3)
    image.save(path, "JPEG", quality=90, icc_profile=profile, exif=camera())


@case("phone/progressive.jpg")
def progressive(path, rng):
    photo(rng, 4000, 3000, "progressive").save(path, "JPEG", quality=88, progressive=True)


@cases(*((f"orientation/exif {value}.jpg", value) for value in range(1, 9)))
def orientation(path, rng, value):
    upright = photo(rng, 1600, 1200, f"EXIF {value}")
    turns = Image.Transpose
    # How the pixels must lie so that a viewer who follows the tag sees the picture upright.
    stored = {
        2: turns.FLIP_LEFT_RIGHT,
        3: turns.ROTATE_180,
        4: turns.FLIP_TOP_BOTTOM,
        5: turns.TRANSPOSE,
        6: turns.ROTATE_90,
        7: turns.TRANSVERSE,
        8: turns.ROTATE_270,
    }
    image = upright.transpose(stored[value]) if value in stored else upright
    image.save(path, "JPEG", quality=88, exif=camera(value))


def _frames(rng, count, width, height):
    first = photo(rng, width, height, sigma=0)
    frames = []
    for number in range(count):
        frame = Image.fromarray(np.roll(np.asarray(first), number * width // count, axis=1))
        caption(frame, f"frame {number + 1}")
        frames.append(frame)
    return frames


@case("animated/loop.gif")
def gif(path, rng):
    frames = [frame.quantize(128) for frame in _frames(rng, 8, 480, 360)]
    frames[0].save(path, "GIF", save_all=True, append_images=frames[1:], duration=80, loop=0)


@case("animated/loop.webp")
def webp_animated(path, rng):
    frames = _frames(rng, 8, 640, 480)
    frames[0].save(path, "WEBP", save_all=True, append_images=frames[1:], duration=80, loop=0, quality=80, method=1)


@cases(
    ("web/lossy.webp", dict(quality=82, method=2)),
    ("web/lossless.webp", dict(lossless=True, quality=20, method=1)),
)
def webp(path, rng, options):
    lossless = "lossless" in options
    size = (1200, 800) if lossless else (3000, 2000)
    photo(rng, *size, "WebP", sigma=0.5 if lossless else 5).save(path, "WEBP", **options)


@case("web/alpha.webp")
def webp_alpha(path, rng):
    image = photo(rng, 1000, 1000, "WebP alpha")
    image.putalpha(alpha_mask(rng, 1000, 1000))
    image.save(path, "WEBP", quality=85, method=2)


@case("web/interlaced.png")
def png_interlaced(path, rng):
    formats.vips(photo(rng, 1600, 1200, "interlaced", sigma=0.5), path, options="[interlace,compression=4]")


@case("scans/strips.tif")
def tiff_strips(path, rng):
    photo(rng, 2480, 1754, "TIFF strips", sigma=0.5).save(path, "TIFF", compression="tiff_lzw")


@case("scans/pyramid.TIFF")
def tiff_pyramid(path, rng):
    image = photo(rng, 5000, 4000, "TIFF pyramid")
    formats.vips(image, path, options="[tile,pyramid,tile-width=256,tile-height=256,compression=jpeg,Q=88]")


@case("scans/lab.tif")
def tiff_lab(path, rng):
    formats.vips(photo(rng, 1200, 900, "Lab", sigma=0.5), path, ("colourspace", "lab"), options="[compression=deflate]")


@case("phone/photo.avif")
def avif(path, rng):
    photo(rng, 2000, 1500, "AVIF").save(path, "AVIF", quality=63, speed=9, max_threads=1)


@case("phone/photo.HEIC")
def heic(path, rng):
    # libheif takes its codec from libvips' option, and libvips its saver from a lower-case suffix.
    lower = path[: -len("HEIC")] + "heic"
    formats.vips(photo(rng, 2016, 1512, "HEIC"), lower, options="[Q=60,compression=hevc,effort=1]")
    os.replace(lower, path)


@cases(("odd/no suffix", "JPEG"), ("odd/PNG inside.jpg", "PNG"), ("odd/UPPER.PNG", "PNG"), ("odd/Mixed.WebP", "WEBP"))
def odd_name(path, rng, kind):
    photo(rng, 1280, 960, kind, sigma=1).save(path, kind)


@cases(("same stem/photo.jpg", "JPEG"), ("same stem/photo.png", "PNG"), ("same stem/photo.webp", "WEBP"))
def same_stem(path, rng, kind):
    photo(rng, 1024, 768, kind, sigma=1).save(path, kind)


@cases(
    ("sizes/1x1.png", 1, 1, "PNG"),
    ("sizes/13x4000.jpg", 13, 4000, "JPEG"),
    ("sizes/panorama.jpg", 9000, 1500, "JPEG"),
    ("sizes/smaller than asked.jpg", 320, 240, "JPEG"),
)
def sizes(path, rng, width, height, kind):
    photo(rng, width, height).save(path, kind)


@case("logos/fully transparent.png")
def png_clear(path, rng):
    Image.new("RGBA", (640, 480), (200, 30, 30, 0)).save(path, "PNG")


@case("logos/grey with alpha.png")
def png_grey_alpha(path, rng):
    image = photo(rng, 800, 600, "grey + alpha", sigma=0.5).convert("L")
    image.putalpha(alpha_mask(rng, 800, 600))
    image.save(path, "PNG")


@case("scans/bilevel.tif")
def tiff_bilevel(path, rng):
    photo(rng, 2480, 3508, "fax").convert("1").save(path, "TIFF", compression="group4")


@case("print/cmyk.tif")
def tiff_cmyk(path, rng):
    _inks(rng, "CMYK TIFF").save(path, "TIFF", compression="tiff_lzw")


# Folders that no list of names would think of: deep, hidden, and with a name of 200 bytes.
@cases(
    ("deep/" + "/".join("abcdefghij") + "/photo.jpg", 800, 600, 85),
    (".hidden/photo.jpg", 800, 600, 85),
    ("long names/" + "x" * 200 + ".jpg", 800, 600, 85),
    ("long names/quote ' double \" back \\ tab-less $HOME `id` ;.jpg", 800, 600, 85),
    ("long names/ leading and trailing .jpg", 800, 600, 85),
    ("long names/-dash=first[0],{a}.jpg", 800, 600, 85),
)
def plain(path, rng, width, height, quality):
    photo(rng, width, height, "JPEG").save(path, "JPEG", quality=quality)


def _make_one(job):
    root, seed, path, function, arguments = job
    target = os.path.join(root, path)
    os.makedirs(os.path.dirname(target), exist_ok=True)
    function(target, generator(seed, path), *arguments)
    return path, "done", ""


def make(root, count, seed):
    """Writes the first `count` cases, or all; past the last one, more photographs."""
    chosen = list(CASES[:count])
    for number in range(len(chosen), count or 0):
        chosen.append((f"more/photo {number:05}.jpg", jpeg, (2400, 1800, 85 + number % 8)))
    with multiprocessing.get_context("fork").Pool() as pool:
        return pool.map(_make_one, [(root, seed, *row) for row in chosen], chunksize=1)
