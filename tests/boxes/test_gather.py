import numpy as np
import pytest

from scratchcv.boxes import gather, gather_backward, nms


def test_by_hand():
    assert gather([10, 20, 30], [2, 0, 2]).tolist() == [30, 10, 30]
    assert gather_backward([1, 2, 4], [2, 0, 2], 4).tolist() == [2, 0, 5, 0]


@pytest.mark.parametrize("shape", [(), (4,), (2, 3)])
def test_gradients(check_gradients, shape):
    def draw(rng):
        count = rng.integers(1, 6)
        return [rng.standard_normal((count, *shape)), rng.integers(0, count, rng.integers(1, 9))]

    check_gradients(gather, lambda dy, values, indices: gather_backward(dy, indices, len(values)), draw)


def test_what_nms_suppresses_gets_no_gradient():
    boxes, scores = np.array([[0, 0, 9, 9], [0, 0, 9, 8], [20, 0, 29, 9.0]]), [0.8, 0.9, 0.1]
    keep = nms(boxes, scores, 0.5)
    assert gather_backward([5.0, 7.0], keep, 3).tolist() == [0, 5, 7]


def test_any_memory(check_memory):
    dy, indices = np.arange(12.0).reshape(3, 4), np.array([1, 0, 1])
    check_memory(lambda dy, indices: gather_backward(dy, indices, 2), dy, indices)
    check_memory(gather, dy, indices)


def test_nothing(dtype):
    assert gather(np.ones(3, dtype), []).dtype == dtype
    assert gather_backward(np.zeros((0, 4), dtype), [], 3).tolist() == np.zeros((3, 4)).tolist()
    assert gather_backward(np.zeros((0, 4), dtype), [], 0).dtype == dtype


@pytest.mark.parametrize(
    ("indices", "message"),
    [
        ([0, 3], r"indices must lie in 0…2, got indices\[1\] = 3"),
        ([-1], r"indices must lie in 0…2, got indices\[0\] = -1"),
        ([[0]], r"indices must have shape \(K,\), got \(1, 1\)"),
    ],
)
def test_bad_indices(indices, message):
    with pytest.raises(ValueError, match=message):
        gather([1, 2, 3], indices)
    with pytest.raises(ValueError, match=message):
        gather_backward(np.ones(len(indices)), indices, 3)


def test_dy_fits_the_indices():
    with pytest.raises(ValueError, match=r"dy must have shape \(2, \.\.\.\), got \(3, 4\)"):
        gather_backward(np.ones((3, 4)), [0, 1], 2)


@pytest.mark.parametrize("indices", [[0.0], [True, False, True]])
def test_indices_are_integers(indices):
    with pytest.raises(TypeError, match="indices must be integers, got"):
        gather([1, 2, 3], indices)
    with pytest.raises(TypeError, match="indices must be integers, got"):
        gather_backward(np.ones(len(indices)), indices, 3)


def test_a_number_has_no_rows():
    with pytest.raises(ValueError, match=r"values must have shape \(N, \.\.\.\), got \(\)"):
        gather(3.0, [0])
