"""What many a script does: resize((800, 800)) and JPEG, in two processes. Usage: pillow_resize.py SOURCE DESTINATION"""

import multiprocessing
import os
import sys

from PIL import Image


def resize(job):
    source, destination = job
    with Image.open(source) as image:
        image.resize((800, 800)).save(destination, "JPEG")


if __name__ == "__main__":
    source, destination = sys.argv[1:3]
    jobs = [(os.path.join(source, name), os.path.join(destination, name)) for name in sorted(os.listdir(source))]
    with multiprocessing.Pool(2) as pool:
        for _ in pool.imap_unordered(resize, jobs):
            pass
