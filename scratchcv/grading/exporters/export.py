"""A sheet written for another platform."""

from pathlib import Path

from scratchcv.errors import InputError
from scratchcv.grading.course.secret_file import read_secret
from scratchcv.grading.exporters.github import export_github
from scratchcv.grading.exporters.gradescope import export_gradescope
from scratchcv.grading.exporters.kit import Kit
from scratchcv.grading.exporters.nbgrader import export_nbgrader
from scratchcv.grading.exporters.otter import export_otter
from scratchcv.grading.sheets.sheet import Sheet

TARGETS = ("gradescope", "nbgrader", "otter", "github")


def export(
    sheet: Sheet,
    target: str,
    folder: Path,
    *,
    secret_file: Path | None = None,
    wheel: Path | None = None,
    visibility: str = "visible",
    require: str = "guarded",
) -> list[Path]:
    """Write what a platform needs to hand out and to grade a sheet.

    Parameters
    ----------
    sheet : Sheet
    target : {"gradescope", "nbgrader", "otter", "github"}
    folder : Path
        Where to; it must be empty or absent.
    secret_file : Path, optional
        The course's secret, as ``scratchcv grade`` takes it. GitHub alone needs none.
    wheel : Path, optional
        Of the library, for Gradescope and otter; by default they install this version from PyPI.
    visibility : {"visible", "after_due_date", "after_published", "hidden"}
        When students see what came of the hidden cases, on Gradescope.
    require : {"sealed", "guarded", "self-check"}
        The least level at which submissions are graded.

    Returns
    -------
    list of Path
        The files.

    Raises
    ------
    InputError
        When the secret is missing, the folder is not empty, or the sheet is not fit for the platform.
    ValueError
        When a choice is unknown.

    Examples
    --------
    >>> import tempfile
    >>> from scratchcv.grading.sheets.sheet import load_sheet
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     export(load_sheet("a1_boxes"), "github", Path(folder))[0].name
    'a1_boxes.py'
    """
    if target not in TARGETS:
        raise ValueError(f"target must be one of {', '.join(TARGETS)}, got {target!r}")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(f"{folder}: is there already, and not an empty folder")
    if wheel is not None and not wheel.is_file():
        raise InputError(f"{wheel}: there is no such file")
    if target == "github":
        return export_github(sheet, folder)
    if secret_file is None:
        raise InputError(f"{target} needs the course's secret: give its file")
    kit = Kit(sheet, read_secret(secret_file), require, visibility)
    folder.mkdir(parents=True, exist_ok=True)
    if target == "gradescope":
        return export_gradescope(kit, folder, wheel)
    if target == "otter":
        return export_otter(kit, folder, wheel)
    return export_nbgrader(kit, folder)
