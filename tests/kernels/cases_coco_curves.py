"""Calls on which both forms of `kernels/coco_curves.py` must agree."""

import numpy as np

from scratchcv.backend import active_form
from scratchcv.metrics.coco_curves import coco_curves_numpy


def curves_of_any_size(match, *rest):
    """Call the active form on small data too, which `coco_curves` leaves to the formula."""
    return active_form(coco_curves_numpy)(np.ascontiguousarray(match), *rest)


def curve_calls(dtype):
    """Yield calls, levels of recall in the dtype; what else there is has one."""
    for seed, (T, D, G, K) in enumerate(
        [(3, 40, 9, 3), (1, 0, 0, 1), (2, 0, 4, 2), (2, 7, 0, 0), (10, 200, 60, 4)]
    ):
        rng = np.random.default_rng(seed)
        match = np.full((T, D), -1)
        for found in match:
            some = rng.permutation(D)[: min(D, G)]
            found[some] = rng.permutation(G)[: len(some)]
        yield (
            match,
            rng.random(G) < 0.3,
            rng.random(D) < 0.3,
            rng.permutation(D),
            np.linspace(0, D, K + 1).astype(np.int64),
            rng.integers(0, 9, D),
            np.array([1, 4, 7]),
            np.where(np.arange(K) == 2, 0, G + 1),
            np.linspace(0, 1, 11).astype(dtype),
        )


CASES = {"coco_curves": (curves_of_any_size, curve_calls)}
