"""The usual recipes: each model has them for both kinds of data, and the command line knows all models."""

import pytest

from scratchcv.cli.train import AUGMENTATIONS as NAMED
from scratchcv.cli.train import MODELS
from scratchcv.data.source import is_drawn
from scratchcv.models.build import BUILDERS
from scratchcv.training.recipe import AUGMENTATIONS
from scratchcv.training.recipes import RECIPES, SCENES


def test_the_command_line_knows_all_of_them() -> None:
    assert set(MODELS) == set(RECIPES)
    assert {f"{name}_tiny" for name in MODELS} <= set(BUILDERS)
    assert set(SCENES) <= set(MODELS)
    assert set(NAMED) == set(AUGMENTATIONS)


@pytest.mark.parametrize("name", RECIPES)
def test_each_is_for_both_kinds_of_data_and_sizes_that_strides_divide(name: str) -> None:
    assert set(RECIPES[name]) == {"scenes", "photographs"}
    for recipe in RECIPES[name].values():
        assert recipe.size % 64 == 0


@pytest.mark.parametrize("source", SCENES.values())
def test_special_scenes_are_scenes(source: str) -> None:
    assert is_drawn(source)
