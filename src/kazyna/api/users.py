"""Signing in and out, and local accounts."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import APIRouter, Path
from pydantic import Field

from kazyna.api.arguments import LINE, PREFIX, Strict, Word
from kazyna.api.errors import documented
from kazyna.api.sign_in import FOR_ANYONE, Caller, Here, Token
from kazyna.services import users
from kazyna.services.context import Actor

router = APIRouter(prefix=PREFIX, tags=["users"])
SignedInRole = Literal["taxpayer", "officer", "valuer", "participant", "auditor", "administrator"]
"""Every role but the public, who has no account."""

CHANGING = documented(HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT)
UserName = Annotated[
    str, Path(min_length=1, max_length=100, pattern=LINE, description="Name of the account.")
]
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
    responses=documented(HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS),
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


@dataclass(frozen=True)
class NewPassword(Strict):
    """Another password for one's own account."""

    old: Password
    new: Password


@router.put(
    "/users/me/password",
    status_code=HTTPStatus.NO_CONTENT,
    responses=documented(HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS),
)
def change_password(ctx: Caller, given: NewPassword) -> None:
    """Change one's own password; all sessions of the account end, this one too."""
    users.change_password(ctx, old=given.old, new=given.new)


@router.get("/users", responses=documented(HTTPStatus.FORBIDDEN))
def accounts(ctx: Caller) -> list[users.Account]:
    """List the accounts; administrators see those of the office."""
    return list(users.accounts(ctx))


@router.get("/users/changes", responses=documented(HTTPStatus.FORBIDDEN))
def changes(ctx: Caller) -> list[users.AccountChange]:
    """List what was done to accounts, and by whom, the latest first."""
    return list(users.account_changes(ctx))


@router.delete("/users/{name}", status_code=HTTPStatus.NO_CONTENT, responses=CHANGING)
def end_user(ctx: Caller, name: UserName) -> None:
    """Let an account sign in no more; what it did stays."""
    users.end_user(ctx, name)


@router.post("/users", status_code=HTTPStatus.CREATED, responses=CHANGING)
def create_user(ctx: Caller, new: NewUser) -> Actor:
    """Create a local account, or give an existing one a new password and role.

    Administrators do it for the office, officers for taxpayers and participants.
    """
    return users.create_user(
        ctx,
        name=new.name,
        password=new.password,
        role=new.role,
        taxpayer_id=new.taxpayer_id,
        participant_id=new.participant_id,
    )
