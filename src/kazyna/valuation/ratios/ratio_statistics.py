"""The statistics of a ratio study, each by its definition, of one group of sales or of many draws.

A ratio is an estimated value divided by the (time-adjusted) sale price of the same property.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

SLOPE_SPREAD_MIN = 1e-12
"""Mean square of the proxies of value below which they count as equal."""
GINI_MIN = 1e-12
"""Gini coefficient of the prices below which they count as equal."""
CONCENTRATION_WITHIN = (0.10, 0.15, 0.20)


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


class Kakwani(NamedTuple):
    """Whether the estimates spread as the prices do, from the cheapest sale to the dearest."""

    mki: float
    """Modified Kakwani index: Gini of the estimates over Gini of the prices; below 1 regressive."""
    ki: float
    """Kakwani index: the difference of the two; below 0 is regressive."""


class Accuracy(NamedTuple):
    """How far from the price, and how many near the median; percent."""

    mdape: float
    """Median of the distances of the estimates from the prices."""
    coc_10: float
    """Coefficient of concentration: share of ratios within 10 % of the median ratio."""
    coc_15: float
    """The same within 15 %."""
    coc_20: float
    """The same within 20 %."""


def statistics(estimate: Floats, price: Floats) -> Statistics:
    r"""Compute level, uniformity and price-related bias.

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
    (row,) = statistics_of_rows(estimate[None, :], price[None, :])
    return Statistics(*map(float, row))


def statistics_of_rows(estimate: Floats, price: Floats) -> Floats:
    """Compute the `Statistics` of each row.

    Parameters
    ----------
    estimate, price
        Shape (rows, sales), positive.

    Returns
    -------
    Floats
        Shape (rows, 7), in the order of `Statistics`.
    """
    ratios = estimate / price
    n = ratios.shape[1]
    median = medians(ratios)
    mean = ratios.mean(axis=1)
    value, paid = estimate.sum(axis=1), price.sum(axis=1)
    cov = 100 * ratios.std(axis=1, ddof=1) / mean if n > 1 else np.zeros_like(mean)
    ratios /= median[:, None]
    ratios -= 1
    centred = np.log2(proxy(estimate, price, median[:, None]))
    centred -= centred.mean(axis=1, keepdims=True)
    # Sums of products, not BLAS: its last digit depends on where in memory the numbers lie.
    spread = (centred * centred).sum(axis=1)
    sloped = spread > SLOPE_SPREAD_MIN * n
    prb = np.where(sloped, (centred * ratios).sum(axis=1) / np.where(sloped, spread, 1.0), 0.0)
    cod = 100 * np.abs(ratios, out=ratios).mean(axis=1)
    return np.column_stack([median, mean, value / paid, cod, cov, mean * paid / value, prb])


def proxy(estimate: Floats, price: Floats, median_ratio: Floats | float) -> Floats:
    """Take half of the value from either side, the estimate brought to the level of the prices.

    Sales grouped by price alone would make fair estimates look regressive, by estimate alone
    progressive (IAAO 2013, appendix D).
    """
    half: Floats = 0.5 * estimate / median_ratio + 0.5 * price
    return half


def medians(rows: Floats) -> Floats:
    """Return the median of each row; of an even number, the mean of the middle two."""
    n = rows.shape[1]
    half = n // 2
    if n % 2:
        middle: Floats = np.partition(rows, half, axis=1)[:, half]
        return middle
    part = np.partition(rows, (half - 1, half), axis=1)
    both: Floats = (part[:, half - 1] + part[:, half]) / 2
    return both


def kakwani(estimate: Floats, price: Floats) -> Kakwani:
    """Compare the Gini coefficients of estimates and prices, both in the order of the prices.

    Sales of one price stay in the order in which they are given. Where all prices are equal
    nothing can be compared: MKI is 1 and KI 0.

    Parameters
    ----------
    estimate, price
        Shape (sales,), positive, at least one.

    References
    ----------
    Quintos (2020), "A Gini measure for vertical equity in property assessments", Journal of
    Property Tax Assessment & Administration 17(2); Quintos (2021), ibid. 18(2).
    """
    order = np.argsort(price, kind="stable")
    (row,) = kakwani_of_sorted_rows(estimate[None, order], price[None, order])
    return Kakwani(*map(float, row))


def kakwani_of_sorted_rows(estimate: Floats, price: Floats) -> Floats:
    """Compute MKI and KI of each row of sales, which stand in the order of their prices.

    Parameters
    ----------
    estimate, price
        Shape (rows, sales), positive, `price` rising.

    Returns
    -------
    Floats
        Shape (rows, 2), in the order of `Kakwani`.
    """
    n = price.shape[1]
    rank = np.arange(1.0, n + 1)
    of_estimates, of_prices = (
        (2 * (values * rank).sum(axis=1) / values.sum(axis=1) - (n + 1)) / n
        for values in (estimate, price)
    )
    differ = of_prices > GINI_MIN
    mki = np.where(differ, of_estimates / np.where(differ, of_prices, 1.0), 1.0)
    return np.column_stack([mki, np.where(differ, of_estimates - of_prices, 0.0)])


def accuracy(estimate: Floats, price: Floats) -> Accuracy:
    """Measure the distances from price and from the median ratio, in percent.

    Parameters
    ----------
    estimate, price
        Shape (sales,), positive, at least one.
    """
    ratios = estimate / price
    off = np.abs(ratios / np.median(ratios) - 1)
    return Accuracy(
        100 * float(np.median(np.abs(ratios - 1))),
        *(100 * float((off <= within).mean()) for within in CONCENTRATION_WITHIN),
    )
