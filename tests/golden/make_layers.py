"""Make `layers.npz`: inputs of layers, and what PyTorch computes from them.

Run ``python tests/golden/make_layers.py`` where torch is installed. There the tests also draw inputs of
random configurations and compare live.
"""

from pathlib import Path

import numpy as np

FILE = Path(__file__).with_name("layers.npz")

STEPS = 4
"""Batches that a batch norm sees one after another: the last one in evaluation."""

SPREAD = {
    "conv2d": [  # x, weight, stride, padding
        ((1, 1, 1, 1), (1, 1, 1, 1), (1, 1), (0, 0)),
        ((2, 3, 5, 4), (2, 3, 1, 1), (1, 1), (0, 0)),
        ((1, 2, 5, 5), (3, 2, 3, 3), (1, 1), (1, 1)),
        ((2, 1, 6, 5), (2, 1, 3, 3), (2, 2), (1, 1)),
        ((1, 2, 4, 6), (3, 2, 2, 3), (1, 3), (2, 0)),
        ((2, 2, 3, 4), (1, 2, 3, 4), (2, 1), (0, 0)),  # the kernel is the image
        ((1, 1, 2, 3), (2, 1, 1, 2), (3, 4), (3, 4)),  # most patches lie outside
        ((0, 2, 4, 4), (3, 2, 3, 3), (1, 1), (1, 1)),
    ],
    "max_pool2d": [  # x, kernel, stride, padding
        ((1, 1, 1, 1), (1, 1), (1, 1), (0, 0)),
        ((2, 2, 4, 6), (2, 2), (2, 2), (0, 0)),
        ((1, 2, 5, 5), (3, 3), (2, 2), (1, 1)),
        ((1, 2, 5, 5), (3, 3), (1, 1), (1, 1)),
        ((2, 1, 6, 5), (2, 4), (1, 3), (1, 2)),
        ((1, 2, 7, 6), (1, 2), (3, 4), (0, 1)),
        ((1, 1, 3, 4), (3, 4), (1, 1), (0, 0)),
        ((0, 2, 4, 4), (2, 2), (2, 2), (0, 0)),
    ],
    "batch_norm2d": [  # x, eps, momentum
        ((2, 1, 1, 1), 1e-5, 0.1),
        ((1, 2, 1, 2), 1e-5, 0.1),
        ((2, 3, 2, 2), 1e-5, 0.1),
        ((3, 2, 2, 3), 1e-3, 0.1),
        ((2, 2, 3, 2), 0.5, 0.3),
        ((4, 1, 1, 2), 1e-5, 1.0),
        ((1, 2, 4, 3), 1e-5, 0.0),
        ((5, 3, 1, 1), 1e-2, 0.7),
    ],
    "relu": [(1,), (7,), (3, 4), (2, 3, 2), (2, 3, 4, 2), (0, 3), (1, 1, 5, 5), (2, 2, 2, 2, 2)],
    "l2_norm": [
        (1, 1, 1, 1), (1, 2, 1, 1), (2, 3, 2, 2), (1, 8, 3, 2), (3, 1, 2, 2), (2, 16, 1, 2), (1, 4, 5, 1),
        (0, 3, 2, 2),
    ],
    "softmax": [  # x, axis, scale
        ((1,), 0, 1.0),
        ((6,), 0, 3.0),
        ((4, 5), 1, 1.0),
        ((4, 5), 0, 30.0),
        ((2, 3, 4), 1, 3.0),
        ((2, 3, 4), -1, 0.01),
        ((2, 4, 2, 3), 1, 10.0),
        ((0, 3), 1, 1.0),
    ],
}  # fmt: skip
"""Small configurations of every operation; `draw` fills them with numbers."""


def random_configuration(operation, rng):
    """Return a configuration like those of `SPREAD`, some of them large."""
    large = rng.random() < 0.1
    N, C, O = rng.integers((0, 1, 1), (4, 24, 24) if large else (4, 7, 7)).tolist()
    H, W = rng.integers(1, 40 if large else 13, 2).tolist()
    stride, padding = tuple(rng.integers(1, 5, 2).tolist()), tuple(rng.integers(0, 6, 2).tolist())
    if operation == "conv2d":
        kernel = tuple(rng.integers(1, np.minimum(np.add((H, W), np.multiply(2, padding)), 6) + 1).tolist())
        return (N, C, H, W), (O, C, *kernel), stride, padding
    if operation == "max_pool2d":
        kernel = rng.integers(1, np.minimum((H, W), 5) + 1)
        return (N, C, H, W), tuple(kernel.tolist()), stride, tuple(rng.integers(0, kernel // 2 + 1).tolist())
    if operation == "batch_norm2d":
        N = max(N, 1 if H * W > 1 else 2)  # PyTorch refuses one value a channel
        return (N, C, H, W), float(rng.choice([1e-5, 1e-3, 0.1])), float(rng.choice([0.1, 0.3, 1.0]))
    shape = (N, C, H, W) if operation == "l2_norm" else (N, C, H, W)[: rng.integers(1, 5)]
    if operation == "softmax":
        return shape, int(rng.integers(-len(shape), len(shape))), float(rng.choice([0.01, 1, 10, 60]))
    return shape


def draw(operation, configuration, rng):
    """Return the inputs of an operation by name, gradient of the output and settings among them."""
    if operation == "conv2d":
        shape, weight, stride, padding = configuration
        x, weight, bias = (
            rng.standard_normal(shape),
            rng.standard_normal(weight),
            rng.standard_normal(weight[0]),
        )
        dy = rng.standard_normal((shape[0], len(bias), *_output_size(shape, weight.shape, stride, padding)))
        return {"x": x, "weight": weight, "bias": bias, "dy": dy, "stride": stride, "padding": padding}
    if operation == "max_pool2d":
        shape, kernel, stride, padding = configuration
        x = rng.integers(-3, 4, shape).astype(float) if rng.random() < 0.5 else rng.standard_normal(shape)
        x[rng.random(shape) < rng.choice([0, 0.8])] = -np.inf  # windows of nothing else, too
        dy = rng.standard_normal((*shape[:2], *_output_size(shape, kernel, stride, padding)))
        return {"x": x, "dy": dy, "kernel": kernel, "stride": stride, "padding": padding}
    if operation == "batch_norm2d":
        shape, eps, momentum = configuration
        x = rng.uniform(0.3, 3) * rng.standard_normal((STEPS, *shape)) + rng.uniform(-3, 3)
        weight, bias, mean = rng.standard_normal((3, shape[1]))
        start = np.stack([weight, bias, mean, rng.uniform(0.5, 2, shape[1])])
        return {"x": x, "dy": rng.standard_normal(x.shape), "start": start, "eps": eps, "momentum": momentum}
    if operation == "softmax":
        shape, axis, scale = configuration
        x = scale * rng.standard_normal(shape)
        x[rng.random(shape) < rng.choice([0, 0.3])] = -np.inf  # masked classes, at times all of them
        return {"x": x, "dy": rng.standard_normal((2, *shape)), "axis": axis}
    x, dy = rng.standard_normal((2, *configuration))
    if operation == "relu":
        edges = rng.choice([0.0, -0.0, np.inf, -np.inf, np.nan, 1e-300], configuration)
        return {"x": np.where(rng.random(configuration) < 0.3, edges, x), "dy": dy}
    length = rng.choice([0, 1e-14, 1e-3, 1, 1e3], (configuration[0], 1, *configuration[2:]))  # 1e-14 < eps
    return {"x": x * length, "weight": 20 * rng.standard_normal(configuration[1]), "dy": dy}


def _output_size(shape, kernel, stride, padding):
    sizes = zip(shape[2:], kernel[-2:], stride, padding, strict=True)
    return [(size + 2 * p - k) // s + 1 for size, k, s, p in sizes]


def ask_torch(operation, inputs):
    """Return PyTorch's answers by name, worked out in float64."""
    from torch.nn import functional

    inputs = {name: np.asarray(value) for name, value in inputs.items()}
    settings = {
        name: value.tolist() for name, value in inputs.items() if value.ndim == 0 or value.dtype == int
    }
    x, dy = inputs["x"], inputs["dy"]
    if operation == "conv2d":
        stride, padding = settings["stride"], settings["padding"]
        y, dx, dweight, dbias = _differentiate(
            lambda x, weight, bias: functional.conv2d(x, weight, bias, stride, padding),
            dy, x, inputs["weight"], inputs["bias"],
        )  # fmt: skip
        return {"y": y, "dx": dx, "dweight": dweight, "dbias": dbias}
    if operation == "max_pool2d":
        window = settings["kernel"], settings["stride"], settings["padding"]
        (y, indices), dx = _differentiate(
            lambda x: functional.max_pool2d(x, *window, return_indices=True), dy, x
        )
        return {"y": y, "indices": indices, "dx": dx}
    if operation == "batch_norm2d":
        return _batch_norm2d(x, dy, inputs["start"], settings["eps"], settings["momentum"])
    if operation == "relu":
        y, dx = _differentiate(functional.relu, dy, x)
        return {"y": y, "dx": dx}
    if operation == "softmax":
        y, dx = _differentiate(lambda x: functional.softmax(x, settings["axis"]), dy[0], x)
        log_y, log_dx = _differentiate(lambda x: functional.log_softmax(x, settings["axis"]), dy[1], x)
        return {"y": y, "dx": dx, "log_y": log_y, "log_dx": log_dx}
    y, dx, dweight = _differentiate(
        lambda x, weight: functional.normalize(x, dim=1) * weight[:, None, None], dy, x, inputs["weight"]
    )
    return {"y": y, "dx": dx, "dweight": dweight}


def _batch_norm2d(x, dy, start, eps, momentum):
    """Return outputs and input gradients of all steps; a channel's gradients and statistics after each."""
    import torch
    from torch.nn import functional

    mean, variance = torch.tensor(start[2:], dtype=torch.float64)
    steps = []
    for step in range(STEPS):
        training = step < STEPS - 1
        y, dx, dweight, dbias = _differentiate(
            lambda x, w, b, training=training: functional.batch_norm(
                x, mean, variance, w, b, training, momentum, eps
            ),
            dy[step], x[step], start[0], start[1],
        )  # fmt: skip
        steps.append((y, dx, np.stack([dweight, dbias, mean.numpy(), variance.numpy()])))
    y, dx, channels = (np.stack(parts) for parts in zip(*steps, strict=True))
    return {"y": y, "dx": dx, "channels": channels}


def _differentiate(function, dy, *inputs):
    """Return a function's output and the gradients of its inputs."""
    import torch

    tensors = [torch.tensor(array, dtype=torch.float64, requires_grad=True) for array in inputs]
    y = function(*tensors)
    first = y[0] if isinstance(y, tuple) else y
    first.backward(torch.tensor(dy, dtype=torch.float64))
    output = tuple(part.detach().numpy() for part in y) if isinstance(y, tuple) else y.detach().numpy()
    return output, *(tensor.grad.numpy() for tensor in tensors)


def main():
    import torch

    rng = np.random.default_rng(3)
    arrays = {"torch": np.array(torch.__version__)}
    for operation, configurations in SPREAD.items():
        for number, configuration in enumerate(configurations):
            inputs = {name: np.asarray(value) for name, value in draw(operation, configuration, rng).items()}
            for name, value in inputs.items():
                if value.ndim and value.dtype == float:  # so that tests can use them in either dtype
                    inputs[name] = value.astype(np.float32)
            for name, value in {**inputs, **ask_torch(operation, inputs)}.items():
                arrays[f"{operation}/{number}/{name}"] = value
    np.savez_compressed(FILE, **arrays)


if __name__ == "__main__":
    main()
