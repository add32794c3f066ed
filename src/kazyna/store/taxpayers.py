"""The register of taxpayers and holdings."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pyarrow as pa

from kazyna.core.errors import Conflict, NotFound
from kazyna.store.connection import Transaction


@dataclass(frozen=True)
class TaxpayerRow:
    """One taxpayer as recorded."""

    taxpayer_id: str
    name: str
    language: str
    synthetic: bool


@dataclass(frozen=True)
class HoldingRow:
    """One share of one property."""

    property_id: str
    taxpayer_id: str
    share: Decimal
    held_from: date
    held_to: date | None


def upsert_taxpayers(tx: Transaction, taxpayers: pa.Table) -> None:
    """Record taxpayers: columns taxpayer_id, name, language, synthetic."""
    with tx.staged("loaded", "LIKE taxpayers", taxpayers):
        tx.execute(
            """
            INSERT INTO taxpayers SELECT * FROM loaded ON CONFLICT (taxpayer_id) DO UPDATE
            SET name = excluded.name, language = excluded.language, synthetic = excluded.synthetic
            """
        )


def upsert_holdings(tx: Transaction, holdings: pa.Table) -> None:
    """Record holdings: columns property_id, taxpayer_id, share, held_from.

    Raises
    ------
    NotFound
        When a property or a taxpayer is not recorded.
    Conflict
        When the shares of a property would exceed the whole on some day.
    """
    # Two clerks who do not see each other's shares could give away more than the whole.
    tx.execute("LOCK TABLE holdings IN SHARE ROW EXCLUSIVE MODE")
    with tx.staged("loaded", "LIKE holdings", holdings):
        _require_known(tx)
        tx.execute(
            """
            INSERT INTO holdings SELECT * FROM loaded
            ON CONFLICT (property_id, taxpayer_id, held_from) DO UPDATE SET share = excluded.share
            """
        )
        # The sum of shares can only grow on a day on which a holding begins.
        overheld = tx.value(
            """
            SELECT format('%s on %s: %s', day.property_id, day.held_from, sum(held.share))
            FROM (SELECT DISTINCT property_id, held_from FROM holdings
                  WHERE property_id IN (SELECT property_id FROM loaded)) AS day
            JOIN holdings AS held ON held.property_id = day.property_id
                AND held.held_from <= day.held_from
                AND (held.held_to IS NULL OR held.held_to > day.held_from)
            GROUP BY day.property_id, day.held_from
            HAVING sum(held.share) > 1
            ORDER BY 1 LIMIT 1
            """
        )
        if overheld is not None:
            raise Conflict(f"The shares of a property exceed the whole: {overheld}.")


def _require_known(tx: Transaction) -> None:
    unknown = tx.value(
        """
        SELECT format('No property has the number %L.', property_id) FROM loaded
        WHERE NOT EXISTS (SELECT FROM properties WHERE property_id = loaded.property_id)
        UNION ALL
        SELECT format('No taxpayer has the number %L.', taxpayer_id) FROM loaded
        WHERE NOT EXISTS (SELECT FROM taxpayers WHERE taxpayer_id = loaded.taxpayer_id)
        LIMIT 1
        """
    )
    if unknown is not None:
        raise NotFound(unknown)


def count(tx: Transaction) -> int:
    """Count the taxpayers that the role may see."""
    found: int = tx.value("SELECT count(*) FROM taxpayers")
    return found


def known(tx: Transaction, taxpayer_ids: list[str]) -> set[str]:
    """Return which of some numbers are those of taxpayers whom the role may see."""
    found = tx.value(
        "SELECT array_agg(taxpayer_id) FROM taxpayers WHERE taxpayer_id = ANY(%s)", (taxpayer_ids,)
    )
    return set(found or ())


def find_taxpayer(tx: Transaction, taxpayer_id: str) -> TaxpayerRow | None:
    """Return one taxpayer, or None."""
    return tx.row(TaxpayerRow, "SELECT * FROM taxpayers WHERE taxpayer_id = %s", (taxpayer_id,))


def holdings_of_taxpayer(tx: Transaction, taxpayer_id: str) -> list[HoldingRow]:
    """Return what one taxpayer holds or held."""
    return tx.rows(
        HoldingRow,
        "SELECT * FROM holdings WHERE taxpayer_id = %s ORDER BY property_id, held_from",
        (taxpayer_id,),
    )


def holders_of(tx: Transaction, property_id: str, *, on: date) -> list[str]:
    """Return who holds a property on a day, the largest share first."""
    found = tx.value(
        """
        SELECT array_agg(taxpayer_id ORDER BY share DESC, taxpayer_id) FROM holdings
        WHERE property_id = %s AND held_from <= %s AND (held_to IS NULL OR held_to > %s)
        """,
        (property_id, on, on),
    )
    return list(found or ())
