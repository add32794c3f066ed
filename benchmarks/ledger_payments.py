"""Single payments through the service, durable, 16 clients, ten hot accounts, beside a bare insert.

Each client calls `record_payment` for bills of ten taxpayers, and waits until its payment is on the
disk. The clients are threads of one program, as those of the portal's server are; they are measured
once more as sixteen programs, where each payment is a commit of its own. The floor, measured in the
same run, is a single-row insert into a table with one key, durable, by as many programs through the
same driver. Bars: 3,000 payments a second, 95 of 100 within 30 ms.

Beside each rate stands the processor time of clients and server together, which other work on the
machine changes less than the clock.

    python benchmarks/ledger_payments.py [payments]
"""

import multiprocessing
import random
import statistics
import sys
import tempfile
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from pathlib import Path
from time import perf_counter
from typing import Any

import psutil
import psycopg
import pyarrow as pa
from ledger_posting import TAX, open_accounts

from kazyna.accounts import creditor_reference, receivable, revenue
from kazyna.packs.pack import load_pack
from kazyna.services import ledger as office
from kazyna.services.context import Actor, Context
from kazyna.store import ledger, ledger_audit, migrate, server
from kazyna.store.connection import Database

CLIENTS, HOT = 16, 10
DAY = date(2016, 5, 2)
CLERK = Actor("bench", "officer")

Timed = list[float]
Start = Any
"""A barrier of `threading`, or of `multiprocessing`, shared by its manager."""


def bill(number: int) -> str:
    """Write the reference of the bill of one hot taxpayer."""
    return creditor_reference(f"0001{number:08d}")


def issue_bills(database: Database) -> None:
    """Give ten taxpayers a bill each, with a debt that lasts."""
    open_accounts(database, HOT)
    rows = [
        {
            "idempotency_key": f"charge:{bill(n)}", "kind": "charge", "effective_on": DAY,
            "description": "", "debit_account": receivable(TAX, f"T{n}"),
            "credit_account": revenue(TAX), "amount": 10**12, "period": 2016, "bucket": "tax",
            "due_on": DAY, "place": "",
        }
        for n in range(HOT)
    ]  # fmt: skip
    with database.transaction(role="officer", actor="bench") as tx:
        ledger.post_all(tx, pa.Table.from_pylist(rows, ledger.STAGED))
    with database.administration() as tx:
        tx.execute("CREATE TABLE bare (key text PRIMARY KEY, amount bigint)")
        # A bill stands here without its property and its value: only the reference is asked for.
        tx.execute("SET LOCAL session_replication_role = replica")
        roll_id = tx.value(
            "INSERT INTO rolls (tax, year, round_id, pack, pack_hash, law_on, due_on, bills, total,"
            " drafted_by, status, issued_on)"
            " VALUES (%s, 2016, 1, '', '', %s, %s, %s, 0, '', 'issued', %s) RETURNING roll_id",
            (TAX, DAY, DAY, HOT, DAY),
        )
        for number in range(HOT):
            tx.execute(
                "INSERT INTO bills (roll_id, bill_no, reference, property_id, taxpayer_id, share,"
                " value, steps, amount) VALUES (%s, %s, %s, '', %s, 1, 1, '{}', 1)",
                (roll_id, number, bill(number), f"T{number}"),
            )


def pay(url: str, client: int, count: int, barrier: Start) -> Timed:
    """Pay one bill after the other, as a program; return the seconds each took."""
    with Database(url) as database:
        return pay_through(office_of(database), client, count, barrier)


def office_of(database: Database) -> Context:
    """Act as a clerk of an office."""
    return Context(database, load_pack("us_wa"), DAY, CLERK)


def pay_through(ctx: Context, client: int, count: int, barrier: Start) -> Timed:
    """Pay one bill after the other; return the seconds each took."""
    payers = random.Random(client)  # noqa: S311 (who pays next is no secret)

    def one(number: int) -> None:
        office.record_payment(
            ctx,
            reference=bill(payers.randrange(HOT)),
            amount=Decimal("1.00"),
            received_on=DAY,
            key=f"{client}:{number}",
        )

    return timed(one, count, client, barrier)


def insert(url: str, client: int, count: int, barrier: Start) -> Timed:
    """Insert bare rows; return the seconds each took."""
    with psycopg.connect(url, autocommit=True) as connection:

        def one(number: int) -> None:
            connection.execute("INSERT INTO bare VALUES (%s, 1)", (f"{client}:{number}",))

        return timed(one, count, client, barrier)


def timed(one: Callable[[int], None], count: int, client: int, barrier: Start) -> Timed:
    """Call `one` so many times from the moment when all clients are ready."""
    try:
        one(-client - 1)
    except Exception:
        barrier.abort()  # the others would wait for ever
        raise
    barrier.wait()
    times = []
    for number in range(count):
        start = perf_counter()
        one(number)
        times.append(perf_counter() - start)
    return times


def together(work: Callable[[str, int, int, Start], Timed], url: str, count: int) -> Timed:
    """Let all clients work at once; return the seconds of every call, and of the whole last."""
    with multiprocessing.Manager() as manager:
        barrier = manager.Barrier(CLIENTS + 1)
        with multiprocessing.Pool(CLIENTS) as pool:
            share = count // CLIENTS
            results = [
                pool.apply_async(work, (url, client, share, barrier)) for client in range(CLIENTS)
            ]
            barrier.wait()
            start = perf_counter()
            times = [second for result in results for second in result.get()]
            return [*times, perf_counter() - start]


def in_one_program(database: Database, count: int) -> Timed:
    """Let the clients be threads of one program; return as `together`."""
    barrier = threading.Barrier(CLIENTS + 1)
    ctx, share = office_of(database), count // CLIENTS
    with ThreadPoolExecutor(CLIENTS) as pool:
        results = [
            pool.submit(pay_through, ctx, CLIENTS + client, share, barrier)
            for client in range(CLIENTS)
        ]
        barrier.wait()
        start = perf_counter()
        times = [second for result in results for second in result.result()]
        return [*times, perf_counter() - start]


def processor_seconds(url: str) -> float:
    """Return the processor time of this program, of the server, and of the children of both."""
    with psycopg.connect(url) as connection:
        folder = connection.execute("SHOW data_directory").fetchone()
    assert folder is not None
    server_pid = int((Path(folder[0]) / "postmaster.pid").read_text().split()[0])
    postmaster = psutil.Process(server_pid)
    running = [postmaster, psutil.Process(), *postmaster.children()]
    return sum(sum(process.cpu_times()[:4]) for process in running)


def measured(name: str, url: str, work: Callable[[], Timed]) -> float:
    """Do one kind of work; print its rate, the 95th of 100 of its times and what they took."""
    before = processor_seconds(url)
    *each, whole = work()
    took = (processor_seconds(url) - before) / len(each) * 1000
    late = statistics.quantiles(each, n=20)[-1] * 1000
    print(
        f"{name:56s} {len(each) / whole:7,.0f} /s   95 of 100 within {late:5.1f} ms"
        f"   {took:5.2f} ms of processor each"
    )
    return len(each) / whole


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 32_000
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        url = server.start(Path(folder))
        with Database(url) as database:
            migrate.migrate(database)
            issue_bills(database)
            rate = measured(
                f"payments, {CLIENTS} clients, ten hot accounts (bar 3,000/s)",
                url,
                lambda: in_one_program(database, count),
            )
            measured(
                "the same by as many programs, each with its own commit",
                url,
                lambda: together(pay, url, count),
            )
            floor = measured(
                "bare inserts by as many programs", url, lambda: together(insert, url, count)
            )
            with database.transaction(role="auditor", actor="bench") as tx:
                assert ledger_audit.wrong_balances(tx) == []
        server.stop(Path(folder))
    print(f"ratio to that floor {rate / floor:.2f}")


if __name__ == "__main__":
    main()
