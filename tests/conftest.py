"""Fixtures that every test may use."""

from collections.abc import Iterator

import pytest

from scratchcv.backend import BACKENDS, has_numba, use_backend


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> Iterator[str]:
    """Run the test once in each backend that can run here."""
    if request.param == "numba" and not has_numba():
        pytest.skip("Numba is not installed: the NumPy form is tested alone")
    with use_backend(request.param):
        yield request.param


@pytest.fixture
def torch_on_one_core() -> Iterator[None]:
    """Keep PyTorch's threads from waiting for each other over inputs as small as a test's."""
    torch = pytest.importorskip("torch", reason="torch is not installed: our side is tested alone")
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)
