"""The application of the EPCIS interface; `/epcis/openapi.json` describes it."""

from fastapi import FastAPI

import kazyna
from kazyna.api.epcis import capture, events, queries, resources, streams, subscriptions
from kazyna.api.epcis.answers import PREFIX
from kazyna.api.epcis.problems import EVERYWHERE, install
from kazyna.services import epcis_capture
from kazyna.services.context import Actor, Installation

RESUMING = Actor("epcis", "officer")

DESCRIPTION = """
A repository of EPCIS 2.0 events at the paths of GS1's OpenAPI.

- **Signing in.** `POST /v1/sessions` returns a token; send it as `Authorization: Bearer …`.
- **Writing.** `POST /epcis/capture` takes a document in JSON-LD, or XML of version 1.x or 2.0, and
  returns the address of its job; `POST /epcis/events` takes one event at once. An event is known by
  its eventID, or by the CBV event hash where it has none: sent again it changes nothing.
- **Asking.** Every parameter of EPCIS 2.0 section 8.2.7.1 in the URL, several values apart by `|`.
  `Link: …; rel="next"` leads to the next page. A participant sees its own events and those that
  name it as a party.
- **Being told.** A subscription to a saved query posts what is new to an address, or tells it over
  a WebSocket: `GET /epcis/queries/{name}/events?stream=true` with `Upgrade: websocket`, or with a
  schedule such as `?hour=1&minute=5` instead of the stream.
- **Errors** are `application/problem+json` (RFC 7807) with the exceptions of EPCIS; `findings`
  lists every mistake with the path of the value.
"""


def create_epcis(installation: Installation) -> FastAPI:
    """Make the application for an installation."""
    app = FastAPI(
        title="Kazyna EPCIS",
        version=kazyna.__version__,
        summary="EPCIS 2.0 events of marked goods.",
        description=DESCRIPTION,
        openapi_url=f"{PREFIX}/openapi.json",
        docs_url=None,  # FastAPI's pages load their scripts from a foreign network
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.installation = installation
    app.state.streams = set()
    # What was promised before the last stop is done before anything new is.
    epcis_capture.resume_jobs(installation.context(RESUMING))
    install(app)
    for part in (capture, events, queries, subscriptions, resources):
        app.include_router(part.router, responses=EVERYWHERE)
    app.include_router(streams.router)
    return app
