"""Documents that move marked units, durable, through the service, beside raw statements.

Three ways of naming units are timed: a whole batch by its range, a truck of 600,000 units by the
SSCCs of its pallets, and 100,000 codes as texts, each verified and led back to its unit. The floors
are measured in the same run, by the same driver on the same server, durable: a raw UPDATE of a
plain table with one row a code, by ranges of a dense key, and a raw COPY of such rows. Bars:
100,000 codes a second through the service by texts, 1,000,000 by whole blocks and by the SSCCs of
packages. Beside the rates, which a busy machine spoils, stands the rate that the processor time of
program and database would give.

    python benchmarks/marking_moves.py [codes]
"""

import os
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from time import perf_counter, process_time
from typing import NamedTuple

import numpy as np
import psycopg
import pyarrow as pa

from kazyna.marking.gs1 import compute_check_digit
from kazyna.packs.pack import load_pack
from kazyna.services import marking_fees, marking_orders, participants
from kazyna.services.context import Actor, Installation
from kazyna.services.marking_documents import Document, lines_of, submit
from kazyna.services.marking_keys import NewKey, Unlocking, make_key
from kazyna.services.marking_orders import NewOrder, OrderLine
from kazyna.services.settings import Settings
from kazyna.store import migrate, server
from kazyna.store.connection import Database

GTIN, PASSWORD = "04601234567893", "a long password"
DAY = date(2026, 3, 1)
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
UNITS, TRUCK, PALLETS, TEXTS = 1_000_000, 600_000, 20, 100_000
CARTONS = 50
"""Of a pallet; a carton has 600 units."""
OFFICER = Actor("bench", "officer")


class Took(NamedTuple):
    """What a piece of work takes: by the clock, and of the processors."""

    seconds: float
    cpu_seconds: float


def cpu_seconds(folder: Path) -> float:
    """Return the processor time of this program and of the database so far (Linux)."""
    postmaster = next(folder.rglob("postmaster.pid")).read_text().split("\n")[0]
    ticks = 0
    for process in Path("/proc").glob("[0-9]*/stat"):
        try:
            words = process.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue  # it ended meanwhile
        if words[1] == postmaster:
            ticks += sum(map(int, words[11:13]))
        elif process.parent.name == postmaster:
            ticks += sum(map(int, words[11:15]))  # those that ended as well
    return process_time() + ticks / os.sysconf("SC_CLK_TCK")


def timed(folder: Path, work: Callable[[], object]) -> Took:
    """Return what a piece of work takes."""
    cpu, begin = cpu_seconds(folder), perf_counter()
    work()
    return Took(perf_counter() - begin, cpu_seconds(folder) - cpu)


class Bench:
    """An installation with a maker and a shop, and documents on their behalf."""

    def __init__(self, database: Database, folder: Path) -> None:
        keys = folder / "codes.keys"
        make_key(keys, NewKey("K001", "tag", "*", date(2020, 1, 1)), Unlocking(PASSWORD))
        settings = Settings.read(
            {
                "KAZYNA_DATA": str(folder), "KAZYNA_PACK": "kg", "KAZYNA_TODAY": DAY.isoformat(),
                "KAZYNA_KEYS": str(keys), "KAZYNA_KEYS_PASSWORD": PASSWORD,
            }
        )  # fmt: skip
        self.ctx = Installation(database, load_pack("kg"), settings).context(OFFICER)
        self.numbers = {
            name: participants.register_participant(
                self.ctx, participants.NewParticipant(name, name, (kind,), taxpayer_id=name)
            ).participant_no
            for name, kind in (("maker", "manufacturer"), ("shop", "retailer"))
        }
        participants.register_product(
            self.ctx, participants.NewProduct(GTIN, "Boots", "footwear", participant_id="maker")
        )
        self.documents = 0

    def order(self, units: int) -> marking_orders.Order:
        """Order and pay codes."""
        self.documents += 1
        placed = marking_orders.place_order(
            self.ctx, NewOrder(f"o{self.documents}", (OrderLine(GTIN, units),), "maker")
        )
        marking_fees.pay_fees(
            self.ctx, "maker", amount=placed.fee, received_on=DAY, key=placed.document_id
        )
        return placed

    def send(self, kind: str, lines: pa.Table, *, by: str = "maker", to: str | None = None) -> None:
        """Submit a document, for good."""
        self.documents += 1
        submit(
            self.ctx,
            Document(
                kind, f"d{self.documents}", NOON, lines, counterparty=to, participant=by,
                attributes={},
            ),
        )  # fmt: skip


def sscc(number: int) -> str:
    """Write an SSCC."""
    digits = f"04601234{number:09d}"
    return f"00{digits}{compute_check_digit(digits)}"


def truck(batch: int) -> tuple[pa.Table, list[str]]:
    """Return the lines that pack a truck, and the SSCCs of its pallets."""
    size = TRUCK // PALLETS // CARTONS
    cartons = [sscc(n) for n in range(PALLETS * CARTONS)]
    pallets = [sscc(10_000_000 + n) for n in range(PALLETS)]
    ranges = [f"{batch}:{n * size}-{(n + 1) * size - 1}" for n in range(len(cartons))]
    parents = cartons + [pallets[n // CARTONS] for n in range(len(cartons))]
    return lines_of(ranges + cartons, parent=parents), pallets


def raw(url: str, folder: Path, units: int) -> tuple[float, float]:
    """Return the seconds of a raw COPY and a raw UPDATE of a row a code, each committed."""
    rows = "\n".join(f"1\t{n}\t2\t1" for n in range(units)).encode()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "CREATE TABLE raw (batch bigint, index int, status smallint, holder int,"
            " PRIMARY KEY (batch, index))"
        )

        def copy() -> None:
            with connection.cursor() as cursor, cursor.copy("COPY raw FROM STDIN") as stream:
                stream.write(rows)

        def update() -> None:
            for at in range(0, units, 10_000):
                connection.execute(
                    "UPDATE raw SET status = 3 WHERE batch = 1 AND index BETWEEN %s AND %s"
                    " AND status = 2",
                    (at, at + 9_999),
                )

        return timed(folder, copy).seconds, timed(folder, update).seconds


def report(name: str, units: int, took: Took, floor: float, bar: int) -> None:
    """Print a rate, its ratio to the raw UPDATE of the same run, and whether it meets its bar."""
    rate = units / took.seconds
    met = "met" if rate >= bar else "MISSED"
    print(
        f"{name:42s}{units:>9,d} units {took.seconds:6.2f} s {rate:>11,.0f}/s"
        f" {rate / floor:6.1f} x raw UPDATE, bar {bar:,d}/s {met};"
        f" by the processor {units / took.cpu_seconds:,.0f}/s"
    )


def move_truck(bench: Bench, folder: Path, floor: float) -> None:
    """Pack a truck, and move it by the SSCCs of its pallets."""
    load = bench.order(TRUCK).batches[0].batch
    bench.send("apply", lines_of([f"{load}:0-{TRUCK - 1}"]))
    packing, pallets = truck(load)
    took = timed(folder, lambda: bench.send("aggregate", packing))
    report("pack a truck: 1,000 cartons, 20 pallets", TRUCK, took, floor, 1_000_000)
    on_pallets = lines_of(pallets)
    for kind, by, to in (
        ("introduce", "maker", None), ("ship", "maker", "shop"), ("accept", "shop", None),
    ):  # fmt: skip
        took = timed(folder, partial(bench.send, kind, on_pallets, by=by, to=to))
        report(f"{kind} the truck by its SSCCs", TRUCK, took, floor, 1_000_000)


def main(units: int = UNITS) -> None:
    """Run all and print."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        url = server.start(folder)
        with Database(url) as database:
            migrate.migrate(database)
            copied, updated = raw(url, folder, units)
            floor = units / updated
            print(f"raw COPY   {units / copied:>12,.0f} rows/s")
            print(f"raw UPDATE {floor:>12,.0f} rows/s")
            bench = Bench(database, folder)
            took = timed(folder, lambda: bench.order(units))
            report("order and pay", units, took, floor, 1_000_000)
            order = marking_orders.orders(bench.ctx)[0]
            batch = order.batches[0].batch
            whole = lines_of([f"{batch}:0-{units - 1}"])
            for kind in ("apply", "introduce"):
                took = timed(folder, partial(bench.send, kind, whole))
                report(f"{kind}, whole batch", units, took, floor, 1_000_000)
            move_truck(bench, folder, floor)

            marking_orders.write_order_codes(bench.ctx, order.order_no, folder / "codes.txt")
            with (folder / "codes.txt").open() as file:
                texts = [line.rstrip("\n") for line, _ in zip(file, range(TEXTS), strict=False)]
            np.random.default_rng(1).shuffle(texts)
            for kind, title, by, to in (
                ("ship", "ship, by the texts of the codes, shuffled", "maker", "shop"),
                ("accept", "accept, by the texts of the codes", "shop", None),
                ("sell", "sell, a row for each first sale", "shop", None),
            ):
                took = timed(folder, partial(bench.send, kind, lines_of(texts), by=by, to=to))
                report(title, TEXTS, took, floor, 100_000)
        server.stop(folder)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
