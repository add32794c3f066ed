"""Moving a bucket of units from one server to another, with nothing lost.

The rows are copied and committed on the new server; the map on the registry's server is changed,
which is the moment of the move; the old rows are deleted. All of it happens under an exclusive
lock of the bucket. A crash before the change of the map leaves rows on the new server that nobody
reads, and the next attempt begins by deleting them; a crash after it leaves such rows on the old
server.
"""

import psycopg
from psycopg import sql

from kazyna.store.connection import Acting, Database
from kazyna.store.shards import LOCK_CLASS, LOCK_GROUPS, MAIN, BucketRow, Shards, await_decided

TABLES = ("code_blocks", "code_facts", "code_replacements", "unit_names", "containers")
"""The tables of units; each has the column bucket."""


def moved(shards: Shards) -> dict[int, str]:
    """Return the buckets that are not on the registry's server, with where they are."""
    with shards.registry.administration() as tx:
        rows = tx.rows(BucketRow, "SELECT bucket, server FROM marking_buckets")
    return {row.bucket: row.server for row in rows}


def count_units(server: Database) -> int:
    """Return about how many units a server has: a thousand a block, by its statistics."""
    with server.administration() as tx:
        blocks: int = tx.value(
            "SELECT greatest(reltuples, 0)::bigint FROM pg_class"
            " WHERE oid = 'code_blocks'::regclass"
        )
    return blocks * 1_000


def move(shards: Shards, acting: Acting, bucket: int, to: str) -> int | None:
    """Move one bucket; return the number of rows, or None where it is there already."""
    with shards.registry.acting(acting) as registry:
        registry.value("SELECT pg_advisory_xact_lock(%s, %s)", (LOCK_CLASS, bucket % LOCK_GROUPS))
        at = registry.value("SELECT server FROM marking_buckets WHERE bucket = %s", (bucket,))
        source = at or MAIN
        if source == to:
            return None
        await_decided(shards, shards.server(source))
        rows = _copy(shards.server(source), shards.server(to), bucket)
        if to == MAIN:
            registry.execute("DELETE FROM marking_buckets WHERE bucket = %s", (bucket,))
        else:
            registry.execute(
                "INSERT INTO marking_buckets (bucket, server) VALUES (%(bucket)s, %(server)s)"
                " ON CONFLICT (bucket) DO UPDATE SET server = %(server)s, moved_at = now()",
                {"bucket": bucket, "server": to},
            )
        # The lock is held until the commit of the map; what is on the old server then is read by
        # nobody, and deleted after it.
    with shards.server(source).administration() as tx:
        _delete(tx.connection, bucket)
    return rows


def _copy(source: Database, target: Database, bucket: int) -> int:
    """Copy the rows of a bucket, with the rights of the log-in: row security knows no bucket."""
    rows = 0
    with source.administration() as old, target.administration() as new:
        _delete(new.connection, bucket)
        for table in TABLES:
            name = sql.Identifier(table)
            chosen = sql.SQL("COPY (SELECT * FROM {} WHERE bucket = {}) TO STDOUT (FORMAT binary)")
            taken = sql.SQL("COPY {} FROM STDIN (FORMAT binary)")
            with (
                old.connection.cursor() as reader,
                new.connection.cursor() as writer,
                reader.copy(chosen.format(name, bucket)) as out,
                writer.copy(taken.format(name)) as into,
            ):
                for chunk in out:
                    into.write(chunk)
            count = sql.SQL("SELECT count(*) FROM {} WHERE bucket = {}")
            rows += new.value(count.format(name, bucket))
    return rows


def _delete(connection: psycopg.Connection[tuple[object, ...]], bucket: int) -> None:
    for table in TABLES:
        statement = sql.SQL("DELETE FROM {} WHERE bucket = %s").format(sql.Identifier(table))
        connection.execute(statement, (bucket,))
