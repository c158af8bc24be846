"""``scratchcv league``: its table, its picture, and how it goes on."""

import json

import pytest

from scratchcv.cli import league
from scratchcv.cli.command_line import main
from scratchcv.training import league as training_league

TINY = ["--images", "16", "--unseen", "2", "--quiet"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    out = tmp_path_factory.mktemp("league") / "out"
    assert main(["league", "--only", "ssd", "yolo_v2", *TINY, "--out", str(out)]) == 0
    return out


def test_results_table_and_picture(folder):
    results = json.loads((folder / "league.json").read_text())
    assert list(results["rows"]) == ["ssd", "yolo_v2"]
    assert results["images"] == 16
    assert all(row["ms"] > 0 for row in results["rows"].values())
    text = (folder / "league.md").read_text()
    assert text.strip() == league.table(results["rows"])
    assert text.startswith("| detector | mAP@.5 | COCO mAP | small | medium | large | ms an image |")
    assert (folder / "league.png").read_bytes().startswith(b"\x89PNG")


def test_who_is_done_is_not_trained_again(folder, monkeypatch, capsys):
    before = json.loads((folder / "league.json").read_text())["rows"]["ssd"]

    def refuse(*arguments, **options):
        raise AssertionError("trained again")

    monkeypatch.setattr(training_league, "train_entry", refuse)
    arguments = ["league", "--only", "ssd", *TINY, "--out", str(folder)]
    assert main([*arguments, "--resume"]) == 0
    after = json.loads((folder / "league.json").read_text())["rows"]
    assert {**after["ssd"], "ms": 0} == {**before, "ms": 0}
    assert list(after) == ["ssd", "yolo_v2"]
    assert main(arguments) == 2
    assert "is not empty; choose another --out, or go on with its league" in capsys.readouterr().err


def test_another_budget_cannot_go_on(folder, capsys):
    assert main(["league", "--images", "32", "--unseen", "2", "--resume", "--out", str(folder)]) == 2
    assert "cannot be resumed: images was 16, is now 32" in capsys.readouterr().err


def test_bad_names_and_bad_results(tmp_path, capsys):
    assert main(["league", "--only", "yolo_v9", "--out", str(tmp_path / "new")]) == 2
    assert "unknown detector 'yolo_v9', known: sliding_window, " in capsys.readouterr().err
    (tmp_path / "league.json").write_text("[]")
    assert main(["league", "--resume", "--out", str(tmp_path)]) == 2
    assert "not the results of a league" in capsys.readouterr().err
