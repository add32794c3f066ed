"""Alerts about marked goods and the cases in which they are looked into."""

from dataclasses import asdict, dataclass
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response
from pydantic import Field

from kazyna.api.arguments import ENTRY_MAX, LINE, PREFIX, Paragraph, Strict, Word
from kazyna.api.errors import documented
from kazyna.api.sign_in import Caller
from kazyna.services import alert_cases, alerts
from kazyna.services.detection import LogDetected, detect_in_log

router = APIRouter(prefix=f"{PREFIX}/alerts", tags=["alerts"])

AlertId = Annotated[int, Path(ge=1, le=ENTRY_MAX, description="Number of the alert.")]
CaseId = Annotated[int, Path(ge=1, le=ENTRY_MAX, description="Number of the case.")]
Numbers = Annotated[
    list[Annotated[int, Field(ge=1, le=ENTRY_MAX)]],
    Field(min_length=1, max_length=alert_cases.CASE_ALERTS_MAX),
]
Line = Annotated[str | None, Query(max_length=200, pattern=LINE)]
BY_ROLE = documented(HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)
MOVING = documented(HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT)


@dataclass(frozen=True)
class Wanted:
    """Which alerts are asked for; what is not given does not matter."""

    rule: Line = None
    severity: alerts.Severity | None = None
    status: alerts.AlertStatus | None = None
    participant: Line = None
    subject: Line = None
    gtin: Line = None
    lot: Line = None
    before: Annotated[
        int | None, Query(ge=1, le=ENTRY_MAX, description="Only smaller numbers.")
    ] = None


@dataclass(frozen=True)
class NewCase(Strict):
    """Alerts to be looked into together."""

    title: Word
    alerts: Numbers


@dataclass(frozen=True)
class MoreAlerts(Strict):
    """Alerts that belong to a case."""

    alerts: Numbers


@dataclass(frozen=True)
class NewGroups(Strict):
    """What the alerts of a case have in common, and how many make one."""

    by: alert_cases.GroupBy
    at_least: Annotated[int, Field(ge=1, le=alert_cases.CASE_ALERTS_MAX)] = 2


@dataclass(frozen=True)
class Assignment(Strict):
    """Who looks into a case."""

    assignee: Word
    note: Annotated[str, Field(max_length=4_000, pattern=r"^[^\x00]*$")] = ""


@dataclass(frozen=True)
class Comment(Strict):
    """What is written down in a case."""

    note: Paragraph


@dataclass(frozen=True)
class Closing(Strict):
    """What was found, and why."""

    outcome: alerts.Outcome
    note: Paragraph


@router.get("", responses=BY_ROLE)
def list_alerts(
    ctx: Caller,
    wanted: Annotated[Wanted, Depends()],
    limit: Annotated[int, Query(ge=1, le=alerts.ALERTS_MAX)] = alerts.ALERTS_SHOWN,
) -> list[alerts.Alert]:
    """Return alerts that fit every filter, the latest first, without their evidence."""
    return list(alerts.list_alerts(ctx, alerts.AlertFilter(**asdict(wanted)), limit=limit))


@router.get("/rules", responses=BY_ROLE)
def count_alerts(ctx: Caller) -> list[alerts.RuleCount]:
    """Count alerts by rule, the gravest first."""
    return list(alerts.count_alerts(ctx))


@router.get("/cases", responses=BY_ROLE)
def list_cases(
    ctx: Caller, status: alert_cases.CaseStatus | None = None
) -> list[alert_cases.AlertCase]:
    """Return cases without their alerts, those not closed and the gravest first."""
    return list(alert_cases.list_cases(ctx, status=status))


@router.post("/cases", status_code=HTTPStatus.CREATED, responses=MOVING)
def open_case(ctx: Caller, new: NewCase) -> alert_cases.AlertCase:
    """Open a case for alerts that are in none."""
    return alert_cases.open_case(ctx, new.alerts, title=new.title)


@router.post("/groups", status_code=HTTPStatus.CREATED, responses=MOVING)
def group_alerts(ctx: Caller, new: NewGroups) -> alert_cases.GroupedAlerts:
    """Open a case for each participant, subject, lot or device with several new alerts."""
    return alert_cases.group_alerts(ctx, by=new.by, at_least=new.at_least)


@router.get("/cases/{case_id}", responses=BY_ROLE)
def find_case(ctx: Caller, case_id: CaseId) -> alert_cases.AlertCase:
    """Return a case with its alerts, their evidence and its steps: the evidence pack."""
    return alert_cases.find_case(ctx, case_id)


@router.get(
    "/cases/{case_id}/evidence.csv",
    response_class=Response,
    responses=BY_ROLE | {HTTPStatus.OK: {"content": {"text/csv": {}}}},
)
def evidence_of_case(ctx: Caller, case_id: CaseId) -> Response:
    """Return the evidence of a case, a row an event, for a spreadsheet."""
    name = f'attachment; filename="case-{case_id}.csv"'
    text = alert_cases.case_evidence_csv(ctx, case_id)
    return Response(text, media_type="text/csv", headers={"Content-Disposition": name})


@router.post("/cases/{case_id}/alerts", responses=MOVING)
def add_to_case(ctx: Caller, case_id: CaseId, more: MoreAlerts) -> alert_cases.AlertCase:
    """Put more alerts into a case that is not closed."""
    return alert_cases.add_to_case(ctx, case_id, more.alerts)


@router.post("/cases/{case_id}/assignment", responses=MOVING)
def assign_case(ctx: Caller, case_id: CaseId, new: Assignment) -> alert_cases.AlertCase:
    """Give a case to somebody, who then looks into it."""
    return alert_cases.assign_case(ctx, case_id, assignee=new.assignee, note=new.note)


@router.post("/cases/{case_id}/comments", responses=MOVING)
def comment_on_case(ctx: Caller, case_id: CaseId, new: Comment) -> alert_cases.AlertCase:
    """Write something down in a case."""
    return alert_cases.comment_on_case(ctx, case_id, note=new.note)


@router.post("/cases/{case_id}/closing", responses=MOVING)
def close_case(ctx: Caller, case_id: CaseId, new: Closing) -> alert_cases.AlertCase:
    """Close a case that was looked into, with what was found."""
    return alert_cases.close_case(ctx, case_id, outcome=new.outcome, note=new.note)


@router.post("/cases/{case_id}/reopening", responses=MOVING)
def reopen_case(ctx: Caller, case_id: CaseId, new: Comment) -> alert_cases.AlertCase:
    """Look into a closed case again."""
    return alert_cases.reopen_case(ctx, case_id, note=new.note)


@router.post("/detection", responses=MOVING)
def detect(ctx: Caller, rule: Line = None) -> LogDetected:
    """Run all rules, or one, over the log of marking and the scans; raise what is new."""
    return detect_in_log(ctx, rules=(rule,) if rule else ())


@router.get("/{alert_id}", responses=BY_ROLE)
def find_alert(ctx: Caller, alert_id: AlertId) -> alerts.Alert:
    """Return one alert with its evidence."""
    return alerts.find_alert(ctx, alert_id)
