"""Mutants of an exercise: the library's own code with one small change each, as students' slips make them."""

import ast
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from scratchcv.grading.proof.changes import Place, changes
from scratchcv.grading.sheets.cut import closure, cut, find_function
from scratchcv.grading.sheets.exercise import Exercise
from scratchcv.grading.sheets.source import Definition

_TELLING = (ast.BinOp, ast.BoolOp, ast.Compare, ast.IfExp, ast.Call, ast.Subscript)
"""A change is shown in the smallest of these around it, or else in its statement."""


@dataclass(frozen=True)
class Mutant:
    """A submission that differs from the library's code in one place.

    Attributes
    ----------
    change : str
        ``"function: before → after"``, and a number where the same change is possible in several places.
    line : int
        Of the function, its first being 1.
    source : str
        The complete submission.
    """

    change: str
    line: int
    source: str

    @property
    def name(self) -> str:
        """Return the change and where it is."""
        return f"{self.change} (line {self.line} of it)"


def mutants(exercise: Exercise) -> list[Mutant]:
    """Return all mutants of an exercise, the same ones in the same order each time.

    Mutated is what stands in the module of the exercise itself and is not given to students: its formula and
    its helpers there. Checks of the input stay as they are, docstrings and type hints too.

    Parameters
    ----------
    exercise : Exercise

    Examples
    --------
    >>> from scratchcv.grading.sheets.sheet import load_sheet
    >>> mutants(load_sheet("a1_boxes").exercise("box_iou"))[0].change
    '_areas: boxes.reshape(-1, 4) → boxes.reshape(0, 4)'
    """
    text = cut([exercise.function])
    found: list[Mutant] = []
    for definition in own_definitions(exercise):
        for change, line, mutated in mutate(definition.text):
            source = text.replace(definition.text, mutated, 1)
            found.append(Mutant(f"{definition.name}: {change}", line, source))
    return _numbered(found)


def own_definitions(exercise: Exercise) -> list[Definition]:
    """Return the functions and constants of an exercise that students have to write.

    Examples
    --------
    >>> from scratchcv.grading.sheets.sheet import load_sheet
    >>> [item.name for item in own_definitions(load_sheet("a1_boxes").exercise("nms"))]
    ['greatest_tolerated_iou', 'nms_numpy', 'nms']
    """
    module, _ = find_function(exercise.function)
    given = {item.dotted for item in closure(exercise.given) if isinstance(item, Definition)}
    return [
        item
        for item in closure([exercise.function])
        if isinstance(item, Definition) and item.module == module and item.dotted not in given
        if not item.name.lstrip("_").startswith(("check_", "checked_"))
    ]


def mutate(text: str) -> Iterator[tuple[str, int, str]]:
    r"""Yield each change of a definition: as ``"before → after"``, its line, and the changed text.

    Parameters
    ----------
    text : str
        Of one function or constant.

    Examples
    --------
    >>> [change for change, _, _ in mutate("def f(x):\n    return x - 1")]
    ['x - 1 → x + 1', 'x - 1 → x - 2', 'x - 1 → x - 0']
    """
    (node,) = ast.parse(text).body
    seen = {ast.dump(node)}
    for trail, place, new in changes(node):
        old = place.get()
        around = _around(trail, old)
        parameter = _parameter(trail, place)
        before = _shown(around)
        place.set(new)
        dump = ast.dump(node)
        if dump not in seen:
            seen.add(dump)
            after = "(removed)" if isinstance(new, ast.Pass) else _shown(new if around is old else around)
            yield f"{parameter}{before} → {parameter}{after}", getattr(old, "lineno", 1), ast.unparse(node)
        place.set(old)


def _around(trail: Sequence[ast.AST], node: ast.AST) -> ast.AST:
    """Return the smallest part of the code in which a change can be understood."""
    if isinstance(trail[-1], ast.arguments):
        return node
    parts = (node, *reversed(trail))
    return next(part for part in parts if isinstance(part, (*_TELLING, ast.stmt)))


def _parameter(trail: Sequence[ast.AST], place: Place) -> str:
    """Return ``"name="`` where a default value is changed."""
    arguments = trail[-1]
    if not isinstance(arguments, ast.arguments) or place.index is None:
        return ""
    if place.field == "kw_defaults":
        return f"{arguments.kwonlyargs[place.index].arg}="
    names = [argument.arg for argument in (*arguments.posonlyargs, *arguments.args)]
    return f"{names[place.index - len(arguments.defaults)]}="


def _shown(node: ast.AST) -> str:
    """Return a part of the code on one line; of a compound statement its head."""
    return ast.unparse(node).partition("\n")[0]


def _numbered(found: list[Mutant]) -> list[Mutant]:
    """Return the mutants with numbers behind changes that read alike."""
    alike: Counter[str] = Counter()
    numbered = []
    for mutant in found:
        alike[mutant.change] += 1
        count = alike[mutant.change]
        number = f" [{count}]" if count > 1 else ""
        numbered.append(Mutant(mutant.change + number, mutant.line, mutant.source))
    return numbered
