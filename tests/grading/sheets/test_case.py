"""Kinds of inputs: the same seed draws the same, nobody else's."""

from types import ModuleType

import numpy as np
import pytest

from scratchcv.grading.sheets.case import Call, Cases, exercise_seed


def uniform(rng):
    """Any number.

    Not part of the title.
    """
    return Call(rng.uniform(size=3))


def nothing(rng):
    """No number at all."""
    return Call(np.zeros(0))


def one(rng):
    """One."""
    return Call(np.ones(1))


@pytest.fixture
def module():
    module = ModuleType("bank")
    module.VISIBLE, module.HIDDEN, module.EDGES = (one,), (uniform,), (nothing,)
    return module


def test_kinds_have_titles(module):
    kinds = Cases(module).kinds
    assert [(k.name, k.title, k.visible, k.edge) for k in kinds] == [
        ("one", "One", True, False),
        ("uniform", "Any number", False, False),
        ("nothing", "No number at all", False, True),
    ]


def test_the_seed_decides_hidden_inputs(module):
    cases = Cases(module)

    def draw(seed):
        return [call.arguments[0].tolist() for _, call in cases.draw(seed, visible=False)]

    assert draw(b"1") == draw(b"1") != draw(b"2")


def test_the_seed_does_not_touch_visible_inputs(module):
    module.VISIBLE = (uniform,)
    module.HIDDEN = (one,)
    cases = Cases(module)
    first, second = (next(cases.draw(seed, visible=True))[1].arguments[0] for seed in (b"1", b"2"))
    assert (first == second).all()


def test_another_secret_submission_or_exercise_is_another_seed():
    seeds = {exercise_seed(s, n, e) for s in (b"1", b"2") for n in ("ada", "bob") for e in ("iou", "nms")}
    assert len(seeds) == 8
    assert exercise_seed(b"", "a", "bc") != exercise_seed(b"", "ab", "c")


def test_a_function_cannot_spoil_the_inputs():
    def spoil(boxes, named):
        boxes[0][:] = 7
        named["x"][:] = 7

    call = Call([np.zeros(2)], named={"x": np.zeros(2)})
    call.apply(spoil)
    assert not call.arguments[0][0].any()
    assert not call.keywords["named"]["x"].any()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"HIDDEN": None}, "must have a tuple HIDDEN"),
        ({"EDGES": (uniform,)}, "two kinds of the name uniform"),
        ({"EDGES": (lambda rng: Call(),)}, "needs a docstring"),
    ],
)
def test_a_module_of_another_form_is_refused(module, change, message):
    vars(module).update(change)
    with pytest.raises(TypeError, match=message):
        Cases(module)
