"""Files that a run must name instead of resizing them, each with the outcome that is right for it."""

import io
import os

from PIL import Image

import formats
from scenes import generator, photo

SVG = b"""<?xml version="1.0" encoding="UTF-8"?>
<svg xmlns="http://www.w3.org/2000/svg" width="400" height="300"><circle cx="200" cy="150" r="90" fill="teal"/></svg>
"""
HTML = b"<!DOCTYPE html>\n<html><head><title>404 Not Found</title></head><body><h1>Not Found</h1></body></html>\n"
TEXT = b"These are the minutes of the meeting, saved under the wrong name.\n" * 20


def _encoded(image, kind, **options):
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def _flip(data, position, bits=0xFF):
    changed = bytearray(data)
    changed[position] ^= bits
    return bytes(changed)


def _good(seed):
    image = photo(generator(seed, "broken"), 1600, 1200, "broken")
    small = image.resize((800, 600))
    return {
        "jpg": _encoded(image, "JPEG", quality=88),
        "png": _encoded(small, "PNG", compress_level=4),
        "webp": _encoded(image, "WEBP", quality=82, method=2),
        "tif": _encoded(small, "TIFF", compression="tiff_lzw"),
    }


def _files(seed):
    """Yields path, bytes, status, codes."""
    good = _good(seed)
    rng = generator(seed, "garbage")
    for percent in (50, 10, 90):
        for suffix, data in good.items():
            cut = data[: len(data) * percent // 100]
            yield f"cut/{percent} percent.{suffix}", cut, "failed", "input.truncated"
    yield "empty.jpg", b"", "failed", "input.empty"
    yield "text.jpg", TEXT, "failed", "input.unknown_format"
    yield "web page.png", HTML, "failed", "input.unknown_format"
    yield "garbage.jpg", rng.bytes(50_000), "failed", "input.unknown_format"
    yield "drawing.svg", SVG, "failed", "input.blocked"
    yield "drawing, called a photo.jpg", SVG, "failed", "input.blocked"
    yield "readme.txt", TEXT, "skipped", ""
    yield "no suffix, no image", TEXT, "skipped", ""
    yield "empty.txt", b"", "skipped", ""
    yield "only a magic.jpg", b"\xff\xd8\xff\xe0", "failed", "input.truncated|input.corrupt"
    yield "only a magic.png", b"\x89PNG\r\n\x1a\n", "failed", "input.truncated|input.corrupt"

    # A JPEG whose frame header names no components, and one whose quantisation table is gone.
    jpeg = good["jpg"]
    frame = jpeg.index(b"\xff\xc0")
    yield "damaged/frame header.jpg", _flip(jpeg, frame + 9), "failed", "input.corrupt"
    yield "damaged/no tables.jpg", formats.without_segment(jpeg, 0xDB), "failed", "input.corrupt"
    # Flipped bits in the compressed data: PNG notices by its checksum.
    png = good["png"]
    yield "damaged/flipped bits.png", _flip(png, len(png) // 2), "failed", "input.corrupt"
    yield "damaged/header.png", _flip(png, 25, 0x40), "failed", "input.corrupt"
    webp = good["webp"]
    yield "damaged/frame header.webp", _flip(webp, webp.index(b"\x9d\x01\x2a")), "failed", "input.corrupt"
    yield "damaged/garbage inside.tif", good["tif"][:8] + rng.bytes(40_000), "failed", "input.corrupt|input.truncated"
    # A JPEG with flipped bits in its entropy-coded data still decodes whole: damaged to the eye, not to the decoder.
    yield "damaged/flipped bits.jpg", _flip(jpeg, len(jpeg) * 3 // 4, 0x10), "done|failed", "input.corrupt"

    tall = _encoded(Image.new("1", (30_000, 30_000)), "PNG", compress_level=9)
    yield "bomb, 900 megapixels.png", tall, "done|failed", "limit.pixels"


def make(root, count, seed):
    expected = []
    for path, data, status, codes in list(_files(seed))[:count]:
        target = os.path.join(root, path)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with open(target, "wb") as file:
            file.write(data)
        expected.append((path, status, codes))
    return expected
