"""What an inspector sees of a code and does about it: its history, a block, a report."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from kazyna.core.errors import Finding, InputError
from kazyna.core.text import Text
from kazyna.marking.verification import Answer, judge
from kazyna.services.alerts import Evidence, NewAlert, raise_alerts
from kazyna.services.code_standing import CodeState, code_law, look_up_one
from kazyna.services.context import Context
from kazyna.services.marking_documents import Document, SubmittedDocument, lines_of, submit
from kazyna.services.scan_log import scan_log
from kazyna.services.verification import Place, record_scans, standing_of
from kazyna.store import inspection, scans
from kazyna.store.scans import ScanRow

HISTORY_MAX = 200
Measure = Literal["block", "quarantine", "unblock", "detain", "seize", "destroy"]
REASONS: Mapping[Measure, str] = {"seize": "seized", "destroy": "destroyed"}
"""Where the lifecycle has a word for the reason; what the inspector writes is then a note."""
MEASURES_SHOWN = 50
FINDING = Text("An inspector's finding", "Находка инспектора", "Текшерүүчүнүн тапканы")


@dataclass(frozen=True)
class CodeEvent:
    """One document that moved the unit."""

    document_no: int
    kind: str
    label: Text
    happened_at: datetime
    recorded_at: datetime
    participant: str | None
    counterparty: str | None
    facility: str | None
    document_id: str
    reason: str | None


@dataclass(frozen=True)
class Inspected:
    """All that the register has of a code."""

    state: CodeState
    answer: Answer
    events: tuple[CodeEvent, ...]
    scans: tuple[ScanRow, ...]


@dataclass(frozen=True)
class TakenMeasure:
    """One document of the authority."""

    document_no: int
    label: Text
    happened_at: datetime
    by: str
    protocol: str | None
    units: int


@dataclass(frozen=True)
class Reported:
    """A finding that was reported."""

    alert_id: int | None
    """None where the same finding was reported before."""
    subject: str


def inspect_code(ctx: Context, text: str, place: Place | None = None) -> Inspected:
    """Show what a code is, what happened to its unit, and who scanned it when."""
    ctx.require("officer", "auditor")
    lifecycle, _ = code_law(ctx)
    state = look_up_one(ctx, text)
    answer = judge(standing_of(state), lifecycle, ctx.today)
    record_scans(
        ctx, [state], [answer], "inspector", place, devices=[place.device if place else None]
    )
    if state.batch is None or state.index is None:
        return Inspected(state, answer, (), ())
    scan_log(ctx.database).flush()
    with ctx.transaction() as tx:
        rows = inspection.events_of(tx, state.batch, state.index, limit=HISTORY_MAX)
        seen = scans.scans_of(tx, state.batch, state.index, limit=HISTORY_MAX)
    events = tuple(
        CodeEvent(
            row.document_no, row.kind, lifecycle.operations[row.kind].label, row.happened_at,
            row.recorded_at, row.participant, row.counterparty, row.facility, row.document_id,
            row.reason,
        )
        for row in rows
    )  # fmt: skip
    return Inspected(state, answer, events, tuple(seen))


def take_measure(
    ctx: Context, text: str, *, measure: Measure, reason: str, document_id: str, protocol: str = ""
) -> SubmittedDocument:
    """Act on a unit, or on a package with all that is in it, for the authority.

    Blocks it, puts it in quarantine, takes it into custody, releases it, seizes or destroys it.
    Custody and destruction need the number of their protocol or act.

    Raises
    ------
    InputError
        When the lifecycle does not allow it, line by line.
    """
    ctx.require("officer")
    return submit(
        ctx,
        Document(
            kind=measure,
            document_id=document_id,
            happened_at=ctx.now(),
            lines=lines_of([text]),
            attributes=_attributes(measure, reason, protocol),
        ),
    )


def recent_measures(ctx: Context) -> tuple[TakenMeasure, ...]:
    """Return what the authority did to goods, the latest first: the chain of custody."""
    ctx.require("officer", "auditor")
    lifecycle, _ = code_law(ctx)
    with ctx.transaction() as tx:
        rows = inspection.measures(tx, get_args(Measure), limit=MEASURES_SHOWN)
    return tuple(
        TakenMeasure(
            row.document_no, lifecycle.operations[row.kind].label, row.happened_at,
            row.recorded_by, row.protocol, row.units,
        )
        for row in rows
    )  # fmt: skip


def _attributes(measure: Measure, reason: str, protocol: str) -> dict[str, str]:
    word = REASONS.get(measure)
    told = {"reason": word, "note": reason} if word else {"reason": reason}
    return told | ({"protocol": protocol} if protocol else {})


def report_finding(ctx: Context, text: str, *, note: str, place: Place | None = None) -> Reported:
    """Report what was found of a code, forged ones too: an alert that a case takes up."""
    ctx.require("officer")
    if not note.strip():
        raise InputError(Finding("note", "it is empty", "what was seen, and where"))
    state = look_up_one(ctx, text)
    subject = state.name or state.text[:100]
    moment = ctx.now()
    alert = NewAlert(
        rule="inspector_finding",
        severity="high" if state.verdict == "wrong_tail" else "medium",
        title=FINDING,
        reason=Text(note, note, note),
        subject_kind="code",
        subject=subject,
        happened_at=moment,
        evidence=(
            Evidence(
                "scan", f"inspector {ctx.actor.name}", "scan", moment,
                device=place.device if place else None,
                lon=place.lon if place else None, lat=place.lat if place else None,
            ),
        ),
        gtin=state.gtin,
        lot=state.lot,
        participant=state.holder,
        key=f"{ctx.actor.name}:{ctx.today}:{subject}"[:200],
    )  # fmt: skip
    created = raise_alerts(ctx, [alert]).created
    return Reported(created[0] if created else None, subject)
