"""Right ways to write `hard_negative_mask` that differ from the library's."""

import heapq

import numpy as np


def loops(background_loss, positive, ratio=3.0):
    """Image by image: sort the negatives' indices, take the first ones."""
    mask = np.zeros(positive.shape, bool)
    for image, is_positive in enumerate(positive):
        negatives = [anchor for anchor in range(len(is_positive)) if not is_positive[anchor]]
        negatives.sort(key=lambda anchor: -background_loss[image, anchor])
        for anchor in negatives[: int(ratio * int(is_positive.sum()))]:
            mask[image, anchor] = True
    return mask


def ranks(background_loss, positive, ratio=3.0):
    """Argsort of the argsort, all images at once."""
    losses = np.where(positive, -np.inf, background_loss)
    rank = (-losses).argsort(axis=1).argsort(axis=1)
    return (rank < (ratio * positive.sum(axis=1, keepdims=True)).astype(int)) & ~positive


def last_of_equals(background_loss, positive, ratio=3.0):
    """Sorted upwards and taken from the end: among equal losses the last anchors."""
    mask = np.zeros(positive.shape, bool)
    for image in range(len(positive)):
        negatives = np.flatnonzero(~positive[image])
        order = negatives[np.argsort(background_loss[image, negatives], kind="stable")]
        count = min(int(np.floor(ratio * positive[image].sum())), len(order))
        mask[image, order[len(order) - count :]] = True
    return mask


def partition(background_loss, positive, ratio=3.0):
    """No sorting at all: `argpartition` brings the hardest to the front."""
    mask = np.zeros_like(positive)
    for image in range(len(positive)):
        negatives = np.nonzero(~positive[image])[0]
        count = min(int(ratio * np.count_nonzero(positive[image])), len(negatives))
        if count == len(negatives):
            mask[image, negatives] = True
        elif count:
            mask[image, negatives[np.argpartition(-background_loss[image, negatives], count)[:count]]] = True
    return mask


def heap(background_loss, positive, ratio=3.0):
    """N largest of a heap of (loss, anchor), which compares anchors where losses are equal."""
    rows = []
    for losses, is_positive in zip(background_loss.tolist(), positive.tolist(), strict=True):
        pairs = [(loss, anchor) for anchor, loss in enumerate(losses) if not is_positive[anchor]]
        chosen = {anchor for _, anchor in heapq.nlargest(int(ratio * sum(is_positive)), pairs)}
        rows.append([anchor in chosen for anchor in range(len(losses))])
    return np.array(rows, bool).reshape(positive.shape)


def one_by_one(background_loss, positive, ratio=3.0):
    """Again and again the hardest that is left, in a mask whose memory is in columns."""
    mask = np.zeros(positive.shape, bool, order="F")
    for image in range(len(positive)):
        left = background_loss[image].astype(float)
        left[positive[image]] = -1
        for _ in range(int(ratio * positive[image].sum())):
            if not len(left) or left.max() < 0:
                break
            hardest = left.argmax()
            mask[image, hardest] = True
            left[hardest] = -1
    return mask
