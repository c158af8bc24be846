"""The manifest of a sheet: a TOML file that says which functions are exercises, and what they are worth."""

import tomllib
from pathlib import Path
from typing import Any

from scratchcv.errors import InputError
from scratchcv.grading.sheets.cut import find_function

MANIFEST = "manifest.toml"

_Entries = dict[str, tuple[Any, bool]]  # name: types, and whether it must be there

_SHEET: _Entries = {
    "title": (str, True),
    "description": (str, False),
    "numba": (bool, False),
    "exercise": (list, True),
}
_EXERCISE: _Entries = {
    "function": (str, True),
    "points": ((int, float), True),
    "given": (list, False),
    "task": (str, False),
}


def read_manifest(path: Path) -> dict[str, Any]:
    """Return what a manifest says, checked.

    Parameters
    ----------
    path : Path
        A TOML file: a title and, for each exercise, a table ``[[exercise]]`` with its function and points.

    Raises
    ------
    InputError
        When it cannot be read, lacks an entry, has an unknown one, or names a function that does not exist.

    Examples
    --------
    >>> read_manifest(Path("nowhere.toml"))
    Traceback (most recent call last):
    scratchcv.errors.InputError: nowhere.toml: No such file or directory
    """
    try:
        sheet = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"{path}: {error}") from error
    _check_entries(path, "the manifest", sheet, _SHEET)
    names = []
    for number, entry in enumerate(sheet["exercise"], 1):
        where = f"exercise {number}"
        _check_entries(path, where, entry, _EXERCISE)
        if not entry["points"] > 0:
            raise InputError(f"{path}: {where}: points must be positive, got {entry['points']}")
        for dotted in (entry["function"], *entry.get("given", [])):
            try:
                find_function(str(dotted))
            except InputError as error:
                raise InputError(f"{path}: {where}: {error}") from error
        name = entry["function"].rpartition(".")[2]
        if name in names:
            raise InputError(f"{path}: two exercises are called {name}")
        names.append(name)
    return sheet


def _check_entries(path: Path, where: str, table: Any, wanted: _Entries) -> None:
    if not isinstance(table, dict):
        raise InputError(f"{path}: {where} must be a table, got {table!r:.60}")
    for name, (kind, needed) in wanted.items():
        if name not in table and needed:
            raise InputError(f"{path}: {where} lacks {name!r}")
        value = table.get(name)
        fits = isinstance(value, kind) and (kind is bool or not isinstance(value, bool))
        if name in table and not fits:
            raise InputError(f"{path}: {where}: {name} must not be {value!r:.60}")
    unknown = sorted(set(table) - set(wanted))
    if unknown:
        raise InputError(f"{path}: {where}: unknown {unknown[0]!r}; known are {', '.join(wanted)}")
