from typing import Any

import numpy as np
import pytest

from scratchcv.data.source import open_dataset
from scratchcv.data.summary import summarize_dataset


class Pets(list[Any]):
    class_names = ("background", "cat", "dog")


def sample(height: int, width: int, boxes: list[list[float]], labels: list[int]) -> tuple[Any, Any]:
    target = {"boxes": np.array(boxes, np.float32).reshape(-1, 4), "labels": np.array(labels, np.int64)}
    return np.zeros((height, width, 3), np.uint8), target


def test_worked_by_hand() -> None:
    pets = Pets(
        [
            sample(60, 80, [[0, 0, 4, 9], [10, 10, 20, 20]], [1, 1]),
            sample(70, 50, [[0, 0, 2, 2]], [1]),
            sample(60, 80, [], []),
        ]
    )
    assert str(summarize_dataset(pets)).splitlines() == [
        "3 images of 50×60 to 80×70 pixels, 1 of them without objects",
        "class                objects  smallest  median  largest",
        "cat                        3         2       6       10",
        "dog                        0         -       -        -",
        "all                        3         2       6       10",
    ]


def test_part() -> None:
    summary = summarize_dataset(open_dataset("scenes:10", size=64), limit=3)
    assert (summary.total, len(summary.image_sizes)) == (10, 3)
    assert str(summary).startswith("10 images, the first 3 of 64×64 pixels, 0 of them without objects\n")
    assert len(summary.labels) == len(summary.object_sizes) > 0


def test_nothing() -> None:
    assert str(summarize_dataset(Pets([]))).startswith("0 images\n")
    assert str(summarize_dataset(Pets([sample(1, 1, [], [])]))).startswith("1 image of 1×1 pixels, 1 of them")


@pytest.mark.parametrize(("progress", "hidden"), [(None, None), (True, False), (False, True)])
def test_the_bar_is_for_terminals_unless_told_otherwise(
    monkeypatch: pytest.MonkeyPatch, progress: bool | None, hidden: bool | None
) -> None:
    shown = []

    def bar(items: Any, *, disable: bool | None, **_: Any) -> Any:
        shown.append(disable)
        return items

    monkeypatch.setattr("tqdm.tqdm", bar)
    summarize_dataset(Pets([sample(60, 80, [], [])]), progress=progress)
    assert shown == [hidden]
