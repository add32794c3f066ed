"""Master data that came in the headers of EPCIS documents."""

from dataclasses import dataclass
from typing import Any

from psycopg.types.json import Jsonb

from kazyna.store.connection import Transaction


@dataclass(frozen=True)
class PlaceRow:
    """A place, and those that lie in it."""

    identifier: str
    children: list[str]


def upsert_master_data(
    tx: Transaction, participant_no: int | None, elements: list[dict[str, Any]]
) -> None:
    """Record elements with vocabulary, identifier, attributes and children; the latest counts."""
    tx.execute(
        """
        INSERT INTO epcis_master_data
            (participant_no, vocabulary, identifier, attributes, children)
        SELECT %s, vocabulary, identifier, attributes, children
        FROM jsonb_to_recordset(%s) AS given
            (vocabulary text, identifier text, attributes jsonb, children text[])
        ON CONFLICT (vocabulary, identifier, participant_no) DO UPDATE
        SET attributes = excluded.attributes, children = excluded.children, recorded_at = now()
        """,
        (participant_no, Jsonb(elements)),
    )


def places_within(tx: Transaction, places: list[str]) -> list[PlaceRow]:
    """Return places and all below them that have others in them."""
    return tx.rows(
        PlaceRow,
        """
        WITH RECURSIVE below AS (
            SELECT identifier, children FROM epcis_master_data WHERE identifier = ANY (%s)
            UNION
            SELECT m.identifier, m.children
            FROM below JOIN epcis_master_data m ON m.identifier = ANY (below.children)
        )
        SELECT identifier, children FROM below WHERE children <> '{}'
        """,
        (places,),
    )
