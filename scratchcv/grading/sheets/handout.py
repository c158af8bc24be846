"""What students are handed: the text of a sheet's stubs, tidied, with what is to be done above each."""

import ast
import re
import sys
import textwrap
from collections.abc import Iterator

from scratchcv.grading.sheets.sheet import Sheet

WIDTH = 100


def handout(sheet: Sheet) -> str:
    """Return the file that students fill in.

    Parameters
    ----------
    sheet : Sheet

    Returns
    -------
    str
        Docstring with the commands that a student needs, imports, constants, given functions, and the
        exercises with their tasks.

    Examples
    --------
    >>> from scratchcv.grading.sheets.sheet import load_sheet
    >>> "scratchcv assignment check . box_convert" in handout(load_sheet("a1_boxes"))
    True
    """
    imports, given, exercises = parts(sheet)
    return "\n\n\n".join([f"{_docstring(sheet)}\n\n{imports}", *filter(None, [given]), *exercises]) + "\n"


def parts(sheet: Sheet) -> tuple[str, str, list[str]]:
    """Return the imports and constants, the functions that are given, and each exercise's text.

    Parameters
    ----------
    sheet : Sheet
    """
    text = sheet.stubs()
    lines, body = text.splitlines(), ast.parse(text).body[1:]
    names = [exercise.name for exercise in sheet.exercises]
    imports = [node for node in body if isinstance(node, ast.Import | ast.ImportFrom)]
    if not any(alias.name == "numpy" for node in imports for alias in node.names):
        imports.append(ast.Import([ast.alias("numpy", "np")]))
    head: list[str] = []
    given: list[str] = []
    stubs: dict[str, str] = {}
    for node in body:
        first = min([node.lineno, *(leaf.lineno for leaf in getattr(node, "decorator_list", []))])
        source = "\n".join(lines[first - 1 : node.end_lineno])
        if isinstance(node, ast.FunctionDef) and node.name in names:
            stubs[node.name] = f"{_task(sheet, names.index(node.name))}\n{source}"
        elif isinstance(node, ast.FunctionDef | ast.ClassDef) or given:
            given.append(source)  # a constant that needs a given function stays below it
        elif node not in imports:
            head.append(source)
    opening = "\n\n".join([*_groups(imports), *(["\n".join(head)] if head else [])])
    return opening, "\n\n\n".join(given), [stubs[name] for name in names]


def _docstring(sheet: Sheet) -> str:
    name = sheet.exercises[0].name
    opening = f"{sheet.title.strip().rstrip('.')}.\n\n{_filled(sheet.description)}".strip()
    text = f"""{opening}

Write the bodies of the exercises; what stands above the first of them is given. Hand in this file.

    scratchcv assignment check .                    all exercises, on their visible cases
    scratchcv assignment check . {name:<18} one of them
    scratchcv assignment check . --html check.html  as a page, with pictures
"""
    return '"""' + text.replace("\\", "\\\\").replace('"""', "'''") + '"""'


def _filled(text: str) -> str:
    """Return text whose paragraphs keep within the width; lists and code stay as they are."""
    paragraphs = text.strip().split("\n\n")
    return "\n\n".join(
        part if re.search(r"^(?:\s|[-*|])", part, re.MULTILINE) else textwrap.fill(part, WIDTH)
        for part in paragraphs
    )


def _task(sheet: Sheet, index: int) -> str:
    exercise = sheet.exercises[index]
    task = " ".join(exercise.task.split())
    points = f"{exercise.points:g} point{'' if exercise.points == 1 else 's'}"
    opening = f"Exercise {index + 1} of {len(sheet.exercises)}, {points}."
    return textwrap.fill(f"{opening} {task}", WIDTH, initial_indent="# ", subsequent_indent="# ")


def _groups(imports: list[ast.Import | ast.ImportFrom]) -> Iterator[str]:
    """Yield the imports of the standard library, then the others, sorted."""

    def module(node: ast.Import | ast.ImportFrom) -> str:
        return node.names[0].name if isinstance(node, ast.Import) else str(node.module)

    own = [module(node).partition(".")[0] in sys.stdlib_module_names for node in imports]
    for wanted in (True, False):
        group = [node for node, is_own in zip(imports, own, strict=True) if is_own is wanted]
        group.sort(key=lambda node: (isinstance(node, ast.ImportFrom), module(node)))
        if group:
            yield "\n".join(map(ast.unparse, group))
