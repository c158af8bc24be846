"""Linear regression with the model protocol: weights, a running statistic, random noise, two losses.

Run as a script it trains, resuming where it was killed, and prints a digest of the final weights:
``python tiny_training.py FOLDER TOTAL_STEPS PADDING``.
"""

import hashlib
import signal
import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np

from scratchcv.layers.layer import Layer, Parameter
from scratchcv.training import SGD, Adam, Interrupted, Trainer, cosine

FEATURES = 4


class Regression(Layer):
    buffers = ("mean",)

    def __init__(self, padding: int = 0, rng: np.random.Generator | None = None) -> None:
        self.weight = Parameter(np.full((FEATURES, 1), 0.5, np.float32))
        self.bias = Parameter(np.zeros(1, np.float32))
        self.padding = Parameter(np.ones((padding, 1), np.float32))
        self.mean = np.zeros(FEATURES, np.float32)
        self.rng = rng
        self.config: dict[str, Any] = {"model": "regression", "features": FEATURES, "shape": (padding, 1)}

    def forward(self, images: Any, targets: Any) -> tuple[dict[str, float], Any]:
        x = np.stack(images)
        if self.rng:
            x = x * self.rng.uniform(0.9, 1.1, x.shape).astype(np.float32)
        self.mean = self.mean * np.float32(0.9) + np.float32(0.1) * x.mean(axis=0)
        error = x @ self.weight.value + self.bias.value - np.stack([target["y"] for target in targets])
        losses = {"fit": float(np.mean(error**2)), "ridge": 0.01 * float(np.sum(self.weight.value**2))}
        return losses, (x, error)

    def backward(self, cache: Any) -> None:
        x, error = cache
        self.weight.grad += 2 * x.T @ error / len(x) + np.float32(0.02) * self.weight.value
        self.bias.grad += 2 * error.mean(axis=0)
        self.padding.grad += np.float32(0.01) * self.padding.value


class Batches:
    batch_size = 8

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed

    def batches(self, start_step: int) -> Iterator[tuple[list[Any], list[Any]]]:
        for step in count(start_step):
            x = np.random.default_rng([self.seed, step]).standard_normal(
                (self.batch_size, FEATURES), np.float32
            )
            y = x @ np.arange(FEATURES, dtype=np.float32)[:, None] + np.float32(1)
            yield list(x), [{"y": row} for row in y]


def make_trainer(
    folder: Path | None, total_steps: int = 12, *, optimizer: str = "sgd", padding: int = 0, **options: Any
) -> Trainer:
    """Build everything anew, as a fresh process would."""
    rng = np.random.default_rng(5)
    model = Regression(padding, rng)
    if optimizer == "sgd":
        trains: SGD | Adam = SGD(model.parameters(), 0.05, momentum=0.9, weight_decay=1e-3)
    else:
        trains = Adam(model.parameters(), 0.05, decoupled=True, weight_decay=1e-2)
    arguments: dict[str, Any] = {
        "total_steps": total_steps,
        "checkpoint_dir": folder,
        "checkpoint_every": 5,
        "progress": False,
        "rng": rng,
    }
    return Trainer(model, trains, cosine(0.05, 1000), Batches(), **(arguments | options))


def digest(trainer: Trainer) -> str:
    """Return a digest of the final weights, statistics and optimizer averages."""
    arrays = trainer.state.arrays()
    return hashlib.sha256(
        b"".join(name.encode() + arrays[name].tobytes() for name in sorted(arrays))
    ).hexdigest()


def main() -> None:
    # A shell that starts this in the background would have Ctrl-C ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    folder, total_steps, padding = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])

    def say(row: dict[str, float]) -> None:
        print("step", int(row["step"]), flush=True)

    trainer = make_trainer(
        folder, total_steps, padding=padding, checkpoint_every=1, progress=True, on_step=say
    )
    try:
        trainer.run(resume=True)
    except Interrupted as interruption:
        print(interruption, file=sys.stderr)
        raise SystemExit(130) from None
    print("digest", digest(trainer), flush=True)


if __name__ == "__main__":
    main()
