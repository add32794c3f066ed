import csv
import io
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from xml.etree import ElementTree as ET

import pytest

from kazyna.accounts import Debt, charge, receivable
from kazyna.core.errors import Conflict, InputError
from kazyna.services import books, ledger, rolls
from kazyna.services.context import Actor, Context
from kazyna.store import ledger as journal

HEAD = Actor("head", "officer")
SAFT = "{urn:OECD:StandardAuditFile-Taxation/2.00}"


def correct(ctx: Context, amount: int, on: date, key: str) -> int:
    """Post an additional charge that counts from a day."""
    debtor = ledger.arrears(ctx, limit=1).largest[0].taxpayer_id
    with ctx.transaction() as tx:
        return journal.post(
            tx,
            charge(
                key=key, account=receivable("property_tax", debtor), amount=amount, effective_on=on,
                debt=Debt(on.year, "tax", on), description="", kind="correction",
            ),
        ).entry_id  # fmt: skip


def test_what_is_closed_never_changes_and_late_facts_are_booked_after_it(officer: Context) -> None:
    through = date(2016, 2, 29)
    closed = books.close(officer, through=through, reason="two months")
    assert sum(closed.totals.values()) == 0
    entry = correct(officer, 700, date(2016, 1, 15), "late")
    with officer.transaction() as tx:
        booked, effective = (
            tx.value(f"SELECT {column} FROM entries WHERE entry_id = {entry}")
            for column in ("booked_on", "effective_on")
        )
    assert (booked, effective) == (date(2016, 3, 1), date(2016, 1, 15))
    assert books.audit(officer).sound
    with pytest.raises(Conflict, match="closed through 2016-02-29 already"):
        books.close(officer, through=through)
    with pytest.raises(InputError, match="column through"):
        books.close(officer, through=officer.today + timedelta(days=1))


def test_two_persons_open_a_period_again_and_it_is_kept(officer: Context) -> None:
    with pytest.raises(Conflict, match="No period is closed"):
        books.reopen(officer, reason="mistake")
    books.close(officer, through=date(2016, 1, 31))
    books.close(officer, through=date(2016, 2, 29))
    books.reopen(officer, reason="mistake")
    with pytest.raises(Conflict, match="second person must sign"):
        books.reopen(officer, reason="mistake")
    assert books.reopen(replace(officer, actor=HEAD), reason="agreed").event == "reopened"
    correct(officer, 700, date(2016, 1, 15), "late")
    correct(officer, 300, date(2016, 2, 15), "open")
    again = books.close(officer, through=date(2016, 2, 29))
    assert again.closed_from == date(2016, 2, 1)
    assert again.totals["revenue:property_tax"] == -10
    assert [event.event for event in books.periods(officer)] == [
        "closed", "reopened", "reopening_asked", "closed", "closed",
    ]  # fmt: skip
    assert books.audit(officer).sound


@pytest.mark.parametrize(
    "alteration",
    [
        "UPDATE postings SET amount = amount + 1 WHERE entry_id = 5",
        "UPDATE entries SET description = 'other' WHERE entry_id = 5",
        "UPDATE items SET account = (SELECT account FROM items AS other"
        " WHERE other.period IS NOT NULL AND other.account <> items.account LIMIT 1), place = 'x'"
        " WHERE item_id = (SELECT debit FROM postings WHERE entry_id = 5)",
        "DELETE FROM entries WHERE entry_id = 5",
    ],
)
def test_the_audit_names_the_first_entry_that_was_altered(
    officer: Context, alteration: str
) -> None:
    books.seal(officer)
    assert books.audit(officer).sound
    with officer.database.administration() as tx:
        for table in ("entries", "postings"):
            tx.execute(f"ALTER TABLE {table} DISABLE TRIGGER append_only")
        tx.execute(alteration)
    found = books.audit(officer)
    assert not found.sound
    assert found.altered_entry in ({6} if alteration.startswith("DELETE") else {5, 2, 3, 4})
    assert found.altered is not None


def test_a_rewritten_chain_does_not_have_the_digest_that_was_noted_down(officer: Context) -> None:
    noted = books.seal(officer).digest
    assert books.audit(officer, digest=noted).sound
    with officer.database.administration() as tx:
        for table in ("postings", "seals"):
            tx.execute(f"ALTER TABLE {table} DISABLE TRIGGER append_only")
        tx.execute("UPDATE postings SET amount = amount + 1 WHERE entry_id = 5")
        tx.execute("DELETE FROM seals")
        tx.execute(
            "UPDATE items SET balance = balance + 1"
            " WHERE item_id = (SELECT debit FROM postings WHERE entry_id = 5)"
        )
    books.seal(officer)
    assert books.audit(officer).sound
    assert not books.audit(officer, digest=noted).sound


def test_an_altered_balance_is_found_by_replaying_the_journal(officer: Context) -> None:
    with officer.database.administration() as tx:
        account = tx.value(
            "UPDATE items SET balance = balance + 1 WHERE item_id ="
            " (SELECT debit FROM postings WHERE entry_id = 1) RETURNING account"
        )
    assert books.audit(officer).wrong_balances == (account,)


def test_a_statement_as_of_a_day_and_as_it_was_known(officer: Context) -> None:
    debtor = ledger.arrears(officer, limit=1).largest[0]
    bill = rolls.bills_of_taxpayer(officer, debtor.taxpayer_id)[0]
    before_it, its_day, later_day = date(2016, 2, 28), date(2016, 3, 1), timedelta(days=30)

    def owed(**asked: date) -> Decimal:
        (found,) = ledger.statement(officer, taxpayer_id=debtor.taxpayer_id, **asked)
        return found.balance

    now, then, earlier = owed(), owed(on=its_day), owed(on=before_it)
    later = replace(officer, today=officer.today + later_day)
    ledger.record_payment(
        later, reference=bill.reference, amount=Decimal(7), received_on=its_day, key="late"
    )
    assert (owed(), owed(on=its_day), owed(on=before_it)) == (now - 7, then - 7, earlier)
    assert owed(known_on=officer.today) == now
    assert owed(known_on=later.today) == now - 7
    assert owed(on=its_day, known_on=officer.today) == then


def test_the_journal_is_exported_whole(officer: Context) -> None:
    first, last = date(2016, 1, 1), date(2016, 12, 31)
    trial = ledger.trial_balance(officer)
    rows = list(
        csv.DictReader(io.StringIO(books.export_csv(officer, first=first, last=last).decode()))
    )
    amounts = [Decimal(row["amount"]) for row in rows]
    assert sum(amounts) == 0
    assert sum(amount for amount in amounts if amount > 0) == trial.debit
    root = ET.fromstring(  # noqa: S314 (our own file)
        books.export_saft(officer, first=first, last=last)
    )
    entries = root.find(f"{SAFT}GeneralLedgerEntries")
    assert entries is not None
    assert entries.findtext(f"{SAFT}TotalDebit") == entries.findtext(f"{SAFT}TotalCredit")
    assert entries.findtext(f"{SAFT}TotalDebit") == str(trial.debit)
    assert entries.findtext(f"{SAFT}NumberOfEntries") == str(len({r["entry_id"] for r in rows}))
    accounts = root.findall(f"{SAFT}MasterFiles/{SAFT}GeneralLedgerAccounts/{SAFT}Account")
    assert len(accounts) == len({row["account"] for row in rows})
    with pytest.raises(InputError, match="column last"):
        books.export_csv(officer, first=last, last=first)


def test_revenue_by_place_adds_up_to_the_revenue(officer: Context) -> None:
    places = ledger.revenue_by_place(officer)
    revenue = ledger.revenue(officer)
    assert sum(place.charged for place in places) == revenue.charged
    settled = sum(m.received for m in revenue.months if m.tax == "property_tax")
    assert sum(place.received for place in places) == settled
