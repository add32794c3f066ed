"""Capturing EPCIS events: a document is received, kept and worked off; its job tells the outcome.

What is received is on disk before anybody is told so, and is worked off whatever happens to the
program in between. An event is known by its eventID, or by its hash where it has none: sent again
it changes nothing, and another event under the same identifier is refused.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, cast
from uuid import UUID

from kazyna.core.errors import Conflict, Finding, InputError
from kazyna.marking.epcis import Document, Sorted, parse, sort_events
from kazyna.marking.epcis.identifiers import canonical_identifier
from kazyna.marking.epcis.validate import envelope_findings
from kazyna.services.context import Actor, Context, Role
from kazyna.services.epcis_jobs import Behaviour, CaptureJob, errors_of, find_job
from kazyna.services.epcis_operations import Parties, find_parties, perform, seen_by
from kazyna.services.epcis_rows import Captured, captured, rows_of
from kazyna.store import epcis_events, epcis_jobs, epcis_master_data
from kazyna.store.connection import Transaction
from kazyna.store.epcis_jobs import JobRow


@dataclass(frozen=True)
class Received:
    """A document that was read, and is kept until it is worked off."""

    capture_id: str
    document: Document
    sorted: Sorted
    source: str
    behaviour: Behaviour


@dataclass(frozen=True)
class CapturedEvent:
    """One event in the repository."""

    event_id: str
    created: bool
    """Whether it is new; else the same was captured before."""


@dataclass(frozen=True)
class Checked:
    """Events held against what is in the repository."""

    new: list[Captured]
    known: int
    findings: tuple[Finding, ...]
    parties: Parties


def capture(
    ctx: Context, content: bytes, *, source: str, behaviour: Behaviour = "rollback"
) -> CaptureJob:
    """Receive a document and work it off.

    Raises
    ------
    InputError
        Where the document cannot be read, or with `rollback` where any event in it is not valid.
    """
    return work_off(ctx, receive(ctx, content, source=source, behaviour=behaviour))


def receive(ctx: Context, content: bytes, *, source: str, behaviour: Behaviour) -> Received:
    """Read and validate a document, and keep it until it is worked off.

    Raises
    ------
    InputError
        Where the document cannot be read, or with `rollback` where any event in it is not valid;
        nothing is kept then.
    """
    ctx.require("participant", "officer")
    document, events = _read(ctx, content, source, behaviour)
    with ctx.transaction() as tx:
        job_id = epcis_jobs.insert_job(
            tx,
            participant_no=ctx.actor.participant_no,
            source=source,
            error_behaviour=behaviour,
            content=content,
            events=len(document.events),
        )
    return Received(str(job_id), document, events, source, behaviour)


def work_off(ctx: Context, received: Received) -> CaptureJob:
    """Capture the events of a received document; done again, it changes nothing more.

    What events tell of marked goods is done first, under the identifiers of the events: whoever
    is stopped in between finds it done, and records the events all the same.
    """
    ctx.require("participant", "officer")
    pairs = zip(received.sorted.valid, received.sorted.positions, strict=True)
    events = [captured(event, position) for event, position in pairs]
    proceed = received.behaviour == "proceed"
    checked = _checked(ctx, events, received.source)
    if proceed or not checked.findings:
        checked = _performed(ctx, checked, received.source, proceed=proceed)
    findings = (*received.sorted.findings, *checked.findings)
    job_id = UUID(received.capture_id)
    taken = proceed or not findings
    new = checked.new if taken else []
    with ctx.transaction() as tx:
        _record(ctx, tx, new, checked.parties, job_id)
        if taken:
            _record_master_data(ctx, tx, received.document)
        epcis_jobs.finish_job(
            tx,
            job_id,
            success=not findings,
            captured=len(new),
            known=checked.known,
            errors=errors_of(findings),
        )
    return find_job(ctx, received.capture_id)


def capture_event(ctx: Context, content: bytes, *, source: str = "event") -> CapturedEvent:
    """Capture one event at once.

    Raises
    ------
    InputError
        Where it cannot be read, is not valid or is not one event, or the lifecycle refuses it.
    Conflict
        Where another event has its identifier.
    """
    ctx.require("participant", "officer")
    document, events = _read(ctx, content, source, "rollback")
    if len(events.valid) != 1:
        reason = f"the document has {len(events.valid)} events"
        raise InputError(Finding(source, reason, "one; several go to /capture"))
    event = captured(events.valid[0], 0)
    checked = _checked(ctx, [event], source)
    if checked.findings:
        raise Conflict("; ".join(finding.reason for finding in checked.findings))
    checked = _performed(ctx, checked, source, proceed=False)
    if checked.findings:
        raise InputError(checked.findings)
    with ctx.transaction() as tx:
        _record(ctx, tx, checked.new, checked.parties, None)
        _record_master_data(ctx, tx, document)
    return CapturedEvent(event.event_id, created=bool(checked.new))


def resume_jobs(ctx: Context) -> tuple[CaptureJob, ...]:
    """Work off what was received and not finished, such as when the program was stopped.

    Of a participant its own jobs; of an officer all, each in the name of whose it is.
    """
    ctx.require("participant", "officer")
    with ctx.transaction() as tx:
        waiting = epcis_jobs.unfinished_jobs(tx)
        contents = {row.job_id: epcis_jobs.content_of(tx, row.job_id) for row in waiting}
    for row in waiting:
        role: Role = "officer" if row.participant_no is None else "participant"
        actor = Actor(row.actor, role, participant_no=row.participant_no)
        _resume(replace(ctx, actor=actor), row, contents[row.job_id] or b"")
    return tuple(find_job(ctx, str(row.job_id)) for row in waiting)


def _resume(ctx: Context, row: JobRow, content: bytes) -> None:
    behaviour = cast(Behaviour, row.error_behaviour)
    try:
        document, events = _read(ctx, content, row.source, behaviour)
        work_off(ctx, Received(str(row.job_id), document, events, row.source, behaviour))
    except InputError as error:
        # What was right when it came and is not now, such as after a change of the pack.
        with ctx.transaction() as tx:
            epcis_jobs.finish_job(
                tx,
                row.job_id,
                success=False,
                captured=0,
                known=0,
                errors=errors_of(error.findings),
            )


def _read(
    ctx: Context, content: bytes, source: str, behaviour: Behaviour
) -> tuple[Document, Sorted]:
    document = parse(content, source, limits=ctx.epcis_limits)
    events = sort_events(document.events, source)
    findings = envelope_findings(document, source)
    if behaviour == "rollback":
        findings += events.findings
    if findings:
        raise InputError(findings)
    return document, events


def _checked(ctx: Context, events: Sequence[Captured], source: str) -> Checked:
    """Part what is new from what is known, and refuse what contradicts either."""
    ids = list({each.event_id for each in events})
    with ctx.transaction() as tx:
        rows = epcis_events.hashes(tx, ctx.actor.participant_no, ids)
        parties = find_parties(tx, events)
    seen = {(row.event_id, row.declares_error): row.event_hash for row in rows}
    new: list[Captured] = []
    findings: list[Finding] = []
    for each in events:
        if (fault := _contradiction(each, seen)) is not None:
            place = f"eventList[{each.position}].eventID"
            findings.append(Finding(source, *fault, column=place))
        elif each.key not in seen:
            seen[each.key] = each.event_hash
            new.append(each)
    known = len(events) - len(new) - len(findings)
    return Checked(new, known, tuple(findings), parties)


def _performed(ctx: Context, checked: Checked, source: str, *, proceed: bool) -> Checked:
    """Do what events tell of marked goods; what the lifecycle refuses is new no more."""
    done = perform(ctx, checked.new, checked.parties, source=source, proceed=proceed)
    return replace(
        checked,
        new=[each for each in checked.new if each.position not in done.refused],
        findings=checked.findings + done.findings,
    )


def _contradiction(event: Captured, seen: dict[tuple[str, bool], bytes]) -> tuple[str, str] | None:
    """Say why an event cannot stand beside those seen before it, and what could."""
    if seen.get(event.key, event.event_hash) != event.event_hash:
        reason = f"another event is captured under {event.event_id}"
        return reason, "the same event, or an identifier of its own"
    original = seen.get((event.event_id, False), event.event_hash)
    if event.declares_error and original != event.event_hash:
        reason = f"the declaration differs from event {event.event_id}"
        return reason, "the event repeated as it was captured"
    # Of an event that was captured elsewhere the declaration may be all that comes here.
    return None


def _record(
    ctx: Context,
    tx: Transaction,
    events: Sequence[Captured],
    parties: Parties,
    job_id: UUID | None,
) -> None:
    if not events:
        return
    rows = rows_of(events, [seen_by(each, parties) for each in events])
    with epcis_events.staged(tx, rows.events, rows.identifiers, rows.extensions):
        epcis_events.insert_staged(tx, participant_no=ctx.actor.participant_no, job_id=job_id)


def _record_master_data(ctx: Context, tx: Transaction, document: Document) -> None:
    listed = document.header.get("epcisMasterData", {}).get("vocabularyList", ())
    elements: dict[tuple[str, str], dict[str, Any]] = {}
    for vocabulary in listed:
        for element in vocabulary.get("vocabularyElementList", ()):
            name = canonical_identifier(element["id"])
            elements[vocabulary["type"], name] = {
                "vocabulary": vocabulary["type"],
                "identifier": name,
                "attributes": element.get("attributes", []),
                "children": [canonical_identifier(each) for each in element.get("children", ())],
            }
    if elements:
        epcis_master_data.upsert_master_data(tx, ctx.actor.participant_no, list(elements.values()))
