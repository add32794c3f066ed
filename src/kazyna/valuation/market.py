"""What a fitted market model knows."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from kazyna.valuation import models
from kazyna.valuation.columns import ColumnMap, Floats, Properties, Sales
from kazyna.valuation.equity import Equity
from kazyna.valuation.features import Design, Encoder, design_of
from kazyna.valuation.interval import Ageing, Margins
from kazyna.valuation.land import LandModel
from kazyna.valuation.location import Plane
from kazyna.valuation.price_index import PriceIndex
from kazyna.valuation.screening import Screening
from kazyna.valuation.segments import Segments

USUAL = (0.002, 0.998)
"""Quantiles of a characteristic among the sales; beyond them a value is extrapolated."""


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
        parts = (self.columns.segment, self.columns.land_area, self.columns.floor_area)
        return tuple(dict.fromkeys((*self.encoder.names, *filter(None, parts))))

    def design(self, properties: Properties, *, source: str) -> Design:
        """Express properties as the models see them."""
        return design_of(properties, self.encoder, self.plane, source=source)


def usual_range(design: Design) -> Floats:
    """Range of each characteristic among the sales, shape (2, characteristics)."""
    known = np.where(np.isnan(design.values), np.nanmedian(design.values, axis=0), design.values)
    ends = [np.quantile(known, share, axis=0) for share in USUAL]
    return np.asarray(ends, dtype=np.float64).reshape(2, -1)
