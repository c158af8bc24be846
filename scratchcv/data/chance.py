"""Random choices that fall the same on every machine and under every release of NumPy.

NumPy guarantees the raw streams of `SeedSequence` and `PCG64`, and `Generator.random` only shifts and scales
them. Normal or exponential draws go through the mathematical library, and bounded integers may be drawn
otherwise in a later release, so nothing but `Generator.random` is used here.
"""

import numpy as np


def generator(*entropy: int) -> np.random.Generator:
    """Return the generator that belongs to some non-negative integers.

    Parameters
    ----------
    *entropy : int
        Each below 2³², for longer ones could run into their neighbours.

    Examples
    --------
    >>> float(generator(0, 7).random()) == float(generator(0, 7).random())
    True
    """
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(entropy)))


def between(rng: np.random.Generator, low: float, high: float) -> float:
    """Return a uniform random number in [low, high).

    Examples
    --------
    >>> 2 <= between(generator(0), 2, 3) < 3
    True
    """
    return low + (high - low) * float(rng.random())


def pick(rng: np.random.Generator, count: int) -> int:
    """Return a uniform random integer in 0 … count − 1.

    Examples
    --------
    >>> pick(generator(0), 6) in range(6)
    True
    """
    return int(count * float(rng.random()))
