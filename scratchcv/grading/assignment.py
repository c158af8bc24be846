"""A sheet in a student's notebook: the functions that they wrote, and the check of them."""

import linecache
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from scratchcv.errors import InputError
from scratchcv.grading.check import check_source
from scratchcv.grading.reports.html import report_fragment
from scratchcv.grading.reports.markdown import report_markdown
from scratchcv.grading.result import SubmissionResult
from scratchcv.grading.session import Place
from scratchcv.grading.sheets.sheet import load_sheet
from scratchcv.grading.submissions.definitions import keep_definitions
from scratchcv.grading.submissions.notebook import place
from scratchcv.grading.submissions.sheet_file import Wanted
from scratchcv.grading.submissions.submission import read_submission


class Assignment:
    """A sheet that is being worked on, in ``<sheet>.py`` or in the notebook that runs this.

    Parameters
    ----------
    sheet_name : str or Path
        As `load_sheet` takes it.
    folder : str or Path
        Where ``<sheet>.py`` is. Without that file the functions are those of the notebook's executed cells.

    Raises
    ------
    InputError
        When there is no such sheet.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     text = "def box_iou(boxes1, boxes2): return 0"
    ...     _ = Path(folder, "a1_boxes.py").write_text(text)
    ...     assignment = Assignment("a1_boxes", folder)
    ...     assignment.function("box_iou")([], [])
    0
    """

    def __init__(self, sheet_name: str | Path, folder: str | Path = ".") -> None:
        self.sheet = load_sheet(sheet_name)
        self.folder = Path(folder)

    @property
    def file(self) -> Path:
        """Return where the functions are, if they are not in the notebook."""
        return self.folder / f"{self.sheet.name}.py"

    def check(self, name: str | None = None) -> None:
        """Show how an exercise stands on its visible cases: as a page in a notebook, elsewhere as text.

        Parameters
        ----------
        name : str, optional
            Of the exercise; all by default.

        Raises
        ------
        InputError
            When there is no such exercise, or no file and no notebook to look into.
        """
        from scratchcv.visualize.page import show_page

        result = self.result(name)
        show_page(report_fragment(result, brief=name is not None), report_markdown(result))

    def result(self, name: str | None = None) -> SubmissionResult:
        """Return what `check` shows."""
        only = None if name is None else [self.sheet.exercise(name).name]
        if self.file.is_file():
            wanted = Wanted(self.sheet.name, tuple(exercise.name for exercise in self.sheet.exercises))
            submission = read_submission(self.file, wanted)
            return check_source(self.sheet, submission.source, only=only, place=submission.where)
        source, where = _executed(_shell(self.file))
        return check_source(self.sheet, source, only=only, place=where)

    def function(self, name: str) -> Callable[..., Any]:
        """Return the student's function, read from the file anew so that edits count.

        Parameters
        ----------
        name : str
            Of an exercise.

        Raises
        ------
        InputError
            When the sheet has no such exercise, or the student has not defined it.
        Exception
            What the file raises when it is run.
        """
        name = self.sheet.exercise(name).name
        if self.file.is_file():
            names, where = vars(_run(self.file)), str(self.file)
        else:
            names, where = _shell(self.file).user_ns, "the notebook"
        if not callable(names.get(name)):
            raise InputError(f"{where}: there is no function {name}")
        function: Callable[..., Any] = names[name]
        return function


def _run(file: Path) -> ModuleType:
    """Run a file as a module that nobody else sees."""
    module = ModuleType(file.stem)
    module.__file__ = str(file)
    linecache.checkcache(str(file))
    exec(compile(file.read_bytes(), str(file), "exec"), vars(module))
    return module


def _shell(file: Path) -> Any:
    """Return the notebook that runs this."""
    from scratchcv.visualize.page import ipython_shell

    shell = ipython_shell()
    if shell is None:
        raise InputError(f"{file}: there is no such file, and this is no notebook with the functions in it")
    return shell


def _executed(shell: Any) -> tuple[str, Place]:
    """Return the definitions in the cells executed so far, the newest last, and where each line is."""
    lines: list[str] = []
    starts: list[tuple[int, int]] = []
    for number, text in enumerate(shell.user_ns["In"]):
        try:
            kept, _ = keep_definitions(text)
        except SyntaxError:  # such a cell defined nothing
            continue
        starts.append((len(lines) + 1, number))
        lines += kept.split("\n")
    return "\n".join(lines), lambda line: place(tuple(starts), line).replace("cell", "In", 1)
