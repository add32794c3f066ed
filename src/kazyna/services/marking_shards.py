"""Servers of goods marking: which buckets are where, moving them, settling after a crash."""

from collections.abc import Iterable
from dataclasses import dataclass

from kazyna.core.errors import Finding, InputError
from kazyna.core.progress import Progress, silent
from kazyna.marking.units import BUCKETS
from kazyna.services.context import Context
from kazyna.store import buckets, shards
from kazyna.store.shards import MAIN

__all__ = ["MovedBuckets", "ServerRow", "Servers", "move_buckets", "recover", "servers"]


@dataclass(frozen=True)
class ServerRow:
    """One server and the buckets that are on it."""

    server: str
    buckets: int
    units: int


@dataclass(frozen=True)
class Servers:
    """Where units are."""

    servers: tuple[ServerRow, ...]


@dataclass(frozen=True)
class MovedBuckets:
    """Buckets that are on another server now."""

    server: str
    buckets: int
    rows: int


def servers(ctx: Context) -> Servers:
    """Return the servers, how many buckets each has, and about how many units."""
    ctx.require("officer", "auditor")
    moved = buckets.moved(ctx.shards)
    counts = {name: list(moved.values()).count(name) for name in ctx.servers}
    counts = {MAIN: BUCKETS - len(moved)} | counts
    return Servers(
        tuple(
            ServerRow(name, count, buckets.count_units(ctx.shards.server(name)))
            for name, count in counts.items()
        )
    )


def move_buckets(
    ctx: Context, wanted: Iterable[int], *, to: str, progress: Progress = silent
) -> MovedBuckets:
    """Move buckets to another server, one after the other, while documents go on.

    Who works on a bucket is waited for, and who comes while it is on its way waits; nobody waits
    for longer than one bucket takes.

    Raises
    ------
    InputError
        When a bucket or the server is not there.
    """
    ctx.require("officer")
    given = list(wanted)
    wrong = [bucket for bucket in given if not 0 <= bucket < BUCKETS]
    if wrong:
        expected = f"0 to {BUCKETS - 1}"
        raise InputError(Finding("buckets", f"there is no bucket {wrong[0]}", expected))
    if to != MAIN and to not in ctx.servers:
        known = ", ".join((MAIN, *ctx.servers))
        raise InputError(Finding("buckets", f"there is no server {to!r}", f"one of {known}"))
    shards.recover(ctx.shards)
    rows, done = 0, 0
    for number, bucket in enumerate(given, 1):
        written = buckets.move(ctx.shards, ctx.acting, bucket, to)
        if written is not None:
            rows, done = rows + written, done + 1
        progress("move buckets", number, len(given))
    return MovedBuckets(to, done, rows)


def recover(ctx: Context) -> shards.Recovered:
    """Settle documents over several servers that a crash has left half done."""
    ctx.require("officer")
    return shards.recover(ctx.shards)
