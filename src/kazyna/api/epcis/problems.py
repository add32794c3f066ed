"""Errors of the EPCIS interface: problem documents of RFC 7807 with the exceptions of EPCIS.

The table `EXCEPTIONS` is the only place where an error gets its exception and status.
"""

from dataclasses import asdict
from http import HTTPStatus
from typing import Any
from xml.etree import ElementTree

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic_core import to_json
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection

from kazyna.api.errors import HEADERS, request_finding
from kazyna.core.errors import (
    Conflict,
    Finding,
    Forbidden,
    InputError,
    KazynaError,
    NotFound,
    PackError,
    Refused,
    SignInRequired,
    TooLarge,
    TooMany,
    Unavailable,
    WrongSchedule,
)

EPCIS = "urn:epcglobal:epcis:xsd:2"
JSON, XML = "application/problem+json", "application/problem+xml"

EXCEPTIONS: dict[type[KazynaError], tuple[HTTPStatus, str]] = {
    PackError: (HTTPStatus.INTERNAL_SERVER_ERROR, "ImplementationException"),
    TooLarge: (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "CaptureLimitExceededException"),
    WrongSchedule: (HTTPStatus.BAD_REQUEST, "SubscriptionControlsException"),
    InputError: (HTTPStatus.BAD_REQUEST, "ValidationException"),
    SignInRequired: (HTTPStatus.UNAUTHORIZED, "SecurityException"),
    Forbidden: (HTTPStatus.FORBIDDEN, "SecurityException"),
    NotFound: (HTTPStatus.NOT_FOUND, "NoSuchNameException"),
    Conflict: (HTTPStatus.CONFLICT, "ResourceAlreadyExistsException"),
    TooMany: (HTTPStatus.TOO_MANY_REQUESTS, "ImplementationException"),
    Refused: (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "QueryTooLargeException"),
    Unavailable: (HTTPStatus.SERVICE_UNAVAILABLE, "ImplementationException"),
}
OF_HTTP: dict[HTTPStatus, str] = {
    HTTPStatus.NOT_FOUND: "NoSuchNameException",
    HTTPStatus.NOT_ACCEPTABLE: "NotAcceptableException",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "CaptureLimitExceededException",
    HTTPStatus.REQUEST_URI_TOO_LONG: "URITooLongException",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "UnsupportedMediaTypeException",
}
"""What HTTP itself refuses; anything else is a ValidationException."""

DETAIL_FINDINGS = 3
"""Mistakes told in words; all of them follow as data."""

Problem = dict[str, Any]


def install(app: FastAPI) -> None:
    """Make every error of the application a problem document."""

    @app.exception_handler(KazynaError)
    def raised_on_purpose(request: Request, error: KazynaError) -> Response:
        return problem_response(request, error)

    @app.exception_handler(RequestValidationError)
    def unreadable(request: Request, error: RequestValidationError) -> Response:
        findings = tuple(request_finding(item) for item in error.errors())
        return answer(request, HTTPStatus.BAD_REQUEST, "ValidationException", "", findings)

    @app.exception_handler(HTTPException)
    def refused_by_routing(request: Request, error: HTTPException) -> Response:
        status = HTTPStatus(error.status_code)
        name = OF_HTTP.get(status, "ValidationException")
        response = answer(request, status, name, str(error.detail))
        response.headers.update(error.headers or {})
        return response

    @app.exception_handler(Exception)
    def defect(request: Request, _: Exception) -> Response:
        detail = "A defect of the program; its log has the details."
        status = HTTPStatus.INTERNAL_SERVER_ERROR
        return answer(request, status, "ImplementationException", detail)


def problem_response(request: HTTPConnection, error: KazynaError) -> Response:
    """Write an error that was raised on purpose as a response."""
    kind = next(kind for kind in type(error).__mro__ if kind in EXCEPTIONS)
    status, name = EXCEPTIONS[kind]
    return answer(request, status, name, str(error), findings_of(error))


def findings_of(error: KazynaError) -> tuple[Finding, ...]:
    """Return what an error says of the input, mistake by mistake."""
    return error.findings if isinstance(error, InputError) else ()


def answer(
    request: HTTPConnection,
    status: HTTPStatus,
    name: str,
    detail: str,
    findings: tuple[Finding, ...] = (),
) -> Response:
    """Write a problem as a response, in JSON or as the caller asks in XML."""
    problem: Problem = {
        "type": f"epcisException:{name}",
        "title": status.phrase,
        "status": status.value,
        "detail": _told(findings) if findings else detail,
    }
    if "xml" in request.headers.get("accept", "").partition(",")[0]:
        content, media_type = as_xml(problem), XML
    else:
        listed = {"findings": [asdict(each) for each in findings]} if findings else {}
        content, media_type = to_json(problem | listed), JSON
    return Response(content, status, HEADERS.get(status, {}), media_type)


def _told(findings: tuple[Finding, ...]) -> str:
    told = "; ".join(map(str, findings[:DETAIL_FINDINGS]))
    more = len(findings) - DETAIL_FINDINGS
    return told if more <= 0 else f"{told}; and {more} more"


def as_xml(problem: Problem) -> bytes:
    """Write a problem as the XML that GS1's OpenAPI describes."""
    root = ElementTree.Element("epcis:EPCISException", {"xmlns:epcis": EPCIS})
    for name, value in problem.items():
        ElementTree.SubElement(root, name).text = str(value)
    written: bytes = ElementTree.tostring(root, encoding="UTF-8", xml_declaration=True)
    return written


def documented(*statuses: HTTPStatus) -> dict[int | str, dict[str, Any]]:
    """Describe the errors of an endpoint for OpenAPI."""
    schema = {
        "type": "object",
        "required": ["type", "title"],
        "properties": {
            "type": {"type": "string"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
            "findings": {"type": "array", "items": {"type": "object"}},
        },
    }
    content = {JSON: {"schema": schema}, XML: {"schema": {"type": "object"}}}
    return {status.value: {"description": status.phrase, "content": content} for status in statuses}


EVERYWHERE = documented(
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.NOT_ACCEPTABLE,
    HTTPStatus.SERVICE_UNAVAILABLE,
)
