"""Entries: what is written into the journal, whole or not at all, once and for ever.

A posting moves one amount from the account that it credits to the account that it debits, so an
entry cannot be out of balance. A mistake is undone by the reversal of its entry, never by a
change.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from kazyna.accounts.chart import TREASURY, receivable, revenue
from kazyna.core.money import MINOR_UNITS_MAX

EntryKind = Literal["charge", "payment", "reversal"]


@dataclass(frozen=True)
class Posting:
    """An amount in minor units that leaves the credited account and enters the debited one."""

    debit: str
    credit: str
    amount: int

    def __post_init__(self) -> None:
        if self.debit == self.credit:
            raise ValueError(f"a posting needs two accounts, not {self.debit} twice")
        if not 0 < self.amount <= MINOR_UNITS_MAX:
            raise ValueError(f"a posting needs a positive amount that fits, not {self.amount}")


@dataclass(frozen=True)
class Entry:
    """One event in the books, with the postings it makes."""

    key: str
    """Given by whoever asks: the same key is posted once, however often it is asked."""
    kind: EntryKind
    effective_on: date
    """The day from which the event counts; it may lie before the day it was posted."""
    description: str
    postings: tuple[Posting, ...]
    due_on: date | None = None
    """Of a charge: the last day on which it can be paid in time."""
    reverses: int | None = None
    """Of a reversal: the entry that it undoes."""

    def __post_init__(self) -> None:
        if not self.postings:
            raise ValueError("an entry needs at least one posting")
        if (self.kind == "reversal") != (self.reverses is not None):
            raise ValueError("a reversal, and only a reversal, names the entry that it undoes")


def charge(
    *, key: str, tax: str, taxpayer_id: str, amount: int, effective_on: date, due_on: date,
    description: str,
) -> Entry:  # fmt: skip
    """Charge a tax: the taxpayer owes it, and the revenue is earned.

    Parameters
    ----------
    key
        Idempotency key.
    tax, taxpayer_id
        What for and who.
    amount
        Minor units, positive.
    effective_on, due_on
        When the debt begins, and the last day to pay it in time.
    description
        What the statement says.
    """
    posting = Posting(receivable(tax, taxpayer_id), revenue(tax), amount)
    return Entry(key, "charge", effective_on, description, (posting,), due_on=due_on)


def payment(
    *, key: str, tax: str, taxpayer_id: str, amount: int, effective_on: date, description: str
) -> Entry:
    """Record a payment: money comes into the treasury, and the taxpayer owes less.

    Parameters
    ----------
    key
        Idempotency key.
    tax, taxpayer_id
        What for and who.
    amount
        Minor units, positive; what exceeds the debt stands as the taxpayer's credit.
    effective_on
        The day the money came in.
    description
        What the statement says.
    """
    posting = Posting(TREASURY, receivable(tax, taxpayer_id), amount)
    return Entry(key, "payment", effective_on, description, (posting,))


def reversal(
    entry_id: int, postings: tuple[Posting, ...], *, key: str, effective_on: date, reason: str
) -> Entry:
    """Undo an entry: its postings with debit and credit exchanged.

    Parameters
    ----------
    entry_id, postings
        The entry to undo and what it posted.
    key
        Idempotency key.
    effective_on
        The day from which it no longer counts.
    reason
        What the statement says.
    """
    undone = tuple(Posting(posting.credit, posting.debit, posting.amount) for posting in postings)
    return Entry(key, "reversal", effective_on, reason, undone, reverses=entry_id)


def content_of(entry: Entry) -> str:
    """Write what an entry does as one line: two requests with one key must agree in it.

    The description is left out: a request that is repeated in other words is still the same. So
    is the day of a reversal, which is not asked for, but the day on which it is posted.

    Examples
    --------
    >>> content_of(payment(key="a", tax="t", taxpayer_id="T1", amount=100,
    ...                    effective_on=date(2016, 4, 1), description="bank"))
    'payment|2016-04-01|treasury<receivable:t:T1:100'
    """
    moved = ";".join(f"{p.debit}<{p.credit}:{p.amount}" for p in entry.postings)
    which = entry.effective_on if entry.reverses is None else entry.reverses
    return f"{entry.kind}|{which}|{moved}"
