"""Wrong ways to write `match_rpn`, each with what to tell the student."""

import numpy as np

BACKGROUND, IGNORE = -1, -2


def _best(iou):
    """Return for each anchor whether no other overlaps some truth more."""
    return ((iou == iou.max(axis=0)) & (iou > 0)).any(axis=1)


def _enough(largest, high, strict):
    return largest > high if strict else largest >= high


def _match(iou, high=0.7, low=0.3, strict=False, *, best=_best, enough=_enough, others=None):
    """Return what is right, but for the rules that are replaced."""
    if not iou.size:
        return np.full(len(iou), BACKGROUND)
    largest = iou.max(axis=1)
    positive = best(iou) | enough(largest, high, strict)
    rest = np.where(largest < low, BACKGROUND, IGNORE) if others is None else others(iou, low)
    return np.where(positive, iou.argmax(axis=1), rest)


def threshold_only(iou, high=0.7, low=0.3, *, strict=False):
    """You look at the threshold alone.

    The anchor that overlaps a truth most is positive too, however little that is; else a truth may have none.
    """
    return _match(iou, high, low, strict, best=lambda iou: np.zeros(len(iou), bool))


def best_only(iou, high=0.7, low=0.3, *, strict=False):
    """You take only the best anchor of each truth; every anchor from `high` on is positive, too."""
    return _match(iou, high, low, strict, enough=lambda largest, high, strict: np.zeros(len(largest), bool))


def first_of_equals(iou, high=0.7, low=0.3, *, strict=False):
    """Of several anchors that overlap a truth equally well you take the first: all of them are positive."""

    def best(iou):
        chosen = np.zeros(len(iou), bool)
        chosen[iou.argmax(axis=0)[iou.max(axis=0) > 0]] = True
        return chosen

    return _match(iou, high, low, strict, best=best)


def untouched_truths_match(iou, high=0.7, low=0.3, *, strict=False):
    """Your code makes anchors positive for a truth that no anchor touches.

    The largest of its IoUs is 0, and all that do not touch it equal that.
    """
    return _match(iou, high, low, strict, best=lambda iou: (iou == iou.max(axis=0)).any(axis=1))


def first_anchor_for_the_untouched(iou, high=0.7, low=0.3, *, strict=False):
    """You take `argmax` for the best anchor, even of a truth that no anchor touches: then it is anchor 0.

    An anchor has to touch a truth to learn it. And `argmax` finds only the first of several equals.
    """

    def best(iou):
        return np.isin(np.arange(len(iou)), iou.argmax(axis=0))

    return _match(iou, high, low, strict, best=best)


def best_over_the_other_axis(iou, high=0.7, low=0.3, *, strict=False):
    """You took the largest IoU of each anchor, and every anchor has one.

    Rows are anchors: the best anchor of a truth is the largest of a column.
    """
    return _match(iou, high, low, strict, best=lambda iou: iou.max(axis=1) > 0)


def learns_the_truth_it_is_best_of(iou, high=0.7, low=0.3, *, strict=False):
    """Your anchors learn the truth whose best they are, though they overlap another one more.

    Every positive anchor learns the truth that it overlaps most; being the best only makes it positive.
    """
    matches = _match(iou, high, low, strict)
    if iou.size:
        for truth in range(iou.shape[1]):
            if iou[:, truth].max() > 0:
                matches[iou[:, truth] == iou[:, truth].max()] = truth
    return matches


def nothing_ignored(iou, high=0.7, low=0.3, *, strict=False):
    """Anchors between the thresholds are background in your code; they are to be ignored."""
    return _match(iou, high, low, strict, others=lambda iou, low: BACKGROUND)


def all_ignored(iou, high=0.7, low=0.3, *, strict=False):
    """You ignore all that is not positive; anchors below `low` for every truth are background."""
    return _match(iou, high, low, strict, others=lambda iou, low: IGNORE)


def below_for_some_truth(iou, high=0.7, low=0.3, *, strict=False):
    """Your background is what overlaps some truth little; it must overlap all of them little."""
    return _match(
        iou,
        high,
        low,
        strict,
        others=lambda iou, low: np.where(iou.min(axis=1) < low, BACKGROUND, IGNORE),
    )


def always_strict(iou, high=0.7, low=0.3, *, strict=False):
    """Your code takes an IoU equal to `high` for too little; without `strict` it is enough."""
    return _match(iou, high, low, True)


def never_strict(iou, high=0.7, low=0.3, *, strict=False):
    """You have left out `strict`: then an IoU equal to `high` is too little."""
    return _match(iou, high, low, False)


def background_at_low(iou, high=0.7, low=0.3, *, strict=False):
    """Your code takes an IoU equal to `low` for background; it has to be below."""
    return _match(
        iou,
        high,
        low,
        strict,
        others=lambda iou, low: np.where(iou.max(axis=1) <= low, BACKGROUND, IGNORE),
    )


def thresholds_of_the_lecture(iou, high=0.7, low=0.3, *, strict=False):
    """You have left out `high` and `low`: your thresholds are always .7 and .3."""
    return _match(iou, strict=strict)


def signs_swapped(iou, high=0.7, low=0.3, *, strict=False):
    """You have swapped the two numbers: background is -1, and -2 is to be ignored."""
    matches = _match(iou, high, low, strict)
    return np.where(matches < 0, -3 - matches, matches)


def labels_of_objectness(iou, high=0.7, low=0.3, *, strict=False):
    """You return 1 for every positive anchor; the index of its truth is wanted."""
    return np.minimum(_match(iou, high, low, strict), 0) + (_match(iou, high, low, strict) >= 0)


def counted_from_one(iou, high=0.7, low=0.3, *, strict=False):
    """Your truths are counted from 1; they are indices, and the first one is 0."""
    matches = _match(iou, high, low, strict)
    return matches + (matches >= 0)


def floating(iou, high=0.7, low=0.3, *, strict=False):
    """Your indices are floating-point numbers, which cannot index anything.

    `np.full(A, -1.0)` and `np.zeros(A)` are floating; give them an integer dtype.
    """
    return _match(iou, high, low, strict).astype(float)
