"""EPCIS events validated, read and hashed, beside `jsonschema` on the same events.

Run: python benchmarks/epcis_validation.py [--events N] [--schema FILE]

Validation means here what a capture does: the schema of the event with formats asserted, and what
no schema can say. The peer gets our schema, and with --schema the one GS1 publishes (EPCIS
repository, EPCIS-JSON-Schema.json) as well; it is slow, so it gets every hundredth event and is
counted by the event. Both must give the same verdict on good and on spoilt events.
"""

import argparse
import importlib
import importlib.util
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson

from kazyna.marking.epcis import (
    Document,
    Event,
    hash_id,
    parse,
    read,
    sort_events,
    write_json,
    write_xml,
)
from kazyna.marking.epcis.schema import event_schema

NAMESPACES = {"example": "https://ns.example.com/epcis/"}


def an_event(number: int) -> dict[str, Any]:
    """Shipping of four items with parties, lot and a temperature, as a truck would send it."""
    return {
        "type": "ObjectEvent",
        "eventTime": f"2026-05-31T{number // 60 % 24:02}:{number % 60:02}:30.500+06:00",
        "eventTimeZoneOffset": "+06:00",
        "epcList": [f"urn:epc:id:sgtin:4012345.011111.{number}{n}" for n in range(4)],
        "action": "OBSERVE",
        "bizStep": "shipping",
        "disposition": "in_transit",
        "readPoint": {"id": "urn:epc:id:sgln:4012345.00011.987"},
        "bizTransactionList": [
            {"type": "desadv", "bizTransaction": f"urn:epcglobal:cbv:bt:4012345000009:{number}"}
        ],
        "sourceList": [{"type": "owning_party", "source": "urn:epc:id:pgln:4012345.00000"}],
        "destinationList": [
            {"type": "owning_party", "destination": "urn:epc:id:pgln:0614141.00000"}
        ],
        "quantityList": [{"epcClass": "urn:epc:class:lgtin:4012345.011111.7", "quantity": 12}],
        "sensorElementList": [
            {"sensorReport": [{"type": "Temperature", "value": 4 + number % 7, "uom": "CEL"}]}
        ],
        "example:truck": f"KG-{number % 100:03}",
    }


def seconds(work: Callable[[], object], rounds: int = 3) -> float:
    best = float("inf")
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - start)
    return best


def peer_rates(rows: list[dict[str, Any]], schemas: dict[str, dict[str, Any]]) -> dict[str, float]:
    """Events a second of `jsonschema` with each schema; nothing where it is not installed."""
    if importlib.util.find_spec("jsonschema") is None:
        print("jsonschema is not installed: no comparison")
        return {}
    jsonschema = importlib.import_module("jsonschema")
    rates = {}
    for name, schema in schemas.items():
        kind = jsonschema.validators.validator_for(schema)
        validator = kind(schema, format_checker=kind.FORMAT_CHECKER)
        sample = rows[:: max(len(rows) // 100, 1)]
        assert all(validator.is_valid(row) for row in sample)
        assert not validator.is_valid(sample[0] | {"action": "MOVE"})
        # The iteration is bound now, not when it is called.
        took = seconds(lambda v=validator, s=sample: [v.is_valid(row) for row in s])  # type: ignore[misc]
        rates[name] = len(sample) / took
    return rates


def main(events: int, schema: Path | None) -> None:
    rows = [an_event(number) for number in range(events)]
    given = tuple(Event(row, NAMESPACES) for row in rows)
    document = Document(given, created="2026-06-01T00:00:00Z")
    text = write_json(document)
    xml = write_xml(document)
    assert not sort_events(given, "good").findings
    assert sort_events((Event(rows[0] | {"bizStep": "smuggling"}, NAMESPACES),), "bad").findings
    ours = events / seconds(lambda: sort_events(given, "rows"))
    print(f"{events:,} events, {len(text) / events:,.0f} bytes each")
    print(f"validate                    {ours:12,.0f} events/s")
    for name, work in {
        "parse JSON alone (limit)": lambda: orjson.loads(text),
        "parse and validate JSON": lambda: read(text, "text"),
        "parse XML": lambda: parse(xml, "xml"),
        "parse and validate XML": lambda: read(xml, "xml"),
        "event hash": lambda: [hash_id(event) for event in given],
        "write JSON": lambda: write_json(document),
        "write XML": lambda: write_xml(document),
    }.items():
        print(f"{name:27} {events / seconds(work):12,.0f} events/s")
    schemas = {"jsonschema, our schema": event_schema("ObjectEvent")}
    if schema is not None:
        published = json.loads(schema.read_text())
        schemas["jsonschema, GS1's schema"] = {
            "$schema": published["$schema"],
            "$ref": "#/definitions/ObjectEvent",
            "definitions": published["definitions"],
        }
    for name, rate in peer_rates(rows, schemas).items():
        print(f"{name:27} {rate:12,.0f} events/s: ours {ours / rate:,.0f} times as fast")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--events", type=int, default=10_000)
    parser.add_argument("--schema", type=Path)
    arguments = parser.parse_args()
    main(arguments.events, arguments.schema)
