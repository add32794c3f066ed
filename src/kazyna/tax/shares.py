"""One property's tax among its holders, to the last minor unit."""

from collections.abc import Sequence

import duckdb
import pyarrow as pa

from kazyna.core.money import Currency
from kazyna.tax.rule import AMOUNT

CASE = "case"
"""The column that numbers the cases of `cases_of`."""


def cases_of(holdings: pa.Table, *, id_column: str, inputs: Sequence[str]) -> pa.Table:
    """Tell apart the cases that a tax has to be computed for, and number them.

    Holders of one object for whom the rules take the same in are one case, whose tax they share;
    another relief, or other months of holding, make a case of their own.

    Parameters
    ----------
    holdings
        `id_column` and every input.
    id_column
        The column that names the object.
    inputs
        What the rules take in.

    Returns
    -------
    pyarrow.Table
        The holdings in the order of the objects with a column `case`, counted from 1.
    """
    columns = ", ".join(_quoted(name) for name in (id_column, *inputs))
    with duckdb.connect() as connection:
        connection.register("holdings", holdings)
        return connection.sql(
            f"""
            SELECT *, dense_rank() OVER (ORDER BY {columns}) AS "{CASE}" FROM holdings
            ORDER BY "{CASE}"
            """  # noqa: S608 (names are quoted)
        ).to_arrow_table()


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
        `id_column`, `taxpayer_id` and `share` (from 0 to 1); other columns pass through.

    Returns
    -------
    pyarrow.Table
        The columns of the holdings and `amount_minor` (int64), in the order of the property,
        then of the larger share, then of the taxpayer.
    """
    scale = 10**currency.decimals
    name = _quoted(id_column)
    with duckdb.connect() as connection:
        connection.register("roll", roll)
        connection.register("holdings", holdings)
        return connection.sql(
            f"""
            WITH part AS (
                SELECT holdings.*,
                       CAST(roll.{AMOUNT} * {scale} AS HUGEINT) * CAST(share * 100000000 AS HUGEINT)
                           AS exact,
                       exact // 100000000 AS whole, exact % 100000000 AS remainder
                FROM holdings JOIN roll ON roll.{name} = holdings.{name}
            ), ranked AS (
                SELECT *,
                       (sum(exact) OVER held + 50000000) // 100000000 - sum(whole) OVER held
                           AS left_over,
                       row_number() OVER (PARTITION BY {name}
                                          ORDER BY remainder DESC, taxpayer_id) AS turn
                FROM part WINDOW held AS (PARTITION BY {name})
            )
            SELECT * EXCLUDE (exact, whole, remainder, left_over, turn),
                   CAST(whole + CASE WHEN turn <= left_over THEN 1 ELSE 0 END AS BIGINT)
                       AS amount_minor
            FROM ranked ORDER BY {name}, share DESC, taxpayer_id
            """  # noqa: S608 (names are quoted, numbers are ours)
        ).to_arrow_table()


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
