"""The two networks in PyTorch, with names under which our weights fit, and their steps of training."""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import nn
from torch.nn import functional
from torchvision import ops
from torchvision.models.detection._utils import BoxCoder, SSDMatcher

from scratchcv.data import SceneDataset
from scratchcv.models import ssd_tiny
from scratchcv.models.ssd import DELTA_WEIGHTS
from tests.benchmarks import six_layers, tiny_ssd
from tests.benchmarks.row import Inputs


def conv_norm_relu(inside: int, outside: int, stride: int = 1) -> nn.Sequential:
    conv = nn.Conv2d(inside, outside, 3, stride=stride, padding=1, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(outside), nn.ReLU())


def load(module: nn.Module, given: Inputs) -> None:
    """Give a module our first weights."""
    module.load_state_dict({name: torch.from_numpy(value) for name, value in given["weights"].items()})


def six_layer_step(given: Inputs, channels_last: bool = False) -> Callable[[], float]:
    """Return one step of training the six layers."""
    blocks = [conv_norm_relu(*layer) for layer in six_layers.LAYERS]
    linear = nn.Linear(six_layers.LAYERS[-1][1], six_layers.CLASSES)
    net = nn.Sequential(*blocks, nn.AdaptiveAvgPool2d(1), nn.Flatten(), linear)
    load(net, given)
    x, labels = torch.from_numpy(given["x"]), torch.from_numpy(given["labels"])
    if channels_last:
        net, x = net.to(memory_format=torch.channels_last), x.to(memory_format=torch.channels_last)
    optimizer = torch.optim.SGD(net.parameters(), six_layers.LEARNING_RATE)

    def step() -> float:
        optimizer.zero_grad()
        loss = functional.cross_entropy(net(x), labels)
        loss.backward()
        optimizer.step()
        return loss.item()

    return step


class Backbone(nn.Module):
    """`scratchcv.backbones.TinyBackbone`."""

    def __init__(self, widths: Sequence[int], depths: Sequence[int], first_output: int) -> None:
        super().__init__()
        stages, channels = [], 3
        for stage, (width, depth) in enumerate(zip(widths, depths, strict=True)):
            layers: list[nn.Module] = [nn.MaxPool2d(2)] if stage else []
            for _ in range(depth):
                layers.append(conv_norm_relu(channels, width))
                channels = width
            stages.append(nn.Sequential(*layers))
        self.stages = nn.ModuleList(stages)
        self.first_output = first_output

    def forward(self, x: torch.Tensor) -> list[torch.Tensor]:
        features = []
        for stage in self.stages:
            x = stage(x)
            features.append(x)
        return features[self.first_output :]


class ScoringHead(nn.Module):
    """`scratchcv.models.SSDScoringHead`."""

    def __init__(self, in_channels: Sequence[int], boxes_per_cell: int, columns: int) -> None:
        super().__init__()
        convolutions = [
            nn.Conv2d(channels, boxes_per_cell * columns, 3, padding=1) for channels in in_channels
        ]
        self.module_list = nn.ModuleList(convolutions)
        self.columns = columns

    def forward(self, features: list[torch.Tensor]) -> torch.Tensor:
        rows = []
        for convolution, feature in zip(self.module_list, features, strict=True):
            maps = convolution(feature)
            N, _, H, W = maps.shape
            maps = maps.view(N, -1, self.columns, H, W).permute(0, 3, 4, 1, 2)
            rows.append(maps.reshape(N, -1, self.columns))
        return torch.cat(rows, dim=1)


class Head(nn.Module):
    """`scratchcv.models.SSDHead`."""

    def __init__(self, in_channels: Sequence[int], boxes_per_cell: int, num_classes: int) -> None:
        super().__init__()
        self.classification_head = ScoringHead(in_channels, boxes_per_cell, num_classes)
        self.regression_head = ScoringHead(in_channels, boxes_per_cell, 4)


class TinySSD(nn.Module):
    """`scratchcv.models.ssd_tiny`; matching, coding and suppression of boxes are torchvision's."""

    def __init__(self, given: Inputs) -> None:
        super().__init__()
        ours = ssd_tiny(SceneDataset.class_names, size=given["size"])
        self.backbone = Backbone((16, 32, 64, 128, 128, 128, 128), (1, 1, 2, 2, 1, 1, 1), first_output=3)
        self.head = Head(ours.backbone.out_channels, 4, len(SceneDataset.class_names))
        self.anchors = torch.from_numpy(ours.anchors)
        transform = ours.transform
        self.mean, self.std = (
            torch.tensor(values)[:, None, None] for values in (transform.image_mean, transform.image_std)
        )
        self.settings = ours
        self.matcher, self.coder = SSDMatcher(0.5), BoxCoder(DELTA_WEIGHTS)
        load(self, given)

    def forward(self, images: list[torch.Tensor]) -> tuple[torch.Tensor, torch.Tensor]:
        """Return logits (N, A, K) and deltas (N, A, 4)."""
        features = self.backbone((torch.stack(images) - self.mean) / self.std)
        return self.head.classification_head(features), self.head.regression_head(features)

    def losses(self, images: list[torch.Tensor], targets: list[dict[str, torch.Tensor]]) -> dict[str, Any]:
        """Return the MultiBox loss with hard negatives mined, three for each positive."""
        logits, deltas = self(images)
        labels, target_deltas = self._encode(targets)
        positive = labels > 0
        entropy = functional.cross_entropy(logits.transpose(1, 2), labels, reduction="none")
        with torch.no_grad():
            background = torch.where(positive, -torch.inf, -functional.log_softmax(logits, 2)[:, :, 0])
            rank = background.argsort(dim=1, descending=True).argsort(dim=1)
            hard = rank < 3 * positive.sum(dim=1, keepdim=True)
        count = positive.sum().clamp(min=1)
        box = functional.smooth_l1_loss(deltas[positive], target_deltas[positive], reduction="sum")
        return {"classification": entropy[positive | hard].sum() / count, "box": box / count}

    def _encode(self, targets: list[dict[str, torch.Tensor]]) -> tuple[torch.Tensor, torch.Tensor]:
        labels = torch.zeros(len(targets), len(self.anchors), dtype=torch.int64)
        deltas = torch.zeros(len(targets), len(self.anchors), 4)
        for n, target in enumerate(targets):
            matches = self.matcher(ops.box_iou(target["boxes"], self.anchors))
            positive = matches >= 0
            labels[n, positive] = target["labels"][matches[positive]]
            matched = target["boxes"][matches[positive]]
            deltas[n, positive] = self.coder.encode_single(matched, self.anchors[positive])
        return labels, deltas

    def predict(self, image: torch.Tensor) -> dict[str, torch.Tensor]:
        """Return the detections of an image, as torchvision's SSD selects them."""
        logits, deltas = self([image])
        scores = functional.softmax(logits[0], dim=1)
        boxes = self.coder.decode_single(deltas[0], self.anchors)
        boxes = ops.clip_boxes_to_image(boxes, (self.settings.size, self.settings.size))
        candidates = []
        for label in range(1, scores.shape[1]):
            above = torch.where(scores[:, label] > self.settings.score_thresh)[0]
            best, order = scores[above, label].topk(min(self.settings.max_candidates, len(above)))
            candidates.append((boxes[above[order]], best, torch.full_like(order, label)))
        boxes, kept_scores, labels = map(torch.cat, zip(*candidates, strict=True))
        kept = ops.batched_nms(boxes, kept_scores, labels, self.settings.nms_thresh)
        kept = kept[: self.settings.max_detections]
        return {"boxes": boxes[kept], "scores": kept_scores[kept], "labels": labels[kept]}


def tiny_ssd_step(given: Inputs) -> Callable[[], dict[str, float]]:
    """Return one step of training the tiny SSD."""
    net = TinySSD(given)
    images = [torch.from_numpy(image) for image in given["images"]]
    targets = [{name: torch.from_numpy(value) for name, value in each.items()} for each in given["targets"]]
    decayed = [parameter for parameter in net.parameters() if parameter.ndim > 1]
    others = [parameter for parameter in net.parameters() if parameter.ndim == 1]
    recipe = tiny_ssd.RECIPE
    optimizer = torch.optim.SGD(
        [{"params": decayed, "weight_decay": recipe.weight_decay}, {"params": others}],
        tiny_ssd.LEARNING_RATE,
        momentum=recipe.momentum,
    )

    def step() -> dict[str, float]:
        optimizer.zero_grad()
        losses = net.losses(images, targets)
        sum(losses.values()).backward()
        nn.utils.clip_grad_norm_(net.parameters(), recipe.clip_norm)
        optimizer.step()
        return {name: loss.item() for name, loss in losses.items()}

    return step


def tiny_ssd_detections(given: Inputs) -> Callable[[], dict[str, torch.Tensor]]:
    """Return the detection of objects in the first image."""
    net = TinySSD(given).eval()
    image = torch.from_numpy(given["images"][0])

    def predict() -> dict[str, torch.Tensor]:
        with torch.inference_mode():
            return net.predict(image)

    return predict
