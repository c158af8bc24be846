"""What the tests of all sheets share."""

import numpy as np
import pytest

from scratchcv.backend import use_backend


@pytest.fixture(autouse=True)
def formulas():
    """As the grader does: the library's answers come from its formulas."""
    with use_backend("numpy"), np.errstate(all="ignore"):
        yield
