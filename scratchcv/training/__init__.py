"""Optimizers, learning-rate schedules, checkpoints, and the loop that trains every model."""

from scratchcv.training.adam import Adam
from scratchcv.training.checkpoint import load_checkpoint, model_state, previous_path, save_checkpoint
from scratchcv.training.clip_grad_norm import clip_grad_norm
from scratchcv.training.compare_starts import STARTS, Comparison, compare_starts
from scratchcv.training.copy_weights import CopiedWeights, copy_matching_weights
from scratchcv.training.evaluate import Evaluation, evaluate_detector, predict_dataset
from scratchcv.training.fine_tune import frozen_by_design, frozen_layers, learning_rate_factors
from scratchcv.training.interrupt import Interrupted
from scratchcv.training.load_detector import load_detector
from scratchcv.training.memory import keep_freed_memory
from scratchcv.training.optimizer import Optimizer
from scratchcv.training.pretrained import backbone_name, copy_backbone, load_backbone
from scratchcv.training.recipe import Recipe, train_detector
from scratchcv.training.recipes import RECIPES
from scratchcv.training.schedule import Schedule, constant, cosine, step_decay, warm_up
from scratchcv.training.sgd import SGD
from scratchcv.training.stage_seconds import stage_seconds
from scratchcv.training.trainer import DivergedError, Trainer

__all__ = [
    "RECIPES",
    "SGD",
    "STARTS",
    "Adam",
    "Comparison",
    "CopiedWeights",
    "DivergedError",
    "Evaluation",
    "Interrupted",
    "Optimizer",
    "Recipe",
    "Schedule",
    "Trainer",
    "backbone_name",
    "clip_grad_norm",
    "compare_starts",
    "constant",
    "copy_backbone",
    "copy_matching_weights",
    "cosine",
    "evaluate_detector",
    "frozen_by_design",
    "frozen_layers",
    "keep_freed_memory",
    "learning_rate_factors",
    "load_backbone",
    "load_checkpoint",
    "load_detector",
    "model_state",
    "predict_dataset",
    "previous_path",
    "save_checkpoint",
    "stage_seconds",
    "step_decay",
    "train_detector",
    "warm_up",
]
