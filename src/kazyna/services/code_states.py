"""Where units stand, told to staff: any number of them as one table, whole batches by the block.

What tills, inspectors and the public are told of single codes is in `code_standing`.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from kazyna.marking.code_blocks import Standing, locate, standing
from kazyna.marking.lifecycle import Lifecycle
from kazyna.marking.movement import Party, effective
from kazyna.marking.units import Units, units_of
from kazyna.services.context import Context
from kazyna.services.marking_selection import (
    Found,
    Law,
    find_units,
    know_batches,
    law_of,
    name_of,
    read_document_lines,
)
from kazyna.store import batches, codes, participants
from kazyna.store.connection import Acting
from kazyna.store.files import write_table
from kazyna.store.shards import Work

STATES = pa.schema(
    [
        ("line", pa.int64()),
        ("verdict", pa.string()),
        ("reason", pa.string()),
        ("batch", pa.int64()),
        ("index", pa.int32()),
        ("kind", pa.string()),
        ("status", pa.string()),
        ("gtin", pa.string()),
        ("goods", pa.string()),
        ("product", pa.string()),
        ("country", pa.string()),
        ("holder", pa.string()),
        ("consignee", pa.string()),
        ("lot", pa.string()),
        ("produced_on", pa.date32()),
        ("expires_on", pa.date32()),
        ("parent", pa.string()),
        ("withdrawn_for", pa.string()),
        ("first_sold_at", pa.timestamp("us", "UTC")),
        ("first_seller", pa.string()),
        ("first_document", pa.string()),
        ("price", pa.int64()),
        ("sales", pa.int32()),
    ]
)
"""What is known of codes; `verdict` is `known`, `unknown` or `refused`, with the reason."""


@dataclass(frozen=True)
class UnitCounts:
    """How many units stand where."""

    units: int
    statuses: dict[str, int]
    """By status; codes without one by why."""
    file: str | None


def look_up(ctx: Context, texts: Sequence[str]) -> pa.Table:
    """Return where codes stand, as `STATES`: a row for each unit, in the order of the lines.

    Parameters
    ----------
    ctx
        An officer or an auditor: holders, prices and packages are told of everybody's goods.
    texts
        Codes in any form, SSCCs, or ranges as in a document.
    """
    ctx.require("officer", "auditor")
    law = law_of(ctx)
    read = read_document_lines(ctx, law, pa.chunked_array([pa.array(texts, pa.string())]))
    acting = Acting("verifier", ctx.actor.name, today=ctx.today)
    with ctx.shards.reading(acting) as work:
        found = find_units(ctx, work, law, read, Party(0, "", ()))
        return _states(ctx, work, law, found)


def write_states(ctx: Context, texts: Sequence[str], out: Path | None = None) -> UnitCounts:
    """Count where codes stand, and write it of each into a table if a file is named."""
    found = look_up(ctx, texts)
    if out is not None:
        write_table(found, out)
    words = [status or verdict for status, verdict in _words(found)]
    return UnitCounts(found.num_rows, dict(Counter(words).most_common()), str(out) if out else None)


def _words(found: pa.Table) -> Iterator[tuple[str | None, str]]:
    return zip(found["status"].to_pylist(), found["verdict"].to_pylist(), strict=True)


def _states(ctx: Context, work: Work, law: Law, found: Found) -> pa.Table:
    keys = np.concatenate([*found.keys, np.empty(0, dtype=np.int64)])
    lines = np.concatenate([*found.lines, np.empty(0, dtype=np.int64)])
    units = units_of(keys)
    know_batches(work, found, units)
    blocks = codes.find_blocks(work, units)
    where = standing(blocks, locate(blocks, units))
    exists = where.status > 0
    known = _known(ctx, work, law.lifecycle, found, (units, lines, where)).filter(pa.array(exists))
    missing = [(line, "unknown", "the unit is not there") for line in lines[~exists].tolist()]
    missing += [(f.line, "refused", f"{f.reason}; expected {f.expected}") for f in found.faults]
    missing += [(line, "unknown", f"{name} is not registered") for line, name in found.unknown]
    missing += [(s.line, "unknown", f"{name_of(s)} is not registered") for s in found.foreign]
    columns = {
        "line": pa.array([line for line, *_ in missing], pa.int64()),
        "verdict": pa.array([verdict for _, verdict, _ in missing], pa.string()),
        "reason": pa.array([reason for *_, reason in missing], pa.string()),
    }
    rest = pa.table(
        [columns.get(f.name, pa.nulls(len(missing), f.type)) for f in STATES], schema=STATES
    )
    return pa.concat_tables([known, rest]).sort_by("line")


def _known(
    ctx: Context, work: Work, lifecycle: Lifecycle, found: Found,
    given: tuple[Units, NDArray[np.int64], Standing],
) -> pa.Table:  # fmt: skip
    """Write what is known of units, each number by the text that it stands for."""
    units, lines, where = given
    entry = where.entry
    batch_of = [found.batches.get(number) for number in units.batches.tolist()]
    lots = batches.find_lots(work.registry, np.unique(entry["lot"]).tolist())
    lot_of = [lots.get(number) for number in entry["lot"].tolist()]
    gtins = sorted({batch.gtin for batch in batch_of if batch is not None and batch.gtin})
    products = participants.find_products(work.registry, gtins, on=ctx.today)
    facts = codes.find_facts(work, units)
    fact_of = {
        (row["batch"], row["index"]): row for row in (facts.to_pylist() if facts.num_rows else ())
    }
    addresses = zip(units.batches.tolist(), units.indices.tolist(), strict=True)
    sold = [fact_of.get(address, {}) for address in addresses]
    parents = where.parent_keys
    names = codes.package_names(work, units_of(np.unique(parents[parents > 0])))
    people = participants.participant_ids(
        work.registry,
        sorted(
            {
                *np.unique(entry["holder"]).tolist(),
                *np.unique(entry["consignee"]).tolist(),
                *(row["first_seller"] for row in fact_of.values()),
            }
        ),
    )
    statuses = effective(where).tolist()
    reasons = ("", *lifecycle.reasons)
    columns: dict[str, object] = {
        "line": lines,
        "verdict": ["known"] * len(units),
        "batch": units.batches,
        "index": units.indices,
        "kind": [b and b.kind for b in batch_of],
        "status": [lifecycle.by_number[n].name if n else None for n in statuses],
        "gtin": [f"{b.gtin:014d}" if b and b.gtin else None for b in batch_of],
        "goods": [b and b.goods for b in batch_of],
        "product": [products[b.gtin].name if b and b.gtin in products else None for b in batch_of],
        "country": [b and (b.country or None) for b in batch_of],
        "holder": [people.get(n) for n in entry["holder"].tolist()],
        "consignee": [people.get(n) for n in entry["consignee"].tolist()],
        "lot": [lot and lot.lot for lot in lot_of],
        "produced_on": [lot and lot.produced_on for lot in lot_of],
        "expires_on": [lot and lot.expires_on for lot in lot_of],
        "parent": [names.get(key) for key in parents.tolist()],
        "withdrawn_for": [reasons[n] or None for n in entry["reason"].tolist()],
        "first_sold_at": [row.get("first_sold_at") for row in sold],
        "first_seller": [people.get(row.get("first_seller", 0)) for row in sold],
        "first_document": [row.get("first_document") for row in sold],
        "price": [row.get("price") for row in sold],
        "sales": [row.get("sales") for row in sold],
    }
    typed = [
        pa.array(columns[f.name], f.type) if f.name in columns else pa.nulls(len(units), f.type)
        for f in STATES
    ]
    return pa.table(typed, schema=STATES)
