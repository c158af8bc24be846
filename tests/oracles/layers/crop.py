"""The middle of feature maps, as torchvision.transforms.functional.center_crop."""

from scratchcv.layers import center_crop, center_crop_backward

SPREAD = [  # x, size
    ((1, 1, 4, 4), (2, 2)),
    ((2, 1, 5, 4), (2, 3)),
    ((1, 2, 6, 7), (3, 2)),
    ((2, 2, 3, 3), (3, 3)),
    ((1, 1, 8, 8), (1, 1)),
    ((0, 2, 5, 5), (3, 4)),
    ((1, 3, 9, 6), (4, 1)),
    ((3, 1, 1, 7), (1, 4)),
]


def random_configuration(rng):
    N, C, H, W = rng.integers((0, 1, 1, 1), (3, 4, 24, 24)).tolist()
    return (N, C, H, W), (int(rng.integers(1, H + 1)), int(rng.integers(1, W + 1)))


def draw(configuration, rng):
    shape, size = configuration
    return {"x": rng.standard_normal(shape), "dy": rng.standard_normal((*shape[:2], *size)), "size": size}


def ask_torch(inputs, differentiate):
    from torchvision.transforms.functional import center_crop as their_center_crop

    y, dx = differentiate(lambda x: their_center_crop(x, inputs["size"]), inputs["dy"], inputs["x"])
    return {"y": y, "dx": dx}


def ours(x, dy, size):
    return {"y": center_crop(x, size), "dx": center_crop_backward(dy, x.shape[2:])}


def allowed(answers, x, dy, size):
    return {"y": 0, "dx": 0}
