"""Compile a model's kernels before a training, so that neither its clock nor its audience waits for them."""

import time

import numpy as np

from scratchcv.checks import Array
from scratchcv.models import Detector, build_model


def compile_kernels(model: Detector) -> float:
    """Let a throw-away twin of a model take one step and predict once, which compiles or loads every kernel.

    The model itself, its statistics included, stays as it is.

    Parameters
    ----------
    model : Detector
        Whose `config` the twin is built from.

    Returns
    -------
    float
        Seconds that it took.

    Examples
    --------
    >>> from scratchcv.models import ssd_tiny
    >>> compile_kernels(ssd_tiny(["background", "cell"], size=64)) > 0
    True
    """
    start = time.perf_counter()
    twin: Detector = build_model(model.config)
    side = twin.size
    images = [np.zeros((3, side, side), np.float32)] * 2
    known = min(1, len(twin.config["class_names"]) - 1)
    target: dict[str, Array] = {
        "boxes": np.full((known, 4), [0, 0, side, side], np.float32),
        "labels": np.ones(known, np.int64),
    }
    _, cache = twin.forward(images, [target] * 2)
    twin.backward(cache)
    twin.predict(images)
    return time.perf_counter() - start
