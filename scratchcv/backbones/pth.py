"""Weights that PyTorch saved, read without PyTorch and without trusting the file."""

import io
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import numpy as np

from scratchcv.backbones.raw_numbers import ITEM_SIZES, decode_numbers
from scratchcv.backbones.unpickle import Storage, StoredTensor, unpickle
from scratchcv.checks import Array
from scratchcv.errors import InputError

LEGACY_MAGIC = 0x1950A86A20F9469CFC6C
"""What the first pickle of PyTorch's older format holds."""

LEGACY_VERSION = 1001

WRAPPERS = ("model", "state_dict")
"""Where training scripts put the weights beside their own notes."""


def load_pth(path: str | os.PathLike[str]) -> dict[str, Array]:
    """Return the weights in a file of ``torch.save``.

    Parameters
    ----------
    path : path
        A file that holds a `state_dict`, or a dict with one under "model" or "state_dict". Both of PyTorch's
        formats are read: the zip archive, since version 1.6, and the row of pickles before it.

    Returns
    -------
    dict of str to ndarray
        In the file's order, read-only. float16 and bfloat16 become float32. Tensors that share numbers there
        share them here.

    Raises
    ------
    InputError
        When the file is missing, damaged, or holds anything but weights.

    Notes
    -----
    Nothing in the file is executed: `unpickle` knows the few instructions that weights need. No more memory
    is taken than the file has bytes (twice as much for half precision): every size is compared with what is
    there before anything is read.

    References
    ----------
    PyTorch, "Serialization semantics", https://docs.pytorch.org/docs/stable/notes/serialization.html.

    Examples
    --------
    >>> load_pth("nowhere.pth")
    Traceback (most recent call last):
    scratchcv.errors.InputError: nowhere.pth: no such file
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            is_zip = file.read(4) == b"PK\x03\x04"
            file.seek(0)
            return _read_zip(file) if is_zip else _read_legacy(file)
    except FileNotFoundError:
        raise InputError(f"{path}: no such file") from None
    except InputError as error:
        raise InputError(f"{path}: {error}") from error
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from error
    except (zipfile.BadZipFile, NotImplementedError, EOFError, ValueError, RuntimeError) as error:
        raise InputError(f"{path}: damaged: {error}") from error


def _read_zip(file: IO[bytes]) -> dict[str, Array]:
    """Read the archive: "data.pkl" describes the tensors, "data/0", "data/1", … are their numbers."""
    with zipfile.ZipFile(file) as archive:
        entries = archive.infolist()
        if any(entry.compress_type != zipfile.ZIP_STORED for entry in entries):
            raise InputError("a compressed archive: torch.save does not compress")
        if sum(entry.file_size for entry in entries) > os.fstat(file.fileno()).st_size:
            raise InputError("damaged: its parts are larger than the file")
        descriptions = [entry.filename for entry in entries if entry.filename.endswith("/data.pkl")]
        if len(descriptions) != 1:
            raise InputError("a zip archive, but not of torch.save: it has no data.pkl")
        folder = descriptions[0].removesuffix("data.pkl")
        sizes = {entry.filename: entry.file_size for entry in entries}
        if f"{folder}byteorder" in sizes and archive.read(f"{folder}byteorder") != b"little":
            raise InputError("written on a big-endian machine")

        def read(storage: Storage) -> bytes:
            name = f"{folder}data/{storage.key}"
            wanted = storage.count * ITEM_SIZES[storage.kind]
            if sizes.get(name) != wanted:
                raise InputError(f"damaged: {name} should have {wanted} bytes, has {sizes.get(name, 'none')}")
            return archive.read(name)

        value, _ = unpickle(io.BytesIO(archive.read(descriptions[0])))
        return _to_arrays(value, read)


def _read_legacy(file: IO[bytes]) -> dict[str, Array]:
    """Read the older format: magic number, version, system, tensors, keys, then the numbers of each key."""
    magic, version, _system = (unpickle(file)[0] for _ in range(3))
    if (magic, version) != (LEGACY_MAGIC, LEGACY_VERSION):
        raise InputError("not a file of torch.save")
    value, storages = unpickle(file)
    keys, _ = unpickle(file)
    if type(keys) is not list or not all(type(key) is str for key in keys) or {*keys} != {*storages}:
        raise InputError("damaged: the numbers that it holds are not those that its tensors show")
    place, end = file.tell(), os.fstat(file.fileno()).st_size
    places: dict[str, int] = {}
    for key in keys:
        file.seek(place)
        count = int.from_bytes(file.read(8), "little")
        places[key] = place + 8
        place += 8 + count * ITEM_SIZES[storages[key].kind]
        if count != storages[key].count or place > end:
            raise InputError(f"damaged: storage {key} should have {storages[key].count} numbers")

    def read(storage: Storage) -> bytes:
        file.seek(places[storage.key])
        return file.read(storage.count * ITEM_SIZES[storage.kind])

    return _to_arrays(value, read)


def _to_arrays(value: Any, read: Callable[[Storage], bytes]) -> dict[str, Array]:
    """Return every tensor of a state as an array; each storage is read once, its tensors are views of it."""
    numbers: dict[str, Array] = {}
    arrays: dict[str, Array] = {}
    for name, tensor in _state(value).items():
        if type(tensor) is not StoredTensor:
            raise InputError(f"{name!r} should be a tensor, is a {type(tensor).__name__}")
        storage = tensor.storage
        if storage.key not in numbers:
            numbers[storage.key] = decode_numbers(read(storage), storage.kind)
        arrays[str(name)] = _view(numbers[storage.key], tensor)
    return arrays


def _state(value: Any) -> dict[Any, Any]:
    """Return the dict of tensors, from within a training script's own dict if need be."""
    if type(value) is not dict:
        raise InputError(f"it holds a {type(value).__name__}, not the state_dict of a model")
    for name in WRAPPERS:
        if type(inner := value.get(name)) is dict:
            return inner
    return value


def _view(numbers: Array, tensor: StoredTensor) -> Array:
    """Return a tensor's numbers out of its storage's."""
    if 0 in tensor.shape:
        return np.zeros(tensor.shape, numbers.dtype)
    strides = [
        stride * numbers.itemsize if side > 1 else 0  # where nothing is stepped over, any stride is written
        for side, stride in zip(tensor.shape, tensor.strides, strict=True)
    ]
    return np.lib.stride_tricks.as_strided(numbers[tensor.offset :], tensor.shape, strides, writeable=False)
