"""Mistakes in `average_precision`."""

import numpy as np


def _levels(method):
    return np.linspace(0, 1, 11 if method == "11point" else 101)


def _filled(precision):
    """Return the precision without its saw teeth."""
    return np.maximum.accumulate(precision[::-1])[::-1]


def _at(levels, recall, heights):
    """Return the height at the first point that reaches each level, 0 where none does."""
    return np.append(heights, 0.0)[np.searchsorted(recall, levels - 1e-12)]


def _ap(recall, precision, method, heights=None, levels=None):
    """Return the average of given heights, those without teeth by default."""
    if np.isnan(recall).any():
        return float("nan")
    heights = _filled(precision) if heights is None else heights
    if method == "area":
        return float((np.diff(recall, prepend=0) * heights).sum())
    return float(_at(_levels(method) if levels is None else levels, recall, heights).mean())


def teeth_left(recall, precision, *, method="area"):
    """You take the precision as it is, with its saw teeth.

    At each recall the best precision counts that is reached there or later.
    """
    return _ap(recall, precision, method, precision)


def filled_from_the_left(recall, precision, *, method="area"):
    """You fill the teeth from the left: your precision never falls.

    The best precision still to come counts, so accumulate the maximum from the end.
    """
    return _ap(recall, precision, method, np.maximum.accumulate(precision))


def trapezoids(recall, precision, *, method="area"):
    """You join the points by straight lines.

    No threshold on the score reaches the points between: the curve has steps, as high as the next recall's.
    """
    if method != "area" or not len(recall):
        return _ap(recall, precision, method)
    means = (np.append(precision[:1], precision[:-1]) + precision) / 2
    return float((np.diff(recall, prepend=0) * means).sum())


def steps_to_the_left(recall, precision, *, method="area"):
    """Your steps have the precision of the recall before; it is that of the next recall reached."""
    heights = _filled(precision)
    return _ap(recall, precision, method, np.append(heights[:1], heights[:-1]))


def begun_at_the_first_point(recall, precision, *, method="area"):
    """You leave out the piece from recall 0 to the first point."""
    if method != "area":
        return _ap(recall, precision, method)
    return float((np.diff(recall) * _filled(precision)[1:]).sum())


def continued_to_the_end(recall, precision, *, method="area"):
    """You let the last precision count on to recall 1.

    What was never reached counts 0.
    """
    if not len(recall) or np.isnan(recall).any():
        return _ap(recall, precision, method)
    return _ap(np.append(recall, 1.0), np.append(precision, precision[-1]), method)


def over_the_reached(recall, precision, *, method="area"):
    """You divide by the recall that was reached, or by the levels up to it.

    The average is over all recalls from 0 to 1; what was never reached counts 0.
    """
    if not len(recall) or not recall[-1] > 0:
        return _ap(recall, precision, method)
    if method == "area":
        return _ap(recall, precision, method) / float(recall[-1])
    levels = _levels(method)
    return _ap(recall, precision, method, levels=levels[levels <= recall[-1] + 1e-12])


def mean_of_precisions(recall, precision, *, method="area"):
    """You take the mean of all precisions; misses have no say of their own.

    Weight each precision by the recall that is won there.
    """
    if np.isnan(recall).any() or not len(recall):
        return _ap(recall, precision, method)
    return float(precision.mean())


def always_the_area(recall, precision, *, method="area"):
    """You do not look at method, and always return the exact area."""
    return _ap(recall, precision, "area")


def always_eleven(recall, precision, *, method="area"):
    """You do not look at method, and always take 11 recalls."""
    return _ap(recall, precision, "11point")


def ten_levels(recall, precision, *, method="area"):
    """You take 10 or 100 recalls: arange stops before its end, and recall 1 is missing."""
    if method == "area":
        return _ap(recall, precision, method)
    return _ap(recall, precision, method, levels=_levels(method)[:-1])


def zero_left_out(recall, precision, *, method="area"):
    """You begin the recalls at .1 or .01; recall 0 is one of the 11, and of the 101."""
    if method == "area":
        return _ap(recall, precision, method)
    return _ap(recall, precision, method, levels=_levels(method)[1:])


def beyond_the_level(recall, precision, *, method="area"):
    """You look for recalls greater than a level; one that equals it counts as well."""
    if method == "area":
        return _ap(recall, precision, method)
    return _ap(recall, precision, method, levels=_levels(method) + 2e-12)


def straight_lines_between(recall, precision, *, method="area"):
    """You interpolate between the points, as np.interp does.

    At a level stands the best precision at this recall or any greater one, and 0 where there is none.
    """
    if method == "area" or not len(recall) or np.isnan(recall).any():
        return _ap(recall, precision, method)
    return float(np.interp(_levels(method), recall, _filled(precision), right=0.0).mean())


def in_percent(recall, precision, *, method="area"):
    """You return percent; the result lies between 0 and 1."""
    return 100 * _ap(recall, precision, method)


def nothing_is_zero(recall, precision, *, method="area"):
    """Where recall is NaN you return a number.

    There was nothing to find, so there is nothing to average: NaN says so.
    """
    return 0.0 if np.isnan(recall).any() else _ap(recall, precision, method)


def exchanged(recall, precision, *, method="area"):
    """You sum precision's steps times recall; the area is recall's steps times precision."""
    if method != "area":
        return _ap(recall, precision, method)
    return float((abs(np.diff(_filled(precision), append=0)) * recall).sum()) / 2
