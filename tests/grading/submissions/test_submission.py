"""What a student hands in, read into the text that is graded."""

import hashlib
import pickle

import pytest

from scratchcv.errors import InputError
from scratchcv.grading.submissions.sheet_file import MOST_BYTES, Wanted
from scratchcv.grading.submissions.submission import Submission, read_submission
from tests.grading.submissions.test_archive import pack
from tests.grading.submissions.test_notebook import notebook

WANTED = Wanted("a1_boxes", ("box_iou", "nms"))
SOURCE = b"import numpy\n\ndef nms(boxes):\n    return boxes\n\nprint(1); print(2)\nplt.show()\nprint()\n"
KEPT = "import numpy\n\ndef nms(boxes):\n    return boxes\n\n0       ; \n\n\n"


def test_a_python_file(tmp_path):
    (tmp_path / "a1_boxes.py").write_bytes(SOURCE)
    notes = ("left out: print (line 6; line 8), plt.show (line 7)",)
    digest = hashlib.sha256(SOURCE).hexdigest()
    submission = read_submission(tmp_path / "a1_boxes.py", WANTED, "ada")
    assert submission == Submission("ada", KEPT, digest, notes)
    assert submission.where(4) == "line 4"
    assert pickle.loads(pickle.dumps(submission)) == submission


def test_a_notebook(tmp_path):
    data = notebook("%pylab\ndef nms(boxes):\n    return boxes", "def f(:", "print(1)\n" * 5)
    (tmp_path / "bob.ipynb").write_bytes(data)
    submission = read_submission(tmp_path / "bob.ipynb", WANTED)
    assert (submission.name, submission.digest) == ("bob", hashlib.sha256(data).hexdigest())
    assert submission.source == "pass\ndef nms(boxes):\n    return boxes\n" + "\n" * 7
    assert submission.where(3) == "cell 2, line 3"
    print_places = "cell 4, line 1; cell 4, line 2; cell 4, line 3; 2 more"
    assert submission.notes == (
        "graded: bob.ipynb",
        "cell 3, line 1: the cell does not parse (invalid syntax)",
        f"left out: %pylab (cell 2, line 1), print ({print_places})",
    )


def test_the_same_file_in_any_wrapping(tmp_path):
    (tmp_path / "hw").mkdir()
    (tmp_path / "hw" / "a1_boxes.py").write_bytes(SOURCE)
    (tmp_path / "hw.zip").write_bytes(pack(("hw/a1_boxes.py", SOURCE), ("__MACOSX/hw/._a1_boxes.py", "\0")))
    folder, archive = (read_submission(tmp_path / name, WANTED) for name in ("hw", "hw.zip"))
    assert folder == archive == read_submission(tmp_path / "hw" / "a1_boxes.py", WANTED, "hw")


def test_other_files_are_named(tmp_path):
    for name in ("a1_boxes.py", "b.py", "c.py", "d.py", "e.py", "notes.txt"):
        (tmp_path / name).write_text("def nms(): ..." if name == "a1_boxes.py" else "x = 1")
    notes = ("graded: a1_boxes.py", "not read: b.py, c.py, d.py, 1 more")
    assert read_submission(tmp_path, WANTED).notes == notes


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("a.txt", b"x = 1", "a.txt: must be a .py, .ipynb or .zip file, or a folder"),
        ("a.py", b"", "a.py: is empty"),
        ("a.py", b"x" * (MOST_BYTES + 1), "a.py: has more than 5,242,880 bytes"),
        ("a.ipynb", b"", "a.ipynb: is not a notebook"),
        ("a.zip", b"", "a.zip: is not a zip archive"),
        ("a.zip", pack(("../a1_boxes.py", SOURCE)), "a.zip: ../a1_boxes.py: the path leads out"),
        ("a.zip", pack(("notes.txt", "")), "there is nothing to grade: .*, notes.txt found"),
    ],
)
def test_what_cannot_be_graded(tmp_path, name, data, message):
    (tmp_path / name).write_bytes(data)
    with pytest.raises(InputError, match=f"^{message}"):
        read_submission(tmp_path / name, WANTED)


def test_what_is_not_there(tmp_path):
    with pytest.raises(InputError, match=r"^a\.py: cannot be read: No such file"):
        read_submission(tmp_path / "a.py", WANTED)
