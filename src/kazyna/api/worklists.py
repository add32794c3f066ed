"""The worklist of a round: what a valuer should inspect first."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path, Query

from kazyna.api.arguments import PREFIX
from kazyna.api.errors import documented
from kazyna.api.sign_in import Caller
from kazyna.services import worklists

router = APIRouter(prefix=f"{PREFIX}/rounds", tags=["rounds"])
ROUND_MAX = 2**31 - 1
ITEMS_MAX = 5_000


@router.get(
    "/{round_id}/worklist", responses=documented(HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)
)
def worklist(
    ctx: Caller,
    round_id: Annotated[int, Path(ge=1, le=ROUND_MAX, description="Number of the round.")],
    limit: Annotated[int, Query(ge=1, le=ITEMS_MAX, description="Properties to list.")] = 100,
) -> worklists.Worklist:
    """Return the properties that a valuer should inspect first, and why."""
    return worklists.worklist_of_round(ctx, round_id, limit=limit)
