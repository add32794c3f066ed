"""A statement: the movements of one account with the balance after each."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from kazyna.accounts.entry import EntryKind


@dataclass(frozen=True)
class Movement:
    """What one entry did to one account; a positive amount is a debit, a negative one a credit."""

    account: str
    entry_id: int
    kind: EntryKind
    effective_on: date
    posted_at: datetime
    description: str
    amount: int
    reversed: bool
    """Whether a later entry that stands itself has undone this one."""


@dataclass(frozen=True)
class StatementLine:
    """A movement and the balance of the account after it, in minor units."""

    movement: Movement
    balance: int


@dataclass(frozen=True)
class Totals:
    """What an account was charged, what was paid, and what is left, in minor units."""

    charged: int
    paid: int
    balance: int


def running(movements: Iterable[Movement]) -> tuple[StatementLine, ...]:
    """Order movements by the day they count from and carry the balance along.

    Parameters
    ----------
    movements
        Of one account, in any order.

    Returns
    -------
    tuple of StatementLine
        In the order of `effective_on`, then of posting, so that a payment that is posted late
        stands where it belongs.
    """
    lines = []
    balance = 0
    for movement in sorted(movements, key=lambda m: (m.effective_on, m.entry_id)):
        balance += movement.amount
        lines.append(StatementLine(movement, balance))
    return tuple(lines)


def totals(movements: Iterable[Movement]) -> Totals:
    """Add up what was charged and paid, leaving out what was undone.

    Parameters
    ----------
    movements
        Of one account, in any order.

    Returns
    -------
    Totals
        `charged - paid = balance`, always. An entry and its reversal are left out of the first
        two, except for what had been paid of an undone charge: that money became credit of the
        taxpayer, so on this account the part of the charge that it paid still stands.
    """
    given = tuple(movements)
    standing = [m for m in given if not m.reversed and m.kind != "reversal"]
    undone = sum(m.amount for m in given if m.reversed or m.kind == "reversal")
    amounts = [undone, *(m.amount for m in standing)]
    return Totals(
        charged=sum(amount for amount in amounts if amount > 0),
        paid=-sum(amount for amount in amounts if amount < 0),
        balance=sum(m.amount for m in given),
    )
