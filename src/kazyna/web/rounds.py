"""The ratio study of the latest valuation round."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from kazyna.services import rounds
from kazyna.web import charts
from kazyna.web.pages import page
from kazyna.web.visit import Visiting

router = APIRouter()


@router.get("/rounds/latest")
def latest(visit: Visiting) -> HTMLResponse:
    """Show how well the latest round values what it had not seen."""
    round_ = rounds.latest(visit.ctx)
    points = rounds.study_points(visit.ctx, round_.round_id) if round_ else ()
    return page(
        visit,
        "rounds/latest.html",
        round=round_,
        charts=charts.study(visit.write, round_, points) if round_ else (),
    )
