"""Segments of the market: each weighs the models, moves in time and errs in its own way.

A segment is what the caller says it is: kinds of property, districts. What it shows differently
from the whole market counts by how many sales show it, so that a thin segment is valued as the
whole market is and a rich one as it deserves.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kazyna.valuation.columns import Floats, Ints, Properties
from kazyna.valuation.indices.price_index import PriceIndex, index_of_residuals
from kazyna.valuation.stacking import stack_weights

SALES_MIN = 30
"""A segment of fewer sales is valued as the whole market is."""
WEIGHT_SALES = 500
"""Sales at which a segment's own weights count as much as the whole market's."""
SHIFT_SALES = 50
"""Sales at which a segment's own level counts as much as the whole market's."""
DRIFT_SALES_MIN = 200
"""A segment of fewer sales moves in time as the whole market does."""


@dataclass(frozen=True)
class Segment:
    """How one part of the market differs from the whole."""

    name: str | None
    """None is the whole market."""
    sales: int
    weights: Floats
    """Of the models, adding up to one."""
    shift: float = 0.0
    """Log level beside the whole market's."""
    drift: PriceIndex | None = None
    """Log level over time beside the whole market's."""

    def level(self, day: Ints | Floats) -> Floats:
        """Log level beside the whole market's on these days."""
        drift = self.drift.at(day) if self.drift is not None else np.zeros(np.shape(day))
        return np.asarray(self.shift + drift)


@dataclass(frozen=True)
class Segments:
    """The whole market first, then its segments."""

    column: str | None
    each: tuple[Segment, ...]

    @property
    def whole(self) -> Segment:
        """The whole market."""
        return self.each[0]

    def of(self, properties: Properties) -> Ints:
        """Position of each property's segment; 0 where it is of none."""
        if self.column is None:
            return np.zeros(len(properties), dtype=np.int64)
        names = [segment.name for segment in self.each[1:]]
        return _codes(properties.characteristics[self.column], names)

    def level(self, segment: Ints, day: Ints) -> Floats:
        """Log level of each row's segment on its day, beside the whole market's."""
        found = np.zeros(len(segment))
        for position in np.unique(segment):
            rows = segment == position
            found[rows] = self.each[position].level(day[rows])
        return found


def segments_of(
    column: str | None, properties: Properties, out_of_fold: Floats, target: Floats, whole: Floats
) -> Segments:
    """Weigh the models for each segment by its own evidence, drawn to the whole market's.

    Parameters
    ----------
    column
        The column that names the segments; None for a market without.
    properties
        Those sold.
    out_of_fold, target
        Predictions of log price, shape (sales, models), and log price.
    whole
        The weights of the models in the whole market.
    """
    market = Segment(None, len(target), whole)
    if column is None:
        return Segments(None, (market,))
    text = properties.characteristics[column].cast(pa.string())
    names = [
        row["values"]
        for row in sorted(text.drop_null().value_counts().to_pylist(), key=lambda r: r["values"])
        if row["counts"] >= SALES_MIN
    ]
    code = _codes(properties.characteristics[column], names)
    used = whole > 0
    found = []
    for position, name in enumerate(names, start=1):
        rows = code == position
        own = np.zeros_like(whole)
        own[used] = stack_weights(out_of_fold[np.ix_(rows, used)], target[rows])
        share = rows.sum() / (rows.sum() + WEIGHT_SALES)
        found.append(Segment(name, int(rows.sum()), share * own + (1 - share) * whole))
    return Segments(column, (market, *found))


def stacked(segments: Segments, segment: Ints, out_of_fold: Floats) -> Floats:
    """Stack the predictions of each row by the weights of its segment."""
    weights = np.array([each.weights for each in segments.each])[segment]
    return np.asarray((out_of_fold * weights).sum(axis=1))


def with_levels(
    segments: Segments, segment: Ints, residual: Floats, day: Ints
) -> tuple[Segments, Floats]:
    """Give each segment its level and its drift; return also the level of each sale."""
    each = [segments.whole]
    for position, found in enumerate(segments.each[1:], start=1):
        rows = segment == position
        drift, left = None, residual[rows]
        if rows.sum() >= DRIFT_SALES_MIN:
            drift = index_of_residuals(left, day[rows])
            left = left - drift.at(day[rows])
        shrunk = rows.sum() / (rows.sum() + SHIFT_SALES)
        shift = float(shrunk * np.median(left))
        each.append(Segment(found.name, found.sales, found.weights, shift, drift))
    settled = Segments(segments.column, tuple(each))
    return settled, settled.level(segment, day)


def _codes(values: pa.ChunkedArray, names: list[str | None]) -> Ints:
    text = values.cast(pa.string())
    found = pc.index_in(text, value_set=pa.array(names, pa.string()))
    return np.asarray(pc.fill_null(pc.add(found, 1), 0).to_numpy(), dtype=np.int64)
