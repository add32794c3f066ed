"""What a refund costs that is paid after its day."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from debtors import HEAD, office_of, pay
from kazyna.accounts import InterestRate
from kazyna.core.dated import Dated
from kazyna.core.errors import InputError
from kazyna.core.text import Text
from kazyna.packs.grounds import Grounds
from kazyna.packs.interest import DatedRate, InterestLaw
from kazyna.packs.refunds import RefundLaw
from kazyna.services import books, budgets, ledger, settlements
from kazyna.services.context import Context, Installation
from kazyna.services.settlements import NewSettlement

TEN_DAYS = 10
CLAIMED = date(2016, 6, 1)
LAW = RefundLaw(
    TEN_DAYS,
    InterestLaw(
        label=Text("interest", "interest", "interest"),
        rates=Dated.of([
            (date(2016, 1, 1), DatedRate(InterestRate(Decimal("0.0365"), 365), Grounds("act"))),
            (date(2016, 7, 1), DatedRate(InterestRate(Decimal("0.073"), 365), Grounds("act"))),
        ]),
        later=None, later_after=0, count="days", first_day=1, last_day_counts=True, cap=None,
        limits={}, unit=Decimal("0.01"), mode="half_up", grounds=Grounds("act"),
    ),
)  # fmt: skip
"""The ten-thousandth part a day, from July twice as much."""


@pytest.fixture
def officer(installation: Installation) -> Context:
    """Act in an office that holds 1,000.00 of a taxpayer who owed 100.00."""
    ctx = office_of(installation, {"T1": "100.00"})
    accounts = replace(ctx.pack.accounts, refunds=LAW)
    ctx = replace(ctx, pack=replace(ctx.pack, accounts=accounts), today=date(2016, 6, 3))
    pay(ctx, "T1", "1100.00", date(2016, 5, 1), "over")
    return ctx


def ask(ctx: Context, amount: str = "1000.00") -> int:
    new = NewSettlement("refund", "T1", Decimal(amount), "paid twice", claimed_on=CLAIMED)
    return settlements.request(ctx, new).request_id


def signed(ctx: Context, request_id: int, on: date) -> settlements.Settlement:
    return settlements.approve(replace(ctx, actor=HEAD, today=on), request_id)


@pytest.mark.parametrize(
    ("days_late", "interest"),
    [(-9, "0.00"), (0, "0.00"), (1, "0.10"), (19, "1.90"), (20, "2.10"), (29, "3.90")],
)
def test_interest_runs_from_the_day_after_the_last(
    officer: Context, days_late: int, interest: str
) -> None:
    paid_on = CLAIMED + timedelta(days=TEN_DAYS + days_late)
    paid = signed(officer, ask(officer), paid_on)
    assert (paid.pay_by, paid.interest) == (date(2016, 6, 11), Decimal(interest))
    after = replace(officer, today=paid_on)
    statement = {each.account: each for each in ledger.statement(after, taxpayer_id="T1")}
    lines = [(line.kind, line.debit - line.credit) for line in statement["credit:T1"].lines[1:]]
    extra = [("refund_interest", -Decimal(interest))] if Decimal(interest) else []
    assert lines == [*extra, ("refund", 1000 + Decimal(interest))]
    cost = [x.debit for x in ledger.trial_balance(after).lines if x.account == "refund_interest"]
    assert sum(cost) == Decimal(interest)
    assert books.audit(after).sound


def test_what_waits_says_what_today_would_cost(officer: Context) -> None:
    ask(officer)
    (waiting,) = settlements.settlements(replace(officer, today=date(2016, 6, 21)))
    assert (waiting.status, waiting.claimed_on, waiting.interest) == (
        "requested", CLAIMED, Decimal("1.00"),
    )  # fmt: skip
    (waiting,) = settlements.settlements(officer)
    assert waiting.interest == 0


def test_the_interest_is_no_receipt_of_a_tax(officer: Context) -> None:
    signed(officer, ask(officer), date(2016, 6, 21))
    after = replace(officer, today=date(2016, 6, 30))
    found = budgets.divided_receipts(after, first=date(2016, 1, 1), last=date(2016, 12, 31))
    assert (found.received, found.refund_interest) == (Decimal("99.00"), Decimal("1.00"))
    assert (sum(each.amount for each in found.totals), found.waiting) == (100, Decimal(0))


def test_a_pack_that_names_no_term_pays_no_interest(officer: Context) -> None:
    silent = replace(officer.pack, accounts=replace(officer.pack.accounts, refunds=None))
    ctx = replace(officer, pack=silent)
    paid = signed(ctx, ask(ctx), date(2016, 12, 31))
    assert (paid.pay_by, paid.interest) == (None, Decimal(0))
    before = NewSettlement("refund", "T1", Decimal(1), "x", claimed_on=date(2015, 12, 31))
    with_law = settlements.request(officer, before)
    assert with_law.pay_by is None  # the law begins later


def test_nobody_asks_for_a_day_to_come(officer: Context) -> None:
    new = NewSettlement("refund", "T1", Decimal(1), "x", claimed_on=date(2016, 6, 4))
    with pytest.raises(InputError, match="column claimed_on"):
        settlements.request(officer, new)
