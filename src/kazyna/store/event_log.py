"""The log of marking and the scans of the database as the table that detection reads.

The log holds ranges of units; they travel by COPY as they are and are spread to a row a unit by
DuckDB. The number of an event is its document's, times 2^20, and its line; of a scan, its
own below nought.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import LiteralString

import duckdb
import pyarrow as pa

from kazyna.marking.detection.events import KINDS, sql_list
from kazyna.store.connection import Transaction
from kazyna.store.event_files import computing

LOGGED = pa.schema(
    [
        ("event_id", pa.int64()),
        ("kind", pa.string()),
        ("happened_at", pa.timestamp("us")),
        ("recorded_at", pa.timestamp("us")),
        ("batch", pa.int64()),
        ("first_index", pa.int64()),
        ("last_index", pa.int64()),
        ("indices", pa.string()),
        ("package", pa.bool_()),
        ("gtin", pa.int64()),
        ("lot", pa.string()),
        ("expires_on", pa.date32()),
        ("goods", pa.string()),
        ("participant", pa.string()),
        ("facility", pa.string()),
        ("lon", pa.float64()),
        ("lat", pa.float64()),
        ("device", pa.string()),
        ("document", pa.string()),
        ("counterparty", pa.string()),
        ("parent", pa.int64()),
        ("reason", pa.string()),
        ("verdict", pa.string()),
        ("text_hash", pa.int64()),
        ("price", pa.decimal128(38, 6)),
    ]
)

LOG: LiteralString = """
    SELECT events.document_no * 1048576 + line, events.kind,
           events.happened_at AT TIME ZONE 'UTC', events.recorded_at AT TIME ZONE 'UTC',
           events.batch, first_index, last_index, array_to_string(indices, ','),
           batches.kind = 'container', events.gtin, lots.lot, lots.expires_on,
           products.attributes->>'excise_goods', who.participant_id,
           coalesce(facilities.facility_id, facilities.name), facilities.lon, facilities.lat,
           documents.attributes->>'device', documents.document_id, target.participant_id,
           events.parent_batch * 2147483648 + events.parent_index, events.reason,
           NULL::text, NULL::bigint, price * %(coin)s::numeric
    FROM marking_events AS events
    JOIN marking_documents AS documents USING (document_no)
    JOIN marking_batches AS batches ON batches.batch = events.batch
    LEFT JOIN marking_lots AS lots ON lots.lot_no = events.lot_no
    LEFT JOIN products_now AS products ON products.gtin = events.gtin
    LEFT JOIN participants AS who ON who.participant_no = events.participant_no
    LEFT JOIN participants AS target ON target.participant_no = events.counterparty_no
    LEFT JOIN facilities_now AS facilities ON facilities.facility_no = events.facility_no
    WHERE (%(since)s::date IS NULL OR events.recorded_at >= %(since)s)
      AND (%(gtin)s::bigint IS NULL OR events.gtin = %(gtin)s)
    UNION ALL
    SELECT -scan_no, 'scan', scanned_at AT TIME ZONE 'UTC', scans.recorded_at AT TIME ZONE 'UTC',
           batch, index, index, NULL, false, scans.gtin, NULL, NULL, NULL, participant_id,
           facilities.facility_id, coalesce(scans.lon, facilities.lon),
           coalesce(scans.lat, facilities.lat), scans.device, NULL, NULL, NULL, scans.reason,
           CASE WHEN batch IS NOT NULL THEN 'genuine'
                WHEN scans.verdict IN ('wrong_tail', 'key_unknown') THEN 'forged'
                ELSE 'unreadable' END,
           ('x' || encode(substring(code_hash FOR 8), 'hex'))::bit(64)::bigint, NULL
    FROM marking_scans AS scans
    LEFT JOIN participants USING (participant_no)
    LEFT JOIN facilities_now AS facilities ON facilities.facility_no = scans.facility_no
    WHERE NOT repeat AND (%(since)s::date IS NULL OR scans.recorded_at >= %(since)s)
      AND %(gtin)s::bigint IS NULL
    """

SPREAD = f"""
    CREATE TEMPORARY TABLE events AS
    SELECT event_id,
           CASE WHEN kind = 'remark' AND parent IS NOT NULL THEN 'replacement'
                ELSE kind END AS kind,
           happened_at, recorded_at,
           batch * 2147483648 + unnest(CASE WHEN batch IS NULL THEN [NULL::BIGINT]
                WHEN indices IS NULL THEN range(first_index, last_index + 1)
                ELSE string_split(indices, ',')::BIGINT[] END) AS code,
           package, gtin, lot, expires_on, goods, participant, facility, lon, lat, device,
           document, counterparty, parent, price, NULL::DECIMAL(38, 6) AS printed_price, reason,
           verdict, text_hash
    FROM logged WHERE kind IN {sql_list(KINDS)}
    """  # noqa: S608 (the words are ours)


@contextmanager
def opened_log(
    tx: Transaction, *, coin: Decimal, since: date | None = None, gtin: int | None = None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a DuckDB with the table `events` of what the role may see of the log and the scans.

    Parameters
    ----------
    tx
        The transaction of an officer or an auditor.
    coin
        What a minor unit of the currency is: prices are logged in those.
    since
        Only what was recorded from this day on.
    gtin
        Only events of one product, and no scans.
    """
    logged = tx.table(LOGGED, LOG, {"since": since, "coin": coin, "gtin": gtin})
    with computing() as connection:
        connection.register("logged", logged)
        connection.execute(SPREAD)
        yield connection
