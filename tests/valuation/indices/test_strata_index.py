"""An index for each part of a market: its own movement where sales prove it, else the market's."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from kazyna.valuation import StratumIndex, fit
from kazyna.valuation.indices.price_index import PriceIndex, steps_of
from kazyna.valuation.indices.strata_index import stratum_indices
from valuation.markets import AS_OF, COLUMNS, invented, replaced

DAYS = 730
LAST = 20_088
"""The last day of 2024, in days since 1970."""


def market(
    sizes: tuple[int, ...], rises: tuple[float, ...], *, seed: int = 1, again: float = 0.0
) -> tuple[StratumIndex, ...]:
    """Strata of these sizes that rise by so much beside a market that stands still."""
    random = np.random.default_rng(seed)
    stratum = np.repeat(np.arange(len(sizes)), sizes)
    day = LAST - random.integers(0, DAYS, len(stratum))
    owner = np.arange(len(stratum))
    fixed = random.normal(0, 0.1 * again, len(stratum))
    if again:
        owner //= 2
        fixed = fixed[owner]
    noise = random.normal(0, 0.1 * np.sqrt(1 - again**2), len(stratum))
    years = (day - LAST) / DAYS
    residual = np.array(rises)[stratum] * years + fixed + noise
    return stratum_indices(
        residual - residual.mean(),
        day=day,
        owner=owner,
        stratum=[(f"s{at}", np.flatnonzero(stratum == at)) for at in range(len(sizes))],
        index=still(day),
        as_of=LAST,
    )


def still(day: np.ndarray) -> PriceIndex:
    """Return the index of a market that does not move."""
    _, middles, step_days = steps_of(day)
    none = np.zeros(len(middles))
    return PriceIndex(middles, none, none, 0.0, 0.0, step_days, np.zeros(4))


def test_strata_that_move_are_followed_and_thin_ones_are_drawn_to_the_market() -> None:
    rich, other, flat, thin = market((3000, 3000, 3000, 8), (0.2, -0.2, 0.0, 0.2))
    for stratum, rise in ((rich, 0.2), (other, -0.2), (flat, 0.0)):
        change, low, high = stratum.change()
        assert low < change < high
        assert change == pytest.approx(np.expm1(rise), abs=0.04)
    assert abs(thin.change()[0]) < abs(rich.change()[0])
    assert thin.own < rich.own
    assert thin.change()[2] - thin.change()[1] > rich.change()[2] - rich.change()[1]


def test_strata_that_do_not_differ_have_the_markets_index() -> None:
    for stratum in market((800, 800, 20), (0.0, 0.0, 0.0)):
        assert stratum.change()[0] == pytest.approx(0, abs=0.02)
        assert stratum.own < 0.5


def test_nine_intervals_of_ten_hold_the_truth() -> None:
    held = []
    for seed in range(15):
        random = np.random.default_rng(seed)
        stratum, count = np.repeat(np.arange(6), 150), 900
        day = LAST - random.integers(0, DAYS, count)
        walk = np.cumsum(random.normal(0, 0.08 / np.sqrt(365), (6, DAYS)), axis=1)
        true = walk[stratum, day - (LAST - DAYS) - 1]
        found = stratum_indices(
            true + random.normal(0, 0.1, count), day=day, owner=np.arange(count),
            stratum=[(f"{at}", np.flatnonzero(stratum == at)) for at in range(6)],
            index=still(day), as_of=LAST,
        )  # fmt: skip
        for at, each in enumerate(found):
            _, low, high = each.change()
            first = max((each.points[0].date - date(1970, 1, 1)).days - (LAST - DAYS) - 1, 0)
            held.append(low <= np.expm1(walk[at, -1] - walk[at, first]) <= high)
    assert 0.82 < np.mean(held) < 0.98


def test_repeat_sales_make_an_index_surer() -> None:
    once = market((400, 400), (0.1, -0.1), again=0.0)
    twice = market((400, 400), (0.1, -0.1), again=0.9)
    assert twice[0].repeated == 400
    assert once[0].repeated == 0
    width = [each[0].change()[2] - each[0].change()[1] for each in (once, twice)]
    assert width[1] < 0.95 * width[0]


def test_a_model_tells_of_the_strata_that_are_named() -> None:
    table = invented(90)  # too few for trees, and so quick
    place = np.where(np.array(table["x"]) > 74.6, "east", "west")
    model = fit(
        replaced(table, "side", place), columns=replace(COLUMNS, stratum="side"), as_of=AS_OF
    )
    strata = model.summary().strata
    assert strata.column == "side"
    assert [each.name for each in strata.each] == ["east", "west"]
    assert sum(each.sales for each in strata.each) == 90
    assert strata.each[0].points[-1].level == pytest.approx(1)


def test_one_stratum_is_the_market_itself() -> None:
    assert market((100,), (0.1,)) == ()


def test_a_long_history_is_followed_in_longer_steps() -> None:
    random = np.random.default_rng(2)
    day = LAST - random.integers(0, 3650, 3000)
    stratum = np.arange(3000) % 2
    residual = np.where(stratum == 0, 0.2, -0.2) * (day - LAST) / 3650
    rich, other = stratum_indices(
        residual + random.normal(0, 0.1, 3000), day=day, owner=np.arange(3000),
        stratum=[("up", np.flatnonzero(stratum == 0)), ("down", np.flatnonzero(stratum == 1))],
        index=still(day), as_of=LAST,
    )  # fmt: skip
    assert rich.change()[0] == pytest.approx(np.expm1(0.2), abs=0.05)
    assert other.change()[0] == pytest.approx(np.expm1(-0.2), abs=0.05)
