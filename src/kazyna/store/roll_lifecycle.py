"""How a roll lives: drafted, issued, corrected, withdrawn; each step is an event."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, LiteralString

import pyarrow as pa

from kazyna.store.connection import Transaction

STAGED_BILLS: LiteralString = (
    "bill_no bigint, property_id text, taxpayer_id text, share numeric(9, 8),"
    " value numeric(18, 2), place text, inputs jsonb, steps jsonb, law_rows jsonb,"
    " amount numeric(18, 2)"
)
CHANGES = pa.schema(
    [
        ("property_id", pa.string()),
        ("taxpayer_id", pa.string()),
        ("bill_no", pa.int64()),
        ("reference", pa.string()),
        ("version", pa.int32()),
        ("before", pa.decimal128(18, 2)),
        ("share", pa.decimal128(9, 8)),
        ("value", pa.decimal128(18, 2)),
        ("place", pa.string()),
        ("inputs", pa.string()),
        ("steps", pa.string()),
        ("law_rows", pa.string()),
        ("amount", pa.decimal128(18, 2)),
    ]
)
"""What a correction changes: `bill_no` is null of a bill that is new; `amount` is 0 of one whose
holding is gone."""


@dataclass(frozen=True)
class RollStateRow:
    """One roll that stands, as a draft or issued."""

    roll_id: int
    tax: str
    year: int
    status: str
    pack_hash: str
    round_id: int | None
    law_on: date
    due_on: date
    parts: dict[str, Any] | None
    """How its bills are divided, as `accounts.PartsRule`."""
    known_change: int
    content_hash: str | None
    bills: int
    total: Decimal
    drafted_by: str
    issued_on: date | None


@dataclass(frozen=True)
class RollEventRow:
    """One step in the life of a roll."""

    event_id: int
    roll_id: int
    from_status: str
    to_status: str
    happened_on: date
    note: str
    known_change: int
    content_hash: str | None
    bills: int
    difference: Decimal
    actor: str
    recorded_at: datetime


@dataclass(frozen=True)
class Unassigned:
    """What a draft asks of holders whom nobody knows."""

    holdings: int
    amount: Decimal


def insert_draft(tx: Transaction, roll: dict[str, Any], bills: pa.Table) -> int | None:
    """Record a draft and its bills; None when a roll of that tax and year stands already.

    Parameters
    ----------
    tx
        The transaction.
    roll
        tax, year, round_id, pack, pack_hash, law_on, due_on, parts, bills, total, known_change.
    bills
        Columns as `STAGED_BILLS`.
    """
    roll_id: int | None = tx.value(
        """
        INSERT INTO rolls (tax, year, round_id, pack, pack_hash, law_on, due_on, parts, bills,
                           total, known_change)
        VALUES (%(tax)s, %(year)s, %(round_id)s, %(pack)s, %(pack_hash)s, %(law_on)s, %(due_on)s,
                %(parts)s, %(bills)s, %(total)s, %(known_change)s)
        ON CONFLICT (tax, year) WHERE status IN ('draft', 'issued') DO NOTHING RETURNING roll_id
        """,
        roll,
    )
    if roll_id is None:
        return None
    with tx.staged("drafted", STAGED_BILLS, bills):
        tx.execute(
            """
            INSERT INTO draft_bills (roll_id, bill_no, property_id, taxpayer_id, share, value,
                                     place, inputs, steps, law_rows, amount)
            SELECT %s, bill_no, property_id, taxpayer_id, share, value, place, inputs, steps,
                   law_rows, amount FROM drafted
            """,
            (roll_id,),
        )
    return roll_id


def state(tx: Transaction, *, tax: str, year: int) -> RollStateRow | None:
    """Return the roll of a tax and year that stands, and keep others from moving it."""
    return tx.row(
        RollStateRow,
        """
        SELECT roll_id, tax, year, status, pack_hash, round_id, law_on, due_on, parts, known_change,
               content_hash, bills, total, drafted_by, issued_on
        FROM rolls WHERE tax = %s AND year = %s AND status IN ('draft', 'issued')
        """,
        (tax, year),
    )


def unassigned(tx: Transaction, roll_id: int) -> Unassigned:
    """Count what a draft asks of holders whom nobody knows."""
    found = tx.row(
        Unassigned,
        "SELECT count(*) AS holdings, coalesce(sum(amount), 0) AS amount FROM draft_bills"
        " WHERE roll_id = %s AND taxpayer_id IS NULL",
        (roll_id,),
    )
    return found or Unassigned(0, Decimal(0))


def drafted(tx: Transaction, roll_id: int) -> pa.Table:
    """Return the drafted bills that have a known holder: bill_no, property_id, taxpayer_id, place,
    amount.
    """  # noqa: D205
    return tx.table(
        pa.schema(
            [
                ("bill_no", pa.int64()),
                ("property_id", pa.string()),
                ("taxpayer_id", pa.string()),
                ("place", pa.string()),
                ("amount", pa.decimal128(18, 2)),
            ]
        ),
        "SELECT bill_no, property_id, taxpayer_id, place, amount FROM draft_bills"
        " WHERE roll_id = %s AND taxpayer_id IS NOT NULL ORDER BY bill_no",
        (roll_id,),
    )


def issue_bills(tx: Transaction, roll_id: int, references: pa.Table, *, law_id: int) -> str:
    """Make bills of a draft, under the references given; return the hash of what was issued.

    Parameters
    ----------
    tx
        The transaction.
    roll_id
        Of the draft.
    references
        bill_no and reference of each.
    law_id
        What the bills say of the law.
    """
    with tx.staged("referred", "bill_no bigint, reference text", references):
        tx.execute(
            """
            INSERT INTO bills (roll_id, bill_no, reference, property_id, taxpayer_id, share, value,
                               place, inputs, steps, law_id, law_rows, amount, payer_name,
                               issued_on)
            SELECT roll_id, bill_no, reference, property_id, draft.taxpayer_id, share, value,
                   place, inputs, steps, %s, law_rows, amount, name, business_day()
            FROM draft_bills AS draft JOIN referred USING (bill_no)
            JOIN taxpayers ON taxpayers.taxpayer_id = draft.taxpayer_id
            WHERE roll_id = %s ORDER BY bill_no
            """,
            (law_id, roll_id),
        )
    tx.execute("DELETE FROM draft_bills WHERE roll_id = %s", (roll_id,))
    return content_hash(tx, roll_id)


def content_hash(tx: Transaction, roll_id: int) -> str:
    """Return SHA-256 over every bill of a roll as it was first issued."""
    found: str = tx.value(
        """
        SELECT encode(sha256(convert_to(coalesce(string_agg(concat_ws('|', reference, property_id,
            taxpayer_id, share, inputs, steps, amount), E'\\n' ORDER BY bill_no), ''), 'UTF8')),
            'hex')
        FROM bills WHERE roll_id = %s
        """,
        (roll_id,),
    )
    return found


def delete_draft(tx: Transaction, roll_id: int) -> None:
    """Remove the bills of a draft that is discarded; that it was there stays recorded."""
    tx.execute("DELETE FROM draft_bills WHERE roll_id = %s", (roll_id,))


def insert_event(tx: Transaction, event: dict[str, Any]) -> int:
    """Move a roll: roll_id, from_status, to_status, note, known_change, pack_hash, content_hash,
    bills, difference.
    """  # noqa: D205
    number: int = tx.value(
        """
        INSERT INTO roll_events (roll_id, from_status, to_status, note, known_change, pack_hash,
                                 content_hash, bills, difference)
        VALUES (%(roll_id)s, %(from_status)s, %(to_status)s, %(note)s, %(known_change)s,
                %(pack_hash)s, %(content_hash)s, %(bills)s, %(difference)s)
        RETURNING event_id
        """,
        event,
    )
    return number


def events(tx: Transaction, *, tax: str, year: int) -> list[RollEventRow]:
    """Return all that happened to the rolls of a tax and year, the first step first."""
    return tx.rows(
        RollEventRow,
        """
        SELECT event_id, roll_id, from_status, to_status, happened_on, note,
               roll_events.known_change, roll_events.content_hash, roll_events.bills, difference,
               actor, recorded_at
        FROM roll_events JOIN rolls USING (roll_id) WHERE tax = %s AND year = %s ORDER BY event_id
        """,
        (tax, year),
    )


def changes(
    tx: Transaction, roll_id: int, assessed: pa.Table, *, only: list[str] | None
) -> pa.Table:
    """Compare an assessment with the bills as they stand; return what differs, as `CHANGES`.

    Parameters
    ----------
    tx
        The transaction.
    roll_id
        Of the issued roll.
    assessed
        Columns as `STAGED_BILLS`.
    only
        The objects that were assessed; None for all.
    """
    with tx.staged("assessed", STAGED_BILLS, assessed):
        return tx.table(
            CHANGES,
            """
            WITH standing AS (
                SELECT *, row_number() OVER (PARTITION BY property_id, taxpayer_id
                                             ORDER BY bill_no) AS turn
                FROM standing_bills WHERE roll_id = %(roll)s
                  AND (%(only)s::text[] IS NULL OR property_id = ANY(%(only)s))
            ), assessed AS (
                SELECT *, row_number() OVER (PARTITION BY property_id, taxpayer_id
                                             ORDER BY bill_no) AS turn
                FROM assessed WHERE taxpayer_id IS NOT NULL
            )
            SELECT property_id, taxpayer_id, standing.bill_no, reference,
                   coalesce(version, 0) + 1 AS version, coalesce(standing.amount, 0) AS before,
                   coalesce(assessed.share, standing.share) AS share,
                   CASE WHEN assessed.bill_no IS NULL THEN standing.value ELSE assessed.value END,
                   coalesce(assessed.place, standing.place),
                   coalesce(assessed.inputs, standing.inputs),
                   coalesce(assessed.steps, '{}'), coalesce(assessed.law_rows, '{}'),
                   coalesce(assessed.amount, 0)
            FROM standing FULL JOIN assessed USING (property_id, taxpayer_id, turn)
            WHERE (standing.amount, standing.share, standing.inputs, standing.steps)
                  IS DISTINCT FROM (coalesce(assessed.amount, 0),
                                    coalesce(assessed.share, standing.share),
                                    coalesce(assessed.inputs, standing.inputs),
                                    coalesce(assessed.steps, '{}'))
            ORDER BY property_id, taxpayer_id, turn
            """,
            {"roll": roll_id, "only": only},
        )


def next_bill(tx: Transaction, roll_id: int) -> int:
    """Return the number of the next bill of a roll."""
    number: int = tx.value(
        "SELECT coalesce(max(bill_no), 0) + 1 FROM bills WHERE roll_id = %s", (roll_id,)
    )
    return number


def insert_versions(tx: Transaction, versions: pa.Table) -> None:
    """Record corrected bills: all columns of `bill_versions`."""
    tx.append("bill_versions", versions)


def insert_late_bills(tx: Transaction, roll_id: int, bills: pa.Table, *, law_id: int) -> None:
    """Record bills that a correction adds: `STAGED_BILLS` and a reference."""
    with tx.staged("late", STAGED_BILLS + ", reference text", bills):
        tx.execute(
            """
            INSERT INTO bills (roll_id, bill_no, reference, property_id, taxpayer_id, share, value,
                               place, inputs, steps, law_id, law_rows, amount, payer_name,
                               issued_on)
            SELECT %s, bill_no, reference, property_id, late.taxpayer_id, share, value, place,
                   inputs, steps, %s, law_rows, amount, name, business_day()
            FROM late JOIN taxpayers ON taxpayers.taxpayer_id = late.taxpayer_id ORDER BY bill_no
            """,
            (roll_id, law_id),
        )


def amounts(tx: Transaction, roll_id: int) -> pa.Table:
    """Return what every bill of a roll asks for now: as `drafted`, and the reference."""
    return tx.table(
        pa.schema(
            [
                ("bill_no", pa.int64()),
                ("reference", pa.string()),
                ("property_id", pa.string()),
                ("taxpayer_id", pa.string()),
                ("place", pa.string()),
                ("amount", pa.decimal128(18, 2)),
            ]
        ),
        "SELECT bill_no, reference, property_id, taxpayer_id, place, amount FROM standing_bills"
        " WHERE roll_id = %s AND amount > 0 ORDER BY bill_no",
        (roll_id,),
    )


def keep_law(tx: Transaction, *, pack: str, pack_hash: str, content: bytes) -> None:
    """Keep the files of a pack, once."""
    tx.execute(
        "INSERT INTO laws (pack_hash, pack, content) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
        (pack_hash, pack, content),
    )


def state_law(tx: Transaction, *, content_hash: str, content: str) -> int:
    """Keep what bills say of the law, once, and return its number."""
    tx.execute(
        "INSERT INTO stated_laws (content_hash, content) VALUES (%s, %s) ON CONFLICT DO NOTHING",
        (content_hash, content),
    )
    number: int = tx.value(
        "SELECT law_id FROM stated_laws WHERE content_hash = %s", (content_hash,)
    )
    return number


def stated_law(tx: Transaction, law_id: int) -> str:
    """Return what bills under a number say of the law."""
    content: str = tx.value("SELECT content FROM stated_laws WHERE law_id = %s", (law_id,))
    return content


def law_of(tx: Transaction, pack_hash: str) -> bytes | None:
    """Return the files of a pack that was kept, or None."""
    content: bytes | None = tx.value("SELECT content FROM laws WHERE pack_hash = %s", (pack_hash,))
    return content


def value_changed(tx: Transaction, roll_id: int, round_id: int) -> set[str]:
    """Return the objects of a roll whose value in the round is another than on the bill."""
    found = tx.value(
        """
        SELECT array_agg(DISTINCT standing.property_id) FROM standing_bills AS standing
        JOIN effective_values AS valued ON valued.property_id = standing.property_id
        WHERE roll_id = %s AND valued.round_id = %s AND valued.value <> standing.value
        """,
        (roll_id, round_id),
    )
    return set(found or ())
