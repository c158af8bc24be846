"""Every layer against PyTorch: recorded answers always, hundreds of random ones where torch is installed.

PyTorch answers in float64, from the very inputs that our layers get, in float32 as well. How far ours may
be off is derived, not tuned: a sum of n terms, in whatever order, is off by at most n roundings of the sum of
the terms' absolute values (Higham, "Accuracy and Stability of Numerical Algorithms", 2002, section 4.2). So
each answer is allowed a number of roundings, times what its formula gives when nothing in it cancels.
"""

import runpy
from pathlib import Path

import numpy as np
import pytest

from scratchcv.layers import (
    BatchNorm2d,
    conv2d,
    conv2d_backward,
    l2_norm,
    l2_norm_backward,
    log_softmax,
    log_softmax_backward,
    max_pool2d,
    max_pool2d_backward,
    relu,
    relu_backward,
    softmax,
    softmax_backward,
)
from scratchcv.testing.structure import frozen_copy, strided

GOLDEN = Path(__file__).parents[1] / "golden"
MAKE = runpy.run_path(str(GOLDEN / "make_layers.py"))
OPERATIONS = sorted(MAKE["SPREAD"])
RANDOM_CONFIGURATIONS = 250

ROUNDINGS = 16
"""Of the handful of operations that are no sums: divisions, roots, exponentials."""


def our_conv2d(x, weight, bias, dy, stride, padding):
    dx, dweight, dbias = conv2d_backward(dy, x, weight, stride, padding)
    return {"y": conv2d(x, weight, bias, stride, padding), "dx": dx, "dweight": dweight, "dbias": dbias}


def our_max_pool2d(x, dy, kernel, stride, padding):
    y, indices = max_pool2d(x, kernel, stride, padding)
    return {"y": y, "indices": indices, "dx": max_pool2d_backward(dy, indices, x.shape[2:])}


def our_batch_norm2d(x, dy, start, eps, momentum):
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


def our_relu(x, dy):
    return {"y": relu(x), "dx": relu_backward(dy, x)}


def our_l2_norm(x, weight, dy):
    dx, dweight = l2_norm_backward(dy, x, weight)
    return {"y": l2_norm(x, weight), "dx": dx, "dweight": dweight}


def our_softmax(x, dy, axis):
    y, log_y = softmax(x, axis), log_softmax(x, axis)
    dx, log_dx = softmax_backward(dy[0], y, axis), log_softmax_backward(dy[1], log_y, axis)
    return {"y": y, "dx": dx, "log_y": log_y, "log_dx": log_dx}


def allowed_conv2d(answers, x, weight, bias, dy, stride, padding):
    (O, C, kh, kw), (N, _, H, W) = weight.shape, dy.shape
    products = {"y": C * kh * kw, "dx": O * kh * kw, "dweight": N * H * W, "dbias": N * H * W}
    sizes = convolve_absolutes(x, weight, bias, dy, stride, padding)
    return {name: (products[name] + 2) * sizes[name] for name in answers}


def convolve_absolutes(x, weight, bias, dy, stride, padding):
    """The same sums of products, of absolute values, tap by tap."""
    (sh, sw), (ph, pw) = stride, padding
    x, weight, bias, dy = (abs(array) for array in (x, weight, bias, dy))
    (height, width), (H, W) = dy.shape[2:], x.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)))
    dpadded, dweight = np.zeros_like(padded), np.zeros_like(weight)
    y = np.zeros_like(dy) + bias[:, None, None]
    for i, j in np.ndindex(weight.shape[2:]):
        seen = np.s_[:, :, i : i + sh * height : sh, j : j + sw * width : sw]
        patch, taps = padded[seen][:, :, :height, :width], weight[:, :, i, j]
        y += np.einsum("nchw,oc->nohw", patch, taps)
        dpadded[seen] += np.einsum("nohw,oc->nchw", dy, taps)
        dweight[:, :, i, j] = np.einsum("nohw,nchw->oc", dy, patch)
    dx = dpadded[:, :, ph : ph + H, pw : pw + W]
    return {"y": y, "dx": dx, "dweight": dweight, "dbias": dy.sum(axis=(0, 2, 3))}


def allowed_max_pool2d(answers, x, dy, kernel, stride, padding):
    windows = np.prod(kernel)  # as many may share a maximum
    dx = max_pool2d_backward(abs(dy), answers["indices"], x.shape[2:])
    return {"y": 0, "indices": 0, "dx": windows * dx}


def allowed_batch_norm2d(answers, x, dy, start, eps, momentum):
    weight, bias, *running = abs(
        start
    )  # of running mean and variance: what they are sums of, nothing cancelled
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


def allowed_relu(answers, x, dy):
    return {"y": 0, "dx": 0}


def allowed_l2_norm(answers, x, weight, dy):
    C = len(weight)
    length = np.maximum(np.sqrt((x * x).sum(axis=1, keepdims=True)), 1e-12)
    u, v = abs(x) / length, abs(weight[:, None, None] * dy)
    dx = (v + u * (u * v).sum(axis=1, keepdims=True)) / length
    dweight = (abs(dy) * u).sum(axis=(0, 2, 3))
    terms = dy[:, 0].size
    return {
        "y": (C + ROUNDINGS) * abs(answers["y"]),
        "dx": (2 * C + ROUNDINGS) * dx,
        "dweight": (C + terms + ROUNDINGS) * dweight,
    }


def allowed_softmax(answers, x, dy, axis):
    def total(array):
        return array.sum(axis, keepdims=True)

    y, K = answers["y"], x.shape[axis]
    with np.errstate(invalid="ignore"):
        below = abs(x - x.max(axis, keepdims=True, initial=-np.inf))
    below[~np.isfinite(below)] = 0  # compared as infinities
    probability = y * (1 + below)  # an exponential is off by its argument's rounding
    limits = {
        "y": probability,
        "dx": probability * (abs(dy[0]) + total(abs(dy[0]) * probability)),
        "log_y": below + np.log(K + 1) + 1,
        "log_dx": abs(dy[1]) + y * (below + np.log(K + 1) + 1) * total(abs(dy[1])),
    }
    return {name: (2 * K + ROUNDINGS) * limit for name, limit in limits.items()}


def prepare(inputs, dtype, arrange=frozen_copy):
    """Cast arrays to a dtype, read-only; settings become numbers and tuples."""
    prepared = {}
    for name, value in inputs.items():
        value = np.asarray(value)
        if value.ndim and value.dtype.kind == "f":
            prepared[name] = arrange(value.astype(dtype))
        else:
            prepared[name] = tuple(value.tolist()) if value.ndim else value.item()
    return prepared


def assert_agrees(operation, inputs, expected, case):
    """Run our layer and fail unless every answer is within what its formula allows."""
    dtype = inputs["x"].dtype
    found = globals()[f"our_{operation}"](**inputs)
    wide = {
        name: value.astype(float) if isinstance(value, np.ndarray) else value
        for name, value in inputs.items()
    }
    allowed = globals()[f"allowed_{operation}"](expected, **wide)
    assert found.keys() == expected.keys() == allowed.keys()
    for name, ours in found.items():
        theirs, where = expected[name], f"{operation}, {case}: {name}"
        assert ours.dtype == (np.int64 if name == "indices" else dtype), where
        assert ours.shape == theirs.shape, where
        finite = np.isfinite(theirs)
        np.testing.assert_array_equal(ours[~finite], theirs[~finite], err_msg=where)
        # The smallest normal number: below it floating numbers are coarser.
        limit = np.finfo(dtype).eps * np.broadcast_to(allowed[name], theirs.shape) + np.finfo(dtype).tiny
        off = abs(ours[finite] - theirs[finite]) / limit[finite]
        assert not off.size or off.max() <= 1, f"{where} is off by {off.max():.3g} of what rounding explains"


@pytest.fixture(params=[np.float32, np.float64], ids=["float32", "float64"])
def dtype(request):
    return request.param


@pytest.fixture
def torch_on_one_core():
    """Keep PyTorch's threads from waiting for each other over inputs as small as these."""
    torch = pytest.importorskip("torch", reason="torch is not installed: recorded answers are compared alone")
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_equals_recorded_torch(operation, dtype, backend):
    golden = np.load(GOLDEN / "layers.npz")
    for number, configuration in enumerate(MAKE["SPREAD"][operation]):
        prefix = f"{operation}/{number}/"
        entry = {key.removeprefix(prefix): golden[key] for key in golden.files if key.startswith(prefix)}
        names = MAKE["draw"](operation, configuration, np.random.default_rng(0))
        inputs = prepare({name: entry.pop(name) for name in names}, dtype)
        assert_agrees(operation, inputs, entry, configuration)


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.usefixtures("torch_on_one_core")
def test_equals_live_torch(operation, dtype, backend):
    for seed in range(RANDOM_CONFIGURATIONS):
        rng = np.random.default_rng(seed)
        configuration = MAKE["random_configuration"](operation, rng)
        inputs = MAKE["draw"](operation, configuration, rng)
        inputs = prepare(inputs, dtype, strided if seed % 4 == 0 else frozen_copy)
        expected = MAKE["ask_torch"](operation, inputs)
        assert_agrees(operation, inputs, expected, f"seed {seed}: {configuration}")
