"""How level and how uniform estimates are against prices, by the IAAO's definitions.

A ratio is an estimated value divided by the (time-adjusted) sale price of the same property.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from kazyna.core.errors import Finding, InputError

Floats = npt.NDArray[np.float64]

DRAW_ROWS_MAX = 20_000
"""Rows in one bootstrap draw. A larger study draws this many of its n rows and narrows the
deviations by sqrt(rows / n): the m-out-of-n bootstrap of Bickel, Götze and van Zwet (1997)."""

TAIL = 0.025
"""Left out on either side by a 95 % interval."""

SLOPE_SPREAD_MIN = 1e-12
"""Mean square of the proxies of value below which they count as equal."""

LEVEL = (0.90, 1.10)
COD = (5.0, 15.0)
PRD = (0.98, 1.03)
PRB = (-0.05, 0.05)


@dataclass(frozen=True)
class Estimate:
    """A statistic with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Met:
    """Which of the IAAO's ranges a study's point estimates lie in."""

    level: bool
    """Median ratio from 0.90 to 1.10."""
    cod: bool
    """COD from 5 to 15 (residential; below 5 suggests that sales were chased)."""
    prd: bool
    """PRD from 0.98 to 1.03."""
    prb: bool
    """PRB from -0.05 to 0.05."""


@dataclass(frozen=True)
class RatioStudy:
    """The statistics of one group of sales; COD and COV are in percent."""

    n: int
    median_ratio: Estimate
    mean_ratio: Estimate
    weighted_mean_ratio: Estimate
    cod: Estimate
    cov: Estimate
    prd: Estimate
    prb: Estimate
    meets: Met
    strata: tuple[tuple[str, "RatioStudy"], ...] = ()
    """The same for each group of `by`, in the order of the labels."""


class Statistics(NamedTuple):
    """The point values of one group of sales."""

    median_ratio: float
    """Median of the ratios: the measure of level (5.3.1)."""
    mean_ratio: float
    """Mean of the ratios (5.3.2)."""
    weighted_mean_ratio: float
    """Sum of estimates over sum of prices (5.3.3)."""
    cod: float
    """Coefficient of dispersion, percent: mean distance from the median over the median (5.4.1)."""
    cov: float
    """Coefficient of variation, percent: standard deviation over the mean (5.4.2)."""
    prd: float
    """Price-related differential: mean over weighted mean; above 1.03 is regressive (5.6)."""
    prb: float
    """Coefficient of price-related bias: by what share the ratio moves when value doubles (5.6)."""


def statistics(estimate: Floats, price: Floats) -> Statistics:
    r"""Compute the point values of all ratio statistics.

    With ratios ``r = estimate / price``, their median ``m`` and mean ``r̄``:

    - COD = 100 · mean(\|r - m\|) / m; 0 when all ratios are equal
    - COV = 100 · sd(r) / r̄, with n - 1 degrees of freedom; 0 for one sale
    - PRD = r̄ / (Σ estimate / Σ price)
    - PRB = slope of (r - m) / m on log2(estimate / m / 2 + price / 2). The proxy of value takes
      half from either side, so that neither side's error alone makes a slope. 0 where all
      proxies are equal and no slope is defined.

    Parameters
    ----------
    estimate, price
        Shape (sales,), positive, at least one, in the same currency.

    References
    ----------
    IAAO, Standard on Ratio Studies (2013), sections 5.3 to 5.6 and appendix D.
    """
    ratios = estimate / price
    n = len(ratios)
    half = n // 2
    part = np.partition(ratios, (half - 1, half) if n % 2 == 0 else half)
    median = float(part[half - 1] + part[half]) / 2 if n % 2 == 0 else float(part[half])
    mean = float(ratios.mean())
    relative = ratios / median - 1
    proxy = np.log2(0.5 * estimate / median + 0.5 * price)
    proxy -= proxy.mean()
    spread = float(proxy @ proxy)
    return Statistics(
        median_ratio=median,
        mean_ratio=mean,
        weighted_mean_ratio=float(estimate.sum() / price.sum()),
        cod=100 * float(np.abs(relative).mean()),
        cov=100 * float(ratios.std(ddof=1)) / mean if n > 1 else 0.0,
        prd=mean * float(price.sum() / estimate.sum()),
        prb=float(proxy @ relative) / spread if spread > SLOPE_SPREAD_MIN * n else 0.0,
    )


def ratio_study(
    estimates: object, prices: object, *, by: object = None, draws: int = 1000, seed: int = 0
) -> RatioStudy:
    """Study the ratios of estimates to prices, with bootstrap intervals.

    Parameters
    ----------
    estimates, prices
        Arrays or Arrow columns of the same length, positive, in the same currency; the price
        brought to the date of the estimate where the market moved between.
    by
        A label for each sale; the study is repeated for each label in `strata`.
    draws
        Bootstrap draws behind the 95 % percentile intervals. With more than 20,000 sales each
        draw takes 20,000 and the deviations are narrowed accordingly.
    seed
        Decides the draws.

    Returns
    -------
    RatioStudy

    Raises
    ------
    InputError
        When a value is missing or not positive, or there are no rows.

    References
    ----------
    IAAO, Standard on Ratio Studies (2013). Bickel, Götze, van Zwet (1997), "Resampling fewer
    than n observations", Statistica Sinica 7, 1-31.

    Examples
    --------
    >>> study = ratio_study([90.0, 100.0, 110.0], [100.0, 100.0, 100.0])
    >>> round(study.cod.value, 2), study.median_ratio.value
    (6.67, 1.0)
    """
    estimate = _positive(estimates, "estimate")
    price = _positive(prices, "price")
    if len(estimate) != len(price):
        raise ValueError(f"{len(estimate)} estimates but {len(price)} prices")
    strata: list[tuple[str, RatioStudy]] = []
    if by is not None:
        label = np.array([str(item) for item in _arrow(by).to_pylist()])
        if len(label) != len(price):
            raise ValueError(f"{len(label)} labels but {len(price)} prices")
        for name in np.unique(label):
            rows = label == name
            strata.append((str(name), _study(estimate[rows], price[rows], draws, seed)))
    return _study(estimate, price, draws, seed, tuple(strata))


def _study(
    estimate: Floats,
    price: Floats,
    draws: int,
    seed: int,
    strata: tuple[tuple[str, RatioStudy], ...] = (),
) -> RatioStudy:
    point = statistics(estimate, price)
    low, high = _interval(estimate, price, point, draws=draws, seed=seed)
    found = {
        name: Estimate(value, float(low[i]), float(high[i]))
        for i, (name, value) in enumerate(point._asdict().items())
    }
    meets = Met(
        level=LEVEL[0] <= point.median_ratio <= LEVEL[1],
        cod=COD[0] <= point.cod <= COD[1],
        prd=PRD[0] <= point.prd <= PRD[1],
        prb=PRB[0] <= point.prb <= PRB[1],
    )
    return RatioStudy(len(price), **found, meets=meets, strata=strata)


def _interval(
    estimate: Floats, price: Floats, point: Statistics, *, draws: int, seed: int
) -> tuple[Floats, Floats]:
    """Percentile bootstrap of every statistic at once; each draw serves all of them."""
    random = np.random.default_rng(seed)
    n = len(price)
    rows = min(n, DRAW_ROWS_MAX)
    drawn = np.empty((draws, len(point)))
    for draw in range(draws):
        picked = random.integers(0, n, rows)
        drawn[draw] = statistics(estimate[picked], price[picked])
    if rows < n:
        drawn = np.array(point) + (drawn - np.array(point)) * np.sqrt(rows / n)
    low, high = np.quantile(drawn, (TAIL, 1 - TAIL), axis=0)
    return low, high


def _arrow(values: object) -> pa.Array | pa.ChunkedArray:
    if isinstance(values, pa.Array | pa.ChunkedArray):
        return values
    if hasattr(values, "__arrow_c_stream__"):
        return pa.chunked_array(values)
    return pa.array(values)


def _positive(values: object, column: str) -> Floats:
    """As floats; every row that no ratio can be made of is named."""
    expected = "a number greater than zero"
    try:
        numbers = pc.cast(_arrow(values), pa.float64())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, pa.ArrowTypeError) as error:
        raise InputError(Finding("ratio study", str(error), expected, column=column)) from error
    found = np.asarray(numbers.to_numpy(zero_copy_only=False), dtype=np.float64)
    if len(found) == 0:
        raise InputError(Finding("ratio study", "there are no rows", "at least one sale"))
    wrong = np.flatnonzero(~(np.isfinite(found) & (found > 0)))
    if len(wrong):
        raise InputError(
            [
                Finding(
                    "ratio study", f"{found[row]:g} is no {column}", expected, int(row) + 1, column
                )
                for row in wrong[:5]
            ]
        )
    return found
