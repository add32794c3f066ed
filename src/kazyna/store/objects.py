"""The register of objects of tax: what each is, from which day to which, as it is known."""

import json
from dataclasses import dataclass
from datetime import date
from typing import Any, LiteralString

import pyarrow as pa

from kazyna.core.errors import Conflict
from kazyna.store.connection import Transaction

STAGED_OBJECTS: LiteralString = (
    "object_id text, kind text, characteristics jsonb, valid_from date, valid_to date"
)

FACTS: LiteralString = """
    SELECT * FROM object_facts
    WHERE known_from <= %(known)s AND (known_to IS NULL OR known_to > %(known)s)
"""
"""Facts as they were known after a change."""


@dataclass(frozen=True)
class ObjectFactRow:
    """What an object was from a day, as it is or was known."""

    object_id: str
    kind: str
    characteristics: dict[str, Any]
    valid_from: date
    valid_to: date | None
    known_from: int
    known_to: int | None


@dataclass(frozen=True)
class CountRow:
    """How many objects of a kind there are on the business day, and how many of them invented."""

    kind: str
    objects: int
    invented: int


@dataclass(frozen=True)
class KindCount:
    """How many objects of a kind there are, and how many of them nobody is known to hold."""

    kind: str
    objects: int
    without_holder: int


@dataclass(frozen=True)
class FoundObject:
    """One line of a search among the objects."""

    object_id: str
    kind: str
    holders: int
    """Shares that are known now, those of unknown heirs among them."""


def put_objects(
    tx: Transaction, objects: pa.Table, change_no: int, *, synthetic: bool = False
) -> int:
    """Say what objects are from a day on; return how many facts that changed.

    What was known of those days is closed by the change, and what it said of the days before and
    after is kept. What is known already is left alone.

    Parameters
    ----------
    tx
        The transaction.
    objects
        object_id, kind, characteristics (JSON text), valid_from, valid_to; an object once.
    change_no
        The change of the register that says so.
    synthetic
        Whether objects that are new are invented, as in a demonstration.
    """
    with tx.staged("put", STAGED_OBJECTS, objects):
        tx.execute(
            """
            DELETE FROM put USING object_facts AS fact
            WHERE fact.object_id = put.object_id AND fact.known_to IS NULL
              AND fact.kind = put.kind AND fact.characteristics = put.characteristics
              AND fact.valid_from <= put.valid_from
              AND coalesce(fact.valid_to, 'infinity') >= coalesce(put.valid_to, 'infinity')
            """
        )
        tx.execute(
            "INSERT INTO objects (object_id, synthetic) SELECT DISTINCT object_id, %s::boolean"
            " FROM put ON CONFLICT DO NOTHING",
            (synthetic,),
        )
        tx.execute(
            """
            WITH closed AS (
                UPDATE object_facts AS fact SET known_to = %(change)s FROM put
                WHERE fact.object_id = put.object_id AND fact.known_to IS NULL
                  AND fact.valid_from < coalesce(put.valid_to, 'infinity')
                  AND coalesce(fact.valid_to, 'infinity') > put.valid_from
                RETURNING fact.*, put.valid_from AS put_from, put.valid_to AS put_to
            )
            INSERT INTO object_facts (object_id, kind, characteristics, valid_from, valid_to,
                                      known_from)
            SELECT object_id, kind, characteristics, valid_from, put_from, %(change)s FROM closed
            WHERE valid_from < put_from
            UNION ALL
            SELECT object_id, kind, characteristics, put_to, valid_to, %(change)s FROM closed
            WHERE put_to < coalesce(valid_to, 'infinity')
            """,
            {"change": change_no},
        )
        return tx.execute(
            """
            INSERT INTO object_facts (object_id, kind, characteristics, valid_from, valid_to,
                                      known_from)
            SELECT object_id, kind, characteristics, valid_from, valid_to, %s FROM put
            """,
            (change_no,),
        )


def end_object(tx: Transaction, object_id: str, *, on: date, change_no: int) -> int:
    """Say that an object is no more from a day on, such as after a demolition."""
    return tx.execute(
        """
        WITH closed AS (
            UPDATE object_facts SET known_to = %(change)s
            WHERE object_id = %(object)s AND known_to IS NULL
              AND coalesce(valid_to, 'infinity') > %(on)s
            RETURNING *
        ), kept AS (
            INSERT INTO object_facts (object_id, kind, characteristics, valid_from, valid_to,
                                      known_from)
            SELECT object_id, kind, characteristics, valid_from, %(on)s, %(change)s FROM closed
            WHERE valid_from < %(on)s
        ) SELECT FROM closed
        """,
        {"object": object_id, "on": on, "change": change_no},
    )


def register_properties(tx: Transaction, property_ids: pa.Table, change_no: int) -> None:
    """Take properties of the cadastre that somebody holds as objects of tax.

    Parameters
    ----------
    tx
        The transaction.
    property_ids
        object_id, valid_from; those that are registered already are left alone.
    change_no
        The change of the register.

    Raises
    ------
    NotFound
        When neither register knows one of them.
    """
    with tx.staged("held", "object_id text, valid_from date", property_ids):
        tx.execute(
            """
            INSERT INTO objects (object_id) SELECT DISTINCT object_id FROM held
            WHERE EXISTS (SELECT FROM properties WHERE property_id = object_id)
            ON CONFLICT DO NOTHING
            """
        )
        tx.execute(
            """
            INSERT INTO object_facts (object_id, kind, characteristics, valid_from, known_from)
            SELECT object_id, 'property', '{}', min(valid_from), %s FROM held
            WHERE EXISTS (SELECT FROM objects WHERE objects.object_id = held.object_id)
              AND NOT EXISTS (SELECT FROM object_facts AS fact
                              WHERE fact.object_id = held.object_id AND fact.known_to IS NULL)
            GROUP BY object_id
            """,
            (change_no,),
        )


def is_synthetic(tx: Transaction, object_id: str) -> bool:
    """Tell whether an object is invented."""
    found: bool = tx.value(
        "SELECT EXISTS (SELECT FROM objects WHERE object_id = %s AND synthetic)", (object_id,)
    )
    return found


def facts_of(tx: Transaction, object_id: str, *, known: int) -> list[ObjectFactRow]:
    """Return what was known of an object after a change, day by day."""
    return tx.rows(
        ObjectFactRow,
        FACTS + " AND object_id = %(object)s ORDER BY valid_from",
        {"object": object_id, "known": known},
    )


def facts_on(tx: Transaction, object_ids: list[str], *, on: date) -> dict[str, ObjectFactRow]:
    """Return what some objects are on a day, or were or will be nearest to it, as known now."""
    rows = tx.rows(
        ObjectFactRow,
        """
        SELECT DISTINCT ON (object_id) * FROM object_facts
        WHERE known_to IS NULL AND object_id = ANY(%(ids)s)
        ORDER BY object_id, (valid_from <= %(on)s) DESC,
                 CASE WHEN valid_from <= %(on)s THEN valid_from END DESC, valid_from
        """,
        {"ids": object_ids, "on": on},
    )
    return {row.object_id: row for row in rows}


def search(tx: Transaction, text: str, *, kind: str | None, limit: int) -> list[FoundObject]:
    """Find objects by how their number begins, and perhaps by their kind, as known now."""
    return tx.rows(
        FoundObject,
        """
        SELECT object_id, kind, (
            SELECT count(*) FROM holding_facts AS held
            WHERE held.object_id = found.object_id AND held.known_to IS NULL
              AND held.held_to IS NULL) AS holders
        FROM (
            SELECT DISTINCT ON (object_id) object_id, kind FROM object_facts
            WHERE known_to IS NULL AND starts_with(lower(object_id), lower(%(text)s))
              AND (%(kind)s::text IS NULL OR kind = %(kind)s)
            ORDER BY object_id, valid_from DESC LIMIT %(limit)s
        ) AS found ORDER BY object_id
        """,
        {"text": text, "kind": kind, "limit": limit},
    )


def counts(tx: Transaction, *, on: date, known: int) -> list[KindCount]:
    """Count the objects of each kind on a day, and those without a known holder."""
    return tx.rows(
        KindCount,
        """
        SELECT kind, count(*) AS objects, count(*) FILTER (WHERE NOT EXISTS (
            SELECT FROM holding_facts AS held
            WHERE held.object_id = fact.object_id AND held.taxpayer_id IS NOT NULL
              AND held.held_from <= %(on)s AND (held.held_to IS NULL OR held.held_to > %(on)s)
              AND held.known_from <= %(known)s
              AND (held.known_to IS NULL OR held.known_to > %(known)s))) AS without_holder
        FROM object_facts AS fact
        WHERE valid_from <= %(on)s AND (valid_to IS NULL OR valid_to > %(on)s)
          AND known_from <= %(known)s AND (known_to IS NULL OR known_to > %(known)s)
        GROUP BY kind ORDER BY kind
        """,
        {"on": on, "known": known},
    )


def count_kinds(tx: Transaction) -> list[CountRow]:
    """Count the objects of each kind on the business day; everybody may."""
    return tx.rows(CountRow, "SELECT kind, objects, invented FROM count_objects()")


def put_changed(
    tx: Transaction, fact: ObjectFactRow, changed: str, *, valid_from: date, change_no: int
) -> None:
    """Say a fact anew from a day on, with some characteristics (JSON text) changed.

    Raises
    ------
    Conflict
        When the object has no such characteristic.
    """
    values = json.loads(changed)
    unknown = sorted(set(values) - set(fact.characteristics))
    if unknown:
        there = ", ".join(fact.characteristics)
        raise Conflict(f"The object has no characteristic {unknown[0]!r}; it has {there}.")
    row = {
        "object_id": [fact.object_id],
        "kind": [fact.kind],
        "characteristics": [json.dumps({**fact.characteristics, **values}, default=str)],
        "valid_from": [valid_from],
        "valid_to": pa.array([fact.valid_to], pa.date32()),
    }
    put_objects(tx, pa.table(row), change_no)
