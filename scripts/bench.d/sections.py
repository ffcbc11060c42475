"""The sections of the benchmark. Each yields a title and rows of (name, value, unit, note)."""

import os
import shutil
import subprocess
import sys
from statistics import median

from runs import run

HERE = os.path.dirname(os.path.abspath(__file__))
MEGABYTE = 1e6


class Bench:
    def __init__(self, options):
        self.options = options
        self.magpie = os.path.abspath(options.magpie)
        self.folder = os.path.abspath(options.folder)

    # Images and commands

    def images(self, kind, count):
        """A folder of samples, made once and kept."""
        path = os.path.join(self.folder, f"{kind}-{count}")
        marker = path + ".made"
        if not os.path.exists(marker):
            shutil.rmtree(path, ignore_errors=True)
            maker = os.path.join(HERE, "..", "sample-images")
            command = [maker, path, "--set", kind, "--count", str(count)]
            subprocess.run(command, check=True, stdin=subprocess.DEVNULL, stdout=sys.stderr)
            open(marker, "w").close()
        # From here on the page cache holds them, for either side.
        for folder, _, names in os.walk(path):
            for name in names:
                with open(os.path.join(folder, name), "rb") as file:
                    while file.read(1 << 20):
                        pass
        return path

    def fresh(self, name):
        path = os.path.join(self.folder, name)
        shutil.rmtree(path, ignore_errors=True)
        os.mkdir(path)
        return path

    def command(self, source, destination, *more):
        return [self.magpie, "run", source, destination, "800x800", *more]

    def outputs(self, path):
        return sum(len(names) for folder, _, names in os.walk(path) if ".magpie" not in folder.split(os.sep))

    def expect_outputs(self, path, count):
        found = self.outputs(path)
        if found != count:
            sys.exit(f"error: {found} outputs in {path}, not {count}")

    def note(self, text):
        print(text, file=sys.stderr)

    # Sections

    def photos(self):
        count = self.options.photos
        source = self.images("photos", count)
        loop = [os.path.join(self.folder, "thumbnail-loop")]
        pillow = [sys.executable, os.path.join(HERE, "pillow_resize.py")]
        ours, plain, seed = [], [], []
        for turn in range(self.options.repeat):
            self.note(f"photos: turn {turn + 1} of {self.options.repeat}")
            thumbs = self.fresh("out-magpie")
            ours.append(run(self.command(source, thumbs)))
            self.expect_outputs(thumbs, count)
            plain.append(run([*loop, source, self.fresh("out-loop")], environment={"VIPS_CONCURRENCY": "1"}))
            seed.append(run([*pillow, source, self.fresh("out-pillow")]))
        watched = run(self.command(source, self.fresh("out-magpie")), memory=True)

        def per_image(runs, what):
            return median(getattr(one, what) for one in runs) / count * 1000

        def ratio(above, below, what):
            return median(getattr(a, what) / getattr(b, what) for a, b in zip(above, below))

        size = sum(os.path.getsize(os.path.join(source, name)) for name in os.listdir(source)) / count / MEGABYTE
        title = f"photos: {count} JPEGs of 12 megapixels, {size:.1f} MB each, to 800x800"
        return title, [
            ("CPU, Magpie", per_image(ours, "cpu"), "ms/image", "all processes"),
            ("CPU, libvips loop", per_image(plain, "cpu"), "ms/image", "one process, one thread"),
            ("CPU, Magpie / libvips loop", ratio(ours, plain, "cpu"), "x", "aim: at most 1.10"),
            ("wall, Magpie", per_image(ours, "wall"), "ms/image", ""),
            ("wall, libvips loop", per_image(plain, "wall"), "ms/image", ""),
            ("wall, Pillow", per_image(seed, "wall"), "ms/image", "two processes"),
            ("speed, Magpie / libvips loop", ratio(plain, ours, "wall"), "x", "aim: at least 1.7 on 2 cores"),
            ("speed, Magpie / Pillow", ratio(seed, ours, "wall"), "x", "aim: at least 1.9 on 2 cores"),
            ("memory, tree, PSS", watched.peak("tree_pss") / MEGABYTE, "MB", "peak; aim: at most 350"),
            ("memory, tree, RSS", watched.peak("tree_rss") / MEGABYTE, "MB", "peak; counts shared pages repeatedly"),
            ("memory, node alone, RSS", watched.peak("root_rss") / MEGABYTE, "MB", "peak"),
        ]

    def tiny(self):
        count = self.options.tiny
        source = self.images("tiny", count)
        thumbs = self.fresh("out-tiny")
        result = run(self.command(source, thumbs), memory=True)
        self.expect_outputs(thumbs, count)
        early, late = result.at(0.1), result.at(0.9)
        return f"tiny: {count} JPEGs of about 1 kB", [
            ("throughput", count / result.wall, "images/s", "while memory is looked at 20 times a second"),
            ("wall", result.wall, "s", ""),
            ("CPU", result.cpu / count * 1000, "ms/image", "all processes"),
            ("memory, node alone, RSS", early.root_rss / MEGABYTE, "MB", "at 10 % of the time"),
            ("memory, node alone, RSS", late.root_rss / MEGABYTE, "MB", "at 90 % of the time"),
            ("memory, tree, PSS", early.tree_pss / MEGABYTE, "MB", "at 10 % of the time"),
            ("memory, tree, PSS", late.tree_pss / MEGABYTE, "MB", "at 90 % of the time"),
            ("memory, tree, PSS", result.peak("tree_pss") / MEGABYTE, "MB", "peak"),
        ]

    def again(self):
        count = self.options.tiny
        source = self.images("tiny", count)
        thumbs = os.path.join(self.folder, "out-tiny")
        if not os.path.isdir(thumbs) or self.outputs(thumbs) != count:
            self.note("again: making the finished job first")
            thumbs = self.fresh("out-tiny")
            run(self.command(source, thumbs))
            self.expect_outputs(thumbs, count)
        walls = [run(self.command(source, thumbs)) for _ in range(self.options.repeat)]
        return f"again: the same command on a finished job of {count} images", [
            ("wall", median(one.wall for one in walls) / count * 10_000, "s/10,000 images", "aim: under 1"),
            ("CPU", median(one.cpu for one in walls) / count * 10_000, "s/10,000 images", ""),
            ("wall, whole run", median(one.wall for one in walls), "s", "its start included"),
        ]

    def pair(self):
        count = self.options.photos
        source = self.images("photos", count)
        single, double = [], []
        for turn in range(self.options.repeat):
            self.note(f"pair: turn {turn + 1} of {self.options.repeat}")
            thumbs = self.fresh("out-pair")
            single.append(run(self.command(source, thumbs, "--decoders", "1")))
            self.expect_outputs(thumbs, count)
            thumbs = self.fresh("out-pair")
            both = self.command(source, thumbs, "--decoders", "1")
            double.append(run(both, both))
            self.expect_outputs(thumbs, count)
        pairs = list(zip(single, double))
        return f"pair: {count} photos by one process with one decoder, and by two such on one job", [
            ("wall, one process", median(one.wall for one in single), "s", ""),
            ("wall, two processes", median(one.wall for one in double), "s", ""),
            ("speed, two / one", median(a.wall / b.wall for a, b in pairs), "x", "2 would be perfect"),
            ("CPU, two / one", median(b.cpu / a.cpu for a, b in pairs), "x", "above 1: work done twice, or overhead"),
        ]
