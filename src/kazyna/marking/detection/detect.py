"""Run the rules over a table of events."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal

import duckdb
import pyarrow as pa

from kazyna.core.progress import Progress, silent
from kazyna.core.text import LANGUAGES
from kazyna.marking.detection.events import ALERTS, EVENTS, INDEX_BITS, INDICES, MINIMUM_PRICES
from kazyna.marking.detection.rule import Rule
from kazyna.marking.detection.suspects import make_suspects

ABOUT = ("gtin", "lot", "participant", "facility", "device", "happened_at")
RuleLimits = Mapping[str, Mapping[str, Decimal]]
"""Values of limits by rule and name; what is not given is as the rule says."""


def prepare(
    computing: duckdb.DuckDBPyConnection,
    rules: Iterable[Rule],
    *,
    limits: RuleLimits | None = None,
    minimum_prices: pa.Table | None = None,
    as_of: datetime | None = None,
) -> None:
    """Do the work that the rules share; `find` then runs one of them.

    Parameters
    ----------
    computing
        A connection to DuckDB in memory with a table or view `events`, as `EVENTS` says.
    rules
        The rules to be run.
    limits
        Limits other than the rules' own, by rule and name.
    minimum_prices
        As `MINIMUM_PRICES` says; without it no price is too low.
    as_of
        Up to when reports have come in, without a time zone, in UTC; the latest of the events
        where it is not said.
    """
    rules = tuple(rules)
    values = {rule.name: rule.limits_with((limits or {}).get(rule.name, {})) for rule in rules}
    computing.execute(
        "CREATE OR REPLACE TEMPORARY TABLE as_of AS"
        " SELECT coalesce(?::TIMESTAMP, (SELECT max(recorded_at) FROM events)) AS moment",
        [as_of],
    )
    prices = MINIMUM_PRICES.empty_table() if minimum_prices is None else minimum_prices
    computing.register("given_prices", prices)
    computing.execute(
        "CREATE OR REPLACE TEMPORARY TABLE minimum_prices AS SELECT * FROM given_prices"
    )
    computing.unregister("given_prices")
    make_suspects(computing, rules, values)


def find(
    computing: duckdb.DuckDBPyConnection, rule: Rule, *, limits: RuleLimits | None = None
) -> pa.Table:
    """Run one rule on what `prepare` has prepared; return its alerts, in the order of their keys.

    Parameters
    ----------
    computing
        The connection that was prepared.
    rule
        One of the rules that were prepared.
    limits
        The same limits.

    Returns
    -------
    pyarrow.Table
        As `ALERTS` says.
    """
    values = rule.limits_with((limits or {}).get(rule.name, {}))
    subject = (
        f"(code >> {INDEX_BITS})::VARCHAR || ':' || (code & {INDICES - 1})::VARCHAR"
        if rule.subject_kind in {"code", "package"}
        else "subject"
    )
    reasons = ", ".join(
        f"{_words(rule.reason.in_(language))} AS reason_{language}" for language in LANGUAGES
    )
    found = computing.sql(
        f"""
        SELECT '{rule.name}' AS rule, '{rule.severity}' AS severity, key::VARCHAR AS key,
               '{rule.subject_kind}' AS subject_kind, {subject} AS subject,
               {", ".join(ABOUT)}, {reasons}, evidence::BIGINT[] AS evidence
        FROM ({rule.finding(values)}) ORDER BY key
        """  # noqa: S608 (queries are the rules' own)
    )
    return found.to_arrow_table().select(ALERTS.names).cast(ALERTS)


def detect(
    computing: duckdb.DuckDBPyConnection,
    rules: Iterable[Rule],
    *,
    limits: RuleLimits | None = None,
    minimum_prices: pa.Table | None = None,
    as_of: datetime | None = None,
    progress: Progress = silent,
) -> pa.Table:
    """Run rules over events; return their alerts, rule by rule.

    Parameters
    ----------
    computing, rules, limits, minimum_prices, as_of
        As `prepare` takes them.
    progress
        Told of each rule.

    Returns
    -------
    pyarrow.Table
        As `ALERTS` says.
    """
    rules = tuple(rules)
    progress("all codes", 0, len(rules))
    prepare(computing, rules, limits=limits, minimum_prices=minimum_prices, as_of=as_of)
    found = []
    for number, rule in enumerate(rules, 1):
        found.append(find(computing, rule, limits=limits))
        progress(rule.name, number, len(rules))
    return pa.concat_tables([ALERTS.empty_table(), *found])


def evidence_of(computing: duckdb.DuckDBPyConnection, alerts: pa.Table) -> pa.Table:
    """Return the events that alerts name.

    Parameters
    ----------
    computing
        With the same `events`.
    alerts
        As `detect` returns them.

    Returns
    -------
    pyarrow.Table
        The columns of `EVENTS`, a row an event, in the order of their numbers; of an event
        about many codes, one of them.
    """
    columns = ", ".join(f"events.{column.name}" for column in EVENTS.columns)
    computing.register("given_alerts", alerts)
    table = computing.sql(
        f"""
        SELECT DISTINCT ON (event_id) {columns} FROM events
        WHERE event_id IN (SELECT unnest(evidence) FROM given_alerts) ORDER BY event_id
        """  # noqa: S608 (names are ours)
    ).to_arrow_table()
    computing.unregister("given_alerts")
    return table


def _words(template: str) -> str:
    """Write the call that fills a reason with the columns it names."""
    parts = template.replace("'", "''").split("{")
    names = [part.split("}", 1)[0] for part in parts[1:]]
    positional = parts[0] + "".join("{}" + part.split("}", 1)[1] for part in parts[1:])
    cells = "".join(f", coalesce({_short(name)}, '–')" for name in names)
    return f"format('{positional}'{cells})" if names else f"'{positional}'"


def _short(name: str) -> str:
    """Write a cell as text; a moment to its second."""
    return f"regexp_replace({name}::VARCHAR, '(:\\d\\d)\\.\\d+$', '\\1')"
