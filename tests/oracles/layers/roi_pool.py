"""RoI pooling, as torchvision.ops.roi_pool, with the places of its maxima.

It is asked in the dtype of its input: where bins begin depends on how a division rounds. A maximum is exact
in either, so the answers are, too.
"""

import numpy as np

from scratchcv.layers import roi_pool, roi_pool_backward

SPREAD = [  # x, number of regions, output_size, spatial_scale
    ((1, 1, 1, 1), 1, (1, 1), 1.0),
    ((1, 2, 6, 5), 3, (2, 2), 1.0),
    ((2, 2, 6, 7), 6, (3, 2), 0.5),
    ((2, 1, 9, 8), 8, (7, 7), 0.25),
    ((3, 2, 4, 5), 7, (1, 4), 0.0625),
    ((1, 2, 5, 4), 5, (2, 3), 2.0),
    ((2, 2, 4, 4), 0, (2, 2), 1.0),
    ((0, 2, 4, 4), 0, (2, 2), 1.0),
]


def random_configuration(rng):
    large = rng.random() < 0.1
    N, C = rng.integers((0, 1), (4, 24) if large else (4, 7)).tolist()
    H, W = rng.integers(1, 40 if large else 13, 2).tolist()
    K = int(rng.integers(0, 9)) if N else 0
    scale = float(rng.choice([1, 0.5, 1 / 16, 0.1, 3]))
    return (N, C, H, W), K, tuple(rng.integers(1, 9, 2).tolist()), scale


def draw(configuration, rng):
    shape, K, output_size, scale = configuration
    x = rng.integers(-3, 4, shape).astype(float) if rng.random() < 0.5 else rng.standard_normal(shape)
    H, W = shape[2:]
    images = rng.integers(0, max(shape[0], 1), (K, 1))
    corners = rng.uniform(-0.3, 1.3, (K, 4)) * [W, H, W, H]  # some outside the image, some inside out
    corners = np.where(
        rng.random((K, 1)) < 0.5, np.sort(corners.reshape(K, 2, 2), axis=1).reshape(K, 4), corners
    )
    corners = np.where(rng.random((K, 1)) < 0.5, np.round(2 * corners) / 2, corners)  # halves
    rois = np.concatenate([images, corners / scale], axis=1)
    dy = rng.standard_normal((K, shape[1], *output_size))
    return {"x": x, "dy": dy, "rois": rois, "output_size": output_size, "spatial_scale": scale}


def ask_torch(inputs, differentiate):
    import torch
    import torchvision

    x, dy, rois, size, scale = inputs.values()
    assert torchvision.ops.roi_pool
    places = torch.tensor(rois)
    y, indices = torch.ops.torchvision.roi_pool(torch.tensor(x), places, scale, *size)
    dx = torch.ops.torchvision._roi_pool_backward(
        torch.tensor(dy, dtype=torch.float64), places.double(), indices, scale, *size, *x.shape
    )
    return {"y": y.double().numpy(), "indices": indices.numpy(), "dx": dx.numpy()}


def ours(x, dy, rois, output_size, spatial_scale):
    y, indices = roi_pool(x, rois, output_size, spatial_scale)
    return {"y": y, "indices": indices, "dx": roi_pool_backward(dy, indices, rois, x.shape)}


def allowed(answers, x, dy, rois, output_size, spatial_scale):
    # At most every bin of every region adds to a pixel.
    dx = roi_pool_backward(abs(dy), answers["indices"], rois, x.shape)
    return {"y": 0, "indices": 0, "dx": len(rois) * np.prod(output_size) * dx}
