"""Local accounts and sessions."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from kazyna.store.connection import Transaction

UserRole = Literal["taxpayer", "officer", "valuer", "participant", "auditor"]


@dataclass(frozen=True)
class UserRow:
    """One local account as recorded."""

    name: str
    password_hash: str
    role: UserRole
    taxpayer_id: str | None
    participant_no: int | None


def upsert_user(
    tx: Transaction,
    *,
    name: str,
    password_hash: str,
    role: str,
    taxpayer_id: str | None,
    participant_no: int | None = None,
) -> None:
    """Record a local account, or change an existing one."""
    # Two statements, for an upsert would have to read the hash, which an officer may not.
    account = {
        "name": name,
        "hash": password_hash,
        "role": role,
        "taxpayer_id": taxpayer_id,
        "participant_no": participant_no,
    }
    changed = tx.execute(
        "UPDATE users SET password_hash = %(hash)s, role = %(role)s,"
        " taxpayer_id = %(taxpayer_id)s, participant_no = %(participant_no)s"
        " WHERE name = %(name)s",
        account,
    )
    if not changed:
        tx.execute(
            "INSERT INTO users (name, password_hash, role, taxpayer_id, participant_no)"
            " VALUES (%(name)s, %(hash)s, %(role)s, %(taxpayer_id)s, %(participant_no)s)",
            account,
        )


def count(tx: Transaction) -> int:
    """Count the local accounts."""
    found: int = tx.value("SELECT count(name) FROM users")
    return found


def find_user(tx: Transaction, name: str) -> UserRow | None:
    """Return one local account, or None."""
    return tx.row(
        UserRow,
        "SELECT name, password_hash, role, taxpayer_id, participant_no FROM users WHERE name = %s",
        (name,),
    )


def insert_session(tx: Transaction, *, token_hash: bytes, name: str, hours: int) -> datetime:
    """Open a session and sweep away those that have ended; return when it ends."""
    tx.execute("DELETE FROM sessions WHERE expires_at < now()")
    expires_at: datetime = tx.value(
        "INSERT INTO sessions (token_hash, name, expires_at)"
        " VALUES (%s, %s, now() + make_interval(hours => %s)) RETURNING expires_at",
        (token_hash, name, hours),
    )
    return expires_at


def user_of_session(tx: Transaction, token_hash: bytes) -> UserRow | None:
    """Return who holds a session that has not ended, or None."""
    return tx.row(
        UserRow,
        """
        SELECT users.name, password_hash, role, taxpayer_id, participant_no
        FROM sessions JOIN users USING (name) WHERE token_hash = %s AND expires_at > now()
        """,
        (token_hash,),
    )


def delete_session(tx: Transaction, token_hash: bytes) -> None:
    """End a session."""
    tx.execute("DELETE FROM sessions WHERE token_hash = %s", (token_hash,))
