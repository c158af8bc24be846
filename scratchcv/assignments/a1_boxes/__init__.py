"""Sheet 1, boxes: convert, IoU, NMS, deltas, anchors, matching, average precision."""
