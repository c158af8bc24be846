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
