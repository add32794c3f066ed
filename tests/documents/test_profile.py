"""The page of a profile: whole in itself, in three languages, safe from what a table holds."""

from datetime import date
from html.parser import HTMLParser
from typing import get_args

import pyarrow as pa
import pytest

from kazyna.core.text import LANGUAGES, Language
from kazyna.documents.profile import _ISSUES, _KINDS, bars, figure, profile_page
from kazyna.valuation.evidence.column_map import read_table_map
from kazyna.valuation.evidence.mapping import apply_table_map
from kazyna.valuation.evidence.profile import Kind, profile
from kazyna.valuation.evidence.profile_issues import IssueKind

RAW = pa.table({
    "id": ["a", "b", "c"],
    "price": [100.0, 200.0, None],
    "<b>sly</b>": ["<script>alert(1)</script>", "x", "x"],
    "area": ["50 м2", "big & bad", "70 м2"],
})  # fmt: skip
MAP = """
id = "id"
price = "price"
date = {fixed = 2025-06-01}
evidence = "asking"
[characteristics.area_m2]
column = "area"
parser = "area"
"""


def page(language: Language = "en") -> str:
    mapped = apply_table_map(RAW, read_table_map(MAP, source="m"), source="t.csv")
    found = profile(mapped.table, source="t.csv", today=date(2025, 6, 1), columns=mapped.columns)
    return profile_page(found, mapped.report, language=language)


class Tags(HTMLParser):
    """Gathers what a page holds and loads."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()
        self.loaded: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        self.loaded += [value or "" for name, value in attrs if name in ("src", "href")]
        if tag not in ("meta", "rect"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in ("meta", "rect"):
            assert self.open.pop() == tag


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_is_whole_in_itself(language: Language) -> None:
    tags = Tags()
    tags.feed(page(language))
    assert tags.open == []
    assert tags.loaded == []
    assert "script" not in tags.seen
    assert {"h1", "h2", "table", "svg"} <= tags.seen


def test_what_a_table_holds_is_shown_as_text() -> None:
    written = page()
    assert "&lt;b&gt;sly&lt;/b&gt;" in written
    assert "&lt;script&gt;" in written
    assert "big &amp; bad" in written
    assert "no price, or none that can be read: 1" in written


def test_the_reasons_are_told_in_the_reader_s_language() -> None:
    assert "нет цены, или её нельзя прочитать: 1" in page("ru")
    assert "Сунуш баалары" in page("ky")


def test_every_kind_has_its_words() -> None:
    assert set(_ISSUES) == set(get_args(IssueKind))
    assert set(_KINDS) == set(get_args(Kind))


@pytest.mark.parametrize(
    ("value", "language", "written"),
    [
        (2024, "en", "2024"),
        (1234567.8, "en", "1,234,568"),
        (1234567.8, "ru", "1\xa0234\xa0568"),
        (0.12346, "en", "0.1235"),
        (2.5, "ru", "2,5"),
        (date(2025, 6, 1), "en", "2025-06-01"),
    ],
)
def test_figures_are_short(value: object, language: Language, written: str) -> None:
    assert figure(value, language) == written


def test_the_highest_bar_fills_the_drawing() -> None:
    table = pa.table({"a": [1, 1, 1, 2, 3, 3]})
    column = profile(table, source="t", today=date(2025, 6, 1)).columns[0]
    drawn = list(bars(column))
    assert [bar.height for bar in drawn] == [56.0, 18.7, 37.3]
    assert [bar.y + bar.height for bar in drawn] == [56.0] * 3
