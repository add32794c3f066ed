"""Alerts about marked goods: the list, one alert, cases and what is done with them."""

from collections.abc import Iterable
from functools import partial
from http import HTTPStatus
from typing import Annotated, get_args

from fastapi import APIRouter, Form, Path, Query, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from kazyna.core.errors import InputError
from kazyna.services import alert_cases, alerts
from kazyna.web.language import Writer
from kazyna.web.pages import page, stepped
from kazyna.web.visit import Visit, Visiting

router = APIRouter()

NUMBER_MAX = 2**63 - 1
Number = Annotated[int, Path(ge=1, le=NUMBER_MAX)]
Words = Annotated[str, Form(max_length=4_000)]
Line = Annotated[str, Query(max_length=200)]
SHOWN = 50
MAP_WIDTH, MAP_HEIGHT, MAP_EDGE = 600, 300, 20


@router.get("/office/alerts")
def listing(
    visit: Visiting,
    *,
    rule: Line = "",
    severity: Line = "",
    status: Line = "",
    participant: Line = "",
    before: Annotated[int | None, Query(ge=1, le=NUMBER_MAX)] = None,
) -> HTMLResponse:
    """Show the alerts that fit a filter, the latest first."""
    wanted = alerts.AlertFilter(
        rule=rule or None,
        severity=next((each for each in get_args(alerts.Severity) if each == severity), None),
        status=next((each for each in get_args(alerts.AlertStatus) if each == status), None),
        participant=participant or None,
        before=before,
    )
    found = alerts.list_alerts(visit.ctx, wanted, limit=SHOWN + 1)
    return page(
        visit,
        "alerts/list.html",
        alerts=found[:SHOWN],
        older=found[SHOWN - 1].alert_id if len(found) > SHOWN else None,
        counts=alerts.count_alerts(visit.ctx),
        severities=severity_words(visit.write),
        states=status_words(visit.write),
        given={
            "rule": rule, "severity": severity, "status": status, "participant": participant
        },
    )  # fmt: skip


@router.get("/office/alerts/{alert_id}")
def show(visit: Visiting, alert_id: Number) -> HTMLResponse:
    """Show one alert with its evidence."""
    found = alerts.find_alert(visit.ctx, alert_id)
    return page(
        visit,
        "alerts/alert.html",
        alert=found,
        points=_points(found.evidence),
        severities=severity_words(visit.write),
        states=status_words(visit.write),
    )


@router.get("/office/cases")
def cases(visit: Visiting) -> HTMLResponse:
    """Show the cases, those not closed and the gravest first."""
    return _cases(visit)


@router.post("/office/cases")
def open_case(
    visit: Visiting,
    *,
    title: Annotated[str, Form(max_length=200)] = "",
    ids: Annotated[list[int], Form()] = [],  # noqa: B006 (a form without a tick)
) -> Response:
    """Open a case for the ticked alerts."""
    opened = alert_cases.open_case(visit.ctx, ids, title=title)
    return RedirectResponse(f"/office/cases/{opened.case_id}", HTTPStatus.SEE_OTHER)


@router.post("/office/cases/groups")
def group(
    visit: Visiting,
    by: Annotated[alert_cases.GroupBy, Form()],
    at_least: Annotated[int, Form(ge=1, le=alert_cases.CASE_ALERTS_MAX)] = 2,
) -> Response:
    """Open a case for each participant, subject, lot or device with several new alerts."""
    alert_cases.group_alerts(visit.ctx, by=by, at_least=at_least)
    return RedirectResponse("/office/cases", HTTPStatus.SEE_OTHER)


@router.get("/office/cases/{case_id}")
def case(visit: Visiting, case_id: Number) -> HTMLResponse:
    """Show one case with its evidence, its map and its timeline."""
    return _case(visit, case_id)


@router.get("/office/cases/{case_id}/evidence.csv")
def evidence_csv(visit: Visiting, case_id: Number) -> Response:
    """Download the evidence of a case for a spreadsheet."""
    headers = {"Content-Disposition": f'attachment; filename="case-{case_id}.csv"'}
    text = alert_cases.case_evidence_csv(visit.ctx, case_id)
    return Response(text, media_type="text/csv; charset=utf-8", headers=headers)


@router.post("/office/cases/{case_id}/assignment")
def assign(
    visit: Visiting, case_id: Number, assignee: Annotated[str, Form(max_length=200)] = ""
) -> HTMLResponse:
    """Give a case to somebody."""
    return stepped(
        visit,
        lambda: alert_cases.assign_case(visit.ctx, case_id, assignee=assignee),
        partial(_case, visit, case_id),
    )


@router.post("/office/cases/{case_id}/comments")
def comment(visit: Visiting, case_id: Number, note: Words = "") -> HTMLResponse:
    """Write something down in a case."""
    return stepped(
        visit,
        lambda: alert_cases.comment_on_case(visit.ctx, case_id, note=note),
        partial(_case, visit, case_id),
    )


@router.post("/office/cases/{case_id}/closing")
def close(
    visit: Visiting,
    case_id: Number,
    outcome: Annotated[alerts.Outcome, Form()],
    note: Words = "",
) -> HTMLResponse:
    """Close a case with what was found."""
    return stepped(
        visit,
        lambda: alert_cases.close_case(visit.ctx, case_id, outcome=outcome, note=note),
        partial(_case, visit, case_id),
    )


@router.post("/office/cases/{case_id}/reopening")
def reopen(visit: Visiting, case_id: Number, note: Words = "") -> HTMLResponse:
    """Look into a closed case again."""
    return stepped(
        visit,
        lambda: alert_cases.reopen_case(visit.ctx, case_id, note=note),
        partial(_case, visit, case_id),
    )


def severity_words(write: Writer) -> dict[str, str]:
    """Name how grave an alert is."""
    _ = write.gettext
    return {
        "critical": _("Critical"),
        "high": _("Grave"),
        "medium": _("Middling"),
        "low": _("Slight"),
    }


def status_words(write: Writer) -> dict[str, str]:
    """Name the states of alerts and cases."""
    _ = write.gettext
    return {
        "new": _("New alert"),
        "open": _("Open case"),
        "under_review": _("Looked into"),
        "closed": _("Closed case"),
    }


def outcome_words(write: Writer) -> dict[str, str]:
    """Name what came of a case."""
    _ = write.gettext
    return {
        "fraud": _("Fraud"),
        "mistake_of_participant": _("Mistake of the participant"),
        "false_alert": _("False alert"),
        "not_proved": _("Not proved"),
    }


def step_words(write: Writer) -> dict[str, str]:
    """Name the steps of a case."""
    _ = write.gettext
    return {
        "assigned": _("Assigned"),
        "commented": _("Written down"),
        "closed": _("Closed case"),
        "reopened": _("Looked into again"),
    }


def _cases(visit: Visit) -> HTMLResponse:
    return page(
        visit,
        "alerts/cases.html",
        cases=alert_cases.list_cases(visit.ctx),
        severities=severity_words(visit.write),
        states=status_words(visit.write),
        outcomes=outcome_words(visit.write),
    )


def _case(visit: Visit, case_id: int, *, refusal: Exception | None = None) -> HTMLResponse:
    found = alert_cases.find_case(visit.ctx, case_id)
    evidence = sorted(
        (item for alert in found.alerts for item in alert.evidence if item.happened_at),
        key=lambda item: (item.happened_at and item.happened_at.isoformat(), item.reference),
    )
    return page(
        visit,
        "alerts/case.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if refusal else HTTPStatus.OK,
        case=found,
        timeline=tuple(dict.fromkeys(evidence)),
        points=_points(evidence),
        severities=severity_words(visit.write),
        states=status_words(visit.write),
        outcomes=outcome_words(visit.write),
        steps=step_words(visit.write),
        refusal=refusal,
        findings=refusal.findings if isinstance(refusal, InputError) else (),
    )


def _points(evidence: Iterable[alerts.Evidence]) -> list[dict[str, object]]:
    """Put places on a small drawing, scaled to what there is to show."""
    known: dict[tuple[float, float], str] = {}
    for item in evidence:
        if item.lon is not None and item.lat is not None:
            known.setdefault((item.lon, item.lat), item.facility or item.kind)
    if not known:
        return []
    west, south = min(lon for lon, _ in known), min(lat for _, lat in known)
    wide = max(max(lon for lon, _ in known) - west, 0.01)
    high = max(max(lat for _, lat in known) - south, 0.01)
    return [
        {
            "x": round(MAP_EDGE + (lon - west) / wide * (MAP_WIDTH - 8 * MAP_EDGE), 1),
            "y": round(
                MAP_HEIGHT - MAP_EDGE - (lat - south) / high * (MAP_HEIGHT - 2 * MAP_EDGE), 1
            ),
            "name": name,
        }
        for (lon, lat), name in known.items()
    ]
