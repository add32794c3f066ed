"""Post a million charges as a set, and payments one by one, durably, beside the floor of each.

Floors measured in the same run: COPY of the same rows into a table without keys or indexes, and
single-row inserts of the same size by as many clients. Bars: a million charges in 20 s; 3,000
payments a second from 16 clients.

    python benchmarks/ledger_posting.py [charges] [payments]
"""

import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from time import perf_counter

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kazyna.accounts import TREASURY, payment, receivable, revenue
from kazyna.store import ledger, migrate, server
from kazyna.store.connection import Database

CLIENTS = 16
TAXPAYERS = 300_000
DAY = date(2016, 1, 1)


def staged(count: int) -> pa.Table:
    """Make charges of random taxpayers, as a roll would post them."""
    rng = np.random.default_rng(0)
    owners = pa.array(rng.integers(0, TAXPAYERS, count)).cast(pa.string())
    debtors = pc.binary_join_element_wise(receivable("tax", "T"), owners, "")
    numbers = pa.array(np.arange(count)).cast(pa.string())
    return pa.table(
        {
            "idempotency_key": pc.binary_join_element_wise("charge", numbers, ":"),
            "kind": pa.array(["charge"] * count),
            "effective_on": pa.array([DAY] * count),
            "due_on": pa.array([DAY] * count),
            "description": pa.array(["Property tax 2016"] * count),
            "debit_account": debtors,
            "credit_account": pa.array([revenue("tax")] * count),
            "amount": pa.array(rng.integers(1, 10**6, count)),
        }
    )


def open_accounts(database: Database) -> None:
    """Open the accounts of all taxpayers, the treasury and the revenue."""
    numbers = [f"T{n}" for n in range(TAXPAYERS)]
    with database.transaction(role="officer", actor="bench") as tx:
        tx.append(
            "taxpayers",
            pa.table(
                {
                    "taxpayer_id": numbers,
                    "name": ["X"] * TAXPAYERS,
                    "language": ["en"] * TAXPAYERS,
                    "synthetic": [True] * TAXPAYERS,
                }
            ),
        )
        kinds = ["receivable"] * TAXPAYERS + ["treasury", "revenue"]
        ledger.open_accounts(
            tx,
            pa.table(
                {
                    "account": [*(receivable("tax", n) for n in numbers), TREASURY, revenue("tax")],
                    "kind": kinds,
                    "tax": pa.array(["tax"] * TAXPAYERS + [None, "tax"]),
                    "taxpayer_id": pa.array([*numbers, None, None]),
                    "currency": ["USD"] * len(kinds),
                }
            ),
        )


def set_of_charges(database: Database, rows: pa.Table) -> None:
    """Time a whole roll of charges against a bare COPY."""
    with database.administration() as tx:
        tx.execute(
            "CREATE TABLE floor (idempotency_key text, kind text, effective_on date, due_on date,"
            " description text, debit_account text, credit_account text, amount bigint)"
        )
    start = perf_counter()
    with database.administration() as tx, tx.staged("carried", "LIKE floor", rows):
        tx.execute("INSERT INTO floor SELECT * FROM carried")
    floor = perf_counter() - start
    start = perf_counter()
    with database.transaction(role="officer", actor="bench") as tx:
        created = ledger.post_all(tx, rows)
    took = perf_counter() - start
    start = perf_counter()
    with database.transaction(role="officer", actor="bench") as tx:
        again = ledger.post_all(tx, rows)
    repeat = perf_counter() - start
    assert (created, again) == (rows.num_rows, 0)
    print(f"{created:,} charges posted, durable, idempotent   {took:7.2f} s (bar 20 s)")
    print(f"the same rows staged and inserted bare           {floor:7.2f} s")
    print(f"ratio to that floor                              {took / floor:7.2f}")
    print(f"the same request again, nothing posted           {repeat:7.2f} s")


def single_payments(database: Database, count: int) -> None:
    """Time payments one by one from many clients against single bare inserts."""

    def pay(number: int) -> None:
        with database.transaction(role="officer", actor="bench") as tx:
            ledger.post(
                tx,
                payment(
                    key=f"pay:{number}",
                    tax="tax",
                    taxpayer_id=f"T{number % 10}",
                    amount=100,
                    effective_on=DAY,
                    description="Payment",
                ),
            )

    def bare(number: int) -> None:
        with database.administration() as tx:
            tx.execute("INSERT INTO floor (idempotency_key, amount) VALUES (%s, 1)", (str(number),))

    rates = []
    for work in (pay, bare):
        start = perf_counter()
        with ThreadPoolExecutor(CLIENTS) as clients:
            list(clients.map(work, range(count)))
        rates.append(count / (perf_counter() - start))
    print(
        f"payments one by one, {CLIENTS} clients, ten hot accounts {rates[0]:7.0f} /s (bar 3,000/s)"
    )
    print(f"bare single inserts by the same clients          {rates[1]:7.0f} /s")
    print(f"ratio to that floor                              {rates[0] / rates[1]:7.2f}")


def main() -> None:
    charges = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    payments = int(sys.argv[2]) if len(sys.argv) > 2 else 10_000
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        url = server.start(Path(folder))
        with Database(url) as database:
            migrate.migrate(database)
            open_accounts(database)
            set_of_charges(database, staged(charges))
            single_payments(database, payments)
        server.stop(Path(folder))


if __name__ == "__main__":
    main()
