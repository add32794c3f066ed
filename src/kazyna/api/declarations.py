"""Declarations: taxes that taxpayers reckon themselves and file by the month."""

from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from typing import Annotated

import pyarrow as pa
from fastapi import APIRouter, Path
from pydantic import Field

from kazyna.api.arguments import LINE, PREFIX, Strict, TaxpayerId, Word
from kazyna.api.errors import documented
from kazyna.api.sign_in import Caller
from kazyna.services import declaration_desk, declarations

router = APIRouter(prefix=PREFIX, tags=["declarations"])
BY_ROLE = documented(HTTPStatus.FORBIDDEN)
FILING = BY_ROLE | documented(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT)
LINES_MAX = 1_000

TaxName = Annotated[str, Path(max_length=64, pattern=LINE, description="Tax that is declared.")]
Month = Annotated[
    str,
    Path(
        pattern=r"^(19|20)\d\d-(0[1-9]|1[0-2])$",
        description="Month that is over, such as 2026-03.",
        examples=["2026-03"],
    ),
]
Line = dict[Annotated[str, Field(max_length=64)], Word]


@dataclass(frozen=True)
class NewDeclaration(Strict):
    """What is declared of a tax and month, line by line."""

    lines: Annotated[list[Line], Field(min_length=1, max_length=LINES_MAX)]
    """The inputs of the tax by their names, as text; an officer adds `taxpayer_id`."""


@dataclass(frozen=True)
class NewCorrection(NewDeclaration):
    """All lines again, and why."""

    reason: Word


@router.post("/declarations/{tax}/{month}", status_code=HTTPStatus.CREATED, responses=FILING)
def file(ctx: Caller, tax: TaxName, month: Month, new: NewDeclaration) -> declarations.Filed:
    """File what is declared of a tax and month; the same again changes nothing."""
    return declarations.file(ctx, _table(new), tax=tax, month=_first(month))


@router.put("/declarations/{tax}/{month}", responses=FILING)
def correct(ctx: Caller, tax: TaxName, month: Month, new: NewCorrection) -> declarations.Filed:
    """File declarations again, all lines of them; the difference is posted."""
    return declarations.correct(ctx, _table(new), tax=tax, month=_first(month), reason=new.reason)


@router.get("/declarations/{tax}/{month}", responses=BY_ROLE)
def filed(ctx: Caller, tax: TaxName, month: Month) -> list[declarations.Declaration]:
    """Return all declarations of a tax and month as they stand."""
    return list(declarations.filed(ctx, tax=tax, month=_first(month)))


@router.get("/declarations/{tax}/{month}/missing", responses=BY_ROLE)
def missing(ctx: Caller, tax: TaxName, month: Month) -> list[declaration_desk.MissingRow]:
    """Return who declared a tax in the three months before, and has not declared this one."""
    return list(declaration_desk.missing(ctx, tax=tax, month=_first(month)))


@router.get("/taxpayers/{taxpayer_id}/declarations", responses=BY_ROLE)
def of_taxpayer(ctx: Caller, taxpayer_id: TaxpayerId) -> list[declarations.Declaration]:
    """Return what one taxpayer has declared, the latest month first."""
    return list(declarations.of_taxpayer(ctx, taxpayer_id))


def _table(new: NewDeclaration) -> pa.Table:
    """Put lines under their columns; one that a line leaves out is missing there."""
    names = dict.fromkeys(name for line in new.lines for name in line)
    return pa.table(
        {name: pa.array([line.get(name) for line in new.lines], pa.string()) for name in names}
    )


def _first(month: str) -> date:
    return date.fromisoformat(f"{month}-01")
