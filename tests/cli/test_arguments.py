import argparse
from collections.abc import Callable
from typing import Any

import pytest

from scratchcv.cli.arguments import number, side, whole
from scratchcv.cli.train import AUGMENTATIONS
from scratchcv.training import recipe


@pytest.mark.parametrize(
    ("parse", "text", "value"),
    [
        (whole(0, 9), "0", 0),
        (whole(0, 9), "9", 9),
        (number(0, 1), "0", 0.0),
        (number(0, 1), "1e-3", 0.001),
        (number(0, 1, above=True), "1", 1.0),
        (side, "64", 64),
        (side, "1024", 1024),
    ],
)
def test_numbers_within_bounds(parse: Callable[[str], Any], text: str, value: float) -> None:
    assert parse(text) == value


@pytest.mark.parametrize(
    ("parse", "texts", "message"),
    [
        (whole(0, 9), ("-1", "10", "1.0", "", "nan", "1e1"), "a whole number from 0 to 9"),
        (number(0, 1), ("-0.1", "1.1", "nan", "inf", "", "half"), "a number from 0 to 1"),
        (number(0, 1, above=True), ("0", "-1", "nan"), "a number above 0 and at most 1"),
        (side, ("0", "-64", "32", "100", "1088", "64.0", "²", ""), "a multiple of 64 from 64 to 1024"),
    ],
)
def test_numbers_out_of_bounds(parse: Callable[[str], Any], texts: tuple[str, ...], message: str) -> None:
    for text in texts:
        with pytest.raises(argparse.ArgumentTypeError, match=f"^must be {message}, got {text!r}$"):
            parse(text)


def test_augmentations_are_those_of_the_recipes() -> None:
    assert tuple(recipe.AUGMENTATIONS) == AUGMENTATIONS
