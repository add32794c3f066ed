from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from kazyna.core.money import Currency
from kazyna.core.text import Language
from kazyna.documents.demand import Demand, DemandLine, demand_data, render_demand
from kazyna.documents.payment_code import payment_code, payment_payload
from kazyna.marking.symbol import qr_code
from kazyna.packs.pack import load_pack

KGS = Currency("KGS", 2)
DEMAND = Demand(
    language="en", issuer="Office", number="7", title="Reminder",
    text="Due on {late_since}: pay {amount} by {pay_by}.", tax="Land tax", taxpayer="A # B",
    taxpayer_id="T1", sent_on=date(2026, 5, 2), pay_by=date(2026, 5, 17),
    late_since=date(2026, 4, 30), amount=Decimal("1234.50"), currency=KGS,
    reference="RF18539007547034",
    debts=(
        DemandLine(2026, "tax", date(2026, 4, 30), Decimal("1200.00")),
        DemandLine(2026, "interest", date(2026, 4, 30), Decimal("34.50")),
    ),
    law="code, article 1", doubt=None,
)  # fmt: skip


@pytest.mark.parametrize(
    ("language", "text", "interest"),
    [
        ("en", "Due on April 30, 2026: pay 1,234.50 KGS by May 17, 2026.", "Penalty interest"),
        ("ru", "Due on 30 апреля 2026 г.: pay 1 234,50 KGS by 17 мая 2026 г.", "Пеня"),
        ("ky", None, "Туум"),
    ],
)
def test_figures_are_written_as_the_language_does(
    language: Language, text: str | None, interest: str
) -> None:
    data = demand_data(replace(DEMAND, language=language))
    if text is not None:
        assert " ".join(data["text"].split()) == text
    assert data["debts"][1][1] == interest
    assert render_demand(replace(DEMAND, language=language)).startswith(b"%PDF")


@pytest.mark.parametrize("name", ["kg", "us_wa"])
def test_every_step_of_a_pack_can_be_printed_in_every_language(name: str) -> None:
    pack = load_pack(name)
    assert pack.accounts.collection.dunning
    for law in pack.accounts.collection.dunning:
        for language in pack.languages:
            text = law.text.in_(language)
            data = demand_data(replace(DEMAND, language=language, text=text))
            assert "{" not in data["text"]
            assert data["amount"] in data["text"]


def test_the_code_says_what_the_pack_wants_said() -> None:
    epc = "BCD\n002\n1\nSCT\n\n{issuer}\n\n{currency}{amount}\n\n{reference}"
    payload = payment_payload(
        epc, reference="RF18539007547034", amount=Decimal("12.5"), currency=KGS, issuer="Office"
    )
    assert payload.split("\n")[7:] == ["KGS12.50", "", "RF18539007547034"]
    drawn = payment_code(payload)
    assert drawn.startswith("<svg")
    side = qr_code(payload).framed.shape[0]
    assert f'viewBox="0 0 {side} {side}"' in drawn
    with_code = render_demand(replace(DEMAND, qr=drawn), page_format="svg")
    assert len(with_code) > len(render_demand(DEMAND, page_format="svg"))
