"""Local accounts and sessions."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from kazyna.store.connection import Transaction

UserRole = Literal["taxpayer", "officer", "valuer", "participant", "auditor", "administrator"]


@dataclass(frozen=True)
class UserRow:
    """One local account as recorded."""

    name: str
    password_hash: str
    role: UserRole
    taxpayer_id: str | None
    participant_no: int | None


@dataclass(frozen=True)
class AccountRow:
    """One local account as it is listed."""

    name: str
    role: UserRole
    taxpayer_id: str | None
    participant_id: str | None
    ended_at: datetime | None


@dataclass(frozen=True)
class AccountChangeRow:
    """What was done to an account, by whom."""

    name: str
    kind: str
    role: UserRole
    changed_by: str
    changed_at: datetime


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
        " taxpayer_id = %(taxpayer_id)s, participant_no = %(participant_no)s, ended_at = NULL"
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
        "SELECT name, password_hash, role, taxpayer_id, participant_no FROM users"
        " WHERE name = %s AND ended_at IS NULL",
        (name,),
    )


def role_of(tx: Transaction, name: str) -> UserRole | None:
    """Return the role of an account, ended or not, or None; of those that the actor may list."""
    found: UserRole | None = tx.value("SELECT role FROM users WHERE name = %s", (name,))
    return found


def accounts(tx: Transaction) -> list[AccountRow]:
    """List the accounts that the actor may see: an administrator those of the office."""
    return tx.rows(
        AccountRow,
        """
        SELECT name, role, users.taxpayer_id, participant_id, ended_at
        FROM users LEFT JOIN participants USING (participant_no)
        ORDER BY ended_at IS NOT NULL, role, name
        """,
    )


def changes(tx: Transaction, limit: int) -> list[AccountChangeRow]:
    """Return the latest changes of accounts."""
    return tx.rows(
        AccountChangeRow,
        "SELECT name, kind, role, changed_by, changed_at FROM account_changes"
        " ORDER BY change_no DESC LIMIT %s",
        (limit,),
    )


def end_user(tx: Transaction, name: str) -> bool:
    """Let an account sign in no more; false where it is none, or ended, or not the actor's part."""
    return (
        tx.execute(
            "UPDATE users SET ended_at = now() WHERE name = %s AND ended_at IS NULL", (name,)
        )
        > 0
    )


def set_password(tx: Transaction, name: str, password_hash: str) -> None:
    """Change the password of the one who acts."""
    tx.execute("UPDATE users SET password_hash = %s WHERE name = %s", (password_hash, name))


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
