"""Capturing: documents as jobs, and single events."""

from dataclasses import asdict
from http import HTTPStatus
from typing import Annotated, Any
from xml.etree import ElementTree

from fastapi import APIRouter, BackgroundTasks, Header, Path, Request, Response
from starlette.concurrency import run_in_threadpool

from kazyna.api.epcis.answers import PREFIX, VERSIONS, discover, json_answer, next_link
from kazyna.api.epcis.asked import (
    DOCUMENTS,
    Capturable,
    PerPage,
    Readable,
    Token,
    body_of,
    form_of,
)
from kazyna.api.epcis.problems import EPCIS, documented
from kazyna.api.sign_in import Caller
from kazyna.services import epcis_capture, epcis_jobs
from kazyna.services.epcis_jobs import Behaviour, CaptureJob

router = APIRouter(prefix=f"{PREFIX}/capture", tags=["capture"])

CAPTURING = documented(
    HTTPStatus.CONFLICT, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNSUPPORTED_MEDIA_TYPE
)
DOCUMENT: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            name: {"schema": {"type": "object" if "json" in name else "string"}}
            for name in DOCUMENTS
        },
    }
}
JOB = {
    "type": "object",
    "required": ["captureID", "createdAt", "running", "success", "captureErrorBehaviour", "errors"],
}
ErrorBehaviour = Annotated[
    Behaviour,
    Header(
        alias="GS1-Capture-Error-Behaviour",
        description="rollback: all events or none; proceed: those that are right.",
    ),
]
CaptureId = Annotated[str, Path(min_length=1, max_length=100, description="Name of the job.")]


@router.post(
    "",
    status_code=HTTPStatus.ACCEPTED,
    responses=CAPTURING,
    openapi_extra=DOCUMENT,
    dependencies=[Capturable],
)
async def capture(
    ctx: Caller, request: Request, later: BackgroundTasks, behaviour: ErrorBehaviour = "rollback"
) -> Response:
    """Hand in a document of events, JSON-LD or XML 1.x or 2.0; its job tells what becomes of it.

    What cannot be read is refused at once, and with `rollback` also a document in which any event
    is not valid. What is accepted is kept, and captured once, whatever happens to the server.
    """
    content = await body_of(request, DOCUMENTS, ctx.epcis_limits.bytes_max)
    received = await run_in_threadpool(
        epcis_capture.receive, ctx, content, source="document", behaviour=behaviour
    )
    later.add_task(epcis_capture.work_off, ctx, received)
    headers = {"Location": f"{PREFIX}/capture/{received.capture_id}", **VERSIONS}
    return Response(status_code=HTTPStatus.ACCEPTED, headers=headers, background=later)


@router.get(
    "",
    dependencies=[Readable],
    responses={
        HTTPStatus.OK.value: {
            "description": "Jobs, the latest first.",
            "content": {"application/json": {"schema": {"type": "array", "items": JOB}}},
        }
    },
)
def jobs(
    ctx: Caller, request: Request, per_page: PerPage = 30, next_page_token: Token = None
) -> Response:
    """Return capture jobs, the latest first; of a participant its own."""
    page = epcis_jobs.list_jobs(ctx, per_page=per_page, token=next_page_token)
    link = next_link(request, page.next_token)
    return json_answer([told(job) for job in page.jobs], Link=link)


@router.get(
    "/{capture_id}",
    dependencies=[Readable],
    responses=documented(HTTPStatus.NOT_FOUND)
    | {
        HTTPStatus.OK.value: {
            "description": "The job.",
            "content": {
                "application/json": {"schema": JOB},
                "application/xml": {"schema": {"type": "string"}},
            },
        }
    },
)
def job(ctx: Caller, request: Request, capture_id: CaptureId) -> Response:
    """Return what has become of a document so far."""
    found = epcis_jobs.find_job(ctx, capture_id)
    if form_of(request.headers.get("accept")) == "xml":
        return Response(job_xml(found), headers=VERSIONS, media_type="application/xml")
    return json_answer(told(found))


def told(found: CaptureJob) -> dict[str, Any]:
    """Write a job by the names of GS1's OpenAPI; what it adds stands beside them."""
    return {
        "captureID": found.capture_id,
        "createdAt": found.created_at,
        **({} if found.finished_at is None else {"finishedAt": found.finished_at}),
        "running": found.running,
        "success": found.success,
        "captureErrorBehaviour": found.error_behaviour,
        "errors": [
            {
                "type": "epcisException:ValidationException",
                "title": error.reason,
                "status": HTTPStatus.BAD_REQUEST.value,
                "detail": f"{error.path}: {error.reason}; expected {error.expected}",
                **asdict(error),
            }
            for error in found.errors
        ],
        "source": found.source,
        "events": found.events,
        "captured": found.captured,
        "known": found.known,
    }


def job_xml(found: CaptureJob) -> bytes:
    """Write a job as the XML that GS1 shows."""
    content = told(found)
    attributes = {
        name: str(content[name]).lower() if name != "captureID" else content[name]
        for name in ("captureID", "running", "success")
    }
    root = ElementTree.Element("epcis:EPCISCaptureJob", {"xmlns:epcis": EPCIS, **attributes})
    ElementTree.SubElement(root, "captureErrorBehaviour").text = found.error_behaviour
    for name, moment in (("createdAt", found.created_at), ("finishedAt", found.finished_at)):
        if moment is not None:
            ElementTree.SubElement(root, name).text = moment.isoformat()
    errors = ElementTree.SubElement(root, "errors")
    for error in content["errors"]:
        element = ElementTree.SubElement(errors, "error")
        for name in ("type", "title", "status", "detail"):
            ElementTree.SubElement(element, name).text = str(error[name])
    written: bytes = ElementTree.tostring(root, encoding="UTF-8", xml_declaration=True)
    return written


discover(
    router,
    "",
    "POST",
    "GET",
    more={"GS1-Capture-Error-Behaviour": "all"},
    limited=True,
)
discover(router, "/{capture_id}", "GET")
