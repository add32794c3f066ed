"""EPCIS documents captured end to end, beside what the parts cost and a bare COPY of the same rows.

Run: python benchmarks/epcis_capture.py [--events N] [--per-document N] [--receipts N]

Each document is read, validated, hashed, held against what is known, and recorded with every
identifier in it, durably, in one transaction; that is what a participant waits for. The limit in
the same run is COPY of the finished events into one table without an index, which any repository in
PostgreSQL has to do at least.

Then a shop sends its day: receipts of marked goods as one document of events, each of which sells
its codes by the lifecycle; beside it the same receipts as documents of the registry, one by one.
Beside the rates, which a busy machine spoils, stands the processor time of program and database.
"""

import argparse
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import orjson
import psycopg
from epcis_validation import an_event
from marking_moves import GTIN, Bench, cpu_seconds

from kazyna.packs.pack import load_pack
from kazyna.services import epcis_capture, epcis_queries, marking_orders
from kazyna.services.context import Actor, Installation
from kazyna.services.marking_documents import lines_of
from kazyna.services.settings import Settings
from kazyna.store import migrate, server
from kazyna.store.connection import Database

CONTEXT = [
    "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
    {"example": "https://ns.example.com/epcis/"},
]


def documents(events: int, per_document: int) -> list[bytes]:
    return [
        orjson.dumps(
            {
                "@context": CONTEXT,
                "type": "EPCISDocument",
                "schemaVersion": "2.0",
                "creationDate": "2026-06-01T00:00:00Z",
                "epcisBody": {
                    "eventList": [an_event(n) for n in range(first, first + per_document)]
                },
            }
        )
        for first in range(0, events, per_document)
    ]


def bare_copy(url: str, texts: list[bytes]) -> float:
    """Seconds of a COPY of the events as they are into a table without an index."""
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE bare (event jsonb)")
        connection.commit()
        start = time.perf_counter()
        with connection.cursor() as cursor, cursor.copy("COPY bare FROM STDIN") as copy:
            for text in texts:
                copy.write_row((text.decode(),))
        connection.commit()
        return time.perf_counter() - start


@contextmanager
def told(name: str, count: int, folder: Path) -> Iterator[None]:
    """Print what a piece of work took."""
    cpu, start = cpu_seconds(folder), time.perf_counter()
    yield
    took, busy = time.perf_counter() - start, cpu_seconds(folder) - cpu
    print(f"{name:25}{count / took:10,.0f} /s, {busy / count * 1e3:.2f} ms of the processor each")


def sell(receipts: int, codes: int = 5) -> None:
    """Sell receipts of marked goods: as one document of events, and one by one."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        url = server.start(folder)
        with Database(url) as database:
            migrate.migrate(database)
            bench = Bench(database, folder)
            order = bench.order(2 * receipts * codes)
            whole = lines_of([f"{order.batches[0].batch}:0-{2 * receipts * codes - 1}"])
            for kind, by, to in (
                ("apply", "maker", None), ("introduce", "maker", None),
                ("ship", "maker", "shop"), ("accept", "shop", None),
            ):  # fmt: skip
                bench.send(kind, whole, by=by, to=to)
            marking_orders.write_order_codes(bench.ctx, order.order_no, folder / "codes.txt")
            texts = (folder / "codes.txt").read_text().split("\n")[:-1]
            shop = replace(
                bench.ctx, actor=Actor("shop", "participant", participant_no=bench.numbers["shop"])
            )
            parts = [texts[at : at + codes] for at in range(0, len(texts), codes)]
            day = receipts_of(parts[:receipts])
            with told("receipts in a document", receipts, folder):
                job = epcis_capture.capture(shop, day, source="a day")
            assert (job.success, job.captured) == (True, receipts), job
            with told("receipts one by one", receipts, folder):
                for part in parts[receipts:]:
                    bench.send("sell", lines_of(part), by="shop")
        server.stop(folder)


def receipts_of(parts: list[list[str]]) -> bytes:
    """Write receipts as one document of retail events."""
    events = [
        {
            "type": "ObjectEvent",
            "eventTime": f"2026-03-01T10:{number // 60 % 60:02}:{number % 60:02}+06:00",
            "eventTimeZoneOffset": "+06:00",
            "action": "OBSERVE",
            "bizStep": "retail_selling",
            "disposition": "retail_sold",
            "epcList": [
                f"https://id.gs1.org/01/{GTIN}/21/{quote(text[18:31], safe='')}" for text in part
            ],
            "bizTransactionList": [{"type": "inv", "bizTransaction": f"urn:receipt:{number}"}],
        }
        for number, part in enumerate(parts)
    ]
    return orjson.dumps(
        {
            "@context": CONTEXT[:1],
            "type": "EPCISDocument",
            "schemaVersion": "2.0",
            "creationDate": "2026-03-01T12:00:00Z",
            "epcisBody": {"eventList": events},
        }
    )


def main(events: int, per_document: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        url = server.start(Path(folder))
        with Database(url) as database:
            migrate.migrate(database)
            installation = Installation(database, load_pack("us_wa"), Settings.read({}))
            ctx = installation.context(Actor("benchmark", "officer"))
            given = documents(events, per_document)
            cpu = cpu_seconds(Path(folder))
            start = time.perf_counter()
            for number, content in enumerate(given):
                job = epcis_capture.capture(ctx, content, source=f"document {number}")
                assert (job.success, job.captured) == (True, per_document), job
            took = time.perf_counter() - start
            cpu = cpu_seconds(Path(folder)) - cpu
            start = time.perf_counter()
            for number, content in enumerate(given):
                assert epcis_capture.capture(ctx, content, source=f"again {number}").captured == 0
            again = time.perf_counter() - start
            wanted = an_event(events // 2)["epcList"][0]
            start = time.perf_counter()
            asked = 200
            for _ in range(asked):
                page = epcis_queries.query_events(ctx, {"MATCH_anyEPC": wanted})
                assert len(page.events) == 1
            query = (time.perf_counter() - start) / asked
        texts = [
            orjson.dumps(event)
            for content in given
            for event in orjson.loads(content)["epcisBody"]["eventList"]
        ]
        copied = bare_copy(url, texts)
        server.stop(Path(folder))
    size = sum(map(len, given)) / events
    print(f"{events:,} events of {size:,.0f} bytes, {per_document:,} in a document, 12 identifiers")
    print(
        f"capture, durable         {events / took:10,.0f} events/s,"
        f" {cpu / events * 1e3:.2f} ms of the processor each"
    )
    print(f"capture again (known)    {events / again:10,.0f} events/s")
    print(f"bare COPY (limit)        {events / copied:10,.0f} events/s")
    print(f"ratio to the limit       {copied / took:10.2f}")
    print(f"query by EPC             {query * 1000:10.2f} ms")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--events", type=int, default=50_000)
    parser.add_argument("--per-document", type=int, default=1_000)
    parser.add_argument("--receipts", type=int, default=1_000)
    arguments = parser.parse_args()
    main(arguments.events, arguments.per_document)
    sell(arguments.receipts)
