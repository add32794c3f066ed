"""Mass balance of marked goods: nothing leaves that did not come in.

Of a participant, product and lot, up to the end of each month:

    applied ≥ introduced
    stock = introduced + received + returned - shipped - sold - withdrawn ≥ 0

A participant who never introduced starts with what it received. What the system saw before the
events begin is not known, so a balance is of a whole log, or of lots made within it.
"""

from dataclasses import dataclass

import duckdb
import pyarrow as pa

from kazyna.marking.detection.events import HELD, INTRODUCED, WITHDRAWN, sql_list

DOCUMENTS_MAX = 50
"""Named of one difference; its count says how many there are."""

MOVEMENTS = f"""
    SELECT participant, gtin, lot, date_trunc('month', happened_at)::DATE AS month,
           count(*) FILTER (kind = 'apply') AS applied,
           count(*) FILTER (kind IN {sql_list(INTRODUCED)}) AS introduced,
           count(*) FILTER (kind = 'accept') AS received,
           count(*) FILTER (kind = 'return') AS returned,
           count(*) FILTER (kind = 'ship') AS shipped,
           count(*) FILTER (kind = 'sell') AS sold,
           count(*) FILTER (kind IN {sql_list(WITHDRAWN)}) AS withdrawn,
           0 AS given_back
    FROM reports
    WHERE participant IS NOT NULL
    GROUP BY ALL
    UNION ALL
    SELECT sender, gtin, lot, date_trunc('month', happened_at)::DATE, 0, 0, 0, 0, 0, 0, 0, count(*)
    FROM (
        SELECT kind, gtin, lot, happened_at,
               last_value(CASE WHEN kind = 'ship' THEN participant END IGNORE NULLS)
                   OVER (PARTITION BY code ORDER BY happened_at, event_id
                         ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS sender
        FROM reports
        WHERE code IN (SELECT code FROM reports WHERE kind IN ('refuse', 'cancel_shipment'))
    ) WHERE kind IN ('refuse', 'cancel_shipment') AND sender IS NOT NULL
    GROUP BY ALL
    """  # noqa: S608 (the words are ours)
"""Units by month; what is refused or called back is its sender's again."""

SUMS = ("applied", "introduced", "received", "returned", "shipped", "sold", "withdrawn",
        "given_back")  # fmt: skip

BALANCES = f"""
    SELECT *, introduced + received + returned + given_back - shipped - sold - withdrawn AS stock
    FROM (
        SELECT participant, gtin, lot, month,
               {", ".join(f"sum(sum({name})) OVER so_far AS {name}" for name in SUMS)}
        FROM movements GROUP BY participant, gtin, lot, month
        WINDOW so_far AS (PARTITION BY participant, gtin, lot ORDER BY month)
    )
    ORDER BY participant, gtin, lot, month
    """  # noqa: S608 (the words are ours)

REPORTED = f"""
    SELECT event_id, kind, code, gtin, lot, participant, counterparty, document, happened_at
    FROM events
    WHERE code IS NOT NULL AND gtin IS NOT NULL AND NOT package
      AND (kind IN {sql_list(HELD)} OR kind IN {sql_list(WITHDRAWN)}
           OR kind IN ('apply', 'ship', 'sell', 'refuse', 'cancel_shipment'))
    """  # noqa: S608 (the words are ours)

DIFFERENCES = f"""
    WITH short AS (
        SELECT 'introduced more than applied' AS difference, participant, gtin, lot, month,
               introduced - applied AS units
        FROM balances WHERE applied > 0 AND introduced > applied + $tolerance
        UNION ALL
        SELECT 'more left than came in', participant, gtin, lot, month, -stock
        FROM balances WHERE stock < -$tolerance
    ), first_month AS (
        SELECT difference, participant, gtin, lot, min(month) AS month,
               arg_max(units, month) AS units
        FROM short GROUP BY ALL
    ), open_shipments AS (
        SELECT 'not accepted or refused' AS difference, participant, gtin, lot,
               date_trunc('month', happened_at)::DATE AS month, count(*) AS units,
               list(DISTINCT document ORDER BY document)[:{DOCUMENTS_MAX}] AS documents
        FROM (
            SELECT *, lead(kind) OVER (PARTITION BY code ORDER BY happened_at, event_id) AS answer
            FROM reports WHERE kind IN ('ship', 'accept', 'refuse', 'cancel_shipment')
        )
        WHERE kind = 'ship' AND answer IS NULL
          AND happened_at < (SELECT max(happened_at) FROM reports)
                            - to_days($open_days::INTEGER)
        GROUP BY ALL HAVING count(*) > $tolerance
    )
    SELECT difference, participant, gtin, lot, month, units::BIGINT AS units,
           list(DISTINCT document ORDER BY document)[:{DOCUMENTS_MAX}] AS documents
    FROM first_month JOIN reports AS event USING (participant, gtin, lot)
    WHERE event.document IS NOT NULL
    GROUP BY ALL
    UNION ALL BY NAME SELECT difference, participant, gtin, lot, month, units, documents
    FROM open_shipments
    ORDER BY units DESC, participant, gtin, lot
    """  # noqa: S608 (the words are ours)


@dataclass(frozen=True)
class MassBalance:
    """Balances and what does not add up."""

    balances: pa.Table
    """Participant, gtin, lot, month, the sums up to its end, and the stock that follows."""
    differences: pa.Table
    """Difference, participant, gtin, lot, the month of its first appearance, units, documents."""


def mass_balance(
    computing: duckdb.DuckDBPyConnection, *, tolerance: int = 0, open_days: int = 14
) -> MassBalance:
    """Balance the events of marked goods by participant, product, lot and month.

    Parameters
    ----------
    computing
        A connection to DuckDB in memory with a table or view `events`, as `EVENTS` of detection
        says.
    tolerance
        Units of one participant, product and lot that may be missing.
    open_days
        So long goods may be on their way, counted back from the latest event.

    Returns
    -------
    MassBalance
        The largest difference first.
    """
    for name, query in (
        ("reports", REPORTED), ("movements", MOVEMENTS), ("balances", BALANCES)
    ):  # fmt: skip
        computing.execute(f"CREATE OR REPLACE TEMPORARY TABLE {name} AS {query}")
    given = {"tolerance": tolerance, "open_days": open_days}
    differences = computing.sql(DIFFERENCES, params=given).to_arrow_table()
    return MassBalance(computing.sql("FROM balances").to_arrow_table(), differences)
