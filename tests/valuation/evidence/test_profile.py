"""What is seen in a table before modelling."""

from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kazyna.valuation.columns import ColumnMap
from kazyna.valuation.evidence.profile import ColumnProfile, Profile, profile

ROWS = 400
RNG = np.random.default_rng(7)
COLUMNS = ColumnMap("id", "price", "date", "lon", "lat")
SALES: dict[str, Any] = {
    "id": [f"h{row}" for row in range(ROWS)],
    "price": np.round(np.exp(RNG.normal(11, 0.4, ROWS)), 2),
    "date": [date(2024, 1 + row % 12, 1 + row % 28) for row in range(ROWS)],
    "lon": 74.6 + RNG.normal(0, 0.01, ROWS),
    "lat": 42.8 + RNG.normal(0, 0.01, ROWS),
    "floor_area_m2": 40.0 + RNG.gamma(4, 15, ROWS),
    "year_built": 1950 + RNG.integers(0, 70, ROWS),
    "floors": 5 + RNG.integers(0, 4, ROWS),
    "floor": 1 + RNG.integers(0, 5, ROWS),
    "material": [("brick", "panel", "adobe")[row % 3] for row in range(ROWS)],
    "lift": RNG.random(ROWS) < 0.3,
}


def profiled(changes: dict[str, Any] | None = None, columns: ColumnMap | None = COLUMNS) -> Profile:
    table = pa.table({**SALES, **(changes or {})})
    return profile(table, source="t", today=date(2025, 6, 1), columns=columns)


def column(found: Profile, name: str) -> ColumnProfile:
    return next(item for item in found.columns if item.name == name)


def changed(name: str, **values: object) -> dict[str, Any]:
    """Put values into rows, as r3=…: the row counted from 1."""
    column = list(SALES[name])
    for row, value in values.items():
        column[int(row[1:]) - 1] = value
    return {name: column}


def test_sound_sales_raise_no_issue() -> None:
    found = profiled()
    assert found.issues == ()
    assert (found.rows, found.duplicate_rows, found.duplicate_ids, found.near_duplicates) == (
        ROWS, 0, 0, 0,
    )  # fmt: skip
    kinds = {item.name: item.kind for item in found.columns}
    assert kinds["price"] == "number"
    assert kinds["floors"] == "whole number"
    assert kinds["date"] == "date"
    assert kinds["lift"] == "boolean"
    assert kinds["material"] == "text"


def test_a_column_of_numbers_is_described() -> None:
    found = column(profiled(changed("floor_area_m2", r1=None, r2=float("nan"))), "floor_area_m2")
    known = SALES["floor_area_m2"][2:]
    assert (found.missing, found.distinct) == (2, ROWS - 2)
    assert found.minimum == known.min()
    assert found.maximum == known.max()
    assert dict(found.quantiles)[0.5] == pytest.approx(np.median(known), rel=0.01)
    assert found.mean == pytest.approx(known.mean())
    assert found.histogram is not None
    assert sum(found.histogram.counts) == ROWS - 2
    assert len(found.histogram.edges) == len(found.histogram.counts) + 1


def test_texts_and_days_are_described() -> None:
    found = profiled(changed("material", r1="straw", r2=" ", r3=" brick"))
    material = column(found, "material")
    assert (material.missing, material.distinct, material.rare, material.rare_rows) == (1, 4, 1, 1)
    assert [item.value for item in material.frequent] == ["adobe", "brick", "panel", "straw"] or (
        material.frequent[-1].value == "straw"
    )
    day = column(found, "date")
    assert (day.minimum, day.maximum) == (min(SALES["date"]), max(SALES["date"]))
    assert [(issue.kind, issue.detail) for issue in found.issues] == [("rare categories", "1 / 4")]


@pytest.mark.parametrize(
    ("changes", "kind", "where", "rows"),
    [
        (changed("price", r7=-5.0), "negative", "price", (7,)),
        (changed("price", r7=0.0), "zero", "price", (7,)),
        (changed("floor_area_m2", r3=0.0), "zero", "floor_area_m2", (3,)),
        (changed("floor_area_m2", r3=-50.0), "negative", "floor_area_m2", (3,)),
        (changed("floor_area_m2", r3=99_999.0), "outlier", "floor_area_m2", (3,)),
        (changed("year_built", r2=0, r5=70), "impossible year", "year_built", (2, 5)),
        (changed("year_built", r2=2203), "impossible year", "year_built", (2,)),
        (changed("date", r4=date(2025, 6, 2)), "future day", "date", (4,)),
        (changed("lat", r4=428.0), "impossible place", "lat", (4,)),
        (changed("lon", r4=0.0), "place of nought", "lon", (4,)),
        (changed("floor", r9=90), "part above whole", "floor", (9,)),
        ({"floors": [5] * ROWS}, "constant", "floors", ()),
        ({"lift": [None] * ROWS}, "empty", "lift", ()),
        ({"lift": [True, *[None] * (ROWS - 2), False]}, "mostly missing", "lift", ()),
        ({"price": [5e4] * ROWS}, "one price", "price", ()),
        ({"tax": SALES["price"] * 0.01 + 3}, "leakage", "tax", ()),
        ({"rate": SALES["price"] / SALES["floor_area_m2"]}, "leakage", "rate", ()),
        ({"id": [f"{price * 100:.0f}" for price in SALES["price"]]}, "leakage", "id", ()),
        ({"code": [f"c{row}" for row in range(ROWS)]}, "rare categories", "code", ()),
    ],
)
def test_each_mistake_is_found(
    changes: dict[str, Any], kind: str, where: str, rows: tuple[int, ...]
) -> None:
    found = {(issue.kind, issue.column): issue for issue in profiled(changes).issues}
    assert found[kind, where].first_rows == rows  # type: ignore[index]


def test_a_basement_of_nought_is_no_mistake() -> None:
    basements = np.where(np.arange(ROWS) % 3 == 0, 0.0, SALES["floor_area_m2"] / 2)
    assert profiled({"basement_area_m2": basements}).issues == ()


def test_rows_written_twice_are_counted() -> None:
    table = pa.table(SALES)
    again = pa.table({**SALES, "id": [f"x{row}" for row in range(ROWS)]}).slice(0, 3)
    both = pa.concat_tables([table, table.slice(10, 2), again])
    found = profile(both, source="t", today=date(2025, 6, 1), columns=COLUMNS)
    assert (found.duplicate_rows, found.duplicate_ids, found.near_duplicates) == (2, 2, 6)
    first = {issue.kind: issue.first_rows for issue in found.issues}
    assert first["near duplicates"] == (1, 2, 3, ROWS + 3, ROWS + 4)


def test_a_table_that_nobody_knows_is_described_too() -> None:
    table = pa.table({"a": [[1], [2]], "b": [1, 2], "c": pa.nulls(2), "d": ["x", "x"]})
    found = profile(table, source="t", today=date(2025, 6, 1))
    assert [item.kind for item in found.columns] == ["other", "whole number", "other", "text"]
    assert {(issue.kind, issue.column) for issue in found.issues} == {
        ("empty", "c"), ("constant", "d"), ("rare categories", "d"), ("no price", None),
    }  # fmt: skip
    nothing = profile(table.slice(0, 0), source="t", today=date(2025, 6, 1), columns=COLUMNS)
    assert nothing.rows == 0


VALUES = st.lists(st.none() | st.floats(-1e9, 1e9, allow_subnormal=False), min_size=1, max_size=60)


@given(VALUES)
def test_counts_add_up_whatever_the_numbers(values: list[float | None]) -> None:
    table = pa.table({"price": pa.array(values, pa.float64())})
    found = column(profile(table, source="t", today=date(2025, 6, 1), columns=COLUMNS), "price")
    known = [value for value in values if value is not None]
    assert found.missing == len(values) - len(known)
    if known:
        assert (found.minimum, found.maximum) == (min(known), max(known))
        assert found.histogram is not None
        assert sum(found.histogram.counts) == len(known)
        assert list(found.histogram.edges) == sorted(found.histogram.edges)


def test_places_with_swapped_coordinates_are_told() -> None:
    lon, lat = [74.5 + n / 1000 for n in range(40)], [42.8 + n / 1000 for n in range(40)]
    lon[5], lat[5] = lat[5], lon[5]
    table = pa.table({"pin": range(40), "paid": range(1, 41), "x": lon, "y": lat})
    columns = ColumnMap("pin", "paid", "", "x", "y")
    found = profile(table, source="t", today=date(2025, 6, 1), columns=columns)
    (issue,) = [each for each in found.issues if each.kind == "place astray"]
    assert (issue.level, issue.rows, issue.column, issue.first_rows) == ("wrong", 1, "x", (6,))


def test_an_identifier_and_a_text_that_hold_the_price_are_told() -> None:
    price = [10_000 + 317 * (n * 7 % 40) for n in range(40)]
    table = pa.table(
        {
            "pin": [f"KV-{each:09d}" for each in price],
            "paid": price,
            "deed": [f"deed {n % 3} for {each}" for n, each in enumerate(price)],
        }
    )
    found = profile(table, source="t", today=date(2025, 6, 1), columns=ColumnMap("pin", "paid", ""))
    leaking = [each.column for each in found.issues if each.kind == "leakage"]
    assert leaking == ["pin", "deed"]
