"""The worklist of a round."""

from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.responses import HTMLResponse

from kazyna.services import worklists
from kazyna.web.pages import page
from kazyna.web.visit import Visiting

router = APIRouter()
NUMBER_MAX = 2**31 - 1


@router.get("/rounds/{round_id}/worklist")
def worklist(visit: Visiting, round_id: Annotated[int, Path(ge=1, le=NUMBER_MAX)]) -> HTMLResponse:
    """Show the properties that a valuer should inspect first."""
    found = worklists.worklist_of_round(visit.ctx, round_id)
    return page(visit, "rounds/worklist.html", found=found)
