"""Fine-tuning: layers that come pretrained learn more slowly than the new ones, or not at all."""

from collections.abc import Mapping

from scratchcv.layers.layer import Layer
from scratchcv.training.copy_weights import check_known, is_below


def learning_rate_factors(model: Layer, factors: Mapping[str, float]) -> list[float]:
    """Return for each of a model's parameters what its learning rate is multiplied with.

    Parameters
    ----------
    model : Layer
        Its ``parameters()`` are what the optimizer is given.
    factors : mapping of str to float
        Dotted names of layers, or of single parameters, and their factor; 0 freezes. The longest name that
        fits counts, and where none does, 1.

    Returns
    -------
    list of float
        For an optimizer's argument `factors`.

    Raises
    ------
    ValueError
        When a name is no layer or parameter of the model.

    References
    ----------
    d2l, "Fine-tuning": the parameters below the output layer are fine-tuned with a small rate, those of the
    output layer learn from nothing with ten times as much.

    Examples
    --------
    >>> from scratchcv.layers import Linear, Sequential
    >>> learning_rate_factors(Sequential(Linear(4, 8), Linear(8, 3)), {"0": 0.1})
    [0.1, 0.1, 1.0, 1.0]
    """
    names = [name for name, _ in model.named_parameters()]
    for layer in factors:
        check_known(layer, names)
    return [_factor_of(name, factors) for name in names]


def frozen_layers(model: Layer, factors: Mapping[str, float]) -> list[Layer]:
    """Return the layers whose parameters `learning_rate_factors` freezes, and all that lie below them.

    A frozen layer must also stay in evaluation mode, or the running statistics of its batch normalisation
    would follow the new data though no parameter moves, and its dropout would go on: see `Trainer`.

    Examples
    --------
    >>> from scratchcv.layers import BatchNorm2d, Conv2d, Sequential
    >>> model = Sequential(Sequential(Conv2d(3, 4, 3), BatchNorm2d(4)), Conv2d(4, 2, 1))
    >>> [type(layer).__name__ for layer in frozen_layers(model, {"0": 0})]
    ['Sequential', 'Conv2d', 'BatchNorm2d']
    """
    return [layer for name, layer in model.named_layers() if _factor_of(name, factors) == 0]


def frozen_by_design(model: Layer) -> dict[str, float]:
    """Return a factor of 0 for every layer with parameters that a backbone in the model does not train.

    Such a backbone names them in its `frozen_layers`, as `ResNetBody` does. Their gradients stay 0, but
    weight decay would move them.

    Examples
    --------
    >>> from scratchcv.backbones import BasicBlock, ResNet, ResNetBody
    >>> from scratchcv.layers import FrozenBatchNorm2d
    >>> resnet = ResNet(BasicBlock, (1, 1, 1, 1), channels=4, norm_layer=FrozenBatchNorm2d)
    >>> frozen_by_design(ResNetBody(resnet, trainable_layers=3))
    {'conv1': 0.0, 'layer1': 0.0}
    """
    frozen = {}
    for prefix, layer in model.named_layers():
        below = dict(layer.named_layers())
        for name in getattr(layer, "frozen_layers", ()):
            if below[name].parameters():
                frozen[f"{prefix}.{name}" if prefix else name] = 0.0
    return frozen


def _factor_of(name: str, factors: Mapping[str, float]) -> float:
    """Return the factor of the longest layer's name that `name` lies below, else 1."""
    fitting = [layer for layer in factors if is_below(name, [layer])]
    return float(factors[max(fitting, key=len)]) if fitting else 1.0
