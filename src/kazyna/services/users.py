"""Signing in: local accounts with a role, and sessions that end."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from secrets import token_urlsafe

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from kazyna.core.errors import Conflict, Finding, Forbidden, InputError, NotFound, TooMany
from kazyna.services.context import Actor, Context, Role
from kazyna.services.rate_limit import Limiter
from kazyna.store import participants, taxpayers, users
from kazyna.store.connection import Transaction
from kazyna.store.users import AccountChangeRow as AccountChange
from kazyna.store.users import AccountRow as Account

__all__ = [
    "Account",
    "AccountChange",
    "Session",
    "account_changes",
    "accounts",
    "actor_of",
    "change_password",
    "count",
    "create_user",
    "end_user",
    "sign_in",
    "sign_out",
]

OFFICE: tuple[Role, ...] = ("officer", "valuer", "auditor", "administrator")
"""Roles whose accounts are made by administrators; others by officers."""
EVERYBODY_SIGNED_IN: tuple[Role, ...] = (*OFFICE, "taxpayer", "participant")
PASSWORD_LENGTH_MIN = 10
SESSION_HOURS = 12
GUESSES_A_MINUTE = 10
"""Wrong passwords for one name, after which it has to wait."""
CHANGES_SHOWN = 100

_hasher = PasswordHasher()
_guesses = Limiter()
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
    """Create a local account, or give an existing one a new password and role.

    Administrators do it for the office, officers for taxpayers and participants: no officer can
    give himself a second name to sign with (decision 0085). Open sessions of the account end.

    Raises
    ------
    InputError
        When the password is too short, or the role does not go with the taxpayer or participant.
    Conflict
        When the name is that of an account which is for others to change.
    NotFound
        When no such taxpayer or participant is registered.
    """
    ctx.require(_maker(role))
    _require_fit(name, password, role, taxpayer_id, participant_id)
    with ctx.transaction() as tx:
        there = users.role_of(tx, name)
        if there is not None and _maker(there) != _maker(role):
            raise Conflict(f"The account {name} is that of a {there}: choose another name.")
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


def _maker(role: Role) -> Role:
    """Return who makes and ends accounts of a role."""
    return "administrator" if role in OFFICE else "officer"


def _require_fit(
    name: str, password: str, role: Role, taxpayer_id: str | None, participant_id: str | None
) -> None:
    findings: list[Finding] = []
    if not name.strip():
        findings.append(Finding("user", "the name is missing", "a name", column="name"))
    findings += _too_short(password)
    if (role == "taxpayer") != (taxpayer_id is not None):
        reason = f"role {role} with taxpayer {taxpayer_id}"
        findings.append(
            Finding("user", reason, "a taxpayer for the role taxpayer, and only for it")
        )
    if participant_id is not None and role != "participant":
        reason = f"role {role} with participant {participant_id}"
        findings.append(Finding("user", reason, "a participant only for the role participant"))
    if role == "public":
        findings.append(Finding("user", "nobody signs in as public", "a role", column="role"))
    if findings:
        raise InputError(findings)


def _too_short(password: str) -> list[Finding]:
    if len(password) >= PASSWORD_LENGTH_MIN:
        return []
    reason = f"the password has {len(password)} characters"
    return [Finding("user", reason, f"at least {PASSWORD_LENGTH_MIN}", column="password")]


def accounts(ctx: Context) -> tuple[Account, ...]:
    """List the local accounts; an administrator sees those of the office."""
    ctx.require("officer", "auditor", "administrator")
    with ctx.transaction() as tx:
        return tuple(users.accounts(tx))


def account_changes(ctx: Context, limit: int = CHANGES_SHOWN) -> tuple[AccountChange, ...]:
    """Return what was done to accounts, and by whom, the latest first."""
    ctx.require("officer", "auditor", "administrator")
    with ctx.transaction() as tx:
        return tuple(users.changes(tx, limit))


def end_user(ctx: Context, name: str) -> None:
    """Let an account sign in no more; what it did stays, and its sessions end.

    Raises
    ------
    NotFound
        When no such account is there that the actor may end.
    Conflict
        When it is the actor's own.
    """
    ctx.require("officer", "administrator")
    if name == ctx.actor.name:
        raise Conflict("Nobody ends the account with which he is signed in.")
    with ctx.transaction() as tx:
        if not users.end_user(tx, name):
            maker = "an administrator" if ctx.actor.role == "officer" else "an officer"
            raise NotFound(f"No account {name!r} is yours to end; others are ended by {maker}.")


def change_password(ctx: Context, *, old: str, new: str) -> None:
    """Change one's own password; all sessions of the account end, this one too.

    Raises
    ------
    Forbidden
        When the old password is wrong.
    InputError
        When the new one is too short.
    """
    ctx.require(*EVERYBODY_SIGNED_IN)
    actor = ctx.actor
    if short := _too_short(new):
        raise InputError(short)
    with ctx.database.transaction(role="gate", actor=actor.name) as tx:
        _verified(tx, actor.name, old)
        users.set_password(tx, actor.name, _hasher.hash(new))


def count(ctx: Context) -> int:
    """Count the local accounts."""
    ctx.require("officer", "auditor")
    with ctx.transaction() as tx:
        return users.count(tx)


def sign_in(ctx: Context, *, name: str, password: str) -> Session:
    """Open a session; a wrong name and a wrong password get the same answer."""
    with ctx.database.transaction(role="gate", actor=name) as tx:
        user = _verified(tx, name, password)
        token = token_urlsafe(32)
        expires_at = users.insert_session(
            tx, token_hash=_digest(token), name=name, hours=SESSION_HOURS
        )
    return Session(token, _actor(user), expires_at)


def _verified(tx: Transaction, name: str, password: str) -> users.UserRow:
    """Return the account whose password it is; who guessed wrong too often waits."""
    if not _guesses.left(name, a_minute=GUESSES_A_MINUTE):
        raise TooMany("The password was wrong too often; try again in a minute.")
    user = users.find_user(tx, name)
    try:
        _hasher.verify(user.password_hash if user else _NOBODY, password)
    except VerificationError:
        user = None
    if user is None:
        _guesses.take(name, 1, a_minute=GUESSES_A_MINUTE)
        raise Forbidden("The name or the password is wrong.")
    return user


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
