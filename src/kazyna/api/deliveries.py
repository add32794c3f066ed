"""Proof of service: how and when bills, notices, fines and decisions were received."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Body, Query

from kazyna.api.arguments import LINE, PREFIX
from kazyna.api.errors import documented
from kazyna.api.sign_in import Caller
from kazyna.services import deliveries

router = APIRouter(prefix=PREFIX, tags=["collection"])
BY_ROLE = documented(HTTPStatus.FORBIDDEN)
WORD_MAX = 64


@router.get("/deliveries", responses=BY_ROLE)
def listed(
    ctx: Caller,
    kind: Annotated[deliveries.Kind | None, Query(description="Only of this kind.")] = None,
    number: Annotated[
        str | None, Query(max_length=WORD_MAX, pattern=LINE, description="Only of this paper.")
    ] = None,
    taxpayer_id: Annotated[
        str | None, Query(max_length=WORD_MAX, pattern=LINE, description="Only to this taxpayer.")
    ] = None,
) -> list[deliveries.DeliveryRow]:
    """Return the proofs of service that the caller may see, the latest first."""
    return list(deliveries.deliveries(ctx, kind=kind, number=number, taxpayer_id=taxpayer_id))


@router.post("/deliveries", status_code=HTTPStatus.CREATED, responses=BY_ROLE)
def record(
    ctx: Caller,
    content: Annotated[str, Body(media_type="text/csv", max_length=1 << 24)],
    file: Annotated[str, Query(max_length=200, pattern=LINE)] = "deliveries.csv",
) -> deliveries.RecordedDeliveries:
    """Record proofs of service from CSV, all or none: kind, number, how, served_on, tracking,
    evidence.
    """  # noqa: D205
    return deliveries.record_file(ctx, content.encode(), file=file)


@router.get("/deliveries/missing", responses=BY_ROLE)
def missing(
    ctx: Caller, kind: Annotated[deliveries.Kind, Query(description="Kind of paper.")]
) -> list[deliveries.PaperRow]:
    """Return papers that nothing proves to have reached anybody, the oldest first."""
    return list(deliveries.not_served(ctx, kind=kind))
