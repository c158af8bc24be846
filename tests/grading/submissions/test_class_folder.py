"""The submissions of a class, as learning platforms hand them out."""

import pytest

from scratchcv.errors import InputError
from scratchcv.grading.submissions.class_folder import read_submissions
from scratchcv.grading.submissions.sheet_file import Wanted
from scratchcv.grading.submissions.submission import Submission, Unreadable
from tests.grading.submissions.test_archive import pack

WANTED = Wanted("a1_boxes", ("box_iou", "nms"))
GOOD = "def nms(boxes): ...\n"

LAYOUTS = {
    "a folder each": {"ada/a1_boxes.py": GOOD, "bob/deep/mine.py": GOOD, "bob/notes.pdf": ""},
    "a zip each": {"ada.zip": pack(("a1_boxes.py", GOOD)), "bob.zip": pack(("bob/hw.py", GOOD))},
    "a file each": {"ada.py": "x = 1", "bob.ipynb": '{"cells": [{"cell_type": "code", "source": "x = 1"}]}'},
    "files with the sheet's name": {"ada_a1_boxes.py": GOOD, "bob_a1_boxes.zip": pack(("a1_boxes.py", GOOD))},
    "one folder around it": {"hw1/ada_a1_boxes.py": GOOD, "hw1/bob_a1_boxes.py": GOOD, "__MACOSX/x": ""},
    "folders in folders": {"a/b/ada/a1_boxes.py": GOOD, "a/b/bob/a1_boxes.py": GOOD},
}
CANVAS = {
    "adalovelace_LATE_1234_56789_a1_boxes-1.py": GOOD,
    "adalovelace_LATE_1234_56790_report.pdf": "",
    "bob_77_56791_homework.zip": pack(("a1_boxes.py", GOOD)),
}
MOODLE = {
    "Ada Lovelace_1234_assignsubmission_file_/a1_boxes.py": GOOD,
    "Ada Lovelace_1234_assignsubmission_onlinetext_/onlinetext.html": "<p>",
    "Bob_77_assignsubmission_file/hw.zip": pack(("x/a1_boxes.py", GOOD)),
}
MOODLE_FLAT = {
    "Ada Lovelace_1234_assignsubmission_file_a1_boxes.py": GOOD,
    "Bob_77_assignsubmission_file_hw.zip": pack(("x/a1_boxes.py", GOOD)),
}
NAMES = [
    *((layout, ["ada", "bob"]) for layout in LAYOUTS.values()),
    (CANVAS, ["adalovelace_1234", "bob_77"]),
    (MOODLE, ["Ada Lovelace_1234", "Bob_77"]),
    (MOODLE_FLAT, ["Ada Lovelace_1234", "Bob_77"]),
]


def lay_out(folder, files):
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


@pytest.mark.parametrize(("files", "names"), NAMES)
def test_layouts_on_disk_and_in_a_zip(tmp_path, files, names):
    lay_out(tmp_path / "class", files)
    (tmp_path / "class.zip").write_bytes(pack(*files.items()))
    for path in (tmp_path / "class", tmp_path / "class.zip"):
        found = read_submissions(path, WANTED)
        assert [one.name for one in found] == names
        assert all(isinstance(one, Submission) for one in found), found


def test_a_bad_one_stops_nobody(tmp_path):
    bad = {
        "a.py": b"\xff",
        "b.zip": b"PK",
        "c/notes.txt": "",
        "d.zip": pack(("d.py", b"0" * (6 << 20))),
        "e/one.py": GOOD,
        "e/two.py": GOOD + "#",
        "f.py": GOOD,
        "f/a1_boxes.py": GOOD,
    }
    lay_out(tmp_path, {**bad, "good.py": GOOD})
    (tmp_path / "link.py").symlink_to(tmp_path / "good.py")
    *unreadable, last, link = read_submissions(tmp_path, WANTED)
    assert isinstance(last, Submission)
    assert link == Unreadable("link", "link.py: is a link; hand in the file itself")
    starts = {
        "a": "a.py: line 1: is not UTF-8",
        "b": "b.zip: is not a zip archive",
        "c": "there is nothing to grade: a1_boxes.py or",
        "d": "d.zip: d.py: unpacks to more than",
        "e": "e/one.py and e/two.py: which",
        "f": "f and f.py: two submissions have this name",
    }
    assert {one.name: one.reason[: len(starts[one.name])] for one in unreadable} == starts


def test_a_class_zip_with_hostile_paths(tmp_path):
    members = ("../evil.py", GOOD), ("/etc/passwd", ""), ("ada/a1_boxes.py", GOOD), ("bob/../x.py", GOOD)
    (tmp_path / "class.zip").write_bytes(pack(*members))
    found = read_submissions(tmp_path / "class.zip", WANTED)
    assert {one.name: type(one) for one in found} == {"..": Unreadable, "ada": Submission, "bob": Unreadable}


def test_what_is_nobodys_is_named(tmp_path):
    lay_out(tmp_path, {"ada.py": GOOD, "roster.csv": "", ".DS_Store": ""})
    with pytest.warns(UserWarning, match=r"roster\.csv: is nobody's submission"):
        (ada,) = read_submissions(tmp_path, WANTED)
    assert ada.name == "ada"


@pytest.mark.parametrize("name", ["ada", "ada.zip", "ada.py"])
def test_one_student_alone(tmp_path, name):
    lay_out(tmp_path, {"ada/a1_boxes.py": GOOD, "ada/utils.py": "", "ada.py": GOOD})
    (tmp_path / "ada.zip").write_bytes(pack(("a1_boxes.py", GOOD), ("utils.py", "")))
    (ada,) = read_submissions(tmp_path / name, WANTED)
    assert (ada.name, ada.source) == ("ada", GOOD)


def test_a_single_file_that_cannot_be_read(tmp_path):
    (tmp_path / "ada.py").write_bytes(b"\xff")
    (ada,) = read_submissions(tmp_path / "ada.py", WANTED)
    assert isinstance(ada, Unreadable)


def test_names_are_printable(tmp_path):
    lay_out(tmp_path, {"e\u0301\x1b.py": GOOD})
    (student,) = read_submissions(tmp_path, WANTED)
    assert student.name == "\u00e9?"


@pytest.mark.parametrize("name", ["nowhere", "nowhere.py", "nowhere.zip", "empty", "bad.zip", "empty.zip"])
def test_nothing_at_all(tmp_path, name):
    (tmp_path / "empty").mkdir()
    (tmp_path / "bad.zip").write_bytes(b"PK")
    (tmp_path / "empty.zip").write_bytes(pack())
    with pytest.raises(InputError, match=name):
        read_submissions(tmp_path / name, WANTED)
