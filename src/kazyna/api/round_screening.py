"""Sales that the screening of a round doubted, and decisions about single sales."""

from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import Field

from kazyna.api.arguments import PREFIX, PropertyId, Strict
from kazyna.api.errors import documented
from kazyna.api.sign_in import Caller
from kazyna.services import round_screening

router = APIRouter(prefix=PREFIX, tags=["rounds"])
ROUND_MAX = 2**31 - 1
SALES_MAX = 1_000
KNOWN = documented(HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)


@dataclass(frozen=True)
class NewSaleDecision(Strict):
    """What is decided about one sale."""

    note: Annotated[str, Field(min_length=1, max_length=1_000, pattern=r"^[^\x00]*\S[^\x00]*$")]
    """Why."""
    keep: bool | None = None
    """Whether the next draft is fitted to the sale; without it, it is left to screening again."""


@router.get("/rounds/{round_id}/screening", responses=KNOWN)
def screening(
    ctx: Caller,
    round_id: Annotated[int, Path(ge=1, le=ROUND_MAX, description="Number of the round.")],
    limit: Annotated[int, Query(ge=1, le=SALES_MAX, description="Sales to return.")] = 100,
    offset: Annotated[int, Query(ge=0, le=ROUND_MAX, description="Sales to pass over.")] = 0,
) -> round_screening.RoundScreening:
    """Return the sales that the screening of a round doubted, each with its reasons.

    First those left out, the dearest first; the counts are of all, whatever is returned of them.
    """
    return round_screening.screening_of_round(ctx, round_id, limit=limit, offset=offset)


@router.put("/sales/{property_id}/{sold_on}/decision", responses=KNOWN)
def decide(
    ctx: Caller, property_id: PropertyId, sold_on: date, new: NewSaleDecision
) -> round_screening.SaleDecision:
    """Decide whether a sale is evidence, whatever screening says; for valuers."""
    return round_screening.decide_sale(ctx, property_id, sold_on, keep=new.keep, note=new.note)
