"""The portal's application: pages, static files, safe headers and error pages."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from urllib.parse import quote

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from fastapi.staticfiles import StaticFiles
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware

from kazyna.core.errors import (
    Conflict,
    Finding,
    Forbidden,
    InputError,
    KazynaError,
    NotFound,
    Refused,
    SignInRequired,
    TooMany,
    Unavailable,
)
from kazyna.services.context import Installation
from kazyna.web import (
    accounts,
    alerts,
    balances,
    bill_objections,
    books,
    cadastre,
    calculator,
    collection,
    confirmations,
    councils,
    declarations,
    deliveries,
    enforcement,
    expenditures,
    fines,
    goods,
    goods_documents,
    inspection,
    ledger,
    my,
    objections,
    performance,
    ratio_studies,
    reconciliation,
    register,
    registers,
    reliefs,
    reports,
    revenue_forecast,
    revenue_gap,
    rolls,
    round_pages,
    round_screening,
    rounds,
    sign_in,
    simulations,
    subscriptions,
    tiles,
    verify,
    worklists,
)
from kazyna.web.pages import STATIC, error_page
from kazyna.web.visit import leave, same_origin

STATIC_SECONDS = 31_536_000
"""Addresses of static files carry the hash of their content, so a year is safe."""
COMPRESSED_BYTES_MIN = 1024
"""What is smaller travels as it is; tiles are packed already."""

PARTS = (
    accounts, cadastre, rounds, worklists, round_screening, round_pages, reports, objections, rolls,
    confirmations, councils, ledger, books, collection, simulations, sign_in, tiles, verify,
    inspection, alerts, balances, reconciliation, goods, goods_documents, subscriptions, my,
    register, registers, reliefs, declarations, bill_objections, expenditures, fines, enforcement,
    deliveries,
    performance, revenue_forecast, revenue_gap, calculator, ratio_studies,
)  # fmt: skip

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; "
        "img-src 'self' data: blob:; connect-src 'self'; worker-src 'self' blob:; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(), camera=(), microphone=()",
}
STATUS: tuple[tuple[type[KazynaError], HTTPStatus], ...] = (
    (InputError, HTTPStatus.UNPROCESSABLE_ENTITY),
    (NotFound, HTTPStatus.NOT_FOUND),
    (Conflict, HTTPStatus.CONFLICT),
    (TooMany, HTTPStatus.TOO_MANY_REQUESTS),
    (Forbidden, HTTPStatus.FORBIDDEN),
    (Refused, HTTPStatus.CONFLICT),
    (Unavailable, HTTPStatus.SERVICE_UNAVAILABLE),
)


def create_web(installation: Installation) -> FastAPI:
    """Make the portal of an open installation."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    app.state.installation = installation
    app.state.make_tile = tiles.tile_maker(installation)
    app.middleware("http")(_guard)
    app.add_middleware(GZipMiddleware, minimum_size=COMPRESSED_BYTES_MIN)
    app.add_exception_handler(KazynaError, _refused)
    app.add_exception_handler(RequestValidationError, _unreadable)
    app.add_exception_handler(HTTPException, _missing)
    app.add_exception_handler(Exception, _defect)
    for part in PARTS:
        app.include_router(part.router)
    app.mount("/static", StaticFiles(directory=STATIC, check_dir=False), name="static")
    return app


async def _guard(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    """Refuse forms that another site sends, and say what a page may load."""
    response: Response
    if request.method == "POST" and not same_origin(request):
        refusal = Forbidden("This form was sent from another site.")
        response = await run_in_threadpool(error_page, request, HTTPStatus.FORBIDDEN, refusal)
    else:
        response = await call_next(request)
    for name, content in HEADERS.items():
        response.headers.setdefault(name, content)
    if request.url.path.startswith("/static/") and response.status_code == HTTPStatus.OK:
        response.headers["Cache-Control"] = f"public, max-age={STATIC_SECONDS}, immutable"
    elif "cache-control" not in response.headers:
        response.headers["Cache-Control"] = "no-store"
    return response


def _refused(request: Request, error: Exception) -> Response:
    if isinstance(error, SignInRequired):
        wanted = request.url.path if request.method == "GET" else "/"
        response = RedirectResponse(f"/sign-in?next={quote(wanted)}", HTTPStatus.SEE_OTHER)
        leave(request, response)
        return response
    status = next(
        (status for kind, status in STATUS if isinstance(error, kind)),
        HTTPStatus.INTERNAL_SERVER_ERROR,
    )
    return error_page(request, status, error)


def _unreadable(request: Request, error: Exception) -> Response:
    """Say what is wrong with a form in the words of our own errors."""
    faults = error.errors() if isinstance(error, RequestValidationError) else []
    findings = [
        Finding("form", "it is missing", "a value", column=str(fault["loc"][-1]))
        if fault["type"] == "missing"
        else Finding("form", f"{fault.get('input')!r} cannot be read",
                     fault["msg"].removeprefix("Input should be "), column=str(fault["loc"][-1]))
        for fault in faults
    ]  # fmt: skip
    return error_page(request, HTTPStatus.UNPROCESSABLE_ENTITY, InputError(findings))


def _missing(request: Request, error: Exception) -> Response:
    """Answer for what routing refuses: an unknown path, a wrong method.

    The address of a form's answer is not a page: who changes the language there, or comes back to
    it, is led to the page above it.
    """
    status = HTTPStatus(error.status_code if isinstance(error, HTTPException) else 500)
    if status == HTTPStatus.METHOD_NOT_ALLOWED and request.method == "GET":
        above = request.url.path.rpartition("/")[0] or "/"
        query = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(f"{above}{query}", HTTPStatus.SEE_OTHER)
    return error_page(request, status)


def _defect(request: Request, _error: Exception) -> Response:
    """Answer for a mistake of the program; the server's log has the details."""
    response = error_page(request, HTTPStatus.INTERNAL_SERVER_ERROR)
    response.headers.update(HEADERS)
    return response
