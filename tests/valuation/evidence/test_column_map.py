"""Table maps as TOML: read, refused with every mistake, written back."""

from datetime import date

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kazyna.core.errors import InputError
from kazyna.valuation.evidence.column_map import read_table_map
from kazyna.valuation.evidence.column_map_text import table_map_toml
from kazyna.valuation.evidence.column_reading import Reading
from kazyna.valuation.evidence.mapping import apply_table_map
from kazyna.valuation.evidence.parsers import Options
from kazyna.valuation.evidence.table_map import (
    Areas,
    FixedDate,
    Ignored,
    Near,
    RowNumber,
    SoldIn,
    TableMap,
)

WHOLE = """
id = {row_number = true}
date = {fixed = 2025-06-01}
price = {column = "Цена", parser = "money", currency = "USD"}
lon = "long"
lat = {column = "lat", minimum = 40, maximum = 45}
evidence = "asking"
bargaining_discount = 0.05
bargaining_source = "survey of brokers, 2025"
segment = "material"
rest = "drop"
ignore = ["m2_price", "source"]

[characteristics]
rooms = "rooms"

[characteristics.living_area_m2]
column = "Площадь"
parser = "area"
part = "жилая"
minimum = 10

[characteristics."удобства"]
column = "Коммуникации"
parser = "items"
items = ["свет", "газ"]

[near.metro]
file = "stations.geojson"
radius_m = 500

[areas]
file = "districts.geojson"
name = "district"
"""


def test_a_whole_map_is_read() -> None:
    assert read_table_map(WHOLE, source="m.toml") == TableMap(
        id=RowNumber(),
        date=FixedDate(date(2025, 6, 1)),
        price=Reading("Цена", "money", Options(currency="USD")),
        lon=Reading("long", "number"),
        lat=Reading("lat", "number", minimum=40, maximum=45),
        evidence="asking",
        bargaining_discount=0.05,
        bargaining_source="survey of brokers, 2025",
        segment="material",
        rest="drop",
        ignore=(Ignored("m2_price"), Ignored("source")),
        characteristics=(
            ("rooms", Reading("rooms")),
            ("living_area_m2", Reading("Площадь", "area", Options(part="жилая"), minimum=10)),
            ("удобства", Reading("Коммуникации", "items", Options(items=("свет", "газ")))),
        ),
        near=(("metro", Near("stations.geojson", 500)),),
        areas=Areas("districts.geojson", "district"),
    )


MISTAKES = """
date = {fixed = "June"}
price = {column = 5}
lon = "x"
evidence = "gossip"
bargaining_discount = 1.5
prise = "Цена"
ignore = "m2_price"
[characteristics.area]
column = "Площадь"
parser = "aera"
[characteristics.plot]
column = "Площадь"
parser = "area"
unit = "verst"
currency = "USD"
[characteristics.price]
column = "Цена"
[characteristics.height]
parser = "length"
decimal = ";"
[characteristics.rooms]
column = "r"
parser = "number_in"
index = "first"
maximum = true
required = "yes"
[near.metro]
file = "f.geojson"
radius_m = -1
[areas]
file = "f.geojson"
"""

FOUND = [
    "prise: the key is not known",
    "id: the key is missing; expected id =",
    "date.fixed: 'June' is not understood; expected a day without quotes",
    "price.column: 5 is not understood",
    "lat: the key is missing; expected both lon and lat",
    "evidence: 'gossip' is not known; expected sale or asking",
    "bargaining_discount: 1.5 is no share",
    "bargaining_discount: is given for sales",
    "bargaining_source: the key is missing",
    "ignore: 'm2_price' is not understood; expected a list of names",
    "characteristics.area.parser: 'aera' is not known; expected one of text, number",
    "characteristics.plot.currency: the key is not known; expected one of column, parser",
    "characteristics.plot.unit: 'verst' is not known; expected one of m2, sotka",
    "characteristics.price: the name is kept",
    "characteristics.height.column: None is not understood",
    "characteristics.rooms.index: 'first' is not understood; expected a whole number",
    "characteristics.rooms.maximum: True is not understood; expected a number",
    "characteristics.rooms.required: 'yes' is not understood; expected true or false",
    "near.metro.radius_m: -1 is no radius",
    "areas.name: None is not understood",
]


def test_all_mistakes_are_told_at_once() -> None:
    with pytest.raises(InputError) as refused:
        read_table_map(MISTAKES, source="m.toml")
    said = str(refused.value)
    assert all(finding.source == "m.toml" for finding in refused.value.findings)
    assert [words for words in FOUND if words not in said] == []
    assert len(refused.value.findings) == len(FOUND)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("id = ", "no TOML"),
        ('id = "a"\nprice = "a"\nignore = ["a"]', "ignore: 'a' is used above"),
        ('id = {column = "a", required = true}', "id.required: the key is not known"),
        ('id = "a"\ncharacteristics = 5', "characteristics: 5 is not understood"),
        ('id = "a"\nnear = {metro = "f"}', "near.metro: 'f' is not understood"),
    ],
)
def test_each_mistake_is_told(text: str, words: str) -> None:
    with pytest.raises(InputError) as refused:
        read_table_map(text, source="m.toml")
    assert words in str(refused.value)


def test_a_part_named_with_limits_keeps_its_parser() -> None:
    found = read_table_map('id = "a"\nprice = {column = "p", minimum = 1000}', source="m")
    assert found.price == Reading("p", "money", minimum=1000)


NAMES = st.text(min_size=1, max_size=12)
READINGS = st.builds(
    Reading,
    NAMES,
    st.just("area"),
    st.builds(Options, part=st.none() | NAMES, unit=st.sampled_from([None, "m2", "acre"])),
    minimum=st.none() | st.integers(0, 10),
    required=st.booleans(),
    because=NAMES,
)


NEARS = st.builds(Near, NAMES, st.none() | st.floats(1, 1e6))
CHARACTERISTICS = st.dictionaries(NAMES.map(lambda name: f"c{name}"), READINGS, max_size=3)
MAPS = st.builds(
    TableMap,
    id=st.builds(Reading, NAMES, st.just("text"), because=NAMES) | st.just(RowNumber()),
    price=st.builds(Reading, NAMES, st.just("money")) | st.none(),
    date=st.builds(FixedDate, st.dates()) | st.builds(SoldIn, NAMES, st.none() | NAMES) | st.none(),
    segment=st.none() | NAMES,
    characteristics=CHARACTERISTICS.map(lambda named: tuple(named.items())),
    near=st.dictionaries(NAMES, NEARS, max_size=2).map(lambda named: tuple(named.items())),
    areas=st.none() | st.builds(Areas, NAMES, NAMES),
)


@given(MAPS)
def test_what_is_written_is_read_again(table_map: TableMap) -> None:
    assert read_table_map(table_map_toml(table_map), source="m") == table_map


def test_reasons_and_what_is_missing_stand_in_comments() -> None:
    guessed = TableMap(
        id=Reading("id", "text"),
        evidence="asking",
        ignore=(Ignored("m2_price", "gives the price\naway"),),
    )
    lines = table_map_toml(guessed).splitlines()
    assert any(line.startswith('# price = "…"') for line in lines)
    assert any(line.startswith("# date = {fixed = 2025-06-01}") for line in lines)
    assert any(line.startswith("# bargaining_discount = ") for line in lines)
    assert '  "m2_price",  # gives the price away' in lines


def test_a_map_names_the_parts_of_the_market_and_they_must_be_there() -> None:
    text = (
        'id = "id"\nprice = "price"\ndate = "date"\nsegment = "kind"\nland_area = "plot"\n'
        'rising = ["area", "plot"]\n'
    )
    found = read_table_map(text, source="t")
    assert read_table_map(table_map_toml(found), source="t") == found
    rows = {"id": ["a"], "price": [9], "date": [date(2025, 6, 1)], "kind": ["flat"]}
    with pytest.raises(InputError) as told:
        apply_table_map(pa.table(rows | {"area": [1.0]}), found, source="t")
    assert [finding.reason.split(",")[0] for finding in told.value.findings] == [
        "land_area names 'plot'", "rising names 'plot'",
    ]  # fmt: skip
    clean = apply_table_map(pa.table(rows | {"area": [1.0], "plot": [5.0]}), found, source="t")
    assert (clean.columns.segment, clean.columns.land_area) == ("kind", "plot")
    assert clean.columns.rising == ("area", "plot")
