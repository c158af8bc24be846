"""Write weights.pth: a state_dict as torch.save writes it, with every kind of number and of view.

Values are counted up, so that the test of `load_pth` can state them.
"""

from collections import OrderedDict
from pathlib import Path

import torch

KINDS = ("float64", "float32", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8", "bool")


def main() -> None:
    """Save one state."""
    counted = torch.arange(24, dtype=torch.float32)
    state = OrderedDict({kind: torch.arange(3).to(getattr(torch, kind)) for kind in KINDS})
    state["parameter"] = torch.nn.Parameter(counted.reshape(2, 3, 4))
    state["transposed"] = counted.reshape(2, 12).T
    state["slice"] = counted.reshape(4, 6)[1:, ::2]
    state["number"] = torch.tensor(7)
    state["empty"] = torch.zeros(0, 3)
    torch.save(state, Path(__file__).with_name("weights.pth"))


if __name__ == "__main__":
    main()
