"""Cases: alerts that are looked into together, step by step, until their outcome is known."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from typing import Any, Literal, get_args

from kazyna.core.errors import Conflict, Finding, InputError, NotFound
from kazyna.services.alerts import (
    Alert,
    Evidence,
    Outcome,
    Severity,
    alert_of,
    outcome_of,
    severity_of,
)
from kazyna.services.context import Context
from kazyna.store import alerts as register
from kazyna.store.connection import Transaction

CaseStatus = Literal["open", "under_review", "closed"]
Step = Literal["assigned", "commented", "closed", "reopened"]
GroupBy = Literal["participant", "subject", "lot", "device"]

CASES_SHOWN = 200
CASE_ALERTS_MAX = 10_000
"""More alerts are no case that one person looks into."""

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


def _cell(value: object) -> object:
    """Write a cell so that no spreadsheet takes what a device sent for a formula."""
    if isinstance(value, datetime):
        return value.isoformat()
    return f"'{value}" if isinstance(value, str) and value[:1] in tuple("=+-@\t\r") else value


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
    alerts = tuple(alert_of(each, shown[each.alert_id]) for each in rows)
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
        outcome=outcome_of(row.outcome),
        opened_on=row.opened_on,
        opened_by=row.opened_by,
        alert_count=row.alerts,
        severity=None if row.severity is None else severity_of(row.severity),
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
        outcome=outcome_of(row.outcome),
        actor=row.actor,
    )


def _case_status(word: str) -> CaseStatus:
    return next(each for each in get_args(CaseStatus) if each == word)
