"""Compile a model's kernels before a training, so that neither its clock nor its audience waits for them."""

import importlib
import subprocess
import sys
import time
from typing import Any

import numpy as np

from scratchcv.backend import get_backend
from scratchcv.checks import Array
from scratchcv.kernels.parallel import thread_count
from scratchcv.models import SSD, build_model

FROM_THE_OTHER_END = (
    "nms",
    "match_best_then_threshold",
    "cross_entropy",
    "smooth_l1_loss",
    "max_pool2d",
    "batch_norm2d",
    "box_iou",
    "encode_deltas",
    "decode_deltas",
    "clip_boxes_to_image",
)
"""Calls of the warm-up that reach what a training step needs last."""


def compile_kernels(model: SSD) -> float:
    """Let a throw-away twin of a model take one step and predict once, which compiles or loads every kernel.

    The model itself, its statistics included, stays as it is.

    Parameters
    ----------
    model : SSD
        Whose `config` the twin is built from.

    Returns
    -------
    float
        Seconds that it took.

    Notes ----- Numba compiles on one core. So where much is to be compiled and there is another core, a
    second process begins at the other end, with the losses and the detections; each finds on disk what the
    other has compiled.

    Examples
    --------
    >>> from scratchcv.models import ssd_tiny
    >>> compile_kernels(ssd_tiny(["background", "cell"], size=64)) > 0
    True
    """
    start = time.perf_counter()
    second = _second_process()
    try:
        _step_and_predict(model)
    finally:
        if second is not None:
            second.kill()
            second.wait()
    return time.perf_counter() - start


def _second_process() -> "subprocess.Popen[bytes] | None":
    """Start compiling from the other end, if the convolution is not compiled and there is a core for it."""
    if get_backend() != "numba" or thread_count() == 1 or not _is_cold():
        return None
    code = f"from scratchcv.warmup import warm_up; warm_up(only={FROM_THE_OTHER_END})"
    nowhere = subprocess.DEVNULL
    try:
        return subprocess.Popen([sys.executable, "-c", code], stdin=nowhere, stdout=nowhere, stderr=nowhere)
    except OSError:  # no second process here: the first one does it all
        return None


def _is_cold() -> bool:
    """Say whether the largest kernel is not on disk."""
    largest: Any = importlib.import_module("scratchcv.kernels._winograd")._convolve
    importlib.import_module("scratchcv.kernels.cache").guard()
    return not largest._cache.is_ready(largest.targetctx)


def _step_and_predict(model: SSD) -> None:
    twin = build_model(model.config)
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
