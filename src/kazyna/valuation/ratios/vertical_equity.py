"""The vertical equity indicator: the level of dear properties against that of cheap ones."""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from kazyna.valuation.ratios.ratio_intervals import median_interval
from kazyna.valuation.ratios.ratio_statistics import Floats, proxy

GROUPS = ((501, 10), (51, 4), (20, 2))
"""Least number of sales, and the groups they are cut into (IAAO 2026, appendix E)."""
CONFIDENCE = 0.90
LIMIT = 10.0
"""Percent of the median ratio that the dearest group may lie from the cheapest."""


@dataclass(frozen=True)
class ValueGroup:
    """The sales of one range of value."""

    sales: int
    value_from: float
    """The least proxy of value in the group."""
    value_to: float
    median_ratio: float
    low: float | None
    """Of the 90 % interval of the median by order statistics; None below five sales."""
    high: float | None


@dataclass(frozen=True)
class VerticalEquity:
    """The vertical equity indicator with the groups that it compares, the cheapest first."""

    vei: float
    """Percent: median ratio of the dearest group less that of the cheapest, over the median of
    all. Below nought is regressive."""
    significance: float
    """Percent: the same between the nearest ends of the two groups' 90 % intervals; nought where
    they overlap and no difference is shown."""
    widest: float | None
    """Percent: the same between the farthest ends; None where a group is too small for one."""
    kruskal_wallis_p: float | None
    """Probability of groups as unlike as these where none differ; None when all ratios are
    equal."""
    groups: tuple[ValueGroup, ...]


def vertical_equity(estimate: Floats, price: Floats) -> VerticalEquity | None:
    """Compare the level of the cheapest sales with that of the dearest.

    Sales are cut by the proxy ``price / 2 + estimate / median ratio / 2`` into 2 groups (20 to 50
    sales), 4 (51 to 500) or 10 (501 and more). The limits are sample quantiles by rule R7, linear
    between order statistics; a sale on a limit belongs below it, and equal values stay together.

    Parameters
    ----------
    estimate, price
        Shape (sales,), positive, in the same currency.

    Returns
    -------
    VerticalEquity or None
        None below 20 sales, and where the values cannot be told apart.

    References
    ----------
    IAAO, Standard on Ratio Studies (2026), section 11.2.6 and appendix E. Hyndman and Fan (1996),
    "Sample quantiles in statistical packages", The American Statistician 50, 361-365 (R7).
    """
    n = len(price)
    wanted = next((groups for least, groups in GROUPS if n >= least), None)
    if wanted is None:
        return None
    ratios = estimate / price
    median = float(np.median(ratios))
    value = proxy(estimate, price, median)
    limits = np.quantile(value, np.arange(1, wanted) / wanted)
    number = np.searchsorted(limits, value, side="left")
    members = [each for g in range(wanted) if (each := np.flatnonzero(number == g)).size]
    if len(members) == 1:
        return None
    groups = tuple(_group(ratios[rows], value[rows]) for rows in members)
    cheap, dear = groups[0], groups[-1]
    vei = 100 * (dear.median_ratio - cheap.median_ratio) / median
    nearest, farthest = _between(cheap, dear) if vei < 0 else _between(dear, cheap)
    unit = (-100 if vei < 0 else 100) / median
    all_equal = bool(np.ptp(ratios) == 0)
    return VerticalEquity(
        vei=vei,
        significance=unit * nearest if nearest > 0 else 0.0,
        widest=None if farthest is None else unit * farthest,
        kruskal_wallis_p=None if all_equal else _kruskal(ratios, members),
        groups=groups,
    )


def _group(ratios: Floats, value: Floats) -> ValueGroup:
    between = median_interval(ratios, CONFIDENCE)
    return ValueGroup(
        sales=len(ratios),
        value_from=float(value.min()),
        value_to=float(value.max()),
        median_ratio=float(np.median(ratios)),
        low=between.low if between else None,
        high=between.high if between else None,
    )


def _between(upper: ValueGroup, lower: ValueGroup) -> tuple[float, float | None]:
    """Return the distance of the intervals' nearest and of their farthest ends."""
    if upper.low is None or upper.high is None or lower.low is None or lower.high is None:
        return 0.0, None
    return upper.low - lower.high, upper.high - lower.low


def _kruskal(ratios: Floats, members: list[np.ndarray]) -> float:
    return float(stats.kruskal(*(ratios[rows] for rows in members)).pvalue)
