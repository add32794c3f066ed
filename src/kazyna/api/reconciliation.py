"""Marked goods against declarations, and the assessments proposed from them."""

from dataclasses import dataclass
from decimal import Decimal
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import Field

from kazyna.api.arguments import ENTRY_MAX, MONTH, PREFIX, Amount, Paragraph, Strict, first_day
from kazyna.api.errors import documented
from kazyna.api.sign_in import Caller
from kazyna.services import proposals, reconciliation
from kazyna.services.proposals import Proposal, Proposed
from kazyna.services.reconciliation import Reconciliation

router = APIRouter(prefix=f"{PREFIX}/reconciliations", tags=["reconciliation"])
Month = Annotated[str, Path(pattern=MONTH, description="Such as 2026-03.")]
ProposalId = Annotated[int, Path(ge=1, le=ENTRY_MAX, description="Number of the proposal.")]
BY_ROLE = documented(HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)
MOVING = documented(HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT)


@dataclass(frozen=True)
class NewProposals(Strict):
    """Differences up to the tolerance are let pass."""

    tolerance: Amount = "0"


@dataclass(frozen=True)
class Decision(Strict):
    """What the second officer says."""

    note: Annotated[str, Field(max_length=4_000, pattern=r"^[^\x00]*$")] = ""


@dataclass(frozen=True)
class Refusal(Strict):
    """Why it is refused."""

    note: Paragraph


@router.get("/proposals", responses=BY_ROLE)
def list_proposals(
    ctx: Caller, month: Annotated[str | None, Query(pattern=MONTH)] = None
) -> list[Proposal]:
    """Return proposed assessments, those that wait for a signature and the largest first."""
    return list(proposals.list_proposals(ctx, month=first_day(month) if month else None))


@router.get("/proposals/{proposal_id}", responses=BY_ROLE)
def find_proposal(ctx: Caller, proposal_id: ProposalId) -> Proposal:
    """Return one proposed assessment with its goods and their documents."""
    return proposals.find_proposal(ctx, proposal_id)


@router.post("/proposals/{proposal_id}/confirmation", responses=MOVING)
def confirm(ctx: Caller, proposal_id: ProposalId, new: Decision) -> Proposal:
    """Sign a proposed assessment as the second officer, and charge it."""
    return proposals.confirm_proposal(ctx, proposal_id, note=new.note)


@router.post("/proposals/{proposal_id}/refusal", responses=MOVING)
def refuse(ctx: Caller, proposal_id: ProposalId, new: Refusal) -> Proposal:
    """Refuse a proposed assessment as the second officer; nothing is charged."""
    return proposals.refuse_proposal(ctx, proposal_id, note=new.note)


@router.get("/{month}", responses=BY_ROLE)
def reconcile(ctx: Caller, month: Month) -> Reconciliation:
    """Compare the movements of marked goods in a month with what was declared of it."""
    return reconciliation.reconcile(ctx, month=first_day(month))


@router.post("/{month}/proposals", status_code=HTTPStatus.CREATED, responses=MOVING)
def propose(ctx: Caller, month: Month, new: NewProposals) -> Proposed:
    """Propose an assessment for each difference of a month."""
    return proposals.propose(ctx, month=first_day(month), tolerance=Decimal(new.tolerance))
