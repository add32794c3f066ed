"""The officers' page of decisions of local councils."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, UploadFile
from fastapi.responses import HTMLResponse

from kazyna.core.errors import InputError, Refused
from kazyna.services import councils
from kazyna.web.pages import page
from kazyna.web.visit import Visit, Visiting

router = APIRouter()

HERE = "/office/councils"


@router.get(HERE)
def show(visit: Visiting) -> HTMLResponse:
    """List the decisions, and offer to record a file of them."""
    return _page(visit)


@router.post(HERE)
def record(visit: Visiting, file: UploadFile) -> HTMLResponse:
    """Record a file, or say by row and column what is wrong with it."""
    try:
        done = councils.record_decisions(
            visit.ctx, file.file.read(), file=file.filename or "decisions"
        )
    except (InputError, Refused) as error:
        if not visit.signed_in:
            raise
        return _page(visit, refusal=error)
    return _page(visit, done=done)


@router.post(f"{HERE}/{{decision_no}}")
def annul(
    visit: Visiting, decision_no: int, document: Annotated[str, Form(max_length=300)] = ""
) -> HTMLResponse:
    """Let a decision count no more."""
    try:
        councils.annul_decision(visit.ctx, decision_no, document=document)
    except Refused as error:
        if not visit.signed_in:
            raise
        return _page(visit, refusal=error)
    return _page(visit)


def _page(
    visit: Visit,
    *,
    done: councils.RecordedDecisions | None = None,
    refusal: Exception | None = None,
) -> HTMLResponse:
    found = councils.decisions(visit.ctx)
    parameters = {
        name: parameter
        for tax in visit.ctx.pack.taxes.values()
        for name, parameter in tax.rules.parameters.items()
    }
    return page(
        visit,
        "office/councils.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if refusal else HTTPStatus.OK,
        decisions=found,
        parameters=parameters,
        done=done,
        refusal=refusal,
        findings=refusal.findings if isinstance(refusal, InputError) else (),
    )
