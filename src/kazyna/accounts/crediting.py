"""Which debt a payment settles first: an order that is law, and therefore data of a pack.

The order names the buckets and says whether the age of the debt or its bucket comes first. Kenai
Peninsula Borough (code 5.12.295) settles the oldest year first and inside it costs, interest,
penalty, tax; Rosemont, Illinois (code 3-1-6) interest, tax, penalty; Richton Park, Illinois tax,
interest, penalty. San Francisco lets the payer name another year.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from kazyna.accounts.chart import BUCKETS, Bucket, credit, kind_of
from kazyna.accounts.entry import Debt, Posting

CreditKind = Literal["payment", "offset", "write_off", "remission", "correction", "transfer"]
"""The kinds of entry that lower debts."""


@dataclass(frozen=True)
class CreditingOrder:
    """The order in which the debts of an account are settled."""

    buckets: tuple[Bucket, ...]
    """Every bucket once, the first to be settled first."""
    oldest_first: bool
    """Whether all buckets of an older period come before any of a later one."""
    payer_names_period: bool = False
    """Whether the payer may name a period that is settled before all others."""

    def __post_init__(self) -> None:
        if sorted(self.buckets) != sorted(BUCKETS):
            raise ValueError(f"an order names {', '.join(BUCKETS)} once each, not {self.buckets}")


OLDEST_FIRST = CreditingOrder(("cost", "interest", "penalty", "tax"), oldest_first=True)
"""Taken where a pack says nothing: what is owed longest is settled first, its costs before it."""


@dataclass(frozen=True)
class OpenDebt:
    """A debt and what is still owed of it, in minor units."""

    debt: Debt
    balance: int


@dataclass(frozen=True)
class Credit:
    """A request to lower the debts of one receivable account, oldest or as the order says."""

    key: str
    kind: CreditKind
    effective_on: date
    description: str
    source: str
    """The account debited: the treasury for a payment, suspense, a write-off, a revenue."""
    account: str
    """The receivable account."""
    amount: int
    """Minor units, positive."""
    period: int | None = None
    """Settled first where the order lets the payer name a period."""
    bucket: Bucket | None = None
    """With `only`: the one bucket that is lowered."""
    only: bool = False
    """Settle nothing but the period and bucket that are named."""
    surplus: bool = True
    """Whether what exceeds the debts becomes the taxpayer's credit, or is refused."""


@dataclass(frozen=True)
class Settled:
    """How an amount was spread: over debts in their order, and what was left."""

    parts: tuple[OpenDebt, ...]
    """Each debt with what was settled of it."""
    surplus: int


def in_order(
    debts: Iterable[OpenDebt], order: CreditingOrder, period: int | None = None
) -> list[OpenDebt]:
    """Put debts in the order in which they are settled.

    Parameters
    ----------
    debts
        Of one account.
    order
        What the law says on the day of the payment.
    period
        The period that the payer names; heeded only where the order allows it.
    """
    named = period if order.payer_names_period else None

    def rank(item: OpenDebt) -> tuple[object, ...]:
        debt = item.debt
        age = debt.period if order.oldest_first else 0
        bucket = order.buckets.index(debt.bucket)
        return debt.period != named, age, bucket, debt.period, debt.due_on, debt.place

    return sorted(debts, key=rank)


def settle(
    debts: Iterable[OpenDebt], amount: int, order: CreditingOrder, period: int | None = None
) -> Settled:
    """Spread an amount over debts in the order of the law.

    Parameters
    ----------
    debts
        Of one account, with what is open of each.
    amount
        Minor units, positive.
    order, period
        As for `in_order`.

    Returns
    -------
    Settled
        The parts and the surplus add up to the amount, and no part exceeds its debt.

    Examples
    --------
    >>> day = date(2020, 1, 1)
    >>> owed = [OpenDebt(Debt(2019, "tax", day), 70), OpenDebt(Debt(2019, "interest", day), 20)]
    >>> [part.balance for part in settle(owed, 50, OLDEST_FIRST).parts]
    [20, 30]
    """
    parts, rest = [], amount
    for item in in_order(debts, order, period):
        part = min(rest, item.balance)
        if part > 0:
            parts.append(OpenDebt(item.debt, part))
            rest -= part
    return Settled(tuple(parts), rest)


def reversal_postings(
    postings: Sequence[Posting], open_debts: Mapping[tuple[str, Debt], int], taxpayer_id: str
) -> tuple[Posting, ...]:
    """Undo postings without ever making a debt negative.

    What was charged and has been paid since cannot be taken back from the debt: that part becomes
    the taxpayer's credit.

    Parameters
    ----------
    postings
        What the entry to undo has posted.
    open_debts
        What is open now of the debts it touched, by account and debt, in minor units.
    taxpayer_id
        Whose accounts they are; not used where no debt is touched.

    Returns
    -------
    tuple of Posting
        Debit and credit exchanged; the sum over a taxpayer's accounts is the exact opposite.
    """
    left = dict(open_debts)
    undone = []
    for posting in postings:
        part = posting.amount
        if posting.debt is not None and kind_of(posting.debit) == "receivable":
            owed = posting.debit, posting.debt
            part = min(part, left.get(owed, 0))
            left[owed] = left.get(owed, 0) - part
        if part:
            undone.append(Posting(posting.credit, posting.debit, part, posting.debt))
        if part < posting.amount:
            surplus = posting.amount - part
            undone.append(Posting(posting.credit, credit(taxpayer_id), surplus))
    return tuple(undone)
