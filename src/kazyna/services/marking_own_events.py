"""Documents of the registry as EPCIS events: what was reported by file, page or till is found too.

A document of single units and packages lists them; one of ranges, lots or many codes says how much
of which product and lot it moved, for nobody asks an event of a million names. Packing and taking
apart is an event for each package. What came as an event is one already.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import numpy as np
import pyarrow as pa

from kazyna.marking.epcis import Event, sort_events
from kazyna.marking.epcis.identifiers import canonical_identifier
from kazyna.marking.gs1 import Element, Message, read, write_link
from kazyna.marking.lifecycle import Epcis, Operation
from kazyna.marking.units import heads_of
from kazyna.services.epcis_rows import Captured, captured, rows_of
from kazyna.store import batches, epcis_events
from kazyna.store.connection import Transaction
from kazyna.store.marking_log import Moved

EPCS_MAX = 1_000
"""Units and packages that events of one document list."""
NAMESPACE = "urn:kazyna:epcis:"
PREFIX = "kz"
DOMAIN = "https://id.gs1.org"
ATTRIBUTE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True)
class Said:
    """A document, as far as its events tell of it."""

    document_id: str
    happened_at: datetime
    lines: pa.Table
    attributes: Mapping[str, str]
    participant: str
    """Empty for the authority."""
    counterparty: str | None
    facility: str | None


def own_events(
    tx: Transaction, said: Said, operation: Operation, moved: Moved
) -> tuple[Captured, ...]:
    """Return the events that tell of a document; none where EPCIS has no word for it."""
    if not operation.epcis or not len(moved.units):
        return ()
    form, names = operation.epcis[0], _names(said.lines)
    if operation.effect == "pack":
        parts = _packed(names, said.lines)
    elif operation.effect == "unpack":
        parts = ({"parentID": name} for name in names or ())
    elif names is not None:
        parts = iter(({"epcList": names},))
    else:
        parts = iter(({"quantityList": _quantities(tx, moved)},))
    shared = _shared(said, form)
    events = (Event({**shared, **part}, {PREFIX: NAMESPACE}) for part in parts)
    # What a sender may write freely, such as a name with odd signs, may fit no event.
    valid = sort_events(events, said.document_id).valid
    return tuple(captured(event, position) for position, event in enumerate(valid))


def record_events(
    tx: Transaction,
    events: Sequence[Captured],
    *,
    participant_no: int | None,
    counterparty_no: int | None,
) -> None:
    """Record the events of a document beside it."""
    if events:
        seen_by = [() if counterparty_no is None else (counterparty_no,)] * len(events)
        rows = rows_of(events, seen_by)
        epcis_events.insert_few(
            tx, (rows.events, rows.identifiers, rows.extensions), participant_no=participant_no
        )


def _shared(said: Said, form: Epcis) -> dict[str, Any]:
    """Write what all events of a document say."""
    offset = said.happened_at.utcoffset() or timedelta()
    minutes = abs(offset) // timedelta(minutes=1)
    sign = "-" if offset < timedelta() else "+"
    fields: dict[str, Any] = {
        "type": form.event_type,
        "eventTime": said.happened_at.isoformat(timespec="milliseconds"),
        "eventTimeZoneOffset": f"{sign}{minutes // 60:02}:{minutes % 60:02}",
        "action": form.action,
        "bizStep": form.biz_step,
    }
    if form.disposition is not None:
        fields["disposition"] = form.disposition
    if said.facility is not None:
        fields["bizLocation"] = {"id": f"urn:kazyna:facility:{quote(said.facility, safe='')}"}
    for name, party in (("source", said.participant), ("destination", said.counterparty)):
        if said.counterparty and party:
            written = f"urn:kazyna:participant:{quote(party, safe='')}"
            fields[f"{name}List"] = [{"type": "owning_party", name: written}]
    for name, value in (*said.attributes.items(), ("document", said.document_id)):
        if ATTRIBUTE.fullmatch(name):
            fields[f"{PREFIX}:{name}"] = value
    return fields


def _names(lines: pa.Table) -> list[str] | None:
    """Return what each line names as a URI; None where there are sets among them, or many."""
    if lines.num_rows > EPCS_MAX:
        return None
    names = [_name(text or "") for text in lines["code"].to_pylist()]
    found = [name for name in names if name is not None]
    return found if len(found) == len(names) else None


def _name(text: str) -> str | None:
    if text.startswith("urn:epc:"):
        return canonical_identifier(text)
    message = read(text, associations=False)
    if not isinstance(message, Message):
        return None
    serial, sscc = message.value("21"), message.value("00")
    if message.gtin is not None and serial:
        link = write_link([Element("01", message.gtin), Element("21", serial)])
    elif sscc:
        link = write_link([Element("00", sscc)])
    else:
        return None
    return canonical_identifier(link) if isinstance(link, str) else None


def _packed(names: list[str] | None, lines: pa.Table) -> Iterator[dict[str, Any]]:
    """Yield each package with what went into it; nothing where sets did."""
    children: dict[str, list[str]] = {}
    for name, text in zip(names or (), lines["parent"].to_pylist(), strict=False):
        parent = _name(text or "")
        if parent is None:
            return
        children.setdefault(parent, []).append(name)
    for parent, inside in children.items():
        yield {"parentID": parent, "childEPCs": inside}


def _quantities(tx: Transaction, moved: Moved) -> list[dict[str, Any]]:
    """Count the units of each product and lot that a document moved."""
    heads = np.union1d(heads_of(moved.gtins), heads_of(moved.lots))
    counts: Counter[tuple[int, int]] = Counter()
    for head, size in zip(heads, np.diff(heads, append=len(moved.gtins)).tolist(), strict=True):
        counts[int(moved.gtins[head]), int(moved.lots[head])] += size
    lots = batches.find_lots(tx, sorted({lot for _, lot in counts} - {0}))
    return [
        {"epcClass": _class(gtin, lots[lot].lot if lot else None), "quantity": count}
        for (gtin, lot), count in sorted(counts.items())
        if gtin
    ]


def _class(gtin: int, lot: str | None) -> str:
    return f"{DOMAIN}/01/{gtin:014d}" + (f"/10/{quote(lot, safe='')}" if lot else "")
