"""Signing in: local accounts with a role, and sessions that end."""

from dataclasses import dataclass
from datetime import datetime

from kazyna.services.context import Actor


@dataclass(frozen=True)
class Session:
    """A signed-in session; the token is shown once and stored only as a hash."""

    token: str
    actor: Actor
    expires_at: datetime
