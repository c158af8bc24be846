"""Batch normalisation over several steps of training and one of evaluation, as torch's batch_norm."""

import numpy as np

from scratchcv.layers import BatchNorm2d

STEPS = 4
"""Batches that a batch norm sees one after another: the last one in evaluation."""

ROUNDINGS = 16
"""Of the handful of operations that are no sums: divisions, roots."""

SPREAD = [  # x, eps, momentum
    ((2, 1, 1, 1), 1e-5, 0.1),
    ((1, 2, 1, 2), 1e-5, 0.1),
    ((2, 3, 2, 2), 1e-5, 0.1),
    ((3, 2, 2, 3), 1e-3, 0.1),
    ((2, 2, 3, 2), 0.5, 0.3),
    ((4, 1, 1, 2), 1e-5, 1.0),
    ((1, 2, 4, 3), 1e-5, 0.0),
    ((5, 3, 1, 1), 1e-2, 0.7),
]


def random_configuration(rng):
    large = rng.random() < 0.1
    N, C = rng.integers((0, 1), (4, 24) if large else (4, 7)).tolist()
    H, W = rng.integers(1, 40 if large else 13, 2).tolist()
    N = max(N, 1 if H * W > 1 else 2)  # PyTorch refuses one value a channel
    return (N, C, H, W), float(rng.choice([1e-5, 1e-3, 0.1])), float(rng.choice([0.1, 0.3, 1.0]))


def draw(configuration, rng):
    shape, eps, momentum = configuration
    x = rng.uniform(0.3, 3) * rng.standard_normal((STEPS, *shape)) + rng.uniform(-3, 3)
    weight, bias, mean = rng.standard_normal((3, shape[1]))
    start = np.stack([weight, bias, mean, rng.uniform(0.5, 2, shape[1])])
    return {"x": x, "dy": rng.standard_normal(x.shape), "start": start, "eps": eps, "momentum": momentum}


def ask_torch(inputs, differentiate):
    """Return outputs and input gradients of all steps; a channel's gradients and statistics after each."""
    import torch
    from torch.nn import functional

    start = inputs["start"].astype(np.float64)
    mean, variance = torch.tensor(start[2:], dtype=torch.float64)
    steps = []
    for step in range(STEPS):
        training = step < STEPS - 1
        y, dx, dweight, dbias = differentiate(
            lambda x, w, b, training=training: functional.batch_norm(
                x, mean, variance, w, b, training, inputs["momentum"], inputs["eps"]
            ),
            inputs["dy"][step], inputs["x"][step], start[0], start[1],
        )  # fmt: skip
        steps.append((y, dx, np.stack([dweight, dbias, mean.numpy(), variance.numpy()])))
    y, dx, channels = (np.stack(parts) for parts in zip(*steps, strict=True))
    return {"y": y, "dx": dx, "channels": channels}


def ours(x, dy, start, eps, momentum):
    layer = BatchNorm2d(x.shape[2], eps, momentum).astype(x.dtype)
    names = ("weight", "bias", "running_mean", "running_var")
    layer.load_state_dict(dict(zip(names, start, strict=True)), strict=False)
    outputs, gradients, channels = [], [], []
    for step in range(len(x)):
        layer.train(step < len(x) - 1).zero_grad()
        y, cache = layer.forward(x[step])
        outputs.append(y)
        gradients.append(layer.backward(dy[step], cache))
        statistics = layer.running_mean, layer.running_var
        channels.append(np.stack([layer.weight.grad, layer.bias.grad, *statistics]))
    return {"y": np.stack(outputs), "dx": np.stack(gradients), "channels": np.stack(channels)}


def allowed(answers, x, dy, start, eps, momentum):
    # Of running mean and variance: what they are sums of, nothing cancelled.
    weight, bias, *running = abs(start)
    m = x[0, :, 0].size
    statistics = start[2:]
    limits = {"y": [], "dx": [], "channels": []}
    for step, (batch, upstream) in enumerate(zip(abs(x), abs(dy), strict=True)):
        training = step < len(x) - 1
        if training:
            center, variance = batch.mean(axis=(0, 2, 3)), x[step].var(axis=(0, 2, 3))
            scale = 1 / np.sqrt(variance + eps)
            for i, new in enumerate((center, variance * m / (m - 1))):
                # Moving by a difference rounds the old average too, even where momentum 1 forgets it.
                running[i] = (1 - momentum) * running[i] + momentum * new + abs(statistics[i])
            statistics = answers["channels"][step, 2:]
        else:
            center, variance = running[0], statistics[1] + eps
            scale = (1 + running[1] / variance) / np.sqrt(variance)
        normalised = (batch + center[:, None, None]) * scale[:, None, None]
        dweight, dbias = (upstream * normalised).sum(axis=(0, 2, 3)), upstream.sum(axis=(0, 2, 3))
        through = (dbias[:, None, None] + normalised * dweight[:, None, None]) / m if training else 0
        limits["y"].append(weight[:, None, None] * normalised + bias[:, None, None])
        limits["dx"].append((weight * scale)[:, None, None] * (upstream + through))
        limits["channels"].append([dweight, dbias, *running])
    # A mean, a variance, and dx's sums are off by m roundings each.
    return {name: (2 * m + ROUNDINGS) * np.array(limit) for name, limit in limits.items()}
