"""Signing in: local accounts with a role, and sessions that end."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from secrets import token_urlsafe

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from kazyna.core.errors import Finding, Forbidden, InputError, NotFound
from kazyna.services.context import Actor, Context, Role
from kazyna.store import participants, taxpayers, users

PASSWORD_LENGTH_MIN = 10
SESSION_HOURS = 12

_hasher = PasswordHasher()
_NOBODY = _hasher.hash(token_urlsafe(16))
"""Checked when a name is unknown, so that the answer takes as long as for a known one."""


@dataclass(frozen=True)
class Session:
    """A signed-in session; the token is shown once and stored only as a hash."""

    token: str
    actor: Actor
    expires_at: datetime


def create_user(
    ctx: Context,
    *,
    name: str,
    password: str,
    role: Role,
    taxpayer_id: str | None = None,
    participant_id: str | None = None,
) -> Actor:
    """Create a local account, or give an existing one a new password and role."""
    ctx.require("officer")
    if len(password) < PASSWORD_LENGTH_MIN:
        reason = f"the password has {len(password)} characters"
        raise InputError(
            Finding("user", reason, f"at least {PASSWORD_LENGTH_MIN}", column="password")
        )
    if (role == "taxpayer") != (taxpayer_id is not None):
        reason = f"role {role} with taxpayer {taxpayer_id}"
        raise InputError(
            Finding("user", reason, "a taxpayer for the role taxpayer, and only for it")
        )
    if participant_id is not None and role != "participant":
        reason = f"role {role} with participant {participant_id}"
        raise InputError(Finding("user", reason, "a participant only for the role participant"))
    if role == "public":
        raise InputError(Finding("user", "nobody signs in as public", "a role", column="role"))
    with ctx.transaction() as tx:
        if taxpayer_id is not None and taxpayers.find_taxpayer(tx, taxpayer_id) is None:
            raise NotFound(f"No taxpayer has the number {taxpayer_id!r}.")
        number = None
        if participant_id is not None:
            number = participants.participant_number(tx, participant_id)
            if number is None:
                raise NotFound(f"No participant {participant_id!r} is registered.")
        users.upsert_user(
            tx,
            name=name,
            password_hash=_hasher.hash(password),
            role=role,
            taxpayer_id=taxpayer_id,
            participant_no=number,
        )
    return Actor(name, role, taxpayer_id, number)


def count(ctx: Context) -> int:
    """Count the local accounts."""
    ctx.require("officer", "auditor")
    with ctx.transaction() as tx:
        return users.count(tx)


def sign_in(ctx: Context, *, name: str, password: str) -> Session:
    """Open a session; a wrong name and a wrong password get the same answer."""
    with ctx.database.transaction(role="gate", actor=name) as tx:
        user = users.find_user(tx, name)
        try:
            _hasher.verify(user.password_hash if user else _NOBODY, password)
        except VerificationError:
            user = None
        if user is None:
            raise Forbidden("The name or the password is wrong.")
        token = token_urlsafe(32)
        expires_at = users.insert_session(
            tx, token_hash=_digest(token), name=name, hours=SESSION_HOURS
        )
    return Session(token, _actor(user), expires_at)


def actor_of(ctx: Context, token: str) -> Actor | None:
    """Return who holds a session's token, or None when it is unknown or has ended."""
    with ctx.database.transaction(role="gate", actor="session") as tx:
        user = users.user_of_session(tx, _digest(token))
    return _actor(user) if user else None


def sign_out(ctx: Context, token: str) -> None:
    """End a session; an unknown one is ended already."""
    with ctx.database.transaction(role="gate", actor="session") as tx:
        users.delete_session(tx, _digest(token))


def _actor(user: users.UserRow) -> Actor:
    return Actor(user.name, user.role, user.taxpayer_id, user.participant_no)


def _digest(token: str) -> bytes:
    return sha256(token.encode()).digest()
