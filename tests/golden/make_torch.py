"""Make `torch/<room>_<operation>.npz`: inputs of operations, and what PyTorch computes from them.

Run ``python tests/golden/make_torch.py`` where torch and torchvision are installed, with names of operations
behind it to make these alone. `tests/test_against_torch.py` says what is in `tests/oracles`.
"""

import json
import runpy
import sys
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
OPERATIONS = {
    f"{file.parent.name}_{file.stem}": file for file in sorted((HERE.parent / "oracles").glob("*/*.py"))
}


def differentiate(function, dy, *inputs):
    """Return a function's output and the gradients of its inputs, in float64.

    Of a tuple of outputs the first is differentiated, and the tuple returned. An array that is None has None
    for its gradient; an array that nothing depends on has zeros.
    """
    import torch

    tensors = [
        None if array is None else torch.tensor(array, dtype=torch.float64, requires_grad=True)
        for array in inputs
    ]
    y = function(*tensors)
    first = y[0] if isinstance(y, tuple) else y
    if first.requires_grad:
        first.backward(torch.tensor(dy, dtype=torch.float64).reshape(first.shape))
    output = tuple(part.detach().numpy() for part in y) if isinstance(y, tuple) else y.detach().numpy()
    gradients = [
        None if tensor is None else np.zeros(tensor.shape) if tensor.grad is None else tensor.grad.numpy()
        for tensor in tensors
    ]
    return output, *gradients


def recorded(operation):
    """Return the recorded (inputs, answers) of an operation's spread of configurations."""
    golden = np.load(HERE / "torch" / f"{operation}.npz")
    cases = []
    for number, settings in enumerate(json.loads(str(golden["settings"]))):
        inputs = {name: _untuple(value) for name, value in settings.items()}
        answers = {}
        for key in golden.files:
            case, _, name = key.partition("/")
            if case == str(number):
                kind, _, name = name.partition("/")
                (inputs if kind == "in" else answers)[name] = golden[key]
        cases.append((inputs, answers))
    return cases


def _untuple(value):
    """JSON knows lists alone; settings are tuples."""
    return tuple(map(_untuple, value)) if isinstance(value, list) else value


def record(operation):
    """Ask PyTorch about an operation's spread of configurations, and write its answers."""
    oracle = runpy.run_path(str(OPERATIONS[operation]))
    rng = np.random.default_rng(3)
    arrays, all_settings = {}, []
    for number, configuration in enumerate(oracle["SPREAD"]):
        inputs, settings = {}, {}
        for name, value in oracle["draw"](configuration, rng).items():
            if isinstance(
                value, np.ndarray
            ):  # rounded to float32, so that tests can use them in either dtype
                inputs[name] = value.astype(np.float32) if value.dtype.kind == "f" else value
            else:
                inputs[name] = settings[name] = value
        for name, value in inputs.items():
            if name not in settings:
                arrays[f"{number}/in/{name}"] = value
        for name, value in oracle["ask_torch"](inputs, differentiate).items():
            arrays[f"{number}/out/{name}"] = value
        all_settings.append(settings)
    arrays["settings"] = np.array(json.dumps(all_settings))
    np.savez_compressed(HERE / "torch" / f"{operation}.npz", **arrays)


def main():
    """Record the operations that are named, or all."""
    named = sys.argv[1:]
    unknown = [name for name in named if not any(name in operation for operation in OPERATIONS)]
    if unknown:
        sys.exit(f"no operation is called {', '.join(unknown)}; there are {', '.join(OPERATIONS)}")
    for operation in OPERATIONS:
        if not named or any(name in operation for name in named):
            record(operation)
            print(operation)


if __name__ == "__main__":
    main()
