"""Optimizers, learning-rate schedules, checkpoints, and the loop that trains every model."""

from scratchcv.training.adam import Adam
from scratchcv.training.checkpoint import load_checkpoint, model_state, previous_path, save_checkpoint
from scratchcv.training.clip_grad_norm import clip_grad_norm
from scratchcv.training.interrupt import Interrupted
from scratchcv.training.optimizer import Optimizer
from scratchcv.training.schedule import Schedule, constant, cosine, step_decay, warm_up
from scratchcv.training.sgd import SGD
from scratchcv.training.trainer import DivergedError, Trainer

__all__ = [
    "SGD",
    "Adam",
    "DivergedError",
    "Interrupted",
    "Optimizer",
    "Schedule",
    "Trainer",
    "clip_grad_norm",
    "constant",
    "cosine",
    "load_checkpoint",
    "model_state",
    "previous_path",
    "save_checkpoint",
    "step_decay",
    "warm_up",
]
