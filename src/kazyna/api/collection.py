"""Collection: dunning, whom to see first, risk, plans of instalments, suspensions, figures."""

from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Response
from pydantic import Field

from kazyna.api.arguments import ENTRY_MAX, LINE, PREFIX, Strict, TaxpayerId, Word
from kazyna.api.errors import documented
from kazyna.api.sign_in import Caller
from kazyna.services import collection, plans, risk_outcomes, suspensions

router = APIRouter(prefix=PREFIX, tags=["collection"])
BY_ROLE = documented(HTTPStatus.FORBIDDEN)
FINDING = BY_ROLE | documented(HTTPStatus.NOT_FOUND)
CHANGING = FINDING | documented(HTTPStatus.CONFLICT)

Number = Annotated[int, Path(ge=1, le=ENTRY_MAX)]
Limit = Annotated[int, Query(ge=1, le=1_000, description="Debtors to list.")]
Year = Annotated[int, Field(ge=1900, le=2200)]
Months = Annotated[int, Field(ge=1, le=120)]


@dataclass(frozen=True)
class NewPlan(Strict):
    """An application to pay all that is owed for a tax by monthly instalments."""

    taxpayer_id: Word
    tax: Word
    months: Months
    first_due: date


@dataclass(frozen=True)
class PlanVerdict(Strict):
    """Whether an application is granted, and why."""

    granted: bool
    note: Word


@dataclass(frozen=True)
class Note(Strict):
    """Why something is done; it is kept."""

    note: Word


@dataclass(frozen=True)
class NewSuspension(Strict):
    """Which debt is not chased for a time, and why."""

    taxpayer_id: Word
    tax: Word
    period: Year
    reason: Word


@router.post("/dunning-runs", status_code=HTTPStatus.CREATED, responses=FINDING)
def dun(ctx: Caller) -> collection.DunningRun:
    """Send every debtor the step that is due; asked twice on a day, it is sent once."""
    return collection.dun(ctx)


@router.get("/dunning-notices", responses=BY_ROLE)
def notices(
    ctx: Caller,
    taxpayer_id: Annotated[str | None, Query(min_length=1, max_length=64, pattern=LINE)] = None,
    sent_on: Annotated[date | None, Query(description="Only of this day.")] = None,
) -> list[collection.DunningNotice]:
    """Return notices to debtors, the latest first; a taxpayer's own."""
    return list(collection.notices(ctx, taxpayer_id=taxpayer_id, sent_on=sent_on))


@router.get(
    "/dunning-notices/{notice_id}.pdf",
    responses=FINDING | {HTTPStatus.OK: {"content": {"application/pdf": {}}}},
    response_class=Response,
)
def notice_pdf(
    ctx: Caller,
    notice_id: Number,
    language: Annotated[Literal["en", "ru", "ky"] | None, Query()] = None,
) -> Response:
    """Return a notice as PDF."""
    pdf = collection.notice_pdf(ctx, notice_id, language=language)
    return Response(pdf, media_type="application/pdf")


@router.get("/worklist", responses=BY_ROLE)
def worklist(ctx: Caller, limit: Limit = 50) -> collection.Worklist:
    """Return the debtors of whom most is likely to come in."""
    return collection.worklist(ctx, limit=limit)


@router.get("/risks", responses=FINDING)
def risks(ctx: Caller, limit: Limit = 50) -> list[collection.RiskScore]:
    """Return the debtors with most points of risk, each with its reasons."""
    return list(collection.risks(ctx, limit=limit))


@router.get("/risks/outcomes", responses=FINDING)
def risk_test(
    ctx: Caller,
    on: Annotated[date | None, Query(description="Points of this day; else so long ago.")] = None,
    days: Annotated[int, Query(ge=1, le=3_660, description="Days that debtors had.")] = 365,
) -> risk_outcomes.RiskTest:
    """Tell how well the points of a day ranked those who then did not pay."""
    return risk_outcomes.risk_test(ctx, on=on, days=days)


@router.get("/lapsed-debts", responses=FINDING)
def lapsed(ctx: Caller) -> list[collection.LapsedDebt]:
    """Return the debts beyond the term of limitation."""
    return list(collection.lapsed(ctx))


@router.get("/collection-figures/{year}", responses=BY_ROLE)
def figures(
    ctx: Caller, year: Annotated[int, Path(ge=1900, le=2200)]
) -> collection.CollectionFigures:
    """Return how a year was collected."""
    return collection.figures(ctx, year=year)


@router.post("/plans", status_code=HTTPStatus.CREATED, responses=CHANGING)
def apply(ctx: Caller, new: NewPlan) -> plans.Plan:
    """Apply to pay by instalments; the law decides where it can."""
    return plans.apply(
        ctx,
        taxpayer_id=new.taxpayer_id,
        tax=new.tax,
        months=new.months,
        first_due=new.first_due,
    )


@router.get("/plans", responses=BY_ROLE)
def list_plans(
    ctx: Caller,
    taxpayer_id: Annotated[str | None, Query(min_length=1, max_length=64, pattern=LINE)] = None,
) -> list[plans.Plan]:
    """Return plans, those that wait for an officer first; a taxpayer's own."""
    return list(plans.plans_of(ctx, taxpayer_id=taxpayer_id))


@router.post("/plans/{plan_id}/decision", responses=CHANGING)
def decide_plan(ctx: Caller, plan_id: Number, verdict: PlanVerdict) -> plans.Plan:
    """Grant or refuse an application that the law leaves to an officer."""
    return plans.decide(ctx, plan_id, granted=verdict.granted, note=verdict.note)


@router.post("/plans/{plan_id}/withdrawal", responses=CHANGING)
def withdraw_plan(ctx: Caller, plan_id: Number, new: Note) -> plans.Plan:
    """End a plan before its time."""
    return plans.withdraw(ctx, plan_id, note=new.note)


@router.post("/plan-reviews", status_code=HTTPStatus.CREATED, responses=FINDING)
def review_plans(ctx: Caller) -> plans.PlansReview:
    """End the plans that are kept to their end, and those that are broken."""
    return plans.review(ctx)


@router.post("/suspensions", status_code=HTTPStatus.CREATED, responses=CHANGING)
def suspend(ctx: Caller, new: NewSuspension) -> suspensions.Suspension:
    """Stop chasing a debt for a time, such as while it is disputed."""
    return suspensions.suspend(
        ctx, taxpayer_id=new.taxpayer_id, tax=new.tax, period=new.period, reason=new.reason
    )


@router.post("/suspensions/{suspension_id}/end", responses=CHANGING)
def resume(ctx: Caller, suspension_id: Number) -> suspensions.Suspension:
    """Chase a debt again that was suspended."""
    return suspensions.resume(ctx, suspension_id)


@router.get("/taxpayers/{taxpayer_id}/suspensions", responses=BY_ROLE)
def suspensions_of(ctx: Caller, taxpayer_id: TaxpayerId) -> list[suspensions.Suspension]:
    """Return every suspension of a taxpayer's debts."""
    return list(suspensions.suspensions_of(ctx, taxpayer_id))
