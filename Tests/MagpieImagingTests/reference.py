"""Pictures for the imaging tests, and what Pillow makes of them: the same results computed another way.

reference.py make DIRECTORY
reference.py compare INPUT OUTPUT STEPS     STEPS is JSON: orient, scaled, crop, padding, output, background, alpha
"""

import io
import json
import struct
import sys
import zlib

import numpy as np
from PIL import Image, ImageCms, ImageOps

WIDTH, HEIGHT = 900, 600


# Pictures


def scene(width=WIDTH, height=HEIGHT):
    """Smooth colour with soft-edged shapes, different in every corner: a wrong turn or crop shows."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    u, v = x / width, y / height
    red = 40 + 180 * u
    green = 50 + 150 * v
    blue = 200 - 120 * u * v
    picture = np.stack([red, green, blue], axis=2)
    for cx, cy, radius, colour in (
        (0.2, 0.25, 0.15, (230, 60, 40)),
        (0.8, 0.3, 0.2, (30, 160, 80)),
        (0.35, 0.8, 0.12, (240, 220, 60)),
    ):
        distance = np.hypot((u - cx) * width / height, v - cy)
        cover = np.clip((radius - distance) * 60, 0, 1)[..., None]
        picture = picture * (1 - cover) + np.array(colour) * cover
    wave = 12 * np.sin(x / 3.1) * np.sin(y / 4.3)
    return np.clip(picture + wave[..., None], 0, 255).astype(np.uint8)


# Transpositions that undo EXIF orientations 2 to 8, so that every stored picture is upright again once turned.
STORED = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def icc(space, tags):
    """A version 2 input profile."""
    body, table, offset = b"", b"", 128 + 4 + 12 * len(tags)
    for name, data in tags:
        data += b"\0" * (-len(data) % 4)
        table += name + struct.pack(">II", offset + len(body), len(data))
        body += data
    size = offset + len(body)
    pcs = b"Lab " if space == b"CMYK" else b"XYZ "
    kind = b"prtr" if space == b"CMYK" else b"mntr"
    header = struct.pack(">I4sI4s4s4s12s4s", size, b"lcms", 0x02400000, kind, space, pcs, b"\0" * 12, b"acsp")
    header += b"\0" * (68 - len(header)) + struct.pack(">iii", 63190, 65536, 54061)
    return header + b"\0" * (128 - len(header)) + struct.pack(">I", len(tags)) + table + body


def described(text):
    return b"desc\0\0\0\0" + struct.pack(">I", len(text) + 1) + text + b"\0" + b"\0" * 78


COMMON = [(b"cprt", b"text\0\0\0\0none\0"), (b"wtpt", b"XYZ \0\0\0\0" + struct.pack(">iii", 63190, 65536, 54061))]


def rgb_profile(name, primaries, gamma=None):
    """`primaries` adapted to D50; the sRGB curve in 1024 steps without a gamma."""
    if gamma:
        curve = b"curv\0\0\0\0" + struct.pack(">IH", 1, round(gamma * 256)) + b"\0\0"
    else:
        x = np.arange(1024) / 1023
        linear = np.where(x <= 0.04045, x / 12.92, ((x + 0.055) / 1.055) ** 2.4)
        curve = b"curv\0\0\0\0" + struct.pack(">I", 1024) + (linear * 65535 + 0.5).astype(">u2").tobytes()
    tags = [(b"desc", described(name))] + COMMON
    for tag, xyz in zip((b"rXYZ", b"gXYZ", b"bXYZ"), primaries):
        tags.append((tag, b"XYZ \0\0\0\0" + struct.pack(">iii", *(round(value * 65536) for value in xyz))))
    return icc(b"RGB ", tags + [(tag, curve) for tag in (b"rTRC", b"gTRC", b"bTRC")])


SRGB = rgb_profile(b"sRGB", [(0.4361, 0.2225, 0.0139), (0.3851, 0.7169, 0.0971), (0.1431, 0.0606, 0.7141)])
P3 = rgb_profile(b"P3", [(0.5151, 0.2412, -0.0011), (0.2920, 0.6922, 0.0419), (0.1571, 0.0666, 0.7841)])
ADOBE = rgb_profile(b"Adobe", [(0.6097, 0.3111, 0.0195), (0.2053, 0.6257, 0.0609), (0.1492, 0.0632, 0.7446)], 2.2)


def grey_profile(gamma):
    curve = b"curv\0\0\0\0" + struct.pack(">IH", 1, round(gamma * 256)) + b"\0\0"
    return icc(b"GRAY", [(b"desc", described(b"grey"))] + COMMON + [(b"kTRC", curve)])


def cmyk_profile():
    """An invented printer with warm paper and a bluish black, far from any built-in guess."""
    grid = np.array([(c, m, y, k) for c in (0, 1) for m in (0, 1) for y in (0, 1) for k in (0, 1)], float)
    c, m, y, k = grid.T
    lightness = (96 - 30 * c - 40 * m - 8 * y) * (1 - 0.8 * k)
    a = (1 - 28 * c + 62 * m - 4 * y) * (1 - 0.8 * k)
    b = (6 - 40 * c - 4 * m + 70 * y) * (1 - 0.8 * k) - 10 * k
    lab = np.stack([lightness * 255 / 100, a + 128, b + 128], axis=1)
    clut = np.clip(lab + 0.5, 0, 255).astype(np.uint8).tobytes()
    ramp = bytes(range(256))
    matrix = struct.pack(">9i", 65536, 0, 0, 0, 65536, 0, 0, 0, 65536)
    table = b"mft1\0\0\0\0" + bytes([4, 3, 2, 0]) + matrix + ramp * 4 + clut + ramp * 3
    return icc(b"CMYK", [(b"desc", described(b"printer"))] + COMMON + [(b"A2B0", table)])


def png16(path, pixels, profile=None):
    """Pillow writes no 16-bit colour; `pixels` is height x width x 2 or 4, 0 to 65535."""
    height, width, bands = pixels.shape
    rows = pixels.astype(">u2")
    raw = b"".join(b"\0" + row.tobytes() for row in rows)

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    kind = {1: 0, 2: 4, 3: 2, 4: 6}[bands]
    with open(path, "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 16, kind, 0, 0, 0)))
        if profile:
            file.write(chunk(b"iCCP", b"p\0\0" + zlib.compress(profile)))
        file.write(chunk(b"IDAT", zlib.compress(raw, 1)) + chunk(b"IEND", b""))


def alpha_ramp():
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float64)
    return np.clip((260 - np.hypot(x - WIDTH / 2, y - HEIGHT / 2)) / 40, 0, 1)


def make(place):
    pixels = scene()
    picture = Image.fromarray(pixels)
    fine = {"quality": 97, "subsampling": 0}
    picture.save(f"{place}/scene.png")
    picture.save(f"{place}/scene.jpg", **fine)
    picture.save(f"{place}/progressive.jpg", progressive=True, **fine)
    picture.save(f"{place}/scene.webp", quality=97)
    picture.save(f"{place}/scene.tif", compression="tiff_lzw")
    picture.quantize(64).save(f"{place}/scene.gif")
    picture.save(f"{place}/scene.avif", quality=95)
    Image.fromarray(scene(4000, 3000)).save(f"{place}/large.jpg", quality=95)
    Image.fromarray(scene(2400, 1600)).save(f"{place}/large.webp", quality=95)
    for orientation in range(1, 9):
        exif = Image.Exif()
        exif[0x0112] = orientation
        exif[0x8298] = "(c) A. Nyone"
        stored = picture.transpose(STORED[orientation]) if orientation in STORED else picture
        stored.save(f"{place}/orientation-{orientation}.jpg", exif=exif, **fine)
    picture.save(f"{place}/srgb.jpg", icc_profile=SRGB, **fine)
    picture.save(f"{place}/p3.jpg", icc_profile=P3, **fine)
    picture.save(f"{place}/adobe.png", icc_profile=ADOBE)
    picture.save(f"{place}/broken-profile.jpg", icc_profile=P3[:140] + b"\xff" * 300, **fine)
    picture.save(f"{place}/wrong-profile.jpg", icc_profile=grey_profile(1.0), **fine)
    grey = picture.convert("L")
    grey.save(f"{place}/grey.jpg", quality=97)
    grey.save(f"{place}/grey-profile.png", icc_profile=grey_profile(1.8))
    picture.convert("1").save(f"{place}/bilevel.png")
    cmyk = picture.convert("CMYK")
    black = np.asarray(cmyk).copy()
    black[..., 3] = (alpha_ramp() * 120).astype(np.uint8)
    cmyk = Image.fromarray(black, "CMYK")
    cmyk.save(f"{place}/cmyk-profile.jpg", quality=97, icc_profile=cmyk_profile())
    cmyk.save(f"{place}/cmyk.jpg", quality=97)
    cmyk.save(f"{place}/cmyk.tif", icc_profile=cmyk_profile())
    alpha = alpha_ramp()
    # Where it is transparent the colour is garish: it must not bleed into the edges.
    hidden = pixels.copy()
    hidden[alpha == 0] = (255, 0, 255)
    rgba = np.dstack([hidden, np.round(alpha * 255).astype(np.uint8)])
    Image.fromarray(rgba).save(f"{place}/alpha.png")
    Image.fromarray(rgba).save(f"{place}/alpha.webp", lossless=True)
    png16(f"{place}/alpha16.png", np.round(rgba.astype(np.float64) * 257))
    png16(f"{place}/alpha16-p3.png", np.round(rgba.astype(np.float64) * 257), P3)
    png16(f"{place}/grey16.png", np.asarray(grey).astype(np.float64)[..., None] * 257)
    lab = np.asarray(ImageCms.profileToProfile(picture, ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"),
                                               outputMode="LAB"))
    Image.fromarray(lab, "LAB").save(f"{place}/lab.tif")
    frames = [Image.fromarray(np.roll(pixels, 40 * step, axis=1)).resize((300, 200)) for step in range(3)]
    frames[0].save(f"{place}/moving.webp", save_all=True, append_images=frames[1:], quality=90)
    frames[0].save(f"{place}/moving.gif", save_all=True, append_images=frames[1:])
    frames[0].save(f"{place}/pages.tif", save_all=True, append_images=frames[1:])


# Expectations


def reference(path, steps):
    """Float RGBA (premultiplied by nothing) of the whole output."""
    picture = Image.open(path)
    profile = picture.info.get("icc_profile")
    if steps["orient"]:
        picture = ImageOps.exif_transpose(picture)
    if picture.mode == "I;16":
        picture = Image.fromarray((np.asarray(picture) / 257).astype(np.uint8))
    if picture.mode in ("P", "1"):
        picture = picture.convert("RGB")
    alpha = picture.getchannel("A") if "A" in picture.getbands() and picture.mode != "LAB" else None
    if alpha:
        picture = picture.convert("RGB" if picture.mode == "RGBA" else "L")
    if picture.mode == "LAB":
        picture = ImageCms.profileToProfile(
            picture, ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB"), outputMode="RGB")
    elif profile:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            picture = ImageCms.profileToProfile(
                picture, source, ImageCms.createProfile("sRGB"), ImageCms.Intent.PERCEPTUAL, "RGB")
        except (ImageCms.PyCMSError, OSError):
            pass
    colour = np.asarray(picture.convert("RGB")).astype(np.float32) / 255
    cover = np.asarray(alpha).astype(np.float32) / 255 if alpha else np.ones(colour.shape[:2], np.float32)
    layers = [colour[..., band] * cover for band in range(3)] + [cover]
    size = tuple(steps["scaled"])
    if size != picture.size:
        layers = [np.asarray(Image.fromarray(layer).resize(size, Image.Resampling.LANCZOS)) for layer in layers]
    layers = np.clip(np.stack(layers, axis=2), 0, 1)
    width, height = steps["output"]
    if crop := steps.get("crop"):
        layers = layers[crop[1]:crop[1] + height, crop[0]:crop[0] + width]
    paper = np.array(steps["background"], np.float32) / 255
    if padding := steps.get("padding"):
        canvas = np.ones((height, width, 4), np.float32)
        canvas[..., :3] = paper
        canvas[padding[1]:padding[1] + size[1], padding[0]:padding[0] + size[0]] = layers
        layers = canvas
    cover = layers[..., 3:]
    if not steps["alpha"]:
        return (layers[..., :3] + paper * (1 - cover)) * 255, None
    return np.where(cover > 0, layers[..., :3] / np.maximum(cover, 1e-6), 0) * 255, cover[..., 0] * 255


def lab(rgb):
    x = np.clip(rgb, 0, 255) / 255
    x = np.where(x <= 0.04045, x / 12.92, ((x + 0.055) / 1.055) ** 2.4)
    xyz = x @ np.array([[0.4124, 0.2126, 0.0193], [0.3576, 0.7152, 0.1192], [0.1805, 0.0722, 0.9505]])
    xyz = xyz / np.array([0.9505, 1, 1.089])
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return 116 * f[..., 1] - 16, 500 * (f[..., 0] - f[..., 1]), 200 * (f[..., 1] - f[..., 2])


def colour_difference(one, other):
    """CIEDE2000, after Sharma, Wu and Dalal 2005."""
    (l1, a1, b1), (l2, a2, b2) = lab(one), lab(other)
    mean = (np.hypot(a1, b1) + np.hypot(a2, b2)) / 2
    g = 0.5 * (1 - np.sqrt(mean**7 / (mean**7 + 25.0**7)))
    a1, a2 = a1 * (1 + g), a2 * (1 + g)
    c1, c2 = np.hypot(a1, b1), np.hypot(a2, b2)
    h1, h2 = np.degrees(np.arctan2(b1, a1)) % 360, np.degrees(np.arctan2(b2, a2)) % 360
    dh = (h2 - h1 + 180) % 360 - 180
    grey = c1 * c2 == 0
    dh = np.where(grey, 0, dh)
    hue = np.where(grey, h1 + h2, h1 + dh / 2) % 360
    big = 2 * np.sqrt(c1 * c2) * np.sin(np.radians(dh / 2))
    light, chroma = (l1 + l2) / 2, (c1 + c2) / 2
    t = (1 - 0.17 * np.cos(np.radians(hue - 30)) + 0.24 * np.cos(np.radians(2 * hue))
         + 0.32 * np.cos(np.radians(3 * hue + 6)) - 0.2 * np.cos(np.radians(4 * hue - 63)))
    sl = 1 + 0.015 * (light - 50) ** 2 / np.sqrt(20 + (light - 50) ** 2)
    sc, sh = 1 + 0.045 * chroma, 1 + 0.015 * chroma * t
    rc = 2 * np.sqrt(chroma**7 / (chroma**7 + 25.0**7))
    rt = -rc * np.sin(2 * np.radians(30 * np.exp(-(((hue - 275) / 25) ** 2))))
    dl, dc, dhue = (l2 - l1) / sl, (c2 - c1) / sc, big / sh
    return np.sqrt(np.maximum(0, dl**2 + dc**2 + dhue**2 + rt * dc * dhue))


def compare(path, output, steps):
    result = Image.open(output)
    result.load()
    width, height = result.size
    answer = {"width": width, "height": height, "mode": result.mode, "metadata": []}
    answer["metadata"] = sorted(
        [key for key in ("icc_profile", "exif", "xmp", "photoshop", "comment") if result.info.get(key)]
        + [f"exif {tag:#06x}" for tag in result.getexif()])
    expected, cover = reference(path, steps)
    got = np.asarray(result.convert("RGBA")).astype(np.float64)
    if expected.shape[:2] != (height, width):
        raise SystemExit(f"the reference is {expected.shape[1]}x{expected.shape[0]}, the output {width}x{height}")
    if cover is not None:
        # What is transparent has no colour: compare as seen on grey, and alpha for itself.
        weight = cover[..., None] / 255
        expected = expected * weight + 128 * (1 - weight)
        weight = got[..., 3:] / 255
        seen = got[..., :3] * weight + 128 * (1 - weight)
        difference = np.abs(np.dstack([seen - expected, got[..., 3] - cover]))
    else:
        seen = got[..., :3]
        difference = np.abs(seen - expected)
    answer["meanDifference"] = float(difference.mean())
    answer["meanColourDifference"] = float(colour_difference(seen, expected).mean())
    print(json.dumps(answer))


if __name__ == "__main__":
    if sys.argv[1] == "make":
        make(sys.argv[2])
    else:
        compare(sys.argv[2], sys.argv[3], json.loads(sys.argv[4]))
