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
class RollLine:
    """One roll on the officers' desk."""

    roll_id: int
    tax: str
    year: int
    status: str
    """`draft`, `issued` or `withdrawn`."""
    bills: int
    total: Decimal
    due_on: date
    drafted_by: str
    issued_on: date | None


@dataclass(frozen=True)
class RollBill:
    """One bill in the list of a roll."""

    bill_no: int
    reference: str | None
    """None before the roll is issued."""
    property_id: str
    taxpayer_id: str | None
    """None of a holder whom nobody knows."""
    taxpayer_name: str | None
    share: Decimal
    place: str
    amount: Decimal
    version: int


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
    parts: dict[str, Any] | None
    """How the bills of its roll are divided, as `accounts.PartsRule`."""
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
    law_id: int | None
    """What it says of the law; None of a bill from before that was kept."""
    law_rows: dict[str, Any] | None
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


def issued_of(tx: Transaction, year: int) -> list[RollRow]:
    """Return the rolls of a year that stand."""
    return [row for row in issued(tx) if (row.year, row.status) == (year, "issued")]


def all_rolls(tx: Transaction) -> list[RollLine]:
    """Return all rolls that the role may see, drafts and withdrawn ones too, the latest first."""
    return tx.rows(
        RollLine,
        """
        SELECT roll_id, tax, year, status, bills, total, due_on, drafted_by, issued_on FROM rolls
        WHERE status <> 'discarded'
        ORDER BY year DESC, tax, status = 'withdrawn', roll_id DESC
        """,
    )


def list_bills(
    tx: Transaction, line: RollLine, *, text: str, after: int, limit: int
) -> list[RollBill]:
    """Return so many bills of a draft or a roll after a number.

    Parameters
    ----------
    tx
        The transaction.
    line
        The roll.
    text
        Only bills whose object, taxpayer's number or reference begins so, or whose taxpayer's
        name has it; empty for all.
    after
        The number of the last bill seen.
    limit
        So many at most.
    """
    columns = DRAFTED if line.status == "draft" else STANDING
    return tx.rows(
        RollBill,
        columns + FOUND,
        {"roll": line.roll_id, "text": text.lower(), "after": after, "limit": limit},
    )


DRAFTED: LiteralString = """
    WITH bill AS (
        SELECT bill_no, NULL AS reference, property_id, draft.taxpayer_id, name AS taxpayer_name,
               share, place, amount, 1 AS version
        FROM draft_bills AS draft LEFT JOIN taxpayers USING (taxpayer_id)
        WHERE roll_id = %(roll)s AND bill_no > %(after)s
    )
"""
STANDING: LiteralString = """
    WITH bill AS (
        SELECT bill_no, reference, property_id, standing.taxpayer_id,
               coalesce(payer_name, name) AS taxpayer_name, share, place, amount, version
        FROM standing_bills AS standing JOIN taxpayers USING (taxpayer_id)
        WHERE roll_id = %(roll)s AND bill_no > %(after)s
    )
"""
FOUND: LiteralString = """
    SELECT bill_no, reference, property_id, taxpayer_id, taxpayer_name, share, place, amount,
           version
    FROM bill
    WHERE %(text)s = '' OR starts_with(lower(property_id), %(text)s)
       OR starts_with(lower(taxpayer_id), %(text)s) OR starts_with(lower(reference), %(text)s)
       OR strpos(lower(taxpayer_name), %(text)s) > 0
    ORDER BY bill_no LIMIT %(limit)s
"""


BILLS: LiteralString = """
    SELECT standing.roll_id, bill_no, version, tax, year, rolls.status, rolls.pack_hash,
           law_on, due_on, rolls.parts,
           coalesce(standing.issued_on, rolls.issued_on) AS issued_on, valuation_date, reference,
           property_id, standing.taxpayer_id, coalesce(payer_name, name) AS taxpayer_name, share,
           value, inputs, steps, law_id, law_rows,
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
