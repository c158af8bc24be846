"""Make `coco.npz`, `coco_masks.npz`, `coco_keypoints.npz`: random data sets, judged by pycocotools.

Run ``python tests/golden/make_coco.py`` where pycocotools is installed. There the tests also draw further
data sets from `random_data`, `random_masks` and `random_keypoints` and compare live.
"""

import contextlib
import io
import json
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
POINTS = 17


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


def random_masks(seed):
    """Draw predictions and targets with masks: rectangles, ellipses, noise, nothing, and near copies.

    Sizes of images differ; few have objects of COCO's middle size, so areas of their own stand in for others.
    """
    rng = np.random.default_rng(seed)
    number_of_classes = int(rng.integers(1, 4))
    most, detections_most = int(rng.choice([0, 2, 6])), int(rng.choice([0, 3, 12]))
    many = seed % 16 == 1
    predictions, targets = [], []
    for _ in range(int(rng.integers(0, 6))):
        size = rng.integers(1, 24, 2) if seed % 4 else rng.integers(60, 140, 2)
        truths = _random_masks(rng, int(rng.integers(0, most + 1)), size)
        target = {
            "masks": truths,
            "labels": rng.integers(1, number_of_classes + 1, len(truths)),
            "crowd": rng.random(len(truths)) < rng.choice([0, 0.3]),
        }
        if seed % 3 == 0:
            target["area"] = np.round(truths.sum(axis=(1, 2)) * rng.uniform(0.5, 60), 1)
        near = [
            np.roll(truths[row], rng.integers(-1, 2, 2), (0, 1))
            for row in rng.integers(0, max(len(truths), 1), int(rng.integers(0, 4 * len(truths) + 1)))
        ]
        free = _random_masks(rng, 130 if many else int(rng.integers(0, detections_most + 1)), size)
        masks = np.concatenate([free, np.array(near, bool).reshape(-1, *size)])
        order = rng.permutation(len(masks))
        predictions.append(
            {
                "masks": masks[order],
                "scores": np.round(rng.random(len(masks)), int(rng.choice([1, 2, 16]))),
                "labels": rng.integers(1, 2 if many else number_of_classes + 2, len(masks)),
            }
        )
        targets.append(target)
    return predictions, targets


def _random_masks(rng, count, size):
    """Draw masks (count, H, W), some of them empty."""
    y, x = np.mgrid[: size[0], : size[1]]
    masks = np.zeros((count, *size), bool)
    for row in range(count):
        centre, radius = rng.uniform(0, size), rng.uniform(0.3, 0.7 * np.maximum(size, 2))
        dy, dx = (y - centre[0]) / radius[0], (x - centre[1]) / radius[1]
        kind = rng.choice(["rectangle", "ellipse", "noise"], p=[0.5, 0.4, 0.1])
        masks[row] = dx**2 + dy**2 < 1 if kind == "ellipse" else np.maximum(abs(dx), abs(dy)) < 1
        if kind == "noise":
            masks[row] &= rng.random(size) < 0.5
    return masks


def random_keypoints(seed):
    """Draw predictions and targets with keypoints: near and far, exact and tied, partly and wholly hidden."""
    rng = np.random.default_rng(seed)
    number_of_classes = int(rng.integers(1, 3))
    most, free = int(rng.choice([0, 1, 3, 8])), int(rng.choice([0, 2, 5]))
    many = seed % 8 == 1
    predictions, targets = [], []
    for _ in range(int(rng.integers(0, 7))):
        boxes = _random_boxes(rng, int(rng.integers(0, most + 1)), 1.0)
        corner, sides = boxes[:, None, :2], (boxes[:, 2:] - boxes[:, :2])[:, None]
        points = corner + np.round(4 * sides * rng.random((len(boxes), POINTS, 2))) / 4
        seen = rng.choice([0, 1, 2], (len(boxes), POINTS, 1), p=[0.4, 0.2, 0.4])
        seen[rng.random(len(boxes)) < rng.choice([0, 0.4])] = 0
        target = {
            "keypoints": np.concatenate([points, seen], axis=2) * (seen > 0),
            "boxes": boxes,
            "labels": rng.integers(1, number_of_classes + 1, len(boxes)),
            "crowd": rng.random(len(boxes)) < rng.choice([0, 0.3]),
        }
        if seed % 4:
            target["area"] = np.round(np.prod(sides[:, 0], axis=1) * rng.uniform(0.3, 1), 1)
        copies = rng.integers(
            0, max(len(boxes), 1), int(rng.integers(0, (12 if many else 4) * len(boxes) + 1))
        )
        error = sides[copies] * rng.choice([0, 0.02, 0.1]) * rng.standard_normal((len(copies), POINTS, 2))
        near = points[copies] + np.round(4 * error) / 4
        far = np.round(800 * rng.random((int(rng.integers(0, free + 1)), POINTS, 2))) / 4
        found = np.concatenate([near, far])
        predictions.append(
            {
                "keypoints": np.concatenate([found, np.ones((len(found), POINTS, 1))], axis=2),
                "scores": np.round(rng.random(len(found)), int(rng.choice([1, 2, 16]))),
                "labels": rng.integers(1, 2 if many else number_of_classes + 2, len(found)),
            }
        )
        targets.append(target)
    return predictions, targets


DRAW = {"bbox": random_data, "segm": random_masks, "keypoints": random_keypoints}


def evaluate_with_pycocotools(predictions, targets, iou_type="bbox", sigmas=None):
    """Return precision (T, R, K, A, M), recall (T, K, A, M) and the twelve or ten numbers, by pycocotools."""
    from pycocotools.cocoeval import COCOeval

    truth, found = as_pycocotools(predictions, targets, iou_type)
    with contextlib.redirect_stdout(io.StringIO()):
        evaluation = COCOeval(truth, found, iou_type)
        if sigmas is not None:
            evaluation.params.kpt_oks_sigmas = sigmas
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    return evaluation.eval["precision"], evaluation.eval["recall"], np.asarray(evaluation.stats)


def as_pycocotools(predictions, targets, iou_type):
    """Return the truths and the results as pycocotools' COCO objects, indexed."""
    from pycocotools.coco import COCO

    truth, results, labels = COCO(), [], set()
    annotations = []
    for image, (prediction, target) in enumerate(zip(predictions, targets, strict=True)):
        for row, label in enumerate(target["labels"].tolist()):
            annotations.append(
                {
                    "id": len(annotations) + 1,
                    "image_id": image,
                    "category_id": label,
                    "iscrowd": int(target.get("crowd", np.zeros(row + 1))[row]),
                    **_described(target, row, iou_type),
                }
            )
            if "area" in target:
                annotations[-1]["area"] = float(target["area"][row])
        for row, label in enumerate(prediction["labels"].tolist()):
            found = _described(prediction, row, iou_type)
            kept = {"bbox": "bbox", "segm": "segmentation", "keypoints": "keypoints"}[iou_type]
            score = float(prediction["scores"][row])
            results.append({"image_id": image, "category_id": label, "score": score, kept: found[kept]})
        labels |= {*target["labels"].tolist(), *prediction["labels"].tolist()}
    sizes = [each["masks"].shape[1:] if "masks" in each else (0, 0) for each in targets]
    truth.dataset = {
        "images": [{"id": i, "height": int(h), "width": int(w)} for i, (h, w) in enumerate(sizes)],
        "annotations": annotations,
        "categories": [{"id": label} for label in sorted(labels)],
    }
    with contextlib.redirect_stdout(io.StringIO()):
        truth.createIndex()
        found = truth.loadRes(results) if results else _no_detections(truth)
    return truth, found


def _described(annotations, row, iou_type):
    """Return an object in COCO's words: bbox, segmentation, keypoints, and an area."""
    words = {}
    if iou_type != "segm" and "boxes" in annotations:
        x1, y1, x2, y2 = annotations["boxes"][row].tolist()
        words = {"bbox": [x1, y1, x2 - x1, y2 - y1], "area": (x2 - x1) * (y2 - y1)}
    if iou_type == "segm":
        from pycocotools import mask

        mask_of_object = annotations["masks"][row]
        words["segmentation"] = mask.encode(np.asfortranarray(mask_of_object.astype(np.uint8)))
        words["area"] = float(mask_of_object.sum())
    if iou_type == "keypoints":
        points = annotations["keypoints"][row]
        words |= {"keypoints": points.ravel().tolist(), "num_keypoints": int((points[:, 2] > 0).sum())}
    return words


def _no_detections(truth):
    """Return an empty result set, which `loadRes` refuses to make."""
    from pycocotools.coco import COCO

    found = COCO()
    found.dataset = {**truth.dataset, "annotations": []}
    found.createIndex()
    return found


def pack(name, annotations):
    """Join the columns of all images, masks as bits; coordinates are multiples of 1/4, exact in float32."""
    packed = {f"{name}_counts": np.array([len(each["labels"]) for each in annotations], np.int64)}
    for key in annotations[0] if annotations else ():
        if key == "masks":
            packed[f"{name}_sizes"] = np.array([each[key].shape[1:] for each in annotations], np.int16)
            packed[f"{name}_masks"] = np.packbits(np.concatenate([each[key].ravel() for each in annotations]))
            continue
        column = np.concatenate([each[key] for each in annotations])
        small = {"boxes": np.float32, "keypoints": np.float32, "labels": np.int8}.get(key, column.dtype)
        assert np.array_equal(column.astype(small), column)
        packed[f"{name}_{key}"] = column.astype(small)
    return packed


def unpack(name, packed):
    """Return what `pack` was given."""
    counts = packed[f"{name}_counts"]
    prefix, columns = f"{name}_", {}
    for key in packed:
        if key.startswith(prefix) and key not in (f"{name}_counts", f"{name}_sizes"):
            columns[key.removeprefix(prefix)] = np.split(packed[key], np.cumsum(counts)[:-1])
    if "masks" in columns:
        shapes = [(int(n), *map(int, size)) for n, size in zip(counts, packed[f"{name}_sizes"], strict=True)]
        ends = np.cumsum([np.prod(shape) for shape in shapes])
        bits = np.unpackbits(packed[f"{name}_masks"], count=int(ends[-1])).astype(bool)
        parts = zip(np.split(bits, ends[:-1]), shapes, strict=True)
        columns["masks"] = [part.reshape(shape) for part, shape in parts]
    return [{key: column[image] for key, column in columns.items()} for image in range(len(counts))]


def main():
    files = {"bbox": "coco.npz", "segm": "coco_masks.npz", "keypoints": "coco_keypoints.npz"}
    for iou_type, name in files.items():
        golden = {}
        for seed in range(24 if iou_type == "bbox" else 16):
            predictions, targets = DRAW[iou_type](seed)
            precision, recall, stats = evaluate_with_pycocotools(predictions, targets, iou_type)
            entry = {**pack("predictions", predictions), **pack("targets", targets)}
            entry |= {"stats": stats, "recall": recall, "precision_sum": precision.sum(axis=1)}
            golden |= {f"{seed}/{key}": value for key, value in entry.items()}
        np.savez_compressed(HERE / name, **golden)
        print(json.dumps({"file": name, "bytes": (HERE / name).stat().st_size}))


if __name__ == "__main__":
    main()
