"""Examinations: what is sound passes them, and what is not is found."""

import pytest

from scratchcv.grading.proof.examine import GRADINGS, LIBRARY, examine, right_texts
from scratchcv.grading.proof.mutants import mutants
from scratchcv.grading.sheets.sheet import load_sheet


def verdicts(folder, subject, part, name="box_area", about=None):
    sheet = load_sheet(folder)
    found = examine(sheet, sheet.exercise(name), subject, part)
    return {one.name: one for one in found if one.subject == (about or subject)}


@pytest.fixture
def bank(small_folder):
    """Change a bank of the exercise `box_area`: replace some words, and add some lines."""

    def change(name, *replacements, more=""):
        path = small_folder / name / "box_area.py"
        text = path.read_text(encoding="utf-8")
        for old, new in replacements:
            assert old in text
            text = text.replace(old, new)
        path.write_text(text + more, encoding="utf-8")
        return small_folder

    return change


def test_right_texts(small_sheet):
    assert list(right_texts(small_sheet.exercise("box_area"))) == [LIBRARY, "loop", "product"]
    assert list(right_texts(small_sheet.exercise("match_rpn"))) == [LIBRARY]


def test_right_texts_are_accepted(small_folder):
    found = verdicts(small_folder, "right", range(4))
    assert {(one.gradings, one.failed, one.message) for one in found.values()} == {(4, 0, "")}
    assert list(found) == [LIBRARY, "loop", "product"]


def test_a_magnitude_that_is_too_small_refuses_them(bank):
    wrong = '''

def rounded(boxes):
    """Single precision, where that was not asked for."""
    return product(boxes).astype(np.float32)
'''
    bank("solutions", more=wrong)
    folder = bank("cases", ("(x1 + x2) * (y1 + y2)", "(x1 + x2) * (y1 + y2) * 1e-9"))
    found = verdicts(folder, "right", range(1, 4))
    assert (found["loop"].failed, found["loop"].gradings) == (0, 3)
    assert found["rounded"].failed == 3
    assert found["rounded"].message.startswith("Some boxes: is ")


def test_a_solution_that_is_wrong_in_the_first_grading(bank):
    folder = bank("solutions", ("axis=1)", "axis=1) + (len(boxes) == 1)"))
    found = verdicts(folder, "right", range(1))
    assert found["product"].failed == 1
    assert found["product"].message.startswith("One box far from the origin: the result is ")


MISTAKES = '''

def lucky(boxes):
    """This is right."""
    x1, y1, x2, y2 = np.asarray(boxes).T
    return (x2 - x1) * (y2 - y1)


def one_too_long_again(boxes):
    """Your sides are too long by one."""
    return one_too_long(boxes)
'''


def test_mistakes(bank):
    found = verdicts(bank("misconceptions", more=MISTAKES), "wrong", range(4))
    own = found["one_too_long"]
    assert (own.gradings, own.failed, own.hinted) == (GRADINGS, GRADINGS, GRADINGS)
    assert own.kinds == {"some", "one", "single"}
    assert found["lucky"].failed == 0
    assert found["one_too_long_again"].failed == GRADINGS
    assert found["one_too_long_again"].hinted == 0
    assert found["one_too_long_again"].message == "the hint of one_too_long"


def test_mutants_are_caught(small_folder):
    exercise = load_sheet(small_folder).exercise("box_area")
    found = verdicts(small_folder, "mutant", range(len(mutants(exercise))))
    assert list(found) == [mutant.change for mutant in mutants(exercise)]
    assert {(one.gradings, one.failed) for one in found.values()} == {(GRADINGS, GRADINGS)}
    assert any("none" in one.kinds for one in found.values())


def test_mutants_survive_weak_inputs(bank):
    folder = bank(
        "cases", ("HIDDEN = (some, one, single)", "HIDDEN = (square,)"), ("(square,)\nHIDDEN", "()\nHIDDEN")
    )
    found = verdicts(folder, "mutant", range(99))
    assert {one.failed for one in found.values()} == {0, GRADINGS}


def test_a_mutant_that_hangs_is_caught(tmp_path, monkeypatch):
    (tmp_path / "counting_module.py").write_text(
        "def count(n):\n    while n > 0:\n        n = n - 1\n    return n\n"
    )
    (tmp_path / "manifest.toml").write_text(
        'title = "Own"\n[[exercise]]\nfunction = "counting_module.count"\npoints = 1\n'
    )
    (tmp_path / "cases").mkdir()
    (tmp_path / "cases" / "count.py").write_text(
        "from scratchcv.grading.sheets.case import Call\n\n\ndef three(rng):\n"
        '    """Three."""\n    return Call(3)\n\n\nVISIBLE, HIDDEN = (), (three,)\n'
    )
    monkeypatch.syspath_prepend(tmp_path)
    found = verdicts(tmp_path, "mutant", range(99), "count")
    assert found["count: n = n - 1 → (removed)"].failed == GRADINGS
    assert found["count: n > 0 → n >= 0"].failed == GRADINGS


def test_the_empty_sheet_earns_nothing(small_folder):
    (found,) = verdicts(small_folder, "stub", range(1)).values()
    assert found.failed == 1


def test_a_sheet_that_gives_points_away_is_found(small_folder, monkeypatch):
    sheet = load_sheet(small_folder)
    monkeypatch.setattr(type(sheet), "stubs", type(sheet).solution)
    (found,) = examine(sheet, sheet.exercise("box_area"), "stub", range(1))
    assert (found.failed, found.message) == (0, "earns 6 of 6 points")


def test_kinds_that_doing_nothing_passes(bank):
    still = '''

def flat(rng):
    """A box without area."""
    return Call(np.array([[1.0, 1, 1, 2]]))


HIDDEN = (some, flat)
'''
    found = verdicts(bank("cases", more=still), "right", range(5), about="kind")
    assert {name: (one.failed, one.message) for name, one in found.items()} == {
        "some": (5, ""),
        "flat": (0, "zeros"),
        "none": (0, "zeros"),
    }
