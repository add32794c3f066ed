"""Values, intervals, reasons and comparables of a fitted market."""

import os
import subprocess
import sys
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kazyna.core.errors import InputError
from kazyna.valuation import PROPERTIES, SALES, ColumnMap, MarketModel, fit
from kazyna.valuation.models import look
from valuation.markets import AS_OF, COLUMNS, KING_COUNTY, invented, king_county, replaced


@pytest.fixture(scope="module")
def sales() -> pa.Table:
    return king_county(300)


@pytest.fixture(scope="module")
def model(sales: pa.Table) -> MarketModel:
    return fit(sales, columns=KING_COUNTY, as_of=date(2015, 5, 31))


@pytest.fixture(scope="module")
def values(model: MarketModel, sales: pa.Table) -> list[dict[str, object]]:
    firsts = {pin: row for row, pin in reversed(list(enumerate(sales["id"].to_pylist())))}
    return model.value(sales.take(sorted(firsts.values()))).to_pylist()  # type: ignore[no-any-return]


def test_base_and_reasons_add_up_to_the_value_exactly(values) -> None:  # type: ignore[no-untyped-def]
    for row in values:
        amounts = [reason["amount"] for reason in row["reasons"]]
        assert row["base"] + sum(amounts, Decimal(0)) == row["value"]
        assert row["value"] == row["value"].to_integral_value()


def test_reasons_are_characteristics_location_and_time(values, model) -> None:  # type: ignore[no-untyped-def]
    named = {reason["reason"] for row in values for reason in row["reasons"]}
    assert {"location", "time", "sqft_living", "grade"} <= named
    assert named <= {*model.encoder.names, "location", "time"}


def test_the_interval_holds_the_value_and_most_prices(values, sales) -> None:  # type: ignore[no-untyped-def]
    assert all(0 < row["low"] <= row["value"] <= row["high"] for row in values)
    paid = dict(zip(map(str, sales["id"].to_pylist()), sales["price"].to_pylist(), strict=True))
    held = [row["low"] <= paid[row["id"]] <= row["high"] for row in values]
    assert 0.8 < np.mean(held) < 0.99


def test_comparables_are_sales_of_other_properties(values) -> None:  # type: ignore[no-untyped-def]
    for row in values:
        assert len(row["comparables"]) == 5
        assert row["id"] not in {sale["id"] for sale in row["comparables"]}
        similar = [sale["similarity"] for sale in row["comparables"]]
        assert similar == sorted(similar, reverse=True)
        assert 0 <= similar[-1] <= similar[0] <= 1


def test_comparables_brought_to_the_subject_are_nearer_to_its_value(values) -> None:  # type: ignore[no-untyped-def]
    sold = [(row["value"], sale) for row in values for sale in row["comparables"]]
    before = np.median([abs(np.log(float(s["price"] / value))) for value, s in sold])
    after = np.median([abs(np.log(float(s["adjusted_price"] / value))) for value, s in sold])
    assert after < 0.8 * before


def test_the_same_input_and_seed_give_the_same_values(model, sales) -> None:  # type: ignore[no-untyped-def]
    again = fit(sales, columns=KING_COUNTY, as_of=date(2015, 5, 31))
    some = sales.slice(0, 20)
    assert again.value(some).equals(model.value(some))


def test_the_model_says_what_it_rests_on(model) -> None:  # type: ignore[no-untyped-def]
    summary = model.summary()
    assert summary.sales_used == 300
    assert sum(weight for _, weight in summary.weights) == pytest.approx(1)
    assert summary.index[-1].level == 1
    assert summary.index[-1].date == date(2015, 5, 31)
    assert all(point.low <= point.level <= point.high for point in summary.index)
    assert sum(share for _, share in summary.importance) == pytest.approx(1)


def test_the_known_market_is_found_again() -> None:
    market = invented(150, growth=0.2, noise=0.02)
    model = fit(market, columns=COLUMNS, as_of=AS_OF)
    subject = invented(60, seed=9, noise=0.0)  # without growth: prices of 1 January
    truth = np.array(subject["paid"]) * np.exp(0.2)
    found = np.array([float(value) for value in model.value(subject)["value"].to_pylist()])
    assert np.median(np.abs(found / truth - 1)) < 0.03
    index = model.summary().index
    assert index[-1].level / index[0].level == pytest.approx(np.exp(0.2 * 0.96), abs=0.04)


@given(st.integers(0, 1000), st.floats(0.01, 100))
@settings(max_examples=5, deadline=None)
def test_later_sales_never_influence_a_fit(seed: int, factor: float) -> None:
    market = invented(60, seed)
    cut = sorted(market["sold_on"].to_pylist())[40]
    late = np.array(market["sold_on"].to_pylist()) > cut
    paid = np.where(late, np.array(market["paid"]) * factor, np.array(market["paid"]))
    one = fit(market, columns=COLUMNS, as_of=cut)
    other = fit(replaced(market, "paid", paid), columns=COLUMNS, as_of=cut)
    assert one.value(market).equals(other.value(market))
    assert one.summary().sales_left_out == ((f"dated after the day of value, {cut}", late.sum()),)


def test_a_day_of_value_far_after_the_last_sale_is_told_and_beyond_reason_refused() -> None:
    market = invented(30)
    last = max(market["sold_on"].to_pylist())
    model = fit(market, columns=COLUMNS, as_of=last + timedelta(days=400))
    told = "the last sale is 400 days before the day of value: prices are a forecast"
    assert told in model.summary().notes
    with pytest.raises(InputError, match=r"the day of value is 2199-01-01; .*ten years"):
        fit(market, columns=COLUMNS, as_of=date(2199, 1, 1))


def test_thirty_sales_are_enough_and_the_summary_says_what_was_done_without() -> None:
    model = fit(invented(30), columns=COLUMNS, as_of=AS_OF)
    assert len(model.summary().notes) == 2
    assert model.value(invented(10, seed=1)).num_rows == 10


def test_a_table_without_coordinates_or_characteristics_still_has_a_level() -> None:
    market = invented(30).select(["pin", "paid", "sold_on"])
    model = fit(market, columns=ColumnMap("pin", "paid", "sold_on"), as_of=AS_OF)
    value = model.value(market.slice(0, 1)).to_pylist()[0]["value"]
    assert np.min(market["paid"]) < value < np.max(market["paid"])


def test_unknown_places_and_characteristics_do_not_stop_a_value() -> None:
    market = invented(120)
    x = [None if row % 5 == 0 else lon for row, lon in enumerate(market["x"].to_pylist())]
    rooms = [None if row % 4 == 0 else n for row, n in enumerate(market["rooms"].to_pylist())]
    market = replaced(replaced(market, "x", x), "rooms", rooms)
    rows = fit(market, columns=COLUMNS, as_of=AS_OF).value(market).to_pylist()
    assert all(row["value"] > 0 for row in rows)
    assert rows[0]["comparables"][0]["distance_m"] is None
    assert rows[1]["comparables"][0]["similarity"] > 0


def left_out(market: pa.Table) -> dict[str, str]:
    return dict(fit(market, columns=COLUMNS, as_of=AS_OF).summary().columns_left_out)


def test_columns_that_say_nothing_or_too_much_are_left_out_with_the_reason() -> None:
    market = invented(100)
    price, area = np.array(market["paid"]), np.array(market["area_m2"])
    market = replaced(market, "country", ["KG"] * 100)
    market = replaced(market, "deed", [f"deed {row}" for row in range(100)])
    market = replaced(market, "assessed", price * 0.8)
    market = replaced(market, "paid_per_m2", np.round(price / area, 2))
    reasons = left_out(market)
    assert set(reasons) == {"country", "deed", "assessed", "paid_per_m2"}
    assert "constant" in reasons["country"]
    assert "leakage" in reasons["assessed"]
    assert "area_m2" in reasons["paid_per_m2"]


def test_values_in_batches_are_the_values_of_the_whole(model, sales) -> None:  # type: ignore[no-untyped-def]
    some = sales.slice(0, 90)
    batches = [some.slice(0, 50), some.slice(50, 3), some.slice(53)]
    assert pa.concat_tables(model.stream(iter(batches))).equals(model.value(some))


def test_values_in_processes_are_the_values_of_the_whole(model, sales) -> None:  # type: ignore[no-untyped-def]
    some = sales.slice(0, 40)
    batches = [some.slice(0, 25), some.slice(25)]
    assert pa.concat_tables(model.stream(iter(batches), processes=2)).equals(model.value(some))


@pytest.mark.parametrize("processes", [1, 2])
def test_a_mistake_in_a_later_batch_is_named_by_its_row(model, sales, processes: int) -> None:  # type: ignore[no-untyped-def]
    wrong = replaced(sales.slice(30, 10), "lat", [47.5] * 7 + [911.0] + [47.5] * 2)
    with pytest.raises(InputError) as caught:
        list(model.stream([sales.slice(0, 30), wrong], processes=processes, source="houses"))
    finding = caught.value.findings[0]
    assert (finding.source, finding.row, finding.column) == ("houses", 38, "lat")


def test_confidence_falls_where_nothing_like_it_was_sold(model, sales) -> None:  # type: ignore[no-untyped-def]
    usual = sales.slice(0, 40)
    castles = replaced(usual, "sqft_living", np.array(usual["sqft_living"]) * 30)
    sure, unsure = (
        np.array(model.value(table)["confidence"].to_pylist()) for table in (usual, castles)
    )
    assert ((sure >= 0) & (sure <= 1)).all()
    assert np.median(unsure) < 0.8 * np.median(sure)


def test_a_segment_is_valued_by_what_its_own_sales_show() -> None:
    market = invented(240, noise=0.05)
    kind = np.where(np.arange(240) % 2 == 0, "flat", "house")
    dearer = np.array(market["paid"]) * np.where(kind == "house", 1.5, 1.0)
    market = replaced(replaced(market, "paid", dearer), "kind", kind)
    parted = fit(market, columns=replace(COLUMNS, segment="kind"), as_of=AS_OF)
    assert [(name, sales) for name, sales, _, _ in parted.summary().segments] == [
        ("flat", 120),
        ("house", 120),
    ]
    new = replaced(replaced(market.slice(0, 4), "pin", list("abcd")), "kind", ["house"] * 4)
    rows = parted.value(new).to_pylist()
    for row in rows:
        assert row["base"] + sum(r["amount"] for r in row["reasons"]) == row["value"]
    unheard_of = parted.value(replaced(new, "kind", ["castle"] * 4))
    assert unheard_of.num_rows == 4


def test_land_and_building_add_up_to_the_value() -> None:
    market = invented(120)
    market = replaced(market, "plot_m2", np.random.default_rng(1).uniform(300, 900, 120))
    columns = replace(COLUMNS, land_area="plot_m2", floor_area="area_m2")
    for row in fit(market, columns=columns, as_of=AS_OF).value(market).to_pylist():
        assert row["land"] + row["building"] == row["value"]
        assert row["land"] >= 0
        assert row["building"] >= 0


def test_screening_leaves_out_a_gift_and_says_so() -> None:
    market = invented(150, noise=0.05)
    paid = np.where(np.arange(150) == 7, 0.1, 1.0) * np.array(market["paid"])
    model = fit(replaced(market, "paid", paid), columns=COLUMNS, as_of=AS_OF, screened=True)
    assert model.screening is not None
    assert not model.screening.kept[7]
    assert (
        sum(count for _, count in model.summary().sales_left_out) == (~model.screening.kept).sum()
    )


def test_more_of_a_rising_characteristic_never_lowers_what_the_trees_say() -> None:
    market = invented(300, noise=0.6)
    model = fit(market, columns=replace(COLUMNS, rising=("area_m2",)), as_of=AS_OF)
    design = model.design(model.sales.properties, source="sales")
    columns = look(model.fitted, design).tree_columns
    larger = columns.copy()
    larger[:, model.encoder.names.index("area_m2")] += 25
    for view in model.fitted.boosting.views:
        assert (view.predict(larger) >= view.predict(columns) - 1e-12).all()


SAME_EVERYWHERE = """
from datetime import date
from kazyna.valuation import fit
from valuation.markets import KING_COUNTY, king_county
sales = king_county(150)
values = fit(sales, columns=KING_COUNTY, as_of=date(2015, 5, 31)).value(sales.slice(0, 60))
print(values.select(["value", "low", "high", "base"]).to_pylist())
"""


def test_another_processor_gives_the_same_values_to_the_last_digit() -> None:
    plain = {"OPENBLAS_CORETYPE": "Haswell", "NPY_DISABLE_CPU_FEATURES": "AVX512F AVX512_SKX"}
    printed = [
        subprocess.run(
            [sys.executable, "-W", "ignore", "-c", SAME_EVERYWHERE],
            env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])} | processor,
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for processor in (plain, {"OPENBLAS_NUM_THREADS": "2"})
    ]
    assert printed[0] == printed[1]
    assert "Decimal" in printed[0]


def test_digits_that_tell_the_price_are_leakage() -> None:
    market = invented(100)
    paid = np.round(np.array(market["paid"]), -3)
    market = replaced(market, "paid", paid)
    market = replaced(market, "contract", [f"No {price:,.2f} som" for price in paid])
    market = replaced(market, "contract", np.repeat(np.array(market["contract"])[::4], 4)[:100])
    market = replaced(market, "paid", np.repeat(paid[::4], 4)[:100])
    assert "leakage" in left_out(market)["contract"]
    market = replaced(market, "pin", [f"{row}-{price:.0f}" for row, price in enumerate(paid)])
    assert "pin" not in left_out(market)
    market = replaced(market, "pin", [f"P{price * 1000 + row:.0f}" for row, price in
                                      enumerate(np.array(market["paid"]))])  # fmt: skip
    assert "tells the price" in left_out(market)["pin"]


@pytest.mark.filterwarnings("error")
def test_what_was_never_sold_gets_a_value_within_what_was_paid() -> None:
    market = invented(120)
    model = fit(market, columns=COLUMNS, as_of=AS_OF)
    odd = replaced(market.slice(0, 4), "area_m2", [1e9, -5.0, float("nan"), 0.0])
    paid = np.array(market["paid"])
    for row in model.value(odd).to_pylist():
        assert paid.min() / 10 < row["low"] <= row["value"] <= row["high"] < paid.max() * 10
    sure, usual = (model.value(each)["confidence"].to_numpy() for each in (odd, market.slice(0, 4)))
    assert np.all(sure[[0, 1, 3]] < 0.8 * usual[[0, 1, 3]])


def test_small_prices_are_valued_in_cents() -> None:
    market = invented(40)
    market = replaced(market, "paid", np.array(market["paid"]) / 100_000)
    row = fit(market, columns=COLUMNS, as_of=AS_OF).value(market).to_pylist()[0]
    assert 0 < row["low"] < row["value"] < row["high"]
    assert row["base"] + sum((r["amount"] for r in row["reasons"]), Decimal(0)) == row["value"]


BAD_SALES = [
    ("pin", None, "missing"),
    ("paid", -5.0, "too small"),
    ("sold_on", date(1066, 10, 14), "too small"),
    ("x", 200.0, "too large"),
    ("y", -91.0, "too small"),
]


@pytest.mark.parametrize(("column", "value", "reason"), BAD_SALES)
def test_an_impossible_value_is_named_by_row_and_column(
    column: str, value: object, reason: str
) -> None:
    market = invented(30)
    values = market[column].to_pylist()
    values[6] = value
    with pytest.raises(InputError, match=reason) as caught:
        fit(replaced(market, column, values), columns=COLUMNS, as_of=AS_OF, source="sales.csv")
    finding = caught.value.findings[0]
    assert (finding.source, finding.row, finding.column) == ("sales.csv", 7, column)


def test_wrong_column_names_are_all_named_with_what_there_is() -> None:
    with pytest.raises(InputError, match="area_m2") as caught:
        fit(invented(30), columns=ColumnMap("id", "price", "sold_on", "x", "y"), as_of=AS_OF)
    assert [finding.column for finding in caught.value.findings] == ["id", "price"]


def test_a_sale_written_down_twice_is_a_mistake_but_a_resale_is_not() -> None:
    market = invented(30)
    with pytest.raises(InputError, match="P0"):
        fit(pa.concat_tables([market, market.slice(0, 1)]), columns=COLUMNS, as_of=AS_OF)
    resale = replaced(market.slice(0, 1), "sold_on", [date(2024, 12, 30)])
    model = fit(pa.concat_tables([market, resale]), columns=COLUMNS, as_of=AS_OF)
    assert model.summary().sales_used == 31


@pytest.mark.parametrize(
    ("market", "as_of", "reason"),
    [
        (invented(0), AS_OF, "no rows"),
        (invented(1), AS_OF, "1 of 1"),
        (invented(30), date(2020, 1, 1), "0 of 30"),
        (replaced(invented(30), "paid", [5.0] * 30), AS_OF, "price 5"),
    ],
)
def test_no_market_is_refused_with_the_reason(market: pa.Table, as_of: date, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        fit(market, columns=COLUMNS, as_of=as_of)


def test_properties_must_be_distinct_and_have_the_characteristics() -> None:
    market = invented(30)
    model = fit(market, columns=COLUMNS, as_of=AS_OF)
    with pytest.raises(InputError, match="more than once"):
        model.value(pa.concat_tables([market, market.slice(2, 1)]))
    with pytest.raises(InputError) as caught:
        model.value(market.drop_columns(["area_m2", "rooms"]), source="register.csv")
    assert {finding.column for finding in caught.value.findings} == {"area_m2", "rooms"}
    with pytest.raises(InputError, match="cannot be read"):
        model.value(replaced(market, "area_m2", ["large"] * 30))


def test_the_declared_tables_name_what_is_required() -> None:
    assert [column.name for column in SALES.columns] == ["id", "price", "date", "lon", "lat"]
    assert PROPERTIES["id"].unique


def test_a_model_says_in_a_line_what_it_was_learnt_from(model: MarketModel) -> None:
    assert len(repr(model)) < 500
    assert f"{len(model.sales):,} sales" in repr(model)
