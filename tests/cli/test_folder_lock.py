import os
import subprocess
import sys
from pathlib import Path

import pytest

from scratchcv.cli import folder_lock as module
from scratchcv.cli.folder_lock import LOCK_NAME, folder_lock
from scratchcv.errors import InputError

HOLD = """
import sys
from pathlib import Path
from scratchcv.cli.folder_lock import folder_lock
with folder_lock(Path(sys.argv[1])):
    print("locked", flush=True)
    sys.stdin.read()
"""


def test_one_at_a_time_and_the_lock_dies_with_its_process(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLD, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "locked\n"
        with pytest.raises(InputError, match="another command is writing here"), folder_lock(tmp_path):
            pass
        assert (tmp_path / LOCK_NAME).exists()
        process.kill()
    assert (tmp_path / LOCK_NAME).exists()
    with folder_lock(tmp_path):
        pass
    assert [*tmp_path.iterdir()] == []


def test_released_after_an_error(tmp_path: Path) -> None:
    for _ in range(2):
        with pytest.raises(ZeroDivisionError), folder_lock(tmp_path):
            raise ZeroDivisionError
    assert [*tmp_path.iterdir()] == []


def test_a_file_system_without_locks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(file: object) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(module, "_take", fail)
    with folder_lock(tmp_path):
        assert [file.name for file in tmp_path.iterdir()] == [LOCK_NAME]
    assert [*tmp_path.iterdir()] == []


@pytest.mark.skipif(os.name == "nt", reason="Windows removes no open file")
def test_a_lock_on_a_file_that_was_removed_meanwhile_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    take, calls = module._take, []

    def take_after_the_owner_ended(file: object) -> None:
        take(file)  # type: ignore[arg-type]  # whatever the module hands over
        if not calls:
            (tmp_path / LOCK_NAME).unlink()
        calls.append(file)

    monkeypatch.setattr(module, "_take", take_after_the_owner_ended)
    with folder_lock(tmp_path):
        assert len(calls) == 2
        assert (tmp_path / LOCK_NAME).exists()
