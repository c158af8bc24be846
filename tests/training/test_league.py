"""The league: who takes part, equal budgets, fair clocks."""

import time

import numpy as np

from scratchcv.boxes import box_area
from scratchcv.data import SceneDataset
from scratchcv.training import RECIPES
from scratchcv.training.league import ENTRIES, LIMITS, league_recipe, time_predictions, train_entry


def test_everyone_with_a_recipe_takes_part_but_the_localizer():
    assert {entry.model for entry in ENTRIES.values()} == set(RECIPES) - {"localizer"}
    assert [name for name, entry in ENTRIES.items() if entry.stages == 2] == [
        "rcnn",
        "fast_rcnn",
        "faster_rcnn",
    ]


def test_everyone_sees_as_many_images_with_its_own_rate():
    for entry in ENTRIES.values():
        recipe = league_recipe(entry, 960, seed=7)
        assert recipe.steps * recipe.batch_size == 960
        assert recipe.learning_rate == RECIPES[entry.model]["scenes"].learning_rate
        assert recipe.seed == 7


def test_a_row_says_what_there_is_to_say():
    model, row = train_entry(ENTRIES["ssd"], images=16, unseen=3)
    assert row["parameters"] == sum(parameter.value.size for parameter in model.parameters())
    assert row["boxes"] == len(model.anchors)
    assert row["mflops"] > 100
    assert row["steps"] == 1
    assert 0 <= row["mAP50"] <= 1
    assert {"AP", "small", "medium", "large", "minutes", "stages"} <= set(row)


def test_changes_reach_the_builder():
    model, row = train_entry(ENTRIES["faster_rcnn, one stage"], images=16, unseen=1)
    assert model.config["second_stage"] is False
    assert row["stages"] == 1


def test_things_of_all_three_sizes_are_in_the_scenes():
    scenes = SceneDataset(100, size=128, seed=2)
    areas = np.concatenate([box_area(scenes[index][1]["boxes"]) for index in range(len(scenes))])
    shares = np.diff(np.searchsorted(np.sort(areas), [0, *LIMITS, 1e9])) / len(areas)
    assert shares.min() > 0.1


def test_the_clock_is_each_ones_own():
    class Slow:
        size = 64

        def __init__(self, seconds):
            self.seconds = seconds

        def predict(self, images):
            time.sleep(self.seconds)

    times = time_predictions({"quick": Slow(0.002), "slow": Slow(0.05)}, images=2, rounds=2)
    assert 2 <= times["quick"] < 40
    assert 50 <= times["slow"] < 500
