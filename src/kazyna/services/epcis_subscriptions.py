"""Subscriptions to saved queries: new events are sent to an address of the subscriber.

Events are sent in the order of their record, a hundred at a time, until an answer of 2xx; what is
not taken is sent again, ever more seldom. An event whose transaction was committed late is
caught by looking back a minute. Addresses are only those that the installation allows: a server of
the state calls nobody whom a stranger names.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import Event as Signal
from threading import Thread
from typing import Any
from uuid import UUID

from kazyna.core.errors import (
    Finding,
    InputError,
    KazynaError,
    NotFound,
    TooLarge,
    Unavailable,
    WrongSchedule,
)
from kazyna.marking.epcis.schedule import Schedule, parse_schedule
from kazyna.services.context import Actor, Context, Installation, Role
from kazyna.services.epcis_documents import Wanted, query_document
from kazyna.services.epcis_queries import event_of, events_recorded
from kazyna.services.epcis_saved_queries import SavedQuery, list_queries
from kazyna.services.webhooks import is_allowed, post_signed
from kazyna.store import epcis_events, epcis_queries, epcis_subscriptions
from kazyna.store.connection import Transaction
from kazyna.store.epcis_events import EventRow
from kazyna.store.epcis_subscriptions import SubscriptionRow, Told

EVENTS_AT_ONCE = 100
DUE_AT_ONCE = 100
QUERIES_SHOWN = 200
LATE = timedelta(minutes=1)
"""A capture that takes longer from its begin to its commit may be missed by subscribers."""
POLL = timedelta(seconds=1)
RETRY_SECONDS, RETRY_SECONDS_MAX = 10, 3_600
DOUBLINGS_MAX = 9
SENDER = Actor("epcis", "officer")

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class NewSubscription:
    """What a subscriber asks for: a stream, or a schedule."""

    dest: str
    signature_token: str | None = None
    """By which the subscriber knows that what comes is ours."""
    stream: bool = False
    schedule: Mapping[str, str] | None = None
    report_if_empty: bool = False
    initial_record_time: datetime | None = None
    """From when; nothing is from now."""


@dataclass(frozen=True)
class Subscription:
    """A subscription; its token is told to nobody."""

    subscription_id: str
    query_name: str
    dest: str
    stream: bool
    schedule: Mapping[str, str] | None
    report_if_empty: bool
    created_at: datetime
    initial_record_time: datetime
    min_record_time: datetime
    last_notified_at: datetime | None
    last_error: str | None
    """Why the last attempt failed; the next one is under way."""


@dataclass(frozen=True)
class SubscribedQuery:
    """A saved query and to whom what it finds is sent."""

    query: SavedQuery
    subscriptions: tuple[Subscription, ...]


@dataclass(frozen=True)
class News:
    """What a subscriber was not told yet."""

    events: Sequence[EventRow]
    more: bool
    """Whether there is more than is told at once."""
    told: tuple[datetime, list[int]]
    """Until when it is told now, and which of the events recorded lately."""


@dataclass(frozen=True)
class Sending:
    """What one round of sending did."""

    subscriptions: int
    """Whose time had come."""
    events: int
    failed: int


def subscribe(ctx: Context, query_name: str, new: NewSubscription) -> Subscription:
    """Subscribe to a saved query of the caller.

    Raises
    ------
    InputError
        When the address is not allowed.
    WrongSchedule
        As `schedule_of`.
    NotFound
        When the caller has no query of that name.
    """
    ctx.require("participant", "officer")
    schedule = schedule_of(new.schedule, stream=new.stream)
    if not is_allowed(ctx.webhooks, new.dest):
        reason = f"events are not sent to {new.dest}"
        expected = "an address that the installation allows (KAZYNA_WEBHOOKS)"
        raise InputError(Finding("subscription", reason, expected, column="dest"))
    with ctx.transaction() as tx:
        now = epcis_subscriptions.clock(tx)
        made = epcis_subscriptions.insert_subscription(
            tx,
            query_name,
            ctx.actor.participant_no,
            {
                "dest": new.dest,
                "signature_token": new.signature_token,
                "schedule": None if new.schedule is None else dict(new.schedule),
                "report_if_empty": new.report_if_empty,
                "since": new.initial_record_time,
                "next_at": None if schedule is None else schedule.next_after(now),
            },
        )
        if made is None:
            raise NotFound(f"There is no query {query_name!r}.")
        return _required(tx, query_name, made)


def schedule_of(given: Mapping[str, str] | None, *, stream: bool) -> Schedule | None:
    """Return when a subscriber is told: by a schedule, or, where it is a stream, at once.

    Raises
    ------
    WrongSchedule
        When the schedule is wrong, or there is neither a schedule nor a stream, or both.
    """
    if stream == (given is not None):
        reason = "it has a schedule and a stream" if stream else "it says not when to send"
        expected = "either a schedule, or stream: true"
        raise WrongSchedule(Finding("subscription", reason, expected, column="schedule"))
    return None if given is None else parse_schedule(given)


def list_subscriptions(ctx: Context, query_name: str) -> tuple[Subscription, ...]:
    """Return the subscriptions to a saved query of the caller."""
    ctx.require("participant", "officer", "auditor")
    with ctx.transaction() as tx:
        rows = epcis_subscriptions.list_subscriptions(tx, _query_no(tx, query_name))
    return tuple(_subscription(query_name, row) for row in rows)


def queries_with_subscriptions(ctx: Context) -> tuple[SubscribedQuery, ...]:
    """Return the caller's saved queries, by name, with their subscriptions."""
    found = list_queries(ctx, per_page=QUERIES_SHOWN).queries
    return tuple(SubscribedQuery(each, list_subscriptions(ctx, each.name)) for each in found)


def find_subscription(ctx: Context, query_name: str, subscription_id: str) -> Subscription:
    """Return one subscription to a saved query of the caller."""
    ctx.require("participant", "officer", "auditor")
    with ctx.transaction() as tx:
        return _required(tx, query_name, _uuid(subscription_id))


def unsubscribe(ctx: Context, query_name: str, subscription_id: str) -> None:
    """End a subscription."""
    ctx.require("participant", "officer")
    with ctx.transaction() as tx:
        query_no = _query_no(tx, query_name)
        if not epcis_subscriptions.delete_subscription(tx, query_no, _uuid(subscription_id)):
            raise _unknown(subscription_id)


def send_due(ctx: Context) -> Sending:
    """Send what is new to those whose time has come; one program at a time does."""
    ctx.require("officer")
    with ctx.transaction() as lock:
        if not epcis_subscriptions.may_send(lock):
            return Sending(0, 0, 0)
        now = epcis_subscriptions.clock(lock)
        due = epcis_subscriptions.due_subscriptions(lock, limit=DUE_AT_ONCE)
        events = failed = 0
        for row in due:
            try:
                events += _send(ctx, row, now)
            except KazynaError as error:
                failed += 1
                wait = RETRY_SECONDS * 2 ** min(row.failures, DOUBLINGS_MAX)
                with ctx.transaction() as tx:
                    epcis_subscriptions.failed(
                        tx, row.subscription_id, str(error), seconds=min(wait, RETRY_SECONDS_MAX)
                    )
    return Sending(len(due), events, failed)


@contextmanager
def sending(installation: Installation) -> Iterator[None]:
    """Send in the background as long as the program serves, where sending is allowed at all."""
    if not installation.settings.webhooks:
        yield
        return
    stop = Signal()

    def run() -> None:
        while not stop.wait(POLL.total_seconds()):
            try:
                send_due(installation.context(SENDER))
            except Exception:  # the next round may be better
                log.exception("events were not sent to subscribers")

    thread = Thread(target=run, name="epcis-subscriptions", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _send(ctx: Context, row: SubscriptionRow, now: datetime) -> int:
    """Send one subscriber what is new, up to a hundred events; return how many."""
    role: Role = "officer" if row.participant_no is None else "participant"
    own = replace(ctx, actor=Actor(row.actor, role, participant_no=row.participant_no))
    with own.transaction() as tx:
        query = epcis_queries.query_by_number(tx, row.query_no)
    if query is None:
        raise NotFound("The query is not the subscriber's any more.")
    found = news(own, query.parameters, (row.told_until, row.told_lately), now)
    if found.events or (row.report_if_empty and row.schedule is not None):
        _post(ctx, row, query.name, found.events)
    next_at = now + POLL
    if row.schedule is not None:
        next_at = parse_schedule(row.schedule).next_after(now) or now + timedelta(days=1)
    with ctx.transaction() as tx:
        told = Told(*found.told, now if found.more else next_at)
        epcis_subscriptions.told(tx, row.subscription_id, told, notified=bool(found.events))
    return len(found.events)


def news(
    ctx: Context, parameters: Mapping[str, Any], told: tuple[datetime, list[int]], now: datetime
) -> News:
    """Return what a query finds that was not told yet, up to a hundred events.

    Parameters
    ----------
    ctx
        The subscriber.
    parameters
        Of the query.
    told
        Until when the subscriber was told, and which of the events recorded lately.
    now
        By the clock of the database.
    """
    until, lately = told
    found = events_recorded(ctx, parameters, told, limit=EVENTS_AT_ONCE + 1)
    shown, more = found[:EVENTS_AT_ONCE], len(found) > EVENTS_AT_ONCE
    until = max(until, now - LATE)
    if more:
        until = min(until, shown[-1].recorded_at)
    numbers = [*lately, *(event.event_no for event in shown)]
    with ctx.transaction() as tx:
        return News(shown, more, (until, epcis_events.recorded_of(tx, numbers, since=until)))


def _post(ctx: Context, row: SubscriptionRow, name: str, events: Sequence[EventRow]) -> None:
    """Send events; in halves where the subscriber cannot take as many at once."""
    if not is_allowed(ctx.webhooks, row.dest):
        raise Unavailable(f"Events are no longer sent to {row.dest}.")
    document = query_document(
        [event_of(event) for event in events],
        Wanted(),
        query_name=name,
        subscription_id=str(row.subscription_id),
    )
    try:
        post_signed(row.dest, document, token=row.signature_token)
    except TooLarge:
        half = len(events) // 2
        if not half:
            raise
        _post(ctx, row, name, events[:half])
        _post(ctx, row, name, events[half:])


def _query_no(tx: Transaction, name: str) -> int:
    query = epcis_queries.find_query(tx, name)
    if query is None:
        raise NotFound(f"There is no query {name!r}.")
    return query.query_no


def _required(tx: Transaction, query_name: str, subscription_id: UUID) -> Subscription:
    query_no = _query_no(tx, query_name)
    row = epcis_subscriptions.find_subscription(tx, query_no, subscription_id)
    if row is None:
        raise _unknown(str(subscription_id))
    return _subscription(query_name, row)


def _unknown(subscription_id: str) -> NotFound:
    return NotFound(f"There is no subscription {subscription_id!r}.")


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise _unknown(text) from error


def _subscription(query_name: str, row: SubscriptionRow) -> Subscription:
    return Subscription(
        subscription_id=str(row.subscription_id),
        query_name=query_name,
        dest=row.dest,
        stream=row.schedule is None,
        schedule=row.schedule,
        report_if_empty=row.report_if_empty,
        created_at=row.created_at,
        initial_record_time=row.initial_record_time,
        min_record_time=row.told_until,
        last_notified_at=row.last_notified_at,
        last_error=row.last_error,
    )
