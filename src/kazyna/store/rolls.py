"""The register of tax rolls and bills."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa

from kazyna.store.connection import Transaction


@dataclass(frozen=True)
class RollRow:
    """One issued roll."""

    roll_id: int
    tax: str
    year: int
    law_on: date
    due_on: date
    bills: int
    total: Decimal


@dataclass(frozen=True)
class BillRow:
    """One bill with its roll and the name of its taxpayer."""

    roll_id: int
    bill_no: int
    tax: str
    year: int
    law_on: date
    due_on: date
    reference: str
    property_id: str
    taxpayer_id: str
    taxpayer_name: str
    share: Decimal
    value: Decimal
    amount: Decimal


@dataclass(frozen=True)
class OwnerRow:
    """Whose a payment reference is."""

    reference: str
    tax: str
    taxpayer_id: str


def insert_roll(tx: Transaction, roll: dict[str, Any]) -> int | None:
    """Record a roll: tax, year, round_id, pack, pack_hash, law_on, due_on, bills, total.

    Returns None when the roll of that tax and year is issued already.
    """
    roll_id: int | None = tx.value(
        """
        INSERT INTO rolls (tax, year, round_id, pack, pack_hash, law_on, due_on, bills, total)
        VALUES (%(tax)s, %(year)s, %(round_id)s, %(pack)s, %(pack_hash)s, %(law_on)s, %(due_on)s,
                %(bills)s, %(total)s)
        ON CONFLICT (tax, year) DO NOTHING RETURNING roll_id
        """,
        roll,
    )
    return roll_id


def insert_bills(tx: Transaction, bills: pa.Table) -> int:
    """Record bills: all columns of the table `bills`, steps as JSON text."""
    return tx.append("bills", bills)


def taxable(tx: Transaction, *, round_id: int, on: date) -> pa.Table:
    """Return every holding of a day with the property's value in a round.

    Columns property_id, taxpayer_id, share, value; in the order of property and taxpayer.
    """
    return tx.table(
        pa.schema(
            [
                ("property_id", pa.string()),
                ("taxpayer_id", pa.string()),
                ("share", pa.decimal128(9, 8)),
                ("value", pa.decimal128(18, 2)),
            ]
        ),
        """
        SELECT property_id, taxpayer_id, share, value
        FROM holdings JOIN effective_values USING (property_id)
        WHERE round_id = %s AND held_from <= %s AND (held_to IS NULL OR held_to > %s)
        ORDER BY property_id, share DESC, taxpayer_id
        """,
        (round_id, on, on),
    )


def issued(tx: Transaction) -> list[RollRow]:
    """Return all rolls, the latest first."""
    return tx.rows(
        RollRow,
        "SELECT roll_id, tax, year, law_on, due_on, bills, total FROM rolls"
        " ORDER BY year DESC, tax",
    )


BILLS = """
    SELECT roll_id, bill_no, tax, year, law_on, due_on, reference, property_id,
           bills.taxpayer_id, name AS taxpayer_name, share, value, amount
    FROM bills JOIN rolls USING (roll_id)
    JOIN taxpayers ON taxpayers.taxpayer_id = bills.taxpayer_id
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
        BILLS + " WHERE bills.taxpayer_id = %s ORDER BY year DESC, bill_no",
        (taxpayer_id,),
    )


def bills_of_roll(tx: Transaction, *, tax: str, year: int) -> list[BillRow]:
    """Return all bills of one roll."""
    return tx.rows(BillRow, BILLS + " WHERE tax = %s AND year = %s ORDER BY bill_no", (tax, year))


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
