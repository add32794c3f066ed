"""Penalty interest: runs over all late debts, and one account to the day."""

from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query

from kazyna.api.arguments import PREFIX, Strict, TaxpayerId
from kazyna.api.errors import documented
from kazyna.api.sign_in import Caller
from kazyna.services import accruals, falls, interest

router = APIRouter(prefix=PREFIX, tags=["collection"])
BY_ROLE = documented(HTTPStatus.FORBIDDEN)
FINDING = BY_ROLE | documented(HTTPStatus.NOT_FOUND)


@dataclass(frozen=True)
class NewRun(Strict):
    """Through which day interest is charged; the business day without one."""

    through: date | None = None


@router.post(
    "/interest-runs",
    status_code=HTTPStatus.CREATED,
    responses=FINDING | documented(HTTPStatus.CONFLICT),
)
def accrue(ctx: Caller, new: NewRun) -> interest.InterestRun:
    """Charge interest through a day on every debt that is late; asked twice, it charges once."""
    return interest.accrue(ctx, through=new.through)


@router.post(
    "/interest-accruals",
    status_code=HTTPStatus.CREATED,
    responses=FINDING | documented(HTTPStatus.CONFLICT),
)
def accrue_in_total(ctx: Caller, new: NewRun) -> accruals.Accrual:
    """Bring the interest on all late debts into the books through a day, as one line a tax."""
    return accruals.record(ctx, through=new.through)


@router.post("/parts-fallen-due", status_code=HTTPStatus.CREATED, responses=BY_ROLE)
def fall_due(ctx: Caller, new: NewRun) -> falls.FallenDue:
    """Let fall due what is left of bills of which a part was missed, where the law says so."""
    return falls.fall_due(ctx, through=new.through)


@router.get("/interest-runs", responses=BY_ROLE)
def runs(ctx: Caller) -> list[interest.InterestRun]:
    """Return the latest runs of interest."""
    return list(interest.runs(ctx))


@router.get("/taxpayers/{taxpayer_id}/interest", responses=FINDING)
def interest_to(
    ctx: Caller,
    taxpayer_id: TaxpayerId,
    on: Annotated[date | None, Query(description="To this day; the business day without.")] = None,
) -> interest.InterestToDay:
    """Return the interest on a taxpayer's debts to a day, with the days and rates behind it."""
    return interest.interest_to(ctx, taxpayer_id=taxpayer_id, on=on)
