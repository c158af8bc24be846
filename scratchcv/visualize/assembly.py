"""The loop that a processor spends its time in, found in what a compiler wrote."""

import re
from typing import NamedTuple

_LABEL = re.compile(r"(\.?L\w+):")
_JUMP = re.compile(r"(?:j\w+|b\.?\w*|cbn?z|tbn?z)\s.*?(\.?L\w+)$")
_FUSED = re.compile(r"v?f(?:n?m(?:add|sub)|ml[as])")
_SEPARATE = re.compile(r"(?:v?mul[ps][sd]|fmul)")
_X86_STORE = re.compile(r"v?mov\S* .*\)$")
_ARM_LOAD, _ARM_STORE = re.compile(r"ld\w* .*\["), re.compile(r"st\w* .*\[")
_WIDTH = (("%zmm", 64), ("%ymm", 32), ("%xmm", 16), (".4s", 16), (".2d", 16))
_ONE_NUMBER = re.compile(r"v?\w*s[sd]\b")


class Loop(NamedTuple):
    """The instructions of a loop, and how many of them multiply and add, load, and store.

    Examples
    --------
    >>> Loop("…", multiply_adds=12, loads=10, stores=0).loads
    10
    """

    code: str
    multiply_adds: int
    loads: int
    stores: int


def inner_loop(assembly: str) -> Loop | None:
    """Return the innermost loop that multiplies most numbers at a time.

    Parameters
    ----------
    assembly : str
        For an x86 processor in AT&T's notation, or for ARM, as a compiled function's ``inspect_asm()``
        returns it.

    Returns
    -------
    Loop or None
        Its instructions, from the label to the jump back to it, without comments. Multiply-adds are fused
        ones or, where none is fused, multiplications; an instruction that computes with a number in memory is
        a load, too. None if no loop multiplies.

    Examples
    --------
    >>> loop = inner_loop('''
    ... .L1:
    ...     vmovups (%rax), %ymm0
    ...     vfmadd213ps 4(%rbx), %ymm0, %ymm1
    ...     vmovups %ymm1, 4(%rbx)
    ...     jne .L1
    ... ''')
    >>> loop.multiply_adds, loop.loads, loop.stores
    (1, 2, 1)
    """
    lines = [re.split(r"#|//", line)[0].expandtabs(4).rstrip() for line in assembly.splitlines()]
    lines = [line for line in lines if line and not re.match(r"\s+\.", line)]
    labels = {found[1]: number for number, line in enumerate(lines) if (found := _LABEL.match(line))}
    jumps = [
        (labels[found[1]], number)
        for number, line in enumerate(lines)
        if (found := _JUMP.match(line.strip())) and labels.get(found[1], number) < number
    ]
    innermost = [
        (start, end)
        for start, end in jumps
        if not any(start <= first and last < end for first, last in jumps)
    ]
    loops = [lines[start : end + 1] for start, end in innermost]
    best = max(loops, key=_numbers_multiplied, default=[])
    return _counted(best) if _numbers_multiplied(best) else None


def _instructions(loop: list[str]) -> list[str]:
    return [line.strip() for line in loop if not _LABEL.match(line)]


def _multiplications(instructions: list[str]) -> list[str]:
    fused = [line for line in instructions if _FUSED.match(line)]
    return fused or [line for line in instructions if _SEPARATE.match(line)]


def _numbers_multiplied(loop: list[str]) -> int:
    """Return how many bytes the multiplications of a loop work on."""
    total = 0
    for line in _multiplications(_instructions(loop)):
        width = next((width for sign, width in _WIDTH if sign in line), 4)
        total += 4 if _ONE_NUMBER.match(line) else width
    return total


def _counted(loop: list[str]) -> Loop:
    instructions = _instructions(loop)
    stores = [line for line in instructions if _X86_STORE.match(line) or _ARM_STORE.match(line)]
    loads = [
        line
        for line in instructions
        if _ARM_LOAD.match(line) or ("(" in line and line not in stores and not line.startswith("lea"))
    ]
    return Loop("\n".join(loop), len(_multiplications(instructions)), len(loads), len(stores))
