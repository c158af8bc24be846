"""The linear layer, as torch.nn.functional.linear."""

import numpy as np

from scratchcv.layers import linear, linear_backward

SPREAD = [  # x, out_features, bias
    ((1, 1), 1, True),
    ((2, 3), 4, True),
    ((5, 4), 2, False),
    ((3,), 2, True),  # one vector
    ((2, 3, 4), 3, True),
    ((2, 1, 3, 2), 5, False),
    ((0, 3), 2, True),
    ((4, 60), 7, True),
]


def random_configuration(rng):
    large = rng.random() < 0.1
    leading = rng.integers(0, 5, rng.integers(0, 4)).tolist()
    in_features, out_features = rng.integers(1, 200 if large else 12, 2).tolist()
    return (*leading, in_features), out_features, bool(rng.random() < 0.7)


def draw(configuration, rng):
    shape, out_features, bias = configuration
    return {
        "x": rng.standard_normal(shape),
        "weight": rng.standard_normal((out_features, shape[-1])),
        "bias": rng.standard_normal(out_features) if bias else None,
        "dy": rng.standard_normal((*shape[:-1], out_features)),
    }


def ask_torch(inputs, differentiate):
    from torch.nn import functional

    parts = [inputs[name] for name in ("x", "weight", "bias") if inputs[name] is not None]
    y, dx, dweight, *dbias = differentiate(functional.linear, inputs["dy"], *parts)
    return {"y": y, "dx": dx, "dweight": dweight} | ({"dbias": dbias[0]} if dbias else {})


def ours(x, weight, bias, dy):
    dx, dweight, dbias = linear_backward(dy, x, weight)
    answers = {"y": linear(x, weight, bias), "dx": dx, "dweight": dweight}
    return answers if bias is None else answers | {"dbias": dbias}


def allowed(answers, x, weight, bias, dy):
    (O, features), vectors = weight.shape, int(np.prod(x.shape[:-1]))
    sizes = ours(*(None if array is None else abs(array) for array in (x, weight, bias, dy)))
    terms = {"y": features + 1, "dx": O, "dweight": vectors, "dbias": vectors}
    return {name: (terms[name] + 1) * sizes[name] for name in answers}
