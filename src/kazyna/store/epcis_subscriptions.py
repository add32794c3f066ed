"""Subscriptions to saved queries: who is told of new events, and what was told."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import sql
from psycopg.types.json import Jsonb

from kazyna.store.connection import Transaction

SENDING = 4_921_097
"""The lock of who sends: one program at a time."""


@dataclass(frozen=True)
class SubscriptionRow:
    """One subscription and how far it has come."""

    subscription_id: UUID
    query_no: int
    participant_no: int | None
    actor: str
    dest: str
    signature_token: str | None
    schedule: dict[str, str] | None
    report_if_empty: bool
    created_at: datetime
    initial_record_time: datetime
    told_until: datetime
    told_lately: list[int]
    last_notified_at: datetime | None
    next_at: datetime
    failures: int
    last_error: str | None


@dataclass(frozen=True)
class Told:
    """How far a subscription has come when its events were sent."""

    until: datetime
    lately: list[int]
    next_at: datetime


SUBSCRIPTIONS = sql.SQL(
    "SELECT subscription_id, query_no, participant_no, actor, dest, signature_token, schedule,"
    " report_if_empty, created_at, initial_record_time, told_until, told_lately,"
    " last_notified_at, next_at, failures, last_error FROM epcis_subscriptions"
)


def clock(tx: Transaction) -> datetime:
    """Return the time by the clock that times of record are taken from."""
    now: datetime = tx.value("SELECT clock_timestamp()")
    return now


def insert_subscription(
    tx: Transaction, query_name: str, participant_no: int | None, values: dict[str, Any]
) -> UUID | None:
    """Subscribe to a query of the role; None where it has none of that name."""
    schedule = values["schedule"]
    made: UUID | None = tx.value(
        """
        INSERT INTO epcis_subscriptions (query_no, participant_no, dest, signature_token, schedule,
                                         report_if_empty, initial_record_time, told_until, next_at)
        SELECT query_no, %(participant_no)s, %(dest)s, %(signature_token)s, %(schedule)s,
               %(report_if_empty)s, coalesce(%(since)s::timestamptz, now()),
               coalesce(%(since)s::timestamptz, now()), coalesce(%(next_at)s::timestamptz, now())
        FROM epcis_queries
        WHERE name = %(name)s AND participant_no IS NOT DISTINCT FROM %(participant_no)s
        RETURNING subscription_id
        """,
        {
            **values,
            "name": query_name,
            "participant_no": participant_no,
            "schedule": None if schedule is None else Jsonb(schedule),
        },
    )
    return made


def find_subscription(
    tx: Transaction, query_no: int, subscription_id: UUID
) -> SubscriptionRow | None:
    """Return one subscription to a query, or None."""
    where = sql.SQL(" WHERE query_no = %s AND subscription_id = %s")
    return tx.row(SubscriptionRow, SUBSCRIPTIONS + where, (query_no, subscription_id))


def list_subscriptions(tx: Transaction, query_no: int) -> list[SubscriptionRow]:
    """Return the subscriptions to a query, the oldest first."""
    where = sql.SQL(" WHERE query_no = %s ORDER BY created_at, subscription_id")
    return tx.rows(SubscriptionRow, SUBSCRIPTIONS + where, (query_no,))


def delete_subscription(tx: Transaction, query_no: int, subscription_id: UUID) -> bool:
    """End a subscription; false where there is none."""
    query = "DELETE FROM epcis_subscriptions WHERE query_no = %s AND subscription_id = %s"
    return bool(tx.execute(query, (query_no, subscription_id)))


def may_send(tx: Transaction) -> bool:
    """Take the lock of who sends until the end of the transaction, if nobody has it."""
    free: bool = tx.value("SELECT pg_try_advisory_xact_lock(%s)", (SENDING,))
    return free


def due_subscriptions(tx: Transaction, *, limit: int) -> list[SubscriptionRow]:
    """Return the subscriptions whose time has come, the longest waiting first."""
    where = sql.SQL(" WHERE next_at <= clock_timestamp() ORDER BY next_at LIMIT %s")
    return tx.rows(SubscriptionRow, SUBSCRIPTIONS + where, (limit,))


def told(tx: Transaction, subscription_id: UUID, found: Told, *, notified: bool) -> None:
    """Write down that events were sent, or that there were none to send."""
    tx.execute(
        "UPDATE epcis_subscriptions SET told_until = %s, told_lately = %s, next_at = %s,"
        " failures = 0, last_error = NULL,"
        " last_notified_at = CASE WHEN %s THEN clock_timestamp() ELSE last_notified_at END"
        " WHERE subscription_id = %s",
        (found.until, found.lately, found.next_at, notified, subscription_id),
    )


def failed(tx: Transaction, subscription_id: UUID, error: str, *, seconds: int) -> None:
    """Write down that nobody took the events, and when to try again."""
    tx.execute(
        "UPDATE epcis_subscriptions SET failures = failures + 1, last_error = %s,"
        " next_at = clock_timestamp() + make_interval(secs => %s) WHERE subscription_id = %s",
        (error, seconds, subscription_id),
    )
