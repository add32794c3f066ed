"""Subscriptions over an open connection: what a saved query finds is told as long as one listens.

A stream is told as events are recorded, or by a schedule. It begins when the connection is opened,
or at a time that is said, and leaves nothing behind when it ends.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import uuid4

from kazyna.marking.epcis.schedule import FIELDS, Schedule
from kazyna.services.context import Context
from kazyna.services.epcis_documents import Wanted, query_document
from kazyna.services.epcis_queries import event_of
from kazyna.services.epcis_saved_queries import find_query
from kazyna.services.epcis_subscriptions import News, news, schedule_of
from kazyna.store import epcis_subscriptions

SCHEDULE_FIELDS = tuple(FIELDS)


@dataclass(frozen=True)
class Stream:
    """An open subscription, and how far it has come."""

    stream_id: str
    query_name: str
    parameters: Mapping[str, Any]
    schedule: Schedule | None
    report_if_empty: bool
    told: tuple[datetime, list[int]]
    """Until when, and which events recorded lately."""
    next_at: datetime | None
    """When the schedule comes next; none where events are told as they come."""


def open_stream(
    ctx: Context,
    query_name: str,
    *,
    stream: bool,
    schedule: Mapping[str, str] | None = None,
    report_if_empty: bool = False,
    since: datetime | None = None,
) -> Stream:
    """Begin to tell what a saved query of the caller finds.

    Raises
    ------
    WrongSchedule
        When the schedule is wrong, or there is neither a schedule nor a stream, or both.
    NotFound
        When the caller has no query of that name.
    """
    ctx.require("participant", "officer", "auditor")
    planned = schedule_of(schedule, stream=stream)
    query = find_query(ctx, query_name)
    with ctx.transaction() as tx:
        now = epcis_subscriptions.clock(tx)
    next_at = None if planned is None else planned.next_after(now)
    return Stream(
        str(uuid4()), query_name, query.query, planned, report_if_empty, (since or now, []), next_at
    )


def continue_stream(ctx: Context, stream: Stream) -> tuple[Stream, bytes | None]:
    """Return a stream one step on, and a document where there is something to tell now."""
    with ctx.transaction() as tx:
        now = epcis_subscriptions.clock(tx)
    if stream.next_at is not None and now < stream.next_at:
        return stream, None
    found = news(ctx, stream.parameters, stream.told, now)
    # What does not fit into one document is told at the next step, before the schedule goes on.
    if stream.schedule is not None and not found.more:
        stream = replace(stream, next_at=stream.schedule.next_after(now))
    return replace(stream, told=found.told), _document(stream, found)


def _document(stream: Stream, found: News) -> bytes | None:
    if not found.events and not (stream.report_if_empty and stream.schedule is not None):
        return None
    return query_document(
        [event_of(event) for event in found.events],
        Wanted(),
        query_name=stream.query_name,
        subscription_id=stream.stream_id,
    )
