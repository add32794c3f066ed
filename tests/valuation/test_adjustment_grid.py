"""Comparables brought to the subject step by step; the steps add up and are the model's."""

from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kazyna.valuation import MarketModel, adjustment_grids, fit
from kazyna.valuation.adjustment_grid import ComparableSale, Explained, adjusted
from valuation.markets import AS_OF, COLUMNS, invented

NAMES = ("area", "location", "time")


def explained(value: int, **amounts: int) -> Explained:
    """A value and its reasons; the base is what they leave."""
    reasons = [{"reason": name, "amount": Decimal(each)} for name, each in amounts.items()]
    return Explained(Decimal(value), Decimal(value - sum(amounts.values())), reasons)


def sale(price: int, adjusted_price: int, *, level: float = 1.0, like: float = 1.0,
         told: Explained | None = None) -> ComparableSale:  # fmt: skip
    return ComparableSale(Decimal(price), Decimal(adjusted_price), like, level, told)


def test_each_step_is_what_the_subject_has_beside_the_comparable() -> None:
    subject = explained(1_200, area=200)
    smaller = explained(1_100, area=100)
    row, bare = adjusted(
        subject,
        [
            sale(1_000, 1_200, level=1 / 1.1, like=3, told=smaller),
            sale(1_000, 1_200, level=1 / 1.1, like=1),
        ],
    )
    # ln 1.1 of the market and ln(1.2 / 1.1) of the area, each times the logarithmic mean of both
    # prices, 200 / ln 1.2 = 1096.96
    assert row.time == 105
    assert row.characteristics == (("area", Decimal(95)),)
    assert row.rest == 0
    assert (row.weight, bare.weight) == (0.75, 0.25)
    assert bare.characteristics == (("area", Decimal(0)),)
    assert bare.time + bare.rest == 200


amounts = st.dictionaries(st.sampled_from(NAMES), st.integers(-40_000, 90_000), max_size=3)
values = st.builds(
    lambda value, parts: explained(value, **parts), st.integers(200_000, 900_000), amounts
)
sales = st.builds(
    sale,
    st.integers(1, 2_000_000),
    st.integers(1, 2_000_000),
    level=st.floats(0.2, 3),
    like=st.floats(0, 1),
    told=st.none() | values,
)  # fmt: skip


@given(values, st.lists(sales, max_size=6))
def test_price_and_steps_are_the_adjusted_price(
    subject: Explained, evidence: list[ComparableSale]
) -> None:
    rows = adjusted(subject, evidence)
    for given_sale, row in zip(evidence, rows, strict=True):
        steps = row.time + sum(amount for _, amount in row.characteristics) + row.rest
        assert given_sale.price + steps == given_sale.adjusted_price
        assert [name for name, _ in row.characteristics] == [n for n, _ in rows[0].characteristics]
        assert "time" not in dict(row.characteristics)
    if rows:
        assert sum(row.weight for row in rows) == pytest.approx(1)


@pytest.fixture(scope="module")
def town() -> tuple[pa.Table, MarketModel]:
    table = invented(300, growth=0.5)
    return table, fit(table, columns=COLUMNS, as_of=AS_OF)


def test_the_grid_of_a_model_is_that_of_its_values(town: tuple[pa.Table, MarketModel]) -> None:
    table, model = town
    houses = table.take(np.arange(0, 300, 20))
    grids = adjustment_grids(model, houses)
    values = model.value(houses).to_pylist()
    growth = []
    for grid, value in zip(grids, values, strict=True):
        assert (grid.id, grid.value) == (value["id"], value["value"])
        assert [row.id for row in grid.rows] == [each["id"] for each in value["comparables"]]
        assert grid.lon is not None
        for row in grid.rows:
            assert row.lon is not None
            steps = row.adjustments.time + row.adjustments.rest
            steps += sum(amount for _, amount in row.adjustments.characteristics)
            assert row.price + steps == row.adjusted_price
            years = (AS_OF - row.sold_on).days / 365
            growth.append(float(row.adjustments.time / row.adjusted_price) / years)
    assert np.median(growth) == pytest.approx(0.5, abs=0.1), "the market's growth is the time"


def test_what_cannot_be_told_apart_goes_to_the_rest_and_is_little(
    town: tuple[pa.Table, MarketModel],
) -> None:
    table, model = town
    rows = [row for grid in adjustment_grids(model, table.slice(0, 15)) for row in grid.rows]
    share = [abs(float(row.adjustments.rest / row.adjusted_price)) for row in rows]
    assert np.median(share) < 0.05
