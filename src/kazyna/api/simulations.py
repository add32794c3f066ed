"""What a reform would do."""

from decimal import Decimal
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from kazyna.api.arguments import LINE, PREFIX
from kazyna.api.errors import documented
from kazyna.api.sign_in import Caller
from kazyna.services import simulations

router = APIRouter(prefix=PREFIX, tags=["simulations"])

Name = Annotated[str, Field(max_length=100, pattern=LINE)]
Number = Annotated[Decimal, Field(max_digits=30, decimal_places=12)]


class AskedSimulation(BaseModel):
    """One number of the law at another value, on all properties of the register."""

    model_config = ConfigDict(extra="forbid")

    tax: Name
    parameter: Name
    value: Number
    neutral: Name | None = None
    """A number of the law that is searched until the roll raises what it raises today."""


@router.get("/simulations/numbers", responses=documented(HTTPStatus.FORBIDDEN))
def numbers(ctx: Caller) -> list[simulations.NumberOfLaw]:
    """List the numbers of the law that a reform may change."""
    return list(simulations.numbers_of_law(ctx))


@router.post("/simulations", responses=documented(HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND))
def simulate(ctx: Caller, asked: AskedSimulation) -> simulations.Simulated:
    """Simulate a reform: what it raises, who pays less and who pays more."""
    neutral = simulations.NeutralAsked(asked.neutral) if asked.neutral is not None else None
    return simulations.simulate_register(
        ctx, tax=asked.tax, parameter=asked.parameter, value=asked.value, neutral=neutral
    )
