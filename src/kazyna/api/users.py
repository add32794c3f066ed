"""Signing in and out, and local accounts."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import Field

from kazyna.api.arguments import LINE, PREFIX, Strict, Word
from kazyna.api.errors import documented
from kazyna.api.sign_in import FOR_ANYONE, Caller, Here, Token
from kazyna.services import users
from kazyna.services.context import Actor

router = APIRouter(prefix=PREFIX, tags=["users"])
SignedInRole = Literal["taxpayer", "officer", "valuer", "participant", "auditor"]
"""Every role but the public, who has no account."""

Password = Annotated[str, Field(min_length=1, max_length=200, pattern=LINE)]


@dataclass(frozen=True)
class Credentials(Strict):
    """The name and password of a local account."""

    name: Word
    password: Password


@dataclass(frozen=True)
class NewUser(Strict):
    """A local account."""

    name: Word
    password: Password
    role: SignedInRole
    taxpayer_id: Word | None = None
    """The taxpayer the person acts for; for the role taxpayer, and only for it."""
    participant_id: Word | None = None
    """The participant of goods marking the person acts for; only for the role participant."""


@router.post(
    "/sessions",
    status_code=HTTPStatus.CREATED,
    responses=documented(HTTPStatus.FORBIDDEN),
)
def sign_in(installation: Here, given: Credentials) -> users.Session:
    """Open a session; send its token as `Authorization: Bearer …` from then on."""
    return users.sign_in(installation.context(), name=given.name, password=given.password)


@router.get("/sessions/current", openapi_extra=FOR_ANYONE)
def who_am_i(ctx: Caller) -> Actor:
    """Return who asks; without a token that is the public."""
    return ctx.actor


@router.delete(
    "/sessions/current",
    status_code=HTTPStatus.NO_CONTENT,
    openapi_extra=FOR_ANYONE,
)
def sign_out(ctx: Caller, token: Token) -> None:
    """End the session of the token; without one there is nothing to end."""
    if token is not None:
        users.sign_out(ctx, token.credentials)


@router.post(
    "/users",
    status_code=HTTPStatus.CREATED,
    responses=documented(HTTPStatus.FORBIDDEN),
)
def create_user(ctx: Caller, new: NewUser) -> Actor:
    """Create a local account, or give an existing one a new password and role; for officers."""
    return users.create_user(
        ctx,
        name=new.name,
        password=new.password,
        role=new.role,
        taxpayer_id=new.taxpayer_id,
        participant_id=new.participant_id,
    )
