"""The register of declarations: what taxpayers reckon themselves, month by month."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, LiteralString

import pyarrow as pa

from kazyna.store.connection import Transaction


@dataclass(frozen=True)
class DeclarationRow:
    """One declaration as recorded."""

    declaration_id: int
    taxpayer_id: str
    taxpayer_name: str
    tax: str
    month: date
    version: int
    content_hash: str
    amount: Decimal
    due_on: date
    reason: str
    filed_on: date
    filed_by: str


@dataclass(frozen=True)
class LineRow:
    """One line of a declaration."""

    declaration_id: int
    taxpayer_id: str
    line: int
    declared: dict[str, Any]
    steps: dict[str, Any]
    amount: Decimal


STAGED_DECLARATIONS: LiteralString = (
    "taxpayer_id text, version integer, content_hash text, amount numeric(18, 2)"
)
STAGED_LINES: LiteralString = (
    "taxpayer_id text, line integer, declared jsonb, steps jsonb, amount numeric(18, 2)"
)

STANDING: LiteralString = """
    SELECT declaration_id, standing.taxpayer_id, name AS taxpayer_name, tax, month, version,
           content_hash, amount, due_on, reason, filed_on, filed_by
    FROM standing_declarations AS standing
    JOIN taxpayers ON taxpayers.taxpayer_id = standing.taxpayer_id
"""


def insert(
    tx: Transaction, header: dict[str, Any], declarations: pa.Table, lines: pa.Table
) -> list[int]:
    """Record declarations of one tax and month; return their numbers.

    Fewer numbers than declarations mean that somebody filed one of them at the same time.

    Parameters
    ----------
    tx
        The transaction.
    header
        tax, month, due_on, pack, pack_hash, reason.
    declarations
        taxpayer_id, version, content_hash, amount.
    lines
        taxpayer_id, line, declared and steps (JSON text), amount.
    """
    with (
        tx.staged("filed", STAGED_DECLARATIONS, declarations),
        tx.staged("filed_lines", STAGED_LINES, lines),
    ):
        written = tx.value(
            """
            WITH written AS (
                INSERT INTO declarations (taxpayer_id, tax, month, version, content_hash, amount,
                                          due_on, pack, pack_hash, reason)
                SELECT taxpayer_id, %(tax)s, %(month)s, version, content_hash, amount, %(due_on)s,
                       %(pack)s, %(pack_hash)s, CASE WHEN version > 1 THEN %(reason)s ELSE '' END
                FROM filed ORDER BY taxpayer_id
                ON CONFLICT (taxpayer_id, tax, month, version) DO NOTHING
                RETURNING declaration_id
            ) SELECT array_agg(declaration_id ORDER BY declaration_id) FROM written
            """,
            header,
        )
        tx.execute(
            """
            INSERT INTO declaration_lines
            SELECT declaration_id, line, declared, steps, filed_lines.amount
            FROM filed_lines JOIN declarations USING (taxpayer_id)
            WHERE declaration_id = ANY(%s)
            """,
            (written or [],),
        )
    return list(written or ())


def standing_of(
    tx: Transaction, taxpayer_ids: list[str], *, tax: str, month: date
) -> dict[str, DeclarationRow]:
    """Return the declarations of some taxpayers that stand, by taxpayer."""
    rows = tx.rows(
        DeclarationRow,
        STANDING + " WHERE tax = %s AND month = %s AND standing.taxpayer_id = ANY(%s)",
        (tax, month, taxpayer_ids),
    )
    return {row.taxpayer_id: row for row in rows}


def standing(tx: Transaction, *, tax: str, month: date) -> list[DeclarationRow]:
    """Return all declarations of a tax and month that stand."""
    return tx.rows(
        DeclarationRow,
        STANDING + " WHERE tax = %s AND month = %s ORDER BY standing.taxpayer_id",
        (tax, month),
    )


def find(tx: Transaction, declaration_id: int) -> DeclarationRow | None:
    """Return one declaration that stands and that the role may see, or None."""
    return tx.row(DeclarationRow, STANDING + " WHERE declaration_id = %s", (declaration_id,))


@dataclass(frozen=True)
class MissingRow:
    """Who declared a tax before, and not of a month."""

    taxpayer_id: str
    taxpayer_name: str
    last_month: date
    last_amount: Decimal


def missing(tx: Transaction, *, tax: str, month: date, since: date) -> list[MissingRow]:
    """Return who declared a tax of a month since a day, and has not of this one."""
    return tx.rows(
        MissingRow,
        """
        SELECT * FROM (
            SELECT DISTINCT ON (standing.taxpayer_id) standing.taxpayer_id, name AS taxpayer_name,
                   month AS last_month, amount AS last_amount
            FROM standing_declarations AS standing
            JOIN taxpayers ON taxpayers.taxpayer_id = standing.taxpayer_id
            WHERE tax = %(tax)s AND month < %(month)s AND month >= %(since)s
              AND NOT EXISTS (SELECT FROM declarations AS filed
                              WHERE filed.taxpayer_id = standing.taxpayer_id
                                AND filed.tax = %(tax)s AND filed.month = %(month)s)
            ORDER BY standing.taxpayer_id, month DESC
        ) AS missed ORDER BY last_amount DESC, taxpayer_id
        """,
        {"tax": tax, "month": month, "since": since},
    )


def of_taxpayer(tx: Transaction, taxpayer_id: str) -> list[DeclarationRow]:
    """Return what one taxpayer has declared and still stands, the latest month first."""
    return tx.rows(
        DeclarationRow,
        STANDING + " WHERE standing.taxpayer_id = %s ORDER BY month DESC, tax",
        (taxpayer_id,),
    )


def lines_of(tx: Transaction, declaration_ids: list[int]) -> list[LineRow]:
    """Return the lines of some declarations."""
    return tx.rows(
        LineRow,
        """
        SELECT declaration_id, taxpayer_id, line, declared, steps, declaration_lines.amount
        FROM declaration_lines JOIN declarations USING (declaration_id)
        WHERE declaration_id = ANY(%s) ORDER BY declaration_id, line
        """,
        (declaration_ids,),
    )
