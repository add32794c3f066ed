"""Tables that no market makes, or hardly: each is refused, mended or told, never silently wrong."""

from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kazyna.core.errors import InputError
from kazyna.valuation import Holdout, backtest, fit, split
from kazyna.valuation.evidence.stray_days import SALES_MIN, stray_days
from valuation.markets import AS_OF, COLUMNS, invented, replaced


def dated(market: pa.Table, days: dict[int, date]) -> pa.Table:
    """The market with other days in some rows."""
    sold_on = market["sold_on"].to_pylist()
    for row, day in days.items():
        sold_on[row] = day
    return replaced(market, "sold_on", sold_on)


def test_parts_that_add_up_to_the_price_are_leakage() -> None:
    market = invented(80)
    paid = np.array(market["paid"])
    land = np.round(paid * np.random.default_rng(0).uniform(0.1, 0.5, 80))
    market = replaced(replaced(market, "land", land), "building", paid - land)
    notes = fit(market, columns=COLUMNS, as_of=AS_OF).notes()
    assert "column land left out: leakage: with building it adds up to the price" in notes
    assert "column building left out: leakage: with land it adds up to the price" in notes


def test_a_backtest_tells_what_its_models_left_out() -> None:
    market = replaced(invented(60), "fee", np.array(invented(60)["paid"]) / 50)
    found = backtest(market, columns=COLUMNS, holdout=Holdout.parse("cv:2"))
    leaks = [note for note in found.notes if "leakage" in note]
    assert leaks == ["column fee left out: leakage: it orders the sales as the price does"]
    assert any("too few sales for trees" in note for note in found.notes)


@pytest.mark.parametrize(
    "told",
    [
        [f"contract of {row * 3} for {price:,.0f}" for row, price in enumerate(
            invented(60)["paid"].to_pylist())],
        [f"KV-{int(price):09d}" for price in invented(60)["paid"].to_pylist()],
    ],
    ids=["second number", "a text of its own in every row"],
)  # fmt: skip
def test_a_text_that_holds_the_price_is_leakage(told: list[str]) -> None:
    notes = fit(replaced(invented(60), "deed", told), columns=COLUMNS, as_of=AS_OF).notes()
    assert "column deed left out: leakage: its digits order the sales as the price does" in notes


@pytest.mark.parametrize("dress", [lambda price: price * 1.07, np.log, lambda price: 1 / price])
def test_a_price_in_another_dress_is_leakage_even_where_it_is_mostly_missing(dress) -> None:  # type: ignore[no-untyped-def]
    market = invented(90)
    told = np.where(np.arange(90) % 3 == 0, dress(np.array(market["paid"])), np.nan)
    notes = fit(replaced(market, "told", told), columns=COLUMNS, as_of=AS_OF).notes()
    assert "column told left out: leakage: it orders the sales as the price does" in notes


@pytest.mark.parametrize("day", [date(2091, 1, 1), date(1900, 1, 1)])
def test_a_day_astray_is_refused_by_row_in_a_backtest(day: date) -> None:
    with pytest.raises(InputError, match="years away from all other sales") as caught:
        split(
            dated(invented(60), {4: day}), columns=COLUMNS, holdout=Holdout.parse("time:0.2"),
            source="sales.csv",
        )  # fmt: skip
    (finding,) = caught.value.findings
    assert (finding.source, finding.row, finding.column) == ("sales.csv", 5, "sold_on")


def test_a_day_astray_does_not_move_a_model() -> None:
    market = invented(60)
    model = fit(dated(market, {4: date(1900, 1, 1)}), columns=COLUMNS, as_of=AS_OF)
    without = pa.concat_tables([market.slice(0, 4), market.slice(5)])
    assert "1 sales left out: dated years away from all others" in model.notes()
    assert model.value(market).equals(fit(without, columns=COLUMNS, as_of=AS_OF).value(market))


@given(
    st.lists(st.integers(0, 700), min_size=SALES_MIN, max_size=300),
    st.sampled_from([-40_000, -3_000, 3_000, 40_000]),
)
def test_days_of_one_market_are_never_astray_and_a_far_one_always_is(
    days: list[int], far: int
) -> None:
    market = np.array(days)
    assert not stray_days(market).any()
    assert stray_days(np.append(market, far)).tolist() == [False] * len(days) + [True]


def test_the_point_in_the_sea_where_both_degrees_are_nought_is_no_place() -> None:
    market = invented(40)
    x, y = (np.array(market[name].to_pylist()) for name in ("x", "y"))
    x[3] = y[3] = 0.0
    nought = replaced(replaced(market, "x", x), "y", y)
    x[3] = y[3] = np.nan
    unknown = replaced(replaced(market, "x", x), "y", y)
    one, other = (fit(each, columns=COLUMNS, as_of=AS_OF) for each in (nought, unknown))
    assert one.value(nought).equals(other.value(unknown))


def test_an_endless_number_is_named_with_its_file() -> None:
    area = np.array(invented(30)["area_m2"].to_pylist())
    area[3] = np.inf
    market = replaced(invented(30), "area_m2", area)
    with pytest.raises(InputError, match=r"inf is not finite") as caught:
        fit(market, columns=COLUMNS, as_of=AS_OF, source="sales.csv")
    assert caught.value.findings[0].source == "sales.csv"


def test_as_many_texts_as_sales_say_nothing_and_hold_nothing_up() -> None:
    market = replaced(invented(40), "street", [f"street {row}" for row in range(40)])
    model = fit(market, columns=COLUMNS, as_of=AS_OF)
    assert any("street left out" in note for note in model.notes())


def test_one_price_beyond_all_others_does_not_carry_them_away() -> None:
    market = invented(80)
    paid = np.array(market["paid"].to_pylist())
    sane = fit(market, columns=COLUMNS, as_of=AS_OF).value(market)["value"].to_pylist()
    paid[7] = 1e15
    model = fit(replaced(market, "paid", paid), columns=COLUMNS, as_of=AS_OF)
    moved = model.value(market)["value"].to_pylist()
    off = [abs(float(a) / float(b) - 1) for a, b in zip(moved, sane, strict=True)]
    assert np.median(off) < 0.25


@pytest.mark.parametrize("sales", [12, 30])
def test_a_thin_market_of_one_day_is_valued_with_wide_intervals(sales: int) -> None:
    market = invented(sales)
    market = dated(market, dict.fromkeys(range(sales), AS_OF - timedelta(days=30)))
    values = fit(market, columns=COLUMNS, as_of=AS_OF).value(invented(20, seed=5))
    truth = np.array(invented(20, seed=5)["paid"])
    low, value, high = (np.array(values[n].to_pylist(), float) for n in ("low", "value", "high"))
    assert np.mean((low <= truth) & (truth <= high)) >= 0.7
    assert np.median(np.abs(value / truth - 1)) < 0.4


def test_one_price_in_most_sales_is_told() -> None:
    paid = np.where(np.arange(40) < 30, 50_000.0, np.array(invented(40)["paid"]))
    notes = fit(replaced(invented(40), "paid", paid), columns=COLUMNS, as_of=AS_OF).notes()
    assert notes[0].startswith("30 of 40 sales have the price 50000: ")


def test_a_price_beyond_all_cents_is_refused_by_row() -> None:
    paid = np.array(invented(40)["paid"].to_pylist())
    paid[3] = 2e15
    with pytest.raises(InputError, match="is too large") as caught:
        fit(replaced(invented(40), "paid", paid), columns=COLUMNS, as_of=AS_OF)
    assert caught.value.findings[0].row == 4
