"""Darknet's own files of weights: a short header, then the numbers of one convolution after the other."""

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np

from scratchcv.checks import Array
from scratchcv.errors import InputError
from scratchcv.layers import BatchNorm2d, Conv2d, Layer

BATCH_NORM_PARTS = ("biases", "scales", "running means", "running variances", "weights")
"""What a file holds of a convolution before a batch norm, in this order."""


@dataclass(frozen=True)
class DarknetHeader:
    """The first bytes of a file of weights.

    Attributes
    ----------
    major, minor, revision : int
        Version of the format; int32 in the file. Since 0.2 `seen` has 8 bytes, before it 4.
    seen : int
        How many images the training has seen.

    Examples
    --------
    >>> DarknetHeader().size, DarknetHeader(minor=1).size
    (20, 16)
    """

    major: int = 0
    minor: int = 2
    revision: int = 0
    seen: int = 0

    @property
    def size(self) -> int:
        """Bytes of the header in the file."""
        return 12 + struct.calcsize(_seen_format(self.major, self.minor))

    def to_bytes(self) -> bytes:
        """Return the header as it stands in the file; all its numbers must fit there."""
        layout = "<iii" + _seen_format(self.major, self.minor)[1:]
        try:
            return struct.pack(layout, self.major, self.minor, self.revision, self.seen)
        except struct.error as error:
            raise ValueError(f"header must fit into darknet's integers, got {self}: {error}") from None


def load_darknet_weights(
    model: Layer, path: str | os.PathLike[str], stop_at: int | None = None
) -> DarknetHeader:
    """Fill a model's convolutions and batch norms from a ``.weights`` file, in the order of its layers.

    Parameters
    ----------
    model : Layer
        Whose parameters and running statistics change; its layers stand in the order of darknet's ``.cfg``.
    path : path
        The file.
    stop_at : int, optional
        Fill so many convolutions only, and leave unread what the file holds beyond: 18 for a backbone from
        ``darknet19_448.conv.23`` (18 convolutions and 5 poolings make 23 of darknet's layers). By default the
        file must fit the whole model.

    Returns
    -------
    DarknetHeader
        `save_darknet_weights` takes it, to give the same bytes again.

    Raises
    ------
    InputError
        When the file is missing, too short or too long, or holds numbers that no network has; nothing is
        loaded then.
    ValueError
        When the model has layers that such a file cannot hold, or fewer convolutions than `stop_at`.

    Notes
    -----
    All numbers are little-endian float32: for each convolution the biases (O,), those of its batch norm if
    it has one, then the scales, running means and running variances, and last the weights (O, I, k, k).

    References
    ----------
    darknet, src/parser.c: load_weights_upto, load_convolutional_weights.

    Examples
    --------
    >>> import tempfile
    >>> conv = Conv2d(1, 2, 1)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "conv.weights")
    ...     _ = path.write_bytes(struct.pack("<iiiq4f", 0, 2, 0, 64, 1, 2, 3, 4))
    ...     load_darknet_weights(conv, path)
    DarknetHeader(major=0, minor=2, revision=0, seen=64)
    >>> conv.bias.value.tolist(), conv.weight.value.ravel().tolist()
    ([1.0, 2.0], [3.0, 4.0])
    """
    path = Path(path)
    slots = list(_slots(model, stop_at))
    try:
        with path.open("rb") as file:
            header = _read_header(path, file)
            numbers = _read_numbers(path, file, header, slots, stop_at is None)
    except FileNotFoundError:
        raise InputError(f"{path}: no such file") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from error
    values, start = [], 0
    for name, part, slot in slots:
        value = numbers[start : start + slot.size].reshape(slot.shape)
        start += slot.size
        if not np.isfinite(value).all() or (part == "running variances" and (value < 0).any()):
            raise InputError(f"{path}: {name}: the {part} are not numbers that a network has")
        values.append(value)
    for (_, _, slot), value in zip(slots, values, strict=True):
        slot[...] = value
    return header


def save_darknet_weights(
    model: Layer,
    path: str | os.PathLike[str],
    header: DarknetHeader | None = None,
    stop_at: int | None = None,
) -> None:
    """Write a model's convolutions and batch norms as a ``.weights`` file.

    Parameters
    ----------
    model : Layer
        Its layers stand in the order of darknet's ``.cfg``. float64 is rounded to float32.
    path : path
        The file; what was there is replaced.
    header : DarknetHeader, optional
        By default version 0.2.0 with no images seen.
    stop_at : int, optional
        Write so many convolutions only.

    Raises
    ------
    ValueError
        When the model has layers that such a file cannot hold, fewer convolutions than `stop_at`, or a
        number of the header does not fit.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_darknet_weights(Conv2d(1, 2, 1), Path(folder, "conv.weights"))
    ...     Path(folder, "conv.weights").stat().st_size  # 20 bytes of header, 4 numbers
    36
    """
    slots = list(_slots(model, stop_at))
    first = (header or DarknetHeader()).to_bytes()
    with Path(path).open("wb") as file:
        file.write(first)
        for _, _, slot in slots:
            file.write(np.asarray(slot, "<f4", order="C").tobytes())


def _seen_format(major: int, minor: int) -> str:
    return "<q" if major * 10 + minor >= 2 and major < 1000 and minor < 1000 else "<i"


def _slots(model: Layer, stop_at: int | None) -> Iterator[tuple[str, str, Array]]:
    """Yield the arrays that a file fills, in its order, with the convolution's name and what they are."""
    pairs = _convolutions(model)
    if stop_at is not None and not 1 <= stop_at <= len(pairs):
        raise ValueError(f"stop_at must lie in 1…{len(pairs)}, the model's convolutions, got {stop_at}")
    for number, (name, conv, norm) in enumerate(pairs[:stop_at], start=1):
        title = f"convolution {number}" + (f" ({name})" if name else "")
        if norm is None and conv.bias is not None:
            yield title, "biases", conv.bias.value
            yield title, "weights", conv.weight.value
        elif norm is not None and conv.bias is None:
            arrays = (norm.bias.value, norm.weight.value, norm.running_mean, norm.running_var)
            yield from ((title, *item) for item in zip(BATCH_NORM_PARTS, arrays, strict=False))
            yield title, BATCH_NORM_PARTS[-1], conv.weight.value
        else:
            raise ValueError(f"{title} must have either a bias or a batch norm behind it: darknet's have")


def _convolutions(model: Layer) -> list[tuple[str, Conv2d, BatchNorm2d | None]]:
    """Return the convolutions in the order of the layers, each with the batch norm that follows."""
    pairs: list[tuple[str, Conv2d, BatchNorm2d | None]] = []
    for name, layer in model.named_layers():
        if isinstance(layer, Conv2d):
            pairs.append((name, layer, None))
        elif isinstance(layer, BatchNorm2d) and pairs and pairs[-1][2] is None:
            pairs[-1] = (*pairs[-1][:2], layer)
        elif any(True for _ in _own_parameters(layer)):
            raise ValueError(f"{name} is a {type(layer).__name__}, which a darknet file cannot hold here")
    return pairs


def _own_parameters(layer: Layer) -> Iterator[str]:
    """Yield the names of a layer's own parameters, not those of layers below it."""
    return (name for name, _ in layer.named_parameters() if "." not in name)


def _read_header(path: Path, file: IO[bytes]) -> DarknetHeader:
    versions = file.read(12)
    if len(versions) < 12:
        raise InputError(f"{path}: too short for darknet's header: 12 bytes wanted, {len(versions)} there")
    major, minor, revision = struct.unpack("<iii", versions)
    if min(major, minor, revision) < 0:
        raise InputError(f"{path}: not darknet weights: version {major}.{minor}.{revision}")
    layout = _seen_format(major, minor)
    seen = file.read(struct.calcsize(layout))
    if len(seen) < struct.calcsize(layout):
        raise InputError(f"{path}: too short for darknet's header: the number of images seen is cut off")
    return DarknetHeader(major, minor, revision, *struct.unpack(layout, seen))


def _read_numbers(
    path: Path, file: IO[bytes], header: DarknetHeader, slots: list[tuple[str, str, Array]], whole: bool
) -> Array:
    """Return the numbers for all slots, or say where the file ends too early or goes on too long."""
    there, odd = divmod(os.fstat(file.fileno()).st_size - header.size, 4)
    if odd:
        raise InputError(f"{path}: {odd} bytes too many for a whole number of float32 behind the header")
    wanted = 0
    for name, part, slot in slots:
        if wanted + slot.size > there:
            left = there - wanted
            raise InputError(
                f"{path}: too short: {name} wants {slot.size:,} {part}, {left:,} numbers are left"
            )
        wanted += slot.size
    if whole and there > wanted:
        raise InputError(
            f"{path}: too long: the model wants {wanted:,} numbers, {there:,} are there; stop_at would leave "
            "the rest unread"
        )
    return np.frombuffer(file.read(4 * wanted), "<f4")
