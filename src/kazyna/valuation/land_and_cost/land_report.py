"""How values part into land and buildings: what the report of a valuation says of the split."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kazyna.valuation.columns import Floats
from kazyna.valuation.land_and_cost.land import LandModel
from kazyna.valuation.ratios.strata import groups

PERCENT = 100


@dataclass(frozen=True)
class LandBasis:
    """What the split of a market rests on."""

    by_cost: bool
    """Whether buildings are known by their depreciated cost, else by floor area, age and quality.
    """
    vacant: int
    """Vacant sales learnt from."""
    vacant_ratio: float | None
    """Median of land value over price among the vacant sales, out of fold; one is right."""
    error: float | None
    """Median error of land and building together on sales not seen, percent."""
    exponent: float | None
    """Land value grows with the plot's area to this power."""
    fallback: str | None
    """Why one share is used for all properties; None where the split was fitted."""


@dataclass(frozen=True)
class LandShare:
    """Land and buildings in a group of properties."""

    column: str
    label: str
    """Of the group; both are empty for all properties together."""
    properties: int
    land: Decimal
    building: Decimal
    low: float
    median: float
    high: float
    """Share of the land in the value, percent: the first decile, the middle and the ninth."""


@dataclass(frozen=True)
class LandReport:
    """How the values of a valuation part into land and buildings."""

    whole: LandShare
    by: tuple[LandShare, ...]
    basis: LandBasis | None
    """None in rounds of before it was kept."""


def land_basis(model: LandModel) -> LandBasis:
    """Say what a model of land and buildings rests on."""
    fitted = model.fallback is None
    return LandBasis(
        by_cost=model.cost is not None,
        vacant=model.vacant,
        vacant_ratio=model.vacant_ratio,
        error=PERCENT * model.error if fitted and np.isfinite(model.error) else None,
        exponent=model.exponent if fitted else None,
        fallback=model.fallback,
    )


def land_share(valued: pa.Table) -> Floats:
    """Return the share of the land in each value, percent; NaN where it is not known."""
    if "land" not in valued.column_names:
        return np.full(valued.num_rows, np.nan)
    land, value = (
        np.asarray(valued[name].cast(pa.float64()).to_numpy(), dtype=np.float64)
        for name in ("land", "value")
    )
    share = np.full(valued.num_rows, np.nan)
    return np.divide(PERCENT * land, value, out=share, where=value > 0)


def land_report(
    valued: pa.Table, by: Sequence[str], basis: LandBasis | None = None
) -> LandReport | None:
    """Gather how values part into land and buildings, in all and by group.

    Parameters
    ----------
    valued
        A table with `value`, `land` and the columns of `by`.
    by
        Columns to break the shares down by.
    basis
        What the split rests on, where it is known.

    Returns
    -------
    LandReport | None
        None where values were not split.
    """
    share = land_share(valued)
    known = np.isfinite(share)
    if not known.any():
        return None
    found = []
    for column in by:
        for label, rows in groups(valued[column], column=column):
            inside = rows[known[rows]]
            if len(inside):
                found.append(_share_of(valued, share, inside, column, label))
    return LandReport(_share_of(valued, share, np.flatnonzero(known), "", ""), tuple(found), basis)


def _share_of(
    valued: pa.Table, share: Floats, rows: np.ndarray, column: str, label: str
) -> LandShare:
    part = valued.select(["land", "value"]).take(pa.array(rows))
    land, value = (Decimal(str(pc.sum(part[name]).as_py())) for name in ("land", "value"))
    low, middle, high = np.quantile(share[rows], [0.1, 0.5, 0.9]).tolist()
    return LandShare(column, label, len(rows), land, value - land, low, middle, high)
