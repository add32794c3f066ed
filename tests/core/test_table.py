from datetime import date, datetime
from decimal import Decimal

import pandas as pd
import pyarrow as pa
import pytest

from kazyna.core.errors import InputError
from kazyna.core.schema import Column, Schema
from kazyna.core.table import as_arrow, check, parse_decimal

SALES = Schema(
    "sales",
    (
        Column("house", "text", "the house that was sold", unique=True),
        Column("price", "decimal", "what was paid", unit="USD", minimum=1),
        Column("sold_on", "date", "the day of the deed", minimum=date(1900, 1, 1)),
        Column("lon", "number", "longitude", required=False, minimum=-180, maximum=180),
        Column("use", "text", "how it is used", required=False, allowed=("home", "shop")),
    ),
)


def good(**columns: object) -> pa.Table:
    table = {"house": ["a", "b"], "price": ["1.50", "2"], "sold_on": ["2015-01-01", "2015-05-31"]}
    return pa.table(table | columns)


def reasons(table: pa.Table) -> list[str]:
    with pytest.raises(InputError) as refused:
        check(table, SALES, source="sales.csv")
    return str(refused.value).split("\n")


def test_text_becomes_the_declared_types_and_other_columns_pass() -> None:
    table = check(good(colour=["red", "blue"]), SALES, source="sales.csv")
    assert table["price"].to_pylist() == [Decimal("1.5"), Decimal(2)]
    assert table["sold_on"].to_pylist() == [date(2015, 1, 1), date(2015, 5, 31)]
    assert table["colour"].to_pylist() == ["red", "blue"]


def test_names_file_row_column_and_what_was_expected() -> None:
    assert reasons(good(price=["1.50", "-2"])) == [
        "sales.csv, row 2, column price: -2.000000 is too small; "
        "expected an exact decimal number not below 1 (USD)"
    ]


def test_collects_the_mistakes_of_the_whole_table() -> None:
    found = reasons(
        pa.table(
            {"house": ["a", "a"], "sold_on": ["2015-02-30", "2015-01-01"], "lon": [200.0, None]}
        )
    )
    assert [line.split(": ")[0] for line in found] == [
        "sales.csv, row 2, column house",
        "sales.csv, column price",
        "sales.csv, row 1, column sold_on",
        "sales.csv, row 1, column lon",
    ]


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"house": ["a", None]}, "row 2, column house: the value is missing"),
        ({"house": ["a", "a"]}, "row 2, column house: 'a' stands more than once"),
        ({"price": ["12 apples", "1"]}, "row 1, column price: '12 apples' cannot be read"),
        ({"price": ["", "1"]}, "row 1, column price: the value is missing"),
        ({"lon": [float("inf"), 0.0]}, "row 1, column lon: inf is not finite"),
        ({"use": ["home", "castle"]}, "row 2, column use: 'castle' is not known"),
        (
            {"sold_on": ["1066-10-14", "2015-01-01"]},
            "row 1, column sold_on: 1066-10-14 is too small",
        ),
    ],
)
def test_says_what_is_wrong(columns: dict[str, object], reason: str) -> None:
    assert any(reason in line for line in reasons(good(**columns)))


def test_many_mistakes_of_one_kind_are_named_five_times_and_counted() -> None:
    table = pa.table({"house": list("abcdefgh"), "price": ["0"] * 8, "sold_on": ["2015-01-01"] * 8})
    found = reasons(table)
    assert len(found) == 6
    assert "and 3 more rows like these" in found[-1]


def test_an_empty_table_is_refused() -> None:
    assert reasons(good().slice(0, 0)) == [
        "sales.csv: the table has no rows; expected at least one row"
    ]


def test_any_dataframe_comes_in_and_a_time_of_day_is_dropped() -> None:
    frame = pd.DataFrame(
        {"house": ["a"], "price": [1.5], "sold_on": [datetime(2015, 1, 1, 13, 30)]}  # noqa: DTZ001
    )
    table = check(as_arrow(frame), SALES, source="frame")
    assert table["sold_on"].to_pylist() == [date(2015, 1, 1)]


def test_refuses_what_is_not_a_table() -> None:
    with pytest.raises(TypeError, match="a table that speaks Arrow, not list"):
        as_arrow([1, 2, 3])


@pytest.mark.parametrize("text", ["12,5", "", "NaN", "Infinity", "twelve"])
def test_a_request_must_bring_a_number(text: str) -> None:
    with pytest.raises(InputError, match=r"request, column amount: .* is not a number"):
        parse_decimal(text, source="request", column="amount")
