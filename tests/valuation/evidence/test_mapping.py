"""Raw tables to clean ones."""

from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kazyna.core.errors import InputError
from kazyna.valuation.columns import read_sales
from kazyna.valuation.evidence.column_map import read_table_map
from kazyna.valuation.evidence.duplicates import column_codes, in_groups, repeats, row_codes
from kazyna.valuation.evidence.mapping import MappedTable, apply_table_map

HOUSES: dict[str, list[Any]] = {
    "№": ["a", "b", "c", "d"],
    "Цена": ["$ 48 500", "договорная", "$ 120 000", "$ 0"],
    "Площадь": ["150 м2, жилая: 120 м2", "80 м2", "1 м2", "большая"],
    "Участок": ["4 сотки", "6 соток", None, ""],
    "Дом": ["кирпичный, 2024 г.", "саманный", "кирпичный, 70 г.", "другое"],
    "Удобства": ["свет, газ", "свет", None, "газ"],
    "Серия": ["104", "105", "104", "106"],
}
MAP = """
id = "№"
date = {fixed = 2025-06-01}
price = {column = "Цена", parser = "money"}
evidence = "asking"
segment = "material"
[characteristics.floor_area_m2]
column = "Площадь"
parser = "area"
minimum = 10
[characteristics.plot_area_m2]
column = "Участок"
parser = "area"
[characteristics.material]
column = "Дом"
parser = "part"
[characteristics.year_built]
column = "Дом"
parser = "year"
[characteristics.utilities]
column = "Удобства"
parser = "items"
"""


def mapped(toml: str, **columns: list[Any]) -> MappedTable:
    table = pa.table({**HOUSES, **columns})
    return apply_table_map(table, read_table_map(toml, source="m.toml"), source="t.csv")


def refusal(toml: str, **columns: list[Any]) -> str:
    with pytest.raises(InputError) as refused:
        mapped(toml, **columns)
    return str(refused.value)


def test_a_raw_table_becomes_sales() -> None:
    found = mapped(MAP)
    day = date(2025, 6, 1)
    utilities = {"utilities: газ": True, "utilities: свет": True}
    assert found.table.to_pylist() == [
        {"id": "a", "price": 48500.0, "date": day, "floor_area_m2": 150.0, "plot_area_m2": 400.0,
         "material": "кирпичный", "year_built": 2024, **utilities, "Серия": "104"},
        {"id": "c", "price": 120000.0, "date": day, "floor_area_m2": None, "plot_area_m2": None,
         "material": "кирпичный", "year_built": None, **dict.fromkeys(utilities), "Серия": "104"},
    ]  # fmt: skip
    assert len(read_sales(found.table, found.columns, source="t")) == 2
    assert [(out.reason.en, out.first_rows) for out in found.report.left_out] == [
        ("no price, or none that can be read", (2,)),
        ("the price is not above 0", (4,)),
    ]
    assert any("asking prices, taken as paid" in note.en for note in found.report.notes)
    assert any("all rows are dated 2025-06-01" in note.en for note in found.report.notes)


def test_what_was_not_understood_is_counted_and_shown() -> None:
    by_name = {item.name: item for item in mapped(MAP).report.columns}
    area, year = by_name["floor_area_m2"], by_name["year_built"]
    assert (area.read, area.impossible, area.unread, area.missing) == (2, 1, 1, 0)
    assert [(e.text, e.rows, e.first_row) for e in area.examples] == [
        ("1 м2", 1, 3),
        ("большая", 1, 4),
    ]
    assert (year.read, year.absent, year.unread) == (1, 2, 1)
    assert by_name["plot_area_m2"].missing == 2
    for item in by_name.values():
        assert item.read + item.absent + item.unread + item.impossible + item.missing == 4


def test_properties_get_the_columns_of_the_sales() -> None:
    learnt = mapped(MAP).table_map
    houses = {name: values[2:] for name, values in HOUSES.items() if name != "Цена"}
    houses["Удобства"] = [None, "лифт, газ"]
    found = apply_table_map(pa.table(houses), learnt, source="p.csv", wanted="properties")
    assert found.table.slice(1).to_pylist() == [
        {"id": "d", "floor_area_m2": None, "plot_area_m2": None, "material": "другое",
         "year_built": None, "utilities: газ": True, "utilities: свет": False, "Серия": "106"}
    ]  # fmt: skip


def test_a_sale_without_what_is_required_is_no_evidence() -> None:
    found = mapped(MAP.replace("minimum = 10", "minimum = 10\nrequired = true"))
    assert found.table["id"].to_pylist() == ["a"]
    out = found.report.left_out[-1]
    assert (out.reason.en, out.first_rows) == ("no floor_area_m2, or none that can be read", (3,))
    houses = pa.table(HOUSES)
    kept = apply_table_map(houses, found.table_map, source="p", wanted="properties").table
    assert kept.num_rows == houses.num_rows


def test_items_may_be_declared_and_none_is_learnt_anew() -> None:
    chosen = MAP.replace('parser = "items"', 'parser = "items"\nitems = ["Газ", "лифт"]')
    table = mapped(chosen).table
    assert table["utilities: Газ"].to_pylist() == [True, None]
    assert table["utilities: лифт"].to_pylist() == [False, None]
    unlike = ["а, б", "в, г", "д, е", "ж, з"]
    none = mapped(MAP, Удобства=["", "", "", ""])
    later = pa.table({**HOUSES, "Удобства": unlike})
    found = apply_table_map(later, none.table_map, source="p", wanted="properties")
    assert not [name for name in found.table.schema.names if name.startswith("utilities")]


def test_what_the_sales_taught_holds_for_the_properties() -> None:
    area = 'id = "№"\nprice = "Цена"\ndate = {fixed = 2025-06-01}\nrest = "drop"\n'
    area += '[characteristics.area]\ncolumn = "Площадь"\nparser = "area"\n'
    learnt = mapped(area, Площадь=["1,5", "2,25", "80", "1,125"])
    assert learnt.table["area"].to_pylist() == [1.5, 80]
    one = pa.table({"№": ["x"], "Площадь": ["1,125"]})
    found = apply_table_map(one, learnt.table_map, source="p.csv", wanted="properties")
    assert found.table.to_pylist() == [{"id": "x", "area": 1.125}]


def test_asking_prices_are_lowered_and_the_source_is_cited() -> None:
    found = mapped(MAP.replace('"asking"', '"asking"\nbargaining_discount = 0.1\n'
                               'bargaining_source = "brokers"'))  # fmt: skip
    assert found.table["price"].to_pylist() == pytest.approx([43650, 108000])
    assert "lowered by 10.0% (brokers)" in found.report.notes[0].en


def test_years_and_months_of_sales_make_days() -> None:
    both = MAP.replace("{fixed = 2025-06-01}", '{year = "год", month = "месяц"}')
    prices = {"Цена": ["1", "2", "3", "4"]}
    found = mapped(both, год=[2024, 2025, 2025, None], месяц=[12, 1, 13, 5], **prices)
    assert found.table["date"].to_pylist() == [date(2024, 12, 1), date(2025, 1, 1)]
    assert (found.report.left_out[0].reason.en, found.report.left_out[0].first_rows) == (
        "no date, or none that can be read", (3, 4),
    )  # fmt: skip
    assert not {"год", "месяц"} & set(found.table.column_names)
    years = both.replace(', month = "месяц"', "")
    alone = mapped(years, год=["2024", "1899", "2025", "2025"], **prices)
    assert alone.table["date"].to_pylist() == [date(2024, 7, 1), date(2025, 7, 1), date(2025, 7, 1)]
    assert "column год" in refusal(years, год=["2024", "recently", "2025", "2025"])


def test_rest_can_be_dropped() -> None:
    assert (
        "Серия" not in mapped(MAP.replace("segment", 'rest = "drop"\nsegment')).table.schema.names
    )


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (('"№"', '"nr"'), "t.csv, column nr: id names a column that is not there; the table has №"),
        (('"Площадь"', '"П"'), "column П: characteristics.floor_area_m2 names a column"),
        (("date = {fixed = 2025-06-01}", ""), "the map has no date; expected date = "),
        (('segment = "material"', 'segment = "place"'), "segment names 'place'"),
        (("[characteristics.material]", '[characteristics."Серия"]'), "two columns 'Серия'"),
        (('parser = "part"', 'parser = "number"'), "column Дом: the parser number cannot read 4 "
         "of 4 texts, such as 'другое', 'кирпичный, 2024 г.'"),
    ],
)  # fmt: skip
def test_a_map_that_does_not_fit_is_refused(change: tuple[str, str], words: str) -> None:
    assert change[0] in MAP
    assert words in refusal(MAP.replace(*change))


def test_misfits_of_all_columns_are_told_together() -> None:
    toml = MAP.replace('parser = "part"', 'parser = "number"')
    said = refusal(toml, Участок=["a", "b", "c", "4 сотки"])
    assert "the parser number cannot read" in said
    assert "the parser area cannot read 3 of 4" in said


def test_no_evidence_at_all_is_refused_with_the_reasons() -> None:
    said = refusal(MAP, Цена=["договорная", "$ 0", None, "0"])
    assert "no row is evidence: no price, or none that can be read: 2 rows; the price is" in said


def test_a_table_without_rows_is_refused() -> None:
    assert "no rows" in refusal(MAP, **{name: [] for name in HOUSES})


TYPED = 'id = "n"\nprice = "p"\ndate = "d"\nlon = "x"\nlat = "y"\n'
NUMBERS: dict[str, list[Any]] = {
    "n": [7, 7, 8, 9, 9],
    "p": [100, 100, 200, 300, 400],
    "d": [datetime(2024, 5, day, 11, tzinfo=UTC) for day in (1, 1, 2, 3, 3)],
    "x": ["74,58", "74,58", "74,61", "?", "74,6"],
    "y": [42.8, 42.8, 42.9, None, 42.7],
    "sqft": [1000, 1000, -1, 3000, 3000],
    "year": [1990.0, 1990.0, 0.0, None, 2001.0],
    "wfnt": [0, 0, 1, 2, 0],
}  # fmt: skip


def typed(toml: str = TYPED, today: date | None = None) -> MappedTable:
    table_map = read_table_map(toml, source="m.toml")
    return apply_table_map(pa.table(NUMBERS), table_map, source="t", today=today)


def test_columns_that_are_numbers_are_converted() -> None:
    found = typed(
        TYPED
        + '[characteristics.area]\ncolumn = "sqft"\nparser = "area"\nunit = "sq ft"\nminimum = 0\n'
        + '[characteristics.year]\ncolumn = "year"\nparser = "year"\n'
        + '[characteristics.waterfront]\ncolumn = "wfnt"\nparser = "boolean"\n'
    )
    rows = found.table.to_pylist()
    assert rows == [
        {"id": "7", "price": 100.0, "date": date(2024, 5, 1), "lon": 74.58, "lat": 42.8,
         "area": pytest.approx(92.90304), "year": 1990, "waterfront": False},
        {"id": "8", "price": 200.0, "date": date(2024, 5, 2), "lon": 74.61, "lat": 42.9,
         "area": None, "year": None, "waterfront": True},
    ]  # fmt: skip
    impossible = {item.name: item.impossible for item in found.report.columns}
    assert (impossible["area"], impossible["year"], impossible["waterfront"]) == (1, 1, 1)


def test_a_sale_written_twice_counts_once_and_one_with_two_prices_not_at_all() -> None:
    assert [(out.reason.en, out.rows, out.first_rows) for out in typed().report.left_out] == [
        ("the same sale stands in an earlier row", 1, (2,)),
        ("several prices of one property on one day", 2, (4, 5)),
    ]


def test_sales_in_the_future_are_left_out() -> None:
    found = typed(today=date(2024, 5, 2))
    assert ("the date is in the future", 2) in [
        (o.reason.en, o.rows) for o in found.report.left_out
    ]


def test_rows_may_be_known_by_their_numbers() -> None:
    found = typed(TYPED.replace('"n"', "{row_number = true}"))
    assert found.table["id"].to_pylist() == ["1", "2", "3", "4", "5"]
    assert found.table["n"].to_pylist() == NUMBERS["n"]


def test_a_parser_that_cannot_take_the_type_is_refused() -> None:
    with pytest.raises(InputError, match="the parser items cannot read a column of type int64"):
        typed(TYPED + '[characteristics.list]\ncolumn = "sqft"\nparser = "items"\n')


CELLS = st.lists(st.tuples(st.sampled_from("ab"), st.none() | st.integers(0, 2)), max_size=30)


@given(CELLS)
def test_equal_rows_have_equal_codes(rows: list[tuple[str, int | None]]) -> None:
    table = pa.table({"a": pa.array([a for a, _ in rows], pa.string()),
                      "b": pa.array([b for _, b in rows], pa.int64())})  # fmt: skip
    codes = row_codes([column_codes(table[name]) for name in "ab"], len(rows))
    assert repeats(codes).tolist() == [row in rows[:i] for i, row in enumerate(rows)]
    assert in_groups(codes).tolist() == [rows.count(row) > 1 for row in rows]
    assert len(np.unique(codes)) == len(set(rows))
