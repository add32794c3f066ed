"""Transactions: every statement runs inside one, with the rights of its actor.

The program logs in once, but no statement runs with the rights of that log-in: a transaction
takes the database role of its actor, and for a taxpayer also the number that row security looks
at. A service that forgets a check therefore meets the database's own.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from threading import Lock
from typing import Any, Literal, LiteralString, TypeVar, cast

import psycopg
import pyarrow as pa
from psycopg import sql
from psycopg.rows import class_row, tuple_row
from psycopg.types.json import set_json_loads
from psycopg_pool import ConnectionPool, PoolTimeout

from kazyna.core.errors import Conflict, Forbidden, Unavailable
from kazyna.store.arrays import register_arrays
from kazyna.store.copy import csv_of, table_of

DatabaseRole = Literal[
    "public", "taxpayer", "officer", "valuer", "participant", "auditor", "administrator", "gate",
    "verifier",
]  # fmt: skip
"""A role of a person; or `gate`, which reads users and sessions and nothing else; or `verifier`,
which reads where marked units stand."""

CONNECTIONS_MAX = 16
CONNECT_SECONDS_MAX = 20.0

ACTING: LiteralString = (
    "SELECT set_config('role', %(acting_role)s, true),"
    " set_config('kazyna.actor', %(acting_name)s, true),"
    " set_config('kazyna.taxpayer', %(acting_taxpayer)s, true),"
    " set_config('kazyna.participant', %(acting_participant)s, true),"
    " set_config('kazyna.today', %(acting_today)s, true)"
)
"""Gives a transaction the rights of its actor, until its end."""

T = TypeVar("T")
Parameters = Mapping[str, Any] | Sequence[Any] | None


@dataclass(frozen=True)
class Acting:
    """With whose rights a transaction runs."""

    role: DatabaseRole
    actor: str
    taxpayer: str | None = None
    """Of a taxpayer: the number that row security looks at."""
    participant: int | None = None
    """Of a participant: likewise."""
    today: date | None = None

    def settings(self) -> dict[str, str]:
        """Return the parameters of `ACTING`."""
        return {
            "acting_role": f"kazyna_{self.role}",
            "acting_name": self.actor,
            "acting_taxpayer": self.taxpayer or "",
            "acting_participant": "" if self.participant is None else str(self.participant),
            "acting_today": self.today.isoformat() if self.today else "",
        }


class Transaction:
    """One open transaction of one actor."""

    def __init__(self, connection: psycopg.Connection[tuple[Any, ...]]) -> None:
        self.connection = connection

    @contextmanager
    def office(self) -> Iterator[None]:
        """Give the office's rights for a while: a taxpayer declares, and the program posts.

        The rows that the taxpayer writes come before, under the taxpayer's own rights.
        """
        own = self.value("SELECT current_setting('role')")
        self.execute("SELECT set_config('role', 'kazyna_officer', true)")
        yield
        self.execute("SELECT set_config('role', %s, true)", (own,))

    def execute(self, query: LiteralString | sql.Composed, parameters: Parameters = None) -> int:
        """Run a statement; return the number of rows it touched."""
        return self.connection.execute(query, parameters).rowcount

    def value(self, query: LiteralString | sql.Composed, parameters: Parameters = None) -> Any:
        """Return the first column of the first row, or None."""
        row = self.connection.execute(query, parameters).fetchone()
        return row[0] if row else None

    def rows(
        self, row: type[T], query: LiteralString | sql.Composed, parameters: Parameters = None,
        *, binary: bool = False,
    ) -> list[T]:  # fmt: skip
        """Return all rows as records of one dataclass; columns are matched by name.

        `binary` carries long strings of bytes as they are, not written as text.
        """
        with self.connection.cursor(row_factory=class_row(row), binary=binary) as cursor:
            return cursor.execute(query, parameters).fetchall()

    def row(
        self, row: type[T], query: LiteralString | sql.Composed, parameters: Parameters = None
    ) -> T | None:
        """Return the first row as a record of a dataclass, or None."""
        with self.connection.cursor(row_factory=class_row(row)) as cursor:
            return cursor.execute(query, parameters).fetchone()

    def only(
        self, row: type[T], query: LiteralString | sql.Composed, parameters: Parameters = None
    ) -> T:
        """Return the row of a query that has one whatever the tables hold, such as a sum."""
        found = self.row(row, query, parameters)
        if found is None:
            raise AssertionError("a sum has one row")
        return found

    def table(
        self, schema: pa.Schema, query: LiteralString | sql.Composed, parameters: Parameters = None
    ) -> pa.Table:
        """Return all rows as an Arrow table, carried by COPY."""
        with self.connection.cursor(row_factory=tuple_row) as cursor:
            statement = psycopg.ClientCursor(self.connection).mogrify(query, parameters)
            copy = sql.SQL("COPY ({}) TO STDOUT (FORMAT csv)").format(sql.SQL(statement))
            with cursor.copy(copy) as stream:
                return table_of(b"".join(stream), schema)

    @contextmanager
    def staged(
        self, table: LiteralString, definition: LiteralString, rows: pa.Table
    ) -> Iterator[None]:
        """Hold an Arrow table as a temporary table, carried by COPY; columns match by name.

        COPY cannot write into a table with row security, and a set that is staged can be checked
        and merged by one statement.
        """
        create = sql.SQL("CREATE TEMPORARY TABLE {} ({}) ON COMMIT DROP")
        self.execute(create.format(sql.Identifier(table), sql.SQL(definition)))
        self.copy_into(table, rows)
        self.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(table)))
        yield
        self.execute(sql.SQL("DROP TABLE {}").format(sql.Identifier(table)))

    def copy_into(self, table: LiteralString, rows: pa.Table) -> None:
        """Carry an Arrow table by COPY into a table without row security."""
        statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT csv)").format(
            sql.Identifier(table), _names(rows)
        )
        with self.connection.cursor() as cursor, cursor.copy(statement) as stream:
            for chunk in csv_of(rows):
                stream.write(chunk)

    def append(self, table: LiteralString, rows: pa.Table) -> int:
        """Append an Arrow table to a table of the database; return the number of rows."""
        with self.staged("appended", "LIKE " + table, rows):
            insert = sql.SQL("INSERT INTO {} ({}) SELECT {} FROM appended")
            return self.execute(insert.format(sql.Identifier(table), _names(rows), _names(rows)))


class HeldLock:
    """A lock that one program holds over many transactions, and loses when it falls."""

    def __init__(self, connection: psycopg.Connection[tuple[Any, ...]]) -> None:
        self._connection = connection

    def __enter__(self) -> None:
        return None

    def __exit__(self, *_: object) -> None:
        self._connection.close()


class Database:
    """A PostgreSQL server and the pool of connections to it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._made: dict[Callable[[Database], Any], Any] = {}
        self._making = Lock()
        self._pool = ConnectionPool(
            url,
            min_size=1,
            max_size=CONNECTIONS_MAX,
            timeout=CONNECT_SECONDS_MAX,
            configure=_adapted,
            open=False,
        )
        self._calls = ConnectionPool(
            url,
            kwargs={"autocommit": True},
            min_size=0,
            max_size=CONNECTIONS_MAX,
            timeout=CONNECT_SECONDS_MAX,
            open=False,
        )

    def __enter__(self) -> "Database":
        self._pool.open()
        self._calls.open()
        try:
            self._pool.wait(CONNECT_SECONDS_MAX)
        except PoolTimeout as error:
            self._calls.close()
            self._pool.close()
            raise Unavailable("The PostgreSQL server does not answer.") from error
        return self

    @property
    def closed(self) -> bool:
        """Whether nothing can be asked any more."""
        return bool(self._pool.closed)

    def __exit__(self, *_: object) -> None:
        self._calls.close()
        self._pool.close()

    @contextmanager
    def transaction(
        self,
        *,
        role: DatabaseRole,
        actor: str,
        taxpayer: str | None = None,
        participant: int | None = None,
        today: date | None = None,
    ) -> Iterator[Transaction]:
        """Open a transaction with the rights of a role; commit at its end, or leave no trace.

        `today` is the day of the office; without it the database takes the calendar's.
        """
        acting = Acting(role, actor, taxpayer, participant, today)
        with self.acting(acting) as tx:
            yield tx

    @contextmanager
    def acting(self, who: Acting) -> Iterator[Transaction]:
        """Open a transaction with the rights of an actor, as `transaction` does."""
        with self._connected() as connection:
            connection.execute(ACTING, who.settings())
            yield Transaction(connection)

    def call(self, row: type[T], query: LiteralString, parameters: Parameters) -> list[T]:
        """Run one statement as a transaction of its own, in one round trip; return its rows.

        The statement calls a function that takes the rights of its actor as its first step: the
        connection itself gives it none.
        """
        with self._reported():
            connection = self._calls.getconn()
            try:
                with connection.cursor(row_factory=class_row(row)) as cursor:
                    return cursor.execute(query, parameters).fetchall()
            finally:
                self._calls.putconn(connection)

    def shared(self, make: "Callable[[Database], T]") -> T:
        """Return what `make` gives for this database: made once, and the same for all threads."""
        with self._making:
            if make not in self._made:
                self._made[make] = make(self)
            return cast("T", self._made[make])

    def hold(self, key: tuple[int, int]) -> HeldLock | None:
        """Take a lock and keep it, or return None where another has it.

        It has a connection of its own, which the server sees closed however the program ends.
        """
        with self._reported():
            connection = psycopg.connect(self.url, autocommit=True)
            taken = connection.execute("SELECT pg_try_advisory_lock(%s, %s)", key).fetchone()
        if taken == (True,):
            return HeldLock(connection)
        connection.close()
        return None

    @contextmanager
    def administration(self) -> Iterator[Transaction]:
        """Open a transaction with the rights of the log-in itself: migrations, nothing else."""
        with self._connected() as connection:
            yield Transaction(connection)

    @contextmanager
    def _connected(self) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
        with self._reported(), self._pool.connection() as connection:
            yield connection

    @contextmanager
    def _reported(self) -> Iterator[None]:
        try:
            yield
        except psycopg.errors.InsufficientPrivilege as error:
            raise Forbidden("The database refuses this to your role.") from error
        except psycopg.errors.DeadlockDetected as error:
            raise Conflict("Somebody else changes the same at this moment; ask again.") from error
        except (PoolTimeout, psycopg.OperationalError) as error:
            raise Unavailable(f"The PostgreSQL server does not answer: {error}") from error


def _names(rows: pa.Table) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, rows.column_names))


def _adapted(connection: psycopg.Connection[Any]) -> None:
    """Amounts inside JSON come back as the decimals they are; arrays of numbers go as they are."""
    set_json_loads(partial(json.loads, parse_float=Decimal), connection)
    register_arrays(connection)
