"""An exercise: a library function to implement, and its banks of inputs, mistakes and solutions."""

import functools
import importlib
import importlib.util
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from scratchcv.errors import InputError
from scratchcv.grading.sheets.case import Cases
from scratchcv.grading.sheets.cut import find_function


@dataclass(frozen=True)
class Variant:
    """Another implementation of an exercise: a mistake, or a right one that differs.

    Attributes
    ----------
    name, text : str
        The function's name, and its docstring: of a mistake it is the hint for who makes it.
    function : callable
        Takes and returns what the exercise does.
    source : str
        A complete submission in which the exercise is solved by it.
    """

    name: str
    text: str
    function: Callable[..., Any]
    source: str


@dataclass(frozen=True)
class Exercise:
    """A function to implement: where its original is, what it is worth, and its banks."""

    sheet: str
    folder: Path
    function: str
    points: float
    given: tuple[str, ...]
    task: str

    @property
    def name(self) -> str:
        """Return the function's name."""
        return self.function.rpartition(".")[2]

    @functools.cached_property
    def reference(self) -> Callable[..., Any]:
        """The library's own function."""
        module, name = find_function(self.function)
        function: Callable[..., Any] = getattr(importlib.import_module(module), name)
        return function

    @functools.cached_property
    def cases(self) -> Cases:
        """The inputs; without them nothing can be graded."""
        module = self._bank("cases")
        if module is None:
            raise InputError(f"{self.folder}: {self.name} has no cases/{self.name}.py")
        try:
            return Cases(module)
        except TypeError as error:
            raise InputError(f"{self.folder / 'cases' / self.name}.py: {error}") from error

    @functools.cached_property
    def misconceptions(self) -> tuple[Variant, ...]:
        """The known mistakes, each with its hint."""
        return self._variants("misconceptions")

    @functools.cached_property
    def solutions(self) -> tuple[Variant, ...]:
        """Right implementations that differ from the library's."""
        return self._variants("solutions")

    def _variants(self, bank: str) -> tuple[Variant, ...]:
        module = self._bank(bank)
        if module is None:
            return ()
        text = inspect.getsource(module)
        return tuple(
            Variant(name, inspect.getdoc(value) or "", value, f"{text}\n\n{self.name} = {name}\n")
            for name, value in vars(module).items()
            if inspect.isfunction(value) and value.__module__ == module.__name__ and not name.startswith("_")
        )

    def _bank(self, bank: str) -> ModuleType | None:
        path = self.folder / bank / f"{self.name}.py"
        if not path.is_file():
            return None
        spec = importlib.util.spec_from_file_location(f"{self.sheet}_{bank}_{self.name}", path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        try:
            spec.loader.exec_module(module)
        except Exception as error:
            raise InputError(f"{path}: {type(error).__name__}: {error}") from error
        return module
