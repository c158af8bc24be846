"""Which of a student's files is graded, or why none is."""

import pytest

from scratchcv.errors import InputError
from scratchcv.grading.submissions.archive import Archive
from scratchcv.grading.submissions.sheet_file import MOST_CANDIDATES, Wanted, find_sheet_file
from tests.grading.submissions.test_archive import pack
from tests.grading.submissions.test_notebook import notebook

WANTED = Wanted("a1_boxes", ("box_iou", "nms"))
DEFINES = "def nms(boxes):\n    return 1\n"
OTHER = "def helper(): ...\n"


def find_in(members):
    return find_sheet_file(Archive(pack(*members.items()), "ada.zip"), ("",), WANTED)


@pytest.mark.parametrize(
    ("files", "chosen"),
    [
        ({"a1_boxes.py": OTHER}, "a1_boxes.py"),
        ({"hw/a1_boxes.py": OTHER, "hw/utils.py": OTHER}, "hw/a1_boxes.py"),
        ({"a1_boxes.py": DEFINES, "tests.py": DEFINES}, "a1_boxes.py"),
        ({"a1_boxes.py": DEFINES, "a1_boxes.ipynb": notebook("import a1_boxes")}, "a1_boxes.py"),
        ({"a1_boxes.py": OTHER, "a1_boxes.ipynb": notebook(DEFINES)}, "a1_boxes.ipynb"),
        ({"a1_boxes.ipynb": notebook("x = 1"), "mine.py": DEFINES}, "mine.py"),
        ({"mine.py": "nms = lambda boxes: 1", "utils.py": OTHER}, "mine.py"),
        ({"mine.ipynb": notebook("!ls\n" + DEFINES)}, "mine.ipynb"),
        ({"a1_boxes.py": DEFINES, "backup/a1_boxes.py": DEFINES}, "a1_boxes.py"),
        ({"a1_boxes.py": DEFINES, ".ipynb_checkpoints/a1_boxes.py": OTHER}, "a1_boxes.py"),
        ({"A1_Boxes (2).PY": DEFINES, "notes.pdf": "%PDF"}, "A1_Boxes (2).PY"),
        ({"a1_boxes.py": DEFINES, "a1_boxes-1.py": b"\xff"}, "a1_boxes.py"),
        ({"inner.zip": pack(("x/a1_boxes.py", DEFINES)), "notes.txt": ""}, "x/a1_boxes.py"),
        ({"a1_boxes.py": DEFINES, **{f"{i}.py": OTHER for i in range(MOST_CANDIDATES)}}, "a1_boxes.py"),
    ],
)
def test_what_is_chosen(files, chosen):
    assert find_in(files).path == chosen


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"one.py": DEFINES, "two.py": DEFINES + "\n"}, "^one.py and two.py: which of them"),
        ({"a1_boxes.py": DEFINES, "x/a1_boxes.py": DEFINES + "#"}, "^a1_boxes.py and x/a1_boxes.py: which"),
        (
            {},
            "a1_boxes.py or a1_boxes.ipynb, or a file that defines box_iou, nms was looked for, no file",
        ),
        ({"utils.py": OTHER, "notes.pdf": ""}, "looked for, notes.pdf, utils.py found"),
        ({"tests.py": "nms(1)\n#def nms():\n"}, "looked for, tests.py found"),
        ({f"{i}.txt": "" for i in range(30)}, "and 20 more found"),
        ({"a1_boxes.py": b"\xff", "utils.py": OTHER}, "^a1_boxes.py: line 1: is not UTF-8"),
        ({"a1_boxes.py": b"\xff", "mine.py": DEFINES}, "^a1_boxes.py: line 1: is not UTF-8"),
        ({"mine.ipynb": "{"}, "^mine.ipynb: is not a notebook"),
        ({"one.zip": pack(), "two.zip": pack()}, "one.zip, two.zip found"),
        ({"one.zip": b"PK"}, "^one.zip: is not a zip"),
        ({"1.zip": pack(("2.zip", pack(("3.zip", pack(("a1_boxes.py", DEFINES))))))}, "3.zip found"),
        ({f"{i}.py": DEFINES for i in range(MOST_CANDIDATES + 1)}, "there is nothing to grade"),
    ],
)
def test_what_is_unclear(files, message):
    with pytest.raises(InputError, match=message):
        find_in(files)


def test_the_other_files_are_named():
    assert find_in({"a1_boxes.py": DEFINES, "utils.py": OTHER, "x.txt": ""}).others == ("utils.py",)


def test_a_sheet_without_names_of_functions():
    assert not Wanted("a1_boxes").defines("def nms(): ...")
