"""Inputs that several rows draw alike."""

from collections.abc import Sequence

import numpy as np


def generator() -> np.random.Generator:
    """Return the generator that every row begins with: the same inputs in every run."""
    return np.random.default_rng(0)


def normal(rng: np.random.Generator, *shape: int) -> np.ndarray:
    """Draw normally distributed float32 numbers."""
    return rng.standard_normal(shape, np.float32)


def shrink(shape: Sequence[int], short: bool, most: Sequence[int] = (2, 4, 9, 10)) -> tuple[int, ...]:
    """Return a shape, cut down to at most `most` for the smoke test."""
    return tuple(map(min, shape, most)) if short else tuple(shape)


def label(shape: Sequence[int]) -> str:
    """Return a shape in words: 8×64×56×56."""
    return "×".join(map(str, shape))
