"""The whole ratio study of a round."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path, Query

from kazyna.api.arguments import PREFIX
from kazyna.api.errors import documented
from kazyna.api.rounds import ROUND_MAX
from kazyna.api.sign_in import FOR_ANYONE, Caller
from kazyna.services import round_studies

router = APIRouter(prefix=f"{PREFIX}/rounds", tags=["rounds"])
NAME_MAX = 64


@router.get(
    "/{round_id}/ratio-study",
    responses=documented(HTTPStatus.NOT_FOUND),
    openapi_extra=FOR_ANYONE,
)
def ratio_study(
    ctx: Caller,
    round_id: Annotated[int, Path(ge=1, le=ROUND_MAX)],
    by: Annotated[
        str | None,
        Query(max_length=NAME_MAX, description="Characteristic to repeat the study by."),
    ] = None,
) -> round_studies.RoundStudy:
    """Return level, uniformity, equity, trend and traces of sales chasing, by groups as well."""
    return round_studies.study_of_round(ctx, round_id, by=by)
