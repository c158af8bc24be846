import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scratchcv.losses import border_weights, cross_entropy
from scratchcv.testing import assert_close

EVEN = {"class_weight": [1, 1]}


def by_definition(instances, w0, sigma):
    """Measure each pixel's distance from all border pixels of each object."""
    padded = np.pad(instances, 1, mode="edge")
    neighbours = [padded[:-2, 1:-1], padded[2:, 1:-1], padded[1:-1, :-2], padded[1:-1, 2:]]
    border = (instances != 0) & np.any([other != instances for other in neighbours], axis=0)
    weights = np.zeros(instances.shape)
    for y, x in np.ndindex(instances.shape):
        distances = [
            np.hypot(*(np.argwhere(border & (instances == i)) - (y, x)).T).min(initial=np.inf)
            for i in np.unique(instances[instances != 0])
        ]
        d1, d2 = sorted([*distances, np.inf, np.inf])[:2]
        weights[y, x] = w0 * np.exp(-((d1 + d2) ** 2) / (2 * sigma**2))
    return weights


def test_between_two_cells():
    # A gap of three pixels: in its middle d1 = d2 = 2, beside the cells 1 and 3; 10 exp(-16 / 50) everywhere.
    weights = border_weights([[1, 1, 0, 0, 0, 2, 2]], background_only=True, **EVEN)
    assert_close(weights, [[1, 1, *3 * [1 + 10 * np.exp(-16 / 50)], 1, 1]])


def test_the_narrower_the_gap_the_heavier():
    middle = [border_weights([[1, *gap * [0], 2]], **EVEN)[0, (gap + 1) // 2] for gap in (1, 3, 7, 15, 41)]
    assert middle == sorted(middle, reverse=True)
    assert middle[-1] < 1 + 1e-12


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 2**32 - 1), st.floats(0.5, 20), st.floats(0.5, 9))
def test_equals_the_definition(seed, w0, sigma):
    rng = np.random.default_rng(seed)
    small = rng.integers(0, 4, rng.integers(1, 5, 2))
    instances = np.kron(small, np.ones(rng.integers(1, 4, 2), int))
    wanted = by_definition(instances, w0, sigma)
    assert_close(border_weights(instances, w0=w0, sigma=sigma, **EVEN) - 1, wanted)
    only = border_weights(instances, w0=w0, sigma=sigma, background_only=True, **EVEN)
    assert_close(only - 1, np.where(instances == 0, wanted, 0))


def test_classes_weigh_the_same_in_all():
    instances = np.zeros((10, 10), int)
    instances[:2, :5] = 1
    weights = border_weights(instances)
    assert_close(weights[instances == 1], np.full(10, 5.0))
    assert_close(weights[instances == 1].sum(), weights[instances == 0].sum())
    assert_close(weights.mean(), 1.0)


@pytest.mark.parametrize("label", [0, 1])
def test_a_single_class_weighs_one(label):
    assert (border_weights(np.full((3, 4), label)) == 1).all()


def test_one_cell_has_no_gap():
    assert (border_weights([[0, 1, 1, 0]], **EVEN) == 1).all()


def test_instances_may_touch_and_have_any_number():
    weights = border_weights([[-7, -7, 300, 300]], **EVEN)
    assert_close(weights[0, 1:3], 2 * [1 + 10 * np.exp(-1 / 50)])


def test_given_class_weights():
    assert border_weights([[0, 1]], class_weight=[0.5, 3]).tolist() == [[0.5, 3]]


def test_no_pixels():
    assert border_weights(np.zeros((0, 4), int)).shape == (0, 4)


def test_in_the_cross_entropy_of_unet():
    instances = np.array([[1, 1, 0, 2, 2]])
    weights = border_weights(instances, **EVEN)
    logits = np.zeros((1, 2, 1, 5))
    loss, dlogits = cross_entropy(logits, (instances > 0)[None].astype(int), pixel_weight=weights[None],
                                  reduction="sum")  # fmt: skip
    assert_close(loss, np.log(2) * weights.sum())
    assert_close(abs(dlogits[0, 0]), weights / 2)


@pytest.mark.parametrize(
    ("instances", "options", "error", "message"),
    [
        ([1, 2], {}, ValueError, r"instances must have shape \(H, W\), got \(2,\)"),
        ([[1.0, 2.0]], {}, TypeError, "instances must be integers, got float64"),
        ([[1, 2]], {"sigma": 0}, ValueError, "sigma must be positive, got 0"),
        ([[1, 2]], {"class_weight": [1]}, ValueError, r"class_weight must have shape \(2,\), got \(1,\)"),
    ],
)
def test_bad_arguments(instances, options, error, message):
    with pytest.raises(error, match=message):
        border_weights(instances, **options)
