"""The register of valuation rounds: their states, their values and what they were tested on."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
from psycopg import sql
from psycopg.types.json import Jsonb

from kazyna.store.connection import Transaction
from kazyna.store.copy import lists_of

LOCKS = 4_921_006
"""Our first advisory key for rounds; the second is the number of the round."""


@dataclass(frozen=True)
class RoundRow:
    """One round as recorded; `report` is what the round said of itself when it was made."""

    round_id: int
    valuation_date: date
    status: str
    pack: str
    pack_hash: str
    data_hash: str
    code_version: str
    seed: int
    properties: int
    model_total: Decimal
    total_value: Decimal
    """With the values that were set by hand."""
    set_by_hand: int
    opens_on: date | None
    closes_on: date | None
    manifest_hash: str | None
    created_by: str
    report: dict[str, Any]


@dataclass(frozen=True)
class EventRow:
    """One step in the life of a round."""

    from_status: str | None
    to_status: str
    happened_on: date
    actor: str
    recorded_at: datetime
    note: str


@dataclass(frozen=True)
class ValueRow:
    """One property's value in a round, with its evidence as it was stored."""

    value: Decimal
    model_value: Decimal
    low: Decimal
    high: Decimal
    base: Decimal
    per_m2: Decimal | None
    reasons: list[dict[str, Any]]
    comparables: list[dict[str, Any]]
    override_reason: str | None
    confidence: float | None
    land: Decimal | None


@dataclass(frozen=True)
class ExplanationRow:
    """The model's value of one property and the reasons that add up to it."""

    property_id: str
    value: Decimal
    base: Decimal
    reasons: list[dict[str, Any]]


@dataclass(frozen=True)
class StudyRow:
    """One sale of a round's hold-out."""

    property_id: str
    sold_on: date
    price: Decimal
    value: Decimal


ROUNDS = sql.SQL(
    """
    SELECT rounds.round_id, valuation_date, status, pack, pack_hash, data_hash, code_version, seed,
           rounds.properties, rounds.total_value AS model_total,
           rounds.total_value + coalesce(by_hand.change, 0) AS total_value,
           coalesce(by_hand.properties, 0) AS set_by_hand,
           opens_on, closes_on, manifest_hash, created_by, report
    FROM rounds
    LEFT JOIN LATERAL (
        SELECT count(*) AS properties, sum(settled.value - model.value) AS change
        FROM settled_overrides AS settled
        JOIN values AS model
            ON model.round_id = settled.round_id AND model.property_id = settled.property_id
        WHERE settled.round_id = rounds.round_id
    ) AS by_hand ON true
    """
)
PUBLIC = sql.SQL("status IN ('published', 'objections', 'approved', 'in_force')")
"""States in which the values of a round are the ones that people see."""


def insert_round(
    tx: Transaction,
    *,
    valuation_date: date,
    provenance: dict[str, Any],
    properties: int,
    total_value: Decimal,
    report: dict[str, Any],
) -> int:
    """Record a draft.

    `provenance` has pack, pack_hash, data_hash, code_version and seed: what the values follow from.
    """
    round_id: int = tx.value(
        """
        INSERT INTO rounds (valuation_date, status, pack, pack_hash, data_hash, code_version, seed,
                            properties, total_value, report)
        VALUES (%(valuation_date)s, 'draft', %(pack)s, %(pack_hash)s, %(data_hash)s,
                %(code_version)s, %(seed)s, %(properties)s, %(total_value)s, %(report)s)
        RETURNING round_id
        """,
        {
            **provenance,
            "valuation_date": valuation_date,
            "properties": properties,
            "total_value": total_value,
            "report": Jsonb(report),
        },
    )
    return round_id


def insert_values(tx: Transaction, round_id: int, values: pa.Table) -> int:
    """Record the values of a draft.

    Columns property_id, value, low, high, base, area_m2 (may be empty), reasons and comparables
    (JSON text), confidence, land (may be empty). The value per square
    metre is divided here, in exact decimals.
    """
    columns = (
        "property_id text, value numeric, low numeric, high numeric, base numeric,"
        " area_m2 numeric, reasons jsonb, comparables jsonb, confidence double precision,"
        " land numeric"
    )
    with tx.staged("valued", columns, values):
        return tx.execute(
            """
            INSERT INTO values
                (round_id, property_id, value, low, high, base, per_m2, reasons, comparables,
                 confidence, land)
            SELECT %s, property_id, value, low, high, base, round(value / nullif(area_m2, 0), 2),
                   reasons, comparables, confidence, land
            FROM valued
            """,
            (round_id,),
        )


def insert_study_sales(tx: Transaction, sales: pa.Table) -> int:
    """Record the hold-out of a draft: round_id, property_id, sold_on, price, value, low, high."""
    return tx.append("study_sales", sales)


def insert_event(
    tx: Transaction,
    round_id: int,
    *,
    from_status: str | None,
    to_status: str,
    on: date,
    note: str = "",
    facts: dict[str, Any] | None = None,
) -> None:
    """Record a step in the life of a round, from which its state follows.

    `facts` are opens_on and closes_on of a step to objections, manifest_hash of one to frozen.
    """
    tx.execute(
        """
        INSERT INTO round_events (round_id, from_status, to_status, happened_on, note,
                                  opens_on, closes_on, manifest_hash)
        VALUES (%(round_id)s, %(from_status)s, %(to_status)s, %(on)s, %(note)s,
                %(opens_on)s, %(closes_on)s, %(manifest_hash)s)
        """,
        {
            "opens_on": None,
            "closes_on": None,
            "manifest_hash": None,
            **(facts or {}),
            "round_id": round_id,
            "from_status": from_status,
            "to_status": to_status,
            "on": on,
            "note": note,
        },
    )


def lock_round(tx: Transaction, round_id: int) -> RoundRow | None:
    """Return one round and keep others from moving it before this transaction ends."""
    tx.execute("SELECT pg_advisory_xact_lock(%s, %s)", (LOCKS, round_id))
    return find_round(tx, round_id)


def find_round(tx: Transaction, round_id: int) -> RoundRow | None:
    """Return one round that the role may see, or None."""
    return tx.row(RoundRow, ROUNDS + sql.SQL(" WHERE rounds.round_id = %s"), (round_id,))


def all_rounds(tx: Transaction) -> list[RoundRow]:
    """Return every round that the role may see, the latest valuation date first."""
    order = sql.SQL(" ORDER BY valuation_date DESC, rounds.round_id DESC")
    return tx.rows(RoundRow, ROUNDS + order)


def latest_published(tx: Transaction) -> RoundRow | None:
    """Return the round of the latest valuation date whose values people see, or None."""
    return _latest(tx, sql.SQL("valuation_date DESC"))


def taxable_round(tx: Transaction) -> RoundRow | None:
    """Return the round that a roll takes its values from: the one in force, else the latest."""
    return _latest(tx, sql.SQL("status = 'in_force' DESC, valuation_date DESC"))


def _latest(tx: Transaction, order: sql.SQL) -> RoundRow | None:
    parts = (ROUNDS, sql.SQL(" WHERE "), PUBLIC, sql.SQL(" ORDER BY "), order)
    return tx.row(RoundRow, sql.Composed([*parts, sql.SQL(" LIMIT 1")]))


def published_for(tx: Transaction, valuation_date: date) -> int | None:
    """Return the number of the round of a date whose values people see, or None."""
    query = sql.SQL("SELECT round_id FROM rounds WHERE valuation_date = %s AND ")
    round_id: int | None = tx.value(query + PUBLIC, (valuation_date,))
    return round_id


def in_force(tx: Transaction) -> list[int]:
    """Return the rounds that are in force."""
    query = "SELECT array_agg(round_id) FROM rounds WHERE status = 'in_force'"
    return list(tx.value(query) or ())


def events_of(tx: Transaction, round_id: int) -> list[EventRow]:
    """Return what happened to a round, in order."""
    return tx.rows(
        EventRow,
        "SELECT from_status, to_status, happened_on, actor, recorded_at, note FROM round_events"
        " WHERE round_id = %s ORDER BY event_id",
        (round_id,),
    )


def value_of(tx: Transaction, *, round_id: int, property_id: str) -> ValueRow | None:
    """Return one property's value in a round, or None."""
    return tx.row(
        ValueRow,
        """
        SELECT value, model_value, low, high, base, per_m2, reasons, comparables, override_reason,
               confidence, land
        FROM effective_values WHERE round_id = %s AND property_id = %s
        """,
        (round_id, property_id),
    )


def explanations_of(
    tx: Transaction, *, round_id: int, property_ids: list[str]
) -> dict[str, ExplanationRow]:
    """Return the model's values of several properties in a round, by their numbers."""
    found = tx.rows(
        ExplanationRow,
        """
        SELECT property_id, model_value AS value, base, reasons
        FROM effective_values WHERE round_id = %s AND property_id = ANY(%s)
        """,
        (round_id, property_ids),
    )
    return {row.property_id: row for row in found}


def model_values(tx: Transaction, round_id: int) -> pa.Table:
    """Return all values of the model with their evidence: reasons and comparables as JSON text."""
    money = pa.decimal128(18, 2)
    return tx.table(
        pa.schema(
            [
                ("property_id", pa.string()),
                ("value", money),
                ("low", money),
                ("high", money),
                ("base", money),
                ("reasons", pa.string()),
                ("comparables", pa.string()),
                ("confidence", pa.float64()),
                ("land", money),
            ]
        ),
        "SELECT property_id, value, low, high, base, reasons, comparables, confidence, land"
        " FROM values WHERE round_id = %s ORDER BY property_id",
        (round_id,),
    )


def effective_values(tx: Transaction, round_id: int) -> pa.Table:
    """Return the values that count, with the model's, their reasons and what of them is land."""
    money = pa.decimal128(18, 2)
    found = tx.table(
        pa.schema(
            [
                ("property_id", pa.string()),
                ("value", money),
                ("model_value", money),
                ("low", money),
                ("high", money),
                ("per_m2", money),
                ("base", money),
                ("reasons", pa.string()),
                ("land", money),
            ]
        ),
        "SELECT property_id, value, model_value, low, high, per_m2, base, reasons, land"
        " FROM effective_values WHERE round_id = %s ORDER BY property_id",
        (round_id,),
    )
    return lists_of(found, "reasons", '[{"reason": "VARCHAR", "amount": "DECIMAL(18, 2)"}]')


def fingerprint(tx: Transaction, round_id: int) -> str:
    """Return what changes when a value set by hand does, or a property of a round not frozen yet.

    All else of a round never changes.
    """
    found = tx.value(
        """
        SELECT concat_ws('/',
            (SELECT sum(hashtextextended(p::text, 0)) FROM properties AS p
             WHERE NOT EXISTS (SELECT FROM round_events
                               WHERE round_id = %(round_id)s AND to_status = 'frozen')),
            (SELECT sum(hashtextextended(o::text, 0)) FROM settled_overrides AS o
             WHERE o.round_id = %(round_id)s))
        """,
        {"round_id": round_id},
    )
    return str(found)


def hold_properties(tx: Transaction) -> str:
    """Keep others from changing properties before this transaction ends; tell how they stand."""
    tx.execute("LOCK TABLE properties IN SHARE MODE")
    return str(tx.value("SELECT sum(hashtextextended(p::text, 0)) FROM properties AS p"))


def study_sales(tx: Transaction, round_id: int) -> list[StudyRow]:
    """Return the hold-out of a round in the order of time."""
    return tx.rows(
        StudyRow,
        "SELECT property_id, sold_on, price, value FROM study_sales"
        " WHERE round_id = %s ORDER BY sold_on, property_id",
        (round_id,),
    )


def study_table(tx: Transaction, round_id: int) -> pa.Table:
    """Return the hold-out of a round: property_id, sold_on, price, value, low, high."""
    money = pa.decimal128(18, 2)
    return tx.table(
        pa.schema(
            [
                ("property_id", pa.string()),
                ("sold_on", pa.date32()),
                ("price", money),
                ("value", money),
                ("low", money),
                ("high", money),
            ]
        ),
        "SELECT property_id, sold_on, price, value, low, high FROM study_sales"
        " WHERE round_id = %s ORDER BY sold_on, property_id",
        (round_id,),
    )


def study_evidence(tx: Transaction, round_id: int, *, label: str = "") -> pa.Table:
    """Return the hold-out of a round with the places of the properties and one characteristic.

    Both are as the round knew them when it was frozen. Columns sold_on, price, value, lon, lat and
    label (text): the characteristic of that name.
    """
    money = pa.decimal128(18, 2)
    return tx.table(
        pa.schema(
            [
                ("sold_on", pa.date32()),
                ("price", money),
                ("value", money),
                ("lon", pa.float64()),
                ("lat", pa.float64()),
                ("label", pa.string()),
            ]
        ),
        "SELECT sold_on, price, value, lon, lat, characteristics ->> %s"
        " FROM study_sales LEFT JOIN properties_of_rounds USING (round_id, property_id)"
        " WHERE round_id = %s ORDER BY sold_on, property_id",
        (label, round_id),
    )
