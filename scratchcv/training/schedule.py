"""Learning-rate schedules: functions from the step, counted from 0, to the learning rate."""

import bisect
import math
from collections.abc import Callable, Iterable

from scratchcv.training.optimizer import check_not_negative

Schedule = Callable[[int], float]
"""A pure function of the step, so a resumed training needs nothing but its step."""


def constant(lr: float) -> Schedule:
    """Keep the learning rate: a horizontal line.

    Parameters
    ----------
    lr : float
        The learning rate of every step.

    Returns
    -------
    Schedule
        From step to learning rate.

    Raises
    ------
    ValueError
        When `lr` is negative or not finite.

    Examples
    --------
    >>> constant(0.1)(1000)
    0.1
    """
    lr = check_not_negative("lr", lr)
    return lambda step: lr


def step_decay(lr: float, milestones: Iterable[int], gamma: float = 0.1) -> Schedule:
    r"""Multiply the learning rate by `gamma` at each milestone: a staircase going down.

    .. math:: \eta(k) = \eta_0 \, \gamma^{\#\{m : m \le k\}}

    Parameters
    ----------
    lr : float
        The learning rate η₀ before the first milestone.
    milestones : iterable of int
        Steps m at which a stair begins; any order.
    gamma : float
        Factor from one stair to the next.

    Returns
    -------
    Schedule
        From step to learning rate.

    Raises
    ------
    ValueError
        When `lr` or `gamma` is negative or not finite.

    Notes
    -----
    PyTorch's ``MultiStepLR``: the milestone itself already has the lower rate.

    Examples
    --------
    >>> schedule = step_decay(1.0, [80, 100], gamma=0.5)
    >>> [schedule(step) for step in (79, 80, 99, 100)]
    [1.0, 0.5, 0.5, 0.25]
    """
    lr, gamma = check_not_negative("lr", lr), check_not_negative("gamma", gamma)
    stairs = sorted(milestones)
    return lambda step: lr * gamma ** bisect.bisect_right(stairs, step)


def cosine(lr: float, total_steps: int, final: float = 0.0) -> Schedule:
    r"""Let the learning rate fall along half a cosine: flat at first, steepest half-way, flat at the end.

    .. math:: \eta(k) = \eta_T + \tfrac12 (\eta_0 - \eta_T) (1 + \cos(\pi k / T))

    Parameters
    ----------
    lr : float
        The learning rate η₀ of step 0.
    total_steps : int
        Steps T after which `final` is reached; it stays there.
    final : float
        The learning rate η_T of step T.

    Returns
    -------
    Schedule
        From step to learning rate.

    Raises
    ------
    ValueError
        When `lr` or `final` is negative or not finite, or `total_steps` is below 1.

    Notes
    -----
    PyTorch's ``CosineAnnealingLR``, which rises again after `total_steps` where this stays.

    References
    ----------
    Loshchilov, Hutter, "SGDR: stochastic gradient descent with warm restarts", 2017, equation 5.

    Examples
    --------
    >>> schedule = cosine(1.0, total_steps=100)
    >>> [round(schedule(step), 3) for step in (0, 50, 100, 200)]
    [1.0, 0.5, 0.0, 0.0]
    """
    lr, final = check_not_negative("lr", lr), check_not_negative("final", final)
    if total_steps < 1:
        raise ValueError(f"total_steps must be at least 1, got {total_steps}")

    def schedule(step: int) -> float:
        progress = min(step / total_steps, 1.0)
        return final + 0.5 * (lr - final) * (1 + math.cos(math.pi * progress))

    return schedule


def warm_up(schedule: Schedule, steps: int, start: float = 1e-3) -> Schedule:
    r"""Put a linear ramp before another schedule: a rise from almost nothing, then the schedule itself.

    .. math:: \eta(k) = \left(s + (1 - s) \min(k / K, 1)\right) \cdot \text{schedule}(k)

    Parameters
    ----------
    schedule : Schedule
        What to warm up to; it counts its steps from the beginning of the ramp.
    steps : int
        Length K of the ramp; step K is the first with the full learning rate. 0 is no ramp.
    start : float
        Factor s of step 0, in [0, 1].

    Returns
    -------
    Schedule
        From step to learning rate.

    Raises
    ------
    ValueError
        When `steps` is negative or `start` lies outside [0, 1].

    Notes
    -----
    PyTorch's ``LinearLR`` multiplied with another schedule, with the start factor of torchvision's detection
    training. A fresh network's first gradients are large and point anywhere: small steps until that is over.

    References
    ----------
    Goyal et al., "Accurate, large minibatch SGD: training ImageNet in 1 hour", 2017, section 2.2.

    Examples
    --------
    >>> schedule = warm_up(step_decay(1.0, [6], gamma=0.5), steps=4, start=0.0)
    >>> [schedule(step) for step in range(8)]
    [0.0, 0.25, 0.5, 0.75, 1.0, 1.0, 0.5, 0.5]
    """
    if steps < 0:
        raise ValueError(f"steps must be at least 0, got {steps}")
    if not 0 <= start <= 1:
        raise ValueError(f"start must lie in [0, 1], got {start}")

    def warmed(step: int) -> float:
        ramp = start + (1 - start) * step / steps if step < steps else 1.0
        return ramp * schedule(step)

    return warmed
