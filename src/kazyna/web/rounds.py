"""The ratio study of the latest valuation round."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from kazyna.services import rounds
from kazyna.web import charts, drawings
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
        gauges=drawings.gauges(visit.write, round_.study) if round_ else (),
        charts=charts.study(visit.write, round_, points) if round_ else (),
        importance=drawings.importance(visit.write, round_) if round_ else None,
        weights=drawings.weights(visit.write, round_) if round_ else None,
    )
