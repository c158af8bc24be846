"""Sheet 3, losses: smooth L1, hinge, focal, hard negatives, RPN, MultiBox, YOLO v1."""
