"""The quick expectation of each price knows nothing of the price itself."""

import numpy as np
import pytest

from kazyna.valuation import quick_hedonic
from kazyna.valuation.columns import read_sales
from valuation.markets import COLUMNS, invented, replaced


def test_residuals_are_the_noise_and_the_level_is_the_market() -> None:
    sales = read_sales(invented(800, growth=0.2, noise=0.1), COLUMNS, source="sales")
    found = quick_hedonic(sales)
    assert float(np.std(found.residual)) == pytest.approx(0.1, rel=0.15)
    assert float(np.median(found.spread)) == pytest.approx(0.1, rel=0.25)
    early, late = found.level[sales.day.argmin()], found.level[sales.day.argmax()]
    assert late - early == pytest.approx(0.2, abs=0.06)


def test_a_wrong_price_shows_in_its_own_residual_alone() -> None:
    table = invented(300, 2)
    paid = np.array(table["paid"]).astype(float)
    before = quick_hedonic(read_sales(table, COLUMNS, source="sales"))
    paid[17] *= 10
    after = quick_hedonic(read_sales(replaced(table, "paid", paid), COLUMNS, source="sales"))
    moved = after.residual - before.residual
    assert moved[17] == pytest.approx(np.log(10), abs=0.1)
    assert np.abs(np.delete(moved, 17)).max() < 0.12
    assert np.abs(np.delete(moved, 17)).mean() < 0.02


def test_the_spread_is_wider_where_prices_are_mixed() -> None:
    table = invented(1000, 3, noise=0.05)
    east = np.array(table["x"]) > 74.6
    noise = np.random.default_rng(0).normal(0, 0.4, 1000)
    paid = np.array(table["paid"]) * np.exp(np.where(east, noise, 0))
    found = quick_hedonic(read_sales(replaced(table, "paid", paid), COLUMNS, source="sales"))
    assert np.median(found.spread[east]) > 1.5 * np.median(found.spread[~east])


def test_the_seed_decides_the_folds() -> None:
    sales = read_sales(invented(200), COLUMNS, source="sales")
    one, again, other = (quick_hedonic(sales, seed=seed).residual for seed in (0, 0, 1))
    assert (one == again).all()
    assert not (one == other).all()
