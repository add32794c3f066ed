"""What the answers of the EPCIS interface have in common: headers, collections, links to pages."""

from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from pydantic_core import to_json

import kazyna
from kazyna.api.epcis.asked import CBV_VERSION, EPCIS_VERSION, EPCIS_VERSION_MIN
from kazyna.api.epcis.problems import documented
from kazyna.api.sign_in import FOR_ANYONE, installation_of
from kazyna.services.epcis_documents import Wanted, query_document
from kazyna.services.epcis_queries import EventPage

PREFIX = "/epcis"
CONTEXT = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
VERSIONS = {"GS1-EPCIS-Version": EPCIS_VERSION, "GS1-CBV-Version": CBV_VERSION}
Answers = dict[int | str, dict[str, Any]]
SUPPORTED = {
    **VERSIONS,
    "GS1-EPCIS-Min": EPCIS_VERSION_MIN,
    "GS1-EPCIS-Max": EPCIS_VERSION,
    "GS1-CBV-Min": "1.0.0",
    "GS1-CBV-Max": CBV_VERSION,
    "GS1-EPC-Format": "Always_GS1_Digital_Link, Never_Translates, No_Preference",
    "GS1-CBV-XML-Format": "Always_URN, Always_Web_URI, No_Preference",
    "GS1-Vendor-Version": f"kazyna-{kazyna.__version__}",
}
"""What OPTIONS tells of every resource."""

EVENTS: Answers = {
    HTTPStatus.OK.value: {
        "description": "An EPCISQueryDocument with the events of the page.",
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["@context", "type", "schemaVersion", "epcisBody"],
                }
            },
            "application/xml": {"schema": {"type": "string"}},
        },
    }
}
COLLECTION: Answers = {
    HTTPStatus.OK.value: {
        "description": "A collection; its members are texts.",
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["@context", "type", "member"],
                    "properties": {
                        "type": {"const": "Collection"},
                        "member": {"type": "array", "items": {"type": "string"}},
                    },
                }
            }
        },
    }
}


def json_answer(
    content: object, status: HTTPStatus = HTTPStatus.OK, **headers: str | None
) -> Response:
    """Write a result as JSON with the versions it is written in."""
    return Response(
        to_json(content), status, VERSIONS | _named(headers), media_type="application/json"
    )


def _named(headers: Mapping[str, str | None]) -> dict[str, str]:
    return {name.replace("_", "-"): text for name, text in headers.items() if text is not None}


def collection(request: Request, members: Sequence[str], token: str | None = None) -> Response:
    """Answer with a collection of texts, and the address of those that follow."""
    content = {"@context": CONTEXT, "type": "Collection", "member": members}
    return json_answer(content, Link=next_link(request, token))


def events_answer(
    request: Request, page: EventPage, wanted: Wanted, query_name: str | None = None
) -> Response:
    """Answer with events as the caller wants them, and the address of those that follow."""
    link = next_link(request, page.next_token)
    return Response(
        query_document(page.events, wanted, query_name=query_name),
        headers=VERSIONS | _named({"Link": link}) | {"GS1-EPC-Format": wanted.epcs},
        media_type=f"application/{wanted.form}",
    )


def next_link(request: Request, token: str | None) -> str | None:
    """Write the Link header to the next page: the same question with its token."""
    if token is None:
        return None
    given = [pair for pair in request.query_params.multi_items() if pair[0] != "nextPageToken"]
    url = request.url.replace(query=urlencode([*given, ("nextPageToken", token)]))
    return f'<{url}>; rel="next"'


def limits_of(request: Request) -> dict[str, str]:
    """Say how large a document may be that is handed in."""
    settings = installation_of(request).settings
    return {
        "GS1-EPCIS-Capture-Limit": str(settings.epcis_events),
        "GS1-EPCIS-Capture-File-Size-Limit": str(settings.epcis_bytes),
    }


def discover(
    router: APIRouter,
    path: str,
    *methods: str,
    more: Mapping[str, str] | None = None,
    limited: bool = False,
) -> None:
    """Answer OPTIONS on a path: which methods it takes, which versions and formats are known.

    A resource that takes documents is `limited`: it says how large they may be.
    """
    allowed = ", ".join(("OPTIONS", *methods))
    headers = {"Allow": allowed, **SUPPORTED, **(more or {})}

    def options(request: Request) -> Response:
        """Tell which versions, formats and methods the resource knows."""
        limits = limits_of(request) if limited else {}
        return Response(status_code=HTTPStatus.NO_CONTENT, headers=headers | limits)

    answer: Callable[[Request], Response] = options
    router.add_api_route(
        path,
        answer,
        methods=["OPTIONS"],
        status_code=HTTPStatus.NO_CONTENT,
        responses=documented(HTTPStatus.NOT_FOUND),
        openapi_extra=FOR_ANYONE,
        name=f"discover {path}",
    )
