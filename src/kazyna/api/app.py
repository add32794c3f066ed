"""The application of the HTTP interface; `/v1/openapi.json` describes it."""

from http import HTTPStatus

from fastapi import FastAPI

import kazyna
from kazyna.api import (
    alerts,
    balances,
    bank,
    bill_appeals,
    books,
    cadastre,
    calculations,
    codes,
    collection,
    confirmations,
    councils,
    declarations,
    deliveries,
    enforcement,
    fines,
    health,
    interest,
    ledger,
    marking,
    objections,
    performance,
    ratio_studies,
    reconciliation,
    register,
    reliefs,
    reports,
    rolls,
    round_screening,
    rounds,
    simulations,
    till,
    users,
    worklists,
)
from kazyna.api.arguments import PREFIX
from kazyna.api.errors import documented, install
from kazyna.api.metrics import Metrics
from kazyna.services.context import Installation

PATHS = (PREFIX, "/healthz", "/readyz", "/metrics")
"""What this application answers; all other paths are pages."""

BODY_BYTES_MAX = 1_048_576
"""A mebibyte, so that nobody can fill the memory; the largest body taken is a payment."""

EVERYWHERE = documented(
    HTTPStatus.UNAUTHORIZED, HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.SERVICE_UNAVAILABLE
)

DESCRIPTION = """
The revenue system's registers: properties and their values, tax rolls and bills, accounts.

- **Signing in.** `POST /v1/sessions` returns a token; send it as `Authorization: Bearer …`.
  Without a token the caller is the public and sees what anyone may see.
- **Money** is text such as `"125.50"`, never a binary float. Days are `2015-05-31`.
- **Errors** are `application/problem+json` (RFC 9457). `findings` lists every mistake in the
  request: what was wrong, where, and what was expected.
- **Posting twice.** Payments and reversals need an `Idempotency-Key`: sent again with the same key,
  a request is answered as the first time (`created` is false) and posted once.
"""


def create_api(installation: Installation, metrics: Metrics) -> FastAPI:
    """Make the application for an installation."""
    app = FastAPI(
        title="Kazyna",
        version=kazyna.__version__,
        summary="Cadastral values, tax rolls and accounts.",
        description=DESCRIPTION,
        openapi_url=f"{PREFIX}/openapi.json",
        docs_url=None,  # FastAPI's pages load their scripts from a foreign network
        redoc_url=None,
        max_body_size=BODY_BYTES_MAX,
    )
    app.state.installation = installation
    app.state.metrics = metrics
    app.state.together = codes.Together()
    install(app)
    # Routes are tried one after the other: those that are asked most come first.
    app.include_router(health.router)
    for part in (
        till,
        codes,
        alerts,
        books,
        cadastre,
        rounds,
        round_screening,
        worklists,
        ratio_studies,
        reconciliation,
        reports,
        objections,
        confirmations,
        councils,
        register,
        reliefs,
        bill_appeals,
        declarations,
        rolls,
        ledger,
        interest,
        bank,
        collection,
        enforcement,
        fines,
        deliveries,
        performance,
        simulations,
        calculations,
        users,
        balances,
        marking,
    ):
        app.include_router(part.router, responses=EVERYWHERE)
    return app
