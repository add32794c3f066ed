"""Ratios over time: whether prices were rightly brought to the date of the estimates."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
from scipy import special

from kazyna.valuation.ratios.ratio_intervals import CONFIDENCE, SALES_MIN, Bounds, median_interval
from kazyna.valuation.ratios.ratio_statistics import Floats

Days = npt.NDArray[np.datetime64]
DAYS_A_MONTH = 30.4375


@dataclass(frozen=True)
class MonthOfRatios:
    """The median ratio of the sales of a month."""

    month: date
    """Its first day."""
    sales: int
    median_ratio: float
    low: float | None
    """Of the 95 % interval by order statistics; None below six sales."""
    high: float | None


@dataclass(frozen=True)
class RatioTrend:
    """How the ratio moves with the day of sale; at no trend the adjustment for time was right."""

    percent_a_month: float
    """Slope of the logarithm of the ratio."""
    interval: Bounds | None
    """95 % interval of the slope by least squares; None below five sales."""
    months: tuple[MonthOfRatios, ...]


def ratio_trend(ratios: Floats, sold_on: Days) -> RatioTrend | None:
    """Fit a line to the logarithms of the ratios over time, and take the median of each month.

    Parameters
    ----------
    ratios
        Shape (sales,), positive.
    sold_on
        Shape (sales,), days; sales without a day (NaT) are left out.

    Returns
    -------
    RatioTrend or None
        None when all sales are of one day.

    References
    ----------
    IAAO, Standard on Ratio Studies (2013), section 4.6 and appendix A (time adjustments).
    """
    known = ~np.isnat(sold_on)
    ratios, day = ratios[known], sold_on[known].astype("datetime64[D]")
    month = day.astype("datetime64[M]")
    at = day.astype(np.int64) / DAYS_A_MONTH
    if len(at) == 0 or np.ptp(at) == 0:
        return None
    at -= at.mean()
    log = np.log(ratios)
    spread = float(at @ at)
    slope = float(at @ log) / spread
    interval = None
    if len(at) >= SALES_MIN:
        rest = log - log.mean() - slope * at
        error = np.sqrt(float(rest @ rest) / (len(at) - 2) / spread)
        half = float(special.stdtrit(len(at) - 2, 1 - (1 - CONFIDENCE) / 2)) * error
        interval = Bounds(_percent(slope - half), _percent(slope + half))
    return RatioTrend(
        percent_a_month=_percent(slope),
        interval=interval,
        months=tuple(_month(first, ratios[month == first]) for first in np.unique(month)),
    )


def _percent(slope: float) -> float:
    return 100 * float(np.expm1(slope))


def _month(first: np.datetime64, ratios: Floats) -> MonthOfRatios:
    between = median_interval(ratios)
    return MonthOfRatios(
        month=first.astype("datetime64[D]").item(),
        sales=len(ratios),
        median_ratio=float(np.median(ratios)),
        low=between.low if between else None,
        high=between.high if between else None,
    )
