"""Every operation that PyTorch or torchvision has, against theirs.

One operation, one file in `oracles/`, with six names:

    SPREAD                            small configurations, whose recorded answers are in golden/torch/
    random_configuration(rng)         one like them
    draw(configuration, rng)          inputs by name: arrays, and settings (numbers, names, tuples)
    ask_torch(inputs, differentiate)  the answers by name
    ours(**inputs)                    our answers, by the same names
    allowed(answers, **inputs)        how many roundings each of our answers may be off, by name

The recorded answers are compared always, those to random configurations where torch is installed.

PyTorch answers in float64, from the very inputs that our functions get, in float32 as well. How far ours may
be off is derived, not tuned: a sum of n terms, in whatever order, is off by at most n roundings of the sum of
the terms' absolute values (Higham, "Accuracy and Stability of Numerical Algorithms", 2002, section 4.2). So
each answer is allowed a number of roundings, times what its formula gives when nothing in it cancels.
"""

import runpy
from pathlib import Path

import numpy as np
import pytest

from scratchcv.testing.structure import frozen_copy, strided

MAKE = runpy.run_path(str(Path(__file__).parent / "golden" / "make_torch.py"))
OPERATIONS = MAKE["OPERATIONS"]
ORACLES = {operation: runpy.run_path(str(file)) for operation, file in OPERATIONS.items()}
RANDOM_CONFIGURATIONS = 250

each_operation = pytest.mark.parametrize("operation", OPERATIONS)


def prepare(inputs, dtype, arrange=frozen_copy):
    """Cast floating-point arrays to a dtype; make all arrays read-only, or views with gaps."""
    return {
        name: arrange(value.astype(dtype) if value.dtype.kind == "f" else value)
        if isinstance(value, np.ndarray)
        else value
        for name, value in inputs.items()
    }


def in_float64(inputs):
    return {
        name: value.astype(np.float64) if isinstance(value, np.ndarray) and value.dtype.kind == "f" else value
        for name, value in inputs.items()
    }


def assert_agrees(operation, inputs, expected, dtype, case):
    """Run our operation and fail unless every answer is within what its formula allows."""
    found = ORACLES[operation]["ours"](**inputs)
    allowed = ORACLES[operation]["allowed"](expected, **in_float64(inputs))
    assert found.keys() == expected.keys() == allowed.keys()
    for name, ours in found.items():
        ours, theirs, where = np.asarray(ours), expected[name], f"{operation}, {case}: {name}"
        assert ours.shape == theirs.shape, where
        if theirs.dtype.kind != "f":
            np.testing.assert_array_equal(ours, theirs, err_msg=where)
            continue
        # A loss that is a number is a Python float, whatever the dtype.
        assert ours.dtype == (dtype if ours.ndim else np.float64), where
        finite = np.isfinite(theirs)
        np.testing.assert_array_equal(ours[~finite], theirs[~finite], err_msg=where)
        # The smallest normal number: below it floating numbers are coarser.
        limit = np.finfo(dtype).eps * np.broadcast_to(allowed[name], theirs.shape) + np.finfo(dtype).tiny
        off = abs(ours[finite] - theirs[finite]) / limit[finite]
        assert not off.size or off.max() <= 1, f"{where} is off by {off.max():.3g} of what rounding explains"


@pytest.fixture(params=[np.float32, np.float64], ids=["float32", "float64"])
def dtype(request):
    return request.param


@each_operation
def test_equals_recorded_answers(operation, dtype, backend):
    cases = MAKE["recorded"](operation)
    assert len(cases) == len(ORACLES[operation]["SPREAD"]), "run tests/golden/make_torch.py"
    for number, (inputs, expected) in enumerate(cases):
        configuration = ORACLES[operation]["SPREAD"][number]
        assert_agrees(operation, prepare(inputs, dtype), expected, dtype, configuration)


@each_operation
@pytest.mark.usefixtures("torch_on_one_core")
def test_equals_live_answers(operation, dtype, backend):
    oracle = ORACLES[operation]
    for seed in range(RANDOM_CONFIGURATIONS):
        rng = np.random.default_rng(seed)
        configuration = oracle["random_configuration"](rng)
        inputs = oracle["draw"](configuration, rng)
        inputs = prepare(inputs, dtype, strided if seed % 4 == 0 else frozen_copy)
        expected = oracle["ask_torch"](inputs, MAKE["differentiate"])
        assert_agrees(operation, inputs, expected, dtype, f"seed {seed}: {configuration}")
