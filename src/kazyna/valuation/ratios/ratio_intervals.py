"""Confidence intervals of ratio statistics: by resampling, and by formula.

The two rest on unlike assumptions; where they disagree, the sample is small or its tails are heavy.
"""

import math
from dataclasses import dataclass

import numpy as np
from scipy import special

from kazyna.valuation.ratios.ratio_statistics import (
    Floats,
    Kakwani,
    Statistics,
    kakwani_of_sorted_rows,
    proxy,
    statistics,
    statistics_of_rows,
)

DRAW_ROWS_MAX = 10_000
"""Rows in one bootstrap draw. A larger study draws this many of its n rows and narrows the
deviations by sqrt(rows / n): the m-out-of-n bootstrap of Bickel, Götze and van Zwet (1997)."""
BLOCK_ELEMENTS = 1 << 15
"""Numbers drawn at once: enough to keep NumPy busy, few enough to stay in the cache."""
CONFIDENCE = 0.95
SALES_MIN = 5
"""Fewer sales than this carry no interval (IAAO 2013, 8.3: five are the least for any use)."""


@dataclass(frozen=True)
class Bounds:
    """The two ends of an interval."""

    low: float
    high: float


@dataclass(frozen=True)
class AnalyticIntervals:
    """95 % intervals by formula; None where the sample does not carry one."""

    median_ratio: Bounds | None
    """Order statistics: exact for any distribution."""
    mean_ratio: Bounds | None
    """Student's t."""
    weighted_mean_ratio: Bounds | None
    """Delta method for a ratio of sums."""
    cod: Bounds | None
    """Delta method for the logarithm."""
    cov: Bounds | None
    """Delta method for the logarithm."""
    prd: Bounds | None
    """Delta method."""
    prb: Bounds | None
    """Least squares: errors of equal size at every value."""


def bootstrap(
    estimate: Floats,
    price: Floats,
    *,
    draws: int,
    seed: int,
    rows_max: int = DRAW_ROWS_MAX,
) -> dict[str, Bounds]:
    """Find percentile intervals of every statistic at once; each draw serves all of them.

    Parameters
    ----------
    estimate, price
        Shape (sales,), positive.
    draws
        Samples drawn; each gives every statistic anew, the median and the proxies with it.
    seed
        Decides the draws.
    rows_max
        Rows of a draw at most.

    Returns
    -------
    dict
        By the names of `Statistics` and `Kakwani`; empty below five sales.

    References
    ----------
    Bickel, Götze, van Zwet (1997), "Resampling fewer than n observations", Statistica Sinica 7.
    """
    n = len(price)
    if n < SALES_MIN:
        return {}
    order = np.argsort(price, kind="stable")  # so that a sorted draw stands in order of price
    estimate, price = estimate[order], price[order]
    random = np.random.default_rng(seed)
    rows = min(n, rows_max)
    block = max(1, BLOCK_ELEMENTS // rows)
    drawn = np.empty((draws, len(Statistics._fields) + len(Kakwani._fields)))
    for start in range(0, draws, block):
        size = (min(block, draws - start), rows)
        picked = np.sort(random.integers(0, n, size, dtype=np.int32), axis=1)
        drawn[start : start + size[0]] = _every(estimate[picked], price[picked])
    if rows < n:
        point = _every(estimate[None], price[None])[0]
        drawn = point + (drawn - point) * math.sqrt(rows / n)
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(drawn, (tail, 1 - tail), axis=0)
    names = (*Statistics._fields, *Kakwani._fields)
    return {name: Bounds(float(low[i]), float(high[i])) for i, name in enumerate(names)}


def _every(estimate: Floats, price: Floats) -> Floats:
    return np.hstack([statistics_of_rows(estimate, price), kakwani_of_sorted_rows(estimate, price)])


def analytic(estimate: Floats, price: Floats) -> AnalyticIntervals:
    """Find 95 % intervals by formula.

    Parameters
    ----------
    estimate, price
        Shape (sales,), positive. Below five sales, and where all ratios are equal, only that is
        given which is defined.

    References
    ----------
    IAAO, Standard on Ratio Studies (2013), appendix C (median, mean, weighted mean). Bonett and
    Seier (2006), "Confidence interval for a coefficient of dispersion in nonnormal
    distributions", Biometrical Journal 48, 144-148 (COD; the standard error of the median taken
    from its order statistics). Cochran (1977), Sampling Techniques, section 6.3 (ratio of sums).
    """
    n = len(price)
    if n < SALES_MIN:
        return AnalyticIntervals(None, None, None, None, None, None, None)
    ratios = estimate / price
    found = statistics(estimate, price)
    t = _student(n - 1)
    mean_error = float(ratios.std(ddof=1)) / math.sqrt(n)
    weighted = estimate - found.weighted_mean_ratio * price
    weighted_error = float(weighted.std(ddof=1)) / math.sqrt(n) / float(price.mean())
    # What one sale adds to the logarithm of PRD = mean · Σ price / Σ estimate.
    of_prd = ratios / found.mean_ratio - estimate / estimate.mean() + price / price.mean()
    prd_error = found.prd * float(of_prd.std(ddof=1)) / math.sqrt(n)
    return AnalyticIntervals(
        median_ratio=median_interval(ratios),
        mean_ratio=_around(found.mean_ratio, t * mean_error),
        weighted_mean_ratio=_around(found.weighted_mean_ratio, t * weighted_error),
        cod=_cod_interval(ratios, found),
        cov=_cov_interval(ratios, found),
        prd=_around(found.prd, t * prd_error),
        prb=_prb_interval(estimate, price, found),
    )


def median_interval(values: Floats, confidence: float = CONFIDENCE) -> Bounds | None:
    """Find the interval of a median between two order statistics.

    The k-th smallest lies above the median with the probability that fewer than k of n tosses of
    a coin fall on one side; the largest k is taken that keeps either tail within its share.

    Parameters
    ----------
    values
        Shape (n,).
    confidence
        The interval holds the median at least this often, whatever the distribution.

    Returns
    -------
    Bounds or None
        None when even the smallest and the largest value do not reach the confidence: below six
        values for 95 %, below five for 90 %.
    """
    n = len(values)
    cut = _tail_count(n, (1 - confidence) / 2)
    if cut == 0:
        return None
    ends = np.partition(values, (cut - 1, n - cut))
    return Bounds(float(ends[cut - 1]), float(ends[n - cut]))


def _tail_count(n: int, tail: float) -> int:
    """Find the largest k with P(Binomial(n, 1/2) < k) within the tail."""
    guess = n / 2 + float(special.ndtri(tail)) * math.sqrt(n) / 2
    k = min(max(int(guess) + 2, 0), n // 2)
    while k > 0 and float(special.bdtr(k - 1, n, 0.5)) > tail:
        k -= 1
    return k


def _student(degrees: int) -> float:
    return float(special.stdtrit(degrees, 1 - (1 - CONFIDENCE) / 2))


def _around(value: float, half: float) -> Bounds:
    return Bounds(value - half, value + half)


def _around_logarithm(value: float, half: float) -> Bounds:
    """Keep the interval of a positive statistic above nought."""
    return Bounds(value * math.exp(-half), value * math.exp(half))


def _cod_interval(ratios: Floats, found: Statistics) -> Bounds | None:
    """Join the errors of the mean distance and of the median, which are correlated by skew."""
    n, median = len(ratios), found.median_ratio
    between = median_interval(ratios)
    if between is None or found.cod == 0:
        return None
    off = np.abs(ratios - median)
    mean_off = float(off.mean())
    median_error = (between.high - between.low) / 2 / _student(n - 1)
    variance = (
        float(off.var(ddof=1)) / n / mean_off**2
        + (median_error / median) ** 2
        - 2 * (found.mean_ratio - median) * median_error / math.sqrt(n) / mean_off / median
    )
    return _around_logarithm(found.cod, _student(n - 1) * math.sqrt(max(variance, 0.0)))


def _cov_interval(ratios: Floats, found: Statistics) -> Bounds | None:
    n = len(ratios)
    variance = float(ratios.var(ddof=1))
    if variance == 0:
        return None
    off = ratios - found.mean_ratio
    each = (off**2 - variance) / (2 * variance) - off / found.mean_ratio
    return _around_logarithm(found.cov, _student(n - 1) * float(each.std(ddof=1)) / math.sqrt(n))


def _prb_interval(estimate: Floats, price: Floats, found: Statistics) -> Bounds | None:
    n = len(price)
    at = np.log2(proxy(estimate, price, found.median_ratio))
    at -= at.mean()
    relative = estimate / price / found.median_ratio - 1
    residual = relative - relative.mean() - found.prb * at
    spread = float(at @ at)
    if found.prb == 0 or spread == 0:
        return None
    error = math.sqrt(float(residual @ residual) / (n - 2) / spread)
    return _around(found.prb, _student(n - 2) * error)
