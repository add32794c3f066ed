"""Two recorded rounds beside each other: who rises, who falls, and why."""

from dataclasses import dataclass
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from kazyna.core.text import Text
from kazyna.services import rounds
from kazyna.services.cadastre import READERS
from kazyna.services.context import Context
from kazyna.services.reason_words import BY_HAND, label
from kazyna.store import cadastre
from kazyna.store import rounds as register
from kazyna.valuation.rounds.round_comparison import BASE, OVERRIDE, RoundComparison, compare_rounds

__all__ = ["ComparedRounds", "RoundComparison", "compare", "reason_label"]

WORDS = {
    BASE: Text(en="The typical property", ru="Типичный объект", ky="Кадимки объект"),
    OVERRIDE: BY_HAND,
}


@dataclass(frozen=True)
class ComparedRounds:
    """Two rounds and what changes from the first to the second."""

    before_id: int
    after_id: int
    before_date: date
    after_date: date
    comparison: RoundComparison


def compare(ctx: Context, before_id: int, after_id: int) -> ComparedRounds:
    """Compare two rounds that the actor may see, as their values count.

    Raises
    ------
    NotFound
        When the actor sees no such round.
    InputError
        When the rounds have no property in common.
    """
    ctx.require(*READERS)
    with ctx.transaction() as tx:
        first, second = rounds.found(tx, before_id), rounds.found(tx, after_id)
        before = register.effective_values(tx, before_id)
        after = register.effective_values(tx, after_id)
        column = ctx.pack.neighbourhood
        wanted = {column: ctx.pack.columns[column].type} if column else {}
        places = cadastre.properties(tx, wanted, round_id=after_id)
    where = (
        pc.cast(places[column], pa.string()) if column else pa.nulls(places.num_rows, pa.string())
    )
    table = places.select(["property_id", "lon", "lat"]).append_column("place", where)
    return ComparedRounds(
        before_id,
        after_id,
        first.valuation_date,
        second.valuation_date,
        compare_rounds(before, after, table),
    )


def reason_label(ctx: Context, reason: str) -> Text:
    """Return the words for a part of a value."""
    return WORDS.get(reason) or label(ctx, reason)
