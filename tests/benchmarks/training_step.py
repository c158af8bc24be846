"""A whole step of training: forward, loss, backward, update."""

from tests.benchmarks import six_layers, tiny_ssd
from tests.benchmarks.row import Group, Row

GROUP = Group(
    "training_step",
    "A training step",
    (
        Row("six layers, 32×3×64×64", six_layers.draw, six_layers.ours, six_layers.theirs, checked_calls=3),
        Row("tiny SSD, 16×3×128×128", tiny_ssd.draw, tiny_ssd.ours, tiny_ssd.theirs, checked_calls=3),
        Row(
            "six layers, beside PyTorch in channels_last",
            six_layers.draw,
            six_layers.ours,
            six_layers.theirs_channels_last,
            counted=False,
            checked_calls=3,
        ),
    ),
    row_limit=1.0,
)
