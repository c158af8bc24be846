"""The k best of different scores, as torch.topk, with its gradient by gather_backward."""

import numpy as np

from scratchcv.boxes import gather_backward, top_k

SPREAD = [(1, 1), (5, 2), (5, 5), (9, 3), (20, 7), (3, 0), (0, 0), (12, 1)]  # scores, k


def random_configuration(rng):
    count = int(rng.integers(0, 40))
    return count, int(rng.integers(0, count + 1))


def draw(configuration, rng):
    count, k = configuration
    return {"scores": rng.permutation(count) / 8 - 1, "dy": rng.standard_normal(k), "k": k}


def ask_torch(inputs, differentiate):
    import torch

    (y, indices), dx = differentiate(
        lambda scores: tuple(torch.topk(scores, inputs["k"])), inputs["dy"], inputs["scores"]
    )
    return {"y": y, "indices": np.asarray(indices), "dx": dx}


def ours(scores, dy, k):
    y, indices = top_k(scores, k)
    return {"y": y, "indices": indices, "dx": gather_backward(dy, indices, len(scores))}


def allowed(answers, scores, dy, k):
    return {"y": 0, "indices": 0, "dx": 0}
