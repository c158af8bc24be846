"""Make `coco.npz`: random data sets and what pycocotools says of them.

Run ``python tests/golden/make_coco.py`` where pycocotools is installed. There the tests also draw further
data sets from `random_data` and compare live.
"""

import contextlib
import io
import json
from pathlib import Path

import numpy as np

FILE = Path(__file__).with_name("coco.npz")


def random_data(seed):
    """Draw predictions and targets of a data set that holds what is hard about COCO's metrics.

    Boxes on a coarse grid tie in IoU and reach thresholds exactly; scores with one decimal tie; images and
    classes may be without truths, without detections, or without both; an image may have over 100 detections
    of a class; truths may be crowds, with areas of their own, of all sizes.
    """
    rng = np.random.default_rng(seed)
    grid = rng.choice([0.25, 1.0, 10.0])
    many = seed % 8 == 1
    number_of_classes = 1 if many else int(rng.integers(1, 5))
    detections_most = 400 if many else int(rng.choice([0, 5, 12, 60]))
    truths_most, crowd_share = (
        int(rng.choice([0, 1, 4, 15], p=[0.05, 0.25, 0.4, 0.3])),
        rng.choice([0, 0, 0.3]),
    )
    predictions, targets = [], []
    for _ in range(2 if many else int(rng.integers(0, 9))):
        truths = _random_boxes(rng, int(rng.integers(0, truths_most + 1)), grid)
        target = {
            "boxes": truths,
            "labels": rng.integers(1, number_of_classes + 1, len(truths)),
            "crowd": rng.random(len(truths)) < crowd_share,
        }
        if seed % 3 == 0:
            target["area"] = np.round(np.prod(truths[:, 2:] - truths[:, :2], axis=1) * rng.uniform(0.3, 1), 1)
        free = _random_boxes(rng, int(rng.integers(0, detections_most + 1)), grid)
        near = (
            truths[rng.integers(0, len(truths), int(rng.integers(0, 4 * len(truths))))]
            if len(truths)
            else truths
        )
        near = near + rng.integers(-2, 3, near.shape) * grid
        near[:, 2:] = np.maximum(near[:, 2:], near[:, :2])
        boxes = np.concatenate([free, near])
        predictions.append(
            {
                "boxes": boxes,
                "scores": np.round(rng.random(len(boxes)), int(rng.choice([1, 2, 16]))),
                "labels": rng.integers(1, number_of_classes + 2, len(boxes)),
            }
        )
        targets.append(target)
    return predictions, targets


def _random_boxes(rng, count, grid):
    top_left = rng.integers(0, 40, (count, 2)) * 5.0
    sides = np.ceil(10 ** rng.uniform(0.3, 2.2, (count, 2)) / grid) * grid
    return np.concatenate([top_left, top_left + sides], axis=1)


def evaluate_with_pycocotools(predictions, targets):
    """Return precision (T, R, K, A, M), recall (T, K, A, M) and the twelve numbers, all by pycocotools."""
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    truth, results, labels = COCO(), [], set()
    annotations = []
    for image, (prediction, target) in enumerate(zip(predictions, targets, strict=True)):
        crowd = target.get("crowd", np.zeros(len(target["boxes"]), bool))
        for i, (box, label) in enumerate(zip(target["boxes"], target["labels"], strict=True)):
            x1, y1, x2, y2 = (float(value) for value in box)
            annotations.append(
                {
                    "id": len(annotations) + 1,
                    "image_id": image,
                    "category_id": int(label),
                    "bbox": [x1, y1, x2 - x1, y2 - y1],
                    "area": float(target["area"][i]) if "area" in target else (x2 - x1) * (y2 - y1),
                    "iscrowd": int(crowd[i]),
                }
            )
        columns = (prediction["boxes"], prediction["labels"], prediction["scores"])
        for box, label, score in zip(*columns, strict=True):
            x1, y1, x2, y2 = (float(value) for value in box)
            bbox = [x1, y1, x2 - x1, y2 - y1]
            results.append(
                {"image_id": image, "category_id": int(label), "bbox": bbox, "score": float(score)}
            )
        labels |= {int(label) for label in (*target["labels"], *prediction["labels"])}
    truth.dataset = {
        "images": [{"id": image} for image in range(len(targets))],
        "annotations": annotations,
        "categories": [{"id": label} for label in sorted(labels)],
    }
    with contextlib.redirect_stdout(io.StringIO()):
        truth.createIndex()
        found = truth.loadRes(results) if results else _no_detections(truth)
        evaluation = COCOeval(truth, found, "bbox")
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    return evaluation.eval["precision"], evaluation.eval["recall"], np.asarray(evaluation.stats)


def _no_detections(truth):
    """Return an empty result set, which `loadRes` refuses to make."""
    from pycocotools.coco import COCO

    found = COCO()
    found.dataset = {**truth.dataset, "annotations": []}
    found.createIndex()
    return found


def pack(name, annotations):
    """Join the columns of all images; coordinates are multiples of 1/4, exact in float32."""
    packed = {f"{name}_counts": np.array([len(each["boxes"]) for each in annotations], np.int64)}
    for key in annotations[0] if annotations else ():
        column = np.concatenate([each[key] for each in annotations])
        small = {"boxes": np.float32, "labels": np.int8}.get(key, column.dtype)
        assert np.array_equal(column.astype(small), column)
        packed[f"{name}_{key}"] = column.astype(small)
    return packed


def unpack(name, packed):
    """Return what `pack` was given."""
    ends = np.cumsum(packed[f"{name}_counts"])
    prefix, columns = f"{name}_", {}
    for key in packed:
        if key.startswith(prefix) and key != f"{name}_counts":
            columns[key.removeprefix(prefix)] = np.split(packed[key], ends[:-1])
    return [{key: column[image] for key, column in columns.items()} for image in range(len(ends))]


def main():
    golden = {}
    for seed in range(24):
        predictions, targets = random_data(seed)
        precision, recall, stats = evaluate_with_pycocotools(predictions, targets)
        entry = {**pack("predictions", predictions), **pack("targets", targets)}
        entry |= {"stats": stats, "recall": recall, "precision_sum": precision.sum(axis=1)}
        golden |= {f"{seed}/{key}": value for key, value in entry.items()}
    np.savez_compressed(FILE, **golden)
    print(json.dumps({"file": FILE.name, "bytes": FILE.stat().st_size}))


if __name__ == "__main__":
    main()
