"""One property's tax among its holders, to the last minor unit."""

import duckdb
import pyarrow as pa

from kazyna.core.money import Currency
from kazyna.tax.rule import AMOUNT


def split_by_share(
    roll: pa.Table, holdings: pa.Table, *, id_column: str, currency: Currency
) -> pa.Table:
    """Split each amount of a roll among those who hold the property.

    The largest-remainder method: each part is rounded down to a minor unit, and the units left
    over go to the largest remainders, the earlier holder on a tie. The parts add up to the amount
    times the shares that are held, rounded half up; with the whole held, to the amount itself.

    Parameters
    ----------
    roll
        As `run_roll` returns it: `id_column` and `amount` in money of `currency`.
    holdings
        `id_column`, `taxpayer_id` and `share` (from 0 to 1).

    Returns
    -------
    pyarrow.Table
        `id_column`, `taxpayer_id`, `share` and `amount_minor` (int64), in the order of the
        property, then of the larger share, then of the taxpayer.
    """
    scale = 10**currency.decimals
    name = '"' + id_column.replace('"', '""') + '"'
    with duckdb.connect() as connection:
        connection.register("roll", roll)
        connection.register("holdings", holdings)
        return connection.sql(
            f"""
            WITH part AS (
                SELECT holdings.{name} AS property, taxpayer_id, share,
                       CAST(roll.{AMOUNT} * {scale} AS HUGEINT) * CAST(share * 100000000 AS HUGEINT)
                           AS exact,
                       exact // 100000000 AS whole, exact % 100000000 AS remainder
                FROM holdings JOIN roll ON roll.{name} = holdings.{name}
            ), ranked AS (
                SELECT *,
                       (sum(exact) OVER held + 50000000) // 100000000 - sum(whole) OVER held
                           AS left_over,
                       row_number() OVER (PARTITION BY property
                                          ORDER BY remainder DESC, taxpayer_id) AS turn
                FROM part WINDOW held AS (PARTITION BY property)
            )
            SELECT property AS {name}, taxpayer_id, share,
                   CAST(whole + CASE WHEN turn <= left_over THEN 1 ELSE 0 END AS BIGINT)
                       AS amount_minor
            FROM ranked ORDER BY property, share DESC, taxpayer_id
            """  # noqa: S608 (names are quoted, numbers are ours)
        ).to_arrow_table()
