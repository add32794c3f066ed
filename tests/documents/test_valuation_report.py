import re
from dataclasses import replace

import pytest

from kazyna.core.text import LANGUAGES, Language, Text
from kazyna.documents.article import article_page, render_article
from kazyna.documents.valuation_report import ReportDocument, report_article, section_number
from kazyna.documents.valuation_report_words import SECTIONS
from valuation.reported import reported

REPORT = reported(south=1.3)


def document(language: Language = "en") -> ReportDocument:
    labels = {"district": Text("District", "Район", "Район")}
    return ReportDocument(language, REPORT, "Agency", "KGS", labels, status="draft", number="12")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_report_is_printed_and_shown_in_every_language(language: Language) -> None:
    article = report_article(document(language))
    assert render_article(article).startswith(b"%PDF")
    page = article_page(article)
    assert page.count("<section") == len(SECTIONS)
    assert "{" not in re.sub(r"<style>.*?</style>|<svg.*?</svg>", "", page, flags=re.S)


@pytest.mark.parametrize("language", ["ru", "ky"])
def test_no_phrase_stays_english(language: Language) -> None:
    """What the engine says of its fall-backs, and the titles of works, are the exceptions."""
    page = article_page(report_article(document(language)))
    for phrase in ("Median", "Sales", "accepted", "Tenth", "Weak", "Signature", "Level", "proved"):
        assert phrase not in re.sub(r"<svg.*?</svg>", "", page, flags=re.S), phrase


def test_a_failed_range_is_said_in_the_conclusions() -> None:
    page = article_page(report_article(document()))
    conclusions = page[page.index('id="summary"') : page.index('id="object"')]
    assert f"section {section_number('weak')} says where to begin" in conclusions
    assert "Median ratio" in conclusions


def test_sections_are_numbered_as_they_are_referred_to() -> None:
    page = article_page(report_article(document()))
    assert f'id="weak">{section_number("weak")}. Weak spots' in page


def test_every_reason_for_leaving_out_stands_with_its_count() -> None:
    page = article_page(report_article(document()))
    assert re.search(r"dated after the day of value</th>\s*<td class=\"right\">7<", page)
    assert "its texts hardly repeat" in page


def test_segments_stand_with_their_weights_and_level() -> None:
    page = article_page(report_article(document()))
    assert re.search(r"flat</th>.*?600.*?5\.1.*?0\.40.*?0\.60", page, re.S)


def test_parts_of_the_market_stand_with_their_own_movement() -> None:
    page = article_page(report_article(document()))
    assert re.search(r"Market area 1</th>.*?700.*?8\.0.*?3\.0 … 13\.0.*?0\.60", page, re.S)
    assert "Market areas" in page


def test_a_part_is_drawn_with_its_band_and_an_area_is_listed() -> None:
    page = article_page(report_article(document()))
    assert "sales: 700" in page
    assert re.search(
        r"Market area 1</th>\s*<td[^>]*>north</td>.*?700.*?\+20\.0 %.*?90,000", page, re.S
    )


def test_land_and_buildings_add_up_to_the_values() -> None:
    page = article_page(report_article(document()))
    section = page[page.index('id="land"') :]
    section = section[: section.index("</section>")]
    land = REPORT.land
    assert land is not None
    assert land.whole.land + land.whole.building == REPORT.totals.total_value
    assert sum(each.land for each in land.by) == land.whole.land
    assert [each.median for each in land.by] == pytest.approx([40, 25], abs=0.1)
    assert f"{land.whole.building:,.0f}" in section
    for told in ("floor area, age and quality", "1.02", "8.4 %", "0.70", "District: north"):
        assert told in section
    assert "<svg" in section


def test_values_that_are_not_split_are_said_to_be_whole() -> None:
    whole = replace(REPORT, land=None, map_of_land=())
    page = article_page(report_article(replace(document(), report=whole)))
    assert "Values were not split" in page


def test_typical_objects_stand_with_their_reasons_and_their_grid() -> None:
    page = article_page(report_article(document()))
    section = page[page.index('id="examples"') :]
    section = section[: section.index("</section>")]
    assert [REPORT.examples[at].place for at in range(3)] == [0.25, 0.5, 0.75]
    for example in REPORT.examples:
        assert f"Property {example.id}: higher than" in section
        for sale in example.sales:
            steps = sale.steps
            parts = sum((amount for _, amount in steps.characteristics), steps.time + steps.rest)
            assert sale.price + parts == sale.adjusted_price
    assert section.count("A typical property sold") == 3
    assert section.count("P0</th>") == 3


@pytest.mark.parametrize("language", ["ru", "ky"])
def test_what_the_engine_left_out_is_said_in_the_readers_language(language: Language) -> None:
    page = article_page(report_article(document(language)))
    assert "too few sales for local intervals" not in page


def test_the_provenance_is_printed_in_full() -> None:
    assert "abc" * 20 in article_page(report_article(document()))
