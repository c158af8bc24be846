"""GitHub: a repository that checks and grades itself in a workflow, and a script for Classroom 50."""

from pathlib import Path

import scratchcv
from scratchcv.errors import InputError
from scratchcv.grading.exporters.classroom50 import check_points
from scratchcv.grading.exporters.kit import is_librarys
from scratchcv.grading.exporters.template import fill
from scratchcv.grading.sheets.new_assignment import new_assignment
from scratchcv.grading.sheets.sheet import Sheet


def export_github(sheet: Sheet, folder: Path) -> list[Path]:
    """Write what students' repositories are made of.

    Parameters
    ----------
    sheet : Sheet
        One of the library's.
    folder : Path
        Where to: ``template/`` is the repository that students begin with, and
        ``classroom50/autograders/SHEET/autograder.py`` goes into the repository of a Classroom 50.

    Returns
    -------
    list of Path
        The files.

    Raises
    ------
    InputError
        When the sheet is one's own: its originals would lie where students can read them. When an exercise is
        not worth a whole number of points.
    """
    if not is_librarys(sheet):
        raise InputError(
            f"sheet {sheet.name} is your own: GitHub would grade it in students' repositories, and your "
            "functions would have to lie there; grade it with scratchcv grade"
        )
    check_points(sheet)
    words = {"sheet": sheet.name, "library": f"scratchcv=={scratchcv.__version__}"}
    workflow = folder / "template" / ".github" / "workflows" / f"{sheet.name}.yml"
    script = folder / "classroom50" / "autograders" / sheet.name / "autograder.py"
    files = new_assignment(sheet, folder / "template")
    for path, template in ((workflow, "github_workflow.yml"), (script, "classroom50_autograder.txt")):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(fill(template, words), encoding="utf-8")
    return [*files, workflow, script]
