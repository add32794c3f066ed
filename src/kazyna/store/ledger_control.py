"""What controls the books: requests that two persons sign, closed periods, seals."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from kazyna.accounts import Bucket
from kazyna.store.connection import Transaction
from kazyna.store.ledger import refusals

RequestKind = Literal["refund", "offset", "write_off", "remission"]
RequestStatus = Literal["requested", "approved", "refused"]
PeriodStep = Literal["closed", "reopening_asked", "reopened"]


@dataclass(frozen=True)
class RequestRow:
    """A request to pay out, move or give up money, in minor units."""

    request_id: int
    kind: RequestKind
    taxpayer_id: str
    tax: str | None
    period: int | None
    bucket: Bucket | None
    amount: int
    reason: str
    requested_on: date
    requested_by: str
    status: RequestStatus
    decided_on: date | None
    decided_by: str | None
    note: str
    entry_id: int | None
    claimed_on: date
    pay_by: date | None
    interest: int


@dataclass(frozen=True)
class PeriodRow:
    """One step in the life of a period; totals are debits less credits in minor units."""

    event_id: int
    closed_from: date
    closed_to: date
    event: PeriodStep
    reason: str
    totals: Mapping[str, str] | None
    digest: str | None
    happened_on: date
    actor: str


@dataclass(frozen=True)
class Altered:
    """The first thing that is not as it was sealed."""

    seal_no: int
    entry_id: int | None
    reason: str


@dataclass(frozen=True)
class SealedState:
    """How far the journal is sealed; the digest stands for everything up to there."""

    seals: int
    last_entry: int
    unsealed: int
    digest: str


def insert_request(tx: Transaction, request: Mapping[str, object]) -> int:
    """Record a request under the actor's name; return its number."""
    number: int = tx.value(
        """
        INSERT INTO ledger_requests (kind, taxpayer_id, tax, period, bucket, amount, reason,
                                     claimed_on, pay_by)
        VALUES (%(kind)s, %(taxpayer_id)s, %(tax)s, %(period)s, %(bucket)s, %(amount)s, %(reason)s,
                %(claimed_on)s, %(pay_by)s)
        RETURNING request_id
        """,
        dict(request),
    )
    return number


def find_request(tx: Transaction, request_id: int) -> RequestRow | None:
    """Return one request, held until the commit, or None."""
    return tx.row(
        RequestRow,
        """
        SELECT request_id, kind, taxpayer_id, tax, period, bucket, amount, reason, requested_on,
               requested_by, status, decided_on, decided_by, note, entry_id, claimed_on, pay_by,
               interest
        FROM ledger_requests WHERE request_id = %s
        """,
        (request_id,),
    )


def requests(tx: Transaction, *, limit: int) -> list[RequestRow]:
    """Return the requests that wait for a signature, then the latest decided."""
    return tx.rows(
        RequestRow,
        """
        SELECT request_id, kind, taxpayer_id, tax, period, bucket, amount, reason, requested_on,
               requested_by, status, decided_on, decided_by, note, entry_id, claimed_on, pay_by,
               interest
        FROM ledger_requests ORDER BY status <> 'requested', request_id DESC LIMIT %s
        """,
        (limit,),
    )


def decide(
    tx: Transaction, request_id: int, *, status: RequestStatus, note: str, entry_id: int | None,
    interest: int = 0,
) -> None:  # fmt: skip
    """Sign a request as the second person."""
    with refusals():
        tx.execute(
            "UPDATE ledger_requests SET status = %s, note = %s, entry_id = %s, interest = %s"
            " WHERE request_id = %s",
            (status, note, entry_id, interest, request_id),
        )


def close_through(tx: Transaction, last_day: date, *, reason: str) -> PeriodRow:
    """Close the books up to a day."""
    with refusals():
        return _event(tx, tx.value("SELECT close_through(%s, %s)", (last_day, reason)))


def reopen(tx: Transaction, *, reason: str) -> PeriodRow:
    """Ask to open the last closed period, or sign what somebody else has asked for."""
    with refusals():
        return _event(tx, tx.value("SELECT reopen_period(%s)", (reason,)))


def periods(tx: Transaction) -> list[PeriodRow]:
    """Return every closing and reopening, the latest first."""
    return tx.rows(
        PeriodRow,
        "SELECT event_id, closed_from, closed_to, event, reason, totals,"
        " encode(digest, 'hex') AS digest, happened_on, actor"
        " FROM period_events ORDER BY event_id DESC",
    )


def changed_periods(tx: Transaction) -> list[date]:
    """Return the last days of closed periods whose totals are not what they were."""
    found = tx.value(
        """
        SELECT array_agg(closed_to ORDER BY closed_to)
        FROM (SELECT DISTINCT ON (closed_from) * FROM period_events
              WHERE event <> 'reopening_asked' ORDER BY closed_from, event_id DESC) AS latest
        WHERE event = 'closed' AND totals <> period_totals(closed_from, closed_to)
        """
    )
    return list(found or ())


def last_settled_entry(tx: Transaction) -> int:
    """Return the entry below which nothing is under way."""
    number: int = tx.value("SELECT last_settled_entry()")
    return number


def seal_through(tx: Transaction, settled: int) -> int:
    """Seal the entries up to one; return how many seals were made."""
    made: int = tx.value("SELECT seal_through(%s)", (settled,))
    return made


def sealed_state(tx: Transaction) -> SealedState:
    """Return how far the journal is sealed."""
    state = tx.row(
        SealedState,
        """
        SELECT coalesce(max(seal_no), 0) AS seals, coalesce(max(last_entry), 0) AS last_entry,
               (SELECT count(*) FROM entries
                WHERE entry_id > coalesce(max(last_entry), 0)) AS unsealed,
               coalesce((SELECT encode(digest, 'hex') FROM seals ORDER BY seal_no DESC LIMIT 1), '')
                   AS digest
        FROM seals
        """,
    )
    return state or SealedState(0, 0, 0, "")


def is_digest(tx: Transaction, digest: str) -> bool:
    """Tell whether a digest that was noted down elsewhere is that of a seal."""
    return bool(
        tx.value("SELECT EXISTS (SELECT FROM seals WHERE encode(digest, 'hex') = %s)", (digest,))
    )


def first_altered(tx: Transaction) -> Altered | None:
    """Compare the journal with its seals; return the first difference."""
    return tx.row(Altered, "SELECT seal_no, entry_id, reason FROM first_altered()")


def _event(tx: Transaction, event_id: int) -> PeriodRow:
    return next(row for row in periods(tx) if row.event_id == event_id)
