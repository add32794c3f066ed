"""On which server a unit is: the registry's own, or another that has taken its bucket over.

The program computes the bucket and looks the server up in a table that has a row only for buckets
that were moved away. Who reads or writes units holds a shared lock on a group of buckets, who moves
a bucket an exclusive one, so that nobody works on a bucket that is on its way.

A document is one transaction on the registry's server. Where units on other servers take part,
those are prepared first (PREPARE TRANSACTION); the commit of the registry, with a row that names
them, is the decision; then they are committed. What a crash leaves prepared is settled by that row
(`recover`).
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from secrets import token_hex
from time import sleep
from typing import LiteralString

import numpy as np
import psycopg
from numpy.typing import NDArray
from psycopg import sql

from kazyna.core.errors import Unavailable
from kazyna.marking.units import BUCKETS, Longs, distinct
from kazyna.store.connection import Acting, Database, Transaction

MAIN = "main"
"""The name of the registry's server."""
LOCK_CLASS = 4_921_016
LOCK_GROUPS = 64
"""Fewer locks than buckets: the server has room for some thousands in all."""
SETTLING_SECONDS = 0.005
"""Between two looks at whether what is decided is carried out."""
DECISIONS_CLASS = 4_921_017

LOCKING: LiteralString = (
    "SELECT count(pg_advisory_xact_lock_shared(%s, number)) FROM unnest(%s::integer[]) AS number"
)
PLANNING: LiteralString = (
    "SELECT set_config('enable_hashjoin', 'off', true),"
    " set_config('enable_mergejoin', 'off', true), set_config('enable_seqscan', 'off', true),"
    " set_config('plan_cache_mode', 'force_custom_plan', true),"
    " set_config('lock_timeout', '20s', true)"
)
"""For statements on units: keys are looked up one by one, whatever statistics say. Row estimates
of arrays are guesses, and a guess that scans a table of a billion units is never right."""


@dataclass(frozen=True)
class BucketRow:
    """A bucket that is on another server."""

    bucket: int
    server: str


@dataclass
class Work:
    """One unit of work over the registry and the servers of some buckets.

    The one class of the store with state beside the pools: it opens servers as they are needed.
    """

    registry: Transaction
    _shards: "Shards"
    _acting: Acting
    _branches: ExitStack
    _others: dict[str, Transaction] = field(default_factory=dict)
    _servers: dict[int, str] = field(default_factory=dict)
    _locked: set[int] = field(default_factory=set)
    _prepared: list[Transaction] = field(default_factory=list)
    gid: str = ""
    """The name of the decision, where several servers take part."""

    def reach(self, buckets: Iterable[int]) -> None:
        """Hold some buckets where they are until the end, and find out where that is."""
        wanted = sorted(set(map(int, buckets)) - self._servers.keys())
        if not wanted:
            return
        groups = sorted({bucket % LOCK_GROUPS for bucket in wanted} - self._locked)
        if groups:
            first: LiteralString = f"{PLANNING}, ({LOCKING})"
            self.registry.value(LOCKING if self._locked else first, (LOCK_CLASS, groups))
            self._locked.update(groups)
        moved = self.registry.rows(
            BucketRow,
            "SELECT bucket, server FROM marking_buckets WHERE bucket = ANY (%s)",
            (wanted,),
        )
        self._servers |= dict.fromkeys(wanted, MAIN)
        self._servers |= {row.bucket: row.server for row in moved}

    def on(self, bucket: int) -> Transaction:
        """Return the transaction on the server of a bucket that was reached."""
        name = self._servers[bucket]
        if name == MAIN:
            return self.registry
        if name not in self._others:
            server = self._shards.server(name)
            transaction = self._branches.enter_context(server.acting(self._acting))
            transaction.value(PLANNING)
            self._others[name] = transaction
        return self._others[name]

    def servers(self) -> Iterator[Transaction]:
        """Yield the transaction of every server that has one of the buckets that were reached."""
        for name in sorted(set(self._servers.values())):
            yield self.on(next(b for b, server in self._servers.items() if server == name))

    def by_bucket(self, batches: Longs) -> Iterator[tuple[int, Transaction, NDArray[np.intp]]]:
        """Yield each bucket of some batches with its transaction and the rows that are in it."""
        buckets = batches % BUCKETS
        each = distinct(buckets).tolist()
        self.reach(each)
        for bucket in each:
            yield bucket, self.on(bucket), np.flatnonzero(buckets == bucket)

    def decide(self) -> None:
        """Prepare the other servers and write the decision into the registry."""
        if not self._others:
            return
        self.gid = f"kazyna:{token_hex(16)}"
        self.registry.value(
            "SELECT pg_advisory_xact_lock(%s, hashtext(%s))", (DECISIONS_CLASS, self.gid)
        )
        self.registry.execute("INSERT INTO marking_decisions (gid) VALUES (%s)", (self.gid,))
        for name, transaction in self._others.items():
            try:
                transaction.execute(sql.SQL("PREPARE TRANSACTION {}").format(self.gid))
            except psycopg.errors.ObjectNotInPrerequisiteState as error:
                message = f"The server {name} prepares no transactions: max_prepared_transactions."
                raise Unavailable(message) from error
            self._prepared.append(transaction)

    def settle(self, *, commit: bool) -> None:
        """Carry the decision out on the servers that are prepared."""
        for transaction in self._prepared:
            _settle(
                transaction.connection, self.gid, commit=commit, role=f"kazyna_{self._acting.role}"
            )


@dataclass(frozen=True)
class Shards:
    """The registry's server and the others."""

    registry: Database
    others: Mapping[str, Database] = field(default_factory=dict)

    def server(self, name: str) -> Database:
        """Return a server by its name."""
        if name == MAIN:
            return self.registry
        if name not in self.others:
            raise Unavailable(f"The server {name} of goods marking is not among KAZYNA_SHARDS.")
        return self.others[name]

    @contextmanager
    def working(self, acting: Acting) -> Iterator[Work]:
        """Open a unit of work: all of it is committed on all servers, or nothing on any."""
        with ExitStack() as branches:
            with self.registry.acting(acting) as transaction:
                work = Work(transaction, self, acting, branches)
                try:
                    yield work
                    work.decide()
                except BaseException:
                    work.settle(commit=False)
                    raise
            # Where the commit itself fails, nobody knows whether it was done: `recover` asks.
            work.settle(commit=True)

    @contextmanager
    def reading(self, acting: Acting) -> Iterator[Work]:
        """Open a unit of work that only reads."""
        with ExitStack() as branches, self.registry.acting(acting) as transaction:
            yield Work(transaction, self, acting, branches)


def is_deadlock(error: Unavailable) -> bool:
    """Tell whether a unit of work was given up because it and another waited for each other."""
    return isinstance(error.__cause__, psycopg.errors.DeadlockDetected)


@dataclass(frozen=True)
class Recovered:
    """What was settled of documents that a crash had left half done."""

    committed: int
    rolled_back: int


def recover(shards: Shards) -> Recovered:
    """Settle what a crash has left prepared, by the decision in the registry.

    A transaction whose unit of work is still going on is left alone: its decision is locked.
    """
    done = {True: 0, False: 0}
    for server in shards.others.values():
        for gid in _prepared_on(server):
            with shards.registry.administration() as registry:
                free = registry.value(
                    "SELECT pg_try_advisory_xact_lock(%s, hashtext(%s))", (DECISIONS_CLASS, gid)
                )
                if not free:
                    continue
                decided = registry.value("SELECT gid FROM marking_decisions WHERE gid = %s", (gid,))
                commit = decided is not None
                with server.administration() as tx:
                    _settle(tx.connection, gid, commit=commit, role=None)
                done[commit] += 1
    return Recovered(done[True], done[False])


def _prepared_on(server: Database) -> list[str]:
    """Return the names of what is prepared on a server and not settled yet."""
    with server.administration() as tx:
        left: list[str] | None = tx.value(
            "SELECT array_agg(gid ORDER BY gid) FROM pg_prepared_xacts"
            " WHERE gid LIKE 'kazyna:%' AND database = current_database()"
        )
    return left or []


def await_decided(shards: Shards, server: Database) -> None:
    """Wait until all that is decided stands on a server.

    The registry commits first and lets its locks go; until the prepared part follows, whoever takes
    a bucket over would read what was there before.
    """
    while True:
        recover(shards)
        left = _prepared_on(server)
        with shards.registry.administration() as registry:
            decided = "SELECT count(*) FROM marking_decisions WHERE gid = ANY (%s)"
            if not registry.value(decided, (left,)):
                return
        sleep(SETTLING_SECONDS)


def _settle(
    connection: psycopg.Connection[tuple[object, ...]], gid: str, *, commit: bool, role: str | None
) -> None:
    """Commit or roll back what was prepared; only who prepared it, or a superuser, can."""
    verb = sql.SQL("COMMIT PREPARED {}" if commit else "ROLLBACK PREPARED {}")
    connection.autocommit = True
    try:
        if role:
            connection.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(role)))
        connection.execute(verb.format(sql.Literal(gid)))
    except psycopg.errors.UndefinedObject:
        pass  # it was rolled back before it was prepared, or settled by `recover`
    except psycopg.errors.ObjectNotInPrerequisiteState:
        pass  # another is settling it at this moment
    finally:
        connection.execute("RESET ROLE")
        connection.autocommit = False
