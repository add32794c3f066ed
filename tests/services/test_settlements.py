from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from conftest import OFFICER, issue_roll
from kazyna.core.errors import Conflict, Forbidden, InputError, NotFound
from kazyna.services import ledger, rolls, settlements
from kazyna.services.context import Actor, Context
from kazyna.services.settlements import NewSettlement

HEAD = Actor("head", "officer")
TAX = "property_tax"


@pytest.fixture
def debtor(officer: Context) -> ledger.Arrear:
    """Take a taxpayer who has paid nothing."""
    return ledger.arrears(officer, limit=1).largest[0]


def head(ctx: Context) -> Context:
    return replace(ctx, actor=HEAD)


def balances(ctx: Context, taxpayer_id: str) -> dict[str, Decimal]:
    return {
        line.account.split(":")[0]: line.balance
        for line in ledger.statement(ctx, taxpayer_id=taxpayer_id)
    }


def overpay(ctx: Context, debtor: ledger.Arrear, beyond: str) -> None:
    bill = rolls.bills_of_taxpayer(ctx, debtor.taxpayer_id)[0]
    ledger.record_payment(
        ctx,
        reference=bill.reference,
        amount=debtor.balance + Decimal(beyond),
        received_on=date(2016, 5, 2),
        key="over",
    )


def asked(debtor: ledger.Arrear, **change: object) -> NewSettlement:
    given = {"kind": "write_off", "taxpayer_id": debtor.taxpayer_id, "amount": Decimal(5),
             "reason": "insolvent", "tax": TAX}  # fmt: skip
    return NewSettlement(**(given | change))  # type: ignore[arg-type]


def test_a_refund_pays_the_credit_out_after_a_second_signature(
    officer: Context, debtor: ledger.Arrear
) -> None:
    overpay(officer, debtor, "40")
    wanted = asked(debtor, kind="refund", tax=None, amount=Decimal(30))
    request = settlements.request(officer, wanted)
    assert (request.status, request.requested_by) == ("requested", OFFICER.name)
    assert balances(officer, debtor.taxpayer_id)["credit"] == -40
    with pytest.raises(Conflict, match="second person must sign"):
        settlements.approve(officer, request.request_id)
    approved = settlements.approve(head(officer), request.request_id)
    assert (approved.status, approved.decided_by) == ("approved", "head")
    assert balances(officer, debtor.taxpayer_id)["credit"] == -10
    with pytest.raises(Conflict, match="decided already"):
        settlements.approve(head(officer), request.request_id)
    beyond = settlements.request(officer, wanted)
    with pytest.raises(Conflict, match="More would be taken"):
        settlements.approve(head(officer), beyond.request_id)
    assert settlements.settlements(officer)[0].status == "requested"
    refused = settlements.refuse(head(officer), beyond.request_id, note="not so much")
    assert (refused.status, refused.note, refused.entry_id) == ("refused", "not so much", None)


@pytest.mark.parametrize("kind", ["write_off", "remission"])
def test_a_debt_is_given_up_in_whole_or_in_part_and_never_more(
    officer: Context, debtor: ledger.Arrear, kind: str
) -> None:
    wanted = asked(debtor, kind=kind, amount=debtor.balance - 1, period=2016, bucket="tax")
    request = settlements.request(officer, wanted)
    settlements.approve(head(officer), request.request_id)
    assert balances(officer, debtor.taxpayer_id)["receivable"] == 1
    again = settlements.request(officer, replace(wanted, amount=Decimal(2)))
    with pytest.raises(Conflict, match="more than what is owed"):
        settlements.approve(head(officer), again.request_id)
    lines = {line.account: line for line in ledger.trial_balance(officer).lines}
    assert lines[f"{kind}:{TAX}"].debit == debtor.balance - 1


def test_an_offset_settles_a_later_debt_with_the_credit(
    officer: Context, debtor: ledger.Arrear
) -> None:
    overpay(officer, debtor, "40")
    issue_roll(officer, tax=TAX, year=2017)
    owed = balances(officer, debtor.taxpayer_id)["receivable"]
    request = settlements.request(officer, asked(debtor, kind="offset", amount=Decimal(40)))
    settlements.approve(head(officer), request.request_id)
    after = balances(officer, debtor.taxpayer_id)
    assert (after["receivable"], after["credit"]) == (owed - 40, Decimal(0))


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"amount": Decimal(-1)}, "amount"),
        ({"reason": " "}, "reason"),
        ({"kind": "gift"}, "kind"),
        ({"tax": None}, "tax"),
        ({"period": 2016}, "period"),
        ({"period": 2016, "bucket": "pocket"}, "bucket"),
    ],
)
def test_what_is_half_asked_is_refused(
    officer: Context, debtor: ledger.Arrear, change: dict[str, object], column: str
) -> None:
    with pytest.raises(InputError, match=f"column {column}"):
        settlements.request(officer, asked(debtor, **change))
    with pytest.raises(NotFound):
        settlements.request(officer, asked(debtor, taxpayer_id="nobody"))


def test_the_database_itself_asks_for_a_second_person(
    officer: Context, debtor: ledger.Arrear
) -> None:
    request = settlements.request(officer, asked(debtor))
    with pytest.raises(Forbidden), officer.transaction() as tx:
        tx.execute("UPDATE ledger_requests SET decided_by = 'somebody'")
    with pytest.raises(NotFound):
        settlements.refuse(head(officer), request.request_id + 1, note="x")
