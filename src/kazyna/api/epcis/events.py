"""Events: all that fulfil conditions, one by its identifier, one captured at once."""

from http import HTTPStatus
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Path, Request, Response
from starlette.concurrency import run_in_threadpool

from kazyna.api.epcis.answers import EVENTS, PREFIX, discover, events_answer, json_answer
from kazyna.api.epcis.asked import (
    DOCUMENTS,
    Answer,
    Capturable,
    Parameters,
    Prefixes,
    Readable,
    body_of,
)
from kazyna.api.epcis.capture import CAPTURING, DOCUMENT
from kazyna.api.epcis.problems import documented
from kazyna.api.sign_in import Caller
from kazyna.services import epcis_capture, epcis_queries
from kazyna.services.epcis_queries import EventPage, known_parameters

router = APIRouter(prefix=f"{PREFIX}/events", tags=["events"])

ASKING = documented(
    HTTPStatus.NOT_FOUND,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.REQUEST_URI_TOO_LONG,
)
EventId = Annotated[
    str, Path(min_length=1, max_length=2_000, description="Identifier, escaped for a path.")
]
QUERY_PARAMETERS: dict[str, Any] = {
    "parameters": [
        {
            "name": name,
            "in": "query",
            "required": False,
            "description": "Several values stand apart by `|`.",
            "schema": schema,
        }
        for name, schema in known_parameters().items()
    ]
}
"""Those with a fixed name; those with a unit, a type or an extension in it are taken as well."""


@router.get("", responses=ASKING | EVENTS, dependencies=[Readable], openapi_extra=QUERY_PARAMETERS)
def query(
    ctx: Caller,
    request: Request,
    wanted: Answer,
    asked: Parameters,
    prefixes: Prefixes,
) -> Response:
    """Return the events that fulfil every parameter of EPCIS 2.0 section 8.2.7.1 in the URL."""
    page = epcis_queries.query_events(ctx, asked, namespaces=prefixes)
    return events_answer(request, page, wanted)


@router.post(
    "",
    status_code=HTTPStatus.CREATED,
    responses=CAPTURING,
    openapi_extra=DOCUMENT,
    dependencies=[Capturable],
)
async def capture_event(ctx: Caller, request: Request) -> Response:
    """Capture one event at once; the same event again is answered as the first time."""
    content = await body_of(request, DOCUMENTS, ctx.epcis_limits.bytes_max)
    done = await run_in_threadpool(epcis_capture.capture_event, ctx, content)
    location = f"{PREFIX}/events/{quote(done.event_id, safe='')}"
    return json_answer(done, HTTPStatus.CREATED, Location=location)


@router.get("/{event_id:path}", responses=ASKING | EVENTS, dependencies=[Readable])
def event(ctx: Caller, request: Request, wanted: Answer, event_id: EventId) -> Response:
    """Return one event and what was declared of it."""
    return events_answer(request, EventPage(epcis_queries.find_event(ctx, event_id)), wanted)


discover(router, "", "GET", "POST", limited=True)
discover(router, "/{event_id:path}", "GET")
