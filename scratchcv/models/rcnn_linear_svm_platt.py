"""Platt scaling: from the scores of a support vector machine to probabilities."""

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.checks import Array, check_array, check_floating
from scratchcv.layers import sigmoid


def platt_scaling(scores: ArrayLike, hits: ArrayLike) -> tuple[float, float]:
    r"""Return the slope a and the offset b of the curve that says how often a score is right.

    .. math:: p(s) = \sigma(a s + b), \qquad
              L = -\sum_n t_n \log p(s_n) + (1 - t_n) \log (1 - p(s_n))

    It is logistic regression from one number, by Newton's method. The order of the scores stays; but .5 means
    "as likely as not" then, and classes can be compared, each of which had a machine with a scale of its own.

    Parameters
    ----------
    scores : array_like of shape (N,)
        s.
    hits : array_like of bool, shape (N,)
        Whether each was right.

    Returns
    -------
    slope, offset : float
        The slope is not negative.

    Raises
    ------
    ValueError
        When shapes differ.

    Notes
    -----
    Targets t are not 1 and 0 but (P + 1) / (P + 2) and 1 / (N + 2), with P hits and N misses, as Platt has
    them: else a few scores that can be separated would be certain.

    References
    ----------
    Platt, "Probabilistic Outputs for Support Vector Machines", 1999, section 2.

    Examples
    --------
    >>> slope, offset = platt_scaling([-2.0, -1.0, 0.0, 1.0], [False, False, True, True])
    >>> slope > 0, round(-offset / slope, 2)  # the score with a probability of .5
    (True, -0.5)
    """
    s = check_floating("scores", scores, ("N",), np.float64)
    hit = check_array("hits", hits, s.shape).astype(bool)
    positives = int(hit.sum())
    t = np.where(hit, (positives + 1) / (positives + 2), 1 / (len(s) - positives + 2))
    x = np.stack([s, np.ones_like(s)], axis=1)
    ab = np.array([1.0, 0.0])
    loss = _loss(ab, x, t)
    for _ in range(100):
        p = sigmoid(x @ ab)
        hessian = (x.T * (p * (1 - p))) @ x + 1e-9 * np.eye(2)  # all scores equal: any slope would do
        step = np.linalg.solve(hessian, x.T @ (p - t))
        while (new_loss := _loss(ab - step, x, t)) > loss and np.abs(step).max() > 1e-12:
            step = step / 2
        if not new_loss < loss - 1e-12 * abs(loss):
            break
        ab, loss = ab - step, new_loss
    return max(float(ab[0]), 0.0), float(ab[1])


def _loss(ab: Array, x: Array, t: Array) -> float:
    z = x @ ab
    return float((np.logaddexp(0, z) - t * z).sum())
