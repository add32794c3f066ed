"""Interest of the day in the books, without a line on every account."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from debtors import charge, office_of, pay
from kazyna.core.errors import Conflict, Forbidden, InputError, NotFound
from kazyna.packs.pack import load_pack
from kazyna.services import accruals, books, interest, ledger
from kazyna.services.context import Actor, Context, Installation

OWED = {"T1": "5000.00", "T2": "1234.56", "T3": "7.10", "T4": "900.00"}
DUE = date(2026, 3, 31)
TAX = "property"


@pytest.fixture
def office(installation: Installation) -> Context:
    """Open an office by Kyrgyz law: 0.09 % a day."""
    ctx = replace(office_of(installation, {"T9": "1.00"}), pack=load_pack("kg"))
    charge(ctx, OWED, tax=TAX, year=2025, due_on=DUE)
    return on(ctx, date(2026, 5, 10))


def on(ctx: Context, day: date) -> Context:
    return replace(ctx, today=day)


def to_day(ctx: Context) -> Decimal:
    """Add up what every account shows as not charged, computed one by one."""
    everyone = (*OWED, "T9")
    return sum((interest.interest_to(ctx, taxpayer_id=who).not_charged for who in everyone),
               Decimal(0))  # fmt: skip


def in_books(ctx: Context) -> Decimal:
    lines = {line.account: line.debit - line.credit for line in ledger.trial_balance(ctx).lines}
    return sum((lines[name] for name in lines if name.startswith("accrued:")), Decimal(0))


def forget(ctx: Context) -> None:
    with ctx.transaction() as tx:
        tx.execute("DELETE FROM interest_kept")


def test_a_day_is_one_line_a_tax_and_what_each_account_shows(office: Context) -> None:
    first = accruals.record(office)
    assert first.accrued == first.added == to_day(office) == in_books(office)
    assert (first.debts, first.computed) == (len(OWED) + 1, len(OWED) + 1)
    assert accruals.record(office).accrual_id is None
    owed = [x.balance for x in ledger.statement(office, taxpayer_id="T1")]
    assert owed == [Decimal("5000.00")]
    assert books.audit(office).sound


def test_days_are_added_to_what_is_kept(office: Context) -> None:
    accruals.record(office)
    for day in (date(2026, 5, 11), date(2026, 6, 1), date(2028, 1, 1)):
        later = on(office, day)
        found = accruals.record(later)
        assert (found.computed, found.accrued) == (0, to_day(later))
        assert in_books(later) == found.accrued


def test_what_has_moved_is_computed_again(office: Context) -> None:
    accruals.record(office)
    later = on(office, date(2026, 5, 20))
    pay(later, "T2", "500.00", date(2026, 5, 12), "late", year=2025)
    pay(later, "T3", "7.10", date(2026, 3, 1), "in time, told late", year=2025)
    found = accruals.record(later)
    assert found.accrued == to_day(later)
    forget(later)
    afresh = accruals.record(later)
    assert (afresh.accrual_id, afresh.accrued) == (None, found.accrued)
    assert afresh.computed == found.debts


def test_debts_that_become_late_join(office: Context) -> None:
    charge(office, {"T1": "250.00"}, tax=TAX, year=2026, due_on=date(2026, 5, 15))
    assert accruals.record(office).debts == len(OWED) + 1
    later = on(office, date(2026, 5, 16))
    found = accruals.record(later)
    assert (found.debts, found.computed) == (len(OWED) + 2, 1)
    assert found.accrued == to_day(later)


def test_charging_takes_it_out_of_the_accrued(office: Context) -> None:
    accruals.record(office)
    later = on(office, date(2026, 5, 31))
    pay(later, "T4", "100.00", date(2026, 5, 11), "part", year=2025)
    accrued = accruals.record(later).accrued
    run = interest.accrue(later)
    assert run.charged == accrued
    assert in_books(later) == to_day(later) == 0
    next_day = on(office, date(2026, 6, 1))
    accrued = accruals.record(next_day).accrued
    assert accrued == to_day(next_day) == in_books(next_day) > 0
    assert interest.accrue(next_day).charged == accrued
    assert in_books(next_day) == 0
    assert books.audit(next_day).sound


def test_what_is_kept_is_no_second_truth(office: Context) -> None:
    accruals.record(office)
    with office.database.administration() as tx:
        tx.execute("UPDATE interest_kept SET last_entry = last_entry + 1000000")
    later = on(office, date(2026, 5, 20))
    pay(later, "T2", "500.00", date(2026, 5, 12), "unseen by what is kept", year=2025)
    assert accruals.record(later).accrued == to_day(later)
    dearer = load_pack("ru").accounts.interest
    other = replace(later.pack, accounts=replace(later.pack.accounts, interest=dearer))
    elsewhere = replace(later, pack=other)
    found = accruals.record(elsewhere)
    assert found.computed == found.debts
    assert found.accrued == to_day(elsewhere)


def test_what_is_refused(office: Context) -> None:
    accruals.record(office)
    with pytest.raises(Conflict, match="in the books through 2026-05-10 already"):
        accruals.record(office, through=date(2026, 5, 9))
    with pytest.raises(InputError, match="the day is 2026-05-11"):
        accruals.record(office, through=date(2026, 5, 11))
    with pytest.raises(Forbidden):
        accruals.record(replace(office, actor=Actor("t", "taxpayer", "T1")))
    silent = replace(office.pack, accounts=replace(office.pack.accounts, interest=None))
    with pytest.raises(NotFound, match="says nothing of penalty interest"):
        accruals.record(replace(office, pack=silent))
