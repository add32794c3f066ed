"""The top-level resources: what there is to ask for, and the events of each."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from kazyna.api.epcis.answers import (
    COLLECTION,
    EVENTS,
    PREFIX,
    collection,
    discover,
    events_answer,
)
from kazyna.api.epcis.asked import Answer, Parameters, PerPage, Prefixes, Readable, Token
from kazyna.api.epcis.events import ASKING
from kazyna.api.epcis.problems import documented
from kazyna.api.sign_in import FOR_ANYONE, Caller
from kazyna.core.errors import Finding, InputError
from kazyna.services import epcis_queries, epcis_resources
from kazyna.services.epcis_resources import PARAMETER, Kind

router = APIRouter(prefix=PREFIX, tags=["top-level resources"])

TOP = (
    "events",
    "eventTypes",
    "epcs",
    "bizSteps",
    "bizLocations",
    "readPoints",
    "dispositions",
    "capture",
    "queries",
)
Value = Annotated[
    str, Path(min_length=1, max_length=2_000, description="A word or URI, escaped for a path.")
]
MISSING = documented(HTTPStatus.NOT_FOUND)


@router.get("", responses=COLLECTION, dependencies=[Readable], openapi_extra=FOR_ANYONE)
def top(request: Request) -> Response:
    """Return the resources of the repository."""
    return collection(request, TOP)


def _add(kind: Kind) -> None:
    """Add the paths of one kind: all of it, one of it, and the events of one."""

    def members(
        ctx: Caller, request: Request, per_page: PerPage = 30, next_page_token: Token = None
    ) -> Response:
        page = epcis_resources.list_values(ctx, kind, per_page=per_page, token=next_page_token)
        return collection(request, page.values, page.next_token)

    def one(ctx: Caller, request: Request, value: Value) -> Response:
        epcis_resources.require_value(ctx, kind, value)
        return collection(request, ("events",))

    def events(  # noqa: PLR0917 (what FastAPI hands in)
        ctx: Caller,
        request: Request,
        value: Value,
        wanted: Answer,
        asked: Parameters,
        prefixes: Prefixes,
    ) -> Response:
        name = PARAMETER[kind]
        if name in asked:
            reason = f"the path already says {value!r}"
            raise InputError(Finding("query", reason, "it in one place", column=name))
        known = epcis_resources.require_value(ctx, kind, value)
        page = epcis_queries.query_events(ctx, {**asked, name: [known]}, namespaces=prefixes)
        return events_answer(request, page, wanted)

    every, single, of_one = f"/{kind}", f"/{kind}/{{value:path}}", f"/{kind}/{{value:path}}/events"
    for path, answer, answers, said in (
        (every, members, COLLECTION, f"Return the {kind} that there are to ask for."),
        # Before the single one, whose value may hold a slash.
        (of_one, events, ASKING | EVENTS, f"Return the events of one of the {kind}."),
        (single, one, MISSING | COLLECTION, f"Return what is known of one of the {kind}."),
    ):
        router.add_api_route(
            path,
            answer,
            methods=["GET"],
            responses=answers,
            dependencies=[Readable],
            name=f"{answer.__name__} of {kind}",
            description=said,
        )
        discover(router, path, "GET")


for each in PARAMETER:
    _add(each)
discover(router, "", "GET")
