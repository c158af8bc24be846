"""Mutants that no input can tell from the original: a list in the sheet, each entry with its reason."""

import tomllib
from dataclasses import dataclass

from scratchcv.errors import InputError
from scratchcv.grading.sheets.sheet import Sheet

EQUIVALENTS = "equivalent_mutants.toml"

_ENTRIES = {"exercise", "change", "reason"}


@dataclass(frozen=True)
class Equivalent:
    """A change that leaves all right answers right: which one, and why.

    Attributes
    ----------
    exercise, change : str
        As in `Mutant.change`; where it ends with ``" *"``, all changes that begin so.
    reason : str
    """

    exercise: str
    change: str
    reason: str

    def covers(self, exercise: str, change: str) -> bool:
        """Tell whether a mutant is meant.

        Examples
        --------
        >>> Equivalent("resize", "_nearest: *", "not graded").covers("resize", "_nearest: n + 1 → n - 1")
        True
        """
        if exercise != self.exercise:
            return False
        return change.startswith(self.change[:-1]) if self.change.endswith(" *") else change == self.change


def read_equivalents(sheet: Sheet) -> tuple[Equivalent, ...]:
    """Return the list of a sheet; it is empty where there is none.

    Raises
    ------
    InputError
        When it is not a list of tables ``[[mutant]]`` with an exercise of the sheet, a change, and a reason.
    """
    path = sheet.folder / EQUIVALENTS
    if not path.is_file():
        return ()
    try:
        listed = tomllib.loads(path.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"{path}: {error}") from error
    tables = listed.pop("mutant", [])
    if listed or not isinstance(tables, list):
        raise InputError(f"{path}: must be a list of tables [[mutant]]")
    names = {exercise.name for exercise in sheet.exercises}
    for number, table in enumerate(tables, 1):
        where = f"{path}: mutant {number}"
        texts = isinstance(table, dict) and all(
            isinstance(text, str) and text.strip() for text in table.values()
        )
        if not texts or set(table) != _ENTRIES:
            raise InputError(f"{where} must have the texts {', '.join(sorted(_ENTRIES))}")
        if table["exercise"] not in names:
            raise InputError(f"{where}: the sheet has no exercise {table['exercise']!r}")
    return tuple(Equivalent(**table) for table in tables)
