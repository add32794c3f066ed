"""Alerts about marked goods: raised once, gathered into cases, looked into and closed."""

import csv
import io
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import date, datetime
from hashlib import sha256
from typing import Any, Literal, get_args

from kazyna.core.errors import Conflict, Finding, InputError, NotFound
from kazyna.core.text import Text
from kazyna.services.context import Context
from kazyna.store import alerts as register
from kazyna.store.connection import Transaction

Severity = Literal["low", "medium", "high", "critical"]
SubjectKind = Literal["code", "package", "lot", "device", "participant"]
Source = Literal["event", "scan", "document"]
AlertStatus = Literal["new", "open", "under_review", "closed"]
CaseStatus = Literal["open", "under_review", "closed"]
Outcome = Literal["fraud", "mistake_of_participant", "false_alert", "not_proved"]
Step = Literal["assigned", "commented", "closed", "reopened"]
GroupBy = Literal["participant", "subject", "lot", "device"]

ALERTS_SHOWN, ALERTS_MAX = 100, 1_000
CASES_SHOWN = 200
CASE_ALERTS_MAX = 10_000
"""More alerts are no case that one person looks into."""


@dataclass(frozen=True)
class Evidence:
    """One event, scan or document that shows what an alert says."""

    source: Source
    reference: str
    """The number of the event or scan, or the name of the document."""
    kind: str
    happened_at: datetime | None = None
    participant: str | None = None
    facility: str | None = None
    device: str | None = None
    document: str | None = None
    lon: float | None = None
    lat: float | None = None


@dataclass(frozen=True)
class NewAlert:
    """What a rule found."""

    rule: str
    severity: Severity
    title: Text
    """What the rule looks for."""
    reason: Text
    """What it found here."""
    subject_kind: SubjectKind
    subject: str
    happened_at: datetime
    evidence: tuple[Evidence, ...]
    gtin: str | None = None
    lot: str | None = None
    participant: str | None = None
    facility: str | None = None
    device: str | None = None
    key: str | None = None
    """The same finding has the same key; without one, the key is of the subject and evidence."""


@dataclass(frozen=True)
class RaisedAlerts:
    """How many alerts were given, and the numbers of those that were new."""

    given: int
    created: tuple[int, ...]


@dataclass(frozen=True)
class Alert:
    """One alert with its evidence."""

    alert_id: int
    rule: str
    severity: Severity
    title: Text
    reason: Text
    subject_kind: SubjectKind
    subject: str
    gtin: str | None
    lot: str | None
    participant: str | None
    facility: str | None
    device: str | None
    happened_at: datetime
    raised_on: date
    raised_by: str
    status: AlertStatus
    case_id: int | None
    outcome: Outcome | None
    evidence_count: int
    evidence: tuple[Evidence, ...]
    """Left out of lists."""


@dataclass(frozen=True)
class AlertFilter:
    """Which alerts are wanted; what is not given does not matter."""

    rule: str | None = None
    severity: Severity | None = None
    status: AlertStatus | None = None
    participant: str | None = None
    subject: str | None = None
    gtin: str | None = None
    lot: str | None = None
    before: int | None = None
    """Only alerts of smaller numbers: for the next page."""


@dataclass(frozen=True)
class RuleCount:
    """How many alerts a rule raised, and how many nobody has taken up."""

    rule: str
    title: Text
    severity: Severity
    alerts: int
    new: int


@dataclass(frozen=True)
class CaseEvent:
    """One step of a case."""

    kind: Step
    status: CaseStatus
    on: date
    note: str
    assignee: str | None
    outcome: Outcome | None
    actor: str


@dataclass(frozen=True)
class AlertCase:
    """Alerts that are looked into together."""

    case_id: int
    title: str
    status: CaseStatus
    assignee: str | None
    outcome: Outcome | None
    opened_on: date
    opened_by: str
    alert_count: int
    severity: Severity | None
    alerts: tuple[Alert, ...] = field(default=())
    """With their evidence; left out of lists."""
    events: tuple[CaseEvent, ...] = field(default=())


@dataclass(frozen=True)
class GroupedAlerts:
    """The cases that were opened for alerts about the same."""

    cases: tuple[AlertCase, ...]
    alerts: int


def raise_alerts(ctx: Context, alerts: Sequence[NewAlert]) -> RaisedAlerts:
    """Record alerts; one that stands already, by its rule and key, stays as it is.

    Raises
    ------
    InputError
        When an alert has no evidence or no subject.
    """
    ctx.require("officer", "participant")
    with ctx.transaction() as tx:
        return record_alerts(tx, alerts, on=ctx.today)


def record_alerts(tx: Transaction, alerts: Sequence[NewAlert], *, on: date) -> RaisedAlerts:
    """Record alerts in the transaction of another service, as `raise_alerts` does."""
    findings = [
        Finding("alerts", f"{alert.rule}: nothing shows it", "evidence of it", row=number)
        for number, alert in enumerate(alerts, 1)
        if not alert.evidence
    ]
    if findings:
        raise InputError(findings)
    created = register.raise_alerts(tx, [_written(alert, on) for alert in alerts])
    return RaisedAlerts(len(alerts), tuple(created))


def list_alerts(
    ctx: Context, wanted: AlertFilter | None = None, *, limit: int = ALERTS_SHOWN
) -> tuple[Alert, ...]:
    """Return alerts without their evidence, the latest first."""
    ctx.require("officer", "auditor")
    with ctx.transaction() as tx:
        rows = register.find_alerts(
            tx, asdict(wanted or AlertFilter()), limit=min(limit, ALERTS_MAX)
        )
    return tuple(_alert(row) for row in rows)


def find_alert(ctx: Context, alert_id: int) -> Alert:
    """Return one alert with its evidence."""
    ctx.require("officer", "auditor")
    with ctx.transaction() as tx:
        row = register.find_alert(tx, alert_id)
        if row is None:
            raise NotFound(f"No alert has the number {alert_id}.")
        return _alert(row, register.evidence_of(tx, [alert_id]))


def count_alerts(ctx: Context) -> tuple[RuleCount, ...]:
    """Count alerts by rule, the gravest first."""
    ctx.require("officer", "auditor")
    with ctx.transaction() as tx:
        rows = register.count_by_rule(tx)
    return tuple(
        RuleCount(row.rule, Text(**row.title), _severity(row.severity), row.alerts, row.new)
        for row in rows
    )


def open_case(ctx: Context, alert_ids: Sequence[int], *, title: str) -> AlertCase:
    """Open a case for alerts that are in none.

    Raises
    ------
    InputError
        When no alert or no title is given.
    NotFound
        When there is no such alert.
    Conflict
        When an alert is in a case already.
    """
    ctx.require("officer")
    _require_text(title, "title", "what the case is about")
    with ctx.transaction() as tx:
        case_id = register.insert_case(tx, title=title.strip(), on=ctx.today)
        _add(tx, ctx, case_id, alert_ids)
        return _case(tx, case_id)


def add_to_case(ctx: Context, case_id: int, alert_ids: Sequence[int]) -> AlertCase:
    """Put more alerts into a case that is not closed."""
    ctx.require("officer")
    with ctx.transaction() as tx:
        if _found(tx, case_id).status == "closed":
            raise Conflict(f"Case {case_id} is closed; reopen it first.")
        _add(tx, ctx, case_id, alert_ids)
        return _case(tx, case_id)


def group_alerts(ctx: Context, *, by: GroupBy, at_least: int = 2) -> GroupedAlerts:
    """Open a case for each participant, subject, lot or device with several new alerts.

    Parameters
    ----------
    ctx
        An officer.
    by
        What the alerts of a case have in common.
    at_least
        So many alerts make a case.
    """
    ctx.require("officer")
    if at_least < 1:
        raise InputError(Finding("alerts", f"{at_least} alerts are no group", "1 or more"))
    with ctx.transaction() as tx:
        opened = []
        for group in register.groups_of_new(tx, by=by, at_least=at_least):
            title = group.key if by == "subject" else f"{by} {group.key}"
            case_id = register.insert_case(tx, title=title, on=ctx.today)
            register.add_to_case(tx, case_id, group.alert_ids[:CASE_ALERTS_MAX], on=ctx.today)
            opened.append(_summary(_found(tx, case_id)))
    return GroupedAlerts(tuple(opened), sum(case.alert_count for case in opened))


def assign_case(ctx: Context, case_id: int, *, assignee: str, note: str = "") -> AlertCase:
    """Give a case to somebody, who then looks into it."""
    _require_text(assignee, "assignee", "the name of who looks into it")
    return _step(ctx, case_id, "assigned", note=note, assignee=assignee.strip())


def comment_on_case(ctx: Context, case_id: int, *, note: str) -> AlertCase:
    """Write something down in a case."""
    _require_text(note, "note", "what is to be written down")
    return _step(ctx, case_id, "commented", note=note)


def close_case(ctx: Context, case_id: int, *, outcome: Outcome, note: str) -> AlertCase:
    """Close a case that was looked into, with what was found.

    Raises
    ------
    InputError
        When no reason is given.
    Conflict
        When nobody looks into the case, or it is closed already.
    """
    _require_text(note, "note", "the reason of the outcome")
    return _step(ctx, case_id, "closed", note=note, outcome=outcome)


def reopen_case(ctx: Context, case_id: int, *, note: str) -> AlertCase:
    """Look into a closed case again; its outcome is open again."""
    _require_text(note, "note", "why it is looked into again")
    return _step(ctx, case_id, "reopened", note=note)


def find_case(ctx: Context, case_id: int) -> AlertCase:
    """Return one case with its alerts, their evidence and its steps: the evidence pack."""
    ctx.require("officer", "auditor")
    with ctx.transaction() as tx:
        return _case(tx, case_id)


def list_cases(ctx: Context, *, status: CaseStatus | None = None) -> tuple[AlertCase, ...]:
    """Return cases without their alerts, those not closed and the gravest first."""
    ctx.require("officer", "auditor")
    with ctx.transaction() as tx:
        return tuple(
            _summary(row) for row in register.find_cases(tx, status=status, limit=CASES_SHOWN)
        )


def case_evidence_csv(ctx: Context, case_id: int) -> str:
    """Write the evidence of a case for a spreadsheet, a row an event, each with its alert."""
    case = find_case(ctx, case_id)
    names = [each.name for each in fields(Evidence)]
    sheet = io.StringIO()
    writer = csv.writer(sheet)
    writer.writerow(["case", "alert", "rule", "severity", "subject", "reason", *names])
    for alert in case.alerts:
        about = (case_id, alert.alert_id, alert.rule, alert.severity, alert.subject)
        reason = alert.reason.in_(ctx.language)
        for item in alert.evidence:
            cells = (*about, reason, *(getattr(item, name) for name in names))
            writer.writerow(map(_cell, cells))
    return sheet.getvalue()


MOVES: dict[tuple[Step, str], CaseStatus] = {
    ("assigned", "open"): "under_review",
    ("assigned", "under_review"): "under_review",
    ("commented", "open"): "open",
    ("commented", "under_review"): "under_review",
    ("commented", "closed"): "closed",
    ("closed", "under_review"): "closed",
    ("reopened", "closed"): "under_review",
}
"""The state a step leads to; the database has the same table and checks it again."""


def _step(
    ctx: Context,
    case_id: int,
    kind: Step,
    *,
    note: str,
    assignee: str | None = None,
    outcome: Outcome | None = None,
) -> AlertCase:
    ctx.require("officer")
    with ctx.transaction() as tx:
        row = _found(tx, case_id)
        to_status = MOVES.get((kind, row.status))
        if to_status is None:
            words = row.status.replace("_", " ")
            raise Conflict(f"Case {case_id} is {words}: it cannot be {kind}.")
        event: dict[str, Any] = {
            "kind": kind,
            "to_status": to_status,
            "on": ctx.today,
            "note": note.strip(),
            "assignee": assignee,
            "outcome": outcome,
        }
        register.insert_case_event(tx, row, event)
        return _case(tx, case_id)


def _add(tx: Transaction, ctx: Context, case_id: int, alert_ids: Sequence[int]) -> None:
    wanted = sorted(set(alert_ids))
    if not 1 <= len(wanted) <= CASE_ALERTS_MAX:
        reason = f"{len(wanted)} alerts are given"
        raise InputError(Finding("case", reason, f"1 to {CASE_ALERTS_MAX} alerts", column="alerts"))
    added = register.add_to_case(tx, case_id, wanted, on=ctx.today)
    if len(added) == len(wanted):
        return
    left = next(number for number in wanted if number not in set(added))
    row = register.find_alert(tx, left)
    if row is None:
        raise NotFound(f"No alert has the number {left}.")
    raise Conflict(f"Alert {left} is in case {row.case_id} already.")


def _require_text(text: str, column: str, expected: str) -> None:
    if not text.strip():
        raise InputError(Finding("case", "nothing is written", expected, column=column))


def _written(alert: NewAlert, on: date) -> dict[str, Any]:
    """Write an alert as the register takes it."""
    fields = {
        name: getattr(alert, name)
        for name in (
            "rule", "severity", "subject_kind", "subject", "gtin", "lot", "participant",
            "facility", "device",
        )
    }  # fmt: skip
    return fields | {
        "evidence_key": alert.key or _key(alert),
        "title": asdict(alert.title),
        "reason": asdict(alert.reason),
        "happened_at": alert.happened_at.isoformat(),
        "raised_on": on.isoformat(),
        "evidence": [
            asdict(item) | {"happened_at": item.happened_at and item.happened_at.isoformat()}
            for item in alert.evidence
        ],
    }


def _cell(value: object) -> object:
    """Write a cell so that no spreadsheet takes what a device sent for a formula."""
    if isinstance(value, datetime):
        return value.isoformat()
    return f"'{value}" if isinstance(value, str) and value[:1] in tuple("=+-@\t\r") else value


def _key(alert: NewAlert) -> str:
    named = sorted(f"{item.source}:{item.reference}" for item in alert.evidence)
    return sha256("\0".join([alert.subject_kind, alert.subject, *named]).encode()).hexdigest()


def _found(tx: Transaction, case_id: int) -> register.CaseRow:
    row = register.find_case(tx, case_id)
    if row is None:
        raise NotFound(f"No case has the number {case_id}.")
    return row


def _case(tx: Transaction, case_id: int) -> AlertCase:
    row = _found(tx, case_id)
    wanted: dict[str, Any] = {"case_id": case_id}
    rows = register.find_alerts(tx, wanted, limit=CASE_ALERTS_MAX)
    shown: dict[int, list[register.EvidenceRow]] = {each.alert_id: [] for each in rows}
    for proof in register.evidence_of(tx, list(shown)):
        shown[proof.alert_id].append(proof)
    alerts = tuple(_alert(each, shown[each.alert_id]) for each in rows)
    events = tuple(_event(event) for event in register.case_events(tx, case_id))
    return _summary(row, alerts, events)


def _summary(
    row: register.CaseRow, alerts: tuple[Alert, ...] = (), events: tuple[CaseEvent, ...] = ()
) -> AlertCase:
    return AlertCase(
        case_id=row.case_id,
        title=row.title,
        status=_case_status(row.status),
        assignee=row.assignee,
        outcome=_outcome(row.outcome),
        opened_on=row.opened_on,
        opened_by=row.opened_by,
        alert_count=row.alerts,
        severity=None if row.severity is None else _severity(row.severity),
        alerts=alerts,
        events=events,
    )


def _event(row: register.CaseEventRow) -> CaseEvent:
    return CaseEvent(
        kind=next(each for each in get_args(Step) if each == row.kind),
        status=_case_status(row.to_status),
        on=row.happened_on,
        note=row.note,
        assignee=row.assignee,
        outcome=_outcome(row.outcome),
        actor=row.actor,
    )


def _alert(row: register.AlertRow, evidence: Sequence[register.EvidenceRow] = ()) -> Alert:
    return Alert(
        alert_id=row.alert_id,
        rule=row.rule,
        severity=_severity(row.severity),
        title=Text(**row.title),
        reason=Text(**row.reason),
        subject_kind=next(each for each in get_args(SubjectKind) if each == row.subject_kind),
        subject=row.subject,
        gtin=row.gtin,
        lot=row.lot,
        participant=row.participant,
        facility=row.facility,
        device=row.device,
        happened_at=row.happened_at,
        raised_on=row.raised_on,
        raised_by=row.raised_by,
        status=next(each for each in get_args(AlertStatus) if each == row.status),
        case_id=row.case_id,
        outcome=_outcome(row.outcome),
        evidence_count=row.evidence_count,
        evidence=tuple(_evidence(item) for item in evidence),
    )


def _evidence(row: register.EvidenceRow) -> Evidence:
    return Evidence(
        source=next(each for each in get_args(Source) if each == row.source),
        reference=row.reference,
        kind=row.kind,
        happened_at=row.happened_at,
        participant=row.participant,
        facility=row.facility,
        device=row.device,
        document=row.document,
        lon=row.lon,
        lat=row.lat,
    )


def _severity(word: str) -> Severity:
    return next(each for each in get_args(Severity) if each == word)


def _case_status(word: str) -> CaseStatus:
    return next(each for each in get_args(CaseStatus) if each == word)


def _outcome(word: str | None) -> Outcome | None:
    return next((each for each in get_args(Outcome) if each == word), None)
