"""What a tax would be, for anybody who asks."""

from datetime import date
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from kazyna.api.arguments import LINE, PREFIX
from kazyna.api.errors import documented
from kazyna.api.sign_in import FOR_ANYONE, Caller
from kazyna.services import calculations, laws

router = APIRouter(prefix=PREFIX, tags=["calculations"])
UNKNOWN = documented(HTTPStatus.NOT_FOUND)

Name = Annotated[str, Field(max_length=100, pattern=LINE)]
Tax = Annotated[str, Field(max_length=100, pattern=LINE, description="A tax of the pack.")]
On = Annotated[date | None, Query(description="The day whose law counts; today if not given.")]


class AskedCalculation(BaseModel):
    """Facts for a tax to be computed from."""

    model_config = ConfigDict(extra="forbid")

    on: date | None = None
    """The day whose law counts; today if not given."""
    facts: Annotated[dict[Name, Annotated[str, Field(max_length=200)]], Field(max_length=100)]
    """By the names of the questions, as text; those left out are taken as usual."""


@router.get("/taxes/{tax}/questions", responses=UNKNOWN, openapi_extra=FOR_ANYONE)
def questions(ctx: Caller, tax: Tax, on: On = None) -> list[calculations.Question]:
    """List the facts that a tax asks for."""
    pack = laws.decided(ctx).pack
    return list(calculations.questions(pack, tax, on=on or ctx.today))


@router.post("/taxes/{tax}/calculation", responses=UNKNOWN, openapi_extra=FOR_ANYONE)
def calculate(ctx: Caller, tax: Tax, asked: AskedCalculation) -> calculations.Calculation:
    """Compute a tax from facts, step by step with the articles of law; nothing is recorded."""
    pack = laws.decided(ctx).pack
    return calculations.calculate(
        pack, tax, on=asked.on or ctx.today, facts=asked.facts, language=ctx.language
    )
