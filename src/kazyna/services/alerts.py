"""Alerts about marked goods: raised once, with the evidence that shows what they say."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any, Literal, get_args

from kazyna.core.errors import Finding, InputError, NotFound
from kazyna.core.text import Text
from kazyna.services.context import Context
from kazyna.store import alerts as register
from kazyna.store.connection import Transaction

Severity = Literal["low", "medium", "high", "critical"]
SubjectKind = Literal["code", "package", "lot", "device", "participant"]
Source = Literal["event", "scan", "document"]
AlertStatus = Literal["new", "open", "under_review", "closed"]
Outcome = Literal["fraud", "mistake_of_participant", "false_alert", "not_proved"]

ALERTS_SHOWN, ALERTS_MAX = 100, 1_000


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
    return tuple(alert_of(row) for row in rows)


def find_alert(ctx: Context, alert_id: int) -> Alert:
    """Return one alert with its evidence."""
    ctx.require("officer", "auditor")
    with ctx.transaction() as tx:
        row = register.find_alert(tx, alert_id)
        if row is None:
            raise NotFound(f"No alert has the number {alert_id}.")
        return alert_of(row, register.evidence_of(tx, [alert_id]))


def count_alerts(ctx: Context) -> tuple[RuleCount, ...]:
    """Count alerts by rule, the gravest first."""
    ctx.require("officer", "auditor")
    with ctx.transaction() as tx:
        rows = register.count_by_rule(tx)
    return tuple(
        RuleCount(row.rule, Text(**row.title), severity_of(row.severity), row.alerts, row.new)
        for row in rows
    )


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


def _key(alert: NewAlert) -> str:
    named = sorted(f"{item.source}:{item.reference}" for item in alert.evidence)
    return sha256("\0".join([alert.subject_kind, alert.subject, *named]).encode()).hexdigest()


def alert_of(row: register.AlertRow, evidence: Sequence[register.EvidenceRow] = ()) -> Alert:
    """Tell of a recorded alert."""
    return Alert(
        alert_id=row.alert_id,
        rule=row.rule,
        severity=severity_of(row.severity),
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
        outcome=outcome_of(row.outcome),
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


def severity_of(word: str) -> Severity:
    """Return how grave something is, by its word in the register."""
    return next(each for each in get_args(Severity) if each == word)


def outcome_of(word: str | None) -> Outcome | None:
    """Return what was found out, by its word in the register."""
    return next((each for each in get_args(Outcome) if each == word), None)
