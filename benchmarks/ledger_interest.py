"""Penalty interest on a million open charges for one day, beside a bare COPY of as many rows.

A million debts of 250,000 taxpayers, four years each, are late, none up to the cap. Interest stands
charged to a day; then one more day is run. Timed apart: the computation of all interest to the day
from the journal, and the whole run, durable, every debt's line in the journal. The floor, measured
in the same run, is a bare COPY of a million rows of three numbers. Bar: 5 s.

    python benchmarks/ledger_interest.py [debts]
"""

import sys
import tempfile
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from time import perf_counter

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from ledger_posting import TAX, open_accounts

from kazyna.accounts import interest_of_debts, receivable, revenue
from kazyna.packs.pack import load_pack
from kazyna.services import interest
from kazyna.services.account_history import terms_of
from kazyna.services.context import Actor, Context
from kazyna.store import ledger, ledger_audit, ledger_interest, migrate, server
from kazyna.store.connection import Database

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


def computed(ctx: Context, through: date) -> tuple[int, float]:
    """Time the computation alone; return all interest in minor units, and the seconds."""
    start = perf_counter()
    terms = terms_of(ctx, through)
    assert terms.rule
    assert terms.table
    with ctx.transaction() as tx:
        moves = ledger_interest.moves_of_late_debts(tx, through, but=[])
    found = interest_of_debts(moves, through, terms.rule, terms.table)
    return pc.sum(found["interest"]).as_py(), perf_counter() - start


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        with Database(server.start(Path(folder))) as database:
            migrate.migrate(database)
            open_accounts(database, count // len(YEARS))
            with database.transaction(role="officer", actor="bench") as tx:
                ledger.post_all(tx, charges(count))
            ctx = Context(database, load_pack("kg"), DAY, Actor("bench", "officer"))
            first = interest.accrue(ctx)
            with database.administration() as tx:
                tx.connection.commit()
                tx.connection.autocommit = True
                tx.execute("VACUUM ANALYZE")
                tx.connection.autocommit = False
            next_day = replace(ctx, today=DAY + timedelta(days=1))
            total, computing = computed(next_day, next_day.today)
            start = perf_counter()
            run = interest.accrue(next_day)
            took = perf_counter() - start
            start = perf_counter()
            again = interest.accrue(next_day)
            repeat = perf_counter() - start
            bare = floor(database, count)
            with database.transaction(role="auditor", actor="bench") as tx:
                assert ledger_audit.wrong_balances(tx) == []
        server.stop(Path(folder))
    assert (first.debts, again.debts) == (count, 0)
    assert (first.charged + run.charged).scaleb(2) == total
    print(f"{count:,} open charges: interest to the day computed    {computing:6.2f} s (bar 5)")
    print(f"one more day charged on {run.debts:,} of them, durable  {took:6.2f} s")
    print(f"the same day again, nothing charged                    {repeat:6.2f} s")
    print(f"a bare COPY of as many rows                            {bare:6.2f} s")
    print(f"ratio to that floor: computed {computing / bare:.2f}, charged {took / bare:.2f}")


if __name__ == "__main__":
    main()
