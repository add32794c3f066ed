"""Measures of enforcement: due, proposed, imposed by a second officer, lifted."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import Field

from kazyna.api.arguments import ENTRY_MAX, PREFIX, Paragraph, Strict, Word
from kazyna.api.errors import documented
from kazyna.api.sign_in import Caller
from kazyna.services import enforcement
from kazyna.services.enforcement import DueMeasure, LiftedMeasures, Measure

router = APIRouter(prefix=f"{PREFIX}/enforcement", tags=["collection"])
BY_ROLE = documented(HTTPStatus.FORBIDDEN)
FINDING = BY_ROLE | documented(HTTPStatus.NOT_FOUND)
MOVING = FINDING | documented(HTTPStatus.CONFLICT)

Number = Annotated[int, Path(ge=1, le=ENTRY_MAX, description="Number of the measure.")]
Act = Annotated[str, Field(max_length=200, pattern=r"^[^\x00]*$")]


@dataclass(frozen=True)
class NewMeasure(Strict):
    """The account for which a measure is due, and why it is needed."""

    account: Word
    grounds: Paragraph
    document: Act = ""


@dataclass(frozen=True)
class Resting(Strict):
    """The act of another body on which a measure rests, where it rests on one."""

    document: Act = ""


@dataclass(frozen=True)
class Why(Strict):
    """Why a measure is refused or lifted."""

    reason: Paragraph


@router.get("/due", responses=FINDING)
def due(ctx: Caller) -> list[DueMeasure]:
    """Return the debtors for whom a measure is due now, the largest sum first."""
    return list(enforcement.due(ctx))


@router.get("/measures", responses=BY_ROLE)
def measures(ctx: Caller) -> list[Measure]:
    """Return the measures that the caller may see; what waits or is in force comes first."""
    return list(enforcement.measures(ctx))


@router.post("/measures", status_code=HTTPStatus.CREATED, responses=MOVING)
def propose(ctx: Caller, new: NewMeasure) -> Measure:
    """Propose the measure that is due for an account."""
    return enforcement.propose(ctx, new.account, grounds=new.grounds, document=new.document)


@router.post("/measures/{measure_id}/imposition", responses=MOVING)
def impose(ctx: Caller, measure_id: Number, given: Resting) -> Measure:
    """Impose what another officer has proposed."""
    return enforcement.impose(ctx, measure_id, document=given.document)


@router.post("/measures/{measure_id}/refusal", responses=MOVING)
def refuse(ctx: Caller, measure_id: Number, given: Why) -> Measure:
    """Refuse a proposal of another officer."""
    return enforcement.refuse(ctx, measure_id, reason=given.reason)


@router.post("/measures/{measure_id}/lifting", responses=MOVING)
def lift(ctx: Caller, measure_id: Number, given: Why) -> Measure:
    """Lift a measure that is in force."""
    return enforcement.lift(ctx, measure_id, reason=given.reason)


@router.post("/settled-runs", status_code=HTTPStatus.CREATED, responses=BY_ROLE)
def lift_settled(ctx: Caller) -> LiftedMeasures:
    """Lift every measure whose debts are settled."""
    return enforcement.lift_settled(ctx)
