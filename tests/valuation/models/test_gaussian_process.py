"""The process finds smooth markets in few sales, tests itself honestly, and explains exactly."""

from itertools import combinations
from math import factorial

import numpy as np
import pytest

from kazyna.valuation.features import Design
from kazyna.valuation.models import gaussian_process, regression
from kazyna.valuation.models.gaussian_process import GaussianProcess

Fit = tuple[GaussianProcess, np.ndarray]


def design(sales: int, seed: int = 0) -> Design:
    """Two numbers (one with gaps), a category of three, and a place."""
    random = np.random.default_rng(seed)
    values = random.normal(size=(sales, 3))
    values[:, 2] = random.integers(0, 3, sales)
    values[random.random(sales) < 0.1, 1] = np.nan
    return Design(
        values,
        random.uniform(-5, 5, (sales, 2)),
        np.array([f"P{row}" for row in range(sales)], dtype=object),
        np.array([False, False, True]),
        np.zeros(3, dtype=np.bool_),
    )


def log_price(seen: Design) -> np.ndarray:
    """Characteristics and place that act together."""
    first, second, kind = np.nan_to_num(seen.values).T
    return np.asarray(
        12 + 0.3 * first + 0.2 * first * second + 0.2 * (kind == 1) + np.sin(seen.km[:, 0] / 3)
    )


def fitted(seen: Design, target: np.ndarray) -> Fit:
    basis = regression.basis_of(seen)
    fold = np.arange(len(target)) % 5
    return gaussian_process.fit(
        basis.curves, seen, target, weights=np.ones(len(target)), fold=fold, seed=0
    )


@pytest.fixture(scope="module")
def sales() -> Design:
    return design(120)


@pytest.fixture(scope="module")
def market(sales: Design) -> Fit:
    noise = np.random.default_rng(9).normal(0, 0.05, len(sales))
    return fitted(sales, log_price(sales) + noise)


def test_a_smooth_market_is_found_from_hundred_sales(market: Fit) -> None:
    unseen = design(500, seed=1)
    truth = log_price(unseen)
    error = np.abs(market[0].predict(unseen) - truth).mean()
    assert error < 0.35 * np.abs(truth - truth.mean()).mean()


def test_out_of_fold_predictions_know_nothing_of_their_fold(sales: Design) -> None:
    target = log_price(sales)
    held = np.arange(len(target)) % 5 == 2
    moved = np.where(held, target + 3.0, target)
    with pytest.MonkeyPatch.context() as patch:
        # One shape only, since the shape may be chosen by all sales.
        patch.setattr(gaussian_process, "LINEAR", (1.0,))
        patch.setattr(gaussian_process, "SMOOTH", (10.0,))
        patch.setattr(gaussian_process, "REACHES", (1.0,))
        patch.setattr(gaussian_process, "PLACE_WEIGHTS", (2.0,))
        one, other = fitted(sales, target)[1], fitted(sales, moved)[1]
    assert np.allclose(one[held], other[held], atol=1e-9)
    assert not np.allclose(one[~held], other[~held], atol=0.01)


def test_reasons_add_up_to_the_prediction(market: Fit) -> None:
    process, unseen = market[0], design(50, seed=2)
    parts = process.contributions(unseen)
    assert parts.shape == (50, 4)
    assert np.allclose(process.base + parts.sum(axis=1), process.predict(unseen), atol=1e-9)


def test_reasons_are_shapleys_values(market: Fit) -> None:
    """Written out by hand: every coalition takes the property's values, the rest the average's."""
    process, unseen = market[0], design(3, seed=3)
    owner, points = process.axes.owner, process.axes.points(unseen)

    def worth(point: np.ndarray, coalition: tuple[int, ...]) -> float:
        mixed = np.where(np.isin(owner, coalition), point, 0.0)
        square = ((mixed - process.carriers) ** 2).sum(axis=1)
        return float(mixed @ process.slope + np.exp(-0.5 * square / process.reach) @ process.pull)

    for point, found in zip(points, process.contributions(unseen), strict=True):
        for reason in range(4):
            others = [each for each in range(4) if each != reason]
            exact = sum(
                factorial(size) * factorial(3 - size) / factorial(4)
                * (worth(point, (*some, reason)) - worth(point, some))
                for size in range(4)
                for some in combinations(others, size)
            )  # fmt: skip
            assert found[reason] == pytest.approx(exact, abs=1e-9)


def test_what_is_unknown_is_taken_as_the_average(market: Fit) -> None:
    process = market[0]
    row = design(1, seed=4)
    nowhere = Design(row.values, np.full((1, 2), np.nan), row.owner, row.categories, row.rising)
    assert np.isfinite(process.predict(nowhere)).all()
    assert process.contributions(nowhere)[0, -1] != 0 or process.axes.scale_km == 1.0
