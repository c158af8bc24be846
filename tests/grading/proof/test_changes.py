"""Changes of code: each kind of them on a line or two, by complete lists."""

import ast

import pytest

from scratchcv.grading.proof.mutants import mutate


def changed(text):
    return [change for change, _, _ in mutate(text)]


def after(text):
    """Return what stands behind the arrow."""
    return [change.partition(" → ")[2] for change in changed(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("y = a + b", ["a - b"]),
        ("y = a - b", ["a + b"]),
        ("y = a * b", ["a / b"]),
        ("y = a / b", ["a * b"]),
        ("y = a // b", ["a / b"]),
        ("y = a % b", ["a // b"]),
        ("y = a ** b", ["a * b"]),
        ("y = a & b", ["a | b"]),
        ("y = a | b", ["a & b"]),
        ("y = a @ b", []),
        ("y = a < b", ["a <= b", "a > b"]),
        ("y = a <= b", ["a < b", "a >= b"]),
        ("y = a > b", ["a >= b", "a < b"]),
        ("y = a >= b", ["a > b", "a <= b"]),
        ("y = a == b", ["a != b"]),
        ("y = a != b", ["a == b"]),
        ("y = a is b", ["a is not b"]),
        ("y = a in b", ["a not in b"]),
        ("y = a < b < c", ["a <= b < c", "a > b < c", "a < b <= c", "a < b > c"]),
        ("y = a and b", ["a or b"]),
        ("y = a or b", ["a and b"]),
        ("y = -a", ["y = a"]),
        ("y = not a", ["y = a"]),
        ("y = ~a", ["y = a"]),
        ("y = a if b else c", ["c if b else a"]),
    ],
)
def test_operators(text, expected):
    assert after(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("y = 3", ["y = 4", "y = 2"]),
        ("y = -1", ["y = 0", "y = -2"]),
        ("y = 0.5", ["y = 1.5", "y = -0.5"]),
        ("y = True", ["y = False"]),
        ("y = None", []),
        ("y = 'text'", []),
        ("y = x[0]", ["x[1]", "x[-1]"]),
        ("y = x[:, 1:]", ["x[:, 2:]", "x[:, 0:]"]),
        ("y = x[a:b]", ["x[a + 1:b]", "x[a:b + 1]"]),
        ("y = range(n)", ["range(n + 1)"]),
        ("y = x.max(axis=1)", ["x.min(axis=1)", "x.max(axis=2)", "x.max(axis=0)"]),
        ("y = f(x, keepdims=True)", ["f(x, keepdims=False)"]),
    ],
)
def test_numbers_and_bounds(text, expected):
    assert after(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("y = min(a, b)", ["max(a, b)"]),
        ("y = np.maximum(a, b)", ["np.minimum(a, b)"]),
        ("np.maximum.at(a, b, c)", ["np.minimum.at(a, b, c)"]),
        ("y = x.argmax()", ["x.argmin()"]),
        ("y = np.floor(x)", ["np.ceil(x)"]),
        ("y = x.mean()", ["x.sum()"]),
        ("y = x.any()", ["x.all()"]),
        ("y = abs(x)", ["x"]),
        ("y = np.abs(x)", ["x"]),
        ("y = x.copy()", ["x"]),
        ("y = np.argsort(x, kind='stable')", ["np.argsort(x)"]),
        ("y = mean + sum(x)", ["mean - sum(x)"]),
    ],
)
def test_functions(text, expected):
    assert after(text) == expected


def test_statements():
    text = """
def f(x, total):
    first = x
    total += x
    first = g(first)
    x[total] = first
    for i in total:
        if i:
            continue
    first.append(x)
    return first, x
"""
    assert changed(text.strip()) == [
        "total += x → total -= x",
        "total += x → total = x",
        "total += x → (removed)",
        "first = g(first) → (removed)",
        "x[total] = first → (removed)",
        "if i: → (removed)",
        "continue → (removed)",
        "first.append(x) → (removed)",
        "return (first, x) → return (x, first)",
    ]


def test_default_values():
    text = "def f(x, stride=1, *, strict=False):\n    return x"
    assert changed(text) == ["strict=False → strict=True", "stride=1 → stride=2", "stride=1 → stride=0"]


def test_what_only_checks_or_describes_stays():
    text = '''
def f(x: Array[0], k: int | None) -> Array[1]:
    """Return x[0]."""
    x = as_boxes("x", x)
    a, b = as_floating(x), check_array("x", x, (1, 2))
    if k < 1 or not k:
        where = np.argwhere(k)[0]
        raise ValueError(f"must be {k + 1}")
    assert k > 0
    check_threshold(k, 0)
    return list(zip(x, k, strict=True)), x.astype(float, copy=False)
'''
    swapped = "return (x.astype(float, copy=False), list(zip(x, k, strict=True)))"
    assert after(text.strip()) == [swapped]


def test_each_is_one_change_of_a_program_that_python_reads():
    text = "def f(x):\n    y = x[1:] * 2  # twice\n    return -y if x.sum() > 0 else abs(y), y"
    original = ast.unparse(ast.parse(text))
    mutated = [source for _, _, source in mutate(text)]
    assert len(set(mutated)) == len(mutated)
    for source in mutated:
        ast.parse(source)
        pairs = zip(source.splitlines(), original.splitlines(), strict=True)
        assert sum(one != other for one, other in pairs) == 1


def test_lines_are_counted_from_the_functions_first():
    assert [line for _, line, _ in mutate("def f(x):\n    y = -x\n    return y + x")] == [2, 3]
