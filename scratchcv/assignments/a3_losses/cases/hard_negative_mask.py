"""Inputs for `hard_negative_mask`: enough negatives and too few, hard and easy positives, ties."""

import numpy as np

from scratchcv.grading import Call


def _image(rng, anchors, positives):
    """Return distinct losses and the positives of an image; some of either are hard."""
    losses = rng.permutation(np.arange(1, anchors + 1) * 0.1 + rng.uniform(0, 0.05, anchors))
    positive = np.zeros(anchors, bool)
    by_loss = np.argsort(losses)
    hard = (positives + 1) // 2
    positive[by_loss[-hard:] if hard else []] = True
    positive[rng.choice(by_loss[: anchors - hard], positives - hard, replace=False)] = True
    return losses, positive


def _images(rng, anchors, *positives):
    losses, positive = zip(*(_image(rng, anchors, count) for count in positives), strict=True)
    return np.array(losses), np.array(positive)


def three_to_one(rng):
    """One positive among six anchors: the three hardest negatives of five."""
    losses = np.array([[0.1, 0.9, 0.4, 0.7, 0.2, 0.5]])
    return Call(losses, np.array([[False, True, False, False, False, False]]))


def two_to_one(rng):
    """Two negatives for each positive."""
    return Call(np.array([[0.1, 0.9, 0.4, 0.7]]), np.array([[False, True, False, False]]), ratio=2.0)


def two_images(rng):
    """Two images: each has its own count, and its own hardest."""
    losses = np.array([[0.3, 0.1, 0.2, 0.5, 0.4, 0.6], [2.0, 6.0, 1.0, 3.0, 5.0, 4.0]])
    positive = np.array([[False, False, True, False, False, False], [False, True, False, False, True, False]])
    return Call(losses, positive, ratio=1.0)


def too_few(rng):
    """Fewer negatives than are wanted: all of them, and no positive."""
    return Call(np.array([[0.1, 0.9, 0.4, 0.7]]), np.array([[True, True, False, False]]))


def an_image_without_objects(rng):
    """Image without objects beside one with: three times nothing is nothing."""
    losses = np.array([[0.8, 0.9, 0.4, 0.7, 0.6], [0.1, 0.9, 0.4, 0.7, 0.2]])
    return Call(losses, np.array([[False] * 5, [True, False, False, False, False]]))


def one_image(rng):
    """One image, three negatives for each positive."""
    return Call(*_images(rng, int(rng.integers(18, 25)), int(rng.integers(2, 5))))


def one_positive(rng):
    """Only one positive, which is hard itself."""
    return Call(*_images(rng, int(rng.integers(8, 15)), 1))


def a_batch(rng):
    """Images with different numbers of positives."""
    return Call(*_images(rng, 23, *rng.permutation([1, 3, 5])))


def some_without_objects(rng):
    """Images with and without objects."""
    return Call(*_images(rng, 13, *rng.permutation([0, 2, 0, 1])))


def negatives_run_out(rng):
    """More negatives wanted than there are."""
    return Call(*_images(rng, 9, *rng.permutation([4, 5])))


def runs_out_in_one_image(rng):
    """One image has too few negatives, the other one enough."""
    return Call(*_images(rng, 11, *rng.permutation([6, 1])))


def as_many(rng):
    """As many negatives as positives."""
    return Call(*_images(rng, 17, *rng.permutation([2, 6])), ratio=1.0)


def another_ratio(rng):
    """Four or more to one."""
    return Call(*_images(rng, 29, 2, 3), ratio=float(rng.integers(4, 7)))


def half_a_negative(rng):
    """One negative for two positives: half a negative is none."""
    return Call(*_images(rng, 16, *rng.permutation([3, 4, 5])), ratio=0.5)


def fractions(rng):
    """Fractional ratio, rounded down."""
    return Call(*_images(rng, 21, *rng.permutation([1, 2, 3])), ratio=1.75)


def hard_positives(rng):
    """Positives that are harder than any negative."""
    losses = rng.permutation(np.arange(1, 15)) * 0.25
    return Call(losses[None], (losses > 2.9)[None])


def easy_positives(rng):
    """Positives that are easier than any negative."""
    losses = rng.permutation(np.arange(1, 15)) * 0.25
    return Call(losses[None], (losses < 0.9)[None])


def nothing_to_lose(rng):
    """Negatives whose loss is 0: they are taken where others run out, and positives are not."""
    losses, positive = _images(rng, 10, 3)
    losses[~positive] *= rng.permutation([0, 0, 0, 0, 1, 1, 1])
    turn = -int(positive.argmax())  # the first anchor is positive: what sorts it among the zeros picks it
    return Call(np.roll(losses, turn, axis=1), np.roll(positive, turn, axis=1), ratio=2.0)


def infinite(rng):
    """Anchors whose probability of background is 0: their loss is infinite."""
    losses, positive = _images(rng, 12, 2)
    losses[0, np.flatnonzero(~positive[0])[[1, 4]]] = np.inf
    losses[0, np.flatnonzero(positive[0])[0]] = np.inf
    return Call(losses, positive)


def ties(rng):
    """Losses of which many are equal: any choice among equals is right."""
    losses = rng.permutation([0.5] * 6 + [0.25] * 6 + [0.75] * 2)
    positive = np.zeros(14, bool)
    positive[rng.choice(np.flatnonzero(losses == 0.5), 2, replace=False)] = True
    return Call(losses[None], positive[None], ratio=float(rng.choice([2, 4])))


def all_equal(rng):
    """Losses that are all equal, as those of a network that knows nothing yet."""
    positive = np.array([rng.permutation(15) < count for count in (1, 2)])
    return Call(np.full((2, 15), np.log(4)), positive)


def single_precision(rng):
    """Single precision."""
    losses, positive = _images(rng, 19, 2, 4)
    return Call(losses.astype(np.float32), positive)


def many(rng):
    """Hundreds of anchors."""
    return Call(*_images(rng, int(rng.integers(200, 300)), 7, 0, 20))


def no_objects(rng):
    """No objects at all."""
    return Call(*_images(rng, 6, 0, 0))


def ratio_zero(rng):
    """No negatives wanted."""
    return Call(*_images(rng, 7, 2), ratio=0.0)


def only_positives(rng):
    """No negatives to choose from."""
    return Call(rng.uniform(0.1, 2, (1, 4)), np.ones((1, 4), bool))


def no_anchors(rng):
    """No anchors, and no images."""
    shape = tuple(rng.permutation([0, 3]))
    return Call(np.zeros(shape), np.zeros(shape, bool))


VISIBLE = (three_to_one, two_to_one, two_images, too_few, an_image_without_objects)
HIDDEN = (
    one_image,
    one_positive,
    a_batch,
    some_without_objects,
    negatives_run_out,
    runs_out_in_one_image,
    as_many,
    another_ratio,
    half_a_negative,
    fractions,
    hard_positives,
    easy_positives,
    nothing_to_lose,
    infinite,
    ties,
    all_equal,
    single_precision,
    many,
)
EDGES = (no_objects, ratio_zero, only_positives, no_anchors)


def accepts(found, expected, background_loss, positive, ratio=3.0):
    """Return what is wrong with a choice, or "": among equal losses, any choice is right."""
    found = np.asarray(found)
    if found.dtype != bool:
        return f"a mask is boolean; yours has dtype {found.dtype}"
    if (found & positive).any():
        return "a positive was picked: only negatives can be hard negatives"
    for image, (mask, losses) in enumerate(zip(found, background_loss, strict=True)):
        wanted = int(expected[image].sum())
        if mask.sum() != wanted:
            return f"image {image}: {int(mask.sum())} negatives were picked, {wanted} are wanted"
        left = losses[~mask & ~positive[image]]
        if wanted and len(left) and losses[mask].min() < left.max():
            return f"image {image}: a negative was picked although a harder one is left"
    return ""
