from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from kazyna.core.text import LANGUAGES, Language
from kazyna.documents.notice import (
    NoticeDocument,
    NoticeReason,
    NoticeSale,
    notice_data,
    render_notice,
)

NOTICE = NoticeDocument(
    language="en",
    currency="USD",
    issuer="Agency",
    number="1-P7",
    issued_on=date(2016, 6, 15),
    property_id="P7 #1",
    facts=(("Floor area", "180 m²"),),
    valuation_date=date(2015, 5, 31),
    value=Decimal("732166.00"),
    model_value=Decimal("732166.00"),
    low=Decimal("605639.00"),
    high=Decimal("946788.00"),
    override_reason=None,
    base=NoticeReason("A typical sold property is the base.", Decimal("557202.00")),
    reasons=(
        NoticeReason("Floor area adds 200,000 USD.", Decimal("200000.00")),
        NoticeReason("The location takes off 25,036 USD.", Decimal("-25036.00")),
    ),
    comparables=(
        NoticeSale(
            "P8",
            date(2014, 6, 19),
            224.4,
            Decimal(646000),
            Decimal(60000),
            Decimal(-4711),
            Decimal(30000),
            Decimal("731289.00"),
            0.6,
        ),
        NoticeSale(
            "P9",
            date(2014, 5, 13),
            None,
            Decimal(650000),
            Decimal(70826),
            Decimal(-95000),
            Decimal(0),
            Decimal("625826.00"),
            0.4,
        ),
    ),
    changes=("Floor area: were it 120 m² …",),
    window=(date(2016, 5, 2), date(2016, 7, 1)),
    law=("Code, § 38",),
)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_notice_is_printed_in_every_language(language: Language) -> None:
    assert render_notice(replace(NOTICE, language=language)).startswith(b"%PDF")


def test_the_longest_notice_still_fits_one_page() -> None:
    """A picture can be made of one page only."""
    reasons = tuple(
        NoticeReason("Площадь дома 180 м², больше обычного здесь, добавляет 1 USD.", Decimal(1))
        for _ in range(9)
    )
    long = replace(
        NOTICE,
        language="ky",
        reasons=reasons,
        value=NOTICE.base.amount + 9,
        facts=tuple((f"Факт {at}", "1") for at in range(8)),
        comparables=NOTICE.comparables[:1] * 5,
        changes=("Жер үстүндөгү аянты: 2 220 ордуна 1 230 болсо, нарк төмөн болмок." * 2,) * 3,
        override_reason="Inspected: the roof is to be replaced. " * 3,
        notes=("The official text was not seen. " * 4,),
    )
    assert render_notice(long, page_format="png").startswith(b"\x89PNG")


def test_reasons_that_do_not_add_up_are_never_printed() -> None:
    with pytest.raises(ValueError, match="add up to"):
        notice_data(replace(NOTICE, value=Decimal("732166.01")))


def test_amounts_and_days_are_written_as_the_language_does() -> None:
    data = notice_data(replace(NOTICE, language="ru"))
    assert data["value"].replace("\N{NO-BREAK SPACE}", " ") == "732 166 USD"
    assert "31 мая 2015" in data["as_of"]
    assert data["reasons"][2]["amount"].startswith("−25")
    assert data["comparables"][1]["distance"] == "–"
    steps = {key: data["comparables"][0][key] for key in ("time", "location", "else", "weight")}
    assert {key: step.replace("\N{NO-BREAK SPACE}", " ") for key, step in steps.items()} == {
        "time": "+60 000", "location": "−4 711", "else": "+30 000", "weight": "60 %",
    }  # fmt: skip


def test_without_a_window_it_says_so() -> None:
    assert "announced" in notice_data(replace(NOTICE, window=None))["window"]


def test_a_value_set_by_hand_says_why() -> None:
    data = notice_data(replace(NOTICE, override_reason="Inspected."))
    assert data["by_hand"] == "Set by a valuer: Inspected."
    assert data["interval"].replace("\N{NO-BREAK SPACE}", " ") == (
        "The model alone says 732,166 USD, and in 90 cases of 100 between 605,639 USD and"
        " 946,788 USD."
    )
