"""The register of decisions of local councils."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import LiteralString

from kazyna.store.connection import Transaction


@dataclass(frozen=True)
class StandingRow:
    """A decision that is not annulled."""

    decision_no: int
    place: str
    parameter: str
    keys: str
    since: date
    until: date | None
    value: Decimal
    document: str
    source: str


@dataclass(frozen=True)
class DecisionRow(StandingRow):
    """A decision, who recorded it, and by what it was annulled."""

    recorded_by: str
    recorded_on: date
    annulled_by: str | None
    """The document."""


STANDING: LiteralString = """
    SELECT decision_no, place, parameter, keys, since, until, value, document, source
    FROM council_decisions AS decided
    WHERE NOT EXISTS (SELECT FROM council_annulments
                      WHERE council_annulments.decision_no = decided.decision_no)
    ORDER BY place, parameter, keys, since, decision_no
"""
EVERY: LiteralString = """
    SELECT decided.decision_no, place, parameter, keys, since, until, value, decided.document,
           source, decided.recorded_by, decided.recorded_on, annulled.document AS annulled_by
    FROM council_decisions AS decided
    LEFT JOIN council_annulments AS annulled USING (decision_no)
    ORDER BY place, parameter, keys, since, decision_no
"""


def standing(tx: Transaction) -> list[StandingRow]:
    """Return all decisions that are not annulled, by place, parameter, keys and day."""
    return tx.rows(StandingRow, STANDING)


def every(tx: Transaction) -> list[DecisionRow]:
    """Return all decisions, those that were annulled too."""
    return tx.rows(DecisionRow, EVERY)


def insert(tx: Transaction, decisions: Sequence[StandingRow]) -> None:
    """Record decisions; each gets a number of its own."""
    for each in decisions:
        tx.execute(
            "INSERT INTO council_decisions (place, parameter, keys, since, until, value, document,"
            " source) VALUES (%(place)s, %(parameter)s, %(keys)s, %(since)s, %(until)s, %(value)s,"
            " %(document)s, %(source)s)",
            vars(each),
        )


def annul(tx: Transaction, decision_no: int, *, document: str) -> bool:
    """Annul a decision by a document; false where it was annulled before."""
    return bool(
        tx.execute(
            "INSERT INTO council_annulments (decision_no, document) VALUES (%s, %s)"
            " ON CONFLICT DO NOTHING",
            (decision_no, document),
        )
    )


def lock(tx: Transaction) -> None:
    """Let nobody else record decisions until the transaction ends: two could contradict."""
    tx.execute("SELECT pg_advisory_xact_lock(hashtext('council_decisions'))")
