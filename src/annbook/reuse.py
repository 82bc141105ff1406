"""Another program that uses a saved model: it knows the file, and nothing of its training.

Run it as ``python -m annbook.reuse IMAGES.npy ANSWERS.npz MODEL...``: it asks each saved
model about the images, and writes the answers, one array for each model in their order.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import numpy as np

from annbook.errors import BookError


def main(arguments: list[str]) -> int:
    """Ask saved models about images; return 0, or 1 after one line that says what is wrong."""
    if len(arguments) < 3:
        print("usage: python -m annbook.reuse IMAGES.npy ANSWERS.npz MODEL...")
        return 1
    # Its log would bury what is said here.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    from annbook import saving

    images, answers, *paths = arguments
    try:
        pixels = np.load(images)
        found = [saving.load(Path(path)).ask(pixels) for path in paths]
    except BookError as error:
        print(error, file=sys.stderr)
        return 1
    np.savez(answers, *found)
    print(f"asked {len(paths)} models about {len(pixels)} images")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
