from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from kazyna.core.errors import Unavailable
from kazyna.core.money import Currency
from kazyna.core.text import LANGUAGES, Language
from kazyna.documents.bill import (
    BillDocument,
    BillFigure,
    BillPart,
    BillStep,
    LateAmount,
    bill_data,
    measured,
    render_bill,
)
from kazyna.documents.payment_code import payment_code
from kazyna.documents.render import render

STEP = BillStep(
    title="Tax at the ceiling",
    value=Decimal("2219.01"),
    unit="USD",
    law="Constitution, art. VII § 2",
    figures=(
        BillFigure("Assessed value", Decimal("221900.5"), "USD"),
        BillFigure("Ceiling", Decimal("0.01"), "share", "Constitution", date(1972, 11, 7)),
    ),
)
BILL = BillDocument(
    language="en",
    issuer="Department of Revenue",
    tax="Property tax",
    year=2016,
    number="2016-000123",
    issued_on=date(2016, 2, 1),
    taxpayer="Ainura Bekova",
    taxpayer_id="T-0004711",
    property_id="7129300520",
    property_facts=(("Living area", "1,180 sq ft"),),
    assessed_value=Decimal("221900.5"),
    valuation_date=date(2015, 5, 31),
    share=Decimal(1),
    steps=(STEP,),
    amount=Decimal("2219.01"),
    currency=Currency("USD", 2),
    due_on=date(2016, 4, 30),
    reference="2016 0001 2345 67",
    notes=("The official text was not seen.",),
)


HALVES = (
    BillPart(date(2016, 4, 30), Decimal("1109.51"), payment_code("RF81|1109.51")),
    BillPart(date(2016, 10, 31), Decimal("1109.50"), payment_code("RF81|1109.50")),
)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_bill_in_parts_says_each_day_and_stays_one_page(language: Language) -> None:
    quarters = (*HALVES, *HALVES)
    for parts in (HALVES, quarters):
        bill = replace(BILL, language=language, parts=parts, falls_due=True)
        assert b"/Type/Pages/Count 1/" in render_bill(bill)
    written = bill_data(replace(BILL, language=language, parts=HALVES))["parts"]
    assert [part["number"] for part in written] == ["1/2", "2/2"]
    assert "30" in written[0]["due_on"]
    assert "31" in written[1]["due_on"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_bill_is_one_page_in_every_language(language: Language) -> None:
    page = render_bill(replace(BILL, language=language))
    assert page.startswith(b"%PDF")
    assert b"/Type/Pages/Count 1/" in page


def test_the_same_bill_gives_the_same_bytes() -> None:
    assert render_bill(BILL) == render_bill(BILL)
    assert render_bill(BILL) != render_bill(replace(BILL, amount=Decimal("2219.02")))


def test_names_are_data_and_never_markup() -> None:
    hostile = replace(
        BILL, taxpayer='#panic("x") $ [*bold*] "quoted" \\ <tag>', notes=("#let x = 1",)
    )
    assert render_bill(hostile).startswith(b"%PDF")


def test_five_steps_still_fit_a_page() -> None:
    assert b"/Type/Pages/Count 1/" in render_bill(replace(BILL, steps=(STEP,) * 5, notes=()))


def test_a_picture_can_be_looked_at() -> None:
    assert render_bill(BILL, page_format="png").startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("en", {"amount": "2,219.01", "due_on": "April 30, 2016"}),
        ("ru", {"amount": "2\xa0219,01", "due_on": "30 апреля 2016\u202fг."}),
        ("ky", {"amount": "2\xa0219,01", "due_on": "2016-ж., 30-апрель"}),
    ],
)
def test_figures_and_days_are_written_as_the_language_does(
    language: Language, written: dict[str, str]
) -> None:
    data = bill_data(replace(BILL, language=language))
    assert {key: data[key] for key in written} == written


def test_every_figure_of_a_step_keeps_its_digits_and_its_article() -> None:
    [step] = bill_data(BILL)["steps"]
    assert step["value"] == "2,219.01 USD"
    assert step["figures"] == [
        {"label": "Assessed value", "value": "221,900.50 USD", "law": ""},
        {
            "label": "Ceiling",
            "value": "1 %",
            "law": "Constitution, in force from November 7, 1972",
        },
    ]


def test_a_template_that_cannot_be_made_is_reported() -> None:
    with pytest.raises(Unavailable, match="The document missing cannot be made"):
        render("missing", {}, dated=date(2016, 1, 1))


def test_a_bill_shows_the_code_of_its_payment() -> None:
    plain = render_bill(BILL, page_format="svg")
    coded = render_bill(replace(BILL, qr=payment_code("RF18|1.00|KGS")), page_format="svg")
    assert len(coded) > len(plain)


def test_a_bill_is_printed_with_the_interest_to_a_day() -> None:
    late = LateAmount(date(2026, 10, 16), Decimal("3000.00"), Decimal("121.50"))
    plain, told = bill_data(BILL), bill_data(replace(BILL, late=late))
    assert told["notes"][1:] == plain["notes"]
    note = told["notes"][0]
    assert "October 16, 2026" in note
    assert all(amount in note for amount in ("3,000.00", "121.50", "3,121.50"))


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        ("1053.975", "m2", "1 053,975 м²"),
        ("0.0085", "share", "0,85 %"),
        ("1500.5", "KGS", "1 500,50 KGS"),
        ("75", "сом за м²", "75 сом за м²"),
        ("2.50", None, "2,5"),
    ],
)
def test_a_figure_has_the_unit_as_the_language_writes_it(
    value: str, unit: str | None, said: str
) -> None:
    found = measured(Decimal(value), unit, currency=Currency("KGS", 2), language="ru")
    assert found.replace("\N{NO-BREAK SPACE}", " ") == said
