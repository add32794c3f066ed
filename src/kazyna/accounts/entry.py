"""Entries: what is written into the journal, whole or not at all, once and for ever.

A posting moves one amount from the account that it credits to the account that it debits, so an
entry cannot be out of balance. A mistake is undone by the reversal of its entry, never by a
change.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from kazyna.accounts.chart import SUSPENSE, TREASURY, Bucket, kind_of, revenue
from kazyna.core.money import MINOR_UNITS_MAX

EntryKind = Literal[
    "charge",
    "penalty_interest",
    "fine",
    "fee",
    "correction",
    "payment",
    "refund",
    "refund_interest",
    "offset",
    "write_off",
    "remission",
    "transfer",
    "reversal",
]
"""The first five make or change debts, the next six settle them or pay a surplus out, with interest
where that is late; a `transfer` moves money that stood on the wrong account, a `reversal` undoes an
entry."""

ChargeKind = Literal["charge", "penalty_interest", "fine", "fee", "correction"]

BUCKET_OF: dict[ChargeKind, Bucket] = {
    "charge": "tax",
    "penalty_interest": "interest",
    "fine": "penalty",
    "fee": "cost",
    "correction": "tax",
}
"""The part of the debt that a kind of charge makes, unless the charge names another."""


@dataclass(frozen=True)
class Debt:
    """Which debt of a receivable account: the accounts of a taxpayer hold many."""

    period: int
    """The tax year for which it is owed."""
    bucket: Bucket
    due_on: date
    """The last day on which it can be paid in time."""
    place: str = ""
    """The district whose budget it belongs to; empty where the law knows none."""


@dataclass(frozen=True)
class Posting:
    """An amount in minor units that leaves the credited account and enters the debited one."""

    debit: str
    credit: str
    amount: int
    debt: Debt | None = None
    """Which debt moves; given when, and only when, one side is a receivable account."""

    def __post_init__(self) -> None:
        if self.debit == self.credit:
            raise ValueError(f"a posting needs two accounts, not {self.debit} twice")
        if not 0 < self.amount <= MINOR_UNITS_MAX:
            raise ValueError(f"a posting needs a positive amount that fits, not {self.amount}")
        owed = [side for side in (self.debit, self.credit) if kind_of(side) == "receivable"]
        if len(owed) != (self.debt is not None):
            raise ValueError(
                f"a posting names the debt of the one receivable account it moves, not of {owed}"
            )


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
    reverses: int | None = None
    """Of a reversal: the entry that it undoes."""

    def __post_init__(self) -> None:
        if not self.postings:
            raise ValueError("an entry needs at least one posting")
        if (self.kind == "reversal") != (self.reverses is not None):
            raise ValueError("a reversal, and only a reversal, names the entry that it undoes")


def charge(
    *, key: str, account: str, amount: int, effective_on: date, debt: Debt, description: str,
    kind: ChargeKind = "charge",
) -> Entry:  # fmt: skip
    """Charge a tax, its interest, a fine or a fee: the taxpayer owes it, the revenue is earned.

    Parameters
    ----------
    key
        Idempotency key.
    account
        The receivable account of who owes it: see `receivable`.
    amount
        Minor units, positive.
    effective_on
        When the debt begins.
    debt
        Its period, bucket, due day and place.
    description
        What the statement says.
    kind
        What kind of charge it is.
    """
    _kind, tax, _taxpayer_id = account.split(":", 2)
    posting = Posting(account, revenue(tax, debt.bucket), amount, debt)
    return Entry(key, kind, effective_on, description, (posting,))


def unmatched_payment(*, key: str, amount: int, effective_on: date, description: str) -> Entry:
    """Record money whose debt is not known yet: it waits in the suspense account.

    Parameters
    ----------
    key
        Idempotency key.
    amount
        Minor units, positive.
    effective_on
        The day the money came in.
    description
        What the payer wrote.
    """
    posting = Posting(TREASURY, SUSPENSE, amount)
    return Entry(key, "payment", effective_on, description, (posting,))


def content_of(entry: Entry) -> str:
    """Write what an entry does as one line: two requests with one key must agree in it.

    The description is left out: a request that is repeated in other words is still the same. Of a
    reversal only the entry that it undoes is asked for; its day and postings follow from the
    books on the day it is posted first.

    Examples
    --------
    >>> content_of(unmatched_payment(key="a", amount=100, effective_on=date(2016, 4, 1),
    ...                              description="bank"))
    'payment|2016-04-01|treasury<suspense:100'
    """
    if entry.reverses is not None:
        return f"reversal|{entry.reverses}"
    moved = ";".join(_moved(posting) for posting in entry.postings)
    return f"{entry.kind}|{entry.effective_on}|{moved}"


def _moved(posting: Posting) -> str:
    moved = f"{posting.debit}<{posting.credit}:{posting.amount}"
    debt = posting.debt
    if debt is None:
        return moved
    return f"{moved}:{debt.period}:{debt.bucket}:{debt.due_on}:{debt.place}"
