"""The tiny SSD of the demo: one step of training it, and the detections of one image."""

from typing import Any

import numpy as np

from scratchcv.boxes import box_iou
from scratchcv.data import SceneDataset, to_tensor
from scratchcv.models import SSD, ssd_tiny
from scratchcv.training import RECIPES, SGD, clip_grad_norm
from tests.benchmarks.row import Call, Inputs

LEARNING_RATE = 0.01
"""A third of the recipe's, which ends a warm-up that there is none of here."""

RECIPE = RECIPES["ssd"]["scenes"]


def draw(short: bool, batch: int = RECIPE.batch_size) -> Inputs:
    """Draw scenes, and the first weights."""
    model = ssd_tiny(SceneDataset.class_names, size=64 if short else RECIPE.size)
    scenes = SceneDataset(1000, size=model.size)
    images, targets = [], []
    for image, target in scenes:
        if _each_has_its_anchor(model, target["boxes"]):
            images.append(to_tensor(image))
            targets.append({"boxes": target["boxes"], "labels": target["labels"]})
        if len(images) == (2 if short else batch):
            break
    return {"size": model.size, "images": images, "targets": targets, "weights": model.state_dict()}


def _each_has_its_anchor(model: SSD, boxes: np.ndarray) -> bool:
    """Say whether no two truths want the same anchor: torchvision forgets one of them, this library none."""
    favourites = box_iou(model.anchors, boxes).argmax(axis=0)
    return len(np.unique(favourites)) == len(boxes)


def _model(given: Inputs) -> SSD:
    model = ssd_tiny(SceneDataset.class_names, size=given["size"])
    model.load_state_dict(given["weights"])
    return model


def ours(given: Inputs) -> Call:
    """Return a step of training, as `Trainer` takes it; each call takes one more and returns its losses."""
    model = _model(given)
    model.train()
    optimizer = SGD(
        model.parameters(),
        LEARNING_RATE,
        momentum=RECIPE.momentum,
        weight_decay=RECIPE.weight_decay,
        decay_1d=False,
    )

    def step() -> Any:
        model.zero_grad()
        losses, cache = model.forward(given["images"], given["targets"])
        model.backward(cache)
        clip_grad_norm(optimizer.parameters, RECIPE.clip_norm)
        optimizer.step()
        return losses

    return step


def theirs(given: Inputs) -> Call:
    from tests.benchmarks.torch_networks import tiny_ssd_step

    return tiny_ssd_step(given)


def our_detections(given: Inputs) -> Call:
    """Return the detection of objects in the first image."""
    model = _model(given)
    return lambda: model.predict(given["images"][:1])[0]


def their_detections(given: Inputs) -> Call:
    from tests.benchmarks.torch_networks import tiny_ssd_detections

    return tiny_ssd_detections(given)


def same_best_scores(ours: Any, theirs: Any) -> None:
    """Fail unless the ten best detections have the same scores.

    Further down two scores may differ by less than their roundings, and so change places.
    """
    np.testing.assert_allclose(ours["scores"][:10], theirs["scores"][:10].numpy(), rtol=1e-3)
