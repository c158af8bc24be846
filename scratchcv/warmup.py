"""Compile every kernel ahead of time, so that no class, talk or timing waits for it."""

import importlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from scratchcv import boxes, layers, losses, metrics, proposals
from scratchcv.backend import active_form, use_backend
from scratchcv.checks import Array
from scratchcv.metrics.coco_curves import coco_curves_numpy
from scratchcv.metrics.detection_matching import match_coco_numpy
from scratchcv.models import ssd_tiny
from scratchcv.training.compile_kernels import compile_kernels

Call = Callable[[], object]


@dataclass(frozen=True)
class WarmUp:
    """What `warm_up` did.

    Attributes
    ----------
    compiled, ready : int
        Kernels that were compiled now, and those that were found compiled.
    seconds : float
        That it took.
    folder : Path or None
        Where they are kept; None where Numba compiles nothing.

    Examples
    --------
    >>> print(WarmUp(3, 37, 2.04, Path("cache")))
    3 kernels compiled, 37 were ready: 2.0 s. They are kept in cache
    """

    compiled: int
    ready: int
    seconds: float
    folder: Path | None

    def __str__(self) -> str:
        """Return it in a line."""
        kept = "Nothing is kept" if self.folder is None else f"They are kept in {self.folder}"
        return f"{self.compiled} kernels compiled, {self.ready} were ready: {self.seconds:.1f} s. {kept}"


def warm_up(dtype: DTypeLike = np.float32, *, progress: bool = False) -> WarmUp:
    """Compile every kernel for arrays of a dtype, or find it compiled.

    Parameters
    ----------
    dtype : dtype
        float32, which everything runs in, or float64, which gradient checks run in.
    progress : bool
        Show a progress bar if it takes more than two seconds.

    Raises
    ------
    ImportError
        Where Numba is not installed.

    Notes
    -----
    Kernels are compiled by being called: every public function that leads to one is called on a few numbers.
    Interrupted, it keeps what it has compiled.

    Examples
    --------
    >>> from scratchcv.backend import has_numba
    >>> done = warm_up() if has_numba() else None
    >>> done is None or done.compiled >= 0
    True
    """
    start = time.perf_counter()
    with use_backend("numba"):
        from tqdm import tqdm

        cache: Any = importlib.import_module("scratchcv.kernels.cache")
        kernels = cache.all_kernels()
        before = _misses(kernels)
        kind = np.float64 if np.dtype(dtype) == np.float64 else np.float32
        bar = tqdm(list(calls(kind)), disable=not progress, delay=2, unit="operation")
        for name, call in bar:
            bar.set_postfix_str(name)
            call()
    compiled = sum(after > earlier for after, earlier in zip(_misses(kernels), before, strict=True))
    folders = [Path(kernel.stats.cache_path) for kernel in kernels.values()]
    return WarmUp(compiled, len(kernels) - compiled, time.perf_counter() - start, next(iter(folders), None))


def _misses(kernels: dict[str, Any]) -> list[int]:
    return [kernel.stats.cache_misses.total() for kernel in kernels.values()]


def calls(dtype: type[np.floating]) -> Iterator[tuple[str, Call]]:
    """Yield named calls that together reach every kernel, in the order of the rooms.

    Examples
    --------
    >>> [name for name, _ in calls(np.float32)][:2]
    ['box_iou', 'generalized_box_iou']
    """
    yield from _calls_of_boxes(dtype)
    yield from _calls_of_layers(dtype)
    yield from _calls_of_losses(dtype)
    yield from _calls_of_metrics(dtype)
    yield from _calls_of_proposals(dtype)
    if dtype is np.float32:
        yield "ssd_tiny", lambda: compile_kernels(ssd_tiny(["background", "object"], size=64))


def _calls_of_boxes(dtype: type[np.floating]) -> Iterator[tuple[str, Call]]:
    some = np.array([[0, 0, 4, 4], [1, 1, 5, 5], [9, 9, 12, 12]], dtype)
    scores, labels = np.array([0.9, 0.8, 0.7], dtype), np.array([0, 0, 1])
    iou = np.array([[1, 0.4], [0.4, 1], [0, 0]], dtype)
    yield "box_iou", lambda: boxes.box_iou(some, some)
    yield "generalized_box_iou", lambda: boxes.generalized_box_iou(some, some)
    yield "encode_deltas", lambda: boxes.encode_deltas(some, some)
    yield "decode_deltas", lambda: boxes.decode_deltas(some, some)
    yield "clip_boxes_to_image", lambda: boxes.clip_boxes_to_image(some, (4, 4))
    yield "nms", lambda: boxes.nms(some, scores, 0.5)
    yield "batched_nms", lambda: boxes.batched_nms(some, scores, labels, 0.5)
    few, many = np.zeros((2000, 4), dtype), np.zeros(2**14, dtype)
    yield "nms of many boxes", lambda: boxes.nms(few, many[:2000], 0.5)
    yield "by_decreasing_score", lambda: boxes.top_k(many, 5)
    yield "soft_nms", lambda: boxes.soft_nms(some, scores)
    yield "match_best_then_threshold", lambda: boxes.match_best_then_threshold(iou)
    yield "match_bipartite", lambda: boxes.match_bipartite(iou)
    yield "match_rpn", lambda: boxes.match_rpn(iou)
    yield "distance_transform", lambda: boxes.distance_transform(np.eye(4, dtype=bool))


def _calls_of_layers(dtype: type[np.floating]) -> Iterator[tuple[str, Call]]:
    x = np.arange(2 * 4 * 12 * 12, dtype=dtype).reshape(2, 4, 12, 12)
    large = np.ones((1, 32, 40, 40), dtype)
    rois = np.array([[0, 1, 1, 9, 9], [1, 0, 0, 12, 6]], dtype)

    def both_ways(layer: Any, *inputs: Array) -> Call:
        def call() -> None:
            y, cache = layer.astype(dtype).forward(*inputs)
            layer.backward(np.ones_like(y), cache)

        return call

    def unpooled() -> None:
        y, indices = layers.max_pool2d(x, 2)
        layers.max_unpool2d_backward(layers.max_unpool2d(y, indices, 2), indices)

    yield "conv2d", both_ways(layers.Conv2d(4, 6, 3, padding=1), x)
    yield "conv2d, strided", both_ways(layers.Conv2d(4, 6, 3, stride=2, groups=2), x)
    yield "conv2d, pointwise", both_ways(layers.Conv2d(2, 6, 1), large[:1, :2])
    yield "conv2d, depthwise", both_ways(layers.Conv2d(4, 4, 3, groups=4), x)
    yield "conv2d, depthwise, strided", both_ways(layers.Conv2d(4, 8, 3, stride=2, groups=4), x)
    yield "conv2d, transformed", both_ways(layers.Conv2d(32, 32, 3, padding=1), large)
    yield "conv_transpose2d", both_ways(layers.ConvTranspose2d(4, 6, 4, stride=2, padding=1), x)
    yield "batch_norm2d", both_ways(layers.BatchNorm2d(4), x)
    yield "frozen_batch_norm2d", both_ways(layers.FrozenBatchNorm2d(4), x)
    yield "relu", both_ways(layers.ReLU(), x)
    yield "max_pool2d", both_ways(layers.MaxPool2d(2), x)
    yield "max_pool2d, overlapping", both_ways(layers.MaxPool2d(3, stride=2, padding=1), x)
    yield "max_unpool2d", unpooled
    yield "avg_pool2d", both_ways(layers.AvgPool2d(2), x)
    yield "upsample, nearest", both_ways(layers.Upsample(scale_factor=2), x)
    yield "upsample, bilinear", both_ways(layers.Upsample(scale_factor=2, mode="bilinear"), x)
    yield "roi_align", both_ways(layers.RoIAlign(7, 1.0, 2), x, rois)
    yield "roi_pool", both_ways(layers.RoIPool(7, 1.0), x, rois)
    yield "roi_align, few outputs", both_ways(layers.RoIAlign(3, 1.0, 2), x, rois)
    yield "roi_pool, few outputs", both_ways(layers.RoIPool(3, 1.0), x, rois)


def _calls_of_losses(dtype: type[np.floating]) -> Iterator[tuple[str, Call]]:
    some, other = np.ones((3, 4), dtype), np.zeros((3, 4), dtype)
    yield "binary_cross_entropy", lambda: losses.binary_cross_entropy_with_logits(some, other)
    yield "cross_entropy", lambda: losses.cross_entropy(some, np.zeros(3, np.int64))
    yield "mse_loss", lambda: losses.mse_loss(some, other)
    yield "sigmoid_focal_loss", lambda: losses.sigmoid_focal_loss(some, other)
    yield "smooth_l1_loss", lambda: losses.smooth_l1_loss(some, other)


def _calls_of_metrics(dtype: type[np.floating]) -> Iterator[tuple[str, Call]]:
    found = {"boxes": np.array([[0, 0, 4, 4]], dtype), "labels": np.ones(1, np.int64)}
    predictions = [{**found, "scores": np.ones(1, dtype)}]
    yield "coco_evaluate", lambda: metrics.coco_evaluate(predictions, [found])
    yield "mean_average_precision", lambda: metrics.mean_average_precision(predictions, [found])
    # Small data sets, as this one, are left to the formulas.
    one, no = np.zeros(1, np.int64), np.zeros(1, bool)
    pairs = one, one, np.ones(1, dtype), one, 1
    yield "match_coco", lambda: active_form(match_coco_numpy)(*pairs, no, no, np.full(1, 0.5, dtype))
    columns = one[None], no, no, one, np.arange(2), one, np.ones(1, np.int64), np.ones(1, np.int64)
    yield "coco_curves", lambda: active_form(coco_curves_numpy)(*columns, np.linspace(0, 1, 11).astype(dtype))
    masks = np.ones((2, 4, 4), bool)
    yield "mask_iou", lambda: metrics.mask_iou(masks, masks)


def _calls_of_proposals(dtype: type[np.floating]) -> Iterator[tuple[str, Call]]:
    planes = np.zeros((1, 4, 4), dtype)
    yield "segment_graph", lambda: proposals.segment_graph(*proposals.pixel_graph(planes), 16, 1, 1)
    yield "selective_search", lambda: proposals.selective_search(np.zeros((16, 16, 3), np.uint8))
