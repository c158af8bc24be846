"""Wrong ways to write `hard_negative_mask`, each with what to tell the student."""

import math

import numpy as np


def _ranks(losses, positive):
    """Return how many negatives of its image are harder than each anchor."""
    first = np.argsort(np.where(positive, np.inf, -losses), axis=1, kind="stable")
    return np.argsort(first, axis=1)


def _mask(losses, positive, wanted):
    return (_ranks(losses, positive) < wanted) & ~positive


def _wanted(positive, ratio):
    count = positive.sum(axis=1, keepdims=True)
    return np.minimum(np.floor(ratio * count), positive.shape[1] - count)


def easiest(background_loss, positive, ratio=3.0):
    """You pick the easiest negatives: sort from the largest loss to the smallest."""
    return _mask(-background_loss, positive, _wanted(positive, ratio))


def one_argsort(background_loss, positive, ratio=3.0):
    """You compare what `argsort` returns with a count, but those are indices, not ranks.

    Element 0 says which anchor is first. The rank of each anchor is the argsort of the argsort.
    """
    first = np.argsort(np.where(positive, np.inf, -background_loss), axis=1, kind="stable")
    return (first < _wanted(positive, ratio)) & ~positive


def positives_compete(background_loss, positive, ratio=3.0):
    """Positives take places in your ranking, so that fewer negatives are left than are wanted.

    Leave them out before you sort: they often are the hardest of all.
    """
    return _mask_of_all(background_loss, _wanted(positive, ratio)) & ~positive


def _mask_of_all(losses, wanted):
    return _mask(losses, np.zeros(losses.shape, bool), wanted)


def positives_picked(background_loss, positive, ratio=3.0):
    """You pick positives as if they were negatives: of all anchors, you take the hardest."""
    return _mask_of_all(background_loss, _wanted(positive, ratio))


def with_the_positives(background_loss, positive, ratio=3.0):
    """Your mask holds the positives, too; it is the mask of the hard negatives alone."""
    return _mask(background_loss, positive, _wanted(positive, ratio)) | positive


def filled_up_with_positives(background_loss, positive, ratio=3.0):
    """Where negatives run out, you fill up with positives.

    No more can be picked than there are negatives.
    """
    return _ranks(background_loss, positive) < np.floor(ratio * positive.sum(axis=1, keepdims=True))


def over_the_batch(background_loss, positive, ratio=3.0):
    """You rank the negatives of all images together; each image has its own hardest ones."""
    row, is_positive = background_loss.reshape(1, -1), positive.reshape(1, -1)
    return _mask(row, is_positive, _wanted(is_positive, ratio)).reshape(positive.shape)


def count_of_the_batch(background_loss, positive, ratio=3.0):
    """You count the positives of the whole batch; each image has its own number of them."""
    return _mask(background_loss, positive, np.floor(ratio * positive.sum()))


def count_of_the_first_image(background_loss, positive, ratio=3.0):
    """You count the positives of the first image only, and take as many negatives in all."""
    return _mask(background_loss, positive, np.floor(ratio * positive[:1].sum()))


def always_three(background_loss, positive, ratio=3.0):
    """You always pick three negatives for a positive, whatever `ratio` is."""
    return _mask(background_loss, positive, _wanted(positive, 3))


def rounded_up(background_loss, positive, ratio=3.0):
    """You round a fractional count up, but "at most `ratio` for each positive" rounds it down."""
    return _mask(background_loss, positive, np.ceil(ratio * positive.sum(axis=1, keepdims=True)))


def rounded_to_the_nearest(background_loss, positive, ratio=3.0):
    """You round a fractional count to the nearest whole number; it is to be rounded down."""
    return _mask(background_loss, positive, np.floor(ratio * positive.sum(axis=1, keepdims=True) + 0.5))


def ratio_rounded(background_loss, positive, ratio=3.0):
    """You make `ratio` a whole number first; it is the product that is rounded down."""
    return _mask(background_loss, positive, _wanted(positive, math.floor(ratio)))


def one_too_many(background_loss, positive, ratio=3.0):
    """You pick one negative too many: ranks begin with 0, so that rank < count is right."""
    wanted = _wanted(positive, ratio)
    return _mask(background_loss, positive, np.where(wanted > 0, wanted + 1, 0))


def one_too_few(background_loss, positive, ratio=3.0):
    """You pick one negative too few: the last one that is wanted is left out."""
    return _mask(background_loss, positive, _wanted(positive, ratio) - 1)


def at_least_one(background_loss, positive, ratio=3.0):
    """You pick a negative even where no positive asks for one."""
    return _mask(background_loss, positive, np.maximum(_wanted(positive, ratio), 1))


def all_of_a_tie(background_loss, positive, ratio=3.0):
    """You compare with the loss of the last one that is wanted, and equals of it come in as well.

    Pick an exact number, by rank.
    """
    mask = _mask(background_loss, positive, _wanted(positive, ratio))
    last = np.where(mask, background_loss, np.inf).min(axis=1, keepdims=True, initial=np.inf)
    return (background_loss >= last) & ~positive & mask.any(axis=1, keepdims=True)


def zero_for_positives(background_loss, positive, ratio=3.0):
    """You set the positives' losses to 0 to keep them out, but a negative may have a loss of 0 itself.

    Minus infinity is smaller than any loss. And where negatives run out, nothing else is to be picked.
    """
    return _mask_of_all(np.where(positive, 0, background_loss), _wanted(positive, ratio))


def integers(background_loss, positive, ratio=3.0):
    """Your mask holds numbers 0 and 1: as an index they mean anchor 0 and anchor 1.

    Return booleans.
    """
    return _mask(background_loss, positive, _wanted(positive, ratio)).astype(np.int64)
