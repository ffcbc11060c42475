"""Pictures with the statistics of photographs: soft large forms, texture at every scale, edges, lettering, sensor noise."""

import zlib

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont


def generator(seed, *names):
    """A random generator that depends on the seed and the names alone."""
    return np.random.default_rng([seed & 0xFFFFFFFF, *(zlib.crc32(str(name).encode()) for name in names)])


def _octaves(rng, width, height, persistence):
    """Noise summed over octaves, 0...1, made at half size and doubled: the finest octave is the sensor's."""
    half = (max(width // 2, 2), max(height // 2, 2))
    field = np.zeros((half[1], half[0]), np.float32)
    amplitude, total, cells = 1.0, 0.0, 3
    while cells < max(half):
        grid = rng.random((max(cells * half[1] // max(half) + 2, 2), max(cells * half[0] // max(half) + 2, 2)), np.float32)
        field += amplitude * np.asarray(Image.fromarray(grid).resize(half, Image.Resampling.BICUBIC))
        total += amplitude
        amplitude *= persistence
        cells *= 2
    image = Image.fromarray(field / total).resize((width, height), Image.Resampling.BILINEAR)
    return np.asarray(image)


def _palette(rng):
    """Four colours, dark to light, of one temper."""
    hue = rng.random(3) * 0.6 + 0.2
    stops = [np.clip(hue * level + rng.normal(0, 0.08, 3), 0, 1) for level in (0.15, 0.6, 1.1, 1.6)]
    return (np.array(stops) * 255).astype(np.float32)


def _shapes(rng, image):
    width, height = image.size
    scale = min(width, height)
    draw = ImageDraw.Draw(image, "RGBA")
    for _ in range(int(rng.integers(5, 14))):
        colour = (*(int(value) for value in rng.integers(0, 256, 3)), int(rng.integers(90, 256)))
        x, y = rng.random() * width, rng.random() * height
        radius = scale * (0.02 + 0.18 * rng.random() ** 2)
        if rng.random() < 0.5:
            draw.ellipse((x - radius, y - radius * 0.7, x + radius, y + radius * 0.7), fill=colour)
        else:
            angles = np.sort(rng.random(5)) * 2 * np.pi
            draw.polygon([(x + radius * np.cos(a), y + radius * np.sin(a)) for a in angles], fill=colour)
    for _ in range(12):
        start, end = rng.random(2) * (width, height), rng.random(2) * (width, height)
        draw.line((*start, *end), fill=(20, 20, 20, 200), width=max(scale // 500, 1))


def sensor_noise(rng, width, height, sigma):
    """Noise of a sensor, tiled from one square at a random offset: a fresh normal per pixel costs more than the photo."""
    tile = rng.normal(0, sigma, (512, 512, 3)).astype(np.float32)
    tile = np.roll(tile, tuple(rng.integers(0, 512, 2)), (0, 1))
    return np.tile(tile, (height // 512 + 1, width // 512 + 1, 1))[:height, :width]


def photo(rng, width, height, label="", sigma=3.2):
    """An RGB photograph-like image. `sigma` is the sensor's noise, in levels of 255, and rules the size of a JPEG."""
    field = _octaves(rng, width, height, persistence=0.62)
    low, high = np.percentile(field[:: max(height // 200, 1), :: max(width // 200, 1)], (1, 99))
    light = np.linspace(rng.uniform(-0.25, 0.25), rng.uniform(-0.25, 0.25), height, dtype=np.float32)[:, None]
    level = np.clip((field - low) / max(high - low, 1e-6) + light, 0, 1) * 2.999
    stop = level.astype(np.intp)
    palette = _palette(rng)
    share = (level - stop)[..., None]
    pixels = palette[stop] * (1 - share) + palette[stop + 1] * share
    image = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
    _shapes(rng, image)
    if min(width, height) >= 400:
        image = image.filter(ImageFilter.GaussianBlur(0.7))
    if label:
        caption(image, label)
    noisy = np.asarray(image, np.float32) + sensor_noise(rng, width, height, sigma)
    return Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8))


def caption(image, label):
    """Writes the label at the top left, so that a turned or mirrored output is seen at a glance."""
    size = max(min(image.size) // 14, 10)
    font = ImageFont.load_default(size)
    draw = ImageDraw.Draw(image)
    draw.text((size, size), label, font=font, fill="white", stroke_width=max(size // 12, 1), stroke_fill="black")


def alpha_mask(rng, width, height):
    """A soft-edged 8-bit mask: opaque in the middle, clear at the rim, half clear in places."""
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j].astype(np.float32)
    wave = 0.15 * np.sin(x * rng.uniform(4, 9)) * np.cos(y * rng.uniform(4, 9))
    return Image.fromarray((np.clip(1.4 - np.hypot(x, y) * 1.5 + wave, 0, 1) * 255).astype(np.uint8))
