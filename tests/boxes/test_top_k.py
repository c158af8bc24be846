import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scratchcv.boxes import gather_backward, top_k


def test_ties_go_by_index():
    values, indices = top_k([1, 3, 2, 3, 3], 4)
    assert values.tolist() == [3, 3, 3, 2]
    assert indices.tolist() == [1, 3, 4, 2]


def test_as_many_as_there_are():
    assert top_k([0.5], 300)[1].tolist() == [0]
    assert top_k([0.5], 0)[1].tolist() == []


@settings(deadline=None, max_examples=50)
@given(st.lists(st.integers(-3, 3), max_size=12), st.integers(0, 14))
def test_is_the_start_of_a_stable_sort(scores, k):
    values, indices = top_k(scores, k)
    expected = sorted(range(len(scores)), key=lambda i: -scores[i])[:k]
    assert indices.tolist() == expected
    assert values.tolist() == [scores[i] for i in expected]


def test_gradients(check_gradients):
    def draw(rng):
        return [rng.permutation(rng.integers(1, 9)).astype(float), int(rng.integers(1, 9))]

    check_gradients(
        lambda scores, k: top_k(scores, k)[0],
        lambda dy, scores, k: gather_backward(dy, top_k(scores, k)[1], len(scores)),
        draw,
    )


def test_any_memory(check_memory):
    check_memory(lambda scores: top_k(scores, 2), np.array([0.2, 0.9, 0.5]))


def test_bad_arguments():
    with pytest.raises(ValueError, match="k must be 0 or more, got -1"):
        top_k([1], -1)
    with pytest.raises(ValueError, match=r"scores must have shape \(N,\), got \(1, 2\)"):
        top_k([[1, 2]], 1)
