"""The plane with the widest margin: the minimum, and other solvers of the same problem."""

import numpy as np
import pytest

from scratchcv.losses import linear_svm_loss
from scratchcv.models.rcnn_linear_svm_solver import INTERCEPT_SCALING, fit_linear_svm
from scratchcv.testing import assert_close, numerical_gradient


def two_clouds(count=200, features=6, seed=0, overlap=1.0):
    rng = np.random.default_rng(seed)
    targets = np.where(rng.random(count) < 0.3, 1, -1)
    return rng.standard_normal((count, features)) * overlap + 0.5 * targets[:, None], targets


def objective(plane, x, y, c, squared):
    """The loss as the library has it, and the bias's share of the norm."""
    losses, _ = linear_svm_loss(plane[None, :-1], plane[-1:], x, y[:, None], c=c, squared=squared)
    return sum(losses.values()) + 0.5 * (plane[-1] / INTERCEPT_SCALING) ** 2


@pytest.mark.parametrize("c", [1e-3, 1.0, 100.0])
def test_the_squared_hinge_has_no_slope_left(c):
    x, y = two_clouds()
    weight, bias = fit_linear_svm(x, y, c=c)
    _, (dweight, dbias) = linear_svm_loss(weight[None], [bias], x, y[:, None], c=c, squared=True)
    scale = 1 + np.abs(c * x.T @ y).max()
    assert_close(dweight, np.zeros_like(dweight), rtol=0, atol=1e-9 * scale)
    assert_close(dbias, [-bias / INTERCEPT_SCALING**2], rtol=0, atol=1e-9 * scale)


def test_the_slope_that_newton_follows_is_the_losses():
    x, y = two_clouds(40, 3)
    plane = np.array([0.3, -0.2, 0.1, 0.4])
    _, (dweight, dbias) = linear_svm_loss(plane[None, :-1], plane[-1:], x, y[:, None], c=2.0, squared=True)
    dbias = dbias + plane[-1] / INTERCEPT_SCALING**2
    measured = numerical_gradient(lambda at: objective(at, x, y, 2.0, True), plane)
    assert_close(np.append(dweight, dbias), measured, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("squared", [True, False])
def test_no_step_in_any_direction_leads_down(squared):
    x, y = two_clouds()
    weight, bias = fit_linear_svm(x, y, c=0.5, squared=squared)
    plane = np.append(weight, bias)
    best = objective(plane, x, y, 0.5, squared)
    rng = np.random.default_rng(1)
    for size in (0.1, 0.01):
        others = [objective(plane + size * rng.standard_normal(7), x, y, 0.5, squared) for _ in range(50)]
        assert min(others) > best * (1 - 1e-4)


@pytest.mark.parametrize(
    ("loss", "plane_atol", "loss_rtol"), [("squared_hinge", 1e-6, 1e-9), ("hinge", 5e-3, 1e-4)]
)
@pytest.mark.parametrize("c", [1e-2, 1.0])
def test_scikit_learns_linear_svc_finds_the_same_plane(loss, plane_atol, loss_rtol, c):
    svm = pytest.importorskip("sklearn.svm")
    x, y = two_clouds()
    theirs = svm.LinearSVC(
        C=c, loss=loss, intercept_scaling=INTERCEPT_SCALING, tol=1e-10, max_iter=1_000_000, random_state=0
    ).fit(x, y)
    weight, bias = fit_linear_svm(x, y, c=c, squared=loss == "squared_hinge")
    assert_close(weight, theirs.coef_[0], rtol=0, atol=plane_atol)
    assert_close([bias], theirs.intercept_, rtol=0, atol=plane_atol)
    pair = [np.append(weight, bias), np.append(theirs.coef_[0], theirs.intercept_)]
    ours, other = (objective(plane, x, y, c, loss == "squared_hinge") for plane in pair)
    assert ours <= other * (1 + loss_rtol)


def test_support_vectors_alone_give_the_same_plane():
    x, y = two_clouds()
    weight, bias = fit_linear_svm(x, y, c=1.0)
    support = y * (x @ weight + bias) < 1
    assert 0 < support.sum() < len(x)
    again = fit_linear_svm(x[support], y[support], c=1.0)
    assert_close(again[0], weight)
    assert_close(again[1], bias)


def test_a_step_is_ridge_regression_over_the_violators():
    """At the minimum w solves (I + 2C Σ x xᵀ) w = 2C Σ y x, the sums over violators, x with its 10."""
    x, y = two_clouds()
    weight, bias = fit_linear_svm(x, y, c=0.7)
    used = y * (x @ weight + bias) < 1
    with_bias = np.concatenate([x, np.full((len(x), 1), INTERCEPT_SCALING)], axis=1)[used]
    lhs = np.eye(7) / 1.4 + with_bias.T @ with_bias
    plane = np.linalg.solve(lhs, with_bias.T @ y[used])
    assert_close(np.append(weight, bias / INTERCEPT_SCALING), plane, rtol=1e-8)


def test_one_class_alone_and_no_samples():
    weight, bias = fit_linear_svm([[1.0, 0.0], [0.0, 1.0]], [-1, -1], c=10)
    assert (np.eye(2) @ weight + bias < 0).all()
    weight, bias = fit_linear_svm(np.zeros((0, 3)), np.zeros(0, np.int64))
    assert weight.tolist() == [0, 0, 0]
    assert bias == 0


def test_bad_input_is_named():
    with pytest.raises(ValueError, match="targets must be \\+1 or -1"):
        fit_linear_svm([[1.0]], [0])
    with pytest.raises(ValueError, match="c must be positive and finite, got 0"):
        fit_linear_svm([[1.0]], [1], c=0)
    with pytest.raises(ValueError, match=r"targets must have shape \(1,\), got \(2,\)"):
        fit_linear_svm([[1.0]], [1, -1])
