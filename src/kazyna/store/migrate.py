"""Bring a database up to date: numbered SQL files, each followed by its own check.

A migration and its check run in one transaction under a lock, so that two programs that start
together migrate once, and a migration whose check fails leaves no trace.
"""

from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files

from kazyna.core.errors import Conflict
from kazyna.store.connection import Database, Transaction

LOCK = 4_921_014
"""An advisory lock of our own: the number means nothing, but must never change."""


@dataclass(frozen=True)
class Migration:
    """One numbered file and its check."""

    name: str
    statements: str
    check: str

    @property
    def checksum(self) -> str:
        """What tells an edited file from the one that was applied."""
        return sha256(self.statements.encode()).hexdigest()


def migrations() -> tuple[Migration, ...]:
    """List the migrations in their order."""
    folder = files("kazyna.store") / "migrations"
    names = sorted(
        path.name.removesuffix(".sql")
        for path in folder.iterdir()
        if path.name.endswith(".sql") and not path.name.endswith(".test.sql")
    )
    return tuple(
        Migration(
            name,
            (folder / f"{name}.sql").read_text(encoding="utf-8"),
            (folder / f"{name}.test.sql").read_text(encoding="utf-8"),
        )
        for name in names
    )


def migrate(database: Database) -> tuple[str, ...]:
    """Apply what is missing; return the names of what was applied now."""
    done = []
    for migration in migrations():
        with database.administration() as tx:
            tx.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
            if _apply(tx, migration):
                done.append(migration.name)
    return tuple(done)


def applied(database: Database) -> tuple[str, ...]:
    """List the names of the migrations that the database has."""
    with database.administration() as tx:
        if tx.value("SELECT to_regclass('migrations')") is None:
            return ()
        names = tx.value("SELECT array_agg(name ORDER BY name) FROM migrations")
        return tuple(names or ())


def _apply(tx: Transaction, migration: Migration) -> bool:
    tx.execute(
        "CREATE TABLE IF NOT EXISTS migrations ("
        " name text PRIMARY KEY, checksum text NOT NULL, applied_at timestamptz DEFAULT now())"
    )
    known = tx.value("SELECT checksum FROM migrations WHERE name = %s", (migration.name,))
    if known is not None and known != migration.checksum:
        raise Conflict(
            f"Migration {migration.name} was changed after this database had applied it; "
            "add a new migration instead."
        )
    if known is not None:
        return False
    for script in (migration.statements, migration.check):
        tx.connection.execute(script.encode())
    tx.execute(
        "INSERT INTO migrations (name, checksum) VALUES (%s, %s)",
        (migration.name, migration.checksum),
    )
    return True
