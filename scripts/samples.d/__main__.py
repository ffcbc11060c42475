"""The command line of scripts/sample-images."""

import argparse
import os
import sys
import time

import broken
import bulk
import varied

SETS = {"varied": varied.make, "broken": broken.make, "photos": bulk.photos, "tiny": bulk.tiny}


def positive(text):
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number


def main():
    parser = argparse.ArgumentParser(prog="scripts/sample-images")
    parser.add_argument("directory")
    parser.add_argument("--set", dest="kind", choices=sorted(SETS), default="varied")
    parser.add_argument("--count", type=positive)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--manifest")
    options = parser.parse_args()

    root = os.path.abspath(options.directory)
    if options.manifest and os.path.abspath(options.manifest).startswith(root + os.sep):
        parser.error("the manifest must lie outside the images' directory")
    os.makedirs(root, exist_ok=True)

    begun = time.monotonic()
    expected = SETS[options.kind](root, options.count, options.seed)
    elapsed = time.monotonic() - begun

    if options.manifest:
        with open(options.manifest, "w", encoding="utf-8", newline="\n") as file:
            file.write("path\tstatus\tcode\n")
            for path, status, code in sorted(expected, key=lambda row: row[0].encode()):
                file.write(f"{path}\t{status}\t{code}\n")
    size = sum(os.path.getsize(os.path.join(root, row[0])) for row in expected)
    print(f"{len(expected)} {options.kind} files, {size / 1e6:.1f} MB, in {options.directory} ({elapsed:.1f} s)")


if __name__ == "__main__":
    sys.exit(main())
