"""What a year tells about the office."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path

from kazyna.api.arguments import PREFIX
from kazyna.api.errors import documented
from kazyna.api.sign_in import Caller
from kazyna.services import performance, revenue_gap

router = APIRouter(prefix=PREFIX, tags=["performance"])

Year = Annotated[int, Path(ge=1900, le=2200, description="Which year.")]


@router.get("/performance/{year}", responses=documented(HTTPStatus.FORBIDDEN))
def of_year(ctx: Caller, year: Year) -> performance.Performance:
    """Return the figures of TADAT's nine areas, each with its number and meaning."""
    return performance.performance(ctx, year=year)


@router.get(
    "/revenue-gap/{year}",
    responses=documented(HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
)
def gap(ctx: Caller, year: Year) -> revenue_gap.RevenueGap:
    """Split what the rolls of a year have not brought by its causes."""
    return revenue_gap.revenue_gap(ctx, year=year)
