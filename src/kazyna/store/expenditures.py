"""The bills of a roll as they stand, with what they were computed from."""

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa
from psycopg import sql

from kazyna.core.schema import ARROW_TYPES, ColumnType
from kazyna.store.cadastre import SQL_TYPES
from kazyna.store.connection import Transaction

BILLED = pa.schema(
    [
        ("bill_no", pa.int64()),
        ("property_id", pa.string()),
        ("taxpayer_id", pa.string()),
        ("share", pa.decimal128(9, 8)),
        ("place_of_bill", pa.string()),
        ("billed", pa.decimal128(18, 2)),
    ]
)
"""Of each bill, named so that no input of a pack has the same name; the inputs stand beside."""


@dataclass(frozen=True)
class LawOfRollRow:
    """One law that bills of a roll were computed by."""

    law_id: int | None
    bills: int


def laws_of_roll(tx: Transaction, roll_id: int) -> list[LawOfRollRow]:
    """List the laws that the bills of a roll stand by: one, and that of each correction."""
    return tx.rows(
        LawOfRollRow,
        "SELECT law_id, count(*) AS bills FROM standing_bills"
        " WHERE roll_id = %s AND steps <> '{}' GROUP BY law_id ORDER BY law_id",
        (roll_id,),
    )


def bills_of_law(
    tx: Transaction, roll_id: int, law_id: int | None, inputs: Mapping[str, ColumnType]
) -> pa.Table:
    """Return the bills of a roll that stand by one law, as `BILLED` and the inputs of the rules.

    Bills that were corrected to nothing, their holding being gone, are left out.
    """
    fields = [(name, ARROW_TYPES[kind]) for name, kind in inputs.items()]
    columns = sql.SQL("").join(
        sql.SQL(", (inputs ->> {})::{} AS {}").format(
            sql.Literal(name), sql.SQL(SQL_TYPES[kind]), sql.Identifier(name)
        )
        for name, kind in inputs.items()
    )
    query = sql.SQL(
        "SELECT bill_no, property_id, taxpayer_id, share, place, amount {columns}"
        " FROM standing_bills WHERE roll_id = %(roll)s AND law_id IS NOT DISTINCT FROM %(law)s"
        " AND steps <> '{{}}' ORDER BY bill_no"
    ).format(columns=columns)
    return tx.table(pa.schema([*BILLED, *fields]), query, {"roll": roll_id, "law": law_id})
