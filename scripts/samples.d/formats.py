"""What Pillow does not write: a Display P3 profile, 16-bit RGBA PNG, and files that the vips program writes."""

import os
import struct
import subprocess
import tempfile
import zlib

import numpy as np


def _fixed(value):
    return struct.pack(">i", round(value * 65536))


def _text(value):
    encoded = value.encode("utf-16-be")
    return b"mluc" + struct.pack(">IIIHHII", 0, 1, 12, 0x656E, 0x5553, len(encoded), 28) + encoded


def display_p3():
    """An ICC v4 matrix profile: the primaries of Display P3 adapted to D50, the transfer curve of sRGB."""

    def xyz(*values):
        return b"XYZ \0\0\0\0" + b"".join(map(_fixed, values))

    curve = b"para\0\0\0\0" + struct.pack(">HH", 3, 0) + b"".join(
        map(_fixed, (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045))
    )
    tags = [
        (b"desc", _text("Display P3")),
        (b"cprt", _text("No copyright, use freely")),
        (b"wtpt", xyz(0.96420, 1.0, 0.82491)),
        (b"rXYZ", xyz(0.51512, 0.24120, -0.00105)),
        (b"gXYZ", xyz(0.29198, 0.69225, 0.04189)),
        (b"bXYZ", xyz(0.15710, 0.06657, 0.78407)),
        (b"rTRC", curve),
        (b"gTRC", curve),
        (b"bTRC", curve),
    ]
    table, body = struct.pack(">I", len(tags)), b""
    first = 128 + 4 + 12 * len(tags)
    for name, data in tags:
        table += name + struct.pack(">II", first + len(body), len(data))
        body += data + b"\0" * (-len(data) % 4)
    size = first + len(body)
    header = struct.pack(">I4sI4s4s4s", size, b"\0\0\0\0", 0x04200000, b"mntr", b"RGB ", b"XYZ ")
    header += struct.pack(">6H", 2024, 1, 1, 0, 0, 0) + b"acsp" + b"\0" * 28
    header += _fixed(0.96420) + _fixed(1.0) + _fixed(0.82491)
    return header.ljust(128, b"\0") + table + body


def png_16_bit_alpha(path, rgba):
    """Writes an array of height x width x 4 unsigned 16-bit samples."""
    height, width, _ = rgba.shape
    samples = rgba.astype(">u2").view(np.uint8).reshape(height, width * 8)
    # Filter 1, Sub: the difference to the pixel before, 8 bytes back.
    filtered = samples.copy()
    filtered[:, 8:] -= samples[:, :-8]
    rows = np.concatenate([np.ones((height, 1), np.uint8), filtered], axis=1).tobytes()

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    with open(path, "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n")
        file.write(chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 16, 6, 0, 0, 0)))
        file.write(chunk(b"IDAT", zlib.compress(rows, 4)) + chunk(b"IEND", b""))


def without_segment(jpeg, marker):
    """The JPEG without its header segments of that marker, for example 0xEE, Adobe's."""
    out, at = bytearray(jpeg[:2]), 2
    while jpeg[at] == 0xFF and jpeg[at + 1] != 0xDA:
        length = 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big")
        if jpeg[at + 1] != marker:
            out += jpeg[at : at + length]
        at += length
    return bytes(out + jpeg[at:])


def vips(image, path, *steps, options="", mode="PNG"):
    """Runs the vips program over `image`: each step an operation with its arguments, the last one writing `path`."""
    suffix = os.path.splitext(path)[1]
    with tempfile.TemporaryDirectory() as folder:
        current = os.path.join(folder, "in." + mode.lower())
        image.save(current, compress_level=1)
        # libvips reads options from a file's name: write under a plain one, then copy.
        for number, (operation, *arguments) in enumerate(steps or [("copy",)]):
            last = number == len(steps or [0]) - 1
            target = os.path.join(folder, f"out{number}" + (suffix if last else ".v"))
            command = ["vips", operation, current, target + (options if last else ""), *arguments]
            subprocess.run(command, check=True, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            current = target
        with open(current, "rb") as source, open(path, "wb") as sink:
            sink.write(source.read())
