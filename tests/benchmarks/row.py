"""What is measured: a row is one piece of work done by both sides, a group has rows and a limit."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from tests.benchmarks.agreement import assert_agrees

Inputs = Mapping[str, Any]
Call = Callable[[], Any]


@dataclass(frozen=True)
class Row:
    """One piece of work.

    Attributes
    ----------
    name : str
        What is done, and at which size.
    inputs : callable
        ``inputs(short)`` draws what both sides get: NumPy arrays and settings, tiny ones for the smoke test.
    ours, theirs : callable
        ``ours(inputs)`` returns the call that is timed. Only theirs may import what it is compared with.
    agree : callable
        ``agree(our_result, their_result)`` fails where the two are not the same.
    counted : bool
        Whether the group's limit holds for it; else it is stated beside the others.
    unit : {"s", "B"}
        Seconds, or bytes.
    reads : bool
        Whether the calls return the measured number themselves, instead of being timed.
    checked_calls : int
        How many first results of both sides are compared.
    """

    name: str
    inputs: Callable[[bool], Inputs]
    ours: Callable[[Inputs], Call]
    theirs: Callable[[Inputs], Call]
    agree: Callable[[Any, Any], None] = assert_agrees
    counted: bool = True
    unit: str = "s"
    reads: bool = False
    checked_calls: int = 1


@dataclass(frozen=True)
class Group:
    """Rows under one limit.

    Attributes
    ----------
    name, title : str
        For the command line, and for the page.
    rows : tuple of Row
        What is measured.
    mean_limit, row_limit : float or None
        The most that our time over theirs may be: the geometric mean of all rows, and each row.
    """

    name: str
    title: str
    rows: tuple[Row, ...] = field(repr=False)
    mean_limit: float | None = None
    row_limit: float | None = None


def both_ways(
    name: str,
    inputs: Callable[[bool], Inputs],
    forward: Callable[[Inputs], Any],
    backward: Callable[[Inputs], Any],
    torch_forward: Callable[..., Any],
    differentiated: tuple[str, ...] = ("x",),
    **options: Any,
) -> tuple[Row, Row]:
    """Return the two rows of an operation, forward and backward.

    Parameters
    ----------
    forward, backward : callable
        Ours, of the inputs.
    torch_forward : callable
        ``torch_forward(inputs, **tensors)``, where `tensors` are the inputs named in `differentiated`.
    differentiated : tuple of str
        What PyTorch's backward differentiates for, in the order of what `backward` returns.
    """

    def theirs_forward(given: Inputs) -> Call:
        from tests.benchmarks.torch_side import forward_call

        return forward_call(torch_forward, given, differentiated)

    def theirs_backward(given: Inputs) -> Call:
        from tests.benchmarks.torch_side import backward_call

        return backward_call(torch_forward, given, differentiated)

    return (
        Row(f"{name}, forward", inputs, lambda given: partial(forward, given), theirs_forward, **options),
        Row(f"{name}, backward", inputs, lambda given: partial(backward, given), theirs_backward, **options),
    )
