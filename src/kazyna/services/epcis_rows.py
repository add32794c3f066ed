"""Events as the tables in which the repository takes them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import orjson
import pyarrow as pa

from kazyna.marking.epcis import (
    Event,
    declares_error,
    extension_facts,
    hash_id,
    identifier_facts,
)

IDENTIFIERS = pa.schema(
    {
        "ordinal": pa.int32(),
        "place": pa.int16(),
        "identifier": pa.string(),
        "written": pa.string(),
        "kind": pa.string(),
    }
)
EXTENSIONS = pa.schema(
    {
        "ordinal": pa.int32(),
        "place": pa.int16(),
        "inside": pa.bool_(),
        **dict.fromkeys(("namespace", "name", "text", "number", "moment"), pa.string()),
    }
)
HASH_PREFIX = "ni:///sha-256;"
HASH_DIGITS = 64


@dataclass(frozen=True)
class Captured:
    """A valid event on its way into the repository."""

    event: Event
    """With an eventID: its own, or its hash."""
    position: int
    """In its document, from 0."""
    event_id: str
    event_hash: bytes
    declares_error: bool
    hash_id: str

    @property
    def key(self) -> tuple[str, bool]:
        """What may stand once in the repository of a participant."""
        return (self.event_id, self.declares_error)


def captured(event: Event, position: int) -> Captured:
    """Name an event and take its hash."""
    named = hash_id(event)
    event_id = event.id or named
    if event.id is None:
        event = replace(event, fields={"eventID": named, **event.fields})
    digest = bytes.fromhex(named[len(HASH_PREFIX) : len(HASH_PREFIX) + HASH_DIGITS])
    return Captured(event, position, event_id, digest, declares_error(event), named)


@dataclass(frozen=True)
class Rows:
    """Events and what finds them, as tables for COPY."""

    events: pa.Table
    identifiers: pa.Table
    extensions: pa.Table


def rows_of(given: Sequence[Captured], seen_by: Sequence[Sequence[int]]) -> Rows:
    """Write events as tables; `seen_by` has the participants that each names."""
    named: list[tuple[Any, ...]] = []
    own: list[tuple[Any, ...]] = []
    for ordinal, each in enumerate(given):
        named += [(ordinal, *fact) for fact in identifier_facts(each.event)]
        own += [
            (ordinal, *fact[:5], _text(fact.number), _text(fact.moment))
            for fact in extension_facts(each.event)
        ]
    return Rows(_events(given, seen_by), _table(named, IDENTIFIERS), _table(own, EXTENSIONS))


def _text(value: Decimal | datetime | None) -> str | None:
    if isinstance(value, Decimal):
        return format(value, "f")
    return None if value is None else value.isoformat()


def _table(rows: list[tuple[Any, ...]], schema: pa.Schema) -> pa.Table:
    columns = list(zip(*rows, strict=True)) or [()] * len(schema)
    return pa.table(columns, schema=schema)


def _array(numbers: Sequence[int]) -> str:
    return "{" + ",".join(map(str, numbers)) + "}"


def _events(given: Sequence[Captured], seen_by: Sequence[Sequence[int]]) -> pa.Table:
    fields = [each.event.fields for each in given]

    def texts(name: str) -> pa.Array:
        return pa.array([event.get(name) for event in fields], pa.string())

    return pa.table(
        {
            "ordinal": pa.array(range(len(given)), pa.int32()),
            "event_id": pa.array([each.event_id for each in given], pa.string()),
            "declares_error": pa.array([each.declares_error for each in given], pa.bool_()),
            "event_hash": pa.array(["\\x" + each.event_hash.hex() for each in given], pa.string()),
            "event_type": texts("type"),
            "event_time": texts("eventTime"),
            "action": texts("action"),
            "biz_step": texts("bizStep"),
            "disposition": texts("disposition"),
            "seen_by": pa.array([_array(each) for each in seen_by], pa.string()),
            "event": pa.array([orjson.dumps(event).decode() for event in fields], pa.string()),
            "namespaces": pa.array(
                [orjson.dumps(dict(each.event.namespaces)).decode() for each in given], pa.string()
            ),
        }
    )
