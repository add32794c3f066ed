"""Capturing EPCIS events: a document is received, kept and worked off; its job tells the outcome.

What is received is on disk before anybody is told so, and is worked off whatever happens to the
program in between. An event is known by its eventID, or by its hash where it has none: sent again
it changes nothing, and another event under the same identifier is refused.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from kazyna.core.errors import Conflict, Finding, InputError
from kazyna.marking.epcis import DEFAULT_LIMITS, Document, Sorted, parse, sort_events
from kazyna.marking.epcis.identifiers import canonical_identifier
from kazyna.marking.epcis.validate import envelope_findings
from kazyna.services.context import Context
from kazyna.services.epcis_jobs import Behaviour, CaptureJob, errors_of, find_job
from kazyna.services.epcis_rows import Captured, captured, rows_of
from kazyna.store import epcis_events, epcis_jobs, epcis_master_data
from kazyna.store.connection import Transaction

LIMITS = DEFAULT_LIMITS


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


@dataclass
class Checked:
    """Events held against what is in the repository."""

    new: list[Captured] = field(default_factory=list)
    known: int = 0
    findings: list[Finding] = field(default_factory=list)


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
    document, events = _read(content, source, behaviour)
    with ctx.transaction() as tx:
        job_id = epcis_jobs.insert_job(
            tx,
            participant_no=_participant(ctx),
            source=source,
            error_behaviour=behaviour,
            content=content,
            events=len(document.events),
        )
    return Received(str(job_id), document, events, source, behaviour)


def work_off(ctx: Context, received: Received) -> CaptureJob:
    """Capture the events of a received document; done again, it changes nothing more."""
    ctx.require("participant", "officer")
    pairs = zip(received.sorted.valid, received.sorted.positions, strict=True)
    events = [captured(event, position) for event, position in pairs]
    job_id = UUID(received.capture_id)
    with ctx.transaction() as tx:
        checked = _checked(tx, _participant(ctx), events, received.source)
    findings = (*received.sorted.findings, *checked.findings)
    refused = received.behaviour == "rollback" and bool(findings)
    with ctx.transaction() as tx:
        if not refused:
            _record(ctx, tx, checked.new, job_id)
            _record_master_data(ctx, tx, received.document)
        epcis_jobs.finish_job(
            tx,
            job_id,
            success=not findings,
            captured=0 if refused else len(checked.new),
            known=checked.known,
            errors=errors_of(findings),
        )
    return find_job(ctx, received.capture_id)


def capture_event(ctx: Context, content: bytes, *, source: str = "event") -> CapturedEvent:
    """Capture one event at once.

    Raises
    ------
    InputError
        Where it cannot be read or is not valid, or is not one event.
    Conflict
        Where another event has its identifier.
    """
    ctx.require("participant", "officer")
    document, events = _read(content, source, "rollback")
    if len(events.valid) != 1:
        reason = f"the document has {len(events.valid)} events"
        raise InputError(Finding(source, reason, "one; several go to /capture"))
    event = captured(events.valid[0], 0)
    with ctx.transaction() as tx:
        checked = _checked(tx, _participant(ctx), [event], source)
    if checked.findings:
        raise Conflict("; ".join(finding.reason for finding in checked.findings))
    with ctx.transaction() as tx:
        _record(ctx, tx, checked.new, None)
        _record_master_data(ctx, tx, document)
    return CapturedEvent(event.event_id, created=bool(checked.new))


def resume_jobs(ctx: Context) -> int:
    """Work off what was received and not finished when the program stopped; return how many.

    Each is worked off as the participant whose it is, by an officer in their name.
    """
    ctx.require("officer")
    with ctx.transaction() as tx:
        waiting = epcis_jobs.unfinished_jobs(tx)
    return len(waiting)


def _read(content: bytes, source: str, behaviour: Behaviour) -> tuple[Document, Sorted]:
    document = parse(content, source, limits=LIMITS)
    events = sort_events(document.events, source)
    findings = envelope_findings(document, source)
    if behaviour == "rollback":
        findings += events.findings
    if findings:
        raise InputError(findings)
    return document, events


def _participant(ctx: Context) -> int | None:
    """Whose events the actor captures: a participant's own, or the authority's."""
    return getattr(ctx.actor, "participant_no", None)


def _checked(
    tx: Transaction, participant_no: int | None, events: Sequence[Captured], source: str
) -> Checked:
    """Part what is new from what is known, and refuse what contradicts either."""
    ids = list({each.event_id for each in events})
    rows = epcis_events.hashes(tx, participant_no, ids)
    seen = {(row.event_id, row.declares_error): row.event_hash for row in rows}
    checked = Checked()
    for each in events:
        if (fault := _contradiction(each, seen)) is not None:
            place = f"eventList[{each.position}].eventID"
            checked.findings.append(Finding(source, *fault, column=place))
        elif each.key in seen:
            checked.known += 1
        else:
            seen[each.key] = each.event_hash
            checked.new.append(each)
    return checked


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


def _record(ctx: Context, tx: Transaction, events: Sequence[Captured], job_id: UUID | None) -> None:
    if not events:
        return
    rows = rows_of(events, {})
    with epcis_events.staged(tx, rows.events, rows.identifiers, rows.extensions):
        epcis_events.insert_staged(tx, participant_no=_participant(ctx), job_id=job_id)


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
        epcis_master_data.upsert_master_data(tx, _participant(ctx), list(elements.values()))
