"""One application for everything that is asked over HTTP: the interface and the portal."""

from starlette.types import ASGIApp, Receive, Scope, Send

from kazyna.api.app import PATHS, create_api
from kazyna.api.metrics import Measured, Metrics
from kazyna.services.context import Installation
from kazyna.web.app import create_web


def create_app(installation: Installation) -> ASGIApp:
    """Make the application for an open installation."""
    metrics = Metrics()
    api = create_api(installation, metrics)
    web = create_web(installation)

    async def joined(scope: Scope, receive: Receive, send: Send) -> None:
        to_api = scope["type"] == "http" and scope["path"].startswith(PATHS)
        await (api if to_api else web)(scope, receive, send)

    return Measured(joined, metrics)
