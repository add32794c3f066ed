"""One application for everything that is asked over HTTP: the interface and the portal."""

from starlette.types import ASGIApp, Receive, Scope, Send

from kazyna.api.app import PATHS, create_api
from kazyna.api.codes import QuickCheck
from kazyna.api.epcis.answers import PREFIX as EPCIS
from kazyna.api.epcis.app import create_epcis
from kazyna.api.metrics import Measured, Metrics
from kazyna.services.context import Installation
from kazyna.web.app import create_web


def create_app(installation: Installation) -> ASGIApp:
    """Make the application for an open installation."""
    metrics = Metrics()
    api = QuickCheck(create_api(installation, metrics))
    epcis = create_epcis(installation)
    web = create_web(installation)

    async def joined(scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"] if scope["type"] in ("http", "websocket") else ""
        to_epcis = path == EPCIS or path.startswith(f"{EPCIS}/")
        chosen = epcis if to_epcis else api if path.startswith(PATHS) else web
        await chosen(scope, receive, send)

    return Measured(joined, metrics)
