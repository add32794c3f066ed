"""Tax rolls and bills."""

from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from kazyna.api.arguments import LINE, PREFIX, Reference, Strict, Word
from kazyna.api.errors import documented
from kazyna.api.sign_in import Caller
from kazyna.core.text import Language
from kazyna.services import expenditures, recomputation, roll_comparison, roll_lifecycle, rolls

router = APIRouter(prefix=PREFIX, tags=["rolls"])
BY_ROLE = documented(HTTPStatus.FORBIDDEN)
FOUND = BY_ROLE | documented(HTTPStatus.NOT_FOUND)
MOVING = FOUND | documented(HTTPStatus.CONFLICT)

TaxName = Annotated[str, Path(max_length=64, pattern=LINE, description="Tax of the pack.")]
Year = Annotated[int, Path(ge=1900, le=2200, description="Tax year.")]


@dataclass(frozen=True)
class NewStep(Strict):
    """Why a roll is corrected or withdrawn."""

    reason: Word


class Pdf(Response):
    """A printed document."""

    media_type = "application/pdf"


@router.get("/rolls", responses=BY_ROLE)
def issued(ctx: Caller) -> list[rolls.IssuedRoll]:
    """Return all rolls that were issued, the latest first."""
    return list(rolls.issued(ctx))


@router.post(
    "/rolls/{tax}/{year}",
    status_code=HTTPStatus.CREATED,
    responses=BY_ROLE | documented(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
)
def issue(
    ctx: Caller,
    tax: TaxName,
    year: Year,
) -> rolls.IssuedRoll:
    """Issue the draft that another officer has made: every bill is charged, or none."""
    return rolls.issue_roll(ctx, tax=tax, year=year)


@router.post("/rolls/{tax}/{year}/draft", status_code=HTTPStatus.CREATED, responses=MOVING)
def draft(ctx: Caller, tax: TaxName, year: Year) -> roll_lifecycle.DraftedRoll:
    """Compute a roll and keep it as a draft, in place of an earlier draft."""
    return roll_lifecycle.draft_roll(ctx, tax=tax, year=year)


@router.get("/rolls/{tax}/{year}/draft", responses=FOUND)
def drafted(ctx: Caller, tax: TaxName, year: Year) -> roll_lifecycle.DraftedRoll:
    """Return the draft of a tax and year, with what keeps it from being issued."""
    return roll_lifecycle.drafted(ctx, tax=tax, year=year)


@router.post(
    "/rolls/{tax}/{year}/draft/return", status_code=HTTPStatus.NO_CONTENT, responses=MOVING
)
def send_back(ctx: Caller, tax: TaxName, year: Year, new: NewStep) -> None:
    """Send a draft back for a reason: it is put away, and the reason stays on record."""
    roll_lifecycle.discard_roll(ctx, tax=tax, year=year, reason=new.reason)


@router.get("/rolls/{tax}/{year}/comparison", responses=FOUND)
def compare(ctx: Caller, tax: TaxName, year: Year) -> roll_comparison.RollComparison:
    """Compare a draft or an issued roll with the year before."""
    return roll_comparison.compare_roll(ctx, tax=tax, year=year)


@router.get("/tax-expenditures/{year}", responses=MOVING)
def tax_expenditures(ctx: Caller, year: Year) -> expenditures.TaxExpenditures:
    """Price what the law gives up in the rolls of a year: each relief, exemption and free area."""
    return expenditures.tax_expenditures(ctx, year=year)


@router.post("/rolls/{tax}/{year}/corrections", status_code=HTTPStatus.CREATED, responses=MOVING)
def correct(ctx: Caller, tax: TaxName, year: Year, new: NewStep) -> roll_lifecycle.CorrectedRoll:
    """Assess again what changed since the roll was issued, and post the differences."""
    return roll_lifecycle.correct_roll(ctx, tax=tax, year=year, reason=new.reason)


@router.post("/rolls/{tax}/{year}/withdrawal", status_code=HTTPStatus.CREATED, responses=MOVING)
def withdraw(ctx: Caller, tax: TaxName, year: Year, new: NewStep) -> rolls.IssuedRoll:
    """Withdraw an issued roll: its bills ask for nothing more."""
    return roll_lifecycle.withdraw_roll(ctx, tax=tax, year=year, reason=new.reason)


@router.get("/rolls/{tax}/{year}/events", responses=BY_ROLE)
def history(ctx: Caller, tax: TaxName, year: Year) -> list[roll_lifecycle.RollEvent]:
    """Return all that happened to the rolls of a tax and year."""
    return list(roll_lifecycle.history(ctx, tax=tax, year=year))


@router.get("/rolls/{tax}/{year}/bills", responses=BY_ROLE)
def bills(
    ctx: Caller,
    tax: TaxName,
    year: Year,
    after: Annotated[int, Query(ge=0, description="Number of the last bill seen.")] = 0,
) -> list[rolls.Bill]:
    """Return the bills of an issued roll, a hundred at a time."""
    return list(rolls.page(ctx, tax=tax, year=year, after=after))


@router.get("/bills/{reference}/versions", responses=FOUND)
def versions(ctx: Caller, reference: Reference) -> list[rolls.BillVersion]:
    """Return what a bill said as it was issued, and after each correction."""
    return list(rolls.bill_versions(ctx, reference=reference))


@router.get("/bills/{reference}/recomputed", responses=FOUND)
def recompute(ctx: Caller, reference: Reference) -> recomputation.RecomputedBill:
    """Compute a bill again by the very law that it was issued by, and tell what differs."""
    return recomputation.recompute_bill(ctx, reference=reference)


@router.get("/bills/mine", responses=BY_ROLE)
def my_bills(ctx: Caller) -> list[rolls.Bill]:
    """Return the bills of the taxpayer who asks, step by step."""
    return list(rolls.my_bills(ctx))


@router.get(
    "/bills/{reference}/pdf",
    response_class=Pdf,
    responses=BY_ROLE | documented(HTTPStatus.NOT_FOUND),
)
def bill_pdf(
    ctx: Caller,
    reference: Reference,
    language: Annotated[Language, Query(description="Language of the bill.")] = "en",
    interest_on: Annotated[
        date | None, Query(description="With the interest for late payment to this day.")
    ] = None,
) -> Pdf:
    """Print one bill as PDF: as it was issued, or with the interest to a day."""
    return Pdf(rolls.bill_pdf(ctx, reference=reference, language=language, interest_on=interest_on))
