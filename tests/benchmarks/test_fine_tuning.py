from pathlib import Path

import pytest

from tests.benchmarks import fine_tuning


@pytest.mark.slow
def test_the_whole_experiment_in_small(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--counts", "2", "3", "--source-scenes", "4", "--source-steps", "1", "--steps", "1"]
    fine_tuning.main([*arguments, "--batch-size", "2", "--test-scenes", "2", "--out", str(tmp_path)])
    table = (tmp_path / "table.txt").read_text(encoding="utf-8")
    assert table in capsys.readouterr().out.replace("\n\n\n", "\n\n")
    assert [line.split()[0] for line in table.splitlines()[1:5]] == [
        "training",
        "from",
        "fine-tuned",
        "frozen",
    ]
    assert (tmp_path / "curves.png").stat().st_size > 1000


def test_no_scene_is_in_two_of_the_experiments_data_sets() -> None:
    seeds = [getattr(fine_tuning, f"{part}_SEED") for part in ("SOURCE", "HELD_OUT", "TRAIN", "TEST")]
    assert len(set(seeds)) == 4
