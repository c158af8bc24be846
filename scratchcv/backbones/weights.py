"""Published weights from a file, whichever of the two usual formats it has."""

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from numpy.typing import ArrayLike

from scratchcv.backbones.pth import load_pth
from scratchcv.backbones.raw_numbers import DTYPES, decode_numbers
from scratchcv.checks import Array
from scratchcv.errors import InputError


def load_weights(path: str | os.PathLike[str]) -> dict[str, Array]:
    """Return arrays by name from a safetensors file or one of ``torch.save``, whatever it is called.

    Parameters
    ----------
    path : path
        The file; its first bytes say which format it has.

    Returns
    -------
    dict of str to ndarray
        Read-only; float16 and bfloat16 become float32. `Layer.load_state_dict` takes it as it is.

    Raises
    ------
    InputError
        When the file is missing or damaged, or holds anything but weights.

    See Also
    --------
    scratchcv.backbones.pth.load_pth : ``.pth`` without PyTorch; nothing in the file is executed.

    Examples
    --------
    >>> import tempfile
    >>> import numpy as np
    >>> from safetensors.numpy import save_file
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "linear.safetensors")
    ...     save_file({"bias": np.array([1.0, 2.0], np.float32)}, path)
    ...     load_weights(path)
    {'bias': array([1., 2.], dtype=float32)}
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            start = file.read(9)
    except FileNotFoundError:
        raise InputError(f"{path}: no such file") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from error
    if start[8:] == b"{":  # behind the header's length
        return _load_safetensors(path)
    if start.startswith((b"PK\x03\x04", b"\x80\x02")):
        return load_pth(path)
    raise InputError(f"{path}: neither safetensors nor a file of torch.save")


def _load_safetensors(path: Path) -> dict[str, Array]:
    from safetensors import SafetensorError, deserialize

    try:
        tensors = deserialize(path.read_bytes())  # type: ignore[no-untyped-call]
    except SafetensorError as error:
        raise InputError(f"{path}: not a safetensors file, or damaged: {error}") from error
    arrays = {}
    for name, tensor in tensors:
        if tensor["dtype"] not in DTYPES:
            raise InputError(f"{path}: {name} is {tensor['dtype']}, known are {', '.join(DTYPES)}")
        arrays[name] = decode_numbers(tensor["data"], tensor["dtype"]).reshape(tensor["shape"])
    return arrays


def rename_parameters(
    state: Mapping[str, ArrayLike], old_names: Sequence[tuple[re.Pattern[str], str]]
) -> dict[str, ArrayLike]:
    r"""Return values under the names that their parameters have now.

    Parameters
    ----------
    state : mapping of str to array_like
        Values by name, as `load_weights` returns them.
    old_names : sequence of (pattern, str)
        A regular expression for each old name, and what takes its place, with groups.

    Examples
    --------
    >>> old_names = [(re.compile(r"^conv\.(\w+)$"), r"conv.0.\1")]
    >>> rename_parameters({"conv.weight": [1.0], "bias": [2.0]}, old_names)
    {'conv.0.weight': [1.0], 'bias': [2.0]}
    """
    renamed = {}
    for name, value in state.items():
        for old, new in old_names:
            name = old.sub(new, name)
        renamed[name] = value
    return renamed
