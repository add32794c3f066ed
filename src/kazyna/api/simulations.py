"""What a reform would do."""

from decimal import Decimal
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from kazyna.api.arguments import LINE, PREFIX
from kazyna.api.errors import documented
from kazyna.api.sign_in import Caller
from kazyna.services import simulations

router = APIRouter(prefix=PREFIX, tags=["simulations"])
FINDING = documented(HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)

Name = Annotated[str, Field(max_length=100, pattern=LINE)]
Number = Annotated[Decimal, Field(max_digits=30, decimal_places=12)]


class AskedChange(BaseModel):
    """Another value of one number of the law, or of one row of a table of it."""

    model_config = ConfigDict(extra="forbid")

    parameter: Name
    value: Number
    keys: Annotated[list[Name], Field(max_length=10)] = []
    """Of the row, as `GET /v1/simulations/numbers` lists them."""


class AskedSimulation(BaseModel):
    """Numbers of the law at other values, on all objects of the register."""

    model_config = ConfigDict(extra="forbid")

    tax: Name
    changes: Annotated[list[AskedChange], Field(min_length=1, max_length=500)]
    title: Annotated[str, Field(max_length=200, pattern=LINE)] = ""
    by: Annotated[list[Name], Field(max_length=20)] = []
    """Characteristics by whose words the objects are told apart, beside their place."""
    neutral: Name | None = None
    """A number of the law that is searched until the roll raises what it raises today."""


@router.get("/simulations/numbers", responses=FINDING)
def numbers(
    ctx: Caller, tax: Annotated[str | None, Query(max_length=100)] = None
) -> list[simulations.NumberOfLaw]:
    """List the numbers of the law that a reform may change, of one tax or all."""
    return list(simulations.numbers_of_law(ctx, tax))


@router.get("/simulations/groups", responses=FINDING)
def groups(
    ctx: Caller, tax: Annotated[str, Query(max_length=100)]
) -> list[simulations.GroupColumn]:
    """List the characteristics by which a simulation of a tax can tell objects apart."""
    return list(simulations.group_columns(ctx, tax))


@router.post("/simulations", responses=FINDING)
def simulate(ctx: Caller, asked: AskedSimulation) -> simulations.Simulated:
    """Simulate a reform: what it raises, who pays less and who pays more."""
    return simulations.simulate_register(
        ctx,
        tax=asked.tax,
        changes=[
            simulations.Change(each.parameter, each.value, tuple(each.keys))
            for each in asked.changes
        ],
        title=asked.title,
        by=asked.by,
        neutral=simulations.NeutralAsked(asked.neutral) if asked.neutral is not None else None,
    )
