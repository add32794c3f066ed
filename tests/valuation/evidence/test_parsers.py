"""Texts as they stand in offers, and what they are read as."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kazyna.valuation.evidence.parsers import PARSERS, Fate, Options, learn_options, reader

ABSENT, UNREAD = Fate.ABSENT, Fate.UNREAD


def read(parser: str, text: str, *, among: tuple[str, ...] = (), **options: Any) -> object:
    told = Options(**options)
    return reader(parser, learn_options(parser, told, sorted({text, *among})))(text)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("$ 48 500", 48500),
        ("$\u00a048\u00a0500", 48500),
        ("48,500.00", 48500),
        ("48.500,00 €", 48500),
        ("48.500", 48500),
        ("48.50", 48.5),
        ("1.250.000", 1250000),
        ("1 250 000 сом", 1250000),
        ("1,2 млн сом", 1200000),
        ("750 тыс. долл.", 750000),
        ("50 000 у.е.", 50000),
        ("USD 1'250'000", 1250000),
        ("-5", -5),
        ("0", 0),
        ("договорная", ABSENT),
        ("Цена договорная", ABSENT),
        ("negotiable", ABSENT),
        ("$ 1 200 / м2", UNREAD),
        ("от 48 000 до 50 000", UNREAD),
        ("500 за сотку", UNREAD),
    ],
)
def test_money(text: str, amount: object) -> None:
    assert read("money", text) == amount


def test_money_of_another_currency_is_not_mixed_in() -> None:
    offers = ("$ 48 500", "$ 50 000", "4 200 000 сом")
    assert [read("money", text, among=offers) for text in offers] == [48500, 50000, UNREAD]
    assert read("money", "4 200 000 сом", among=offers, currency="KGS") == 4_200_000
    assert read("money", "48 500", among=offers) == 48500


@pytest.mark.parametrize(
    ("text", "options", "m2"),
    [
        ("150 м2, жилая: 120 м2", {}, 150),
        ("150 м2, жилая: 120 м2", {"part": "жилая"}, 120),
        ("150 м2, жилая: 120 м2, кухня: 10 м2", {"part": "кухня"}, 10),
        ("150 м2", {"part": "жилая"}, ABSENT),
        ("жилая: 120 м2", {}, ABSENT),
        ("150 м2, нежилая: 30 м2", {"part": "жилая"}, ABSENT),
        ("57,5 м², жилая: 47 кв.м", {}, 57.5),
        ("4 сотки", {}, 400),
        ("13.2 соток", {}, 1320),
        ("29.22 соток", {}, 2922),
        ("Участок 12 соток", {}, 1200),
        ("2 га", {}, 20000),
        ("0.25 acre", {}, 1011.7141056),
        ("1,000 sq. ft", {}, 92.90304),
        ("100", {}, 100),
        ("100", {"unit": "sotka"}, 10000),
        ("10-15 соток", {}, UNREAD),
        ("большой", {}, UNREAD),
        ("5 комнат", {}, UNREAD),
    ],
)
def test_area(text: str, options: dict[str, Any], m2: object) -> None:
    found = read("area", text, **options)
    assert found == (m2 if isinstance(m2, Fate) else pytest.approx(m2))


@pytest.mark.parametrize(
    ("text", "metres"),
    [
        ("3 м.", 3),
        ("2.8 м.", 2.8),
        ("280 м.", 2.8),
        ("2800 м.", 2.8),
        ("30 м.", 3),
        ("280 см", 2.8),
        ("9 ft", 2.7432),
        ("6 м.", UNREAD),
        ("1 м.", UNREAD),
        ("high", UNREAD),
    ],
)
def test_ceiling_height(text: str, metres: object) -> None:
    found = read("ceiling_height", text)
    assert found == (metres if isinstance(metres, Fate) else pytest.approx(metres))


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("кирпичный, 2024 г.", 2024),
        ("1952", 1952),
        ("кирпичный", ABSENT),
        ("другое, 70 г.", UNREAD),
        ("1990-2005", UNREAD),
        ("дом 12345", UNREAD),
        ("3019 г.", UNREAD),
    ],
)
def test_year(text: str, year: object) -> None:
    assert read("year", text) == year


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2025-06-01", date(2025, 6, 1)),
        ("2023-02-04 11:19:13", date(2023, 2, 4)),
        ("20140502", date(2014, 5, 2)),
        ("1.6.2025", date(2025, 6, 1)),
        ("5 июня 2025 г.", date(2025, 6, 5)),
        ("5 Jun 2025", date(2025, 6, 5)),
        ("05 май 2025", date(2025, 5, 5)),
        ("June 5, 2025", date(2025, 6, 5)),
        ("Jun 5th, 2025", date(2025, 6, 5)),
        ("05-Jun-25", date(2025, 6, 5)),
        ("5.6.99", date(1999, 6, 5)),
        ("2025/6/5", date(2025, 6, 5)),
        ("2025-06", date(2025, 6, 1)),
        ("06/2025", date(2025, 6, 1)),
        ("Jun 2025", date(2025, 6, 1)),
        ("июнь 2025 г.", date(2025, 6, 1)),
        ("2025-13", UNREAD),
        ("Built 2025", UNREAD),
        ("31.02.2025", UNREAD),
        ("05/06/2025", UNREAD),
        ("вчера", UNREAD),
    ],
)
def test_date(text: str, day: object) -> None:
    assert read("date", text) == day


def test_the_column_tells_whether_the_day_or_the_month_is_first() -> None:
    assert read("date", "05/06/2025", among=("25/06/2025",)) == date(2025, 6, 5)
    assert read("date", "05/06/2025", among=("06/25/2025",)) == date(2025, 5, 6)
    assert read("date", "05/06/2025", format="%d/%m/%Y") == date(2025, 6, 5)
    assert read("date", "05-06-2025", among=("25-06-2025",)) == date(2025, 6, 5)
    assert read("date", "5/6/25 10:30 AM", among=("6/25/25 0:00",)) == date(2025, 5, 6)
    assert read("date", "05/06/2025", among=("25/06/2025", "06/25/2025")) == UNREAD


@pytest.mark.parametrize(
    ("parser", "text", "options", "value"),
    [
        ("number", "2,5", {}, 2.5),
        ("number", "1 250", {}, 1250),
        ("number", "1,250", {}, 1250),
        ("number", "1,250", {"decimal": ","}, 1.25),
        ("number", "−3", {}, -3),
        ("number", "2 шт", {}, UNREAD),
        ("number", "1.6.2025", {}, UNREAD),
        ("number", "1.2345", {}, 1.2345),
        ("number_in", "6 и более", {}, 6),
        ("number_in", "Дом, 4-комн., 100 м2", {}, 4),
        ("number_in", "3 этаж из 9", {"index": -1}, 9),
        ("number_in", "3 этаж", {"index": 1}, ABSENT),
        ("number_in", "студия", {}, ABSENT),
        ("boolean", "Есть", {}, True),
        ("boolean", "жок", {}, False),
        ("boolean", "возможно", {}, UNREAD),
        ("part", "кирпичный, 2024 г.", {}, "кирпичный"),
        ("part", "кирпичный, 2024 г.", {"index": -1}, "2024 г."),
        ("part", "кирпичный", {"index": 1}, ABSENT),
        ("part", "а/б", {"separator": "/", "index": 1}, "б"),
        ("items", "Свет, газ,, вода, газ", {}, ("свет", "газ", "вода")),
        ("length", "1,5 км", {}, 1500),
        ("text", "98103", {}, "98103"),
    ],
)
def test_others(parser: str, text: str, options: dict[str, Any], value: object) -> None:
    assert read(parser, text, **options) == value


def test_every_parser_takes_only_options_that_there_are() -> None:
    for parser in PARSERS.values():
        assert set(parser.options) <= set(vars(Options()))


@given(st.integers(0, 10**9), st.sampled_from([" ", "\u00a0", "'", ","]))
def test_whole_amounts_are_read_however_thousands_are_parted(amount: int, mark: str) -> None:
    assert read("money", f"$ {amount:,}".replace(",", mark)) == amount


@given(st.text(max_size=30), st.sampled_from(sorted(PARSERS)))
def test_no_text_breaks_a_parser(text: str, parser: str) -> None:
    found = read(parser, text)
    assert found is not None
