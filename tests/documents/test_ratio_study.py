"""The page of a ratio study: whole, in each language, and the figures are those of the study."""

from html.parser import HTMLParser

import numpy as np
import pytest

from kazyna.core.text import LANGUAGES, Language
from kazyna.documents.ratio_study import RatioStudyDocument, ratio_study_page
from kazyna.valuation import RatioStudy, ratio_study
from kazyna.valuation.ratios.ratio_picture import ratio_picture
from valuation.invented_ratios import market


class Texts(HTMLParser):
    """Collects the texts of a page, and complains of tags that are not closed."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002
        if tag not in {"meta", "circle", "rect", "polyline", "polygon"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in {"circle", "rect", "polyline", "polygon"}:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.texts.append(data.strip())


def texts(page: str) -> list[str]:
    parser = Texts()
    parser.feed(page)
    assert parser.open == []
    return parser.texts


def page(study: RatioStudy, language: Language = "en", sales: int = 600) -> str:
    random = np.random.default_rng(0)
    lon, lat = 74.6 + 0.1 * random.random(sales), 42.8 + 0.1 * random.random(sales)
    picture = ratio_picture(*market(sales), lon=lon, lat=lat)
    return ratio_study_page(RatioStudyDocument(language, "<sales>.csv", study, picture))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_is_whole_in_every_language(language: Language) -> None:
    estimate, price = market(600)
    study = ratio_study(estimate, price, by=["a"] * 3 + ["b"] * 597, trim="iqr3", draws=50)
    written = page(study, language)
    assert "<script" not in written
    assert "http://" not in written.replace("http://www.w3.org/2000/svg", "")
    said = texts(written)
    comma = {"en": ".", "ru": ",", "ky": ","}[language]
    assert f"{study.cod.value:.2f}".replace(".", comma) in said
    assert written.count("<svg") == 4  # ratios, groups of value, PRB, map
    assert {"en": "too few sales", "ru": "слишком мало сделок", "ky": "сатуулар өтө аз"}[
        language
    ] in said


def test_a_study_of_few_sales_can_be_written() -> None:
    said = texts(page(ratio_study(*market(4), draws=5), sales=4))
    assert "too few sales" in said
    assert "cannot be told" in said
