"""Proof of service: the officers' desk; what was read in the portal records itself."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, UploadFile
from fastapi.responses import HTMLResponse

from kazyna.core.errors import InputError, Refused
from kazyna.services import deliveries
from kazyna.web.pages import page
from kazyna.web.tax_words import delivery_words, paper_words
from kazyna.web.visit import Visit, Visiting

router = APIRouter()

HERE = "/office/deliveries"
Words = Annotated[str, Form(max_length=300)]


@router.get(HERE)
def desk(visit: Visiting, missing: deliveries.Kind | None = None) -> HTMLResponse:
    """List the proofs of service, and papers without one where they are asked for."""
    return _desk(visit, missing=missing)


@router.post(HERE)
def record(
    visit: Visiting,
    *,
    kind: Words,
    number: Words,
    how: Words,
    served_on: Words,
    tracking: Words = "",
    evidence: Words = "",
) -> HTMLResponse:
    """Record how and when one paper was served."""
    given = {"kind": kind, "number": number.strip(), "how": how, "served_on": served_on,
             "tracking": tracking.strip(), "evidence": evidence.strip()}  # fmt: skip
    try:
        done = deliveries.record_one(visit.ctx, **given)
    except (InputError, Refused) as error:
        if not visit.signed_in:
            raise
        return _desk(visit, given=given, refusal=error)
    return _desk(visit, done=done)


@router.post(f"{HERE}/file")
def load(visit: Visiting, file: UploadFile) -> HTMLResponse:
    """Record a file of proofs, or say by row and column what is wrong with it."""
    try:
        done = deliveries.record_file(
            visit.ctx, file.file.read(), file=file.filename or "deliveries"
        )
    except (InputError, Refused) as error:
        if not visit.signed_in:
            raise
        return _desk(visit, refusal=error)
    return _desk(visit, done=done)


def _desk(
    visit: Visit,
    *,
    given: dict[str, str] | None = None,
    missing: deliveries.Kind | None = None,
    done: deliveries.RecordedDeliveries | None = None,
    refusal: Exception | None = None,
) -> HTMLResponse:
    visit.ctx.require("officer", "auditor")
    blank = {"kind": "bill", "number": "", "how": "post", "served_on": "", "tracking": "",
             "evidence": ""}  # fmt: skip
    return page(
        visit,
        "office/deliveries.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if refusal else HTTPStatus.OK,
        deliveries=deliveries.deliveries(visit.ctx),
        papers=deliveries.not_served(visit.ctx, kind=missing) if missing else None,
        kinds_of_paper=paper_words(visit.write),
        hows=delivery_words(visit.write),
        given=given or blank,
        done=done,
        refusal=refusal,
        findings=refusal.findings if isinstance(refusal, InputError) else (),
    )
