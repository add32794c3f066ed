"""Double entry: the chart of accounts, balanced entries, statements and the age of debts."""

from kazyna.accounts.arrears import AGE_LIMITS_DAYS, age_bucket
from kazyna.accounts.chart import TREASURY, AccountKind, kind_of, receivable, revenue
from kazyna.accounts.entry import Entry, EntryKind, Posting, charge, content_of, payment, reversal
from kazyna.accounts.reference import creditor_reference, is_creditor_reference
from kazyna.accounts.statement import Movement, StatementLine, Totals, running, totals

__all__ = [
    "AGE_LIMITS_DAYS",
    "TREASURY",
    "AccountKind",
    "Entry",
    "EntryKind",
    "Movement",
    "Posting",
    "StatementLine",
    "Totals",
    "age_bucket",
    "charge",
    "content_of",
    "creditor_reference",
    "is_creditor_reference",
    "kind_of",
    "payment",
    "receivable",
    "revenue",
    "reversal",
    "running",
    "totals",
]
