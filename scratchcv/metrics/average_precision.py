"""Average precision: the precision-recall curve as one number, by the three conventions in use."""

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.checks import Array, as_floating, check_array
from scratchcv.metrics.precision_recall import precision_envelope

METHODS = ("area", "11point", "101point")

VOC_RECALL_LEVELS = np.arange(11) / 10
"""The recall levels 0, .1, …, 1 of VOC 2007, each the float nearest to its decimal."""

COCO_RECALL_LEVELS = np.linspace(0, 1, 101)
"""The recall levels 0, .01, …, 1 of COCO, rounded as COCO's own code rounds them."""


def check_method(method: str) -> str:
    """Return `method` if it names a convention of average precision, or say which there are.

    Examples
    --------
    >>> check_method("trapezoid")
    Traceback (most recent call last):
    ValueError: method must be one of area, 11point, 101point, got 'trapezoid'
    """
    if method not in METHODS:
        raise ValueError(f"method must be one of {', '.join(METHODS)}, got {method!r}")
    return method


def average_precision(recall: ArrayLike, precision: ArrayLike, *, method: str = "area") -> float:
    r"""Return the area under a precision-recall curve after its saw teeth are filled.

    .. math::

        P_\mathrm{interp}(r) = \max_{k: R_k \ge r} P_k, \qquad
        AP = \int_0^1 P_\mathrm{interp}(r)\,dr \quad\text{or}\quad
        AP = \frac{1}{|L|} \sum_{r \in L} P_\mathrm{interp}(r)

    Parameters
    ----------
    recall, precision : array_like of shape (D,)
        The curve in the order of decreasing score, so that recall never falls.
    method : {"area", "11point", "101point"}
        The exact integral (VOC since 2010), or the mean over the 11 recall levels L of VOC 2007 or over the
        101 of COCO.

    Returns
    -------
    float
        Between 0 and 1. Without detections 0; NaN where recall is NaN, for there was nothing to find.

    Raises
    ------
    ValueError
        When shapes differ, recall falls, either leaves [0, 1], or the method is unknown.

    Notes
    -----
    The precision is that at the *next* recall reached: where recall ends below 1, the rest counts 0. The
    trapezoidal rule joins the points by straight lines instead, which no benchmark does: no score threshold
    reaches the points between (on the lecture's dogs, started at recall 0, it gives .85).

    AP is 1 as soon as every object is found and no false positive ranks above a hit; false positives below
    the last hit cost nothing, although they lower the last precision.

    In the 11 levels .3 is the float nearest to 3/10, so that a recall of exactly 3 in 10 reaches it, as the
    formula says. Codes that count in steps (``arange(0, 1.1, .1)``) hold .30000000000000004 and miss it.
    The 101 levels are those of COCO's code, bit for bit, for there the code is the definition.

    References
    ----------
    Everingham et al., "The PASCAL Visual Object Classes (VOC) Challenge", IJCV 2010, section 4.2 (11 points);
    VOC2010 development kit, section 3.4 (area); Lin et al., "Microsoft COCO", ECCV 2014, and its evaluation
    code (101 points).

    Examples
    --------
    The dogs of the lecture; its slide truncates 13/15 to .86.

    >>> recall, precision = [1/3, 2/3, 2/3, 2/3, 1], [1, 1, 2/3, 1/2, 3/5]
    >>> [round(average_precision(recall, precision, method=method), 5) for method in METHODS]
    [0.86667, 0.85455, 0.86535]
    """
    check_method(method)
    recall = as_floating(check_array("recall", recall, ("D",)))
    precision = as_floating(check_array("precision", precision, (len(recall),)))
    if np.isnan(recall).any() or np.isnan(precision).any():
        return float("nan")
    if np.any(np.diff(recall) < 0) or np.any(recall < 0) or np.any(recall > 1):
        raise ValueError("recall must never fall and stay within [0, 1]; sort detections by decreasing score")
    if np.any(precision < 0) or np.any(precision > 1):
        raise ValueError("precision must stay within [0, 1]")
    envelope = precision_envelope(precision)
    if method == "area":
        return float(np.sum(np.diff(recall, prepend=0) * envelope))
    levels = VOC_RECALL_LEVELS if method == "11point" else COCO_RECALL_LEVELS
    return float(precision_at(levels, recall, envelope).mean())


def precision_at(levels: Array, recall: Array, envelope: Array) -> Array:
    """Read an envelope at given recall levels; beyond the highest recall reached it is 0.

    Parameters
    ----------
    levels : ndarray of shape (L,)
        Recalls to look up.
    recall, envelope : ndarray of shape (D,)
        The curve, recall rising, the envelope from `precision_envelope`.

    Returns
    -------
    ndarray of shape (L,)
        The envelope at the first point whose recall is at least the level.

    Examples
    --------
    >>> precision_at(np.array([0, .5, .75, 1]), np.array([.5, .75]), np.array([1, .6])).tolist()
    [1.0, 1.0, 0.6, 0.0]
    """
    return np.append(envelope, 0.0)[np.searchsorted(recall, levels, side="left")]
