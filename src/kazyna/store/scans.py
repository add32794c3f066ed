"""Scans of codes, and what tills sold without a network."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from kazyna.core.errors import Finding, InputError
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
    answers: list[dict[str, Any]] = field(default_factory=list)
    """What the till was told of each code."""


def insert_scans(tx: Transaction, scans: Sequence[NewScan]) -> None:
    """Write scans; the clock is the server's.

    Raises
    ------
    InputError
        When the database cannot take one of them as it is.
    """
    try:
        _insert(tx, scans)
    except (psycopg.DataError, psycopg.IntegrityError, UnicodeError) as error:
        finding = Finding("scan", str(error), "a scan that can be recorded")
        raise InputError(finding) from error


def _insert(tx: Transaction, scans: Sequence[NewScan]) -> None:
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


def find_till_sales(
    tx: Transaction, participant_no: int, device: str, counters: Sequence[int]
) -> dict[int, TillSaleRow]:
    """Return what a till has reported under some of its numbers."""
    rows = tx.rows(
        TillSaleRow,
        """
        SELECT counter, sold_at, content_hash, outcome, reason, answers FROM till_sales
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


def insert_till_sale(tx: Transaction, participant_no: int, device: str, row: TillSaleRow) -> None:
    """Record what a till reports; a number that stands is left as it is."""
    tx.execute(
        """
        INSERT INTO till_sales (participant_no, device, counter, sold_at, content_hash, outcome,
                                reason, answers)
        VALUES (%(participant_no)s, %(device)s, %(counter)s, %(sold_at)s, %(content_hash)s,
                %(outcome)s, %(reason)s, %(answers)s)
        ON CONFLICT DO NOTHING
        """,
        vars(row)
        | {"participant_no": participant_no, "device": device, "answers": Jsonb(row.answers)},
    )
