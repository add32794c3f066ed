"""The register of tax rolls and bills."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, LiteralString

from kazyna.store.connection import Transaction


@dataclass(frozen=True)
class RollRow:
    """One roll that was issued."""

    roll_id: int
    tax: str
    year: int
    status: str
    law_on: date
    due_on: date
    bills: int
    total: Decimal


@dataclass(frozen=True)
class BillRow:
    """One bill as it stands, with its roll and the name of its taxpayer."""

    roll_id: int
    bill_no: int
    version: int
    tax: str
    year: int
    status: str
    pack_hash: str
    law_on: date
    due_on: date
    issued_on: date | None
    valuation_date: date | None
    reference: str
    property_id: str
    taxpayer_id: str
    taxpayer_name: str
    share: Decimal
    value: Decimal | None
    inputs: dict[str, Any]
    steps: dict[str, Any]
    amount: Decimal


@dataclass(frozen=True)
class BillVersionRow:
    """What one bill said from a day on."""

    version: int
    since: date
    cause: str
    amount: Decimal
    inputs: dict[str, Any]


@dataclass(frozen=True)
class OwnerRow:
    """Whose a payment reference is."""

    reference: str
    tax: str
    taxpayer_id: str


def issued(tx: Transaction) -> list[RollRow]:
    """Return all rolls, the latest first."""
    return tx.rows(
        RollRow,
        "SELECT roll_id, tax, year, status, law_on, due_on, bills, total FROM rolls"
        " WHERE status IN ('issued', 'withdrawn') ORDER BY year DESC, tax, roll_id DESC",
    )


BILLS: LiteralString = """
    SELECT standing.roll_id, bill_no, version, tax, year, rolls.status, rolls.pack_hash,
           law_on, due_on,
           coalesce(standing.issued_on, rolls.issued_on) AS issued_on, valuation_date, reference,
           property_id, standing.taxpayer_id, coalesce(payer_name, name) AS taxpayer_name, share,
           value, inputs, steps,
           CASE WHEN rolls.status = 'withdrawn' THEN 0 ELSE amount END AS amount
    FROM standing_bills AS standing JOIN rolls USING (roll_id)
    JOIN taxpayers ON taxpayers.taxpayer_id = standing.taxpayer_id
    LEFT JOIN rounds USING (round_id)
"""


def bills_of_property(tx: Transaction, property_id: str) -> list[BillRow]:
    """Return the bills of one property that the role may see, the latest first."""
    return tx.rows(
        BillRow,
        BILLS + " WHERE property_id = %s ORDER BY year DESC, bill_no",
        (property_id,),
    )


def bills_of_taxpayer(tx: Transaction, taxpayer_id: str) -> list[BillRow]:
    """Return the bills of one taxpayer that the role may see, the latest first."""
    return tx.rows(
        BillRow,
        BILLS + " WHERE standing.taxpayer_id = %s ORDER BY year DESC, bill_no",
        (taxpayer_id,),
    )


def bills_of_roll(tx: Transaction, *, tax: str, year: int) -> list[BillRow]:
    """Return all bills of the issued roll of a tax and year."""
    return tx.rows(
        BillRow,
        BILLS + " WHERE tax = %s AND year = %s AND rolls.status = 'issued' ORDER BY bill_no",
        (tax, year),
    )


def bill_page(tx: Transaction, *, tax: str, year: int, after: int, limit: int) -> list[BillRow]:
    """Return so many bills of the issued roll of a tax and year, after a number."""
    return tx.rows(
        BillRow,
        BILLS + " WHERE tax = %s AND year = %s AND rolls.status = 'issued' AND bill_no > %s"
        " ORDER BY bill_no LIMIT %s",
        (tax, year, after, limit),
    )


def versions(tx: Transaction, roll_id: int, bill_no: int) -> list[BillVersionRow]:
    """Return what a bill said as it was issued, and after each correction."""
    return tx.rows(
        BillVersionRow,
        """
        SELECT 1 AS version, coalesce(bills.issued_on, rolls.issued_on) AS since, '' AS cause,
               amount, inputs
        FROM bills JOIN rolls USING (roll_id) WHERE roll_id = %(roll)s AND bill_no = %(bill)s
        UNION ALL
        SELECT version, happened_on, note, amount, inputs
        FROM bill_versions JOIN roll_events USING (event_id)
        WHERE bill_versions.roll_id = %(roll)s AND bill_no = %(bill)s
        ORDER BY version
        """,
        {"roll": roll_id, "bill": bill_no},
    )


def bill_by_reference(tx: Transaction, reference: str) -> BillRow | None:
    """Return the bill with a payment reference, if the role may see it."""
    return tx.row(BillRow, BILLS + " WHERE reference = %s", (reference,))


def accounts_by_reference(tx: Transaction, references: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Return the tax and the taxpayer of each bill with one of the references."""
    rows = tx.rows(
        OwnerRow,
        "SELECT reference, tax, taxpayer_id FROM bills JOIN rolls USING (roll_id)"
        " WHERE reference = ANY(%s)",
        (list(references),),
    )
    return {row.reference: (row.tax, row.taxpayer_id) for row in rows}
