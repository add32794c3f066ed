"""The ratio study of the latest valuation round."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse

from kazyna.services import round_studies, rounds
from kazyna.web import drawings, ratio_charts, ratio_tables
from kazyna.web.pages import page
from kazyna.web.visit import Visiting

router = APIRouter()


@router.get("/rounds/latest")
def latest(visit: Visiting, by: Annotated[str | None, Query(max_length=64)] = None) -> HTMLResponse:
    """Show how well the latest round values what it had not seen."""
    round_ = rounds.latest(visit.ctx)
    if round_ is None:
        return page(visit, "rounds/latest.html", round=None, charts=())
    points = rounds.study_points(visit.ctx, round_.round_id)
    found = round_studies.study_of_round(visit.ctx, round_.round_id, by=by)
    return page(
        visit,
        "rounds/latest.html",
        round=round_,
        found=found,
        notes=rounds.notes_in_words(visit.ctx, round_),
        gauges=drawings.gauges(visit.write, found.study),
        charts=ratio_charts.study(visit.write, round_, points, found),
        statistics=ratio_tables.statistics(visit.write, found.study),
        chasing=ratio_tables.chasing(visit.write, found.study),
        groups=ratio_tables.groups(visit.write, found.study),
        importance=drawings.importance(visit.write, round_),
        weights=drawings.weights(visit.write, round_),
    )
