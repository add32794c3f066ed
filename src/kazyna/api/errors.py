"""Errors as `application/problem+json` (RFC 9457), with every finding.

The table `STATUS` is the only place where an error gets an HTTP status.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic_core import to_json
from starlette.exceptions import HTTPException

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
)

MEDIA_TYPE = "application/problem+json"

STATUS: dict[type[KazynaError], HTTPStatus] = {
    PackError: HTTPStatus.INTERNAL_SERVER_ERROR,
    TooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    InputError: HTTPStatus.UNPROCESSABLE_ENTITY,
    SignInRequired: HTTPStatus.UNAUTHORIZED,
    Forbidden: HTTPStatus.FORBIDDEN,
    NotFound: HTTPStatus.NOT_FOUND,
    Conflict: HTTPStatus.CONFLICT,
    TooMany: HTTPStatus.TOO_MANY_REQUESTS,
    Refused: HTTPStatus.CONFLICT,
    Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
}
"""The nearest class of an error decides; a wrong pack is the office's mistake, not the caller's."""

HEADERS: dict[HTTPStatus, dict[str, str]] = {
    HTTPStatus.UNAUTHORIZED: {"WWW-Authenticate": "Bearer"},
    HTTPStatus.TOO_MANY_REQUESTS: {"Retry-After": "60"},
    HTTPStatus.SERVICE_UNAVAILABLE: {"Retry-After": "5"},
}


@dataclass(frozen=True)
class Problem:
    """What went wrong, by RFC 9457."""

    type: str
    """A name that stays, such as `urn:kazyna:error:not-found`."""
    title: str
    status: int
    detail: str
    findings: tuple[Finding, ...] = ()
    """Every mistake in the input: what was wrong, where, and what was expected."""


def problem_of(error: KazynaError) -> Problem:
    """Describe an error that was raised on purpose."""
    kind = next(kind for kind in type(error).__mro__ if kind in STATUS)
    status = STATUS[kind]
    findings = error.findings if isinstance(error, InputError) else ()
    detail = f"{len(findings)} mistakes; see the findings." if len(findings) > 1 else str(error)
    return Problem(_urn(kind.__name__), status.phrase, status, detail, findings)


def routing_problem(status: HTTPStatus, detail: str) -> Problem:
    """Describe what HTTP itself refuses: an unknown path, a wrong method, too large a body."""
    return Problem(_urn(status.phrase), status.phrase, status, detail)


def defect_problem() -> Problem:
    """Describe an error that nobody meant."""
    status = HTTPStatus.INTERNAL_SERVER_ERROR
    detail = "A defect of the program; its log has the details."
    return Problem(_urn("defect"), status.phrase, status, detail)


def documented(*statuses: HTTPStatus) -> dict[int | str, dict[str, Any]]:
    """Describe the errors of an endpoint for OpenAPI."""
    return {
        status.value: {
            "model": Problem,
            "description": status.phrase,
            "content": {MEDIA_TYPE: {}},
        }
        for status in statuses
    }


def install(app: FastAPI) -> None:
    """Make every error of the application a problem document."""

    @app.exception_handler(KazynaError)
    def raised_on_purpose(_: Request, error: KazynaError) -> Response:
        return answer(problem_of(error))

    @app.exception_handler(RequestValidationError)
    def unreadable(_: Request, error: RequestValidationError) -> Response:
        return answer(problem_of(InputError(map(request_finding, error.errors()))))

    @app.exception_handler(HTTPException)
    def refused_by_routing(_: Request, error: HTTPException) -> Response:
        status, detail = HTTPStatus(error.status_code), str(error.detail)
        if isinstance(error.__cause__, RecursionError):
            detail = "The body is nested too deeply to be read."
        return answer(routing_problem(status, detail), headers=error.headers)

    @app.exception_handler(Exception)
    def defect(_: Request, __: Exception) -> Response:
        return answer(defect_problem())


def answer(problem: Problem, headers: Mapping[str, str] | None = None) -> Response:
    """Write a problem as a response."""
    return Response(
        to_json(problem),
        status_code=problem.status,
        headers={**HEADERS.get(HTTPStatus(problem.status), {}), **(headers or {})},
        media_type=MEDIA_TYPE,
    )


def _urn(name: str) -> str:
    words = re.sub(r"(?<=[a-z])(?=[A-Z])|\s+", "-", name)
    return f"urn:kazyna:error:{words.lower()}"


def request_finding(error: dict[str, Any]) -> Finding:
    """Word one mistake that the framework found in a request."""
    place, *path = error["loc"]
    source, column = f"request {place}", ".".join(map(str, path)) or None
    match error["type"]:
        case "extra_forbidden":
            expected = "only names that the interface describes"
            return Finding(source, "the name is not known", expected, column=column)
        case "json_invalid":
            reason = f"the JSON ends too early or is broken at character {column}"
            return Finding(source, f"{reason}: {error['ctx']['error']}", "JSON")
        case "missing":
            return Finding(source, "it is missing", "a value", column=column)
    wanted = re.sub(r"^(\w+) should (be )?", lambda m: "" if m[2] else "it to ", error["msg"])
    # What was sent may hold halves of characters, which no answer could carry.
    given = str(error.get("input"))[:80].encode("utf-8", "replace").decode()
    return Finding(source, f"{given!r} is not accepted", wanted, column=column)
