from pathlib import Path

import numpy as np
import pytest

from scratchcv.boxes.anchors import grid_anchors, multibox_prior

GOLDEN = Path(__file__).parents[1] / "golden" / "anchors.npz"
RATIOS = (0.5, 1, 2)
RETINANET_SIZES = [(s, int(s * 2 ** (1 / 3)), int(s * 2 ** (2 / 3))) for s in (32, 64, 128, 256, 512)]
PYRAMID = [(13, 17), (7, 9), (4, 5), (2, 3), (1, 2)]


def test_an_rpn_has_nine_shapes_of_three_areas():
    anchors = grid_anchors([(20, 15)], (640, 480), ((128, 256, 512),), RATIOS)
    assert anchors.shape == (300 * 9, 4)
    width, height = (anchors[:9, 2:] - anchors[:9, :2]).T
    # ratios outside, sizes inside; corners rounded to whole pixels
    np.testing.assert_allclose(width * height, [128**2, 256**2, 512**2] * 3, rtol=0.01)
    np.testing.assert_allclose(height / width, np.repeat(RATIOS, 3), rtol=0.02)
    # a stride of 32: the second cell is 32 pixels to the right, the second row 32 below
    np.testing.assert_array_equal(anchors[9:18] - anchors[:9], [[32, 0, 32, 0]] * 9)
    np.testing.assert_array_equal(anchors[15 * 9 : 16 * 9] - anchors[:9], [[0, 32, 0, 32]] * 9)


def test_21600_anchors_of_the_papers_image():
    assert len(grid_anchors([(600 // 16, 1000 // 16)], (600, 1000), [(128, 256, 512)], RATIOS)) == 37 * 62 * 9
    assert len(grid_anchors([(40, 60)], (640, 960), [(128, 256, 512)], RATIOS)) == 21600


def test_golden_values_of_torchvision():
    golden = np.load(GOLDEN)
    for name, ours in {
        "rpn": grid_anchors([(6, 8)], (100, 130), ((128, 256, 512),), (RATIOS,)),
        "fpn": grid_anchors(PYRAMID, (416, 544), (32, 64, 128, 256, 512), RATIOS),
        "retinanet": grid_anchors(PYRAMID, (416, 544), RETINANET_SIZES, [RATIOS] * 5),
        "half_pixels": grid_anchors([(2, 3)], (31, 31), [(5, 7, 9.5)], [(0.3, 1.0, 4.0)]),
    }.items():
        assert ours.dtype == np.float32
        np.testing.assert_array_equal(ours, golden[name], err_msg=name)


def test_float64_has_the_same_rounding():
    arguments = [(2, 3)], (31, 31), [(5, 7, 9.5)], [(0.3, 1.0, 4.0)]
    exact = grid_anchors(*arguments, dtype=np.float64)
    assert exact.dtype == np.float64
    np.testing.assert_array_equal(exact, grid_anchors(*arguments))


def test_no_levels_no_anchors():
    assert grid_anchors([], (32, 32), [], []).shape == (0, 4)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ([(2, 2)], (8, 8), [(1,), (2,)], RATIOS),
            "sizes must have one entry for each of 1 feature maps, got 2",
        ),
        (([(2, 2)], (8, 8), [(1,)], [RATIOS] * 2), "aspect_ratios must have one entry for each of 1"),
        (([(2, 2)], (8, 8), [(1, 0)], RATIOS), r"sizes\[0\] must be positive numbers, got \(1, 0\)"),
        (([(2, 2)], (8, 8), [()], RATIOS), r"sizes\[0\] must be positive numbers, got \(\)"),
        (([(2, 2)], (8, 8), [(1,)], [(1, float("nan"))]), r"aspect_ratios\[0\] must be positive"),
        (([(2, 9)], (8, 8), [(1,)], RATIOS), r"feature map \(2, 9\) is larger than the image \(8, 8\)"),
        (([(2, 0)], (8, 8), [(1,)], RATIOS), r"feature_sizes\[0\] must be two positive integers"),
        (([(2, 2)], (8, 8, 3), [(1,)], RATIOS), "image_size must be two positive integers"),
        (([4], (8, 8), [(1,)], RATIOS), r"feature_sizes\[0\] must be two positive integers"),
    ],
)
def test_levels_that_do_not_fit(arguments, message):
    with pytest.raises(ValueError, match=message):
        grid_anchors(*arguments)


def test_torchvision_agrees():
    torch = pytest.importorskip("torch")
    torchvision = pytest.importorskip("torchvision.models.detection.anchor_utils")
    image_list = pytest.importorskip("torchvision.models.detection.image_list")
    rng = np.random.default_rng(0)
    for _ in range(300):
        levels = rng.integers(1, 4)
        image_size = tuple(rng.integers(20, 900, 2).tolist())
        feature_sizes = [tuple(rng.integers(1, 20, 2).tolist()) for _ in range(levels)]
        sizes = [tuple(rng.uniform(0.5, 600, rng.integers(1, 4)).round(1).tolist()) for _ in range(levels)]
        ratios = [tuple(rng.uniform(0.1, 9, rng.integers(1, 4)).round(2).tolist()) for _ in range(levels)]
        generator = torchvision.AnchorGenerator(tuple(sizes), tuple(ratios))
        images = image_list.ImageList(torch.zeros(1, 3, *image_size), [image_size])
        theirs = generator(images, [torch.zeros(1, 1, *size) for size in feature_sizes])[0].numpy()
        np.testing.assert_array_equal(grid_anchors(feature_sizes, image_size, sizes, ratios), theirs)


def test_the_lectures_prior_on_its_image():
    anchors = multibox_prior(561, 728, sizes=[0.75, 0.5, 0.25], ratios=[1, 2, 0.5], dtype=np.float64)
    assert len(anchors) == 2_042_040
    expected = [
        [0.055117, 0.071524, 0.633070, 0.821524],
        [0.151442, 0.196524, 0.536745, 0.696524],
        [0.247768, 0.321524, 0.440419, 0.571524],
        [-0.064581, 0.181359, 0.752768, 0.711689],
        [0.139756, -0.083806, 0.548431, 0.976854],
    ]
    at_250_250 = anchors.reshape(561, 728, 5, 4)[250, 250]
    np.testing.assert_allclose(at_250_250, expected, atol=5.1e-7)
    pixels = (at_250_250[:, 2:] - at_250_250[:, :2]) * [728, 561]
    sides = [[420.75, 420.75], [280.5, 280.5], [140.25, 140.25], [595.03, 297.52], [297.52, 595.03]]
    np.testing.assert_allclose(pixels, sides, atol=0.005)
    np.testing.assert_allclose(pixels[:, 0] / pixels[:, 1], [1, 1, 1, 2, 0.5], rtol=1e-12)


def test_the_lectures_prior_on_two_by_two():
    anchors = multibox_prior(2, 2, sizes=[0.75, 0.5, 0.25], ratios=[1, 2, 0.5])
    assert (anchors.shape, anchors.dtype) == ((20, 4), np.float32)
    expected = [
        [-0.125, -0.125, 0.625, 0.625],
        [0, 0, 0.5, 0.5],
        [0.125, 0.125, 0.375, 0.375],
        [-0.28033, -0.015165, 0.78033, 0.515165],
        [-0.015165, -0.28033, 0.515165, 0.78033],
    ]
    np.testing.assert_allclose(anchors[:5], expected, atol=5e-6)
    centers = ((anchors[:, :2] + anchors[:, 2:]) / 2).reshape(4, 5, 2)
    np.testing.assert_allclose(
        centers[:, 0], [[0.25, 0.25], [0.75, 0.25], [0.25, 0.75], [0.75, 0.75]], atol=1e-7
    )


def test_sizes_come_at_the_first_ratio():
    # d2l: sizes are taken at r1, whatever it is
    first, second = multibox_prior(1, 1, sizes=[0.5, 0.25], ratios=[4], dtype=np.float64)
    np.testing.assert_allclose(first, [0, 0.375, 1, 0.625])
    np.testing.assert_allclose(second, [0.25, 0.4375, 0.75, 0.5625])


def test_tiny_ssd_has_5444_anchors():
    sizes = [(0.2, 0.272), (0.37, 0.447), (0.54, 0.619), (0.71, 0.79), (0.88, 0.961)]
    maps = (32, 16, 8, 4, 1)
    assert sum(len(multibox_prior(n, n, s, (1, 2, 0.5))) for n, s in zip(maps, sizes, strict=True)) == 5444


def test_centers_thin_out_with_the_feature_map():
    for side, size in ((4, 0.15), (2, 0.4), (1, 0.8)):
        boxes = multibox_prior(side, side, [size], [1, 2, 0.5], dtype=np.float64).reshape(side, side, 3, 4)
        np.testing.assert_allclose(boxes[0, 0, 0, :2] + size / 2, 0.5 / side)
        np.testing.assert_allclose(boxes[-1, -1, 0, 2:] - size / 2, 1 - 0.5 / side)


def test_bad_priors():
    with pytest.raises(ValueError, match="height and width must be integers of at least 1, got 0 and 4"):
        multibox_prior(0, 4, [0.5], [1])
    with pytest.raises(ValueError, match=r"height and width must be integers of at least 1, got 2 and 2\.5"):
        multibox_prior(2, 2.5, [0.5], [1])
    with pytest.raises(ValueError, match=r"sizes must be positive numbers, got \[\]"):
        multibox_prior(2, 2, [], [1])
    with pytest.raises(ValueError, match=r"ratios must be positive numbers, got \[1, -2\]"):
        multibox_prior(2, 2, [0.5], [1, -2])
