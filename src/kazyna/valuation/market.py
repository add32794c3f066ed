"""What a fitted market model knows."""

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import numpy.typing as npt

from kazyna.core.table import as_arrow
from kazyna.valuation import models
from kazyna.valuation.columns import ColumnMap, Floats, Properties, Sales, read_places
from kazyna.valuation.equity import Equity
from kazyna.valuation.evidence.screening import Screening
from kazyna.valuation.features import Design, Encoder, design_of
from kazyna.valuation.indices.price_index import PriceIndex
from kazyna.valuation.interval import Ageing, Margins
from kazyna.valuation.land_and_cost.land import LandModel
from kazyna.valuation.location import Extent, Plane
from kazyna.valuation.segments import Segments

USUAL = (0.002, 0.998)
"""Quantiles of a characteristic among the sales; beyond them a value is extrapolated."""


@dataclass(frozen=True)
class Places:
    """How far the places of properties are those of a market."""

    rows: int
    unknown: int
    beyond_reach: int
    """So far from all sales that they are taken for unknown."""

    def plus(self, other: "Places") -> "Places":
        """Add those of other properties."""
        return Places(
            self.rows + other.rows,
            self.unknown + other.unknown,
            self.beyond_reach + other.beyond_reach,
        )


@dataclass(frozen=True)
class Market:
    """A market as of one day: its sales, what was learnt from them, and how sure it is."""

    columns: ColumnMap
    as_of: date
    sales: Sales
    screening: Screening | None
    """What was found about every sale, where the sales were screened."""
    encoder: Encoder
    plane: Plane | None
    extent: Extent | None
    """Where on the plane the sales lie."""
    index: PriceIndex
    fitted: models.Fitted
    segments: Segments
    equity: Equity
    margins: Margins
    ageing: Ageing
    expected: Floats
    """Calibrated out-of-fold log value of each sale, at the mean level of the market."""
    usual: Floats
    """Least and greatest usual value of each characteristic among the sales, shape (2, n)."""
    land: LandModel | None
    """How values split into land and building, where the columns of the areas are named."""

    @property
    def wanted(self) -> tuple[str, ...]:
        """The columns that a property must have."""
        named = self.columns
        parts = (named.segment, named.land_area, named.floor_area, named.building_cost)
        return tuple(dict.fromkeys((*self.encoder.names, *filter(None, parts))))

    def design(self, properties: Properties, *, source: str) -> Design:
        """Express properties as the models see them; a place beyond reach is an unknown one."""
        design = design_of(properties, self.encoder, self.plane, source=source)
        if self.extent is None:
            return design
        return replace(design, km=self.extent.within_reach(design.km))

    def places_of(self, properties: object, *, source: str) -> Places:
        """Count the properties whose places say nothing: unknown ones, and those beyond reach."""
        if self.plane is None or self.extent is None:
            rows = as_arrow(properties).num_rows
            return Places(rows, rows, 0)
        km = self.plane.km(read_places(properties, self.columns, source=source))
        unknown = int(np.isnan(km).any(axis=1).sum())
        within = self.extent.within_reach(km)
        return Places(len(km), unknown, int(np.isnan(within).any(axis=1).sum()) - unknown)

    def extrapolated_place(self, design: Design) -> npt.NDArray[np.bool_]:
        """Mark the properties that lie beyond the sales, or whose place is unknown."""
        if self.extent is None:
            return np.zeros(len(design), dtype=np.bool_)
        return np.asarray(~(self.extent.beyond(design.km) <= 0))


def usual_range(design: Design) -> Floats:
    """Range of each characteristic among the sales, shape (2, characteristics)."""
    known = np.where(np.isnan(design.values), np.nanmedian(design.values, axis=0), design.values)
    ends = [np.quantile(known, share, axis=0) for share in USUAL]
    return np.asarray(ends, dtype=np.float64).reshape(2, -1)
