"""What rules found against what is known to be true: precision, recall and false alerts."""

from dataclasses import dataclass

import duckdb
import pyarrow as pa

TRUTH = pa.schema(
    [
        ("fraud", pa.string()),
        ("rule", pa.string()),
        ("subject", pa.string()),
    ]
)
"""What a simulator did: a row a subject that a rule should find. A row without a rule says that
the subject is no honest one, whichever rule names it."""


@dataclass(frozen=True)
class Score:
    """How well one rule found what it should."""

    rule: str
    expected: int
    """Subjects that the rule should find."""
    found: int
    """Of these, those that it found."""
    alerts: int
    false_alerts: int
    """Alerts about subjects with which nothing is wrong."""
    precision: float | None
    """Share of alerts about subjects with which something is wrong; none without alerts."""
    recall: float | None
    """Share of the expected subjects that were found; none where nothing was expected."""


def score(alerts: pa.Table, truth: pa.Table, rules: tuple[str, ...]) -> tuple[Score, ...]:
    """Compare alerts with the truth, rule by rule.

    Parameters
    ----------
    alerts
        As `detect` returns them.
    truth
        As `TRUTH` says. A subject that stands in it in any row is no honest one: an alert of
        another rule about it is no false alert.
    rules
        The rules that were run.

    Returns
    -------
    tuple of Score
        One a rule, in the order of `rules`.
    """
    with duckdb.connect() as computing:
        computing.register("alerts", alerts)
        computing.register("truth", truth)
        rows = computing.execute(
            """
            WITH raised AS (
                SELECT rule, count(*) AS alerts,
                       count(*) FILTER (subject NOT IN (SELECT subject FROM truth)) AS false_alerts
                FROM alerts GROUP BY rule
            ), wanted AS (
                SELECT rule, count(*) AS expected,
                       count(*) FILTER ((rule, subject) IN (SELECT (rule, subject) FROM alerts))
                           AS found
                FROM (SELECT DISTINCT rule, subject FROM truth WHERE rule IS NOT NULL)
                GROUP BY rule
            )
            SELECT rule, coalesce(expected, 0), coalesce(found, 0), coalesce(alerts, 0),
                   coalesce(false_alerts, 0)
            FROM raised FULL JOIN wanted USING (rule)
            """
        ).fetchall()
    counted = {row[0]: row[1:] for row in rows}
    return tuple(_score(rule, *counted.get(rule, (0, 0, 0, 0))) for rule in rules)


def _score(rule: str, expected: int, found: int, alerts: int, false_alerts: int) -> Score:
    return Score(
        rule=rule,
        expected=expected,
        found=found,
        alerts=alerts,
        false_alerts=false_alerts,
        precision=(alerts - false_alerts) / alerts if alerts else None,
        recall=found / expected if expected else None,
    )
