"""The server crashes while payments are posted: nothing acknowledged is lost, nothing is half.

A process of PostgreSQL that is killed takes all others with it, without a word to the disk; the
server then recovers from its log, as after any crash.
"""

import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from threading import Event
from time import sleep

import pyarrow as pa
import pytest

from kazyna.accounts import OLDEST_FIRST, TREASURY, Credit, Debt, charge, receivable, revenue
from kazyna.core.errors import Unavailable
from kazyna.store import ledger, ledger_audit, migrate, server
from kazyna.store.connection import Database
from kazyna.store.payments import BillPayment, PaymentDesk

DAY = date(2016, 4, 1)
ACCOUNT = receivable("tax", "T1")


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[Path]:
    """Give a data folder whose server belongs to this test alone."""
    tmp_path.chmod(0o755)
    yield tmp_path
    server.stop(tmp_path)


def prepare(database: Database) -> None:
    migrate.migrate(database)
    with database.transaction(role="officer", actor="test") as tx:
        tx.execute("INSERT INTO taxpayers VALUES ('T1', 'X', 'en', true)")
        rows = [
            {"account": name, "kind": name.split(":")[0], "tax": tax, "taxpayer_id": who,
             "currency": "USD"}
            for name, tax, who in [
                (ACCOUNT, "tax", "T1"), (revenue("tax"), "tax", None), (TREASURY, None, None),
            ]
        ]  # fmt: skip
        ledger.open_accounts(tx, pa.Table.from_pylist(rows))
        debt = Debt(2016, "tax", DAY)
        ledger.post(
            tx,
            charge(
                key="c", account=ACCOUNT, amount=10**6, effective_on=DAY, debt=debt,
                description="",
            ),
        )  # fmt: skip
    with database.administration() as tx:
        tx.execute("SET LOCAL session_replication_role = replica")
        tx.execute(
            "WITH roll AS (INSERT INTO rolls (tax, year, round_id, pack, pack_hash, law_on, due_on,"
            " bills, total, drafted_by, status, issued_on) VALUES ('tax', 2016, 1, '', '', %(day)s,"
            " %(day)s, 1, 0, '', 'issued', %(day)s) RETURNING roll_id)"
            " INSERT INTO bills (roll_id, bill_no, reference, property_id, taxpayer_id, share,"
            " value, steps, amount) SELECT roll_id, 1, 'bill', '', 'T1', 1, 1, '{}', 1 FROM roll",
            {"day": DAY},
        )


def test_nothing_acknowledged_is_lost_when_the_server_crashes(own_server: Path) -> None:
    acknowledged: list[str] = []
    killed = Event()

    def credit(key: str) -> None:
        request = Credit(key, "payment", DAY, "", TREASURY, ACCOUNT, 3)
        with database.transaction(role="officer", actor="test") as tx:
            ledger.post_credit(tx, request, OLDEST_FIRST)

    def pay(key: str) -> None:
        paid = BillPayment("bill", 3, DAY, key, "test", DAY, OLDEST_FIRST)
        assert database.shared(PaymentDesk).pay(paid) is not None

    def clerk(number: int) -> None:
        for turn in range(10_000):
            key = f"{number}:{turn}"
            try:
                (pay if number % 3 else credit)(key)
            except Unavailable:
                return
            acknowledged.append(key)
            if killed.is_set():
                return

    with Database(server.start(own_server)) as database:
        prepare(database)
        with ThreadPoolExecutor(6) as clerks:
            work = [clerks.submit(clerk, number) for number in range(6)]
            while len(acknowledged) < 50:
                sleep(0.01)
            with database.administration() as tx:
                pid = tx.value("SELECT pid FROM pg_stat_activity WHERE backend_type = 'walwriter'")
            os.kill(pid, signal.SIGKILL)
            killed.set()
            for done in work:
                done.result()
    with (
        Database(server.start(own_server)) as database,
        database.transaction(role="auditor", actor="test") as tx,
    ):
        kept = set(tx.value("SELECT array_agg(idempotency_key) FROM entries"))
        half = tx.value(
            "SELECT count(*) FROM entries FULL JOIN postings USING (entry_id)"
            " WHERE idempotency_key IS NULL OR amount IS NULL"
        )
        assert ledger_audit.wrong_balances(tx) == []
        owed = ledger.balance(tx, ACCOUNT)
    assert set(acknowledged) <= kept
    assert half == 0
    assert owed == 10**6 - 3 * (len(kept) - 1)
