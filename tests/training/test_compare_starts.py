"""The experiment of fine-tuning: what its trainings have in common and what not; and what comes out of it."""

from typing import Any

import numpy as np
import pytest

from scratchcv.data import ObjectCrops, SceneDataset
from scratchcv.metrics import mean_average_precision
from scratchcv.models import SSD, FasterRCNN, classifier_tiny, faster_rcnn_tiny, ssd_tiny
from scratchcv.training import STARTS, Comparison, Recipe, compare_starts, train_detector

NAMES = SceneDataset.class_names
SCENES = SceneDataset(3, size=64)
RECIPE = Recipe(size=64, batch_size=2, steps=1, augmentation="none", learning_rate=1e-6)


def result(*average_precisions: float) -> Any:
    """Return an evaluation with these APs of the classes 1, 2, …: of each so many tenths of ten are found."""
    predictions, targets = [], []
    for label, ap in enumerate(average_precisions, 1):
        for n in range(10):
            box, found = [[0, 0, 9, 9]], n < round(10 * ap)
            targets.append({"boxes": box, "labels": [label]})
            predictions.append(
                {"boxes": box, "scores": [0.9], "labels": [label]}
                if found
                else {"boxes": [], "scores": [], "labels": []}
            )
    return mean_average_precision(predictions, targets)


def test_the_table_and_its_parts() -> None:
    comparison = Comparison((10, 50), {"from nothing": [result(0.2, 0.4), result(0.5, 0.5)]})
    assert comparison.scores()["from nothing"] == pytest.approx([0.3, 0.5])
    assert comparison.scores([2])["from nothing"] == pytest.approx([0.4, 0.5])
    assert (
        str(comparison)
        == comparison.table()
        == ("training images       10      50\nfrom nothing       0.300   0.500")
    )


def test_each_start_is_what_its_name_says() -> None:
    """With hardly any learning rate the models end where they began."""
    built: list[SSD] = []

    def build() -> SSD:
        built.append(ssd_tiny(NAMES, size=64, seed=1))
        return built[-1]

    source = classifier_tiny(NAMES, seed=2)
    comparison = compare_starts(build, source.state_dict(), SCENES, SCENES, RECIPE, counts=[2, 3])
    assert list(comparison.results) == list(STARTS)
    assert [len(results) for results in comparison.results.values()] == [2, 2, 2]
    first = [model.backbone.stages[0][0][0].weight.value for model in built]
    pretrained = source.backbone.stages[0][0][0].weight.value
    scratch = ssd_tiny(NAMES, size=64, seed=1).backbone.stages[0][0][0].weight.value
    for model, weight in enumerate(first):
        expected = scratch if model % 3 == 0 else pretrained
        np.testing.assert_allclose(weight, expected, atol=1e-3)
    assert [model.backbone.training for model in built] == [True, True, False] * 2
    assert first[2].tobytes() == pretrained.tobytes()


def test_a_two_stage_detector_with_a_pyramid() -> None:
    """The same call: its backbone's body is pretrained, pyramid and heads begin at random."""
    built: list[FasterRCNN] = []

    def build() -> FasterRCNN:
        built.append(faster_rcnn_tiny(NAMES, size=64))
        return built[-1]

    source = classifier_tiny(NAMES, seed=2)
    starts = {"frozen": 0.0}
    compare_starts(build, source.state_dict(), SCENES, SCENES, RECIPE, counts=[2], starts=starts)
    expected = source.backbone.state_dict()
    body = built[0].backbone.body.state_dict()
    assert len(body) > 40
    assert all(value.tobytes() == expected[name].tobytes() for name, value in body.items())


def test_more_images_than_there_are() -> None:
    with pytest.raises(ValueError, match="train must have 10 images, got 3"):
        compare_starts(lambda: ssd_tiny(NAMES), {}, SCENES, SCENES, RECIPE, counts=[10])


@pytest.mark.slow
def test_with_few_images_pretraining_is_worth_much() -> None:
    """A backbone that has seen crops of four classes, and 25 scenes of all eight to learn detection from."""
    crops = ObjectCrops(SceneDataset(600, seed=101), class_names=NAMES[:5], background=1)
    source = classifier_tiny(crops.class_names)
    numbers = Recipe(size=64, batch_size=64, steps=120, augmentation="flip", learning_rate=0.1)
    train_detector(source, crops, numbers)
    comparison = compare_starts(
        lambda: ssd_tiny(NAMES),
        source.state_dict(),
        SceneDataset(25, seed=0),
        SceneDataset(50, seed=2),
        Recipe(size=128, batch_size=10, steps=120, augmentation="ssd"),
        counts=[25],
    )
    scores = {start: score for start, (score,) in comparison.scores().items()}
    assert max(scores["fine-tuned"], scores["frozen"]) > scores["from nothing"] + 0.05
