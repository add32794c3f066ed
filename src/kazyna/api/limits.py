"""A limit on the size of a request's body, so that nobody can fill the memory."""

from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kazyna.api.errors import Problem, answer, routing_problem

BODY_BYTES_MAX = 1_048_576
"""A mebibyte: the largest body that the interface takes is a payment."""


class Limited:
    """An application that refuses a body over the limit, announced or not."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on while its body keeps to the limit."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        announced = Headers(scope=scope).get("content-length", "0")
        if announced.isdigit() and int(announced) > BODY_BYTES_MAX:
            await answer(_too_large())(scope, receive, send)
            return
        received = 0

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > BODY_BYTES_MAX:
                raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, _too_large().detail)
            return message

        await self._app(scope, counted, send)


def _too_large() -> Problem:
    detail = f"The request has more than {BODY_BYTES_MAX:,} bytes."
    return routing_problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, detail)
