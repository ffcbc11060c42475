"""The command line of scripts/bench, behind the part that builds."""

import argparse
import json
import os
import platform
import sys

from runs import become_reaper
from sections import Bench

SECTIONS = ["photos", "tiny", "again", "pair"]


def positive(text):
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number


def table(title, rows):
    print(f"\n{title}")
    for name, value, unit, note in rows:
        digits = 2 if value < 100 else 0
        print(f"  {name:<30}{value:>10,.{digits}f} {unit:<17}{note}".rstrip())


def main():
    parser = argparse.ArgumentParser(prog="scripts/bench")
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=", ".join(SECTIONS))
    parser.add_argument("--photos", type=positive, default=60)
    parser.add_argument("--tiny", type=positive, default=100_000)
    parser.add_argument("--repeat", type=positive, default=3)
    parser.add_argument("--folder", required=True)
    parser.add_argument("--magpie", required=True)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    unknown = sorted(set(options.sections) - set(SECTIONS))
    if unknown:
        parser.error(f"no section is called {unknown[0]}; there are {', '.join(SECTIONS)}")

    become_reaper()
    bench = Bench(options)
    cores = len(os.sched_getaffinity(0))
    if not options.json:
        load = os.getloadavg()[0]
        print(f"{cores} cores, {platform.machine()}, load {load:.1f} at the start; {options.repeat} turns")
    for section in options.sections or SECTIONS:
        title, rows = getattr(bench, section)()
        if options.json:
            figures = [dict(zip(("name", "value", "unit", "note"), row)) for row in rows]
            print(json.dumps({"section": section, "title": title, "cores": cores, "figures": figures}))
        else:
            table(title, rows)
        sys.stdout.flush()


if __name__ == "__main__":
    main()
