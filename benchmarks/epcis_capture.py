"""EPCIS documents captured end to end, beside what the parts cost and a bare COPY of the same rows.

Run: python benchmarks/epcis_capture.py [--events N] [--per-document N]

Each document is read, validated, hashed, held against what is known, and recorded with every
identifier in it, durably, in one transaction; that is what a participant waits for. The limit in
the same run is COPY of the finished events into one table without an index, which any repository in
PostgreSQL has to do at least.
"""

import argparse
import tempfile
import time
from pathlib import Path

import orjson
import psycopg
from epcis_validation import an_event

from kazyna.packs.pack import load_pack
from kazyna.services import epcis_capture, epcis_queries
from kazyna.services.context import Actor, Installation
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


def main(events: int, per_document: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        url = server.start(Path(folder))
        with Database(url) as database:
            migrate.migrate(database)
            installation = Installation(database, load_pack("us_wa"), Settings.read({}))
            ctx = installation.context(Actor("benchmark", "officer"))
            given = documents(events, per_document)
            start = time.perf_counter()
            for number, content in enumerate(given):
                job = epcis_capture.capture(ctx, content, source=f"document {number}")
                assert (job.success, job.captured) == (True, per_document), job
            took = time.perf_counter() - start
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
    print(f"capture, durable         {events / took:10,.0f} events/s")
    print(f"capture again (known)    {events / again:10,.0f} events/s")
    print(f"bare COPY (limit)        {events / copied:10,.0f} events/s")
    print(f"ratio to the limit       {copied / took:10.2f}")
    print(f"query by EPC             {query * 1000:10.2f} ms")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--events", type=int, default=50_000)
    parser.add_argument("--per-document", type=int, default=1_000)
    arguments = parser.parse_args()
    main(arguments.events, arguments.per_document)
