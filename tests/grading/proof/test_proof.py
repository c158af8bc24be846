"""The proof: what counts as a failure, what is a remark, and how it is written down."""

import pytest

from scratchcv.grading.proof.equivalents import Equivalent
from scratchcv.grading.proof.examine import Verdict
from scratchcv.grading.proof.proof import Proof, merge

AREA = "box_area"
SOUND = [
    Verdict(AREA, "stub", "the empty sheet", 1, 1),
    Verdict(AREA, "right", "loop", 20, 0),
    Verdict(AREA, "wrong", "perimeter", 3, 3, hinted=3, kinds=frozenset({"some", "one"})),
    Verdict(AREA, "mutant", "f: a → b", 3, 3, kinds=frozenset({"single", "none"})),
    Verdict(AREA, "kind", "some", 20, 20),
    Verdict(AREA, "kind", "none", 20, 0, message="zeros"),
]


@pytest.fixture
def prove(small_sheet):
    def prove(*more, equivalents=()):
        exercises = (small_sheet.exercise(AREA),)
        return Proof("small", exercises, (*SOUND, *more), equivalents, seconds=3.4)

    return prove


def test_a_sound_sheet(prove):
    proof = prove()
    assert proof.ok
    assert (proof.failures, proof.remarks) == ([], [])
    assert proof.table().splitlines() == [
        "exercise  kinds   right  accepted  wrong  caught  own hint  mutants  caught",
        "box_area  1 + 4  1 × 20         1      1       1         1        1       1",
        "",
        "small: proven; 3 s",
    ]


@pytest.mark.parametrize(
    ("verdict", "failure"),
    [
        (
            Verdict(AREA, "stub", "the other empty sheet", 1, 0, message="earns 2 of 6 points"),
            "box_area, the other empty sheet: earns 2 of 6 points",
        ),
        (
            Verdict(AREA, "right", "product", 20, 2, message="Some boxes: is 3"),
            "box_area, solution product: refused in 2 of 20 gradings: Some boxes: is 3",
        ),
        (
            Verdict(AREA, "wrong", "lucky", 3, 2, hinted=3),
            "box_area, misconception lucky: gets all points in 1 of 3 gradings",
        ),
        (
            Verdict(AREA, "kind", "one", 20, 19, message="zeros"),
            "box_area, kind one: an answer of zeros is right in 1 of 20 gradings",
        ),
        (
            Verdict(AREA, "wrong", "twin", 3, 3, hinted=1, message="the hint of perimeter"),
            "box_area, misconception twin: gets the hint of perimeter in 2 of 3 gradings",
        ),
        (
            Verdict(AREA, "mutant", "f: c → d", 3, 2),
            "box_area, mutant f: c → d: not caught in 1 of 3 gradings",
        ),
    ],
)
def test_what_must_not_be(prove, verdict, failure):
    proof = prove(verdict)
    assert not proof.ok
    assert proof.failures == [failure]
    assert f"FAILURE  {failure}\nsmall: not sound: 1 failures; 3 s" in proof.table()


def test_a_few_mistakes_without_hint_and_a_few_mutants_are_remarks(prove):
    caught = [Verdict(AREA, "mutant", f"f: {number}", 3, 3) for number in range(18)]
    hinted = [Verdict(AREA, "wrong", f"mistake_{number}", 3, 3, hinted=3) for number in range(18)]
    bad = [
        Verdict(AREA, "mutant", "f: c → d", 3, 0),
        Verdict(AREA, "wrong", "twin", 3, 3, hinted=0, message="a general hint"),
    ]
    assert not prove(*caught[1:], *hinted, *bad).ok
    assert not prove(*caught, *hinted[1:], *bad).ok
    proof = prove(*caught, *hinted, *bad)
    assert proof.ok
    assert proof.remarks == [
        "box_area, misconception twin: gets a general hint in 3 of 3 gradings",
        "box_area, mutant f: c → d: not caught in 3 of 3 gradings",
    ]
    assert "remark   box_area, mutant f: c → d" in proof.table()


def test_equivalent_mutants_need_not_be_caught(prove):
    proof = prove(
        Verdict(AREA, "mutant", "f: c → d", 3, 0), equivalents=(Equivalent(AREA, "f: c → d", "so"),)
    )
    assert proof.ok
    assert "1 + 1 equivalent" in proof.table()


def test_the_list_of_equivalent_mutants_is_checked(prove):
    gone, caught, elsewhere = (
        Equivalent(AREA, "f: gone → away", "so"),
        Equivalent(AREA, "f: a *", "so"),
        Equivalent("match_rpn", "f: *", "of an exercise that was not verified"),
    )
    assert prove(equivalents=(gone, caught, elsewhere)).failures == [
        "equivalent_mutants.toml: box_area has no mutant 'f: gone → away'",
        "equivalent_mutants.toml: box_area, mutant f: a → b: caught in 3 of 3 gradings",
    ]


def test_kinds_that_catch_nothing_are_remarked(small_sheet):
    exercises = (small_sheet.exercise(AREA),)
    proof = Proof("small", exercises, SOUND[:3])
    assert proof.remarks == [
        "box_area, kind single: no mistake and no mutant fails it",
        "box_area, kind none: no mistake and no mutant fails it",
    ]


def test_verdicts_of_several_tasks_are_joined():
    parts = [
        Verdict(AREA, "right", "loop", 50, 1, message="first", kinds=frozenset("a")),
        Verdict(AREA, "right", "loop", 30, 0, kinds=frozenset("b")),
        Verdict(AREA, "right", "apple", 30, 0),
    ]
    joined = Verdict(AREA, "right", "loop", 80, 1, message="first", kinds=frozenset("ab"))
    assert merge(parts) == (parts[2], joined)
    assert merge(reversed(parts)) == merge(parts)
