"""The whole ratio study of a round, and of a table that is sent."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Body, Path, Query
from pydantic import BaseModel, ConfigDict

from kazyna.api.arguments import LINE, PREFIX
from kazyna.api.errors import documented
from kazyna.api.rounds import ROUND_MAX
from kazyna.api.sign_in import FOR_ANYONE, Caller
from kazyna.services import ratio_studies, round_studies
from kazyna.services.ratio_studies import UPLOAD_BYTES_MAX, StudyColumns, StudyOptions

router = APIRouter(prefix=PREFIX, tags=["rounds"])
NAME_MAX = 64
ColumnName = Annotated[str, Query(min_length=1, max_length=200, pattern=LINE)]


class SentTable(BaseModel):
    """Which columns of the table mean what, and how it is studied."""

    model_config = ConfigDict(extra="forbid")

    estimate: ColumnName
    price: ColumnName
    by: ColumnName | None = None
    sold_on: ColumnName | None = None
    lon: ColumnName | None = None
    lat: ColumnName | None = None
    area: ColumnName | None = None
    kind: ColumnName = "residential"
    trim: ratio_studies.Trim = "none"


@router.get(
    "/rounds/{round_id}/ratio-study",
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


@router.post(
    "/ratio-studies",
    responses=documented(HTTPStatus.FORBIDDEN),
    max_body_size=UPLOAD_BYTES_MAX,
)
def study_table(
    ctx: Caller,
    content: Annotated[str, Body(media_type="text/csv")],
    told: Annotated[SentTable, Query()],
) -> ratio_studies.RatioStudy:
    """Study the ratios of a CSV table's values to its prices; nothing of the table is kept."""
    found = ratio_studies.study_upload(
        ctx,
        content.encode(),
        file="table.csv",
        columns=StudyColumns(
            estimate=told.estimate,
            price=told.price,
            by=() if told.by is None else (told.by,),
            sold_on=told.sold_on,
            lon=told.lon,
            lat=told.lat,
            area=told.area,
        ),
        options=StudyOptions(kinds=(told.kind,), trim=told.trim),
    )
    return found.study
