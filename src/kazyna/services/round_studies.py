"""The whole ratio study of a round, on the sales that its model had not seen."""

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kazyna import valuation
from kazyna.core.errors import Finding, InputError, NotFound
from kazyna.core.text import Text
from kazyna.services.cadastre import READERS
from kazyna.services.context import Context
from kazyna.store import rounds
from kazyna.valuation import RatioStudy
from kazyna.valuation.ratios.ratio_picture import PlaceRatio, RatioPicture, ratio_picture
from kazyna.valuation.ratios.ratio_standards import Verdict
from kazyna.valuation.ratios.sales_chasing import Technique

__all__ = [
    "GroupingColumn",
    "PlaceRatio",
    "RatioStudy",
    "RoundStudy",
    "Technique",
    "Verdict",
    "study_of_round",
]

REMEMBERED = 16
"""Studies kept: a round's hold-out never changes, and its page is read by many."""
NUMBERS = ("integer", "number", "decimal")


@dataclass(frozen=True)
class GroupingColumn:
    """A characteristic that the study can be repeated by."""

    name: str
    label: Text


@dataclass(frozen=True)
class RoundStudy:
    """The ratio study of one round."""

    round_id: int
    by: str | None
    """The characteristic whose groups are in `study.strata`."""
    columns: tuple[GroupingColumn, ...]
    """What else it could be repeated by."""
    study: RatioStudy
    picture: RatioPicture


def study_of_round(ctx: Context, round_id: int, *, by: str | None = None) -> RoundStudy:
    """Study the ratios of a round's hold-out.

    Parameters
    ----------
    round_id
        A round that the actor may see.
    by
        A characteristic of the pack; its neighbourhood when not given, where it has one.

    Raises
    ------
    NotFound
        When no such round has a hold-out.
    InputError
        When the pack does not know the characteristic, or it has too many different values.
    """
    ctx.require(*READERS)
    columns = _columns(ctx)
    wanted = by or ctx.pack.neighbourhood
    if by is not None and by not in {column.name for column in columns}:
        known = "one of " + ", ".join(column.name for column in columns)
        raise InputError(Finding("call", f"{by!r} is no characteristic", known, column="by"))
    with ctx.transaction() as tx:
        evidence = rounds.study_evidence(tx, round_id, label=wanted or "")
    if evidence.num_rows == 0:
        raise NotFound(f"No round with the number {round_id} has a ratio study.")
    if wanted is not None and ctx.pack.columns[wanted].type in NUMBERS:
        numbers = pc.cast(evidence["label"], pa.float64())
        evidence = evidence.set_column(evidence.num_columns - 1, "label", numbers)
    study, picture = _studied(_Hashable(evidence), wanted)
    return RoundStudy(round_id, wanted, columns, study, picture)


def _columns(ctx: Context) -> tuple[GroupingColumn, ...]:
    """List every declared characteristic but the tax base, which is what is studied."""
    taxed = {column.name for tax in ctx.pack.taxes.values() for column in tax.inputs.columns}
    return tuple(
        GroupingColumn(name, column.label)
        for name, column in ctx.pack.columns.items()
        if name not in taxed
    )


@dataclass(frozen=True, eq=False)
class _Hashable:
    """A table that is the same as another when its bytes are."""

    table: pa.Table

    def _bytes(self) -> bytes:
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, self.table.schema) as writer:
            writer.write_table(self.table.combine_chunks())
        content: bytes = sink.getvalue().to_pybytes()
        return content

    def __hash__(self) -> int:
        return hash(self._bytes())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Hashable) and self.table.equals(other.table)


@lru_cache(maxsize=REMEMBERED)
def _studied(evidence: _Hashable, by: str | None) -> tuple[RatioStudy, RatioPicture]:
    table = evidence.table
    estimate, price, lon, lat = (
        np.asarray(pc.cast(table[name], pa.float64()).to_numpy(), dtype=np.float64)
        for name in ("value", "price", "lon", "lat")
    )
    days = np.asarray(table["sold_on"].to_numpy(), dtype="datetime64[D]")
    study = valuation.ratio_study(
        estimate, price, by={by: table["label"]} if by else None, trim="iqr3"
    )
    study = replace(
        study,
        spatial_autocorrelation=valuation.spatial_autocorrelation(estimate / price, lon, lat),
        trend=valuation.ratio_trend(estimate / price, days),
    )
    return study, ratio_picture(estimate, price, lon=lon, lat=lat)
