"""Papers on a valuation: the report of a round as a page and as PDF, and an owner's notice."""

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse
from markupsafe import Markup

from kazyna.services import notices, reports
from kazyna.web.pages import page
from kazyna.web.visit import Visiting

router = APIRouter()


@router.get("/rounds/{round_id}/report")
def report(visit: Visiting, round_id: int) -> HTMLResponse:
    """Show the report of a round: the same as on paper."""
    found = reports.round_report(visit.ctx, round_id)
    body = Markup(found.body)  # noqa: S704 (its template escapes what it is given)
    return page(visit, "reports/report.html", report=found, body=body)


@router.get("/rounds/{round_id}/report.pdf")
def report_pdf(visit: Visiting, round_id: int) -> Response:
    """Print the report of a round in the visitor's language."""
    content = reports.round_report_pdf(visit.ctx, round_id, language=visit.write.language)
    return _pdf(content, f"valuation-report-{round_id}")


@router.get("/properties/{property_id}/notice.pdf")
def notice(visit: Visiting, property_id: str) -> Response:
    """Print the notice of value of a property in the visitor's language."""
    content = notices.notice_pdf(visit.ctx, property_id, language=visit.write.language)
    return _pdf(content, "notice-of-value")


def _pdf(content: bytes, name: str) -> Response:
    headers = {"Content-Disposition": f'inline; filename="{name}.pdf"'}
    return Response(content, media_type="application/pdf", headers=headers)
