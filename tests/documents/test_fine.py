from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from kazyna.core.money import Currency
from kazyna.core.text import LANGUAGES, Language
from kazyna.documents.fine import FineDocument, fine_data, render_fine
from kazyna.documents.payment_code import payment_code

FINE = FineDocument(
    language="en", issuer="Tax Service", number="4", imposed_on=date(2026, 7, 20),
    imposed_by="head", taxpayer="A # B", taxpayer_id="T1", offence="Late payment",
    tax="Vehicle tax", period=2026, grounds="Paid two months late.", law="Code, article 1",
    doubt="From memory.", amount=Decimal(1000), standing=Decimal(1000), open=Decimal(1000),
    due_on=date(2026, 8, 19), may_object=True, object_until=date(2026, 8, 19), objection=None,
    answer=None, currency=Currency("KGS", 2), reference="RF18539007547034",
    qr=payment_code("RF18|1000.00"),
)  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_decision_is_one_page_in_every_language(language: Language) -> None:
    page = render_fine(replace(FINE, language=language))
    assert page.startswith(b"%PDF")
    assert b"/Type/Pages/Count 1/" in page
    assert ".." not in fine_data(replace(FINE, language=language))["objecting"]


def test_it_says_until_when_to_object_and_what_became_of_it() -> None:
    assert "until August 19, 2026" in fine_data(FINE)["objecting"]
    assert "begin when it is served" in fine_data(replace(FINE, object_until=None))["objecting"]
    decided = replace(
        FINE, may_object=False, objection="I was ill.", answer="Proved in part.",
        standing=Decimal(400), open=Decimal(100),
    )  # fmt: skip
    data = fine_data(decided)
    facts = dict(data["facts"])
    assert (data["objecting"], data["amount"]) == ("", "100.00 KGS")
    assert facts["Fine imposed"] == "1,000.00 KGS"
    assert (facts["What stands of it"], facts["Not paid yet"]) == ("400.00 KGS", "100.00 KGS")
    assert (facts["Objection"], facts["Answer to it"]) == ("I was ill.", "Proved in part.")
