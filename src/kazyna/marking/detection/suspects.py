"""The pass that all rules share: facts of each code, and the codes that a rule cannot clear.

Nearly every code is made, packed, shipped and sold once by who holds it. One aggregation over the
log shows that, and leaves a few in a hundred for the rules to look at closely. A fact is of one
code, from the kinds of events that it names; operators stand by their hashes.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal

import duckdb

from kazyna.marking.detection.events import (
    CIRCULATING,
    COMMISSIONED,
    HELD,
    STOPPED,
    WITHDRAWN,
    sql_list,
)
from kazyna.marking.detection.rule import Limits, Rule

LOOKS = "(kind = 'sell' OR kind = 'scan')"
"""Somebody had the thing in hands; operators move much of the rest on paper."""

FACTS = f"""
    min(happened_at) FILTER (kind IN {sql_list(CIRCULATING)}) AS introduced_at,
    min(happened_at) FILTER (kind IN {sql_list(COMMISSIONED)}) AS commissioned_at,
    count(*) FILTER (kind = 'sell') AS sales,
    min(happened_at) FILTER (kind = 'sell') AS first_sold_at,
    max(happened_at) FILTER (kind = 'sell') AS last_sold_at,
    arg_max(operator, happened_at) FILTER (kind = 'sell') AS seller,
    arg_max(operator, happened_at) FILTER (kind IN {sql_list(HELD)}) AS holder,
    max(happened_at) FILTER (kind IN {sql_list(HELD)}) AS held_at,
    arg_max(lon, happened_at) FILTER (kind IN {sql_list(HELD)}) AS held_lon,
    arg_max(lat, happened_at) FILTER (kind IN {sql_list(HELD)}) AS held_lat,
    max(happened_at) FILTER (kind = 'ship') AS shipped_at,
    min(happened_at) FILTER (kind IN {sql_list(WITHDRAWN)}) AS withdrawn_at,
    min(happened_at) FILTER (kind IN {sql_list(STOPPED)}) AS stopped_at,
    min(expires_on) AS expires_on,
    count(*) FILTER (kind = 'aggregate') AS packings,
    min(happened_at) FILTER (kind = 'aggregate') AS packed_at,
    bool_or(package) AS package,
    count(*) FILTER ({LOOKS}) AS looks,
    min(operator) FILTER ({LOOKS}) AS first_operator,
    max(operator) FILTER ({LOOKS}) AS last_operator,
    min(lon) FILTER ({LOOKS} AND operator IS NOT NULL) AS west,
    max(lon) FILTER ({LOOKS} AND operator IS NOT NULL) AS east,
    min(lat) FILTER ({LOOKS} AND operator IS NOT NULL) AS south,
    max(lat) FILTER ({LOOKS} AND operator IS NOT NULL) AS north
"""


def make_suspects(
    computing: duckdb.DuckDBPyConnection,
    rules: Iterable[Rule],
    limits: Mapping[str, Mapping[str, Decimal]],
) -> None:
    """Make the temporary table `suspects`: the events of codes that some rule cannot clear.

    Parameters
    ----------
    computing
        With the view `events` and the table `as_of`.
    rules
        Those that suspect codes.
    limits
        The value of each limit by rule and name.
    """
    conditions = {
        rule.name: _condition(rule, limits[rule.name]) for rule in rules if rule.suspicion
    }
    if not conditions:
        return
    columns = ", ".join(f'coalesce({text}, false) AS "{name}"' for name, text in conditions.items())
    suspected = " OR ".join(f'"{name}"' for name in conditions)
    computing.execute(
        f"""
        CREATE OR REPLACE TEMPORARY TABLE suspected_codes AS
        SELECT * FROM (
            SELECT code, {columns}
            FROM (
                SELECT code, {FACTS}
                FROM (SELECT *, hash(participant) AS hashed,
                             CASE WHEN participant IS NOT NULL THEN hashed END AS operator
                      FROM events WHERE code IS NOT NULL)
                GROUP BY code
            ), as_of
        ) WHERE {suspected}
        """  # noqa: S608 (conditions are the rules' own)
    )
    computing.execute(
        """
        CREATE OR REPLACE TEMPORARY TABLE suspects AS
        SELECT events.*, suspected_codes.* EXCLUDE (code)
        FROM events JOIN suspected_codes ON suspected_codes.code = events.code
        """
    )


def _condition(rule: Rule, limits: Limits) -> str:
    if rule.suspicion is None:
        raise ValueError(f"{rule.name} suspects no codes")
    return f"({rule.suspicion(limits)})"
