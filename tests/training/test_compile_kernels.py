import numpy as np

from scratchcv.models import ssd_tiny
from scratchcv.training.compile_kernels import compile_kernels


def test_compiling_kernels_leaves_the_model_as_it_is() -> None:
    model = ssd_tiny(["background"], size=64)
    before = model.state_dict()
    assert compile_kernels(model) > 0
    for name, value in model.state_dict().items():
        np.testing.assert_array_equal(value, before[name])
    assert not any(parameter.grad.any() for parameter in model.parameters())
