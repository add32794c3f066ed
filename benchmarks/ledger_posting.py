"""Post a million charges as a set, durably, and prove the balances, beside the floor of a COPY.

The floor, measured in the same run, is a plain COPY of the same rows into a table without keys,
indexes or checks. Bars: a million charges with debts and balances current in 20 s; the proof that
every balance is the sum of its postings in 2 s.

    python benchmarks/ledger_posting.py [charges]
"""

import sys
import tempfile
from datetime import date
from pathlib import Path
from time import perf_counter

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kazyna.accounts import TREASURY, receivable, revenue
from kazyna.store import ledger, ledger_audit, migrate, server
from kazyna.store.connection import Database

TAXPAYERS = 300_000
DAY, DUE = date(2016, 1, 1), date(2016, 4, 30)
TAX = "property_tax"


def staged(count: int) -> pa.Table:
    """Make charges of random taxpayers in a thousand districts, as a roll would post them."""
    rng = np.random.default_rng(0)
    owned = rng.integers(0, TAXPAYERS, count)
    owners = pa.array(owned).cast(pa.string())
    numbers = pa.array(np.arange(count)).cast(pa.string())
    places = pa.array([f"district {n}" for n in range(1000)])
    return pa.table(
        {
            "idempotency_key": pc.binary_join_element_wise("charge:RF18", numbers, ""),
            "kind": pa.array(["charge"] * count),
            "effective_on": pa.array([DAY] * count),
            "description": pc.binary_join_element_wise("parcel", numbers, " "),
            "debit_account": pc.binary_join_element_wise(receivable(TAX, "T"), owners, ""),
            "credit_account": pa.array([revenue(TAX)] * count),
            "amount": pa.array(rng.integers(1, 10**6, count)),
            "period": pa.array(np.full(count, 2016, np.int32)),
            "bucket": pa.array(["tax"] * count),
            "due_on": pa.array([DUE] * count),
            "place": places.take(pa.array(owned % 1000)),
        }
    )


def open_accounts(database: Database, taxpayers: int = TAXPAYERS) -> None:
    """Open the accounts of all taxpayers, the treasury and the revenue."""
    numbers = [f"T{n}" for n in range(taxpayers)]
    with database.transaction(role="officer", actor="bench") as tx:
        tx.append(
            "taxpayers",
            pa.table(
                {
                    "taxpayer_id": numbers,
                    "name": ["X"] * taxpayers,
                    "language": ["en"] * taxpayers,
                    "synthetic": [True] * taxpayers,
                }
            ),
        )
        kinds = ["receivable"] * taxpayers + ["treasury", "revenue"]
        ledger.open_accounts(
            tx,
            pa.table(
                {
                    "account": [*(receivable(TAX, n) for n in numbers), TREASURY, revenue(TAX)],
                    "kind": kinds,
                    "tax": pa.array([TAX] * taxpayers + [None, TAX]),
                    "taxpayer_id": pa.array([*numbers, None, None]),
                    "currency": ["USD"] * len(kinds),
                }
            ),
        )


def floor(database: Database, rows: pa.Table) -> float:
    """Time a bare COPY of the same rows, durable."""
    with database.administration() as tx:
        tx.execute(
            "CREATE TABLE bare (idempotency_key text, kind text, effective_on date,"
            " description text, debit_account text, credit_account text, amount bigint,"
            " period integer, bucket text, due_on date, place text)"
        )
    start = perf_counter()
    with database.administration() as tx:
        tx.copy_into("bare", rows)
    return perf_counter() - start


def timed_post(database: Database, rows: pa.Table) -> tuple[int, float]:
    """Post a set; return how many were new, and the seconds."""
    start = perf_counter()
    with database.transaction(role="officer", actor="bench") as tx:
        created = ledger.post_all(tx, rows)
    return created, perf_counter() - start


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    rows = staged(count)
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        with Database(server.start(Path(folder))) as database:
            migrate.migrate(database)
            open_accounts(database)
            bare = floor(database, rows)
            created, took = timed_post(database, rows)
            again, repeat = timed_post(database, rows)
            start = perf_counter()
            with database.transaction(role="auditor", actor="bench") as tx:
                wrong = ledger_audit.wrong_balances(tx)
            proof = perf_counter() - start
        server.stop(Path(folder))
    assert (created, again, wrong) == (count, 0, [])
    print(f"{count:,} charges posted, durable, idempotent, balances current {took:6.2f} s (bar 20)")
    print(f"the same rows by a bare COPY                                {bare:6.2f} s")
    print(f"ratio to that floor                                         {took / bare:6.2f}")
    print(f"the same request again, nothing posted                      {repeat:6.2f} s")
    print(f"proof that every balance is the sum of its postings         {proof:6.2f} s (bar 2)")


if __name__ == "__main__":
    main()
