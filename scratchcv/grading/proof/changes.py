"""The small changes that turn a piece of code into its mutants: operators, numbers, bounds, statements."""

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Trail = tuple[ast.AST, ...]
"""The nodes around a node, outermost first."""

_BINARY: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Div,
    ast.Mod: ast.FloorDiv,
    ast.Pow: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
_COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.GtE),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.LtE),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
_PAIRS = [
    ("min", "max"),
    ("minimum", "maximum"),
    ("argmin", "argmax"),
    ("floor", "ceil"),
    ("any", "all"),
    ("mean", "sum"),
]
_NAMES = {**dict(_PAIRS), **{second: first for first, second in _PAIRS}}
_BUILTINS = {"min", "max", "any", "all"}
_OF_UFUNCS = {"at", "reduce", "accumulate", "outer"}

_CHECKS = {("zip", "strict"), ("astype", "copy"), ("pair", "least")}
"""Keywords that decide nothing about a right answer to valid input."""

_NOT_CODE = {"annotation", "returns", "decorator_list"}


@dataclass(frozen=True)
class Place:
    """Where a node hangs in its parent, so that another can be put there."""

    parent: ast.AST
    field: str
    index: int | None = None

    def get(self) -> ast.AST:
        """Return the node."""
        value = getattr(self.parent, self.field)
        node: ast.AST = value if self.index is None else value[self.index]
        return node

    def set(self, node: ast.AST) -> None:
        """Put a node there."""
        if self.index is None:
            setattr(self.parent, self.field, node)
        else:
            getattr(self.parent, self.field)[self.index] = node


def changes(definition: ast.stmt) -> Iterator[tuple[Trail, Place, ast.AST]]:
    """Yield the nodes around each change, the place, and the node that is to be put there.

    Parameters
    ----------
    definition : stmt
        A function, or the assignment of a constant. It must be as it was when the next one is asked for.

    Notes
    -----
    Changed are operators and comparisons, the smaller and the greater, mean and sum, numbers by one either
    way, bounds of slices and ranges by one, truth values, signs, branches, the order of returned tuples. Left
    out are `abs`, `copy`, a sorting's `kind`, and statements whose absence leaves a program that knows its
    names. What only checks input stays: conditions of `raise`, and calls of ``check_…``.

    Examples
    --------
    >>> [ast.unparse(new) for _, _, new in changes(ast.parse("y = -abs(x[1:])").body[0])]
    ['abs(x[1:])', 'x[1:]', '2', '0']
    """
    bound = {leaf.arg for leaf in ast.walk(definition) if isinstance(leaf, ast.arg)}
    yield from _walk(definition, (), bound)


def _walk(node: ast.AST, trail: Trail, bound: set[str]) -> Iterator[tuple[Trail, Place, ast.AST]]:
    inside = (*trail, node)
    for place in _places(node):
        child = place.get()
        for new in _replacements(child, node, place.field, bound):
            yield inside, place, new
        if not (_is_negative(child) or isinstance(child, ast.Raise | ast.Assert)):
            yield from _walk(child, inside, bound)
        if isinstance(child, ast.Assign):
            bound.update(leaf.id for leaf in ast.walk(child) if isinstance(leaf, ast.Name))


def _places(node: ast.AST) -> Iterator[Place]:
    skipped = set(_NOT_CODE)
    if isinstance(node, ast.If) and _ends_in_raise(node):
        skipped |= {"test", "body"}
    if isinstance(node, ast.Call) and _called(node).lstrip("_").startswith("check_"):
        skipped |= {"args", "keywords"}
    for field, value in ast.iter_fields(node):
        if field in skipped:
            continue
        if isinstance(value, ast.AST):
            yield Place(node, field)
        elif isinstance(value, list):
            yield from (
                Place(node, field, index) for index in range(len(value)) if _is_code(value[index], node)
            )


def _is_code(item: object, parent: ast.AST) -> bool:
    """Tell whether an item of a list is a node that does more than document or check."""
    if isinstance(item, ast.keyword) and isinstance(parent, ast.Call):
        return (_called(parent), item.arg) not in _CHECKS
    is_text = isinstance(item, ast.Expr) and isinstance(item.value, ast.Constant)
    return isinstance(item, ast.AST) and not is_text


def _replacements(node: ast.AST, parent: ast.AST, field: str, bound: set[str]) -> Iterator[ast.AST]:
    if isinstance(node, ast.stmt):
        yield from _of_statement(node, bound)
    elif isinstance(node, ast.keyword):
        if _is_truth(node.value):
            yield from (ast.keyword(node.arg, new) for new in _of_constant(node.value))
    elif isinstance(node, ast.Constant) or _is_negative(node):
        if not (isinstance(parent, ast.keyword) and _is_truth(node)):  # that is changed with its keyword
            yield from _of_constant(node)
    elif isinstance(node, ast.expr):
        yield from _of_expression(node)
        is_bound = field in ("lower", "upper") and isinstance(parent, ast.Slice)
        if is_bound or (isinstance(parent, ast.Call) and _called(parent) == "range" and field == "args"):
            yield ast.BinOp(node, ast.Add(), ast.Constant(1))


def _of_constant(node: ast.AST) -> Iterator[ast.expr]:
    value: Any = ast.literal_eval(ast.unparse(node))
    if _is_truth(node):
        yield ast.Constant(not value)
    elif isinstance(value, int | float):
        yield from (ast.Constant(value + 1), ast.Constant(value - 1))


def _of_expression(node: ast.expr) -> Iterator[ast.AST]:
    if isinstance(node, ast.BinOp) and type(node.op) in _BINARY:
        yield ast.BinOp(node.left, _BINARY[type(node.op)](), node.right)
    elif isinstance(node, ast.UnaryOp) and not isinstance(node.op, ast.UAdd):
        yield node.operand
    elif isinstance(node, ast.IfExp):
        yield ast.IfExp(node.test, node.orelse, node.body)
    elif isinstance(node, ast.BoolOp):
        yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
    elif isinstance(node, ast.Compare):
        for index, operator in enumerate(node.ops):
            for other in _COMPARISONS[type(operator)]:
                operators = [*node.ops[:index], other(), *node.ops[index + 1 :]]
                yield ast.Compare(node.left, operators, node.comparators)
    elif isinstance(node, ast.Call):
        yield from _of_call(node)


def _of_call(node: ast.Call) -> Iterator[ast.AST]:
    name = _called(node)
    if name in ("abs", "absolute", "fabs") and len(node.args) == 1:
        yield node.args[0]
    elif name == "copy" and isinstance(node.func, ast.Attribute) and not node.args:
        yield node.func.value
    kept = [word for word in node.keywords if word.arg != "kind"]
    if len(kept) < len(node.keywords):
        yield ast.Call(node.func, node.args, kept)
    other = _other_function(node.func)
    if other is not None:
        yield ast.Call(other, node.args, node.keywords)


def _other_function(function: ast.expr) -> ast.expr | None:
    """Return ``np.minimum`` for ``np.maximum``, also where its method is called; None where there is none."""
    if isinstance(function, ast.Name) and function.id in _BUILTINS:
        return ast.Name(_NAMES[function.id], ast.Load())
    if not isinstance(function, ast.Attribute):
        return None
    if function.attr in _OF_UFUNCS:
        inner = _other_function(function.value)
        return None if inner is None else ast.Attribute(inner, function.attr, ast.Load())
    if function.attr in _NAMES:
        return ast.Attribute(function.value, _NAMES[function.attr], ast.Load())
    return None


def _of_statement(node: ast.stmt, bound: set[str]) -> Iterator[ast.AST]:
    if isinstance(node, ast.AugAssign):
        if type(node.op) in _BINARY:
            yield ast.AugAssign(node.target, _BINARY[type(node.op)](), node.value)
        yield ast.Assign([node.target], node.value, lineno=node.lineno)
        yield ast.Pass()
    elif isinstance(node, ast.Assign):
        if all(_has_effect(target, bound) for target in node.targets) and not _is_check(node.value):
            yield ast.Pass()
    elif isinstance(node, ast.Expr):
        if isinstance(node.value, ast.Call) and not _is_check(node.value):
            yield ast.Pass()
    elif isinstance(node, ast.Continue | ast.Break):
        yield ast.Pass()
    elif isinstance(node, ast.If):
        if not _ends_in_raise(node):
            yield ast.Pass()
    elif isinstance(node, ast.Return) and isinstance(node.value, ast.Tuple):
        parts = node.value.elts
        for index in range(len(parts) - 1):
            swapped = [*parts[:index], parts[index + 1], parts[index], *parts[index + 2 :]]
            yield ast.Return(ast.Tuple(copy.copy(swapped), ast.Load()))


def _has_effect(target: ast.expr, bound: set[str]) -> bool:
    """Tell whether a program without this assignment still knows all of its names."""
    if isinstance(target, ast.Tuple):
        return all(_has_effect(part, bound) for part in target.elts)
    return not isinstance(target, ast.Name) or target.id in bound


def _is_check(node: ast.AST) -> bool:
    """Tell whether calls do nothing to valid input but, maybe, convert it."""
    if isinstance(node, ast.Tuple):
        return all(map(_is_check, node.elts))
    name = _called(node).lstrip("_") if isinstance(node, ast.Call) else ""
    return name.startswith(("check_", "checked_", "as_")) or name in ("asarray", "ascontiguousarray")


def _ends_in_raise(node: ast.If) -> bool:
    return isinstance(node.body[-1], ast.Raise)


def _is_negative(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.UnaryOp)
        and isinstance(node.op, ast.USub)
        and isinstance(node.operand, ast.Constant)
    )


def _is_truth(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, bool)


def _called(node: ast.Call) -> str:
    """Return the last part of the name of what is called."""
    return ast.unparse(node.func).rpartition(".")[2]
