"""Decisions of local councils."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Body, Path, Query
from pydantic import BaseModel, ConfigDict

from kazyna.api.arguments import ENTRY_MAX, LINE, PREFIX, Word
from kazyna.api.errors import documented
from kazyna.api.sign_in import Caller
from kazyna.services import councils
from kazyna.services.councils import DecisionRow

router = APIRouter(prefix=PREFIX, tags=["rolls"])
BY_ROLE = documented(HTTPStatus.FORBIDDEN)
CHANGING = BY_ROLE | documented(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT)


class Annulment(BaseModel):
    """By what a decision is annulled."""

    model_config = ConfigDict(extra="forbid")

    document: Word


@router.get("/council-decisions", responses=BY_ROLE)
def decisions(ctx: Caller) -> list[DecisionRow]:
    """Return all decisions that are recorded, those that were annulled too."""
    return list(councils.decisions(ctx))


@router.post("/council-decisions", status_code=HTTPStatus.CREATED, responses=CHANGING)
def record(
    ctx: Caller,
    content: Annotated[str, Body(media_type="text/csv", max_length=1 << 20)],
    file: Annotated[str, Query(max_length=200, pattern=LINE)] = "decisions.csv",
) -> councils.RecordedDecisions:
    """Record the decisions of a CSV file, all or none; the same again changes nothing."""
    return councils.record_decisions(ctx, content.encode(), file=file)


@router.post("/council-decisions/{decision_no}/annulment", responses=CHANGING)
def annul(
    ctx: Caller,
    decision_no: Annotated[int, Path(ge=1, le=ENTRY_MAX)],
    new: Annulment,
) -> councils.AnnulledDecision:
    """Let a decision count no more, by the document that annulled it."""
    return councils.annul_decision(ctx, decision_no, document=new.document)
