import pytest

from scratchcv.cli.overview import SCENES_LOOKED_AT, print_overview
from scratchcv.data import SceneDataset


def test_prints_what_it_returns(capsys: pytest.CaptureFixture[str]) -> None:
    summary = print_overview("voc:cells", "test", SceneDataset(3, size=64), quiet=True)
    assert capsys.readouterr().out == f"voc:cells test: {summary}\n\n"
    assert summary.total == len(summary.image_sizes) == 3


def test_of_endless_scenes_the_first_are_enough() -> None:
    summary = print_overview("scenes", "train", SceneDataset(10**6, size=48), quiet=True)
    assert summary.total == 10**6
    assert len(summary.image_sizes) == SCENES_LOOKED_AT
