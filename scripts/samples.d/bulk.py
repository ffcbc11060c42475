"""Many images, quickly: `photos` for the speed of decoding, `tiny` for the cost per image."""

import io
import multiprocessing
import os

import numpy as np
from PIL import Image

from scenes import generator, photo, sensor_noise, with_noise
from varied import camera

WIDTH, HEIGHT = 4000, 3000
BASES = 4
TINY_SHEET = 1200
TINY_WIDTH, TINY_HEIGHT = 64, 48
FOLDER = 1000

# What the children inherit: set before the pool forks.
_shared = {}


def _base(job):
    seed, number = job
    image = photo(generator(seed, "base", number), WIDTH + 400, HEIGHT + 400, sigma=0)
    return np.asarray(image)


def _photo(job):
    root, seed, number = job
    rng = generator(seed, "photo", number)
    base = _shared["bases"][number % len(_shared["bases"])]
    y, x = rng.integers(0, 401, 2)
    pixels = base[y : y + HEIGHT, x : x + WIDTH]
    pixels = np.roll(pixels, int(rng.integers(0, WIDTH)), axis=1)
    if rng.random() < 0.5:
        pixels = pixels[:, ::-1]
    noise = sensor_noise(rng, WIDTH, HEIGHT, 7.5)
    noise += np.int16(rng.integers(-12, 13))
    path = f"DSC_{number:05}.JPG"
    with_noise(pixels, noise).save(os.path.join(root, path), "JPEG", quality=90, subsampling="4:2:0", exif=camera())
    return path, "done", ""


def photos(root, count, seed):
    count = count or 60
    context = multiprocessing.get_context("fork")
    with context.Pool() as pool:
        _shared["bases"] = pool.map(_base, [(seed, number) for number in range(min(BASES, count))], chunksize=1)
    with context.Pool() as pool:
        return pool.map(_photo, [(root, seed, number) for number in range(count)], chunksize=1)


def _tiny_folder(job):
    root, seed, first, last = job
    sheet = _shared["sheet"]
    folder = f"{first // FOLDER:05}"
    os.makedirs(os.path.join(root, folder), exist_ok=True)
    rng = generator(seed, "tiny", folder)
    offsets = rng.integers(0, TINY_SHEET, (last - first, 2))
    expected = []
    for number, (y, x) in zip(range(first, last), offsets):
        out = io.BytesIO()
        image = Image.fromarray(sheet[y : y + TINY_HEIGHT, x : x + TINY_WIDTH])
        # The comment makes every file's bytes its own, even where two cuts of the sheet agree.
        image.save(out, "JPEG", quality=92, comment=f"tiny {seed} {number}")
        path = f"{folder}/{number:08}.jpg"
        with open(os.path.join(root, path), "wb") as file:
            file.write(out.getbuffer())
        expected.append((path, "done", ""))
    return expected


def tiny(root, count, seed):
    count = count or 100_000
    sheet = photo(generator(seed, "sheet"), TINY_SHEET + TINY_WIDTH, TINY_SHEET + TINY_HEIGHT, sigma=0)
    _shared["sheet"] = np.asarray(sheet)
    jobs = [(root, seed, first, min(first + FOLDER, count)) for first in range(0, count, FOLDER)]
    with multiprocessing.get_context("fork").Pool() as pool:
        return [row for rows in pool.imap(_tiny_folder, jobs) for row in rows]
