"""Checkpoints: one safetensors file, written so that there is a readable one at every instant."""

import hashlib
import json
import os
import warnings
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from scratchcv.checks import Array
from scratchcv.errors import InputError

FORMAT_VERSION = 1

CHECKPOINT_NAME = "last.safetensors"
"""The newest checkpoint in a training's folder."""

_HEADER_KEY = "scratchcv"


def previous_path(path: str | os.PathLike[str]) -> Path:
    """Return where `save_checkpoint` keeps the checkpoint that was in `path` before.

    Examples
    --------
    >>> previous_path("runs/cells/last.safetensors").name
    'last.previous.safetensors'
    """
    path = Path(path)
    return path.with_name(f"{path.stem}.previous{path.suffix}")


def save_checkpoint(
    path: str | os.PathLike[str], arrays: Mapping[str, Array], metadata: Mapping[str, Any]
) -> None:
    """Write arrays and metadata to `path`; what was there is kept as `previous_path`.

    Parameters
    ----------
    path : path
        A file name ending in ".safetensors"; its folder is made if need be.
    arrays : mapping of str to ndarray
        Numbers or booleans of any shape.
    metadata : mapping
        What JSON can hold: the model's configuration, the step, class names.

    Raises
    ------
    OSError
        When the disk refuses, naming the file; the checkpoints that were there are as they were, or the
        newer one is now the previous one.
    TypeError
        When an array's dtype or a piece of metadata cannot be written.
    ValueError
        When `path` has another ending, or metadata holds NaN or infinity, which JSON lacks.

    Notes
    -----
    The bytes go to ``<name>.partial`` in the same folder and are forced to the disk. Two renames, each of
    which happens wholly or not at all, then make the old file the previous one and the partial file the new
    one: killed at any instant, the process leaves a complete checkpoint in one of the two places. The partial
    file has one fixed name, so what a killed process left is overwritten by the next one. A damaged file in
    `path` never takes the place of a good previous one.

    Equal content gives equal bytes: there is no time stamp, and keys are sorted. The format is safetensors',
    in which no code can hide; its metadata has the one entry ``scratchcv``, JSON with the format's version, a
    SHA-256 of the content, and `metadata`.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "last.safetensors")
    ...     save_checkpoint(path, {"model.bias": np.array([1.0, 2.0])}, {"step": 100})
    ...     arrays, metadata = load_checkpoint(path)
    >>> arrays["model.bias"].tolist(), metadata
    ([1.0, 2.0], {'step': 100})
    """
    path = Path(path)
    if path.suffix != ".safetensors":
        raise ValueError(f"path must end in .safetensors, got {path}")
    content = _serialize(arrays, metadata)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.partial")
    try:
        with partial.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if _is_readable(path):
            path.replace(previous_path(path))
        partial.replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        if error.filename is None:  # a full disk says nothing of where
            error.filename = os.fspath(path)
        raise
    finally:
        partial.unlink(missing_ok=True)


def load_checkpoint(path: str | os.PathLike[str]) -> tuple[dict[str, Array], dict[str, Any]]:
    """Return the arrays and the metadata of a checkpoint, or of the one before it if this one is damaged.

    Parameters
    ----------
    path : path
        As given to `save_checkpoint`.

    Returns
    -------
    arrays : dict of str to ndarray
        Fresh writable arrays.
    metadata : dict
        As JSON gives it back: tuples have become lists.

    Raises
    ------
    InputError
        When neither `path` nor the previous checkpoint is a complete checkpoint of this format.

    Warns
    -----
    UserWarning
        When the previous checkpoint stands in.

    Examples
    --------
    >>> load_checkpoint("nowhere.safetensors")
    Traceback (most recent call last):
    scratchcv.errors.InputError: nowhere.safetensors: no such file
    """
    path, previous = Path(path), previous_path(path)
    try:
        return _read(path)
    except InputError as error:
        if not previous.exists():
            raise
        try:
            content = _read(previous)
        except InputError as error_of_previous:
            raise InputError(f"{error}; {error_of_previous}") from error
        warnings.warn(f"{error}; taking the checkpoint before it, {previous}", stacklevel=2)
        return content


def model_state(arrays: Mapping[str, Array]) -> dict[str, Array]:
    """Return the model's share of a training checkpoint, ready for ``model.load_state_dict``.

    Examples
    --------
    >>> list(model_state({"model.0.weight": np.ones(2), "optimizer.steps": np.array(7)}))
    ['0.weight']
    """
    return without_prefix(arrays, "model.")


def with_prefix(arrays: Mapping[str, Array], prefix: str) -> dict[str, Array]:
    """Return the arrays with `prefix` before every name."""
    return {prefix + name: array for name, array in arrays.items()}


def without_prefix(arrays: Mapping[str, Array], prefix: str) -> dict[str, Array]:
    """Return the arrays whose names begin with `prefix`, by the rest of their names."""
    return {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}


def _serialize(arrays: Mapping[str, Array], metadata: Mapping[str, Any]) -> bytes:
    from safetensors import SafetensorError
    from safetensors.numpy import save

    little_endian = {
        name: np.asarray(array, array.dtype.newbyteorder("<"), order="C") for name, array in arrays.items()
    }
    as_json = json.loads(_json(dict(metadata)))
    header = {"version": FORMAT_VERSION, "sha256": _digest(little_endian, as_json), "metadata": as_json}
    try:
        return bytes(save(little_endian, {_HEADER_KEY: _json(header)}))
    except SafetensorError as error:
        raise TypeError(f"a checkpoint cannot hold these arrays: {error}") from error


def _json(value: Any) -> str:
    return json.dumps(value, sort_keys=True, allow_nan=False)


def _digest(arrays: Mapping[str, Array], metadata: Any) -> str:
    digest = hashlib.sha256(_json(metadata).encode())
    for name, array in sorted(arrays.items()):
        digest.update(f"{name} {array.dtype} {array.shape}".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()


def _read(path: Path) -> tuple[dict[str, Array], dict[str, Any]]:
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise InputError(f"{path}: no such file") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from error
    try:
        arrays = {name: array.copy() for name, array in load(content).items()}
        header_size = int.from_bytes(content[:8], "little")
        entries = json.loads(content[8 : 8 + header_size]).get("__metadata__", {})
    except (SafetensorError, KeyError, ValueError) as error:
        raise InputError(f"{path}: not a checkpoint, or damaged: {error}") from error
    if _HEADER_KEY not in entries:
        raise InputError(f"{path}: a safetensors file, but not a checkpoint of scratchcv")
    try:
        header = json.loads(entries[_HEADER_KEY])
        version, digest, metadata = header["version"], header["sha256"], header["metadata"]
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise InputError(f"{path}: damaged: its metadata cannot be read") from error
    if version != FORMAT_VERSION:
        raise InputError(f"{path}: checkpoint of version {version}, this scratchcv reads {FORMAT_VERSION}")
    if digest != _digest(arrays, metadata):
        raise InputError(f"{path}: damaged: its content does not match its checksum")
    return arrays, metadata


def _is_readable(path: Path) -> bool:
    try:
        _read(path)
    except InputError:
        return False
    return True


def _sync_folder(folder: Path) -> None:
    """Force the renames to the disk, where the system can; Windows and some network disks cannot."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with suppress(OSError):
            os.fsync(descriptor)
    finally:
        os.close(descriptor)
