"""The tables that detection reads: events, a row for each unit that an event names."""

from typing import TypeVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from kazyna.core.schema import Column, Schema

Numbers = TypeVar("Numbers", int, NDArray[np.int64])

INDEX_BITS = 31
"""A unit's number holds its batch above and its index below; indices are 32-bit with a sign."""
INDICES = 1 << INDEX_BITS

INTRODUCED = ("introduce", "import", "import_eaeu")
REPLACEMENT = "replacement"
"""A code that is put in the place of a spoilt one: it stands where the old one stood."""
CIRCULATING = (*INTRODUCED, REPLACEMENT)
"""Events after which goods may be sold for the first time."""
COMMISSIONED = ("apply", "register_foreign", *CIRCULATING)
HELD = (*CIRCULATING, "accept", "return")
"""Events after which their participant holds the goods."""
WITHDRAWN = ("withdraw", "scrap", "remark", "expire", "seize", "destroy")
STOPPED = ("recall", "block", "quarantine", "detain")
KINDS = (
    "order", "cancel_order", *COMMISSIONED, "aggregate", "disaggregate", "ship", "accept", "refuse",
    "cancel_shipment", "sell", "return", *WITHDRAWN, *STOPPED, "unblock", "scan",
)  # fmt: skip
VERDICTS = ("genuine", "repaired", "unreadable", "forged", "unknown")
"""What a scan found; `repaired` and `unreadable` are faults of scanners, not of goods."""

EVENTS = Schema(
    "events",
    (
        Column("event_id", "integer", "number of the event, which an alert names as evidence"),
        Column("kind", "text", "operation of the lifecycle, or scan", allowed=KINDS),
        Column("happened_at", "moment", "when it happened, as reported"),
        Column("recorded_at", "moment", "when the report came in"),
        Column("code", "integer", "number of the unit; none of a scanned text", required=False),
        Column("package", "boolean", "whether the unit is a package of others"),
        Column("gtin", "integer", "product", required=False),
        Column("lot", "text", "lot of the goods", required=False),
        Column("expires_on", "date", "last day on which it may be sold", required=False),
        Column("goods", "text", "kind of excise goods", required=False),
        Column("participant", "text", "who reports; none of the public", required=False),
        Column("facility", "text", "where", required=False),
        Column("lon", "number", "longitude", "degree", False, minimum=-180, maximum=180),
        Column("lat", "number", "latitude", "degree", False, minimum=-90, maximum=90),
        Column("device", "text", "till, scanner or phone", required=False),
        Column("document", "text", "document of the operation", required=False),
        Column("counterparty", "text", "to whom it is shipped", required=False),
        Column("parent", "integer", "number of the package packed into", required=False),
        Column("price", "decimal", "price of the sale", required=False),
        Column("printed_price", "decimal", "highest price, as printed", required=False),
        Column("reason", "text", "reason of a withdrawal or a stop", required=False),
        Column("verdict", "text", "what a scan found", required=False, allowed=VERDICTS),
        Column("text_hash", "integer", "tells scanned texts apart", required=False),
    ),
)

ALERTS = pa.schema(
    [
        ("rule", pa.string()),
        ("severity", pa.string()),
        ("key", pa.string()),
        ("subject_kind", pa.string()),
        ("subject", pa.string()),
        ("gtin", pa.int64()),
        ("lot", pa.string()),
        ("participant", pa.string()),
        ("facility", pa.string()),
        ("device", pa.string()),
        ("happened_at", pa.timestamp("us")),
        ("reason_en", pa.string()),
        ("reason_ru", pa.string()),
        ("reason_ky", pa.string()),
        ("evidence", pa.list_(pa.int64())),
    ]
)
"""What the rules find: a row an alert; `evidence` are numbers of events."""

MINIMUM_PRICES = pa.schema(
    [
        ("goods", pa.string()),
        ("since", pa.date32()),
        ("until", pa.date32()),
        ("price", pa.decimal128(18, 2)),
    ]
)
"""The least retail prices of kinds of goods by date; `until` is the last day, or nothing."""


def unit_number(batch: Numbers, index: Numbers) -> Numbers:
    """Return one number for a unit's batch and index, which sorts as the two do; also of arrays."""
    return batch * INDICES + index


def unit_text(number: int) -> str:
    """Write a unit's number as its batch and index, as documents name it."""
    return f"{number >> INDEX_BITS}:{number & (INDICES - 1)}"


def sql_list(words: tuple[str, ...]) -> str:
    """Write words as a list of DuckDB; they are ours and hold no quotes."""
    return "(" + ", ".join(f"'{word}'" for word in words) + ")"
