"""One application for everything that is asked over HTTP."""

from starlette.types import ASGIApp

from kazyna.api.app import create_api
from kazyna.api.metrics import Measured, Metrics
from kazyna.services.context import Installation


def create_app(installation: Installation) -> ASGIApp:
    """Make the application for an open installation."""
    metrics = Metrics()
    return Measured(create_api(installation, metrics), metrics)
