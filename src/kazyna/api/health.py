"""For the operator: is the program up, is it ready, how much does it do."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Literal

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse

from kazyna.api.errors import documented
from kazyna.api.metrics import Metrics
from kazyna.api.sign_in import Here
from kazyna.services import cadastre

router = APIRouter(tags=["operation"])


@dataclass(frozen=True)
class Health:
    """A sign of life."""

    status: Literal["ok"] = "ok"


@router.get("/healthz")
async def healthz() -> Health:
    """Say that the program runs."""
    return Health()


@router.get("/readyz", responses=documented(HTTPStatus.SERVICE_UNAVAILABLE))
def readyz(installation: Here) -> Health:
    """Say that the program runs and its database answers."""
    cadastre.overview(installation.context())
    return Health()


@router.get("/metrics", response_class=PlainTextResponse)
def metrics(request: Request) -> str:
    """Return counts and durations of requests in Prometheus' text format."""
    counted: Metrics = request.app.state.metrics
    return counted.text()
