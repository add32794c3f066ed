"""Saved queries and their events."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Path, Request, Response
from pydantic import Field

from kazyna.api.arguments import LINE
from kazyna.api.epcis.answers import (
    EVENTS,
    PREFIX,
    VERSIONS,
    discover,
    events_answer,
    json_answer,
    next_link,
)
from kazyna.api.epcis.asked import Answer, Capturable, PerPage, Prefixes, Readable, Token
from kazyna.api.epcis.events import ASKING
from kazyna.api.epcis.problems import documented
from kazyna.api.sign_in import Caller
from kazyna.services import epcis_saved_queries
from kazyna.services.epcis_saved_queries import SavedQuery

NAME_SIGNS_MAX = 200
router = APIRouter(prefix=f"{PREFIX}/queries", tags=["queries"])

QueryName = Annotated[
    str, Path(min_length=1, max_length=NAME_SIGNS_MAX, pattern=LINE, description="Its name.")
]
SAVED: dict[str, Any] = {
    "type": "object",
    "required": ["name", "query"],
    "properties": {"name": {"type": "string"}, "query": {"type": "object"}},
}
SAVING = documented(
    HTTPStatus.CONFLICT, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNSUPPORTED_MEDIA_TYPE
)
MISSING = documented(HTTPStatus.NOT_FOUND)


@dataclass(frozen=True)
class NewQuery:
    """A query and the name to keep it under."""

    name: Annotated[
        str, Field(min_length=1, max_length=NAME_SIGNS_MAX, pattern=r"^[^\x00-\x1f\x7f/]+$")
    ]
    query: dict[str, Any]


def _answers(schema: dict[str, Any]) -> dict[int | str, dict[str, Any]]:
    content = {"application/json": {"schema": schema}}
    return {HTTPStatus.OK.value: {"description": "As saved.", "content": content}}


@router.get("", dependencies=[Readable], responses=_answers({"type": "array", "items": SAVED}))
def saved(
    ctx: Caller, request: Request, per_page: PerPage = 30, next_page_token: Token = None
) -> Response:
    """Return the caller's saved queries, by name."""
    page = epcis_saved_queries.list_queries(ctx, per_page=per_page, token=next_page_token)
    return json_answer(list(map(told, page.queries)), Link=next_link(request, page.next_token))


@router.post(
    "",
    status_code=HTTPStatus.CREATED,
    responses=SAVING,
    dependencies=[Capturable],
)
def save(ctx: Caller, new: NewQuery, prefixes: Prefixes) -> Response:
    """Keep a query under a name; its events are at the address that comes back, with `/events`."""
    query = epcis_saved_queries.save_query(ctx, new.name, new.query, namespaces=prefixes)
    location = f"{PREFIX}/queries/{quote(query.name, safe='')}"
    return json_answer(told(query), HTTPStatus.CREATED, Location=location)


@router.get("/{query_name}", dependencies=[Readable], responses=MISSING | _answers(SAVED))
def definition(ctx: Caller, query_name: QueryName) -> Response:
    """Return a saved query."""
    return json_answer(told(epcis_saved_queries.find_query(ctx, query_name)))


@router.delete("/{query_name}", status_code=HTTPStatus.NO_CONTENT, responses=MISSING)
def delete(ctx: Caller, query_name: QueryName) -> Response:
    """Forget a saved query."""
    epcis_saved_queries.delete_query(ctx, query_name)
    return Response(status_code=HTTPStatus.NO_CONTENT, headers=VERSIONS)


@router.get("/{query_name}/events", dependencies=[Readable], responses=ASKING | EVENTS)
def events(  # noqa: PLR0917 (what FastAPI hands in)
    ctx: Caller,
    request: Request,
    query_name: QueryName,
    wanted: Answer,
    per_page: PerPage = 30,
    next_page_token: Token = None,
) -> Response:
    """Return the events that a saved query finds now."""
    page = epcis_saved_queries.run_saved_query(
        ctx, query_name, per_page=per_page, token=next_page_token
    )
    return events_answer(request, page, wanted, query_name)


def told(query: SavedQuery) -> dict[str, Any]:
    """Write a saved query by the names of GS1's OpenAPI."""
    return {"name": query.name, "query": query.query, "createdAt": query.created_at}


discover(router, "", "GET", "POST")
discover(router, "/{query_name}", "GET", "DELETE")
discover(router, "/{query_name}/events", "GET")
