"""Checks of codes by anyone: one code, or some; the answer is the same for all who ask."""

import asyncio
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated
from urllib.parse import unquote_to_bytes

import orjson
from fastapi import APIRouter, FastAPI, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool
from starlette.types import Receive, Scope, Send

from kazyna.api.arguments import PREFIX
from kazyna.api.errors import answer, defect_problem, documented, problem_of
from kazyna.api.sign_in import FOR_ANYONE, Caller, installation_of
from kazyna.core.errors import KazynaError
from kazyna.services import offline_kits
from kazyna.services.context import Context, Installation
from kazyna.services.verification import CheckedCode, admit, check_admitted, check_codes

router = APIRouter(prefix=PREFIX, tags=["codes"])

CODE_MAX = 500
"""The longest code of a regime has 135 characters, and a Digital Link its address before it."""
TOGETHER_MAX = 500
APART_SECONDS = 0.01
"""From one question to the next while callers wait: a question costs as much as thirty codes."""
CHECK_PATH = f"{PREFIX}/codes/check"
REFUSALS = documented(HTTPStatus.NOT_FOUND, HTTPStatus.TOO_MANY_REQUESTS)
KIT = "application/vnd.kazyna.offline-kit"

Code = Annotated[str, Field(min_length=1, max_length=CODE_MAX)]


class Codes(BaseModel):
    """Codes in any form, also as scanners spoil them."""

    model_config = ConfigDict(extra="forbid")

    codes: Annotated[list[Code], Field(min_length=1, max_length=10_000)]


@dataclass(frozen=True)
class Answers:
    """An answer for each code, in their order."""

    answers: tuple[CheckedCode, ...]


class Together:
    """Asks for all codes at once that come while the last question is under way.

    A check is mostly the way to the database and back; hundreds of callers share one. A lone check
    is asked at once; those that come too quickly for that wait a moment for each other.
    """

    def __init__(self) -> None:
        self._waiting: list[tuple[str, str | None, asyncio.Future[CheckedCode]]] = []
        self._asking: asyncio.Task[None] | None = None

    async def check(self, ctx: Context, code: str, device: str | None) -> CheckedCode:
        """Check one code beside those of others."""
        waiting: asyncio.Future[CheckedCode] = asyncio.get_running_loop().create_future()
        self._waiting.append((code, device, waiting))
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._ask(ctx))
        return await waiting

    async def _ask(self, ctx: Context) -> None:
        clock = asyncio.get_running_loop().time
        while self._waiting:
            next_at = clock() + APART_SECONDS
            asked = self._waiting[:TOGETHER_MAX]
            del self._waiting[: len(asked)]
            codes, devices = [code for code, *_ in asked], [device for _, device, _ in asked]
            try:
                answers = await run_in_threadpool(check_admitted, ctx, codes, devices)
            except Exception as error:  # noqa: BLE001 (each who waits is told)
                for *_, waiting in asked:
                    if not waiting.done():
                        waiting.set_exception(error)
            else:
                for (*_, waiting), found in zip(asked, answers, strict=True):
                    if not waiting.done():
                        waiting.set_result(found)
            if self._waiting:
                await asyncio.sleep(next_at - clock())


class QuickCheck:
    """Answers plain questions about one code before the layers and the routing of the interface.

    They, and finding the route among a hundred, cost more than the check itself.
    What is not plain (other parameters, a session, a mistake) takes the usual way, `check_one`,
    and gets the same answer.
    """

    def __init__(self, app: FastAPI) -> None:
        self._app = app
        self._installation: Installation = app.state.installation
        self._together: Together = app.state.together

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or pass the request on."""
        code = _plain_question(scope)
        if code is None:
            await self._app(scope, receive, send)
            return
        scope["route"] = router.routes[0]
        client = scope.get("client")
        try:
            ctx = self._installation.context()
            device = admit(ctx, client[0] if client else "", 1)
            found = await self._together.check(ctx, code, device)
            response = Response(orjson.dumps(found), media_type="application/json")
        except KazynaError as error:
            response = answer(problem_of(error))
        except Exception:
            await answer(defect_problem())(scope, receive, send)
            raise
        await response(scope, receive, send)


def _plain_question(scope: Scope) -> str | None:
    """Return the code of a request that asks for one code and nothing else."""
    if scope["type"] != "http" or scope["path"] != CHECK_PATH or scope["method"] != "GET":
        return None
    name, equals, value = scope["query_string"].partition(b"=")
    if name != b"code" or not equals or b"&" in value:
        return None
    if any(header == b"authorization" for header, _ in scope["headers"]):
        return None
    code = unquote_to_bytes(value.replace(b"+", b" ")).decode("utf-8", "replace")
    return code if 1 <= len(code) <= CODE_MAX else None


@router.get(
    "/codes/check",
    responses={**REFUSALS, 200: {"model": CheckedCode}},
    openapi_extra=FOR_ANYONE,
    response_class=Response,
)
async def check_one(
    request: Request,
    code: Annotated[str, Query(min_length=1, max_length=CODE_MAX, description="In any form.")],
) -> Response:
    """Tell what a code is: genuine or forged, of which product, whether it may be on sale."""
    ctx = installation_of(request).context()
    together: Together = request.app.state.together
    address = request.client.host if request.client else ""
    found = await together.check(ctx, code, admit(ctx, address, 1))
    return Response(orjson.dumps(found), media_type="application/json")


@router.post("/codes/check", responses=REFUSALS, openapi_extra=FOR_ANYONE)
def check_many(ctx: Caller, asked: Codes, request: Request) -> Answers:
    """Tell what codes are; up to 20 without signing in, 10,000 with."""
    address = request.client.host if request.client else ""
    return Answers(check_codes(ctx, asked.codes, address=address))


@router.get(
    "/offline-kit",
    responses={
        **documented(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
        200: {"content": {KIT: {}}, "description": "The signed kit."},
    },
    openapi_extra=FOR_ANYONE,
    response_class=Response,
)
def offline_kit(ctx: Caller) -> Response:
    """Give the signed kit with which codes are checked without a network for 72 hours.

    The public gets keys, products and what is held back; a participant also the lists of codes of
    the goods that stand in its stock.
    """
    return Response(offline_kits.kit_for(ctx), media_type=KIT)
