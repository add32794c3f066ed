"""The regression's short ways give what its columns and its normal equations written out give."""

import numpy as np
import pytest

from kazyna.valuation.features import Design
from kazyna.valuation.models import regression

SALES, PLACES = 400, 90


@pytest.fixture(scope="module")
def design() -> Design:
    random = np.random.default_rng(0)
    area = np.exp(random.normal(4, 0.6, SALES))
    rooms = random.integers(1, 6, SALES).astype(np.float64)
    kind = random.integers(0, 4, SALES).astype(np.float64)
    area[::13] = np.nan
    kind[::17] = np.nan
    return Design(
        np.column_stack([area, rooms, kind]),
        random.normal(0, 5, (SALES, 2)),
        np.arange(SALES).astype(str).astype(object),
        np.array([False, False, True]),
        np.zeros(3, dtype=np.bool_),
    )


@pytest.fixture(scope="module")
def target(design: Design) -> np.ndarray:
    area, rooms, _ = np.nan_to_num(design.values, nan=50.0).T
    noise = np.random.default_rng(1).normal(0, 0.1, SALES)
    return np.asarray(0.8 * np.log(area) + 0.05 * rooms + 0.01 * design.km[:, 0] + noise)


def fitted(
    design: Design, target: np.ndarray
) -> tuple[regression.Regression, np.ndarray, np.ndarray, np.ndarray]:
    basis = regression.basis_of(design)
    columns = regression.columns_of(basis, design)
    penalties = np.linspace(0.5, 3, columns.shape[1])
    weights = np.random.default_rng(2).uniform(0.3, 1, SALES)
    fold = np.arange(SALES) % 5
    whole, predicted, parts = regression.fit(
        basis, columns, target, weights=weights, penalties=penalties, fold=fold
    )
    return whole, predicted, parts, weights


def test_parts_are_the_columns_times_their_coefficients(design: Design, target: np.ndarray) -> None:
    whole, *_ = fitted(design, target)
    terms = (regression.columns_of(whole.basis, design) - whole.means) * whole.coefficients
    parts = whole.parts(design)
    for column in range(3):
        wanted = terms[:, whole.basis.owner == column].sum(axis=1)
        np.testing.assert_allclose(parts[:, column], wanted, atol=1e-12)
    np.testing.assert_allclose(
        parts[:, 3], terms[:, whole.basis.owner == regression.SURFACE].sum(axis=1), atol=1e-12
    )


def test_parts_are_level_far_beyond_what_was_sold(design: Design, target: np.ndarray) -> None:
    whole, *_ = fitted(design, target)
    odd = Design(
        np.array([[1e6, 3.0, 9.0], [1e9, 3.0, 9.0]]),
        np.full((2, 2), np.nan),
        np.array(["a", "b"], dtype=object),
        design.categories,
        design.rising,
    )
    large, larger = whole.parts(odd)
    np.testing.assert_allclose(large, larger, atol=1e-12)


def test_a_fold_is_predicted_by_a_fit_to_the_others(design: Design, target: np.ndarray) -> None:
    whole, predicted, _, weights = fitted(design, target)
    columns = regression.columns_of(whole.basis, design)
    held = np.arange(SALES) % 5 == 2
    rest = np.average(columns[~held], axis=0, weights=weights[~held])
    level = np.average(target[~held], weights=weights[~held])
    root = np.sqrt(weights[~held])[:, None]
    penalties = np.linspace(0.5, 3, columns.shape[1])
    tall = np.vstack([(columns[~held] - rest) * root, np.diag(np.sqrt(penalties))])
    wanted = np.append((target[~held] - level) * root[:, 0], np.zeros(len(penalties)))
    coefficients = np.linalg.lstsq(tall, wanted, rcond=None)[0]
    np.testing.assert_allclose(
        predicted[held], level + (columns[held] - rest) @ coefficients, atol=1e-8
    )


def test_of_very_many_levels_those_of_most_sales_have_effects() -> None:
    random = np.random.default_rng(3)
    codes = np.minimum(random.geometric(0.01, (4000, 5)), 300).astype(np.float64)
    design = Design(
        codes,
        random.normal(0, 5, (4000, 2)),
        np.arange(4000).astype(str).astype(object),
        np.ones(5, dtype=np.bool_),
        np.zeros(5, dtype=np.bool_),
    )
    curves = regression.basis_of(design).curves
    kept = [[(codes[:, c.column] == level).sum() for level in c.levels] for c in curves]
    assert 900 < sum(map(len, kept)) <= regression.LEVELS_TOTAL
    left = [
        (codes[:, c.column] == level).sum()
        for c in curves
        for level in set(codes[:, c.column]) - set(c.levels)
    ]
    assert max(left) <= min(min(each) for each in kept)
