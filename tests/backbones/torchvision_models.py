"""torchvision's classifiers with random weights and statistics, and ours with what they saved."""

import numpy as np

from scratchcv.backbones import load_weights
from scratchcv.layers import Dropout
from scratchcv.losses import cross_entropy

SIZES = ((224, 224), (160, 203), (97, 128))


def random_network(build, seed=0, **options):
    """Return a torchvision network in which nothing is at its neutral start, without dropout."""
    import torch

    torch.manual_seed(seed)
    network = build(**options)
    for layer in network.modules():
        if isinstance(layer, torch.nn.Dropout):
            layer.p = 0.0
        if "BatchNorm" in type(layer).__name__:
            with torch.no_grad():
                layer.weight.uniform_(0.2, 0.6)  # logits of about ten
                layer.bias.normal_(0, 0.1)
                layer.running_mean.normal_(0, 0.1)
                layer.running_var.uniform_(0.5, 1.5)
    return network


def load_into(ours, theirs, path):
    """Save torchvision's weights, as safetensors or by torch.save, and load them into our network."""
    import torch
    from safetensors.torch import save_file

    if path.suffix == ".safetensors":
        save_file(theirs.state_dict(), path)
    else:
        torch.save(theirs.state_dict(), path)
    ours.load_state_dict(load_weights(path))
    for _, layer in ours.named_layers():
        if isinstance(layer, Dropout):
            layer.p = 0.0
    path.unlink()
    return ours


def both_logits(ours, theirs, size, images=2):
    """Return both networks' logits of the same random images, in evaluation."""
    import torch

    x = np.random.default_rng(size[0]).standard_normal((images, 3, *size)).astype(np.float32)
    with torch.no_grad():
        wanted = theirs.eval()(torch.from_numpy(x)).numpy()
    return ours.eval()(x), wanted


def both_gradients(ours, theirs, size, images=4):
    """Return the cross-entropy's gradient of every parameter by name, in training: a pair of dicts."""
    import torch

    rng = np.random.default_rng(1)
    x = rng.standard_normal((images, 3, *size)).astype(ours.parameters()[0].value.dtype)
    labels = rng.integers(0, 10, images)
    torch.nn.functional.cross_entropy(
        theirs.train()(torch.from_numpy(x)), torch.from_numpy(labels)
    ).backward()
    logits, cache = ours.train().forward(x)
    _, dlogits = cross_entropy(logits, labels)
    ours.backward(dlogits, cache)
    return (
        {name: parameter.grad for name, parameter in ours.named_parameters()},
        {name: parameter.grad.numpy() for name, parameter in theirs.named_parameters()},
    )
