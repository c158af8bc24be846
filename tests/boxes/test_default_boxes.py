import math
from pathlib import Path

import numpy as np
import pytest

from scratchcv.boxes.default_boxes import ssd300_default_boxes, ssd512_default_boxes, ssd_default_boxes

GOLDEN = Path(__file__).parents[1] / "golden" / "anchors.npz"


def test_ssd300_has_the_lectures_8732_boxes():
    boxes = ssd300_default_boxes()
    assert (boxes.shape, boxes.dtype) == ((8732, 4), np.float32)
    np.testing.assert_array_equal(boxes, np.load(GOLDEN)["ssd300"])


def test_ssd512_has_the_lectures_24564_boxes():
    boxes = ssd512_default_boxes(dtype=np.float64)
    assert boxes.shape == (24564, 4)
    sides = boxes[:, 2:] - boxes[:, :2]
    # the first cell of 8 pixels: 512 * .07 = 35.84, its geometric mean with 512 * .15 = 76.8, ratio 2
    np.testing.assert_allclose((boxes[0, :2] + boxes[0, 2:]) / 2, [4, 4], atol=1e-12)
    middle = math.sqrt(35.84 * 76.8)
    long, short = 35.84 * math.sqrt(2), 35.84 / math.sqrt(2)
    np.testing.assert_allclose(sides[:4], [[35.84] * 2, [middle] * 2, [long, short], [short, long]])
    # the last cell: 512 * .9, then 512 * sqrt(.9 * 1.05) = 497.7, then 460.8 * sqrt(2) clipped to the image
    np.testing.assert_allclose(sides[-4:, 0], [460.8, 512 * math.sqrt(0.945), 512, 460.8 / math.sqrt(2)])
    np.testing.assert_allclose(
        ssd512_default_boxes(clip=False)[-2, 2:], [256 + 325.8348, 256 + 162.9174], rtol=1e-6
    )


def test_other_scales_change_sizes_and_keep_centers():
    voc = ssd300_default_boxes(scales=(0.1, 0.2, 0.37, 0.54, 0.71, 0.88, 1.05), dtype=np.float64)
    np.testing.assert_allclose(voc[0], [4 - 15, 4 - 15, 4 + 15, 4 + 15], atol=1e-12)
    coco = ssd300_default_boxes(dtype=np.float64)
    np.testing.assert_allclose(voc[:, :2] + voc[:, 2:], coco[:, :2] + coco[:, 2:], atol=1e-9)


def test_golden_values_of_torchvision():
    golden = np.load(GOLDEN)
    for name, ours in {
        "ssdlite": ssd_default_boxes(
            [(4, 6), (2, 3), (1, 1)], (320, 480), [[2, 3]] * 3, min_ratio=0.2, max_ratio=0.95
        ),
        "unclipped": ssd_default_boxes(
            [(3, 2), (1, 1)], (200, 100), [[2], []], scales=[0.5, 0.9, 1.3], clip=False
        ),
        "single": ssd_default_boxes([(2, 2)], (64, 96), [[2]]),
    }.items():
        assert ours.dtype == np.float32
        np.testing.assert_array_equal(ours, golden[name], err_msg=name)


def test_no_levels_no_boxes():
    assert ssd_default_boxes([], (32, 32), []).shape == (0, 4)


@pytest.mark.parametrize(
    ("keywords", "message"),
    [
        ({"aspect_ratios": [[2]]}, "aspect_ratios must have length 2 for 2 feature maps, got 1"),
        ({"scales": [0.1, 0.2]}, "scales must have length 3 for 2 feature maps, got 2"),
        ({"scales": [0.1, -0.2, 0.3]}, "scales must be positive numbers"),
        ({"steps": [8]}, "steps must have length 2 for 2 feature maps, got 1"),
        ({"steps": [8, 0]}, "steps must be positive numbers"),
        ({"aspect_ratios": [[2], [0]]}, r"aspect_ratios of a level must be positive numbers, got \[0\]"),
        ({"feature_sizes": [(4, 4), (0, 2)]}, r"feature_sizes\[1\] must be two positive integers"),
        ({"image_size": (32, 0)}, "image_size must be two positive integers"),
    ],
)
def test_levels_that_do_not_fit(keywords, message):
    arguments = {"feature_sizes": [(4, 4), (2, 2)], "image_size": (32, 32), "aspect_ratios": [[2], [2]]}
    with pytest.raises(ValueError, match=message):
        ssd_default_boxes(**{**arguments, **keywords})


def test_torchvision_agrees():
    torch = pytest.importorskip("torch")
    torchvision = pytest.importorskip("torchvision.models.detection.anchor_utils")
    image_list = pytest.importorskip("torchvision.models.detection.image_list")
    rng = np.random.default_rng(0)
    for _ in range(300):
        levels = int(rng.integers(1, 5))
        image_size = tuple(rng.integers(20, 900, 2).tolist())
        feature_sizes = [tuple(rng.integers(1, 20, 2).tolist()) for _ in range(levels)]
        ratios = [rng.uniform(0.2, 5, rng.integers(0, 4)).round(2).tolist() for _ in range(levels)]
        scales = rng.uniform(0.02, 1.5, levels + 1).round(3).tolist() if rng.random() < 0.7 else None
        steps = rng.integers(4, 400, levels).tolist() if rng.random() < 0.5 else None
        keywords = {"scales": scales, "steps": steps, "clip": bool(rng.random() < 0.5)}
        generator = torchvision.DefaultBoxGenerator(ratios, **keywords)
        images = image_list.ImageList(torch.zeros(1, 3, *image_size), [image_size])
        theirs = generator(images, [torch.zeros(1, 1, *size) for size in feature_sizes])[0].numpy()
        np.testing.assert_array_equal(
            ssd_default_boxes(feature_sizes, image_size, ratios, **keywords), theirs
        )


def test_ssd300_is_torchvisions():
    detection = pytest.importorskip("torchvision.models.detection")
    torch = pytest.importorskip("torch")
    image_list = pytest.importorskip("torchvision.models.detection.image_list")
    model = detection.ssd300_vgg16(weights=None, weights_backbone=None).eval()
    images = torch.zeros(1, 3, 300, 300)
    with torch.no_grad():
        features = list(model.backbone(images).values())
    theirs = model.anchor_generator(image_list.ImageList(images, [(300, 300)]), features)[0].numpy()
    np.testing.assert_array_equal(ssd300_default_boxes(), theirs)
