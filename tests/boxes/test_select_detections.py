import numpy as np
import pytest

from scratchcv.boxes import (
    best_class,
    best_class_backward,
    gather,
    gather_backward,
    select_least_background,
    select_top_of_class,
    select_top_of_image,
    threshold_scores,
)

SCORES = [  # background, cat, dog
    [0.70, 0.10, 0.20],
    [0.05, 0.60, 0.35],
    [0.30, 0.30, 0.40],
    [0.05, 0.05, 0.90],
]


def test_the_best_class_is_never_the_background():
    best, labels = best_class(SCORES)
    assert best.tolist() == [0.2, 0.6, 0.4, 0.9]
    assert labels.tolist() == [2, 1, 2, 2]


def test_the_background_may_come_last():
    best, labels = best_class(np.roll(SCORES, -1, axis=1), background=-1)
    assert best.tolist() == [0.2, 0.6, 0.4, 0.9]
    assert labels.tolist() == [1, 0, 1, 1]


def test_of_equal_classes_the_first():
    assert best_class([[0, 0.5, 0.5]])[1].tolist() == [1]


@pytest.mark.parametrize("background", [0, 1, -1])
def test_gradients_of_the_best_class(check_gradients, background):
    check_gradients(
        lambda scores: best_class(scores, background=background)[0],
        lambda dy, scores: best_class_backward(
            dy, best_class(scores, background=background)[1], scores.shape[1]
        ),
        lambda rng: [rng.random((rng.integers(0, 5), rng.integers(2, 5)))],
    )


def test_thresholds_by_choice():
    assert threshold_scores([0.1, 0.5, 0.9], 0.5).tolist() == [2]
    assert threshold_scores([0.1, 0.5, 0.9], 0.5, strict=False).tolist() == [1, 2]
    assert threshold_scores([0.1, np.nan], 0.05).tolist() == [0]


def test_gradients_through_a_threshold(check_gradients):
    check_gradients(
        lambda scores: gather(scores, threshold_scores(scores, 0.5)),
        lambda dy, scores: gather_backward(dy, threshold_scores(scores, 0.5), len(scores)),
        lambda rng: [np.append(rng.random(rng.integers(0, 8)), 0.9)],
    )


def test_the_three_strategies_of_the_lecture():
    assert select_least_background(SCORES, 3).tolist() == [1, 3, 2]
    assert select_top_of_class(SCORES, 2, 2).tolist() == [3, 2]
    assert select_top_of_class(SCORES, 1, 9).tolist() == [1, 2, 0, 3]
    indices, labels = select_top_of_image(SCORES, 4)
    assert list(zip(indices.tolist(), labels.tolist(), strict=True)) == [(3, 2), (1, 1), (2, 2), (1, 2)]


def test_the_top_of_an_image_with_the_background_elsewhere():
    indices, labels = select_top_of_image(np.roll(SCORES, -1, axis=1), 2, background=-1)
    assert indices.tolist() == [3, 1]
    assert labels.tolist() == [1, 0]


def test_no_boxes():
    none = np.zeros((0, 3))
    assert select_least_background(none, 5).tolist() == select_top_of_class(none, 1, 5).tolist() == []
    assert [part.tolist() for part in select_top_of_image(none, 5)] == [[], []]
    assert [part.tolist() for part in best_class(none)] == [[], []]


@pytest.mark.parametrize(
    "function",
    [
        best_class,
        lambda scores: select_least_background(scores, 2),
        lambda scores: select_top_of_class(scores, 1, 2),
        lambda scores: select_top_of_image(scores, 2),
    ],
    ids=["best_class", "least_background", "top_of_class", "top_of_image"],
)
def test_any_memory(check_memory, function):
    check_memory(function, np.array(SCORES))


def test_any_memory_of_lists(check_memory):
    check_memory(lambda scores: threshold_scores(scores, 0.5), np.array([0.1, 0.6, 0.9]))
    check_memory(lambda dbest, labels: best_class_backward(dbest, labels, 3), np.ones(2), np.array([2, 1]))


def test_bad_scores():
    with pytest.raises(ValueError, match=r"scores must have a background \(0\) and a class, got \(1, 1\)"):
        best_class([[1.0]])
    with pytest.raises(ValueError, match=r"scores must have a background \(3\) and a class, got \(1, 3\)"):
        best_class([[1.0, 0, 0]], background=3)
    with pytest.raises(ValueError, match=r"scores must have shape \(N, K \+ 1\), got \(2,\)"):
        select_top_of_image([1.0, 0], 1)
    for select in (select_least_background, select_top_of_image):
        with pytest.raises(
            ValueError, match=r"scores must have a background \(3\) and a class, got \(1, 3\)"
        ):
            select([[1.0, 0, 0]], 1, background=3)
    for label in (3, -1):
        with pytest.raises(ValueError, match=f"label must lie between 0 and 2, got {label}"):
            select_top_of_class(SCORES, label, 1)


def test_bad_labels():
    with pytest.raises(ValueError, match=r"labels must lie in 0…2, got labels\[1\] = -1"):
        best_class_backward([1.0, 1.0], [0, -1], 3)
    with pytest.raises(TypeError, match="labels must be integers, got float64"):
        best_class_backward([1.0], [1.5], 3)
