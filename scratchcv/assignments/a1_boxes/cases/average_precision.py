"""Inputs for `average_precision`: curves with saw teeth, curves that end early, all three conventions."""

import numpy as np

from scratchcv.checks import Array
from scratchcv.grading import Call
from scratchcv.metrics.precision_recall import precision_envelope

DOGS = np.array([1 / 3, 2 / 3, 2 / 3, 2 / 3, 1]), np.array([1, 1, 2 / 3, 1 / 2, 3 / 5])


def lecture_dogs(rng: np.random.Generator) -> Call:
    """Dogs of the lecture: 13 / 15, which the slide calls .86."""
    return Call(*DOGS)


def lecture_dogs_eleven(rng: np.random.Generator) -> Call:
    """Dogs of the lecture by the 11 points of VOC 2007."""
    return Call(*DOGS, method="11point")


def lecture_dogs_hundred(rng: np.random.Generator) -> Call:
    """Dogs of the lecture by the 101 points of COCO."""
    return Call(*DOGS, method="101point")


def perfect(rng: np.random.Generator) -> Call:
    """Hits above all misses: 1, although the last precision is lower."""
    return Call(np.array([0.5, 1.0, 1.0]), np.array([1.0, 1.0, 2 / 3]))


def ends_early(rng: np.random.Generator) -> Call:
    """Recall that ends at one half: the rest counts 0."""
    return Call(np.array([0.25, 0.5]), np.array([1.0, 1.0]))


def _curve(rng: np.random.Generator, detections: int, truths: int, hits: int) -> tuple[Array, Array]:
    """Return a curve in which a tooth has to be filled, beginning with a hit, and then a miss.

    Where the number of truths has no divisor in common with 10, no recall below 1 is one of the levels.
    """
    while True:
        hit = rng.permutation(np.arange(detections) < hits)
        hit[0], hit[1] = True, False
        found = np.cumsum(hit)
        precision = found / np.arange(1, detections + 1)
        teeth = precision_envelope(precision)[hit] - precision[hit]
        if found[-1] <= truths and (teeth > 0.01).any():
            return found / truths, precision


def area(rng: np.random.Generator) -> Call:
    """Exact area."""
    return Call(*_curve(rng, int(rng.integers(8, 12)), 7, 5))


def area_by_name(rng: np.random.Generator) -> Call:
    """Exact area, asked for by its name."""
    return Call(*_curve(rng, 10, 9, 6), method="area")


def eleven(rng: np.random.Generator) -> Call:
    """Mean over 11 recalls."""
    return Call(*_curve(rng, 9, 7, 5), method="11point")


def hundred(rng: np.random.Generator) -> Call:
    """Mean over 101 recalls."""
    return Call(*_curve(rng, 9, 7, 5), method="101point")


def all_found(rng: np.random.Generator) -> Call:
    """Recall that reaches 1."""
    return Call(*_curve(rng, int(rng.integers(10, 14)), 7, 7))


def all_found_eleven(rng: np.random.Generator) -> Call:
    """Recall that reaches 1, by 11 recalls."""
    return Call(*_curve(rng, int(rng.integers(10, 14)), 7, 7), method="11point")


def low_recall(rng: np.random.Generator) -> Call:
    """Recall that ends early."""
    return Call(*_curve(rng, 9, 23, 5))


def low_recall_eleven(rng: np.random.Generator) -> Call:
    """Recall that ends early, by 11 recalls."""
    return Call(*_curve(rng, 9, 17, 6), method="11point")


def low_recall_hundred(rng: np.random.Generator) -> Call:
    """Recall that ends early, by 101 recalls."""
    return Call(*_curve(rng, 9, 17, 6), method="101point")


def miss_first(rng: np.random.Generator) -> Call:
    """Curves that begin with misses."""
    recall, _ = _curve(rng, 8, 7, 5)
    misses = int(rng.integers(1, 4))
    found = np.concatenate([np.zeros(misses), np.round(7 * recall)])
    return Call(found / 7, found / np.arange(1, len(found) + 1))


def rising_precision(rng: np.random.Generator) -> Call:
    """Misses above all hits: the last point has the best precision."""
    misses, hits = int(rng.integers(2, 5)), int(rng.integers(3, 6))
    found = np.concatenate([np.zeros(misses), np.arange(1, hits + 1)])
    return Call(found / 7, found / np.arange(1, len(found) + 1))


def falling_precision(rng: np.random.Generator) -> Call:
    """Curves without teeth, of which nothing is to be filled."""
    recall = np.sort(rng.uniform(0.05, 0.9, 6))
    return Call(recall, np.sort(rng.uniform(0.3, 0.95, 6))[::-1].copy())


def level_reached(rng: np.random.Generator) -> Call:
    """Recalls of exactly one half and 1, which are among the 11 recalls."""
    precision = rng.permutation([0.875, 0.75, 0.625])[:2]
    return Call(np.array([0.5, 1.0]), -np.sort(-precision), method="11point")


def level_reached_hundred(rng: np.random.Generator) -> Call:
    """Recalls of exactly one half and 1, which are among the 101 recalls."""
    precision = rng.permutation([0.875, 0.75, 0.625])[:2]
    return Call(np.array([0.5, 1.0]), -np.sort(-precision), method="101point")


def one_detection(rng: np.random.Generator) -> Call:
    """One detection, a hit."""
    return Call(np.array([1 / int(rng.integers(2, 9))]), np.array([1.0]))


def nothing_to_find(rng: np.random.Generator) -> Call:
    """Recall that is NaN, as there was nothing to find."""
    return Call(np.full(3, np.nan), np.zeros(3))


def nothing_to_find_levels(rng: np.random.Generator) -> Call:
    """Recall that is NaN, by 11 or 101 recalls."""
    return Call(np.full(4, np.nan), np.zeros(4), method=str(rng.choice(["11point", "101point"])))


def single_precision(rng: np.random.Generator) -> Call:
    """Numbers of single precision."""
    recall, precision = _curve(rng, 9, 7, 5)
    return Call(recall.astype(np.float32), precision.astype(np.float32))


def large(rng: np.random.Generator) -> Call:
    """Many detections."""
    return Call(*_curve(rng, 150, 67, 60))


def no_detections(rng: np.random.Generator) -> Call:
    """No detection: 0."""
    return Call(np.zeros(0), np.zeros(0))


def no_detections_eleven(rng: np.random.Generator) -> Call:
    """No detection, by 11 recalls: 0."""
    return Call(np.zeros(0), np.zeros(0), method="11point")


def misses_alone(rng: np.random.Generator) -> Call:
    """Nothing but misses: 0."""
    return Call(np.zeros(4), np.zeros(4))


VISIBLE = (lecture_dogs, lecture_dogs_eleven, lecture_dogs_hundred, perfect, ends_early)
HIDDEN = (
    area,
    area_by_name,
    eleven,
    hundred,
    all_found,
    all_found_eleven,
    low_recall,
    low_recall_eleven,
    low_recall_hundred,
    miss_first,
    rising_precision,
    falling_precision,
    level_reached,
    level_reached_hundred,
    one_detection,
    nothing_to_find,
    nothing_to_find_levels,
    single_precision,
    large,
)
EDGES = (no_detections, no_detections_eleven, misses_alone)


def magnitude(recall: Array, precision: Array, *, method: str = "area") -> float:
    """Return the area with + for −, and 1 for a mean of precisions."""
    if method != "area" or np.isnan(recall).any():
        return 1.0
    return float(((recall + np.append(0, recall[:-1])) * precision).sum())
