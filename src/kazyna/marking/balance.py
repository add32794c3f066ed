"""Mass balance of marked goods: nothing leaves that did not come in.

Of a participant, product and lot, up to the end of each month:

    ordered ≥ applied ≥ introduced
    consigned to it ≥ received
    stock = introduced + received + returned + given back - shipped - sold - withdrawn ≥ 0

so that along a chain what is introduced covers what is shipped, and what is shipped covers what is
sold, withdrawn and in stock. Codes have no lot when they are ordered, so orders are compared by
product. A new code in the place of a spoilt one changes no balance. A participant who never
introduced starts with what it received. What the system saw before the events begin is not known,
so a balance is of a whole log, or of lots made within it; events that tell of no orders at all say
nothing of what was ordered.
"""

from dataclasses import dataclass

import duckdb
import pyarrow as pa

from kazyna.marking.detection.events import HELD, INTRODUCED, sql_list

DOCUMENTS_MAX = 50
"""Named of one difference; its count says how many there are."""

MEASURES = (
    "ordered", "applied", "introduced", "consigned", "received", "returned", "given_back",
    "shipped", "sold", "withdrawn",
)  # fmt: skip
"""What is counted of a participant; `consigned` was shipped to it, `given_back` was refused."""

COUNTED = (
    *HELD, "order", "cancel_order", "apply", "ship", "sell", "refuse", "cancel_shipment",
    "withdraw", "scrap", "seize", "destroy",
)  # fmt: skip
TAKEN = ("seize", "destroy")
"""Done by the authority to the goods of whoever holds them."""
TURNS = ("refuse", "cancel_shipment", *TAKEN)
"""Events whose effect falls on somebody whom they do not name."""

REPORTED = f"""
    SELECT event_id, kind, code, gtin, lot, participant, counterparty, document, happened_at
    FROM events
    WHERE code IS NOT NULL AND gtin IS NOT NULL AND NOT package AND kind IN {sql_list(COUNTED)}
    """  # noqa: S608 (the words are ours)

TURNED = f"""
    SELECT kind, gtin, lot, happened_at, document,
           CASE WHEN kind IN {sql_list(TAKEN)} THEN nullif(holder, '')
                ELSE sender END AS participant
    FROM (
        SELECT *,
               last_value(CASE WHEN kind = 'ship' THEN participant END IGNORE NULLS)
                   OVER so_far AS sender,
               last_value(CASE WHEN kind IN {sql_list(HELD)} THEN participant
                               WHEN kind IN ('ship', 'sell', 'withdraw', 'scrap') THEN '' END
                          IGNORE NULLS) OVER so_far AS holder
        FROM reports
        WHERE code IN (SELECT code FROM reports WHERE kind IN {sql_list(TURNS)})
        WINDOW so_far AS (PARTITION BY code ORDER BY happened_at, event_id
                          ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
    ) WHERE kind IN {sql_list(TURNS)}
    """  # noqa: S608 (the words are ours)
"""Whose the goods were again that were refused or called back, and whose were taken away."""

MOVEMENTS = f"""
    SELECT participant, gtin, lot, date_trunc('month', happened_at)::DATE AS month,
           count(*) FILTER (kind = 'order') - count(*) FILTER (kind = 'cancel_order') AS ordered,
           count(*) FILTER (kind = 'apply') AS applied,
           count(*) FILTER (kind IN {sql_list(INTRODUCED)}) AS introduced,
           count(*) FILTER (kind = 'accept') AS received,
           count(*) FILTER (kind = 'return') AS returned,
           count(*) FILTER (kind = 'ship') AS shipped,
           count(*) FILTER (kind = 'sell') AS sold,
           count(*) FILTER (kind = 'withdraw') AS withdrawn
    FROM reports WHERE participant IS NOT NULL
    GROUP BY ALL
    UNION ALL BY NAME
    SELECT counterparty AS participant, gtin, lot,
           date_trunc('month', happened_at)::DATE AS month, count(*) AS consigned
    FROM reports WHERE kind = 'ship' AND counterparty IS NOT NULL
    GROUP BY ALL
    UNION ALL BY NAME
    SELECT participant, gtin, lot, date_trunc('month', happened_at)::DATE AS month,
           count(*) FILTER (kind NOT IN {sql_list(TAKEN)}) AS given_back,
           count(*) FILTER (kind IN {sql_list(TAKEN)}) AS withdrawn
    FROM turned WHERE participant IS NOT NULL
    GROUP BY ALL
    UNION ALL BY NAME
    SELECT participant, gtin, lot, date_trunc('month', happened_at)::DATE AS month,
           count(*) AS withdrawn
    FROM reports
    WHERE kind = 'scrap' AND participant IS NOT NULL
      AND code IN (SELECT code FROM reports
                   WHERE kind IN {sql_list(INTRODUCED)} OR kind IN ('accept', 'return'))
    GROUP BY ALL
    """  # noqa: S608 (the words are ours)
"""Units by month; a code that is written off before it is introduced was never stock."""

STOCK = "introduced + received + returned + given_back - shipped - sold - withdrawn AS stock"
SUMS = ", ".join(
    f"(sum(coalesce(sum({name}), 0)) OVER so_far)::BIGINT AS {name}" for name in MEASURES
)


def _sums(*of: str) -> str:
    """Sum movements up to the end of each month, by some columns."""
    columns = ", ".join(of)
    return f"""
        SELECT *, {STOCK}
        FROM (
            SELECT {columns}, month, {SUMS} FROM movements GROUP BY {columns}, month
            WINDOW so_far AS (PARTITION BY {columns} ORDER BY month)
        )
        ORDER BY {columns}, month
        """  # noqa: S608 (the words are ours)


DIFFERENCES = f"""
    WITH short AS (
        SELECT 'introduced more than applied' AS difference, participant, gtin, lot, month,
               introduced - applied AS units
        FROM balances WHERE applied > 0 AND introduced > applied + $tolerance
        UNION ALL
        SELECT 'received more than was shipped to it', participant, gtin, lot, month,
               received - consigned
        FROM balances WHERE received > consigned + $tolerance
        UNION ALL
        SELECT 'more left than came in', participant, gtin, lot, month, -stock
        FROM balances WHERE stock < -$tolerance
        UNION ALL
        SELECT 'applied more than ordered', participant, gtin, NULL, month, applied - ordered
        FROM product_balances
        WHERE applied > ordered + $tolerance
          AND EXISTS (SELECT 1 FROM reports WHERE kind = 'order')
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
            FROM reports WHERE kind IN ('ship', 'accept', 'refuse', 'cancel_shipment', 'seize')
        )
        WHERE kind = 'ship' AND answer IS NULL
          AND happened_at < (SELECT max(happened_at) FROM reports)
                            - to_days($open_days::INTEGER)
        GROUP BY ALL HAVING count(*) > $tolerance
    )
    SELECT difference, first_month.participant, first_month.gtin, first_month.lot, month,
           units::BIGINT AS units,
           list(DISTINCT document ORDER BY document)[:{DOCUMENTS_MAX}] AS documents
    FROM first_month JOIN reports AS event
      ON event.gtin = first_month.gtin
     AND (event.lot IS NOT DISTINCT FROM first_month.lot
          OR difference = 'applied more than ordered' AND event.kind IN ('order', 'apply'))
     AND (event.participant = first_month.participant
          OR difference = 'received more than was shipped to it'
             AND event.kind = 'ship' AND event.counterparty = first_month.participant)
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
    products: pa.Table
    """The same over all lots of a product, with what was ordered."""
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
        ("reports", REPORTED),
        ("turned", TURNED),
        ("movements", MOVEMENTS),
        ("balances", _sums("participant", "gtin", "lot")),
        ("product_balances", _sums("participant", "gtin")),
    ):
        computing.execute(f"CREATE OR REPLACE TEMPORARY TABLE {name} AS {query}")
    given = {"tolerance": tolerance, "open_days": open_days}
    differences = computing.sql(DIFFERENCES, params=given).to_arrow_table()
    return MassBalance(
        computing.sql("FROM balances").to_arrow_table(),
        computing.sql("FROM product_balances").to_arrow_table(),
        differences,
    )
