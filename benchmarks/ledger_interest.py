"""Penalty interest on a million open charges for one day, beside a bare COPY of as many rows.

A million debts of 250,000 taxpayers, four years each, are late, none up to the cap. Interest stands
charged to a day; then three more days are brought into the books, one after the other: each debt's
interest computed to the last tyiyn and kept, the sum of each tax posted. Timed apart: all interest
computed from the journal alone, which must give the same, and a line for each debt on its account,
as at the end of a month. The floor, measured in the same run, is a bare COPY of a million rows of
three numbers. Bar: 5 s a day.

    python benchmarks/ledger_interest.py [debts]
"""

import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from ledger_posting import TAX, open_accounts

from kazyna.accounts import interest_of_debts, receivable, revenue
from kazyna.packs.pack import load_pack
from kazyna.services import accruals, interest
from kazyna.services.account_history import terms_of
from kazyna.services.context import Actor, Context
from kazyna.store import late_interest, ledger, ledger_audit, migrate, server
from kazyna.store.connection import Database

T = TypeVar("T")

YEARS = (2025, 2026, 2027, 2028)
"""Due on 1 March of each; the interest on the oldest reaches its cap after 1,111 days."""
DAY = date(2028, 3, 10)


def charges(count: int) -> pa.Table:
    """Make one charge a taxpayer and year."""
    number = np.arange(count)
    owners = pa.array(number // len(YEARS)).cast(pa.string())
    year = np.array(YEARS)[number % len(YEARS)]
    due = [date(y, 3, 1) for y in YEARS]
    rng = np.random.default_rng(0)
    names = pa.array(number).cast(pa.string())
    return pa.table(
        {
            "idempotency_key": pc.binary_join_element_wise("charge:", names, ""),
            "kind": pa.array(["charge"] * count),
            "effective_on": pa.array([date(2024, 1, 1)] * count),
            "description": pa.array([""] * count),
            "debit_account": pc.binary_join_element_wise(receivable(TAX, "T"), owners, ""),
            "credit_account": pa.array([revenue(TAX)] * count),
            "amount": pa.array(rng.integers(10**4, 10**7, count)),
            "period": pa.array(year.astype(np.int32)),
            "bucket": pa.array(["tax"] * count),
            "due_on": pa.array([due[n] for n in (number % len(YEARS)).tolist()]),
            "place": pa.array([""] * count),
        }
    )


def floor(database: Database, count: int) -> float:
    """Time a bare COPY of three numbers a row, durable."""
    numbers = pa.array(np.arange(count))
    with database.administration() as tx:
        tx.execute("CREATE TABLE bare (debit bigint, credit bigint, amount bigint)")
    start = perf_counter()
    with database.administration() as tx:
        tx.copy_into("bare", pa.table({"debit": numbers, "credit": numbers, "amount": numbers}))
    return perf_counter() - start


def from_the_journal(ctx: Context) -> tuple[int, float]:
    """Time all interest computed from all moves; return the interest on every debt."""
    start = perf_counter()
    terms = terms_of(ctx, ctx.today)
    assert terms.rule
    assert terms.table
    everything = late_interest.Changes(ctx.today, [], None)
    with ctx.transaction() as tx, late_interest.changed(tx, everything):
        moves = late_interest.moves_of_changed(tx)
    found = interest_of_debts(moves, ctx.today, terms.rule, terms.table)
    return pc.sum(found["interest"]).as_py(), perf_counter() - start


def timed(what: Callable[[], T]) -> tuple[T, float]:
    start = perf_counter()
    done = what()
    return done, perf_counter() - start


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        with Database(server.start(Path(folder))) as database:
            migrate.migrate(database)
            open_accounts(database, count // len(YEARS))
            with database.transaction(role="officer", actor="bench") as tx:
                ledger.post_all(tx, charges(count))
            day = Context(database, load_pack("kg"), DAY, Actor("bench", "officer"))
            first = interest.accrue(day)
            vacuum(database)
            days = [replace(day, today=DAY + timedelta(days=n)) for n in (1, 2, 3)]
            accrued = [timed(partial(accruals.record, next_day)) for next_day in days]
            again, repeat = timed(partial(accruals.record, days[-1]))
            total, computing = from_the_journal(days[-1])
            run, took = timed(partial(interest.accrue, days[-1]))
            bare = floor(database, count)
            with database.transaction(role="auditor", actor="bench") as tx:
                assert ledger_audit.wrong_balances(tx) == []
        server.stop(Path(folder))
    last = accrued[-1][0]
    assert (first.debts, last.debts, last.computed, again.accrual_id) == (count, count, 0, None)
    assert (first.charged + last.accrued).scaleb(2) == total
    assert run.charged == last.accrued
    each = " ".join(f"{seconds:.2f}" for _, seconds in accrued)
    best = min(seconds for _, seconds in accrued)
    print(f"{count:,} open charges, one more day in the books, durable   {each} s (bar 5)")
    print(f"the same day again, nothing to add                         {repeat:6.2f} s")
    print(f"all interest computed from all moves of the journal        {computing:6.2f} s")
    print(f"a line on every debtor's account, durable                  {took:6.2f} s")
    print(f"a bare COPY of as many rows                                {bare:6.2f} s")
    print(f"ratio to that floor: a day {best / bare:.2f}, lines on all accounts {took / bare:.2f}")


def vacuum(database: Database) -> None:
    """Clean up as the server does by itself in the night."""
    with database.administration() as tx:
        tx.connection.commit()
        tx.connection.autocommit = True
        tx.execute("VACUUM ANALYZE")
        tx.connection.autocommit = False


if __name__ == "__main__":
    main()
