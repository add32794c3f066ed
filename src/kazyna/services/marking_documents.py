"""Documents of goods marking: what happened to units, taken up whole or not at all.

Every interface reports through `submit`: files, HTTP, tills, captured EPCIS events. A document is
one transaction, however many units it moves and on however many servers they are; sent again under
its id it is answered as the first time; what is wrong is told line by line, and nothing is changed.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from hashlib import sha256
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from kazyna.core.errors import Conflict, Finding, InputError, Refused, Unavailable
from kazyna.core.schema import Column, Schema
from kazyna.core.table import check
from kazyna.marking.code_lines import LineFault
from kazyna.marking.lifecycle import Effect, Operation
from kazyna.marking.movement import Party
from kazyna.services import marking_effects, marking_packages
from kazyna.services.code_batches import RESERVED
from kazyna.services.context import Context
from kazyna.services.marking_effects import Faults, Reports, Task
from kazyna.services.marking_fees import release_for
from kazyna.services.marking_own_events import Said, own_events, record_events
from kazyna.services.marking_selection import (
    Found,
    Law,
    find_units,
    law_of,
    party_of,
    read_document_lines,
)
from kazyna.store import marking_log, participants
from kazyna.store.code_files import line_blocks, open_codes
from kazyna.store.files import read_table
from kazyna.store.marking_log import DocumentRow
from kazyna.store.shards import Work, is_deadlock

FAULTS_SHOWN = 100
ATTEMPTS = 4
"""Two documents that name units in different orders may wait for each other; one begins anew."""
OWN_SERVICE = frozenset({"order", "release", "cancel_order"})
"""Operations that services of their own carry out."""
ID_MAX = 200
EMITTED = "emitted"
TOGETHER = frozenset({"move", "hold", "free", "sell", "pack"})
"""Effects of operations of which several documents can be carried out as one."""
DECIDING = frozenset({"reason", "lot", "produced_on", "expires_on", "declared_on", "waybill_on"})
"""Attributes that decide what becomes of units, beside those that rules need."""

EFFECTS: dict[Effect, Callable[[Task, Found], tuple[marking_log.Moved, Faults]]] = {
    "move": marking_effects.move,
    "hold": marking_effects.move,
    "free": marking_effects.move,
    "sell": marking_effects.move,
    "register": marking_effects.register,
    "replace": marking_effects.put_in_place,
    "pack": marking_packages.pack,
    "unpack": marking_packages.unpack,
}

DOCUMENTS_SHOWN = 100
DOCUMENT_LINES = Schema(
    "document",
    (
        Column("code", "text", "unit or set of units"),
        Column("parent", "text", "package, of packing", required=False),
        Column("price", "integer", "price paid, in minor units", required=False, minimum=0),
        Column("replaces", "text", "old code, of re-marking", required=False),
    ),
)
LINES = pa.schema(
    [
        ("code", pa.string()),
        ("parent", pa.string()),
        ("price", pa.int64()),
        ("replaces", pa.string()),
    ]
)


@dataclass(frozen=True)
class Document:
    """What a participant, or an officer for the authority, reports."""

    kind: str
    """An operation of the lifecycle."""
    document_id: str
    """Given by the sender, once for each document."""
    happened_at: datetime
    lines: pa.Table
    """As `lines_of` makes it."""
    facility: str | None = None
    counterparty: str | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)
    """What the operation needs: lot, expires_on, declaration, reason…"""
    participant: str | None = None
    """Of an officer: on whose behalf; without one it is the authority's own."""
    event_hash: str | None = None
    epcis: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class SubmittedDocument:
    """A document as it was taken up; sent twice, it stands once."""

    document_no: int
    document_id: str
    kind: str
    created: bool
    """False when the same document had been taken up before."""
    lines: int
    units: int
    recorded_at: datetime


def lines_of(
    codes: Sequence[str] | pa.Array | pa.ChunkedArray,
    *,
    parent: Sequence[str | None] | None = None,
    price: Sequence[int | None] | None = None,
    replaces: Sequence[str | None] | None = None,
) -> pa.Table:
    """Make the lines of a document.

    Parameters
    ----------
    codes
        Each line a code, an SSCC, `batch:first-last`, `lot:GTIN:LOT` or `document:ID`.
    parent
        Of packing: the package of each line, an SSCC or a code.
    price
        Of sales: what was paid, in minor units.
    replaces
        Of re-marking: the old code of each line.
    """
    size = len(codes)
    given = {"code": codes, "parent": parent, "price": price, "replaces": replaces}
    columns = [
        pa.nulls(size, kind.type) if given[kind.name] is None
        else pa.chunked_array([pa.array(given[kind.name], kind.type)])
        if not isinstance(given[kind.name], pa.ChunkedArray)
        else given[kind.name]
        for kind in LINES
    ]  # fmt: skip
    return pa.table(columns, schema=LINES)


def read_document_file(path: Path) -> pa.Table:
    """Read the lines of a document: a text with a unit a line, or a table.

    Parameters
    ----------
    path
        CSV or Parquet with the columns code and, where the operation needs them, parent, price in
        minor units and replaces; any other file is read line by line.
    """
    if path.suffix.lower() not in {".csv", ".parquet"}:
        with open_codes(path) as file:
            lines = [line for block in line_blocks(file, source=str(path)) for line in block]
        return lines_of([line.decode("utf-8", errors="backslashreplace") for line in lines if line])
    table = check(read_table(path), DOCUMENT_LINES, source=str(path))
    return lines_of(
        table["code"],
        **{
            name: table[name].to_pylist()
            for name in ("parent", "price", "replaces")
            if name in table.column_names
        },
    )


def recent_documents(ctx: Context, *, kind: str | None = None) -> tuple[SubmittedDocument, ...]:
    """Return the latest documents: of a participant those in which it is a party."""
    ctx.require("participant", "officer", "auditor")
    with ctx.transaction() as tx:
        rows = marking_log.documents(tx, kind=kind, limit=DOCUMENTS_SHOWN)
    return tuple(_told(row, created=False) for row in rows)


def submit(ctx: Context, document: Document) -> SubmittedDocument:
    """Take up one document, all or nothing.

    Raises
    ------
    InputError
        When something is missing or a line is wrong, each with its reason.
    NotFound
        When a participant is not known.
    Conflict
        When the id was used for another document.
    """
    return submit_all(ctx, (document,))[0]


def submit_all(ctx: Context, documents: Sequence[Document]) -> tuple[SubmittedDocument, ...]:
    """Take up documents in their order as one transaction: all of them, or none.

    Raises
    ------
    InputError, NotFound, Conflict
        As `submit`.
    """
    law = _law_for(ctx, documents)
    runs = _runs(law, documents)
    try:
        return _taken_up(ctx, law, runs)
    except InputError:
        if len(runs) == len(documents):
            raise
    # What is wrong is told by the document; in their order, one makes room for another as well.
    return _taken_up(ctx, law, [(document,) for document in documents])


def submit_each(
    ctx: Context, documents: Sequence[Document]
) -> list[SubmittedDocument | InputError | Refused]:
    """Take up documents in their order, each for itself.

    Returns
    -------
    list
        For each document what was taken up, or why it is refused.
    """
    try:
        law = _law_for(ctx, documents)
        return list(_taken_up(ctx, law, _runs(law, documents)))
    except (InputError, Refused) as error:
        if len(documents) == 1:
            return [error]
    # Most are right, so the wrong ones are found by halves and the others taken up in few parts.
    half = len(documents) // 2
    return submit_each(ctx, documents[:half]) + submit_each(ctx, documents[half:])


def _law_for(ctx: Context, documents: Sequence[Document]) -> Law:
    """Ask whether documents may be looked at; return the law by which they are judged."""
    ctx.require("participant", "officer")
    law = law_of(ctx)
    for document in documents:
        _check(ctx, law, document)
    return law


def _runs(law: Law, documents: Sequence[Document]) -> list[tuple[Document, ...]]:
    """Part documents into those that are carried out as one; of an id twice, each by itself."""
    runs: list[tuple[Document, ...]] = []
    for _, alike in groupby(documents, partial(_sort, law)):
        run = tuple(alike)
        distinct = len({document.document_id for document in run}) == len(run)
        runs += [run] if distinct else [(document,) for document in run]
    return runs


def _taken_up(
    ctx: Context, law: Law, runs: Sequence[tuple[Document, ...]]
) -> tuple[SubmittedDocument, ...]:
    """Take up runs of documents, each run as one, in one transaction."""
    for attempt in range(ATTEMPTS):
        try:
            with ctx.shards.working(ctx.acting) as work:
                return tuple(done for run in runs for done in _submit(ctx, work, law, run))
        except Unavailable as error:
            if attempt == ATTEMPTS - 1 or not is_deadlock(error):
                raise
    raise AssertionError("the last attempt returns or raises")


def _sort(law: Law, document: Document) -> tuple[object, ...]:
    """Tell which documents can be carried out as one, where they follow each other.

    Of captured events these are those of one operation, day and parties; whatever else a document
    says is recorded and decides nothing. A unit that two of them name is a fault, so that their
    order decides nothing where there is none.
    """
    operation = law.lifecycle.operations[document.kind]
    if operation.effect not in TOGETHER or document.event_hash is None:
        return (document.document_id,)
    needed = DECIDING.union(*(rule.needs for rule in operation.rules))
    return (
        document.kind, document.participant, document.counterparty, document.facility,
        document.happened_at.date(),
        *sorted(item for item in document.attributes.items() if item[0] in needed),
    )  # fmt: skip


def _submit(
    ctx: Context, work: Work, law: Law, documents: tuple[Document, ...]
) -> list[SubmittedDocument]:
    first = documents[0]
    on = first.happened_at.date()
    party = party_of(ctx, work, first.participant, first.counterparty, on=on)
    contents = {document.document_id: _content(document) for document in documents}
    number = party.number or None
    marking_log.lock_document(work.registry, number, *contents)
    known = marking_log.find_documents(work.registry, number, list(contents))
    done = {name: _again(row, contents[name]) for name, row in known.items()}
    new = tuple(document for document in documents if document.document_id not in known)
    if new:
        operation = law.lifecycle.operations[first.kind]
        facility = _facility(work, first, party, on)
        if party.number and any(EMITTED in rule.sources for rule in operation.rules):
            # The fee may have been paid at any counter since; the account is asked.
            release_for(ctx, work, law, party.number)
        moved = _carried_out(
            Task(
                ctx=ctx, work=work, law=law, operation=operation, party=party,
                reports=_reports(new), attributes=first.attributes,
                lines=pa.concat_tables([document.lines for document in new]),
            )
        )  # fmt: skip
        shared = {
            "participant_no": number, "kind": first.kind, "facility_no": facility,
            "counterparty_no": party.counterparty or None,
        }  # fmt: skip
        rows = _recorded(work, new, party, moved, (operation, contents, shared))
        done |= {row.document_id: _told(row, created=True) for row in rows}
    return [done[name] for name in contents]


def _reports(documents: Sequence[Document]) -> Reports:
    """Say which line is of which document."""
    sizes = [document.lines.num_rows for document in documents]
    return Reports(
        tuple(document.document_id for document in documents),
        tuple(document.happened_at for document in documents),
        np.repeat(np.arange(-1, len(documents)), [1, *sizes]),
    )


def _recorded(
    work: Work,
    documents: Sequence[Document],
    party: Party,
    moved: marking_log.Moved,
    said: tuple[Operation, Mapping[str, bytes], Mapping[str, Any]],
) -> list[DocumentRow]:
    """Write documents and what they moved into the log."""
    operation, contents, shared = said
    units = moved.units_by_document(len(documents))
    rows = marking_log.insert_documents(
        work.registry,
        shared,
        [
            {
                "document_id": document.document_id,
                "content_hash": contents[document.document_id],
                "happened_at": document.happened_at,
                "attributes": document.attributes,
                "lines": document.lines.num_rows,
                "units": count,
                "event_hash": document.event_hash
                or _told_as_events(work, document, party, moved, operation),
                "epcis": document.epcis,
            }
            for document, count in zip(documents, units, strict=True)
        ],
    )
    form = operation.epcis[0] if operation.epcis else None
    marking_log.insert_events(
        work.registry,
        {
            "biz_step": form.biz_step if form else "",
            "disposition": form.disposition if form else None,
            "facility_no": shared["facility_no"],
            "reason": documents[0].attributes.get("reason"),
        },
        rows,
        moved,
    )
    return rows


def _told_as_events(
    work: Work, document: Document, party: Party, moved: marking_log.Moved, operation: Operation
) -> str | None:
    """Record what a document did as events, and return the hash where it is one event."""
    said = Said(
        document.document_id, document.happened_at, document.lines, document.attributes,
        party.name, document.counterparty, document.facility,
    )  # fmt: skip
    events = own_events(work.registry, said, operation, moved)
    record_events(
        work.registry,
        events,
        participant_no=party.number or None,
        counterparty_no=party.counterparty or None,
    )
    return events[0].hash_id if len(events) == 1 else None


def _again(known: DocumentRow, content: bytes) -> SubmittedDocument:
    """Answer a document whose id is known as the first time, if it says the same."""
    if known.content_hash != content:
        raise Conflict(
            f"The id {known.document_id!r} was used for another document;"
            " every document needs its own."
        )
    return _told(known, created=False)


def _carried_out(task: Task) -> marking_log.Moved:
    """Do to the units what the operation does; a fault of any line undoes all."""
    read = read_document_lines(task.ctx, task.law, task.lines["code"])
    found = find_units(task.ctx, task.work, task.law, read, task.party)
    moved, faults = EFFECTS[task.operation.effect](task, found)
    if faults:
        raise InputError(_findings(task.document_id, faults))
    return moved


def _findings(document_id: str, faults: Sequence[LineFault]) -> list[Finding]:
    """Write the faults of lines, the first hundred of them."""
    source = f"document {document_id}"
    told = [
        Finding(source, fault.reason, fault.expected, row=fault.line, column="code")
        for fault in sorted(faults)[:FAULTS_SHOWN]
    ]
    if len(faults) > FAULTS_SHOWN:
        more = f"{len(faults) - FAULTS_SHOWN:,} more lines are wrong"
        told.append(Finding(source, more, "the same for those"))
    return told


def _check(ctx: Context, law: Law, document: Document) -> None:
    """Refuse a document that is wrong before a single unit is looked at."""
    source = f"document {document.document_id}"
    known = [name for name in law.lifecycle.operations if name not in OWN_SERVICE]
    findings = []
    if document.kind not in known:
        reason, expected = f"{document.kind!r} is not known", "one of " + ", ".join(known)
        findings.append(Finding(source, reason, expected, column="kind"))
    if not 0 < len(document.document_id) <= ID_MAX or not document.document_id.isprintable():
        reason = f"the id has {len(document.document_id)} characters"
        findings.append(Finding(source, reason, f"1 to {ID_MAX} characters", column="document_id"))
    if document.document_id.startswith(RESERVED):
        reason, expected = "the id is one of the program's own", "another beginning"
        findings.append(Finding(source, reason, expected, column="document_id"))
    if document.happened_at.tzinfo is None:
        findings.append(
            Finding(source, "the time has no zone", "such as 2026-01-31T12:00:00+06:00",
                    column="happened_at")
        )  # fmt: skip
    elif document.happened_at.date() > ctx.today:
        reason = f"{document.happened_at.date()} is in the future"
        findings.append(Finding(source, reason, f"a day up to {ctx.today}", column="happened_at"))
    if not document.lines.num_rows:
        findings.append(Finding(source, "there are no lines", "a unit or more", column="code"))
    if findings:
        raise InputError(findings)


def _facility(work: Work, document: Document, party: Party, on: date) -> int | None:
    """Return the number of the facility; it is one of the participant's."""
    if document.facility is None:
        return None
    row = participants.find_facility(work.registry, document.facility, on=on)
    if row is None or row.ended or (party.number and row.participant_no != party.number):
        reason = f"{document.facility!r} is no facility of the participant on {on}"
        source = f"document {document.document_id}"
        raise InputError(Finding(source, reason, "one that is registered", column="facility"))
    return row.facility_no


def _content(document: Document) -> bytes:
    """Hash what a document says: two with one id must agree in it."""
    head = [
        document.kind, document.happened_at.isoformat(), document.facility or "",
        document.counterparty or "", document.participant or "",
        *(f"{name}={value}" for name, value in sorted(document.attributes.items())),
    ]  # fmt: skip
    digest = sha256("\x1f".join(head).encode())
    for column in document.lines.combine_chunks().columns:
        for buffer in column.chunk(0).buffers() if column.num_chunks else ():
            digest.update(memoryview(buffer) if buffer is not None else b"\x1e")
    return digest.digest()


def _told(row: DocumentRow, *, created: bool) -> SubmittedDocument:
    return SubmittedDocument(
        document_no=row.document_no,
        document_id=row.document_id,
        kind=row.kind,
        created=created,
        lines=row.lines,
        units=row.units,
        recorded_at=row.recorded_at,
    )
