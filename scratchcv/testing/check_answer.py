"""Answers to exercises: right, a known mistake, or neither."""

from collections.abc import Sequence

from numpy.typing import ArrayLike


def check_answer(
    answer: ArrayLike | None,
    right: float,
    mistakes: Sequence[tuple[float, str]] = (),
    *,
    rtol: float = 0.005,
) -> str:
    """Say whether a number is the right one or, if not, which mistake leads to it.

    Parameters
    ----------
    answer : float or None
        None as long as the exercise is open.
    right : float
        The solution, as the library computes it.
    mistakes : sequence of (float, str)
        Wrong numbers, and what to tell whoever finds them.
    rtol : float
        How far an answer may lie from a number, relative to it: half a per cent, so that three digits do.
        A whole number has to be hit.

    Returns
    -------
    str
        "Right." or a hint. Of several numbers near the answer the nearest one decides.

    Examples
    --------
    >>> check_answer(0.33, 1 / 3, [(0.5, "The union has grown, too.")], rtol=0.02)
    'Right.'
    >>> check_answer(0.5, 1 / 3, [(0.5, "The union has grown, too.")])
    'The union has grown, too.'
    """
    if answer is None:
        return "Fill in your answer above, then run this cell again."
    try:
        number = float(answer)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return f"One number, please, got {answer!r}."
    verdicts = [(float(right), "Right."), *((float(wrong), hint) for wrong, hint in mistakes)]
    near = [(abs(number - known), text) for known, text in verdicts if _is_near(number, known, rtol)]
    return min(near, key=lambda pair: pair[0])[1] if near else "Not yet."


def _is_near(number: float, known: float, rtol: float) -> bool:
    if abs(known - round(known)) < 1e-9 * max(1.0, abs(known)):  # counted, not measured
        rtol = 1e-6
    return abs(number - known) <= max(rtol * abs(known), 1e-9)
