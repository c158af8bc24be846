"""Write optimizers.npz: the paths that PyTorch's optimizers take under fixed gradients.

Keys: "lr" (T,), "gradients.<i>" (T, *shape), "start.<i>", and "<configuration>.<i>" (T, *shape): the value
of parameter i after each step. The tests of SGD and Adam repeat the configurations by name.
"""

from pathlib import Path

import numpy as np
import torch

STEPS, SHAPES = 8, ((3, 4), (4,))
CONFIGURATIONS = {
    "sgd": (torch.optim.SGD, {}),
    "sgd_decay": (torch.optim.SGD, {"weight_decay": 0.1}),
    "sgd_momentum": (torch.optim.SGD, {"momentum": 0.9, "weight_decay": 0.01}),
    "sgd_nesterov": (torch.optim.SGD, {"momentum": 0.8, "weight_decay": 0.01, "nesterov": True}),
    "adam": (torch.optim.Adam, {}),
    "adam_decay": (torch.optim.Adam, {"weight_decay": 0.1, "betas": (0.8, 0.95), "eps": 1e-6}),
    "adamw": (torch.optim.AdamW, {"weight_decay": 0.1}),
}


def main() -> None:
    """Run every configuration in float64."""
    rng = np.random.default_rng(0)
    golden = {"lr": rng.uniform(0.01, 0.1, STEPS)}
    for i, shape in enumerate(SHAPES):
        golden[f"start.{i}"] = rng.standard_normal(shape)
        golden[f"gradients.{i}"] = rng.standard_normal((STEPS, *shape))
    for name, (optimizer_class, options) in CONFIGURATIONS.items():
        parameters = [torch.nn.Parameter(torch.tensor(golden[f"start.{i}"])) for i in range(len(SHAPES))]
        optimizer = optimizer_class(parameters, lr=1.0, **options)
        path: list[list[np.ndarray]] = [[] for _ in SHAPES]
        for step in range(STEPS):
            optimizer.param_groups[0]["lr"] = golden["lr"][step]
            for i, parameter in enumerate(parameters):
                parameter.grad = torch.tensor(golden[f"gradients.{i}"][step])
            optimizer.step()
            for i, parameter in enumerate(parameters):
                path[i].append(parameter.detach().numpy().copy())
        golden |= {f"{name}.{i}": np.stack(values) for i, values in enumerate(path)}
    np.savez_compressed(Path(__file__).with_name("optimizers.npz"), **golden)


if __name__ == "__main__":
    main()
