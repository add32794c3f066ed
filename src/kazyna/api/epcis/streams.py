"""Subscriptions over a WebSocket: `GET /queries/{name}/events` with `Upgrade: websocket`."""

import asyncio
from collections.abc import Mapping
from datetime import datetime

from fastapi import APIRouter, WebSocket
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import QueryParams
from starlette.websockets import WebSocketDisconnect

from kazyna.api.epcis.answers import PREFIX
from kazyna.api.epcis.problems import problem_response
from kazyna.core.errors import Finding, KazynaError, SignInRequired, Unavailable, WrongSchedule
from kazyna.services import epcis_streams, users
from kazyna.services.context import Context, Installation
from kazyna.services.epcis_streams import SCHEDULE_FIELDS, Stream

router = APIRouter(prefix=f"{PREFIX}/queries")

STREAMS_MAX = 200
"""Open at once: each asks the database once a second."""
POLL_SECONDS = 1.0
POLICY_VIOLATION, TRY_AGAIN = 1008, 1013
"""Why a connection is closed (RFC 6455, section 7.4.1 and the registry of IANA)."""
EMPTY, SINCE = "gs1-query-reportifempty", "gs1-query-initialrecordtime"


@router.websocket("/{query_name}/events")
async def stream(socket: WebSocket, query_name: str) -> None:
    """Tell what a saved query finds, as events come or by a schedule, until one of us hangs up."""
    state = socket.app.state
    opened: set[str] = state.streams
    try:
        if len(opened) >= STREAMS_MAX:
            raise Unavailable(f"{STREAMS_MAX} connections are open; try again later.")
        ctx = await run_in_threadpool(_caller, state.installation, socket.headers)
        begun = await run_in_threadpool(_opened, ctx, query_name, socket)
    except KazynaError as error:
        await socket.send_denial_response(problem_response(socket, error))
        return
    await socket.accept()
    opened.add(begun.stream_id)
    try:
        await _told(socket, state.installation, begun)
    except WebSocketDisconnect:
        pass
    except SignInRequired as error:
        await socket.close(POLICY_VIOLATION, str(error))
    except KazynaError as error:
        await socket.close(TRY_AGAIN, str(error)[:100])
    finally:
        opened.discard(begun.stream_id)


async def _told(socket: WebSocket, installation: Installation, begun: Stream) -> None:
    """Send what is new, step by step; what the other side says is not looked at."""
    listening = asyncio.create_task(_until_gone(socket))
    try:
        while not listening.done():
            # Asked for at each step: a session that has ended hears no more.
            ctx = await run_in_threadpool(_caller, installation, socket.headers)
            begun, document = await run_in_threadpool(epcis_streams.continue_stream, ctx, begun)
            if document is not None:
                await socket.send_text(document.decode())
            await asyncio.wait([listening], timeout=0 if document else POLL_SECONDS)
    finally:
        listening.cancel()


async def _until_gone(socket: WebSocket) -> None:
    while (await socket.receive())["type"] != "websocket.disconnect":
        pass


def _caller(installation: Installation, headers: Mapping[str, str]) -> Context:
    public = installation.context()
    kind, _, token = headers.get("authorization", "").partition(" ")
    actor = users.actor_of(public, token) if kind.lower() == "bearer" else None
    if actor is None:
        raise SignInRequired("The session is unknown or has ended; sign in again.")
    return installation.context(actor)


def _opened(ctx: Context, query_name: str, socket: WebSocket) -> Stream:
    asked, headers = socket.query_params, socket.headers
    return epcis_streams.open_stream(
        ctx,
        query_name,
        stream=asked.get("stream", "false").lower() == "true",
        schedule=_schedule(asked),
        report_if_empty=headers.get(EMPTY, "false").lower() == "true",
        since=_moment(headers[SINCE]) if SINCE in headers else None,
    )


def _schedule(asked: QueryParams) -> dict[str, str] | None:
    given = {name: value for name, value in asked.items() if name != "stream"}
    if unknown := [name for name in given if name not in SCHEDULE_FIELDS]:
        expected = "stream, or " + ", ".join(SCHEDULE_FIELDS)
        raise WrongSchedule(Finding("query", f"{unknown[0]!r} stands here", expected))
    return given or None


def _moment(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        expected = "a time with its zone, such as 2026-01-31T12:00:00Z"
        raise WrongSchedule(Finding("headers", f"{text!r} stands here", expected, column=SINCE))
    return found
