"""What to try where no mistake of the bank explains a failure: by the exception, or by how the call ended."""

import re

from scratchcv.grading.result import CaseResult

_ADVICE = {
    "timeout": "Is there a loop that never ends, or one that does far more than it has to?",
    "NameError": "Is it a slip of the pen, or a variable that was never given a value?",
    "UnboundLocalError": "The variable is read before it has a value, or gets one on one branch only.",
    "ModuleNotFoundError": "Submissions have NumPy and Python's standard library; write it with these.",
    "ImportError": "Submissions have NumPy and Python's standard library; write it with these.",
    "RecursionError": "The function calls itself again and again.",
    "MemoryError": "Some array is far too large: is its shape what you think it is?",
    "NotImplementedError": "Part of the function is still to be written.",
    "positional argument": "The line with def is given: leave the arguments as they were.",
    "keyword argument": "The line with def is given: leave the arguments as they were.",
    "could not be broadcast": "Print the shapes of both arrays in front of that line.",
    "could not broadcast": "Print the shapes of both arrays in front of that line.",
    "has no attribute": "Is the value what you think it is? Print its type in front of that line.",
    "out of bounds": "Print the shape of the array and the index in front of that line.",
    "truth value of an array": "Compare arrays with np.where or a mask, or ask .any() or .all().",
    "read-only": "Write into an array of your own: take a copy first.",
}


def advice(case: CaseResult) -> str:
    """Return what to try after a case in which the function raised an exception or did not come to its end.

    Examples
    --------
    >>> advice(CaseResult("k", "Any", True, False, False, "raised", "raises RecursionError: too deep"))
    'The function calls itself again and again.'
    """
    if case.reason != "raised":
        return _ADVICE.get(case.reason, "")
    for sign, words in _ADVICE.items():
        if re.search(rf"\b{sign}\b", case.message):
            return words
    return ""
