"""The books: payments, reversals, statements, revenue and arrears."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal


@dataclass(frozen=True)
class PostedEntry:
    """An entry as it stands in the journal; asked twice, it stands once."""

    entry_id: int
    kind: str
    effective_on: date
    amount: Decimal
    created: bool
    """False when the same request had been posted before."""
    balance: Decimal
    """What the taxpayer owes for this tax after the entry; negative is credit."""


@dataclass(frozen=True)
class StatementLine:
    """One movement on an account."""

    entry_id: int
    effective_on: date
    posted_at: datetime
    kind: str
    description: str
    debit: Decimal
    credit: Decimal
    balance: Decimal
    reversed: bool


@dataclass(frozen=True)
class Statement:
    """The movements and balance of one account."""

    account: str
    taxpayer_id: str | None
    taxpayer_name: str | None
    currency: str
    lines: tuple[StatementLine, ...]
    charged: Decimal
    paid: Decimal
    balance: Decimal


@dataclass(frozen=True)
class RevenueMonth:
    """What was charged and received in one month for one tax."""

    tax: str
    month: date
    charged: Decimal
    received: Decimal


@dataclass(frozen=True)
class Revenue:
    """Revenue by tax and month, with its totals."""

    currency: str
    months: tuple[RevenueMonth, ...]
    charged: Decimal
    received: Decimal


@dataclass(frozen=True)
class Arrear:
    """One taxpayer's unpaid debt that is past its due date."""

    account: str
    taxpayer_id: str
    taxpayer_name: str
    balance: Decimal
    due_on: date
    days_late: int


@dataclass(frozen=True)
class AgeBucket:
    """Arrears of one age."""

    from_days: int
    to_days: int | None
    debtors: int
    amount: Decimal


@dataclass(frozen=True)
class Arrears:
    """Debts past their due date: by age, and the largest first."""

    on: date
    currency: str
    total: Decimal
    outstanding: Decimal
    """All unpaid charges, also those not yet due."""
    debtors: int
    buckets: tuple[AgeBucket, ...]
    largest: tuple[Arrear, ...]


@dataclass(frozen=True)
class TrialBalanceLine:
    """One kind of account and its totals."""

    account: str
    debit: Decimal
    credit: Decimal


@dataclass(frozen=True)
class TrialBalance:
    """All accounts by kind; debits equal credits."""

    currency: str
    lines: tuple[TrialBalanceLine, ...]
    debit: Decimal
    credit: Decimal
