"""Movements of marked goods by taxpayer and document, and the assessments proposed from them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from psycopg.types.json import Jsonb

from kazyna.store.connection import Transaction


@dataclass(frozen=True)
class MovedRow:
    """Units of one product that one document of a taxpayer moved."""

    taxpayer_id: str
    taxpayer_name: str
    kind: str
    document_id: str
    happened_on: date
    gtin: str
    excise_goods: str
    unit_quantity: Decimal
    """Of one unit, in the unit of the excise rate."""
    units: int


@dataclass(frozen=True)
class SoldRow:
    """Units of one product that one receipt or report sold, or that came back from buyers."""

    taxpayer_id: str
    taxpayer_name: str
    kind: str
    document_id: str
    happened_on: date
    gtin: str
    goods: str
    """The group of goods."""
    excise_goods: str | None
    """None of goods without excise."""
    unit_quantity: Decimal
    """Of one unit, in the unit of the excise rate; 0 where none is registered."""
    units: int
    """Below nought where they came back."""
    paid: int | None
    """For all of them, in minor units; None where the price is not known."""


@dataclass(frozen=True)
class ProposalRow:
    """One proposed assessment and what became of it."""

    proposal_id: int
    taxpayer_id: str
    taxpayer_name: str
    tax: str
    month: date
    expected: Decimal
    declared: Decimal
    assessed: Decimal
    amount: Decimal
    details: dict[str, Any]
    content_hash: str
    due_on: date
    proposed_on: date
    proposed_by: str
    decision: str | None
    note: str | None
    decided_on: date | None
    decided_by: str | None


PROPOSALS = """
    SELECT proposal_id, proposals.taxpayer_id, name AS taxpayer_name, tax, month, expected,
           declared, assessed, amount, details, content_hash, due_on, proposed_on,
           proposals.proposed_by, decision, note, decided_on, decided_by
    FROM proposed_assessments AS proposals
    JOIN taxpayers ON taxpayers.taxpayer_id = proposals.taxpayer_id
    LEFT JOIN proposal_decisions USING (proposal_id)
    """


def moved(tx: Transaction, kinds: Sequence[str], *, first: date, after: date) -> list[MovedRow]:
    """Return what documents of some kinds moved of excise goods, from a day to before another.

    What a product's unit holds is as it was registered on the last day.
    """
    return tx.rows(
        MovedRow,
        """
        SELECT participants.taxpayer_id, taxpayers.name AS taxpayer_name, events.kind,
               documents.document_id,
               (documents.happened_at AT TIME ZONE 'UTC')::date AS happened_on,
               lpad(events.gtin::text, 14, '0') AS gtin,
               products.attributes->>'excise_goods' AS excise_goods,
               (products.attributes->>'excise_quantity')::numeric AS unit_quantity,
               sum(events.units)::bigint AS units
        FROM marking_events AS events
        JOIN marking_documents AS documents USING (document_no)
        JOIN participants ON participants.participant_no = events.participant_no
        JOIN taxpayers ON taxpayers.taxpayer_id = participants.taxpayer_id
        JOIN products_on(%(after)s::date - 1) AS products ON products.gtin = events.gtin
        WHERE events.kind = ANY(%(kinds)s)
          AND events.happened_at >= %(first)s::timestamp AT TIME ZONE 'UTC'
          AND events.happened_at < %(after)s::timestamp AT TIME ZONE 'UTC'
          AND products.attributes ? 'excise_goods' AND products.attributes ? 'excise_quantity'
        GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
        ORDER BY 1, 5, 4, 6
        """,
        {"kinds": list(kinds), "first": first, "after": after},
    )


def sold(tx: Transaction, *, first: date, after: date) -> list[SoldRow]:
    """Return what was sold from a day to before another, less what came back of earlier sales.

    A return names no price: it takes back what was paid at the last sale of the very unit before.
    Goods that return from anything but a sale take nothing back.
    """
    return tx.rows(
        SoldRow,
        """
        WITH changes AS (
            SELECT document_no, kind, participant_no, gtin, units::bigint AS units, price
            FROM marking_events
            WHERE kind = 'sell' AND happened_at >= %(first)s::timestamp AT TIME ZONE 'UTC'
              AND happened_at < %(after)s::timestamp AT TIME ZONE 'UTC'
            UNION ALL
            SELECT back.document_no, back.kind, back.participant_no, back.gtin, -1, sale.price
            FROM marking_events AS back
            CROSS JOIN LATERAL unnest(coalesce(
                indices, ARRAY(SELECT generate_series(first_index, last_index))
            )) AS unit
            CROSS JOIN LATERAL (
                SELECT before.kind, before.price FROM marking_events AS before
                WHERE before.batch = back.batch
                  AND unit BETWEEN before.first_index AND before.last_index
                  AND (before.indices IS NULL OR unit = ANY (before.indices))
                  AND before.kind IN ('sell', 'withdraw')
                  AND before.document_no < back.document_no
                ORDER BY before.document_no DESC LIMIT 1
            ) AS sale
            WHERE back.kind = 'return' AND sale.kind = 'sell'
              AND back.happened_at >= %(first)s::timestamp AT TIME ZONE 'UTC'
              AND back.happened_at < %(after)s::timestamp AT TIME ZONE 'UTC'
        )
        SELECT participants.taxpayer_id, taxpayers.name AS taxpayer_name, changes.kind,
               documents.document_id,
               (documents.happened_at AT TIME ZONE 'UTC')::date AS happened_on,
               lpad(changes.gtin::text, 14, '0') AS gtin, products.goods,
               products.attributes->>'excise_goods' AS excise_goods,
               coalesce((products.attributes->>'excise_quantity')::numeric, 0) AS unit_quantity,
               sum(changes.units)::bigint AS units,
               sum(changes.units * changes.price)::bigint AS paid
        FROM changes
        JOIN marking_documents AS documents USING (document_no)
        JOIN participants ON participants.participant_no = changes.participant_no
        JOIN taxpayers ON taxpayers.taxpayer_id = participants.taxpayer_id
        JOIN products_on(%(after)s::date - 1) AS products ON products.gtin = changes.gtin
        GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, changes.price IS NULL
        ORDER BY 1, 5, 4, 6
        """,
        {"first": first, "after": after},
    )


def insert_proposal(tx: Transaction, proposal: dict[str, Any]) -> int:
    """Record a proposal; return its number."""
    proposal_id: int = tx.value(
        """
        INSERT INTO proposed_assessments (taxpayer_id, tax, month, expected, declared, assessed,
            amount, details, content_hash, pack, pack_hash, due_on)
        VALUES (%(taxpayer_id)s, %(tax)s, %(month)s, %(expected)s, %(declared)s, %(assessed)s,
                %(amount)s, %(details)s, %(content_hash)s, %(pack)s, %(pack_hash)s, %(due_on)s)
        RETURNING proposal_id
        """,
        proposal | {"details": Jsonb(proposal["details"])},
    )
    return proposal_id


def lock_month(tx: Transaction, month: date) -> None:
    """Let one at a time propose assessments of a month."""
    tx.value("SELECT pg_advisory_xact_lock(hashtextextended('reconciliation ' || %s, 0))",
             (month.isoformat(),))  # fmt: skip


def insert_decision(tx: Transaction, row: ProposalRow, *, decision: str, note: str) -> bool:
    """Record the second person's decision; false when the proposal was decided meanwhile."""
    return bool(
        tx.execute(
            "INSERT INTO proposal_decisions (proposal_id, proposed_by, decision, note)"
            " VALUES (%s, %s, %s, %s) ON CONFLICT (proposal_id) DO NOTHING",
            (row.proposal_id, row.proposed_by, decision, note),
        )
    )


def find_proposal(tx: Transaction, proposal_id: int) -> ProposalRow | None:
    """Return one proposal, or None."""
    return tx.row(ProposalRow, PROPOSALS + "WHERE proposal_id = %s", (proposal_id,))


def proposals(
    tx: Transaction, *, month: date | None = None, limit: int = 1000
) -> list[ProposalRow]:
    """Return proposals, those that wait for a signature and the largest first."""
    return tx.rows(
        ProposalRow,
        PROPOSALS
        + """
        WHERE %(month)s::date IS NULL OR month = %(month)s
        ORDER BY decision IS NOT NULL, amount DESC, proposal_id LIMIT %(limit)s
        """,
        {"month": month, "limit": limit},
    )
