"""What a tax year is reckoned from: every holding of the register and all that bears on it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import pyarrow as pa
from psycopg import sql

from kazyna.core.schema import ARROW_TYPES, ColumnType
from kazyna.store.cadastre import SQL_TYPES
from kazyna.store.connection import Transaction


@dataclass(frozen=True)
class Asked:
    """What is asked of the register."""

    tax: str
    year: int
    kinds: Sequence[str]
    characteristics: Mapping[str, ColumnType]
    reliefs: Mapping[str, ColumnType]
    """Inputs that come from reliefs."""
    steps: Mapping[str, str]
    """Inputs that come from the bill of the year before, each with its step."""
    place: str | None
    known: int
    """The change of the register up to which facts count."""
    round_id: int | None
    """The round that gives the values, where they are asked for."""
    whole_year: bool
    """Whether all who held in the year owe, or only those who hold on its first day."""
    only: Sequence[str] | None = None
    """Only these objects."""


HELD = pa.schema(
    [
        ("holding_id", pa.int64()),
        ("property_id", pa.string()),
        ("taxpayer_id", pa.string()),
        ("share", pa.decimal128(9, 8)),
        ("held_from", pa.date32()),
        ("held_to", pa.date32()),
        ("budget_place", pa.string()),
        ("round_value", pa.decimal128(18, 2)),
        ("granted_rank", pa.int64()),
    ]
)
"""Of each holding: named so that no characteristic of a pack has the same name. `budget_place` is
the district whose budget the tax belongs to, `round_value` the value in the round."""


def holdings(tx: Transaction, asked: Asked) -> pa.Table:
    """Return the holdings that a tax year is reckoned from, in the order of the objects.

    Columns as `HELD`, the characteristics, the reliefs granted (null where none is) and the steps
    of last year's bills. A holding is cut to the days on which its object exists.
    """
    fields = [
        *((name, ARROW_TYPES[kind]) for name, kind in asked.characteristics.items()),
        *((name, ARROW_TYPES[kind]) for name, kind in asked.reliefs.items()),
        *((name, pa.decimal128(38, 10)) for name in asked.steps),
    ]
    schema = pa.schema([*HELD, *fields])
    query = QUERY.format(
        characteristics=_columns("fact.characteristics", asked.characteristics),
        reliefs=_columns("relief.granted", asked.reliefs),
        steps=sql.SQL("").join(
            sql.SQL(", (last_bill.steps ->> {})::numeric AS {}").format(
                sql.Literal(step), sql.Identifier(name)
            )
            for name, step in asked.steps.items()
        ),
        place=sql.SQL("coalesce(fact.characteristics ->> {}, '')").format(
            sql.Literal(asked.place or "")
        ),
    )
    return tx.table(schema, query, {
        "tax": asked.tax,
        "kinds": list(asked.kinds),
        "known": asked.known,
        "round": asked.round_id,
        "first": date(asked.year, 1, 1),
        "next": date(asked.year + 1, 1, 1) if asked.whole_year else date(asked.year, 1, 2),
        "last_year": asked.year - 1,
        "only": list(asked.only) if asked.only is not None else None,
    })  # fmt: skip


QUERY = sql.SQL(
    """
    WITH fact AS (
        SELECT DISTINCT ON (object_id) object_id, characteristics,
               min(valid_from) OVER of_object AS exists_from,
               max(coalesce(valid_to, 'infinity')) OVER of_object AS exists_to
        FROM object_facts
        WHERE kind = ANY(%(kinds)s) AND known_from <= %(known)s
          AND (known_to IS NULL OR known_to > %(known)s)
          AND valid_from < %(next)s AND coalesce(valid_to, 'infinity') > %(first)s
          AND (%(only)s::text[] IS NULL OR object_id = ANY(%(only)s))
        WINDOW of_object AS (PARTITION BY object_id)
        ORDER BY object_id, valid_from
    ), held AS (
        SELECT holding_id, object_id, taxpayer_id, share, greatest(held_from, CASE
                   WHEN exists_from > %(first)s THEN exists_from END) AS held_from,
               nullif(least(coalesce(held_to, 'infinity'), exists_to), 'infinity') AS held_to
        FROM holding_facts JOIN fact USING (object_id)
        WHERE known_from <= %(known)s AND (known_to IS NULL OR known_to > %(known)s)
    ), relief AS (
        SELECT taxpayer_id, object_id, jsonb_object_agg(input, value) AS granted,
               min(rank) AS rank, max(valid_from) AS since
        FROM (
            SELECT taxpayer_id, object_id, input, value, valid_from,
                   dense_rank() OVER (PARTITION BY taxpayer_id, input, value
                                      ORDER BY claim_id) AS rank
            FROM relief_facts
            WHERE known_from <= %(known)s AND (known_to IS NULL OR known_to > %(known)s)
              AND valid_from < %(next)s AND coalesce(valid_to, 'infinity') > %(first)s
        ) AS ranked GROUP BY taxpayer_id, object_id
    ), last_bill AS (
        SELECT DISTINCT ON (property_id) property_id, steps
        FROM standing_bills JOIN rolls USING (roll_id)
        WHERE tax = %(tax)s AND year = %(last_year)s AND status = 'issued'
        ORDER BY property_id, bill_no
    )
    SELECT held.holding_id, held.object_id, held.taxpayer_id, held.share, held.held_from,
           held.held_to, {place}, valued.value, coalesce(relief.rank, 1)
           {characteristics} {reliefs} {steps}
    FROM held JOIN fact USING (object_id)
    LEFT JOIN relief ON relief.taxpayer_id = held.taxpayer_id
        AND relief.object_id = held.object_id
        -- A relief counts from the first day of a year, or of the holding.
        AND relief.since <= greatest(held.held_from, %(first)s)
    LEFT JOIN last_bill ON last_bill.property_id = held.object_id
    LEFT JOIN effective_values AS valued
        ON valued.round_id = %(round)s AND valued.property_id = held.object_id
    WHERE held.held_from < %(next)s AND (held.held_to IS NULL OR held.held_to > %(first)s)
      AND (%(round)s::bigint IS NULL OR valued.value IS NOT NULL)
    ORDER BY held.object_id, held.share DESC, held.taxpayer_id, held.held_from
    """
)


def _columns(source: str, columns: Mapping[str, ColumnType]) -> sql.Composable:
    return sql.SQL("").join(
        sql.SQL(", ({} ->> {})::{} AS {}").format(
            sql.SQL(source),
            sql.Literal(name),
            sql.SQL(SQL_TYPES[kind]),
            sql.Identifier(name),
        )
        for name, kind in columns.items()
    )
