"""What a year tells about the office."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path, Query

from kazyna.api.arguments import PREFIX
from kazyna.api.errors import documented
from kazyna.api.sign_in import Caller
from kazyna.services import performance, revenue_forecast, revenue_gap

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


@router.get("/revenue-forecast", responses=documented(HTTPStatus.FORBIDDEN))
def forecast(
    ctx: Caller, months: Annotated[int, Query(ge=1, le=12, description="How many.")] = 12
) -> revenue_forecast.RevenueForecast:
    """Forecast the receipts of the coming months, with the method's test on the past."""
    return revenue_forecast.revenue_forecast(ctx, months=months)
