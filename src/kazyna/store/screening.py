"""The register of doubted sales of each round, and of valuers' decisions about single sales."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa

from kazyna.store.connection import Transaction


@dataclass(frozen=True)
class ScreenedRow:
    """One sale that the screening of a round doubted, beside what is decided about it by now."""

    property_id: str
    sold_on: date
    price: Decimal
    kept: bool
    reasons: list[dict[str, Any]]
    decided: bool
    """Whether a decision was ever made, also one that was taken back."""
    keep: bool | None
    note: str | None
    decided_by: str | None
    decided_on: date | None


@dataclass(frozen=True)
class DecisionRow:
    """What counts as decided about one sale; without `keep` it is left to the screening."""

    property_id: str
    sold_on: date
    keep: bool | None
    note: str
    decided_by: str
    decided_on: date


def insert_screened(tx: Transaction, sales: pa.Table) -> int:
    """Record the doubted sales of a draft: round_id, property_id, sold_on, price, kept, reasons."""
    return tx.append("screened_sales", sales)


def screened_of_round(
    tx: Transaction, round_id: int, *, limit: int | None = None, offset: int = 0
) -> list[ScreenedRow]:
    """Return the doubted sales of a round: first those left out, the dearest first."""
    return tx.rows(
        ScreenedRow,
        """
        SELECT property_id, sold_on, price, kept, reasons, note IS NOT NULL AS decided,
               keep, note, decided_by, decided_on
        FROM screened_sales LEFT JOIN settled_sale_decisions USING (property_id, sold_on)
        WHERE round_id = %s
        ORDER BY kept, price DESC, property_id, sold_on LIMIT %s OFFSET %s
        """,
        (round_id, limit, offset),
    )


@dataclass(frozen=True)
class ReasonRow:
    """How many doubted sales have the same first reason, and whether they were kept."""

    kept: bool
    reason: str | None
    """None where nothing speaks against the sale but a valuer."""
    sales: int


def counted_reasons(tx: Transaction, round_id: int) -> list[ReasonRow]:
    """Count the doubted sales of a round by their first reason."""
    return tx.rows(
        ReasonRow,
        """
        SELECT kept, reasons #>> '{0,reason}' AS reason, count(*) AS sales
        FROM screened_sales WHERE round_id = %s GROUP BY 1, 2
        """,
        (round_id,),
    )


def screened_page(
    tx: Transaction, round_id: int, *, kept: bool, reason: str | None, after: int, limit: int
) -> list[ScreenedRow]:
    """Return some of the doubted sales, the dearest first; of one first reason if it is given."""
    return tx.rows(
        ScreenedRow,
        """
        SELECT property_id, sold_on, price, kept, reasons, note IS NOT NULL AS decided,
               keep, note, decided_by, decided_on
        FROM screened_sales LEFT JOIN settled_sale_decisions USING (property_id, sold_on)
        WHERE round_id = %(round_id)s AND kept = %(kept)s
          AND (%(reason)s::text IS NULL
               OR coalesce(reasons #>> '{0,reason}', '') = %(reason)s::text)
        ORDER BY price DESC, property_id, sold_on LIMIT %(limit)s OFFSET %(after)s
        """,
        {"round_id": round_id, "kept": kept, "reason": reason, "after": after, "limit": limit},
    )


def insert_decision(
    tx: Transaction, property_id: str, sold_on: date, *, keep: bool | None, note: str, on: date
) -> None:
    """Record what is decided about a sale."""
    tx.execute(
        "INSERT INTO sale_decisions (property_id, sold_on, keep, note, decided_on)"
        " VALUES (%s, %s, %s, %s, %s)",
        (property_id, sold_on, keep, note, on),
    )


def decision_of(tx: Transaction, property_id: str, sold_on: date) -> DecisionRow | None:
    """Return what counts as decided about a sale, or None."""
    return tx.row(
        DecisionRow,
        "SELECT * FROM settled_sale_decisions WHERE property_id = %s AND sold_on = %s",
        (property_id, sold_on),
    )


def decisions(tx: Transaction, *, until: date) -> list[DecisionRow]:
    """Return what counts as decided about the sales up to a day, in a fixed order."""
    return tx.rows(
        DecisionRow,
        """
        SELECT * FROM settled_sale_decisions
        WHERE keep IS NOT NULL AND sold_on <= %s ORDER BY property_id, sold_on
        """,
        (until,),
    )


def sale_is_known(tx: Transaction, property_id: str, sold_on: date) -> bool:
    """Whether such a sale is recorded."""
    known: bool = tx.value(
        "SELECT EXISTS (SELECT FROM sales WHERE property_id = %s AND sold_on = %s)",
        (property_id, sold_on),
    )
    return known
