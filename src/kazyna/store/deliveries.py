"""Proofs of service: how and when papers reached their taxpayers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pyarrow as pa

from kazyna.store.connection import Transaction

GIVEN = pa.schema(
    [
        ("row", pa.int64()),
        ("kind", pa.string()),
        ("number", pa.string()),
        ("how", pa.string()),
        ("served_on", pa.date32()),
        ("tracking", pa.string()),
        ("evidence", pa.string()),
    ]
)
"""Proofs on their way into the register."""


@dataclass(frozen=True)
class PaperRow:
    """A paper that can be served."""

    kind: str
    number: str
    taxpayer_id: str
    issued_on: date


@dataclass(frozen=True)
class DeliveryRow:
    """One proof of service."""

    delivery_id: int
    kind: str
    number: str
    taxpayer_id: str
    taxpayer_name: str
    how: str
    served_on: date
    tracking: str
    evidence: str
    recorded_on: date
    actor: str


def papers(tx: Transaction, asked: Sequence[tuple[str, str]]) -> dict[tuple[str, str], PaperRow]:
    """Return the papers that exist of some kinds and numbers."""
    rows = tx.rows(
        PaperRow,
        """
        SELECT papers.kind, papers.number, taxpayer_id, max(issued_on) AS issued_on FROM papers
        JOIN (SELECT DISTINCT kind, number FROM unnest(%s::text[], %s::text[])
              AS given (kind, number)) AS asked USING (kind, number)
        GROUP BY papers.kind, papers.number, taxpayer_id
        """,
        ([kind for kind, _ in asked], [number for _, number in asked]),
    )
    return {(row.kind, row.number): row for row in rows}


def insert(tx: Transaction, given: pa.Table) -> int:
    """Record proofs, columns as `GIVEN`; one that stands already is left out."""
    definition = (
        '"row" bigint, kind text, number text, how text, served_on date, tracking text,'
        " evidence text"
    )
    with tx.staged("served", definition, given):
        return tx.execute(
            """
            INSERT INTO deliveries (kind, number, taxpayer_id, how, served_on, tracking, evidence)
            SELECT kind, number, taxpayer_id, how, served_on, tracking, evidence
            FROM served JOIN papers USING (kind, number) ORDER BY "row"
            ON CONFLICT DO NOTHING
            """
        )


def read(tx: Transaction, *, kind: str, number: str) -> None:
    """Record that a taxpayer reads a paper of its own, the first time."""
    tx.execute(
        """
        INSERT INTO deliveries (kind, number, taxpayer_id, how, served_on)
        SELECT kind, number, taxpayer_id, 'portal', business_day() FROM papers
        WHERE kind = %s AND number = %s LIMIT 1
        ON CONFLICT DO NOTHING
        """,
        (kind, number),
    )


def served_on(tx: Transaction, *, kind: str, number: str) -> date | None:
    """Return the day on which a paper was served, or None."""
    day: date | None = tx.value(
        "SELECT served_on FROM served_papers WHERE kind = %s AND number = %s", (kind, number)
    )
    return day


def deliveries(
    tx: Transaction,
    *,
    kind: str | None,
    number: str | None,
    taxpayer_id: str | None,
    limit: int,
) -> list[DeliveryRow]:
    """Return proofs that the role may see, the latest first."""
    return tx.rows(
        DeliveryRow,
        """
        SELECT delivery_id, kind, number, taxpayer_id, name AS taxpayer_name, how, served_on,
               tracking, evidence, recorded_on, actor
        FROM deliveries JOIN taxpayers USING (taxpayer_id)
        WHERE kind = coalesce(%(kind)s, kind) AND number = coalesce(%(number)s, number)
          AND taxpayer_id = coalesce(%(who)s, taxpayer_id)
        ORDER BY delivery_id DESC LIMIT %(limit)s
        """,
        {"kind": kind, "number": number, "who": taxpayer_id, "limit": limit},
    )


def not_served(tx: Transaction, *, kind: str, limit: int) -> list[PaperRow]:
    """Return papers of a kind that nothing proves to have reached anybody, the oldest first."""
    return tx.rows(
        PaperRow,
        """
        SELECT kind, number, taxpayer_id, issued_on FROM papers
        WHERE kind = %s AND NOT EXISTS (
            SELECT FROM served_papers AS served
            WHERE served.kind = papers.kind AND served.number = papers.number)
        ORDER BY issued_on, number LIMIT %s
        """,
        (kind, limit),
    )
