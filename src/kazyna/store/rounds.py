"""The register of valuation rounds and their values."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa
from psycopg.types.json import Jsonb

from kazyna.store.connection import Transaction


@dataclass(frozen=True)
class RoundRow:
    """One round as recorded; `report` is what the round said of itself when it was published."""

    round_id: int
    valuation_date: date
    status: str
    properties: int
    total_value: Decimal
    report: dict[str, Any]


@dataclass(frozen=True)
class ValueRow:
    """One property's value in a round, with its evidence as it was stored."""

    value: Decimal
    low: Decimal
    high: Decimal
    base: Decimal
    per_m2: Decimal | None
    reasons: list[dict[str, Any]]
    comparables: list[dict[str, Any]]


@dataclass(frozen=True)
class StudyRow:
    """One sale of a round's hold-out."""

    property_id: str
    sold_on: date
    price: Decimal
    value: Decimal


def insert_round(
    tx: Transaction,
    *,
    valuation_date: date,
    provenance: dict[str, Any],
    properties: int,
    total_value: Decimal,
    report: dict[str, Any],
) -> int | None:
    """Record a published round; None when one is published for that date already.

    `provenance` has pack, pack_hash, data_hash, code_version and seed: what the values follow from.
    """
    round_id: int | None = tx.value(
        """
        INSERT INTO rounds (valuation_date, status, pack, pack_hash, data_hash, code_version, seed,
                            properties, total_value, report)
        VALUES (%(valuation_date)s, 'published', %(pack)s, %(pack_hash)s, %(data_hash)s,
                %(code_version)s, %(seed)s, %(properties)s, %(total_value)s, %(report)s)
        ON CONFLICT (valuation_date) WHERE status = 'published' DO NOTHING
        RETURNING round_id
        """,
        {
            **provenance,
            "valuation_date": valuation_date,
            "properties": properties,
            "total_value": total_value,
            "report": Jsonb(report),
        },
    )
    return round_id


def insert_values(tx: Transaction, round_id: int, values: pa.Table) -> int:
    """Record the values of a round.

    Columns property_id, value, low, high, base, area_m2 (may be empty), reasons and comparables
    (JSON text). The value per square metre is divided here, in exact decimals.
    """
    columns = (
        "property_id text, value numeric, low numeric, high numeric, base numeric,"
        " area_m2 numeric, reasons jsonb, comparables jsonb"
    )
    with tx.staged("valued", columns, values):
        return tx.execute(
            """
            INSERT INTO values
                (round_id, property_id, value, low, high, base, per_m2, reasons, comparables)
            SELECT %s, property_id, value, low, high, base, round(value / nullif(area_m2, 0), 2),
                   reasons, comparables
            FROM valued
            """,
            (round_id,),
        )


def insert_study_sales(tx: Transaction, sales: pa.Table) -> int:
    """Record the hold-out of a round: round_id, property_id, sold_on, price, value."""
    return tx.append("study_sales", sales)


def latest_published(tx: Transaction) -> RoundRow | None:
    """Return the published round of the latest valuation date, or None."""
    return tx.row(
        RoundRow,
        """
        SELECT round_id, valuation_date, status, properties, total_value, report
        FROM rounds WHERE status = 'published' ORDER BY valuation_date DESC LIMIT 1
        """,
    )


def value_of(tx: Transaction, *, round_id: int, property_id: str) -> ValueRow | None:
    """Return one property's value in a round, or None."""
    return tx.row(
        ValueRow,
        """
        SELECT value, low, high, base, per_m2, reasons, comparables
        FROM values WHERE round_id = %s AND property_id = %s
        """,
        (round_id, property_id),
    )


def study_sales(tx: Transaction, round_id: int) -> list[StudyRow]:
    """Return the hold-out of a round in the order of time."""
    return tx.rows(
        StudyRow,
        "SELECT property_id, sold_on, price, value FROM study_sales"
        " WHERE round_id = %s ORDER BY sold_on, property_id",
        (round_id,),
    )
