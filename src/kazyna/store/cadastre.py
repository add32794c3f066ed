"""The register of properties and sales."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa
from psycopg import sql

from kazyna.core.schema import ARROW_TYPES, ColumnType
from kazyna.store.connection import Transaction

SQL_TYPES: dict[ColumnType, str] = {
    "text": "text",
    "integer": "bigint",
    "number": "double precision",
    "decimal": "numeric",
    "date": "date",
    "boolean": "boolean",
}


@dataclass(frozen=True)
class PropertyRow:
    """One property as recorded."""

    property_id: str
    lon: float | None
    lat: float | None
    characteristics: dict[str, Any]


@dataclass(frozen=True)
class SaleRow:
    """One recorded sale."""

    property_id: str
    sold_on: date
    price: Decimal


@dataclass(frozen=True)
class Counts:
    """The size of the register and the box that holds it, in degrees."""

    properties: int
    sales: int
    west: float | None
    south: float | None
    east: float | None
    north: float | None


@dataclass(frozen=True)
class FoundRow:
    """One property that a search found, with its value in a round."""

    property_id: str
    lon: float | None
    lat: float | None
    characteristics: dict[str, Any]
    value: Decimal | None
    per_m2: Decimal | None


def upsert_properties(tx: Transaction, properties: pa.Table) -> None:
    """Record properties: columns property_id, lon, lat, characteristics (JSON text)."""
    with tx.staged("loaded", "LIKE properties", properties):
        tx.execute(
            """
            INSERT INTO properties AS known SELECT * FROM loaded
            ON CONFLICT (property_id) DO UPDATE
            SET lon = excluded.lon, lat = excluded.lat, characteristics = excluded.characteristics
            WHERE (known.lon, known.lat, known.characteristics)
                  IS DISTINCT FROM (excluded.lon, excluded.lat, excluded.characteristics)
            """
        )


def upsert_sales(tx: Transaction, sales: pa.Table) -> None:
    """Record sales: columns property_id, sold_on, price."""
    with tx.staged("loaded", "LIKE sales", sales):
        tx.execute(
            """
            INSERT INTO sales AS known SELECT * FROM loaded
            ON CONFLICT (property_id, sold_on) DO UPDATE SET price = excluded.price
            WHERE known.price <> excluded.price
            """
        )


def counts(tx: Transaction) -> Counts:
    """Count properties and sales and find their box."""
    found = tx.row(
        Counts,
        """
        SELECT count(*) AS properties, (SELECT count(*) FROM sales) AS sales,
               min(lon) AS west, min(lat) AS south, max(lon) AS east, max(lat) AS north
        FROM properties
        """,
    )
    return found or Counts(0, 0, None, None, None, None)


def any_property(tx: Transaction) -> bool:
    """Tell whether any property is recorded."""
    known: bool = tx.value("SELECT EXISTS (SELECT FROM properties)")
    return known


def find_property(tx: Transaction, property_id: str) -> PropertyRow | None:
    """Return one property, or None."""
    return tx.row(
        PropertyRow,
        "SELECT property_id, lon, lat, characteristics FROM properties WHERE property_id = %s",
        (property_id,),
    )


def in_round(tx: Transaction, round_id: int, property_ids: list[str]) -> dict[str, PropertyRow]:
    """Return several properties by their numbers, as a round knew them when it was frozen."""
    found = tx.rows(
        PropertyRow,
        "SELECT property_id, lon, lat, characteristics FROM properties_of_rounds"
        " WHERE round_id = %s AND property_id = ANY(%s)",
        (round_id, property_ids),
    )
    return {row.property_id: row for row in found}


def sales_of(tx: Transaction, property_id: str) -> list[SaleRow]:
    """Return the sales of one property, the latest first."""
    return tx.rows(
        SaleRow,
        "SELECT property_id, sold_on, price FROM sales WHERE property_id = %s"
        " ORDER BY sold_on DESC",
        (property_id,),
    )


def search(tx: Transaction, text: str, *, round_id: int | None, limit: int) -> list[FoundRow]:
    """Find properties whose number begins with a text, or contains it, in that order."""
    return tx.rows(
        FoundRow,
        """
        SELECT properties.property_id, lon, lat, characteristics, value, per_m2
        FROM properties
        LEFT JOIN effective_values AS valued
            ON valued.property_id = properties.property_id AND round_id = %(round)s
        WHERE properties.property_id LIKE %(contains)s
        ORDER BY properties.property_id NOT LIKE %(begins)s, properties.property_id
        LIMIT %(limit)s
        """,
        {
            "round": round_id,
            "contains": f"%{_literal(text)}%",
            "begins": f"{_literal(text)}%",
            "limit": limit,
        },
    )


def properties(
    tx: Transaction, characteristics: Mapping[str, ColumnType], *, round_id: int | None = None
) -> pa.Table:
    """Return all properties with some characteristics as typed columns.

    With a round they are as it knew them when it was frozen, else as they stand now.
    """
    source = sql.SQL("properties")
    known: sql.Composable = sql.SQL("true")
    if round_id is not None:
        source = sql.SQL("properties_of_rounds")
        known = sql.SQL("round_id = {}").format(sql.Literal(round_id))
    columns: list[sql.Composable] = [sql.SQL("property_id, lon, lat")]
    if characteristics:
        columns.append(_columns(characteristics))
    query = sql.SQL("SELECT {} FROM {} WHERE {} ORDER BY property_id")
    return tx.table(
        _schema(("property_id", "text"), ("lon", "number"), ("lat", "number"), characteristics),
        query.format(sql.SQL(", ").join(columns), source, known),
    )


def sales_with_properties(
    tx: Transaction, characteristics: Mapping[str, ColumnType], *, until: date
) -> pa.Table:
    """Return sales up to and including a day, each with what was sold."""
    query = sql.SQL(
        "SELECT property_id, sold_on, price, lon, lat, {} FROM sales"
        " JOIN properties USING (property_id) WHERE sold_on <= {}"
        " ORDER BY sold_on, property_id"
    )
    return tx.table(
        _schema(
            ("property_id", "text"),
            ("sold_on", "date"),
            ("price", "number"),
            ("lon", "number"),
            ("lat", "number"),
            characteristics,
        ),
        query.format(_columns(characteristics), sql.Literal(until)),
    )


def points_in_box(
    tx: Transaction, *, round_id: int | None, west: float, south: float, east: float, north: float
) -> pa.Table:
    """Return the properties in a box of degrees with their value and value per square metre."""
    return tx.table(
        pa.schema(
            [
                ("property_id", pa.string()),
                ("lon", pa.float64()),
                ("lat", pa.float64()),
                ("per_m2", pa.float64()),
                ("value", pa.float64()),
            ]
        ),
        """
        SELECT properties.property_id, lon, lat, per_m2, value
        FROM properties
        LEFT JOIN effective_values AS valued
            ON valued.property_id = properties.property_id AND valued.round_id = %(round)s
        WHERE point(lon, lat) <@ box(point(%(west)s, %(south)s), point(%(east)s, %(north)s))
        """,
        {"round": round_id, "west": west, "south": south, "east": east, "north": north},
    )


def _literal(text: str) -> str:
    """Escape what LIKE would take as a pattern."""
    return text.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")


def _columns(characteristics: Mapping[str, ColumnType]) -> sql.Composed:
    return sql.SQL(", ").join(
        sql.SQL("(characteristics ->> {})::{} AS {}").format(
            sql.Literal(name),
            sql.SQL(SQL_TYPES[type_]),
            sql.Identifier(name),
        )
        for name, type_ in characteristics.items()
    )


def _schema(*columns: tuple[str, ColumnType] | Mapping[str, ColumnType]) -> pa.Schema:
    fields: list[tuple[str, ColumnType]] = []
    for column in columns:
        fields += [column] if isinstance(column, tuple) else column.items()
    return pa.schema([(name, ARROW_TYPES[type_]) for name, type_ in fields])
