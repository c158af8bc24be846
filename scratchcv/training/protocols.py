"""What the trainer asks of a model and of a loader."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from scratchcv.checks import Array


class Model(Protocol):
    """A `Layer` with named losses, and a `config` that says how to build it again."""

    @property
    def config(self) -> Mapping[str, Any]:
        """What the model was built from, as JSON."""

    def forward(self, images: Any, targets: Any) -> tuple[Mapping[str, float], Any]:
        """Return named losses and the cache for `backward`; the same names at every step."""

    def backward(self, cache: Any) -> Any:
        """Add the gradients of the losses' sum to the parameters' `grad`."""

    def zero_grad(self) -> None:
        """Set every parameter's gradient to zero."""

    def train(self) -> Any:
        """Switch to training."""

    def state_dict(self) -> dict[str, Array]:
        """Return parameters and running statistics by name."""

    def load_state_dict(self, state: Mapping[str, Array]) -> None:
        """Take up what `state_dict` returned."""


Batch = tuple[Sequence[Any], Sequence[Any]]
"""Images and their targets."""


class Loader(Protocol):
    """A source of batches in which batch k is always the same batch."""

    def batches(self, start_step: int) -> Iterator[Batch]:
        """Yield batch `start_step`, the one after it, and so on without end."""
