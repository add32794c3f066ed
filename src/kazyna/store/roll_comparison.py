"""A roll beside that of the year before: who pays more, less, for the first time, no more."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import LiteralString

from kazyna.store.connection import Transaction

COMPARED: LiteralString = """
    WITH now AS (
        SELECT property_id, taxpayer_id, place, amount FROM draft_bills
        WHERE roll_id = %(roll)s AND taxpayer_id IS NOT NULL
        UNION ALL
        SELECT property_id, taxpayer_id, place, amount FROM standing_bills
        WHERE roll_id = %(roll)s
    ), before AS (
        SELECT property_id, taxpayer_id, place, amount
        FROM standing_bills JOIN rolls USING (roll_id)
        WHERE tax = %(tax)s AND year = %(year)s - 1 AND status = 'issued'
    ), compared AS (
        SELECT property_id, taxpayer_id, coalesce(now.place, before.place) AS place,
               before.amount AS before, now.amount AS after
        FROM (SELECT property_id, taxpayer_id, max(place) AS place, sum(amount) AS amount
              FROM now GROUP BY 1, 2) AS now
        FULL JOIN (SELECT property_id, taxpayer_id, max(place) AS place, sum(amount) AS amount
                   FROM before GROUP BY 1, 2) AS before USING (property_id, taxpayer_id)
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


@dataclass(frozen=True)
class BandRow:
    """The bills of both years whose change lies between two limits."""

    band: int
    bills: int
    before: Decimal
    after: Decimal


@dataclass(frozen=True)
class PlaceRow:
    """What a place was and is asked for."""

    place: str
    bills: int
    before: Decimal
    after: Decimal


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


def bands(
    tx: Transaction, *, roll_id: int, tax: str, year: int, limits: Sequence[Decimal]
) -> list[BandRow]:
    """Count the bills of both years by how much they change, as shares of what was asked before.

    Band 0 lies below the first limit, band n from the n-th limit on.
    """
    return tx.rows(
        BandRow,
        COMPARED  # noqa: S608
        + """
        SELECT width_bucket(after / before - 1, %(limits)s::numeric[]) AS band, count(*) AS bills,
               sum(before) AS before, sum(after) AS after
        FROM compared WHERE before > 0 AND after IS NOT NULL GROUP BY 1 ORDER BY 1
        """,
        {"roll": roll_id, "tax": tax, "year": year, "limits": list(limits)},
    )


def places(tx: Transaction, *, roll_id: int, tax: str, year: int) -> list[PlaceRow]:
    """Return what each place was and is asked for, the largest first."""
    return tx.rows(
        PlaceRow,
        COMPARED  # noqa: S608
        + """
        SELECT place, count(*) AS bills, coalesce(sum(before), 0) AS before,
               coalesce(sum(after), 0) AS after
        FROM compared GROUP BY 1 ORDER BY 4 DESC, 1
        """,
        {"roll": roll_id, "tax": tax, "year": year},
    )
