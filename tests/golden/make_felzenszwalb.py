"""Write felzenszwalb.npz: the segments that scikit-image finds in a photograph and in noise.

Keys: "<image>", and "<image>_<scale>_<sigma>_<min_size>", the labels of its pixels.
Run it where scikit-image is installed: ``python tests/golden/make_felzenszwalb.py``.
"""

from pathlib import Path

import numpy as np
from skimage import data
from skimage.segmentation import felzenszwalb

PARAMETERS = [(1.0, 0.8, 20), (50.0, 0.8, 50), (300.0, 0.5, 1), (100.0, 2.0, 0)]


def main():
    rng = np.random.default_rng(0)
    images = {
        "astronaut": np.ascontiguousarray(data.astronaut()[60:140, 180:270]),
        "camera": np.ascontiguousarray(data.camera()[100:160, 200:260]),
        "noise": rng.integers(0, 256, (40, 50, 3), dtype=np.uint8),
    }
    arrays = dict(images)
    for name, image in images.items():
        for parameters in PARAMETERS:
            labels = felzenszwalb(image, *parameters, channel_axis=-1 if image.ndim == 3 else None)
            arrays["_".join([name, *map(str, parameters)])] = labels.astype(np.int16)
    np.savez_compressed(Path(__file__).with_name("felzenszwalb.npz"), **arrays)


if __name__ == "__main__":
    main()
