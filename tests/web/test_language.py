import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from string import Formatter

import httpx
import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import kazyna.web.language
from kazyna.core.text import LANGUAGES, Language
from kazyna.web.language import CATALOGUES, Writer, preferred

WEB = Path(kazyna.web.language.__file__).parent
TRANSLATED = [language for language in LANGUAGES if language != "en"]
METHODS = [("*.py", "python"), ("templates/**.html", "jinja2")]
THIN, NARROW = "\N{NO-BREAK SPACE}", "\N{NARROW NO-BREAK SPACE}"


def phrases() -> set[str]:
    """Collect every phrase of the code and the templates."""
    found = extract_from_dir(
        WEB, METHODS, {}, keywords={"_": None, "gettext": None}, comment_tags=()
    )
    return {message for _file, _line, message, *_ in found if isinstance(message, str)}


def catalogue(language: Language) -> dict[str, str]:
    with (CATALOGUES / f"{language}.po").open("rb") as file:
        read = read_po(file, locale=language, abort_invalid=True)
    return {str(message.id): str(message.string) for message in read if message.id}


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_phrase_is_translated_and_none_is_left_over(language: Language) -> None:
    texts = catalogue(language)
    assert phrases() == set(texts)
    assert [phrase for phrase, text in texts.items() if not text.strip()] == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_has_the_same_gaps_to_fill(language: Language) -> None:
    for phrase, text in catalogue(language).items():
        gaps = [{name for _t, name, *_ in Formatter().parse(t) if name} for t in (phrase, text)]
        assert gaps[0] == gaps[1], phrase


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_is_not_the_english_again(language: Language) -> None:
    words = [p for p, text in catalogue(language).items() if p == text and re.search("[a-z]{3}", p)]
    assert words == []


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "en"),
        ("ky", "ky"),
        ("ru-RU,ru;q=0.9,en;q=0.8", "ru"),
        ("de,fr;q=0.9", "en"),
        ("en;q=0.1,ky-KG;q=0.7", "ky"),
        ("ru;q=zero", "ru"),
    ],
)
def test_the_browser_chooses_the_language(accepted: str, language: Language) -> None:
    assert preferred(accepted) == language


def test_a_chosen_language_stays(public: httpx.Client) -> None:
    assert '<html lang="ru">' in public.get("/about?lang=ru").text
    assert '<html lang="ru">' in public.get("/about", headers={"Accept-Language": "ky"}).text
    assert '<html lang="ru">' in public.get("/about?lang=de").text


@pytest.mark.parametrize(
    ("language", "money", "whole", "short", "day"),
    [
        ("en", "$1,234.50", "−$1,234", "$12.7B", "May 31, 2015"),
        ("ru", f"1{THIN}234,50{THIN}$", f"−1{THIN}234{THIN}$", f"12,7{THIN}млрд{THIN}$",
         f"31 мая 2015{NARROW}г."),
        ("ky", f"1{THIN}234,50{THIN}$", f"−1{THIN}234{THIN}$", f"12,7{THIN}млд{THIN}$",
         "2015-ж., 31-май"),
    ],
)  # fmt: skip
def test_money_and_days_are_written_as_the_country_does(
    language: Language, money: str, whole: str, short: str, day: str
) -> None:
    write = Writer(language, "USD")
    assert write.money(Decimal("1234.50")) == money
    assert write.signed_money(Decimal(-1234)) == whole
    assert write.short_money(Decimal(12_663_904_214)) == short
    assert write.day(date(2015, 5, 31)) == day


@pytest.mark.parametrize(
    ("value", "unit", "written"),
    [
        ("1450", "sq ft", "1,450 sq ft"),
        ("1955", None, "1955"),
        ("98178", None, "98178"),
        ("2.25", None, "2.25"),
        ("yes", None, "yes"),
        ("brick", None, "brick"),
    ],
)
def test_a_recorded_fact_is_written_for_people(value: str, unit: str | None, written: str) -> None:
    assert Writer("en", "USD").recorded(value, unit) == written


def test_a_figure_of_the_law_is_written_in_its_unit() -> None:
    write = Writer("en", "USD")
    assert write.measure(Decimal("0.01"), "share of true and fair value") == f"1{THIN}%"
    assert write.measure(Decimal("2577.01"), "USD") == "$2,577.01"
    assert write.measure(Decimal("3"), None) == "3"
