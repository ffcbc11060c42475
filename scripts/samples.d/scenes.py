"""Pictures with the statistics of photographs: large soft forms, texture at every scale, edges, lettering, noise."""

import zlib

import numpy as np
from PIL import Image, ImageDraw, ImageFont


def generator(seed, *names):
    """A random generator that depends on the seed and the names alone."""
    return np.random.default_rng([seed & 0xFFFFFFFF, *(zlib.crc32(str(name).encode()) for name in names)])


def _octaves(rng, width, height, persistence):
    """Noise summed over octaves, 0...1. A width or height of 1 is allowed."""
    field = np.zeros((height, width), np.float32)
    amplitude, total, cells = 1.0, 0.0, 3
    while total == 0 or cells < max(width, height):
        shape = [max(cells * side // max(width, height) + 2, 2) for side in (height, width)]
        grid = Image.fromarray(rng.random(shape, np.float32))
        field += amplitude * np.asarray(grid.resize((width, height), Image.Resampling.BICUBIC))
        total += amplitude
        amplitude *= persistence
        cells *= 2
    return field / total


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
    """Noise of a sensor, tiled from one square: a fresh number for every pixel would cost more than the photo."""
    tile = rng.normal(0, sigma, (512, 512, 3)).round().astype(np.int16)
    tile = np.roll(tile, tuple(rng.integers(0, 512, 2)), (0, 1))
    return np.tile(tile, (height // 512 + 1, width // 512 + 1, 1))[:height, :width]


def with_noise(pixels, noise):
    """Adds the noise in place of itself and returns an image."""
    noise += pixels
    return Image.fromarray(np.clip(noise, 0, 255, out=noise).astype(np.uint8))


def photo(rng, width, height, label="", sigma=5.0):
    """An RGB photograph-like image. `sigma` is the sensor's noise, in levels of 255, and rules the size of a JPEG."""
    # The large forms at half size: a lens leaves no more in them, and it is four times as quick.
    half_width, half_height = (width + 1) // 2, (height + 1) // 2
    field = _octaves(rng, half_width, half_height, persistence=0.62)
    low, high = np.percentile(field[:: max(height // 200, 1), :: max(width // 200, 1)], (1, 99))
    light = np.linspace(rng.uniform(-0.25, 0.25), rng.uniform(-0.25, 0.25), half_height, dtype=np.float32)[:, None]
    level = np.clip((field - low) / max(high - low, 1e-6) + light, 0, 1) * 2.999
    stops = np.arange(4, dtype=np.float32)
    bands = [np.interp(level, stops, band).astype(np.uint8) for band in np.clip(_palette(rng), 0, 255).T]
    image = Image.fromarray(np.dstack(bands)).resize((width, height), Image.Resampling.BICUBIC)
    _shapes(rng, image)
    if label:
        caption(image, label)
    if sigma == 0:
        return image
    return with_noise(np.asarray(image), sensor_noise(rng, width, height, sigma))


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
