"""The register of taxpayers and holdings."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import LiteralString

import pyarrow as pa

from kazyna.core.errors import Conflict, Finding, InputError, NotFound
from kazyna.core.table import ROWS_NAMED_MAX
from kazyna.core.text import Language
from kazyna.store.connection import Transaction


@dataclass(frozen=True)
class TaxpayerRow:
    """One taxpayer as recorded."""

    taxpayer_id: str
    name: str
    language: Language
    synthetic: bool
    merged_into: str | None
    """The number under which the same person goes on, where it was registered twice."""


@dataclass(frozen=True)
class Overheld:
    """A day on which more than the whole of an object is held."""

    object_id: str
    held_from: date
    shares: Decimal


STAGED_HOLDINGS: LiteralString = (
    "object_id text, taxpayer_id text, estate_of text, share numeric(9, 8), held_from date,"
    " held_to date"
)
STAGED_ROWS: LiteralString = STAGED_HOLDINGS + ", row_no integer"
"""Holdings of a file, with the number of the row."""


def upsert_taxpayers(tx: Transaction, taxpayers: pa.Table, change_no: int) -> None:
    """Record taxpayers: columns taxpayer_id, name, language, synthetic; what was known is kept."""
    with tx.staged("loaded", "LIKE taxpayers", taxpayers):
        tx.execute(
            """
            INSERT INTO taxpayers SELECT * FROM loaded ON CONFLICT (taxpayer_id) DO UPDATE
            SET name = excluded.name, language = excluded.language, synthetic = excluded.synthetic
            """
        )
        tx.execute(
            """
            UPDATE taxpayer_facts AS fact SET known_to = %s FROM loaded
            WHERE fact.taxpayer_id = loaded.taxpayer_id AND fact.known_to IS NULL
              AND (fact.name, fact.language) <> (loaded.name, loaded.language)
            """,
            (change_no,),
        )
        tx.execute(
            """
            INSERT INTO taxpayer_facts (taxpayer_id, name, language, merged_into, known_from)
            SELECT taxpayer_id, name, language, taxpayers.merged_into, %s
            FROM taxpayers WHERE taxpayer_id IN (SELECT taxpayer_id FROM loaded)
            ON CONFLICT DO NOTHING
            """,
            (change_no,),
        )


def upsert_holdings(tx: Transaction, holdings: pa.Table, change_no: int, *, source: str) -> None:
    """Record holdings as `STAGED_ROWS`; one that begins the same day is closed and said anew.

    Raises
    ------
    InputError
        When an object or a taxpayer is not registered, or the shares of an object would exceed the
        whole on some day, with the rows.
    """
    with tx.staged("loaded", STAGED_ROWS, holdings):
        _require_rows_known(tx, source)
        tx.execute(
            """
            DELETE FROM loaded USING holding_facts AS fact
            WHERE fact.object_id = loaded.object_id AND fact.known_to IS NULL
              AND (fact.taxpayer_id, fact.estate_of, fact.share, fact.held_from, fact.held_to)
                  IS NOT DISTINCT FROM (loaded.taxpayer_id, loaded.estate_of, loaded.share,
                                        loaded.held_from, loaded.held_to)
            """
        )
        tx.execute(
            """
            UPDATE holding_facts AS fact SET known_to = %s FROM loaded
            WHERE fact.object_id = loaded.object_id AND fact.held_from = loaded.held_from
              AND fact.taxpayer_id IS NOT DISTINCT FROM loaded.taxpayer_id
              AND fact.known_to IS NULL
            """,
            (change_no,),
        )
        tx.execute(
            """
            INSERT INTO holding_facts (object_id, taxpayer_id, estate_of, share, held_from,
                                       held_to, known_from)
            SELECT object_id, taxpayer_id, estate_of, share, held_from, held_to, %s
            FROM loaded ORDER BY object_id, taxpayer_id, held_from
            """,
            (change_no,),
        )
        over = _overheld(tx)
        if over is not None:
            raise _row_overheld(tx, over, source)


def set_holders(tx: Transaction, holders: pa.Table, *, on: date, change_no: int) -> None:
    """Say who holds objects from a day on: exactly those that are named, in these shares.

    Who holds the same share before and after goes on without a break; what others held ends.

    Parameters
    ----------
    tx
        The transaction.
    holders
        Columns as `STAGED_HOLDINGS`, all held from that day.
    on
        The first day.
    change_no
        The change of the register.
    """
    with tx.staged("loaded", STAGED_HOLDINGS, holders):
        _require_known(tx)
        tx.execute(
            """
            CREATE TEMPORARY TABLE staying ON COMMIT DROP AS
            SELECT holding_id, fact.object_id, fact.taxpayer_id, fact.share
            FROM holding_facts AS fact JOIN loaded USING (object_id, taxpayer_id, share)
            WHERE fact.known_to IS NULL AND fact.held_from <= %(on)s AND fact.held_to IS NULL
            """,
            {"on": on},
        )
        tx.execute(
            """
            WITH closed AS (
                UPDATE holding_facts AS fact SET known_to = %(change)s
                WHERE object_id IN (SELECT object_id FROM loaded) AND known_to IS NULL
                  AND coalesce(held_to, 'infinity') > %(on)s
                  AND holding_id NOT IN (SELECT holding_id FROM staying)
                RETURNING *
            )
            INSERT INTO holding_facts (object_id, taxpayer_id, estate_of, share, held_from,
                                       held_to, known_from)
            SELECT object_id, taxpayer_id, estate_of, share, held_from, %(on)s, %(change)s
            FROM closed WHERE held_from < %(on)s
            """,
            {"on": on, "change": change_no},
        )
        tx.execute(
            """
            INSERT INTO holding_facts (object_id, taxpayer_id, estate_of, share, held_from,
                                       held_to, known_from)
            SELECT object_id, taxpayer_id, estate_of, share, %(on)s, held_to, %(change)s
            FROM loaded WHERE NOT EXISTS (
                SELECT FROM staying WHERE staying.object_id = loaded.object_id
                  AND staying.taxpayer_id = loaded.taxpayer_id)
            """,
            {"on": on, "change": change_no},
        )
        tx.execute("DROP TABLE staying")
        over = _overheld(tx)
        if over is not None:
            where = f"{over.object_id} on {over.held_from}: {over.shares}"
            raise Conflict(f"The shares of a property exceed the whole: {where}.")


def merge(tx: Transaction, *, twice: str, into: str, change_no: int) -> int:
    """Say that one person was registered twice; return how many holdings pass to the other number.

    They pass as they are: the days on which they began and end stay.
    """
    tx.execute("UPDATE taxpayers SET merged_into = %s WHERE taxpayer_id = %s", (into, twice))
    tx.execute(
        """
        WITH closed AS (
            UPDATE taxpayer_facts SET known_to = %(change)s
            WHERE taxpayer_id = %(twice)s AND known_to IS NULL RETURNING *
        )
        INSERT INTO taxpayer_facts (taxpayer_id, name, language, merged_into, known_from)
        SELECT taxpayer_id, name, language, %(into)s, %(change)s FROM closed
        """,
        {"twice": twice, "into": into, "change": change_no},
    )
    return tx.execute(
        """
        WITH closed AS (
            UPDATE holding_facts SET known_to = %(change)s
            WHERE taxpayer_id = %(twice)s AND known_to IS NULL RETURNING *
        )
        INSERT INTO holding_facts (object_id, taxpayer_id, share, held_from, held_to, known_from)
        SELECT object_id, %(into)s, share, held_from, held_to, %(change)s FROM closed
        """,
        {"twice": twice, "into": into, "change": change_no},
    )


def _overheld(tx: Transaction) -> Overheld | None:
    """Find a day on which an object is held beyond the whole; only a beginning can make it so."""
    return tx.row(
        Overheld,
        """
        SELECT day.object_id, day.held_from, sum(held.share) AS shares
        FROM (SELECT DISTINCT object_id, held_from FROM holding_facts
              WHERE known_to IS NULL AND object_id IN (SELECT object_id FROM loaded)) AS day
        JOIN holding_facts AS held ON held.object_id = day.object_id AND held.known_to IS NULL
            AND held.held_from <= day.held_from
            AND (held.held_to IS NULL OR held.held_to > day.held_from)
        GROUP BY day.object_id, day.held_from
        HAVING sum(held.share) > 1
        ORDER BY 1, 2 LIMIT 1
        """,
    )


def _row_overheld(tx: Transaction, over: Overheld, source: str) -> InputError:
    """Name the last row of a file that holds of an object which is held beyond the whole."""
    row = tx.value(
        """
        SELECT row_no FROM loaded WHERE object_id = %s AND held_from <= %s
        ORDER BY held_from DESC, row_no DESC LIMIT 1
        """,
        (over.object_id, over.held_from),
    )
    day, shares = over.held_from, over.shares.normalize()
    reason = f"with those held already, the shares of {over.object_id!r} on {day} are {shares:f}"
    return InputError(Finding(source, reason, "at most 1 together", row=row, column="share"))


def _require_rows_known(tx: Transaction, source: str) -> None:
    """Refuse objects and taxpayers that no register knows, row by row."""
    unknown = tx.rows(
        Finding,
        """
        SELECT %(source)s AS source, row_no AS row, field AS column,
               format('%%L is not registered', named) AS reason, 'a number that is' AS expected
        FROM loaded
        CROSS JOIN LATERAL (VALUES ('taxpayer_id', taxpayer_id), ('estate_of', estate_of))
            AS person (field, named)
        WHERE named IS NOT NULL
          AND NOT EXISTS (SELECT FROM taxpayers WHERE taxpayers.taxpayer_id = named)
        UNION ALL
        SELECT %(source)s, row_no, 'property_id', format('%%L is not registered', object_id),
               'a number that is'
        FROM loaded WHERE NOT EXISTS (SELECT FROM objects WHERE object_id = loaded.object_id)
        ORDER BY 2, 3 LIMIT %(most)s
        """,
        {"source": source, "most": ROWS_NAMED_MAX},
    )
    if unknown:
        raise InputError(unknown)


def _require_known(tx: Transaction) -> None:
    unknown = tx.value(
        """
        SELECT format('No property has the number %L.', object_id) FROM loaded
        WHERE NOT EXISTS (SELECT FROM objects WHERE object_id = loaded.object_id)
        UNION ALL
        SELECT format('No taxpayer has the number %L.', named) FROM loaded
        CROSS JOIN LATERAL (VALUES (taxpayer_id), (estate_of)) AS person (named)
        WHERE named IS NOT NULL
          AND NOT EXISTS (SELECT FROM taxpayers WHERE taxpayers.taxpayer_id = named)
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


def languages(tx: Transaction, taxpayer_ids: list[str]) -> dict[str, Language]:
    """Return in which language each of some taxpayers is written to."""
    rows = tx.rows(
        TaxpayerRow, "SELECT * FROM taxpayers WHERE taxpayer_id = ANY(%s)", (taxpayer_ids,)
    )
    return {row.taxpayer_id: row.language for row in rows}


def find_taxpayer(tx: Transaction, taxpayer_id: str) -> TaxpayerRow | None:
    """Return one taxpayer, or None."""
    return tx.row(TaxpayerRow, "SELECT * FROM taxpayers WHERE taxpayer_id = %s", (taxpayer_id,))


@dataclass(frozen=True)
class FoundTaxpayer:
    """One line of a search among the taxpayers."""

    taxpayer_id: str
    name: str
    synthetic: bool
    merged_into: str | None
    holdings: int
    """What is held as it is known now, and was not passed on."""


def search(tx: Transaction, text: str, *, limit: int) -> list[FoundTaxpayer]:
    """Find taxpayers by how their number begins, or by a part of their name."""
    return tx.rows(
        FoundTaxpayer,
        """
        SELECT taxpayer_id, name, synthetic, merged_into, (
            SELECT count(*) FROM holdings AS held
            WHERE held.taxpayer_id = found.taxpayer_id AND held_to IS NULL) AS holdings
        FROM (
            SELECT * FROM taxpayers
            WHERE starts_with(lower(taxpayer_id), lower(%(text)s))
               OR strpos(lower(name), lower(%(text)s)) > 0
            ORDER BY taxpayer_id LIMIT %(limit)s
        ) AS found ORDER BY taxpayer_id
        """,
        {"text": text, "limit": limit},
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


@dataclass(frozen=True)
class HoldingFactRow:
    """One share of an object, as it is or was known."""

    object_id: str
    taxpayer_id: str | None
    taxpayer_name: str | None
    estate_of: str | None
    share: Decimal
    held_from: date
    held_to: date | None
    known_from: int
    known_to: int | None


HOLDING_FACTS: LiteralString = """
    SELECT object_id, fact.taxpayer_id, name AS taxpayer_name, estate_of, share, held_from,
           held_to, fact.known_from, fact.known_to
    FROM holding_facts AS fact LEFT JOIN taxpayers ON taxpayers.taxpayer_id = fact.taxpayer_id
    WHERE fact.known_from <= %(known)s AND (fact.known_to IS NULL OR fact.known_to > %(known)s)
"""


def holdings_of_object(tx: Transaction, object_id: str, *, known: int) -> list[HoldingFactRow]:
    """Return who held an object and from when to when, as it was known after a change."""
    return tx.rows(
        HoldingFactRow,
        HOLDING_FACTS
        + " AND object_id = %(object)s ORDER BY held_from, share DESC, fact.taxpayer_id",
        {"object": object_id, "known": known},
    )


def holdings_known(tx: Transaction, taxpayer_id: str, *, known: int) -> list[HoldingFactRow]:
    """Return what a taxpayer held, as it was known after a change."""
    return tx.rows(
        HoldingFactRow,
        HOLDING_FACTS + " AND fact.taxpayer_id = %(taxpayer)s ORDER BY object_id, held_from",
        {"taxpayer": taxpayer_id, "known": known},
    )
