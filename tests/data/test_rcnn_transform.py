"""The batch of torchvision's detectors: sizes, pixels, padding, boxes there and back."""

import numpy as np
import pytest

from scratchcv.data import GeneralizedRCNNTransform

SIZES = [(333, 500), (480, 640), (97, 311), (800, 800), (1000, 64)]


def random_images(sizes, dtype=np.float32):
    rng = np.random.default_rng(0)
    return [rng.random((3, *size)).astype(dtype) for size in sizes]


@pytest.mark.parametrize("image_size", SIZES)
def test_the_shorter_side_is_given_unless_the_longer_one_is_too_long(image_size):
    height, width = GeneralizedRCNNTransform(min_size=100, max_size=200).resized_size(image_size)
    assert max(height, width) <= 200
    if max(image_size) / min(image_size) <= 2:
        assert min(height, width) in (99, 100)  # 333 · (100 / 333) may round to either side of 100
    else:
        assert max(height, width) in (199, 200)
    assert abs(height / width - image_size[0] / image_size[1]) < 0.1 * image_size[0] / image_size[1]


def test_each_image_lies_in_its_corner_and_the_rest_is_zero():
    images = random_images([(40, 60), (50, 50)])
    batch, sizes = GeneralizedRCNNTransform(min_size=40, max_size=100).to_batch(images)
    assert batch.shape == (2, 3, 64, 64)
    assert sizes == [(40, 60), (40, 40)]
    mean, std = np.float32([0.485, 0.456, 0.406]), np.float32([0.229, 0.224, 0.225])
    np.testing.assert_allclose(
        batch[0, :, :40, :60], (images[0] - mean[:, None, None]) / std[:, None, None], rtol=1e-5, atol=1e-6
    )
    assert not batch[0, :, 40:].any()
    assert not batch[0, :, :, 60:].any()
    assert not batch[1, :, :, 40:].any()


def test_stretching_ignores_the_shape():
    batch, sizes = GeneralizedRCNNTransform(fixed_size=(32, 64)).to_batch(random_images([(40, 60), (9, 50)]))
    assert batch.shape == (2, 3, 32, 64)
    assert sizes == [(32, 64)] * 2


def test_antialiasing_averages_where_bilinear_sampling_takes_four_pixels():
    stripes = np.zeros((3, 32, 32), np.float32)
    stripes[:, :, ::4] = 1
    plain, smooth = (
        GeneralizedRCNNTransform(
            fixed_size=(8, 8), size_divisible=1, image_mean=[0] * 3, image_std=[1] * 3, antialias=antialias
        ).to_batch([stripes])[0]
        for antialias in (False, True)
    )
    assert set(np.unique(plain)) == {0}  # it looks between the stripes
    assert abs(smooth[..., 1:-1].mean() - 0.25) < 0.01


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_boxes_go_there_and_back(dtype):
    transform = GeneralizedRCNNTransform(min_size=100, max_size=150)
    boxes = np.random.default_rng(1).uniform(0, 300, (20, 4)).astype(dtype)
    size = transform.resized_size((333, 500))
    there = transform.to_batch_boxes(boxes, (333, 500), size)
    assert there.dtype == dtype
    np.testing.assert_allclose(there[:, 0], boxes[:, 0] * size[1] / 500, rtol=1e-6)
    np.testing.assert_allclose(there[:, 3], boxes[:, 3] * size[0] / 333, rtol=1e-6)
    np.testing.assert_allclose(transform.to_image_boxes(there, (333, 500), size), boxes, rtol=1e-6)


def test_nothing_in_nothing_out():
    transform = GeneralizedRCNNTransform()
    batch, sizes = transform.to_batch([])
    assert batch.shape == (0, 3, 32, 32)
    assert sizes == []
    stretching = GeneralizedRCNNTransform(fixed_size=(64, 96))
    assert stretching.to_batch([])[0].shape == (0, 3, 64, 96)
    assert transform.to_batch_boxes(np.zeros((0, 4)), (9, 9), (18, 18)).shape == (0, 4)


def test_bad_settings_are_named():
    with pytest.raises(ValueError, match="max_size must be at least 1, got 0"):
        GeneralizedRCNNTransform(max_size=0)
    with pytest.raises(ValueError, match=r"fixed_size must be at least 1, got -3"):
        GeneralizedRCNNTransform(fixed_size=(8, -3))
    with pytest.raises(ValueError, match="image_std must be positive"):
        GeneralizedRCNNTransform(image_std=(1, 0, 1))


@pytest.mark.parametrize(("dtype", "atol"), [(np.float64, 1e-11), (np.float32, 5e-4)])
@pytest.mark.parametrize(("min_size", "max_size"), [(400, 667), (100, 150), (37, 1000)])
def test_batches_and_boxes_are_torchvisions(min_size, max_size, dtype, atol):
    """In float32 torch rounds positions in the image: 2⁻²³ of 500 pixels, between pixels that differ by 4."""
    torch = pytest.importorskip("torch")
    module = pytest.importorskip("torchvision.models.detection.transform")
    images = random_images(SIZES, dtype)
    boxes = [np.array([[1, 2, 30, 40], [5.5, 6.5, 33.25, 64]], dtype)] * len(SIZES)
    theirs = module.GeneralizedRCNNTransform(min_size, max_size, [0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
    listed, targets = theirs(
        [torch.from_numpy(image) for image in images], [{"boxes": torch.from_numpy(b)} for b in boxes]
    )
    ours = GeneralizedRCNNTransform(min_size, max_size)
    batch, batch_sizes = ours.to_batch(images, dtype)
    assert batch_sizes == listed.image_sizes
    np.testing.assert_allclose(batch, listed.tensors.numpy(), rtol=0, atol=atol)
    for n, target in enumerate(targets):
        moved = ours.to_batch_boxes(boxes[n], SIZES[n], batch_sizes[n])
        np.testing.assert_allclose(moved, target["boxes"].numpy(), rtol=2e-7)
