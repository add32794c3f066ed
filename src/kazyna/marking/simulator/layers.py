"""Events in layers: each layer is one kind of event of many codes, held as arrays of numbers."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from kazyna.core.schema import ARROW_TYPES
from kazyna.marking.detection.events import EVENTS, KINDS, VERDICTS, unit_number
from kazyna.marking.simulator.world import GOODS, World

Ints = NDArray[np.int64]
NONE = -1
MINUTE = 60_000_000
HOUR, DAY = 60 * MINUTE, 24 * 60 * MINUTE
START = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp()) * 1_000_000
SPAN = 180 * DAY
"""Goods are made and sold within this time."""
REASONS = ("export", "damaged", "recalled by the authority")
BATCH = 1_000
"""Codes of a batch, which is one lot and one order."""
PART_BATCHES = 100
"""Batches made at once: a part takes about 200 MB."""
FIRST_BATCH, FIRST_PACKAGE_BATCH = 1_000, 50_000_000
GTIN_BASE = 470000000000
CENT = Decimal("0.01")


@dataclass(frozen=True)
class Codes:
    """The codes of one part of the simulation: their batch facts spread to each code."""

    number: Ints
    batch: Ints
    product: Ints
    expires: Ints
    """Day of 1970 and on."""
    printed: Ints
    """Printed price in cents, or NONE."""


@dataclass(frozen=True)
class Layer:
    """Events of one kind; an array has a value an event, and what is not given is nothing."""

    kind: str
    row: Ints
    """Which code, by its place in `Codes`; NONE of an event without one."""
    at: Ints
    place: Ints
    """Whose facility, or NONE of the public."""
    device: Ints | None = None
    counterparty: Ints | None = None
    parent: Ints | None = None
    package: Ints | None = None
    """The number of a package that the event is about, instead of a code."""
    price: Ints | None = None
    reason: int = NONE
    verdict: int = NONE
    text: Ints | None = None
    late: Ints | None = None
    """How long after it happened it was reported."""
    lon: NDArray[np.float64] | None = None
    lat: NDArray[np.float64] | None = None
    lot_of: Ints | None = field(default=None)
    """Whose lot an event without a code is about, by a code of it."""


def gtin_of(product: Ints) -> Ints:
    """Return the GTIN of each product, with its check digit."""
    body = GTIN_BASE + product
    digits = body[:, None] // 10 ** np.arange(12, -1, -1, dtype=np.int64) % 10
    total = (digits * np.array([3, 1] * 6 + [3])).sum(axis=1)
    return np.asarray(body * 10 + (-total) % 10)


def package_number(serial: Ints) -> Ints:
    """Return the number of a package: packages are units of batches of their own."""
    return unit_number(FIRST_PACKAGE_BATCH + serial // 1_000_000, serial % 1_000_000)


def table_of(layers: list[Layer], codes: Codes, world: World, *, first_event: int) -> pa.Table:
    """Write layers as a table of events in the order of their reports.

    Parameters
    ----------
    layers
        In any order.
    codes
        Which the layers' rows count.
    world
        Where the layers' places are.
    first_event
        The number of the first event.
    """
    sizes = [len(layer.row) for layer in layers]
    at = _joined(layers, "at", sizes)
    recorded = at + _joined(layers, "late", sizes, default=MINUTE)
    order = np.argsort(recorded, kind="stable")
    row = _joined(layers, "row", sizes)[order]
    lot_of = _joined(layers, "lot_of", sizes)[order]
    about = np.where(row == NONE, lot_of, row)
    place = _joined(layers, "place", sizes)[order]
    package = _joined(layers, "package", sizes)[order]
    kind = np.repeat([KINDS.index(layer.kind) for layer in layers], sizes)[order]
    code = np.where(package != NONE, package, np.where(row == NONE, NONE, codes.number[row]))
    own = (row != NONE) & (package == NONE)
    sold = own & (kind == KINDS.index("sell"))
    made = own & np.isin(kind, [KINDS.index("apply"), KINDS.index("introduce")])
    goods = world.goods_of[codes.product[about]]
    names, facilities, devices = world.names(), world.facilities(), world.devices()
    moved = _joined(layers, "counterparty", sizes)[order]
    columns = {
        "event_id": pa.array(np.arange(first_event, first_event + len(order))),
        "kind": _words(kind, list(KINDS)),
        "happened_at": _moments(at[order]),
        "recorded_at": _moments(recorded[order]),
        "code": _optional(code, code != NONE),
        "package": pa.array(package != NONE),
        "gtin": _optional(gtin_of(codes.product[about]), (about != NONE) & (package == NONE)),
        "lot": _lots(codes.batch[about], (about != NONE) & (package == NONE)),
        "expires_on": _optional(codes.expires[about], made).cast(pa.int32()).cast(pa.date32()),
        "goods": _words(np.where(sold & (goods < len(GOODS) - 1), goods, NONE), _goods()),
        "participant": _words(place, names),
        "facility": _words(place, facilities),
        "lon": _place(_said(layers, "lon", sizes)[order], world.lon, place),
        "lat": _place(_said(layers, "lat", sizes)[order], world.lat, place),
        "device": _words(_joined(layers, "device", sizes)[order], devices),
        "document": _documents(kind, codes.batch[about], place),
        "counterparty": _words(moved, names),
        "parent": _given(_joined(layers, "parent", sizes)[order]),
        "price": _money(_joined(layers, "price", sizes)[order]),
        "printed_price": _money(np.where(sold, codes.printed[about], NONE)),
        "reason": _words(np.repeat([layer.reason for layer in layers], sizes)[order], REASONS),
        "verdict": _words(np.repeat([layer.verdict for layer in layers], sizes)[order], VERDICTS),
        "text_hash": _given(_joined(layers, "text", sizes)[order]),
    }
    return pa.table(columns).select([column.name for column in EVENTS.columns])


def _joined(layers: list[Layer], name: str, sizes: list[int], default: int = NONE) -> Ints:
    parts = [
        np.full(size, default, dtype=np.int64) if getattr(layer, name) is None
        else np.asarray(getattr(layer, name), dtype=np.int64)
        for layer, size in zip(layers, sizes, strict=True)
    ]  # fmt: skip
    return np.concatenate(parts)


def _said(layers: list[Layer], name: str, sizes: list[int]) -> NDArray[np.float64]:
    """Take where each event says it was; a layer may say nothing."""
    parts = [
        np.full(size, np.nan) if getattr(layer, name) is None else getattr(layer, name)
        for layer, size in zip(layers, sizes, strict=True)
    ]
    return np.concatenate(parts)


def _place(said: NDArray[np.float64], known: NDArray[np.float64], place: Ints) -> pa.Array:
    """Take where an event says it was, or else the place of its facility."""
    values = np.where(np.isnan(said) & (place != NONE), known[place], said)
    return pa.array(values, mask=np.isnan(values))


def _optional(values: Ints, there: NDArray[np.bool_]) -> pa.Array:
    return pa.array(values, mask=~there)


def _given(values: Ints) -> pa.Array:
    return _optional(values, values != NONE)


def _words(index: Ints, words: list[str] | tuple[str, ...]) -> pa.Array:
    indices = pa.array(index.astype(np.int32), mask=index == NONE)
    return pa.DictionaryArray.from_arrays(indices, pa.array(words, pa.string()))


def _goods() -> list[str]:
    return [name for name, _ in GOODS if name]


def _moments(microseconds: Ints) -> pa.Array:
    return pa.array(microseconds).cast(pa.timestamp("us"))


def _money(cents: Ints) -> pa.Array:
    exact = pc.multiply(_given(cents).cast(pa.decimal128(19, 0)), pa.scalar(CENT))
    return exact.cast(ARROW_TYPES["decimal"])


def _lots(batch: Ints, there: NDArray[np.bool_]) -> pa.Array:
    known, index = np.unique(np.where(there, batch, 0), return_inverse=True)
    words = [f"L{number}" for number in known]
    return _words(np.where(there, index, NONE), words)


def _documents(kind: Ints, batch: Ints, place: Ints) -> pa.Array:
    """Name documents by kind, batch and place: a lorry's papers, a day's reports."""
    key = (kind * 2**48 + np.maximum(batch, 0) * 2**24 + np.maximum(place, 0)).astype(np.int64)
    known, index = np.unique(key, return_inverse=True)
    words = [f"{KINDS[k >> 48]}-{k >> 24 & 2**24 - 1}-{k & 2**24 - 1}" for k in known.tolist()]
    return _words(index, words)
