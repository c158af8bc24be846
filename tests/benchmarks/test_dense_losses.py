from pathlib import Path

import pytest

from tests.benchmarks import dense_losses


@pytest.mark.slow
def test_the_whole_ablation_in_small(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--steps", "1", "--batch-size", "2", "--train-scenes", "4", "--test-scenes", "2"]
    dense_losses.main([*arguments, "--seeds", "0", "1", "--out", str(tmp_path)])
    table = (tmp_path / "table.txt").read_text(encoding="utf-8")
    assert table in capsys.readouterr().out
    assert [line.split()[0] for line in table.splitlines()] == [
        "loss", "focal", "balanced", "cross_entropy", "mining",
    ]  # fmt: skip
    assert (tmp_path / "losses.png").stat().st_size > 1000


def test_no_scene_is_in_both_data_sets() -> None:
    assert dense_losses.TRAIN_SEED != dense_losses.TEST_SEED
