"""A roll beside that of the year before: who pays more, less, for the first time, no more."""

from dataclasses import dataclass
from decimal import Decimal
from typing import LiteralString

from kazyna.store.connection import Transaction

COMPARED: LiteralString = """
    WITH now AS (
        SELECT property_id, taxpayer_id, amount FROM draft_bills
        WHERE roll_id = %(roll)s AND taxpayer_id IS NOT NULL
        UNION ALL
        SELECT property_id, taxpayer_id, amount FROM standing_bills WHERE roll_id = %(roll)s
    ), before AS (
        SELECT property_id, taxpayer_id, amount FROM standing_bills JOIN rolls USING (roll_id)
        WHERE tax = %(tax)s AND year = %(year)s - 1 AND status = 'issued'
    ), compared AS (
        SELECT property_id, taxpayer_id, before.amount AS before, now.amount AS after
        FROM (SELECT property_id, taxpayer_id, sum(amount) AS amount FROM now GROUP BY 1, 2) AS now
        FULL JOIN (SELECT property_id, taxpayer_id, sum(amount) AS amount FROM before
                   GROUP BY 1, 2) AS before USING (property_id, taxpayer_id)
    )
"""


@dataclass(frozen=True)
class GroupRow:
    """The bills that changed in one way."""

    change: str
    bills: int
    before: Decimal
    after: Decimal


@dataclass(frozen=True)
class ComparedRow:
    """One bill in both years."""

    property_id: str
    taxpayer_id: str
    before: Decimal | None
    after: Decimal | None


def groups(tx: Transaction, *, roll_id: int, tax: str, year: int) -> list[GroupRow]:
    """Count the bills that rise, fall, stay, are new or gone, with their sums."""
    return tx.rows(
        GroupRow,
        COMPARED  # noqa: S608 (both texts are ours)
        + """
        SELECT CASE WHEN before IS NULL THEN 'new' WHEN after IS NULL THEN 'gone'
                    WHEN after > before THEN 'rises' WHEN after < before THEN 'falls'
                    ELSE 'same' END AS change,
               count(*) AS bills, coalesce(sum(before), 0) AS before,
               coalesce(sum(after), 0) AS after
        FROM compared GROUP BY 1 ORDER BY 1
        """,
        {"roll": roll_id, "tax": tax, "year": year},
    )


def largest(tx: Transaction, *, roll_id: int, tax: str, year: int, limit: int) -> list[ComparedRow]:
    """Return the bills that changed most, those that stand in both years."""
    return tx.rows(
        ComparedRow,
        COMPARED  # noqa: S608
        + """
        SELECT property_id, taxpayer_id, before, after FROM compared
        WHERE before <> after ORDER BY abs(after - before) DESC, property_id, taxpayer_id
        LIMIT %(limit)s
        """,
        {"roll": roll_id, "tax": tax, "year": year, "limit": limit},
    )
