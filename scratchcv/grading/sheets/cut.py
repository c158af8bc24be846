"""Cutting functions out of the library's source: as stubs, or whole with all they need."""

import ast
from collections.abc import Iterable, Iterator

from scratchcv.errors import InputError
from scratchcv.grading.sheets.source import Definition, Import, Source

LIBRARY = "scratchcv"
BODY = 'raise NotImplementedError("{name}: to do")'


def find_function(dotted: str) -> tuple[str, str]:
    """Return the module and the name of a function.

    Raises
    ------
    InputError
        When there is no such function, or it is not written in Python.

    Examples
    --------
    >>> find_function("scratchcv.boxes.iou.box_iou")
    ('scratchcv.boxes.iou', 'box_iou')
    """
    module, _, name = dotted.rpartition(".")
    try:
        statements = Source.of(module).statements
    except (ImportError, OSError, TypeError, ValueError) as error:
        raise InputError(f"{dotted}: cannot read the module {module!r}: {error}") from error
    if not isinstance(statements.get(name), ast.FunctionDef):
        raise InputError(f"{dotted}: {module} defines no function {name!r}")
    return module, name


def stub(dotted: str) -> str:
    """Return a function's text with signature and docstring, and a body that says what is to be done.

    Examples
    --------
    >>> print(stub("scratchcv.boxes.area.box_area").splitlines()[0])
    def box_area(boxes: ArrayLike) -> Array:
    """
    module, name = find_function(dotted)
    return f"{Source.of(module).head(name)}\n    {BODY.format(name=name)}"


def cut(whole: Iterable[str], stubs: Iterable[str] = ()) -> str:
    """Return the text of a module that needs none of the library.

    Parameters
    ----------
    whole : iterable of str
        Dotted names of functions to copy with their bodies, and with everything they call.
    stubs : iterable of str
        Dotted names of functions to copy without their bodies, and with what their signatures name.

    Returns
    -------
    str
        Imports, then constants and functions; each stands below those it needs.

    Raises
    ------
    InputError
        When a function cannot be found, or two that are needed have one name.

    Notes
    -----
    Of the two forms of a hot operation the formula is copied: ``active_form(box_iou_numpy)`` becomes
    ``box_iou_numpy``.

    Examples
    --------
    >>> namespace = {}
    >>> exec(cut(["scratchcv.boxes.iou.box_iou"]), namespace)
    >>> namespace["box_iou"]([[0, 0, 2, 2]], [[1, 1, 3, 4]]).round(4).tolist()
    [[0.1111]]
    """
    stubs = list(stubs)
    definitions = closure(whole, stubs)
    imports = {item for item in definitions if isinstance(item, Import)}
    parts = [item.text for item in definitions if isinstance(item, Definition)]
    parts += [stub(dotted) for dotted in stubs]
    opening = "\n".join(_import_lines(imports))
    return "\n\n\n".join([*filter(None, [opening]), *parts]) + "\n"


def closure(whole: Iterable[str], stubs: Iterable[str] = ()) -> list[Definition | Import]:
    """Return all that functions need, themselves included, each after what it needs.

    Parameters
    ----------
    whole, stubs : iterable of str
        As in `cut`; of the latter only what their signatures need.

    Raises
    ------
    InputError
        When a function cannot be found, or two that are needed have one name.

    Examples
    --------
    >>> [item.name for item in closure(["scratchcv.boxes.area.box_area"]) if isinstance(item, Definition)]
    ['Array', 'as_floating', 'check_array', 'as_boxes', 'box_area']
    """
    copied, emptied = list(map(find_function, whole)), list(map(find_function, stubs))
    needs = _Closure({LIBRARY, *(module.partition(".")[0] for module, _ in copied + emptied)}, set(emptied))
    for module, name in emptied:
        for needed in Source.of(module).signature_names(name):
            needs.add(module, needed)
    for module, name in copied:
        needs.add(module, name)
    _check_names([*needs.items.values()], set(emptied))
    return [*needs.items.values()]


class _Closure:
    """What has been found to be needed, each below what it needs itself."""

    def __init__(self, packages: set[str], stubs: set[tuple[str, str]]) -> None:
        self.packages = packages
        self.items: dict[tuple[str, str], Definition | Import] = {}
        self.started = set(stubs)

    def add(self, module: str, name: str) -> None:
        """Add what a global name of a module stands for, after all that it needs."""
        source = Source.of(module)
        if (module, name) in self.started:
            return
        self.started.add((module, name))
        if name in source.imports:
            origin = source.imports[name]
            if origin.module.partition(".")[0] not in self.packages:
                self.items[module, name] = origin
                return
            if origin.name != name:
                raise InputError(f"{module}: {origin.statement()!r}: what is cut keeps its name")
            self.add(origin.module, name)
        elif name in source.statements:
            text, needed = source.definition(name)
            for other in needed:
                self.add(module, other)
            self.items[module, name] = Definition(module, name, text)


def _check_names(items: list[Definition | Import], stubs: set[tuple[str, str]]) -> None:
    owners: dict[str, str] = {name: module for module, name in stubs}
    for item in items:
        name, owner = (item.alias, item.statement()) if isinstance(item, Import) else (item.name, item.module)
        if owners.setdefault(name, owner) != owner:
            raise InputError(
                f"{name} is needed from {owners[name]} and from {owner}: one file has room for one"
            )


def _import_lines(imports: set[Import]) -> Iterator[str]:
    plain = sorted(item.statement() for item in imports if not item.name)
    modules = sorted({item.module for item in imports if item.name})
    yield from plain
    for module in modules:
        names = sorted(
            item.statement().split(" import ")[1] for item in imports if item.module == module and item.name
        )
        yield f"from {module} import {', '.join(names)}"
