"""Scans of codes, and what tills sold without a network."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from kazyna.store.connection import Transaction

COLUMNS = (
    "ages", "purposes", "verdicts", "reasons", "gtins", "batches", "indices", "hashes", "devices",
    "participants", "facilities", "lons", "lats", "repeats",
)  # fmt: skip


@dataclass(frozen=True)
class NewScan:
    """One scan that is about to be written."""

    seconds_ago: float
    purpose: str
    verdict: str
    reason: str
    gtin: int | None
    batch: int | None
    index: int | None
    code_hash: bytes | None
    device: str | None
    participant_no: int | None
    facility_no: int | None
    lon: float | None
    lat: float | None
    repeat: bool


@dataclass(frozen=True)
class ScanRow:
    """One scan of a unit."""

    scan_no: int
    scanned_at: datetime
    purpose: str
    reason: str
    device: str | None
    participant: str | None
    facility: str | None
    repeat: bool


@dataclass(frozen=True)
class TillSaleRow:
    """What a till reported under a number."""

    counter: int
    sold_at: datetime
    content_hash: bytes
    outcome: str
    reason: str


def insert_scans(tx: Transaction, scans: Sequence[NewScan]) -> None:
    """Write scans; the clock is the server's."""
    tx.value("SELECT open_scan_month()")
    rows = [tuple(vars(scan).values()) for scan in scans]
    tx.execute(
        """
        INSERT INTO marking_scans (scanned_at, purpose, verdict, reason, gtin, batch, index,
            code_hash, device, participant_no, facility_no, lon, lat, repeat)
        SELECT now() - age * interval '1 second', purpose, verdict, reason, gtin, batch, index,
               code_hash, device, participant_no, facility_no, lon, lat, repeat
        FROM unnest(%(ages)s::float8[], %(purposes)s::text[], %(verdicts)s::text[],
                    %(reasons)s::text[], %(gtins)s::bigint[], %(batches)s::bigint[],
                    %(indices)s::integer[], %(hashes)s::bytea[], %(devices)s::text[],
                    %(participants)s::integer[], %(facilities)s::integer[], %(lons)s::float8[],
                    %(lats)s::float8[], %(repeats)s::boolean[])
            AS made (age, purpose, verdict, reason, gtin, batch, index, code_hash, device,
                     participant_no, facility_no, lon, lat, repeat)
        """,
        dict(zip(COLUMNS, map(list, zip(*rows, strict=True)), strict=True)),
    )


def scans_of(tx: Transaction, batch: int, index: int, *, limit: int) -> list[ScanRow]:
    """Return the scans of a unit, the latest first."""
    return tx.rows(
        ScanRow,
        """
        SELECT scan_no, scanned_at, purpose, reason, device, participant_id AS participant,
               facility_id AS facility, repeat
        FROM marking_scans
        LEFT JOIN participants USING (participant_no)
        LEFT JOIN facilities USING (facility_no)
        WHERE batch = %s AND index = %s ORDER BY scanned_at DESC LIMIT %s
        """,
        (batch, index, limit),
    )


def participant_ids(tx: Transaction, numbers: Sequence[int]) -> dict[int, str]:
    """Return the names under which participants are registered."""
    rows = tx.connection.execute(
        "SELECT participant_no, participant_id FROM participants WHERE participant_no = ANY (%s)",
        (list(numbers),),
    )
    return {int(number): str(name) for number, name in rows}


def find_till_sales(
    tx: Transaction, participant_no: int, device: str, counters: Sequence[int]
) -> dict[int, TillSaleRow]:
    """Return what a till has reported under some of its numbers."""
    rows = tx.rows(
        TillSaleRow,
        """
        SELECT counter, sold_at, content_hash, outcome, reason FROM till_sales
        WHERE participant_no = %s AND device = %s AND counter = ANY (%s)
        """,
        (participant_no, device, list(counters)),
    )
    return {row.counter: row for row in rows}


def last_counter(tx: Transaction, participant_no: int, device: str) -> int:
    """Return the highest number that a till has reported; 0 where it has reported none."""
    found: int = tx.value(
        "SELECT coalesce(max(counter), 0) FROM till_sales"
        " WHERE participant_no = %s AND device = %s",
        (participant_no, device),
    )
    return found


def insert_till_sales(
    tx: Transaction, participant_no: int, device: str, rows: Sequence[TillSaleRow]
) -> None:
    """Record what a till reports; a number that stands is left as it is."""
    tx.execute(
        """
        INSERT INTO till_sales (participant_no, device, counter, sold_at, content_hash, outcome,
                                reason)
        SELECT %s, %s, * FROM unnest(%s::bigint[], %s::timestamptz[], %s::bytea[], %s::text[],
                                     %s::text[])
        ON CONFLICT DO NOTHING
        """,
        (
            participant_no,
            device,
            [row.counter for row in rows],
            [row.sold_at for row in rows],
            [row.content_hash for row in rows],
            [row.outcome for row in rows],
            [row.reason for row in rows],
        ),
    )
