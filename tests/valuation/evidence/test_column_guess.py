"""The first table map: what is recognised, and why."""

from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from kazyna.valuation.evidence.column_guess import guess_table_map, numbers_in_text
from kazyna.valuation.evidence.column_reading import Reading
from kazyna.valuation.evidence.parsers import Options
from kazyna.valuation.evidence.table_map import RowNumber, SoldIn, TableMap

ROWS = 40


def guess(**columns: list[Any]) -> TableMap:
    return guess_table_map(pa.table(columns))


def alternating(*values: object) -> list[Any]:
    return [values[row % len(values)] for row in range(ROWS)]


def each(pattern: str) -> list[str]:
    return [pattern.format(row) for row in range(1, ROWS + 1)]


PRICES = [100_000 + 977 * row for row in range(ROWS)]
AREAS = [50 + (row * 7) % 31 for row in range(ROWS)]


@pytest.mark.parametrize(
    ("year", "month"), [("Yr Sold", "Mo Sold"), ("Sale.Year", "Sale.Month"), ("YrSold", None)]
)
def test_years_and_months_of_sales_are_known(year: str, month: str | None) -> None:
    columns: dict[str, list[Any]] = {"price": PRICES, year: alternating(2006, 2007, 2010)}
    if month is not None:
        columns[month] = alternating(*range(1, 13))
    assert guess(**columns).date == SoldIn(year, month)
    assert guess(**columns, sold_on=[date(2024, 1, 1)] * ROWS).date != SoldIn(year, month)
    columns[year] = alternating(1, 2, 3)
    assert guess(**columns).date is None


def by_name(found: TableMap) -> dict[str, Reading]:
    return dict(found.characteristics)


@pytest.mark.parametrize(
    ("names", "lonlat"),
    [
        (("id", "price", "date"), ("long", "lat")),
        (("pinx", "sale_price", "sale_date"), ("longitude", "latitude")),
        (("Кадастровый номер", "Цена", "Дата сделки"), ("Долгота", "Широта")),
        (("parcel_id", "Price", "sold_on"), ("X", "Y")),
        (("код", "баасы", "күнү"), ("узундук", "кеңдик")),
        (("Кад. номер", "Цена, $", "Дата_сделки"), ("Долгота", "Широта")),
        (("Parcel No.", "Sale Price (USD)", "SaleDate"), ("LONG", "LAT")),
        (("Кадастровый №", "Стоимость (сом)", "дата"), ("долгота", "широта")),
    ],
)
def test_parts_are_known_by_their_names(
    names: tuple[str, str, str], lonlat: tuple[str, str]
) -> None:
    columns: dict[str, list[Any]] = {
        names[0]: each("p{}"),
        names[1]: PRICES,
        names[2]: [date(2024, 1, 1)] * ROWS,
        lonlat[0]: [74.6 + row / 1000 for row in range(ROWS)],
        lonlat[1]: [42.8 + row / 1000 for row in range(ROWS)],
    }
    found = guess(**columns)
    played = {role: reading.column for role, reading in found.roles().items()}
    parts = dict(zip(("id", "price", "date"), names, strict=True))
    assert played == parts | {"lon": lonlat[0], "lat": lonlat[1]}


def test_texts_are_given_parsers_by_their_content() -> None:
    found = guess(
        id=each("h{}"),
        Цена=each("$ {} 500"),
        Площадь=alternating("150 м2, жилая: 120 м2", "80 м2", "60.5 м2"),
        Участок=alternating("4 сотки", "5 соток", "12.5 соток"),
        Дом=alternating("кирпичный, 2024 г.", "панельный", "саманный, 1990 г."),
        Удобства=alternating("свет, газ", "газ, вода, свет", "вода", "свет, вода", "газ"),
        Газ=alternating("есть", "нет"),
        Потолки=alternating("хорошие", "плохие"),
        sqft_lot=[1000 + row for row in range(ROWS)],
        zipcode=alternating(98103, 98117),
        area_code=alternating(12, 14),
        area=AREAS,
        year=alternating(1990.0, None, 2001.0),
    )
    assert found.price == Reading("Цена", "money")
    assert found.date is None
    items = by_name(found)
    assert items == {
        "floor_area_m2": Reading("Площадь", "area"),
        "Площадь: жилая": Reading("Площадь", "area", Options(part="жилая")),
        "Участок": Reading("Участок", "area"),
        "Дом": Reading("Дом", "part", Options(index=0)),
        "Дом: year": Reading("Дом", "year"),
        "Удобства": Reading("Удобства", "items"),
        "Газ": Reading("Газ", "boolean"),
        "plot_area_m2": Reading("sqft_lot", "area", Options(unit="sq ft")),
        "zipcode": Reading("zipcode", "text"),
        "area_code": Reading("area_code", "text"),
        "year_built": Reading("year", "year"),
    }
    assert all(reading.because for reading in items.values())


@pytest.mark.parametrize(
    ("name", "clean", "unit"),
    [
        ("Площадь участка, соток", "plot_area_m2", "sotka"),
        ("Площадь участка (га)", "plot_area_m2", "ha"),
        ("LotAcres", "plot_area_m2", "acre"),
        ("Living Area (sq ft)", "living_area_m2", "sq ft"),
        ("sqft_above", "above_m2", "sq ft"),
    ],
)
def test_a_unit_in_the_name_of_a_column_of_numbers_is_converted(
    name: str, clean: str, unit: str
) -> None:
    numbers: list[list[Any]] = [
        [1.5 + row % 7 for row in range(ROWS)],
        alternating("4,5", "12", "7"),
    ]
    for values in numbers:
        found = by_name(guess(**{name: values}))
        assert found == {clean: Reading(name, "area", Options(unit=unit))}


def test_a_name_that_tells_square_metres_or_something_else_is_left() -> None:
    numbers = [50.0 + row for row in range(ROWS)]
    found = guess(**{"Площадь, м2": numbers, "alpha": numbers, "Кадастровая стоимость": numbers})
    assert found.characteristics == ()
    assert found.id == RowNumber()


def test_digits_that_are_a_name_are_no_numbers() -> None:
    table = pa.table({"quarter": each("00{}"), "size": each("1 {:03}"), "kind": each("b{}")})
    assert numbers_in_text(table) == (("size", Reading("size", "number")),)


def test_what_gives_the_price_away_or_says_nothing_is_ignored() -> None:
    rng = np.random.default_rng(0)
    rate = [price / area for price, area in zip(PRICES, AREAS, strict=True)]
    found = guess(
        id=each("h{}"),
        price=PRICES,
        area_m2=AREAS,
        tariff=rate,
        **{"Цена (кв.м)": rng.uniform(100, 200, ROWS).tolist()},
        m2_price=rng.uniform(1, 2, ROWS).tolist(),
        taxable=[price * 0.8 + 5 for price in PRICES],
        sale_id=each("s{}"),
        series=["same"] * ROWS,
        nothing=[None] * ROWS,
        shape=[[1, 2]] * ROWS,
    )
    reasons = {item.column: item.because for item in found.ignore}
    assert "multiplied by area_m2 it is the price" in reasons["tariff"]
    assert "orders the sales as the price does" in reasons["taxable"]
    assert reasons["m2_price"] == "a price per area gives the price away"
    assert reasons["sale_id"] == "another number of the row"
    assert reasons["series"] == "constant: 'same' in every row"
    assert reasons["nothing"] == "empty"
    assert reasons["shape"] == "of the type list<item: int64>"
    assert reasons["Цена (кв.м)"] == "a price per area gives the price away"
    assert "area_m2" not in reasons


@pytest.mark.parametrize(
    ("price", "day", "days"),
    [
        ("resale_price", "month", ["2016-01", "2016-02"]),
        ("SALEPRICE", "SALEDATE", ["01-25-2016", "02-03-2016"]),
        ("Sale Amount", "Date Recorded", ["01/25/2016", "02/03/2016"]),
        ("meta_sale_price", "meta_sale_date", ["2016-01-25", "2016-02-03"]),
        ("actual_worth", "instance_date", ["25-01-2016", "03-02-2016"]),
        ("PRICE", "DATE_SOLD", ["01-2016", "02-2016"]),
        ("valeur_fonciere", "date_mutation", ["2016-01-25", "2016-02-03"]),
        ("Kaufpreis", "date", [20160125, 20160203]),
        ("AmountPaid", "Sold", ["Jan 2016", "Feb 2016"]),
        ("price", "date_of_transfer", ["2016-01-25 00:00", "2016-02-03 00:00"]),
    ],
)
def test_price_and_day_are_known_by_the_names_of_public_registers(
    price: str, day: str, days: list[object]
) -> None:
    found = guess(**{day: alternating(*days), price: PRICES, "area": AREAS})
    assert {role: reading.column for role, reading in found.roles().items()} == {
        "price": price,
        "date": day,
    }


def test_a_price_that_was_paid_is_no_asking_price_whatever_else_is_listed() -> None:
    assert guess(**{"List Year": alternating(2015, 2016), "Sale Amount": PRICES}).evidence == "sale"
    assert guess(list_price=PRICES).evidence == "asking"


def test_coordinates_named_the_wrong_way_about_are_turned() -> None:
    west = [-122.3 + row / 1000 for row in range(ROWS)]
    north = [47.5 + row / 1000 for row in range(ROWS)]
    found = guess(price=PRICES, lat=west, long=north)
    read = found.roles()
    assert (read["lon"].column, read["lat"].column) == ("lat", "long")
    assert "changed about" in read["lon"].because


def test_names_are_checked_by_content() -> None:
    found = guess(price=each("cheap {}"), date=each("day {}"), lon=[500.0] * ROWS, lat=AREAS)
    assert (found.price, found.date, found.lon, found.lat) == (None, None, None, None)
    assert found.id == RowNumber()


def test_offers_are_known_as_such() -> None:
    assert guess(asking_price=PRICES).evidence == "asking"
    assert guess(price=PRICES).evidence == "sale"


def test_a_long_text_is_no_category() -> None:
    texts = [f"a word number {row} about this house" for row in range(3000)]
    found = guess_table_map(pa.table({"about": texts}))
    assert found.ignore[0].because == "free text: 3000 texts in 3000 rows"
