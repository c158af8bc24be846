"""Which of the two forms of a hot operation runs: the NumPy formula or its Numba twin.

A hot operation is written twice. `boxes/iou.py` holds `box_iou_numpy`, the formula; `kernels/iou.py` holds
the loop `box_iou`. File and name tie the two together, and nothing else has to be registered.
"""

import atexit
import functools
import importlib
import importlib.util
import os
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar, cast

Function = TypeVar("Function", bound=Callable[..., Any])

BACKENDS = ("numba", "numpy")


@functools.cache
def has_numba() -> bool:
    """Say whether Numba can be imported here; it is looked for, not loaded.

    Examples
    --------
    >>> has_numba() in (True, False)
    True
    """
    try:
        return importlib.util.find_spec("numba") is not None
    except ValueError:  # sys.modules["numba"] is None: the import is blocked
        return False


def _check(name: str) -> str:
    if name not in BACKENDS:
        raise ValueError(f"backend must be one of {', '.join(BACKENDS)}, got {name!r}")
    if name == "numba" and not has_numba():
        raise ImportError("backend 'numba' was asked for, but Numba is not installed: pip install numba")
    return name


def _default() -> str:
    wanted = os.environ.get("SCRATCHCV_BACKEND")
    return _check(wanted) if wanted else ("numba" if has_numba() else "numpy")


_active: str | None = None
_chosen = False


def get_backend() -> str:
    """Return the active backend, ``"numba"`` or ``"numpy"``.

    Unless chosen by `set_backend` or the environment variable ``SCRATCHCV_BACKEND``, it is Numba where Numba
    is installed and NumPy elsewhere. An installed Numba that does not start (it is too old for this NumPy) is
    reported once, by a warning, and replaced by NumPy.

    Examples
    --------
    >>> with use_backend("numpy"):
    ...     get_backend()
    'numpy'
    """
    global _active
    if _active is None:
        _active = _default()
    return _active


def set_backend(name: str) -> None:
    """Choose the backend for the whole process.

    Parameters
    ----------
    name : {"numba", "numpy"}
        The form that hot operations run in.

    Raises
    ------
    ValueError
        For any other name.
    ImportError
        When Numba is asked for and absent.

    Examples
    --------
    >>> set_backend("cuda")
    Traceback (most recent call last):
    ValueError: backend must be one of numba, numpy, got 'cuda'
    """
    global _active, _chosen
    _active, _chosen = _check(name), True


@contextmanager
def use_backend(name: str) -> Iterator[None]:
    """Choose the backend for a ``with`` block; the earlier one returns afterwards.

    The choice holds for the whole process, other threads included.

    Examples
    --------
    >>> with use_backend("numpy"):
    ...     pass
    """
    global _active, _chosen
    before = get_backend(), _chosen
    set_backend(name)
    try:
        yield
    finally:
        _active, _chosen = before


def active_form(numpy_form: Function) -> Function:
    """Return the form of an operation that the active backend runs.

    Parameters
    ----------
    numpy_form : function
        The formula, named ``<operation>_numpy``, in ``scratchcv/<room>/<file>.py``.

    Returns
    -------
    function
        `numpy_form` itself, or ``scratchcv.kernels.<file>.<operation>``.

    Examples
    --------
    >>> from scratchcv.boxes.iou import box_iou_numpy
    >>> with use_backend("numpy"):
    ...     active_form(box_iou_numpy) is box_iou_numpy
    True
    """
    if get_backend() == "numba":
        try:
            kernel: Function = _kernel_of(numpy_form)
        except (ImportError, RuntimeError) as error:
            _fall_back(error)
        else:
            return kernel
    return numpy_form


def _fall_back(error: Exception) -> None:
    """Go on with NumPy where Numba is installed but does not start, unless it was asked for by name."""
    if _chosen or os.environ.get("SCRATCHCV_BACKEND"):
        raise error
    warnings.warn(
        f"Numba is installed but does not start; NumPy does everything, slower. Numba says: {error}",
        RuntimeWarning,
        stacklevel=4,
    )
    global _active
    _active = "numpy"


@functools.cache
def _kernel_of(numpy_form: Function) -> Function:
    name = f"scratchcv.kernels.{numpy_form.__module__.rpartition('.')[2]}"
    try:
        kernels = importlib.import_module(name)
    except RuntimeError as error:
        if "cannot cache function" not in str(error):
            raise
        _cache_for_this_process()
        kernels = importlib.import_module(name)
    importlib.import_module("scratchcv.kernels.announce").announce_compilation()
    importlib.import_module("scratchcv.kernels.cache").guard()
    return cast("Function", getattr(kernels, numpy_form.__name__.removesuffix("_numpy")))


def _cache_for_this_process() -> None:
    """Let Numba keep compiled code in a temporary folder, where it can write no lasting one."""
    numba = importlib.import_module("numba")
    folder = tempfile.mkdtemp(prefix="scratchcv-numba-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    numba.config.CACHE_DIR = folder
