"""How level and how uniform estimates are against prices, by the IAAO's definitions.

A ratio is an estimated value divided by the (time-adjusted) sale price of the same property.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from kazyna.core.errors import Finding, InputError
from kazyna.valuation.ratios.horizontal_equity import HorizontalEquity, SpatialAutocorrelation
from kazyna.valuation.ratios.ratio_intervals import (
    DRAW_ROWS_MAX,
    SALES_MIN,
    AnalyticIntervals,
    analytic,
    bootstrap,
)
from kazyna.valuation.ratios.ratio_outliers import Removed, Trim, outliers
from kazyna.valuation.ratios.ratio_standards import PropertyKind, Verdict, kind_of, verdicts
from kazyna.valuation.ratios.ratio_statistics import Floats, accuracy, kakwani, statistics
from kazyna.valuation.ratios.ratio_trend import RatioTrend
from kazyna.valuation.ratios.sales_chasing import SalesChasing, chasing_in_ratios
from kazyna.valuation.ratios.strata import groups
from kazyna.valuation.ratios.vertical_equity import VerticalEquity, vertical_equity

__all__ = ["Estimate", "Met", "RatioStudy", "Trimmed", "ratio_study", "statistics"]

RESIDENTIAL = "residential"
WHOLE = ""
"""The label of all groups together, where kinds are told by label."""
AMOUNT_MIN, AMOUNT_MAX = 1e-50, 1e50
"""Beyond these no ratio of two amounts can be computed with."""
STRATUM_DRAW_ROWS_MAX = 2_000
"""Rows of a draw in a stratum or a trimmed study: there are many, and each is one of several."""
ROWS_NAMED_MAX = 5
"""Rows named of one column that no ratio can be made of."""


@dataclass(frozen=True)
class Estimate:
    """A statistic with its 95 % bootstrap interval; no interval below five sales."""

    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Met:
    """Which of the IAAO's ranges a study's point estimates lie in."""

    level: bool
    """Median ratio from 0.90 to 1.10."""
    cod: bool
    """COD in the range of the kind of property (below 5 suggests that sales were chased)."""
    prd: bool
    """PRD from 0.98 to 1.03."""
    prb: bool
    """PRB from -0.05 to 0.05."""
    mki: bool
    """MKI from 0.95 to 1.05."""
    vei: bool | None
    """VEI from -10 to 10 %; None where there were too few sales for it."""


@dataclass(frozen=True)
class RatioStudy:
    """The statistics of one group of sales; COD, COV, VEI, MdAPE and COC are in percent."""

    n: int
    median_ratio: Estimate
    mean_ratio: Estimate
    weighted_mean_ratio: Estimate
    cod: Estimate
    cov: Estimate
    prd: Estimate
    prb: Estimate
    mki: Estimate
    """Modified Kakwani index."""
    ki: Estimate
    """Kakwani index."""
    mdape: float
    """Median distance of the estimate from the price."""
    coc_10: float
    """Share of the ratios within 10 % of their median."""
    coc_15: float
    coc_20: float
    too_few: bool
    """Fewer than five sales: the figures are what they are and say nothing."""
    analytic: AnalyticIntervals
    """95 % intervals by formula, beside the resampled ones."""
    vertical_equity: VerticalEquity | None
    """The VEI and its groups by value; None below 20 sales."""
    sales_chasing: SalesChasing | None
    """Whether ratios heap at 1; None below 30 sales."""
    kind: PropertyKind
    """The kind of property whose ranges the study is held against."""
    verdicts: tuple[Verdict, ...]
    """Each statistic against its range, by its value and by its bootstrap interval."""
    meets: Met
    strata: tuple[tuple[str, "RatioStudy"], ...] = ()
    """The same for each group of `by`, in the order of the labels; where several columns are
    given, a label begins with its column's name."""
    trimmed: "Trimmed | None" = None
    """The same without outliers, when trimming was asked for."""
    horizontal_equity: HorizontalEquity | None = None
    """Set by who has the characteristics."""
    spatial_autocorrelation: SpatialAutocorrelation | None = None
    """Set by who has the places."""
    trend: RatioTrend | None = None
    """Set by who has the days of sale."""


@dataclass(frozen=True)
class Trimmed:
    """A study without outliers, and what was taken out for it."""

    removed: Removed
    study: RatioStudy


@dataclass(frozen=True)
class _Sales:
    """Checked sales and how they are to be studied."""

    estimate: Floats
    price: Floats
    kind: PropertyKind
    draws: int
    seed: int
    draw_rows_max: int = DRAW_ROWS_MAX

    def part(self, rows: npt.NDArray[np.integer | np.bool_]) -> "_Sales":
        """Take some of the rows."""
        return _Sales(
            self.estimate[rows],
            self.price[rows],
            self.kind,
            self.draws,
            self.seed,
            min(self.draw_rows_max, STRATUM_DRAW_ROWS_MAX),
        )


def ratio_study(
    estimates: object,
    prices: object,
    *,
    by: object = None,
    kind: str | Mapping[str, str] = RESIDENTIAL,
    trim: Trim = "none",
    draws: int = 1000,
    seed: int = 0,
) -> RatioStudy:
    """Study the ratios of estimates to prices, with intervals by resampling and by formula.

    Parameters
    ----------
    estimates, prices
        Arrays or Arrow columns of the same length, positive, in the same currency; the price
        brought to the date of the estimate where the market moved between.
    by
        A label for each sale, or several columns of labels by name; the study is repeated for
        each label in `strata`. A number with more than a hundred different values is cut into
        tenths.
    kind
        The kind of property, which decides the accepted COD: a key of `PROPERTY_KINDS`. Where the
        groups are of several kinds, that of each label in `strata`, and of the whole under the
        label of `WHOLE`; what is not told is residential.
    trim
        `iqr1.5` or `iqr3` repeats the study without outliers in `trimmed`.
    draws
        Bootstrap draws behind the 95 % percentile intervals. With more than 10,000 sales (2,000
        in a stratum) each draw takes as many and the deviations are narrowed accordingly.
    seed
        Decides the draws.

    Returns
    -------
    RatioStudy

    Raises
    ------
    InputError
        When a value is missing or not positive, there are no rows, the kind is not known or a
        column has more than a thousand labels.

    References
    ----------
    IAAO, Standard on Ratio Studies (2013 and 2026). Bickel, Götze, van Zwet (1997), "Resampling
    fewer than n observations", Statistica Sinica 7, 1-31.

    Examples
    --------
    >>> study = ratio_study([90.0, 100.0, 110.0], [100.0, 100.0, 100.0])
    >>> round(study.cod.value, 2), study.median_ratio.value
    (6.67, 1.0)
    """
    (estimate, wrong), (price, also) = _positive(estimates, "estimate"), _positive(prices, "price")
    if wrong or also:
        raise InputError([*wrong, *also])
    if len(estimate) != len(price):
        raise ValueError(f"{len(estimate)} estimates but {len(price)} prices")
    kinds = kind if isinstance(kind, Mapping) else {}
    of_whole = kind if isinstance(kind, str) else kinds.get(WHOLE, RESIDENTIAL)
    sales = _Sales(estimate, price, kind_of(of_whole), draws, seed)
    trimmed = None
    if trim != "none":
        outside, removed = outliers(estimate / price, trim)
        trimmed = Trimmed(removed, _study(sales.part(~outside)))
    return _study(sales, strata=_strata(sales, by, kinds), trimmed=trimmed)


def _strata(
    sales: _Sales, by: object, kinds: Mapping[str, str]
) -> tuple[tuple[str, RatioStudy], ...]:
    if by is None:
        by = {}
    columns = by if isinstance(by, Mapping) else {"by": by}
    studied: list[tuple[str, RatioStudy]] = []
    of_label = {label: kind_of(name) for label, name in kinds.items() if label != WHOLE}
    for name, values in columns.items():
        labels = as_column(values)
        if len(labels) != len(sales.price):
            raise ValueError(f"{len(labels)} labels but {len(sales.price)} prices")
        for label, rows in groups(labels, column=name):
            full = f"{name}: {label}" if len(columns) > 1 else label
            part = replace(sales.part(rows), kind=of_label.get(full, sales.kind))
            studied.append((full, _study(part)))
    known = [label for label, _ in studied]
    unknown = [label for label in of_label if label not in known]
    if unknown:
        expected = "one of " + ", ".join(known) if known else "groups, to be of a kind"
        raise InputError(
            Finding("call", f"no group is called {label!r}", expected, column="type")
            for label in unknown
        )
    return tuple(studied)


def _study(
    sales: _Sales,
    *,
    strata: tuple[tuple[str, RatioStudy], ...] = (),
    trimmed: Trimmed | None = None,
) -> RatioStudy:
    estimate, price = sales.estimate, sales.price
    point = {**statistics(estimate, price)._asdict(), **kakwani(estimate, price)._asdict()}
    intervals = bootstrap(
        estimate, price, draws=sales.draws, seed=sales.seed, rows_max=sales.draw_rows_max
    )
    vertical = vertical_equity(estimate, price)
    held = verdicts(sales.kind, point, intervals, vertical)
    met = {verdict.statistic: verdict.met for verdict in held}
    found: dict[str, Any] = {
        name: Estimate(value, intervals[name].low, intervals[name].high)
        if name in intervals
        else Estimate(value, None, None)
        for name, value in point.items()
    }
    return RatioStudy(
        n=len(price),
        **found,
        **accuracy(estimate, price)._asdict(),
        too_few=len(price) < SALES_MIN,
        analytic=analytic(estimate, price),
        vertical_equity=vertical,
        sales_chasing=chasing_in_ratios(estimate / price),
        kind=sales.kind,
        verdicts=held,
        meets=Met(
            level=met["median_ratio"],
            cod=met["cod"],
            prd=met["prd"],
            prb=met["prb"],
            mki=met["mki"],
            vei=met.get("vei"),
        ),
        strata=strata,
        trimmed=trimmed,
    )


def as_column(values: object) -> pa.ChunkedArray:
    """Take an array or a column of any library as an Arrow column."""
    if isinstance(values, pa.ChunkedArray):
        return values
    if isinstance(values, pa.Array):
        return pa.chunked_array([values])
    if hasattr(values, "__arrow_c_stream__"):
        return pa.chunked_array(values)
    return pa.chunked_array([pa.array(values)])


def _positive(values: object, column: str) -> tuple[Floats, list[Finding]]:
    """As floats, with what is wrong: rows that no ratio can be made of."""
    expected = "a number greater than zero"
    try:
        numbers = pc.cast(as_column(values), pa.float64())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, pa.ArrowTypeError) as error:
        raise InputError(Finding("ratio study", str(error), expected, column=column)) from error
    found = np.asarray(numbers.to_numpy(zero_copy_only=False), dtype=np.float64)
    if len(found) == 0:
        raise InputError(Finding("ratio study", "there are no rows", "at least one sale"))
    wrong = np.flatnonzero(~((found >= AMOUNT_MIN) & (found <= AMOUNT_MAX)))
    return found, [
        Finding("ratio study", _no_amount(found[row], column), expected, int(row) + 1, column)
        for row in wrong[:ROWS_NAMED_MAX]
    ]


def _no_amount(value: float, column: str) -> str:
    return f"the {column} is missing" if np.isnan(value) else f"{value:g} is no {column}"
