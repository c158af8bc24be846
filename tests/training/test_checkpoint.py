import errno
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from safetensors.numpy import save

from scratchcv.errors import InputError
from scratchcv.training import load_checkpoint, model_state, previous_path, save_checkpoint

ARRAYS = {"model.weight": np.arange(6, dtype=np.float32).reshape(2, 3), "optimizer.steps": np.array(7)}


def steps_in(path: Path) -> Any:
    return load_checkpoint(path)[1]["step"]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A folder with the checkpoints of steps 1 and 2."""
    path = tmp_path / "last.safetensors"
    for step in (1, 2):
        save_checkpoint(path, ARRAYS, {"step": step})
    return path


def test_arrays_and_metadata_come_back(tmp_path: Path) -> None:
    arrays = {
        "half": np.ones((2, 0, 3), np.float16),
        "flags": np.array([True, False]),
        "scalar": np.array(2.5),
        "strided": np.arange(12.0).reshape(3, 4)[:, ::2],
        "big_endian": np.arange(3, dtype=">i4"),
        "Ελληνικά": np.array([-0.0, np.nan, np.inf]),
    }
    metadata = {
        "names": ("background", "café"),
        "rng": {"state": 2**127},
        "counts": {1: 2, 10: 3, 9: 4},
        "none": None,
    }
    save_checkpoint(tmp_path / "new" / "folder" / "a.safetensors", arrays, metadata)
    loaded, loaded_metadata = load_checkpoint(tmp_path / "new" / "folder" / "a.safetensors")
    assert loaded_metadata == json.loads(json.dumps(metadata))
    assert set(loaded) == set(arrays)
    for name, array in arrays.items():
        assert loaded[name].dtype == array.dtype.newbyteorder("=")
        assert loaded[name].flags.writeable
        np.testing.assert_array_equal(loaded[name], array)
        assert loaded[name].shape == array.shape


@given(
    arrays=st.dictionaries(
        st.text(st.characters(codec="utf-8"), min_size=1, max_size=5).filter(
            lambda name: name != "__metadata__"
        ),
        hnp.arrays(
            st.sampled_from([np.float32, np.int64, np.bool_]), hnp.array_shapes(min_dims=0, min_side=0)
        ),
        max_size=4,
    ),
    metadata=st.dictionaries(
        st.text(st.characters(codec="utf-8"), max_size=5), st.floats(allow_nan=False, allow_infinity=False)
    ),
)
@settings(deadline=None, max_examples=25)
def test_any_content_comes_back(tmp_path_factory: pytest.TempPathFactory, arrays: Any, metadata: Any) -> None:
    path = tmp_path_factory.mktemp("any") / "a.safetensors"
    save_checkpoint(path, arrays, metadata)
    loaded, loaded_metadata = load_checkpoint(path)
    assert loaded_metadata == metadata
    assert {name: (a.dtype, a.shape, a.tobytes()) for name, a in loaded.items()} == {
        name: (a.dtype, a.shape, a.tobytes()) for name, a in arrays.items()
    }


def test_same_content_same_bytes(tmp_path: Path) -> None:
    one, other = tmp_path / "one.safetensors", tmp_path / "other.safetensors"
    save_checkpoint(one, ARRAYS, {"a": 1, "b": {"x": 1, "y": 2}})
    save_checkpoint(other, dict(reversed(ARRAYS.items())), {"b": {"y": 2, "x": 1}, "a": 1})
    assert one.read_bytes() == other.read_bytes()


def test_the_one_before_is_kept_and_nothing_else(path: Path) -> None:
    assert steps_in(path) == 2
    assert steps_in(previous_path(path)) == 1
    save_checkpoint(path, ARRAYS, {"step": 3})
    assert (steps_in(path), steps_in(previous_path(path))) == (3, 2)
    assert sorted(file.name for file in path.parent.iterdir()) == [
        "last.previous.safetensors",
        "last.safetensors",
    ]


def test_model_state_takes_the_models_share() -> None:
    assert list(model_state({**ARRAYS, "model.": np.ones(1), "models.x": np.ones(1)})) == ["weight", ""]


def test_a_missing_newest_falls_back(path: Path) -> None:
    path.unlink()
    with pytest.warns(
        UserWarning, match=r"last\.safetensors: no such file; taking .*last\.previous\.safetensors"
    ):
        assert steps_in(path) == 1


def test_a_damaged_file_never_replaces_a_good_previous_one(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])
    save_checkpoint(path, ARRAYS, {"step": 3})
    assert (steps_in(path), steps_in(previous_path(path))) == (3, 1)


BAD_CONTENT = {
    "zero-byte": (b"", "not a checkpoint, or damaged"),
    "text": (b"PK\x03\x04 no safetensors at all", "not a checkpoint, or damaged"),
    "huge header": (b"\xff" * 7 + b"\x00" + b"{}" * 20, "not a checkpoint, or damaged"),
    "deep header": ((4000).to_bytes(8, "little") + b"[" * 4000, "not a checkpoint, or damaged"),
    "foreign": (save({"weight": np.ones(3)}), "a safetensors file, but not a checkpoint of scratchcv"),
    "bad JSON": (save({}, {"scratchcv": "{"}), "damaged: its metadata cannot be read"),
    "deep JSON": (save({}, {"scratchcv": "[" * 99999}), "damaged: its metadata cannot be read"),
    "no version": (save({}, {"scratchcv": "{}"}), "damaged: its metadata cannot be read"),
    "a list": (save({}, {"scratchcv": "[1]"}), "damaged: its metadata cannot be read"),
    "newer": (
        save({}, {"scratchcv": '{"version": 2, "sha256": "", "metadata": {}}'}),
        "checkpoint of version 2, this scratchcv reads 1",
    ),
    "changed": (
        save({}, {"scratchcv": '{"version": 1, "sha256": "00", "metadata": {}}'}),
        "damaged: its content does not match its checksum",
    ),
}


@pytest.mark.parametrize("kind", BAD_CONTENT)
def test_bad_files_are_named(tmp_path: Path, path: Path, kind: str) -> None:
    content, message = BAD_CONTENT[kind]
    alone = tmp_path / "alone.safetensors"
    alone.write_bytes(content)
    with pytest.raises(InputError, match=rf"alone\.safetensors: {message}"):
        load_checkpoint(alone)
    path.write_bytes(content)
    with pytest.warns(UserWarning, match=rf"last\.safetensors: {message}"):
        assert steps_in(path) == 1
    previous_path(path).write_bytes(b"")
    with pytest.raises(
        InputError, match=rf"last\.safetensors: {message}.*last\.previous\.safetensors: not a"
    ):
        load_checkpoint(path)


def test_a_folder_is_no_checkpoint(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        load_checkpoint(tmp_path)
    with pytest.raises(InputError, match=r"nowhere\.safetensors: no such file"):
        load_checkpoint(tmp_path / "nowhere.safetensors")


def test_every_truncation_and_every_flipped_byte_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    save_checkpoint(path, ARRAYS, {"step": 1})
    content = path.read_bytes()
    for size in range(len(content)):
        path.write_bytes(content[:size])
        with pytest.raises(InputError):
            load_checkpoint(path)
    for position in range(len(content)):
        flipped = bytearray(content)
        flipped[position] ^= 1 << position % 8
        path.write_bytes(flipped)
        with pytest.raises(InputError):
            load_checkpoint(path)


class DiskError(OSError):
    pass


def fail(*_: object, **__: object) -> None:
    raise DiskError(errno.ENOSPC, "No space left on device")


def test_a_failing_flush_leaves_all_as_it_was(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(DiskError):
        save_checkpoint(path, ARRAYS, {"step": 3})
    assert (steps_in(path), steps_in(previous_path(path))) == (2, 1)
    assert len(list(path.parent.iterdir())) == 2


@pytest.mark.parametrize(("renames", "newest"), [(0, 2), (1, 2), (2, 3)])
def test_a_failing_rename_leaves_a_readable_checkpoint(
    path: Path, monkeypatch: pytest.MonkeyPatch, renames: int, newest: int
) -> None:
    done = 0
    replace = Path.replace

    def replace_some(source: Path, target: Path) -> Path:
        nonlocal done
        if done == renames:
            fail()
        done += 1
        return replace(source, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", replace_some)
        if renames < 2:
            with pytest.raises(DiskError):
                save_checkpoint(path, ARRAYS, {"step": 3})
        else:
            save_checkpoint(path, ARRAYS, {"step": 3})
    if renames == 1:
        with pytest.warns(UserWarning, match="no such file"):
            assert steps_in(path) == newest
    else:
        assert steps_in(path) == newest
    assert not list(path.parent.glob("*.partial"))
    save_checkpoint(path, ARRAYS, {"step": 4})
    assert (steps_in(path), steps_in(previous_path(path))) == (4, newest)


@pytest.mark.skipif(sys.platform == "win32", reason="limits of file size are POSIX")
def test_a_full_disk_leaves_all_as_it_was(path: Path) -> None:
    import resource

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, before[1]))
    try:
        with pytest.raises(OSError, match="File too large"):
            save_checkpoint(path, {"big": np.zeros(10_000)}, {"step": 3})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert (steps_in(path), steps_in(previous_path(path))) == (2, 1)
    assert len(list(path.parent.iterdir())) == 2


DIE_BEFORE_CALL = """
import os, sys
from pathlib import Path
import numpy as np
from scratchcv.training import save_checkpoint

calls = 0

def dying(function):
    def call(*arguments, **options):
        global calls
        if calls == int(sys.argv[2]):
            os._exit(9)
        calls += 1
        return function(*arguments, **options)
    return call

os.fsync, Path.replace = dying(os.fsync), dying(Path.replace)
save_checkpoint(Path(sys.argv[1]), {"model.weight": np.ones(3)}, {"step": 3})
os._exit(9)
"""


@pytest.mark.parametrize(("calls", "newest"), [(0, 2), (1, 2), (2, 2), (3, 3), (4, 3)])
@pytest.mark.filterwarnings("ignore:.*no such file:UserWarning")
def test_a_process_that_dies_while_saving(path: Path, calls: int, newest: int) -> None:
    """Before the flush, between flush and renames, between the renames, after them, and after all."""
    if sys.platform == "win32" and calls > 3:
        pytest.skip("Windows cannot flush a folder: there is one call less")
    died = subprocess.run([sys.executable, "-c", DIE_BEFORE_CALL, path, str(calls)], check=False)
    assert died.returncode == 9
    assert steps_in(path) == newest
    save_checkpoint(path, ARRAYS, {"step": 4})
    assert (steps_in(path), steps_in(previous_path(path))) == (4, newest)
    assert len(list(path.parent.iterdir())) == 2


def test_what_a_checkpoint_cannot_hold(path: Path) -> None:
    with pytest.raises(TypeError, match="a checkpoint cannot hold these arrays"):
        save_checkpoint(path, {"x": np.array(["text"])}, {})
    with pytest.raises(TypeError, match="not JSON serializable"):
        save_checkpoint(path, {}, {"x": np.ones(2)})
    with pytest.raises(ValueError, match="JSON compliant"):
        save_checkpoint(path, {}, {"x": float("nan")})
    with pytest.raises(ValueError, match=r"path must end in \.safetensors, got .*last\.npz"):
        save_checkpoint(path.with_suffix(".npz"), {}, {})
    assert (steps_in(path), steps_in(previous_path(path))) == (2, 1)


def test_a_full_disk_is_an_error_that_names_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fill(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", fill)
    with pytest.raises(OSError, match="No space left") as caught:
        save_checkpoint(tmp_path / "m.safetensors", {}, {})
    assert caught.value.filename == str(tmp_path / "m.safetensors")
    assert [*tmp_path.iterdir()] == []
