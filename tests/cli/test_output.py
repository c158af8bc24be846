import json
import math
from pathlib import Path

import pytest

from scratchcv.cli.output import check_new_file, next_free, output_folder, write_json
from scratchcv.errors import InputError


def test_next_free(tmp_path: Path) -> None:
    wanted = str(tmp_path / "a.png")
    for name in ("a.png", "a-2.png", "a-3.png"):
        assert next_free(wanted) == tmp_path / name
        (tmp_path / name).touch()


class TestOutputFolder:
    def test_stays_when_something_is_in_it(self, tmp_path: Path) -> None:
        with output_folder(tmp_path / "a" / "b") as folder:
            (folder / "file").touch()
        assert (tmp_path / "a" / "b" / "file").exists()

    def test_goes_when_nothing_is_in_it(self, tmp_path: Path) -> None:
        (tmp_path / "there").mkdir()
        with pytest.raises(InputError), output_folder(tmp_path / "there" / "a" / "b"):
            raise InputError("bad")
        assert [*tmp_path.rglob("*")] == [tmp_path / "there"]

    def test_that_was_there_stays(self, tmp_path: Path) -> None:
        (tmp_path / "there").mkdir()
        with output_folder(tmp_path / "there"):
            pass
        assert (tmp_path / "there").exists()

    def test_resume_wants_a_checkpoint(self, tmp_path: Path) -> None:
        (tmp_path / "notes.txt").touch()
        with (
            pytest.raises(InputError, match=r"there is no last\.safetensors"),
            output_folder(tmp_path, resume=True),
        ):
            pass
        (tmp_path / "last.previous.safetensors").touch()
        with output_folder(tmp_path, resume=True):
            pass

    @pytest.mark.parametrize("resume", [None, False, True])
    def test_belongs_to_one_training_at_a_time(self, tmp_path: Path, resume: bool | None) -> None:
        with output_folder(tmp_path / "out"):
            with (
                pytest.raises(InputError, match="another command is writing here"),
                output_folder(tmp_path / "out", resume=resume),
            ):
                pass
            assert (tmp_path / "out").exists()
        assert not (tmp_path / "out").exists()

    def test_a_lock_that_a_killed_training_left_is_nothing(self, tmp_path: Path) -> None:
        (tmp_path / ".lock").touch()
        with output_folder(tmp_path):
            pass
        assert [*tmp_path.iterdir()] == []

    def test_is_looked_at_again_under_the_lock(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def come_and_go(folder: Path) -> None:
            (folder / "last.safetensors").touch()

        monkeypatch.setattr("scratchcv.cli.output._check_writable", come_and_go)
        with pytest.raises(InputError, match="is not empty"), output_folder(tmp_path):
            pass


class TestCheckNewFile:
    def test_symbolic_links_do_not_hide_an_input(self, tmp_path: Path) -> None:
        source, link = tmp_path / "a.png", tmp_path / "b.png"
        source.touch()
        try:
            link.symlink_to(source)
        except OSError:
            pytest.skip("this system makes no symbolic links")
        with pytest.raises(InputError, match="is an input"):
            check_new_file(link, overwrite=True, inputs=[source])

    def test_without_permission(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("os.access", lambda path, mode: False)
        with pytest.raises(InputError, match="no permission to write"):
            check_new_file(tmp_path / "new" / "a.png", overwrite=False)


def test_write_json_keeps_what_was_there_when_it_fails(tmp_path: Path) -> None:
    path = write_json(tmp_path / "new" / "a.json", {"größe": 1.5})
    assert path.read_text(encoding="utf-8") == '{\n  "größe": 1.5\n}\n'
    with pytest.raises(ValueError, match="JSON"):
        write_json(path, {"a": math.nan})
    assert [file.name for file in path.parent.iterdir()] == ["a.json"]
    assert "1.5" in path.read_text(encoding="utf-8")


def test_write_json_takes_names_that_are_not_unicode(tmp_path: Path) -> None:
    content = {"checkpoint": "runs/caf\udce9/last.safetensors"}
    path = write_json(tmp_path / "a.json", content)
    assert json.loads(path.read_text(encoding="utf-8")) == content
