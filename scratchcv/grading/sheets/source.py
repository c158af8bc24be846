"""The text of a module: what it defines, what it imports, what each definition needs."""

import ast
import builtins
import functools
import importlib
import inspect
import textwrap
from dataclasses import dataclass
from types import ModuleType

from scratchcv.errors import InputError


@dataclass(frozen=True)
class Definition:
    """A function, class or constant at the top of a module: where it stands, and its text."""

    module: str
    name: str
    text: str

    @property
    def dotted(self) -> str:
        """Return module and name."""
        return f"{self.module}.{self.name}"


@dataclass(frozen=True)
class Import:
    """A name that comes from a package that is not cut: ``import numpy as np`` is Import(numpy, "", np)."""

    module: str
    name: str
    alias: str

    def statement(self) -> str:
        """Return the line that imports it."""
        renamed = f" as {self.alias}"
        if not self.name:
            return f"import {self.module}" + (renamed if self.alias != self.module else "")
        return f"from {self.module} import {self.name}" + (renamed if self.alias != self.name else "")


class Source:
    """The text of a module, its definitions and imports by name."""

    def __init__(self, module: ModuleType) -> None:
        self.module = module.__name__
        text = inspect.getsource(module)
        self.lines = text.splitlines()
        self.statements: dict[str, ast.stmt] = {}
        self.imports: dict[str, Import] = {}
        for node in ast.parse(text).body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                self.statements[node.name] = node
            elif isinstance(node, ast.Assign | ast.AnnAssign):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                names = [
                    leaf.id for target in targets for leaf in ast.walk(target) if isinstance(leaf, ast.Name)
                ]
                self.statements.update(dict.fromkeys(names, node))
            elif isinstance(node, ast.Import):
                for alias in node.names:
                    self.imports[alias.asname or alias.name] = Import(
                        alias.name, "", alias.asname or alias.name
                    )
            elif isinstance(node, ast.ImportFrom) and node.module:
                for alias in node.names:
                    name = alias.asname or alias.name
                    self.imports[name] = Import(node.module, alias.name, name)

    @staticmethod
    @functools.cache
    def of(module: str) -> "Source":
        """Return the source of an importable module."""
        return Source(importlib.import_module(module))

    def function(self, name: str) -> ast.FunctionDef:
        """Return the definition of a function that `find_function` has found."""
        node = self.statements[name]
        assert isinstance(node, ast.FunctionDef)
        return node

    def signature_names(self, name: str) -> list[str]:
        """Return the global names in a function's annotations and default values."""
        node = self.function(name)
        returns = [] if node.returns is None else [ast.Expr(node.returns)]
        return _global_names(ast.Module([ast.Expr(ast.Lambda(node.args, ast.Constant(0))), *returns], []))

    def head(self, name: str) -> str:
        """Return the text of a function down to the end of its docstring."""
        node = self.function(name)
        documented = ast.get_docstring(node) is not None
        last = node.body[0].end_lineno if documented else node.body[0].lineno - 1
        return "\n".join(self.lines[_first_line(node) - 1 : last])

    def definition(self, name: str) -> tuple[str, list[str]]:
        """Return the text of a definition without the choice of a backend, and the global names it uses."""
        node = self.statements[name]
        text = "\n".join(self.lines[_first_line(node) - 1 : node.end_lineno])
        text = _without_choice_of_form(text)
        return text, _global_names(ast.parse(textwrap.dedent(text)))


def _first_line(node: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(decorator.lineno for decorator in decorators)])


def _without_choice_of_form(text: str) -> str:
    """Replace ``active_form(formula)`` by the formula."""
    lines = text.splitlines()
    calls = [
        node
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "active_form"
    ]
    for call in sorted(calls, key=lambda call: (call.lineno, call.col_offset), reverse=True):
        if call.lineno != call.end_lineno:
            raise InputError(f"active_form must be called on one line: {ast.unparse(call)}")
        line = lines[call.lineno - 1].encode()
        inner = ast.unparse(call.args[0]).encode()
        lines[call.lineno - 1] = (line[: call.col_offset] + inner + line[call.end_col_offset :]).decode()
    return "\n".join(lines)


def _global_names(node: ast.AST) -> list[str]:
    """Return the names that a piece of code reads from its module, in order."""
    leaves = [leaf for leaf in ast.walk(node) if isinstance(leaf, ast.Name)]
    own = {leaf.id for leaf in leaves if isinstance(leaf.ctx, ast.Store)}
    own |= {leaf.arg for leaf in ast.walk(node) if isinstance(leaf, ast.arg)}
    names = dict.fromkeys(leaf.id for leaf in leaves if isinstance(leaf.ctx, ast.Load))
    return [name for name in names if name not in own and not hasattr(builtins, name)]
