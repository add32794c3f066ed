"""Tables of other databases: `postgresql://user@host/db?table=schema.name`."""

import io
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

import psycopg
import pyarrow as pa
from psycopg import sql

from kazyna.core.errors import Finding, InputError, Unavailable
from kazyna.store.copy import table_of

SCHEMES = ("postgresql", "postgres")
CONNECT_SECONDS_MAX = 20
ARROW_TYPES = {
    "bool": pa.bool_(),
    "int2": pa.int64(),
    "int4": pa.int64(),
    "int8": pa.int64(),
    "float4": pa.float64(),
    "float8": pa.float64(),
    "numeric": pa.float64(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
}
"""How types arrive; every other comes as the text that PostgreSQL writes."""


def is_address(source: str) -> bool:
    """Tell whether a source is a table in a PostgreSQL database rather than a file."""
    return urlsplit(source).scheme in SCHEMES


def without_password(address: str) -> str:
    """Return an address as it may be shown."""
    parts = urlsplit(address)
    user = f"{quote(parts.username)}@" if parts.username else ""
    place = f"{parts.hostname or ''}" + (f":{parts.port}" if parts.port else "")
    query = urlencode([pair for pair in parse_qsl(parts.query) if pair[0] != "password"], safe="./")
    return urlunsplit((parts.scheme, user + place, parts.path, query, ""))


def read_foreign_table(address: str) -> pa.Table:
    """Read a whole table or view of a PostgreSQL database.

    Raises
    ------
    InputError
        When the address names no table, or there is no such table.
    Unavailable
        When the server does not answer or refuses.
    """
    parts, shown = urlsplit(address), without_password(address)
    query = dict(parse_qsl(parts.query))
    name = query.pop("table", "")
    expected = "postgresql://user@host/database?table=schema.name"
    if not name:
        raise InputError(Finding(shown, "the address names no table", expected))
    server = urlunsplit(("postgresql", parts.netloc, parts.path, urlencode(query), ""))
    try:
        with psycopg.connect(server, connect_timeout=CONNECT_SECONDS_MAX) as connection:
            connection.read_only = True
            return _copied(connection, sql.Identifier(*name.split(".")))
    except psycopg.OperationalError as error:
        raise Unavailable(f"{shown}: {' '.join(str(error).split())}") from error
    except psycopg.Error as error:
        reason = f"the table cannot be read: {str(error).splitlines()[0]}"
        raise InputError(Finding(shown, reason, expected)) from error


def _copied(connection: psycopg.Connection[tuple[object, ...]], table: sql.Identifier) -> pa.Table:
    """Carry all rows by COPY, with the types of the columns."""
    every = sql.SQL("SELECT * FROM {}").format(table)
    columns = connection.execute(every + sql.SQL(" LIMIT 0")).description or []
    names = [(c.name, c.type_display.split("(")[0]) for c in columns]  # numeric(12,2) is numeric
    schema = pa.schema([(name, ARROW_TYPES.get(kind, pa.string())) for name, kind in names])
    content = io.BytesIO()
    with connection.cursor().copy(
        sql.SQL("COPY ({}) TO STDOUT (FORMAT csv)").format(every)
    ) as stream:
        for chunk in stream:
            content.write(chunk)
    return table_of(content.getvalue(), schema)
