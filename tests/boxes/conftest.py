"""torchvision's box operations, recorded and live."""

from pathlib import Path

import numpy as np
import pytest

from scratchcv.testing import assert_close, gradcheck
from scratchcv.testing.structure import as_dtype, leaves, strided

GOLDEN = Path(__file__).parents[1] / "golden" / "boxes.npz"


@pytest.fixture(scope="session")
def recorded():
    """Answers of torchvision's box operations, made by `tests/golden/make_boxes.py`."""
    with np.load(GOLDEN) as archive:
        return dict(archive)


@pytest.fixture(params=["ordinary", "tied", "degenerate"])
def golden(request, recorded, dtype):
    """One set of boxes with torchvision's answers, by the names that `make_boxes.py` gives them."""
    prefix = f"{request.param}_{np.dtype(dtype)}_"
    answers = {key.removeprefix(prefix): value for key, value in recorded.items() if key.startswith(prefix)}
    return {"thresholds": recorded["thresholds"].tolist(), "size": recorded["size"].tolist(), **answers}


@pytest.fixture(params=[np.float32, np.float64], ids=["float32", "float64"])
def dtype(request):
    return request.param


@pytest.fixture(scope="session")
def ops():
    """torchvision.ops, taking and returning NumPy arrays."""
    torch = pytest.importorskip("torch")
    torchvision = pytest.importorskip("torchvision")

    class Ops:
        def __getattr__(self, name):
            def call(*args):
                tensors = [
                    torch.from_numpy(arg.copy()) if isinstance(arg, np.ndarray) else arg for arg in args
                ]
                return getattr(torchvision.ops, name)(*tensors).numpy()

            return call

    return Ops()


@pytest.fixture
def random_boxes():
    """Return a function (rng, count, kind) that draws boxes of one of the three kinds of `make_boxes.py`."""

    def draw(rng, count, kind, dtype):
        if kind == "ordinary":
            corner = rng.uniform(0, 20, (count, 2))
            boxes = np.hstack([corner, corner + rng.uniform(0, 15, (count, 2))])
        elif kind == "tied":
            boxes = np.sort(rng.integers(0, 6, (count, 2, 2)), axis=1).reshape(count, 4)
        else:
            boxes = rng.integers(0, 5, (count, 4))
        return boxes.astype(dtype)

    return draw


@pytest.fixture
def check_gradients():
    """Return a function that checks a backward pass at inputs which `draw(rng)` returns."""

    def check(forward, backward, draw, cases=20):
        for seed in range(cases):
            inputs = draw(np.random.default_rng(seed))
            gradcheck(forward, backward, inputs, max_entries=12, seed=seed)

    return check


@pytest.fixture
def check_memory():
    """Return a function that checks an operation on arrays that are read-only and not contiguous.

    `check_box_op` checks more, of operations that refuse other lengths and shapes of each argument.
    """

    def check(function, *arguments):
        for dtype in (np.float32, np.float64):
            given = as_dtype(arguments, dtype)
            plain = leaves(function(*given))
            for ours, usual in zip(leaves(function(*map(strided, given))), plain, strict=True):
                assert ours.dtype == usual.dtype in (dtype, np.int64)
                assert_close(ours, usual)

    return check
