"""An exercise sheet: a folder with a manifest, and banks of inputs, mistakes and solutions."""

import functools
import hashlib
from dataclasses import dataclass
from pathlib import Path

import scratchcv
from scratchcv.errors import InputError
from scratchcv.grading.sheets.cut import cut
from scratchcv.grading.sheets.exercise import Exercise
from scratchcv.grading.sheets.manifest import MANIFEST, read_manifest


@dataclass(frozen=True)
class Sheet:
    """An exercise sheet.

    Examples
    --------
    >>> sheet = load_sheet("a1_boxes")
    >>> sum(exercise.points for exercise in sheet.exercises)
    100
    """

    name: str
    title: str
    description: str
    numba: bool
    folder: Path
    exercises: tuple[Exercise, ...]

    @property
    def points(self) -> float:
        """Return the points of all exercises."""
        return sum(exercise.points for exercise in self.exercises)

    def exercise(self, name: str) -> Exercise:
        """Return the exercise of that name.

        Raises
        ------
        InputError
            When the sheet has no such exercise.
        """
        for exercise in self.exercises:
            if name in (exercise.name, exercise.function):
                return exercise
        names = ", ".join(exercise.name for exercise in self.exercises)
        raise InputError(f"sheet {self.name} has no exercise {name!r}; it has {names}")

    def stubs(self) -> str:
        """Return the file that students fill in."""
        return self._opening() + cut(self._given(), [exercise.function for exercise in self.exercises])

    def solution(self) -> str:
        """Return the same file with the library's own bodies."""
        return self._opening() + cut([*self._given(), *(exercise.function for exercise in self.exercises)])

    @functools.cached_property
    def digest(self) -> str:
        """What tells this state of the sheet and of the library from any other."""
        digest = hashlib.sha256(scratchcv.__version__.encode())
        for path in sorted(self.folder.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                content = hashlib.sha256(path.read_bytes()).hexdigest()
                digest.update(f"{path.relative_to(self.folder).as_posix()}\0{content}\0".encode())
        digest.update(self.solution().encode())
        return digest.hexdigest()

    def _given(self) -> list[str]:
        return list(dict.fromkeys(name for exercise in self.exercises for name in exercise.given))

    def _opening(self) -> str:
        text = f"{self.title}: fill in the bodies.\n\n{self.description.strip()}\n"
        return '"""' + text.replace("\\", "\\\\").replace('"""', "'''") + '"""\n\n'


def sheet_names() -> list[str]:
    """Return the names of the sheets that come with the library.

    Examples
    --------
    >>> "a1_boxes" in sheet_names()
    True
    """
    return sorted(path.parent.name for path in _shelf().glob(f"*/{MANIFEST}"))


def load_sheet(name: str | Path) -> Sheet:
    """Return a sheet by its name, or from a folder of one's own.

    Parameters
    ----------
    name : str or Path
        One of `sheet_names`, or a folder that has a ``manifest.toml``.

    Raises
    ------
    InputError
        When there is no such sheet, or the manifest is not of the form that ``docs/sheets.md`` describes.

    Examples
    --------
    >>> load_sheet("a1_boxes").exercise("box_iou").function
    'scratchcv.boxes.iou.box_iou'
    """
    folder = Path(name)
    if not (folder / MANIFEST).is_file():
        folder = _shelf() / str(name)
    if not (folder / MANIFEST).is_file():
        known = ", ".join(sheet_names()) or "none"
        raise InputError(f"{name}: neither a sheet ({known}) nor a folder with a {MANIFEST}")
    folder = folder.resolve()
    sheet = read_manifest(folder / MANIFEST)
    exercises = tuple(
        Exercise(
            folder.name,
            folder,
            entry["function"],
            entry["points"],
            tuple(entry.get("given", [])),
            entry.get("task", ""),
        )
        for entry in sheet["exercise"]
    )
    description, numba = sheet.get("description", ""), sheet.get("numba", False)
    return Sheet(folder.name, sheet["title"], description, numba, folder, exercises)


def _shelf() -> Path:
    return Path(scratchcv.__file__).parent / "assignments"
