"""The register of alerts about marked goods, their evidence and the cases they are looked into."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from psycopg import sql
from psycopg.types.json import Jsonb

from kazyna.store.connection import Transaction

RAISED_AT_ONCE = 5_000
"""Alerts in one statement: with their evidence a few megabytes."""


@dataclass(frozen=True)
class AlertRow:
    """One alert with the state of its case."""

    alert_id: int
    rule: str
    evidence_key: str
    severity: str
    title: dict[str, str]
    reason: dict[str, str]
    subject_kind: str
    subject: str
    gtin: str | None
    lot: str | None
    participant: str | None
    facility: str | None
    device: str | None
    happened_at: datetime
    raised_on: date
    raised_by: str
    case_id: int | None
    status: str
    outcome: str | None
    evidence_count: int


@dataclass(frozen=True)
class EvidenceRow:
    """One event, scan or document that shows what an alert says."""

    alert_id: int
    source: str
    reference: str
    kind: str
    happened_at: datetime | None
    participant: str | None
    facility: str | None
    device: str | None
    document: str | None
    lon: float | None
    lat: float | None


@dataclass(frozen=True)
class CaseRow:
    """One case with what it holds."""

    case_id: int
    title: str
    status: str
    assignee: str | None
    outcome: str | None
    opened_on: date
    opened_by: str
    alerts: int
    severity: str | None
    """The gravest of its alerts."""


@dataclass(frozen=True)
class CaseEventRow:
    """One step of a case."""

    kind: str
    to_status: str
    happened_on: date
    note: str
    assignee: str | None
    outcome: str | None
    actor: str


@dataclass(frozen=True)
class RuleCount:
    """How many alerts a rule raised, by state."""

    rule: str
    title: dict[str, str]
    severity: str
    alerts: int
    new: int


@dataclass(frozen=True)
class GroupRow:
    """Alerts in no case that are about the same."""

    key: str
    rules: int
    alert_ids: list[int]


ALERTS = sql.SQL(
    """
    SELECT alert_id, rule, evidence_key, severity, title, reason, subject_kind, subject, gtin, lot,
           participant, facility, device, happened_at, raised_on, raised_by, case_id, status,
           outcome, evidence_count
    FROM alert_states
    """
)
GRAVEST = sql.SQL("array_position(ARRAY['critical', 'high', 'medium', 'low'], severity)")
CASES = sql.SQL(
    """
    SELECT case_id, cases.title, cases.status, assignee, outcome, opened_on, opened_by,
           count(held.alert_id)::integer AS alerts,
           (ARRAY['critical', 'high', 'medium', 'low'])[min({gravest})] AS severity
    FROM alert_cases AS cases
    LEFT JOIN alert_case_alerts AS held USING (case_id)
    LEFT JOIN alerts USING (alert_id)
    """
).format(gravest=GRAVEST)
FILTERS = {
    "rule": sql.SQL("rule = %(rule)s"),
    "severity": sql.SQL("severity = %(severity)s"),
    "status": sql.SQL("status = %(status)s"),
    "participant": sql.SQL("participant = %(participant)s"),
    "subject": sql.SQL("subject = %(subject)s"),
    "gtin": sql.SQL("gtin = %(gtin)s"),
    "lot": sql.SQL("lot = %(lot)s"),
    "case_id": sql.SQL("case_id = %(case_id)s"),
    "before": sql.SQL("alert_id < %(before)s"),
}
GROUP_KEYS = {
    "participant": sql.SQL("participant"),
    "subject": sql.SQL("subject_kind || ' ' || subject"),
    "lot": sql.SQL("gtin || ' ' || lot"),
    "device": sql.SQL("device"),
}


def raise_alerts(tx: Transaction, alerts: Sequence[dict[str, Any]]) -> list[int]:
    """Record alerts with their evidence; return the numbers of those that were new."""
    made: list[int] = []
    for part in _parts(alerts):
        found = tx.value(
            "SELECT coalesce(array_agg(alert_id ORDER BY alert_id), '{}') FROM raise_alerts(%s)",
            (Jsonb(part),),
        )
        made += found
    return made


def find_alerts(tx: Transaction, wanted: dict[str, Any], *, limit: int) -> list[AlertRow]:
    """Return the alerts that fit every filter that is given, the latest first."""
    conditions = [FILTERS[name] for name, value in wanted.items() if value is not None]
    where = sql.SQL(" WHERE ") + sql.SQL(" AND ").join(conditions) if conditions else sql.SQL("")
    order = sql.SQL(" ORDER BY alert_id DESC LIMIT %(limit)s")
    return tx.rows(AlertRow, ALERTS + where + order, wanted | {"limit": limit})


def find_alert(tx: Transaction, alert_id: int) -> AlertRow | None:
    """Return one alert, or None."""
    return tx.row(AlertRow, ALERTS + sql.SQL(" WHERE alert_id = %s"), (alert_id,))


def count_by_rule(tx: Transaction) -> list[RuleCount]:
    """Count alerts by rule, the gravest first."""
    return tx.rows(
        RuleCount,
        sql.SQL(
            """
            SELECT rule, (array_agg(title ORDER BY alert_id DESC))[1] AS title,
                   (ARRAY['critical', 'high', 'medium', 'low'])[min({gravest})] AS severity,
                   count(*)::integer AS alerts,
                   (count(*) FILTER (WHERE status = 'new'))::integer AS new
            FROM alert_states GROUP BY rule
            ORDER BY min({gravest}), count(*) DESC, rule
            """
        ).format(gravest=GRAVEST),
    )


def evidence_of(tx: Transaction, alert_ids: Sequence[int]) -> list[EvidenceRow]:
    """Return the evidence of alerts, each alert's in its order."""
    return tx.rows(
        EvidenceRow,
        """
        SELECT alert_id, source, reference, kind, happened_at, participant, facility, device,
               document, lon, lat
        FROM alert_evidence WHERE alert_id = ANY(%s) ORDER BY alert_id, ordinal
        """,
        (list(alert_ids),),
    )


def insert_case(tx: Transaction, *, title: str, on: date) -> int:
    """Open a case without alerts; return its number."""
    case_id: int = tx.value(
        "INSERT INTO alert_cases (title, opened_on) VALUES (%s, %s) RETURNING case_id", (title, on)
    )
    return case_id


def add_to_case(tx: Transaction, case_id: int, alert_ids: Sequence[int], *, on: date) -> list[int]:
    """Put alerts into a case; return those that were in none before."""
    added = tx.value(
        """
        WITH added AS (
            INSERT INTO alert_case_alerts (alert_id, case_id, added_on)
            SELECT alert_id, %s, %s FROM alerts WHERE alert_id = ANY(%s)
            ON CONFLICT (alert_id) DO NOTHING
            RETURNING alert_id
        )
        SELECT coalesce(array_agg(alert_id ORDER BY alert_id), '{}') FROM added
        """,
        (case_id, on, list(alert_ids)),
    )
    return list(added)


def insert_case_event(tx: Transaction, case: CaseRow, event: dict[str, Any]) -> None:
    """Record a step of a case, from which its status follows.

    `event` has kind, to_status, on, note, assignee and outcome.
    """
    tx.execute(
        """
        INSERT INTO alert_case_events
            (case_id, kind, from_status, to_status, happened_on, note, assignee, outcome)
        VALUES (%(case_id)s, %(kind)s, %(from_status)s, %(to_status)s, %(on)s, %(note)s,
                %(assignee)s, %(outcome)s)
        """,
        event | {"case_id": case.case_id, "from_status": case.status},
    )


def find_case(tx: Transaction, case_id: int) -> CaseRow | None:
    """Return one case, or None."""
    where = sql.SQL(" WHERE case_id = %s GROUP BY case_id")
    return tx.row(CaseRow, CASES + where, (case_id,))


def find_cases(tx: Transaction, *, status: str | None, limit: int) -> list[CaseRow]:
    """Return cases, those not closed and the gravest first."""
    where = sql.SQL(" WHERE cases.status = %(status)s") if status else sql.SQL("")
    order = sql.SQL(
        " GROUP BY case_id ORDER BY cases.status = 'closed', min({}) NULLS LAST, case_id DESC"
        " LIMIT %(limit)s"
    ).format(GRAVEST)
    return tx.rows(CaseRow, CASES + where + order, {"status": status, "limit": limit})


def case_events(tx: Transaction, case_id: int) -> list[CaseEventRow]:
    """Return what happened in a case, in order."""
    return tx.rows(
        CaseEventRow,
        "SELECT kind, to_status, happened_on, note, assignee, outcome, actor"
        " FROM alert_case_events WHERE case_id = %s ORDER BY event_id",
        (case_id,),
    )


def groups_of_new(tx: Transaction, *, by: str, at_least: int) -> list[GroupRow]:
    """Group the alerts that are in no case by what they are about, the largest group first."""
    return tx.rows(
        GroupRow,
        sql.SQL(
            """
            SELECT {key} AS key, count(DISTINCT rule)::integer AS rules,
                   array_agg(alert_id ORDER BY alert_id) AS alert_ids
            FROM alert_states WHERE status = 'new' AND {key} IS NOT NULL
            GROUP BY 1 HAVING count(*) >= %s ORDER BY count(*) DESC, 1
            """
        ).format(key=GROUP_KEYS[by]),
        (at_least,),
    )


def _parts(alerts: Sequence[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    for start in range(0, len(alerts), RAISED_AT_ONCE):
        yield list(alerts[start : start + RAISED_AT_ONCE])
