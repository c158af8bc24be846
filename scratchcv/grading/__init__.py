"""Exercise sheets cut from the library, and the grading of what students make of them."""

from scratchcv.grading.assignment import Assignment
from scratchcv.grading.check_file import check_file
from scratchcv.grading.grade import grade_source
from scratchcv.grading.reports.html import report_html
from scratchcv.grading.reports.markdown import report_markdown
from scratchcv.grading.result import SubmissionResult
from scratchcv.grading.sheets.case import Call, Cases
from scratchcv.grading.sheets.new_assignment import new_assignment
from scratchcv.grading.sheets.sheet import Sheet, load_sheet, sheet_names

__all__ = [
    "Assignment",
    "Call",
    "Cases",
    "Sheet",
    "SubmissionResult",
    "check_file",
    "grade_source",
    "load_sheet",
    "new_assignment",
    "report_html",
    "report_markdown",
    "sheet_names",
]
