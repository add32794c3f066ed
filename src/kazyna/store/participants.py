"""Registers of goods marking: participants, facilities, products; every version is kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from psycopg.types.json import Jsonb

from kazyna.store.connection import Transaction


@dataclass(frozen=True)
class ParticipantRow:
    """A participant as it is on a day."""

    participant_no: int
    participant_id: str
    valid_from: date
    name: str
    kinds: list[str]
    country: str
    gln: str | None
    ended: bool


@dataclass(frozen=True)
class FacilityRow:
    """A facility as it is on a day."""

    facility_no: int
    facility_id: str
    participant_no: int
    valid_from: date
    name: str
    kind: str
    address: str
    lon: float | None
    lat: float | None
    ended: bool


@dataclass(frozen=True)
class ProductRow:
    """A product as it is on a day."""

    gtin: int
    participant_no: int
    valid_from: date
    name: str
    goods: str
    attributes: Mapping[str, Any]
    ended: bool


@dataclass(frozen=True)
class VersionRow:
    """A version of an entry: from when it holds, and who recorded it when."""

    valid_from: date
    revision: int
    name: str
    ended: bool
    recorded_at: datetime
    recorded_by: str
    facts: Mapping[str, Any]
    """What else it says, by name."""


def find_participant(tx: Transaction, participant_id: str, *, on: date) -> ParticipantRow | None:
    """Return a participant as it is on a day, or None."""
    return tx.row(
        ParticipantRow,
        """
        SELECT participant_no, participant_id, valid_from, name, kinds, country, gln, ended
        FROM participants JOIN participant_versions USING (participant_no)
        WHERE participant_id = %s AND valid_from <= %s
        ORDER BY valid_from DESC, revision DESC LIMIT 1
        """,
        (participant_id, on),
    )


def participant_by_number(
    tx: Transaction, participant_no: int, *, on: date
) -> ParticipantRow | None:
    """Return a participant as it is on a day, or None."""
    return tx.row(
        ParticipantRow,
        """
        SELECT participant_no, participant_id, valid_from, name, kinds, country, gln, ended
        FROM participants JOIN participant_versions USING (participant_no)
        WHERE participant_no = %s AND valid_from <= %s
        ORDER BY valid_from DESC, revision DESC LIMIT 1
        """,
        (participant_no, on),
    )


def participant_number(tx: Transaction, participant_id: str) -> int | None:
    """Return the number of a participant, or None."""
    found: int | None = tx.value(
        "SELECT participant_no FROM participants WHERE participant_id = %s", (participant_id,)
    )
    return found


def participant_ids(tx: Transaction, numbers: Sequence[int]) -> dict[int, str]:
    """Return the ids of participants by their numbers."""
    rows = tx.connection.execute(
        "SELECT participant_no, participant_id FROM participants WHERE participant_no = ANY (%s)",
        (list(numbers),),
    )
    return {int(number): str(name) for number, name in rows}


def taxpayer_of(tx: Transaction, participant_no: int) -> str | None:
    """Return the taxpayer behind a participant, or None."""
    found: str | None = tx.value(
        "SELECT taxpayer_id FROM participants WHERE participant_no = %s", (participant_no,)
    )
    return found


def participants(tx: Transaction, *, on: date) -> list[ParticipantRow]:
    """Return all participants as they are on a day."""
    return tx.rows(
        ParticipantRow, "SELECT * FROM participants_on(%s) ORDER BY participant_id", (on,)
    )


def insert_participant(tx: Transaction, *, participant_id: str, taxpayer_id: str | None) -> int:
    """Enter a participant, or link a known one to a taxpayer; return its number."""
    number: int = tx.value(
        """
        INSERT INTO participants (participant_id, taxpayer_id) VALUES (%s, %s)
        ON CONFLICT (participant_id) DO UPDATE
            SET taxpayer_id = coalesce(excluded.taxpayer_id, participants.taxpayer_id)
        RETURNING participant_no
        """,
        (participant_id, taxpayer_id),
    )
    return number


def insert_participant_version(
    tx: Transaction, participant_no: int, valid_from: date, values: Mapping[str, Any]
) -> None:
    """Record what holds of a participant from a day."""
    tx.execute(
        """
        INSERT INTO participant_versions
            (participant_no, valid_from, revision, name, kinds, country, gln, ended)
        SELECT %(number)s, %(valid_from)s, 1 + count(*), %(name)s, %(kinds)s, %(country)s, %(gln)s,
               %(ended)s
        FROM participant_versions WHERE participant_no = %(number)s AND valid_from = %(valid_from)s
        """,
        {"number": participant_no, "valid_from": valid_from, **values},
    )


def participant_versions(tx: Transaction, participant_id: str) -> list[VersionRow]:
    """Return all versions of a participant, the latest first; none of one who is not known."""
    return tx.rows(
        VersionRow,
        """
        SELECT valid_from, revision, name, ended, recorded_at, recorded_by,
               jsonb_build_object('kinds', kinds, 'country', country, 'gln', gln) AS facts
        FROM participants JOIN participant_versions USING (participant_no)
        WHERE participant_id = %s ORDER BY valid_from DESC, revision DESC
        """,
        (participant_id,),
    )


def facility_versions(tx: Transaction, facility_id: str) -> list[VersionRow]:
    """Return all versions of a facility, the latest first; none of one that is not known."""
    return tx.rows(
        VersionRow,
        """
        SELECT valid_from, revision, name, ended, recorded_at, recorded_by,
               jsonb_build_object('kind', kind, 'address', address, 'lon', lon, 'lat', lat) AS facts
        FROM facilities JOIN facility_versions USING (facility_no)
        WHERE facility_id = %s ORDER BY valid_from DESC, revision DESC
        """,
        (facility_id,),
    )


def product_versions(tx: Transaction, gtin: int) -> list[VersionRow]:
    """Return all versions of a product, the latest first; none of one that is not known."""
    return tx.rows(
        VersionRow,
        """
        SELECT valid_from, revision, name, ended, recorded_at, recorded_by,
               jsonb_build_object('goods', goods) || attributes AS facts
        FROM product_versions WHERE gtin = %s ORDER BY valid_from DESC, revision DESC
        """,
        (gtin,),
    )


def find_facility(tx: Transaction, facility_id: str, *, on: date) -> FacilityRow | None:
    """Return a facility as it is on a day, or None."""
    return tx.row(
        FacilityRow,
        """
        SELECT facility_no, facility_id, participant_no, valid_from, name, kind, address, lon, lat,
               ended
        FROM facilities JOIN facility_versions USING (facility_no)
        WHERE facility_id = %s AND valid_from <= %s
        ORDER BY valid_from DESC, revision DESC LIMIT 1
        """,
        (facility_id, on),
    )


def facilities(tx: Transaction, *, on: date) -> list[FacilityRow]:
    """Return all facilities as they are on a day."""
    return tx.rows(FacilityRow, "SELECT * FROM facilities_on(%s) ORDER BY facility_id", (on,))


def insert_facility(
    tx: Transaction, participant_no: int, facility_id: str, valid_from: date,
    values: Mapping[str, Any],
) -> int:  # fmt: skip
    """Record what holds of a facility from a day; return its number, new or known."""
    known: int | None = tx.value(
        "SELECT facility_no FROM facilities WHERE facility_id = %s", (facility_id,)
    )
    number: int = known or tx.value(
        "INSERT INTO facilities (facility_id, participant_no) VALUES (%s, %s)"
        " RETURNING facility_no",
        (facility_id, participant_no),
    )
    tx.execute(
        """
        INSERT INTO facility_versions
            (facility_no, valid_from, revision, name, kind, address, lon, lat, ended)
        SELECT %(number)s, %(valid_from)s, 1 + count(*), %(name)s, %(kind)s, %(address)s, %(lon)s,
               %(lat)s, %(ended)s
        FROM facility_versions WHERE facility_no = %(number)s AND valid_from = %(valid_from)s
        """,
        {"number": number, "valid_from": valid_from, **values},
    )
    return number


def find_products(tx: Transaction, gtins: Sequence[int], *, on: date) -> dict[int, ProductRow]:
    """Return products as they are on a day, by GTIN."""
    rows = tx.rows(
        ProductRow,
        """
        SELECT DISTINCT ON (gtin) gtin, participant_no, valid_from, name, goods, attributes, ended
        FROM unnest(%s::bigint[]) AS gtin JOIN products USING (gtin)
        JOIN product_versions USING (gtin)
        WHERE valid_from <= %s ORDER BY gtin, valid_from DESC, revision DESC
        """,
        (list(gtins), on),
    )
    return {row.gtin: row for row in rows}


def products(tx: Transaction, *, on: date) -> list[ProductRow]:
    """Return all products as they are on a day."""
    return tx.rows(ProductRow, "SELECT * FROM products_on(%s) ORDER BY gtin", (on,))


def insert_product(
    tx: Transaction, participant_no: int, gtin: int, valid_from: date, values: Mapping[str, Any]
) -> None:
    """Record what holds of a product from a day."""
    tx.execute(
        "INSERT INTO products (gtin, participant_no) VALUES (%s, %s) ON CONFLICT DO NOTHING",
        (gtin, participant_no),
    )
    tx.execute(
        """
        INSERT INTO product_versions
            (gtin, valid_from, revision, name, goods, attributes, ended)
        SELECT %(gtin)s, %(valid_from)s, 1 + count(*), %(name)s, %(goods)s, %(attributes)s,
               %(ended)s
        FROM product_versions WHERE gtin = %(gtin)s AND valid_from = %(valid_from)s
        """,
        {
            "gtin": gtin,
            "valid_from": valid_from,
            **values,
            "attributes": Jsonb(values["attributes"]),
        },
    )
