"""Tables of every make, through all that reads evidence."""

import datetime as dt
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from kazyna.core.errors import InputError
from kazyna.valuation.columns import ColumnMap
from kazyna.valuation.evidence.column_guess import guess_table_map
from kazyna.valuation.evidence.column_map import read_table_map
from kazyna.valuation.evidence.column_map_text import table_map_toml
from kazyna.valuation.evidence.mapping import apply_table_map
from kazyna.valuation.evidence.plain_table import plain_table
from kazyna.valuation.evidence.profile import profile

ROWS = 40
TODAY = dt.date(2025, 6, 1)


@pytest.mark.parametrize(
    ("values", "plain"),
    [
        (pa.array(["a", "b"]).dictionary_encode(), ["a", "b"]),
        (pa.array(["a", None], pa.large_string()), ["a", None]),
        (pa.array(["a", "b"], pa.string_view()), ["a", "b"]),
        (pa.array([dt.date(2024, 1, 1)] * 2, pa.date64()), [dt.date(2024, 1, 1)] * 2),
        (pa.array([Decimal("1.5"), None]), [1.5, None]),
        (pa.array([1.5, 2], pa.float16()), [1.5, 2.0]),
        (pa.array([1, 2], pa.uint64()), [1, 2]),
        (pa.array([2**62, 2**62 + 1]), [str(2**62), str(2**62 + 1)]),
        (pa.array([float("inf"), float("nan")]), [None, None]),
        (pa.nulls(2, pa.int64()), [None, None]),
    ],
)
def test_values_keep_their_meaning(values: pa.Array, plain: list[Any]) -> None:
    found = plain_table(pa.table({"x": values}), source="t")["x"]
    assert found.to_pylist() == plain


def test_a_name_that_stands_twice_is_refused_everywhere() -> None:
    twice = pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["a", "a"])
    table_map = read_table_map('id = {row_number = true}\nprice = "a"\ndate = "a"', source="m")
    for use in (
        lambda: guess_table_map(twice),
        lambda: apply_table_map(twice, table_map, source="t"),
        lambda: profile(twice, source="t", today=TODAY),
    ):
        with pytest.raises(InputError, match="column a: two columns have this name"):
            use()


SALES: dict[str, Any] = {
    "id": [f"a{row}" for row in range(ROWS)],
    "price": [100_000.0 + row * 997 for row in range(ROWS)],
    "date": [dt.date(2024, 1, 1) + dt.timedelta(row) for row in range(ROWS)],
}


@pytest.mark.parametrize(
    "odd",
    [
        {"x": [{"a": 1}] * ROWS, "y": [[1]] * ROWS, "z": [b"ab"] * ROWS},
        {"t": [dt.time(1, 2)] * ROWS, "d": [dt.timedelta(1)] * ROWS},
        {"date": [dt.datetime(2024, 1, 1, row % 24, tzinfo=dt.UTC) for row in range(ROWS)]},
        {"lon": [float("nan")] * ROWS, "lat": [float("inf")] * ROWS},
        {"area": [float("inf"), float("nan"), None, -1.0] * (ROWS // 4)},
        {"m": pa.array(["a", None] * (ROWS // 2)).dictionary_encode()},
        {"lift": [True, None] * (ROWS // 2), "": [1, 2] * (ROWS // 2)},
        {"price": [Decimal("1000.50") + row * 997 for row in range(ROWS)]},
        {"nothing": pa.nulls(ROWS), "one": ["same"] * ROWS},
        {"many": np.arange(ROWS, dtype=np.uint8), "big": [2**62 + row for row in range(ROWS)]},
    ],
    ids="+".join,
)
def test_an_odd_table_is_guessed_applied_and_profiled(odd: dict[str, Any]) -> None:
    table = pa.table({**SALES, **odd})
    guessed = guess_table_map(table)
    assert read_table_map(table_map_toml(guessed), source="m") == guessed
    mapped = apply_table_map(table, guessed, source="t", today=TODAY)
    assert mapped.table.num_rows == ROWS
    assert len(mapped.table.schema.names) == len(set(mapped.table.schema.names))
    found = profile(mapped.table, source="t", today=TODAY, columns=mapped.columns)
    assert found.rows == ROWS
    raw = profile(table, source="t", today=TODAY, columns=ColumnMap("id", "price", "date"))
    assert [item.name for item in raw.columns] == table.column_names


@pytest.mark.parametrize("rows", [0, 1])
def test_a_table_of_hardly_any_rows_is_refused_or_read(rows: int) -> None:
    table = pa.table(SALES).slice(0, rows)
    assert profile(table, source="t", today=TODAY).rows == rows
    table_map = read_table_map('id = "id"\nprice = "price"\ndate = "date"', source="m")
    if rows:
        assert apply_table_map(table, table_map, source="t").table.num_rows == 1
    else:
        with pytest.raises(InputError, match="the table has no rows"):
            apply_table_map(table, table_map, source="t")
