"""Traces of values that were set from the prices of the sales themselves.

Chased sales make every other statistic look better than the values of unsold properties are. No
test proves it; each of these finds a trace that chasing leaves.
"""

from dataclasses import dataclass
from statistics import NormalDist
from typing import Literal

import numpy as np
from scipy import stats

from kazyna.valuation.ratios.ratio_statistics import Floats

Technique = Literal[
    "change of value",
    "value per unit",
    "mass appraisal",
    "split sample",
    "expected distribution",
    "cumulative jump",
]
SALES_MIN = 30
"""Fewer sales than this show traces by chance."""
NEAR_ONE = (0.98, 1.02)
GAP = 0.05
"""Share of the sales that must heap near 1, or jump there, to raise suspicion."""
SIGNIFICANT = 0.05
DIFFERENCE_MIN = 0.03
"""Relative difference of medians below which sold and unsold count as alike, however sure: in a
large file every difference is significant."""
SCATTER_MORE = 4 / 3
"""COD of later sales over that of earlier ones from which chasing is suspected."""


@dataclass(frozen=True)
class ChasingTest:
    """One technique: what was found among the sold, what was to be expected, and how sure it is."""

    technique: Technique
    suspected: bool
    found: float
    expected: float
    p_value: float | None = None
    """Probability of a difference as large where there is none; None for the two heuristics."""


@dataclass(frozen=True)
class SalesChasing:
    """What the techniques say that the data allow."""

    suspected: bool
    """Both heuristics on the ratios, or any comparison with unsold or later evidence."""
    tests: tuple[ChasingTest, ...]


def chasing_in_ratios(ratios: Floats) -> SalesChasing | None:
    """Look for ratios that heap at 1.

    Parameters
    ----------
    ratios
        Shape (sales,), at full market value the level that was aimed at.

    Returns
    -------
    SalesChasing or None
        None below 30 sales.

    References
    ----------
    IAAO, Standard on Ratio Studies (2013), appendix E.4; (2026), appendix B.
    """
    if len(ratios) < SALES_MIN:
        return None
    tests = (expected_distribution(ratios), cumulative_jump(ratios))
    return SalesChasing(all(test.suspected for test in tests), tests)


def expected_distribution(ratios: Floats) -> ChasingTest:
    """Compare the share of ratios within 2 % of 1 with that of a normal distribution.

    The normal distribution has the mean and the standard deviation of the ratios.
    """
    near = float(((ratios >= NEAR_ONE[0]) & (ratios <= NEAR_ONE[1])).mean())
    spread = float(ratios.std())
    if spread == 0:
        expected = near
    else:
        normal = NormalDist(float(ratios.mean()), spread)
        expected = normal.cdf(NEAR_ONE[1]) - normal.cdf(NEAR_ONE[0])
    return ChasingTest("expected distribution", abs(near - expected) > GAP, near, expected)


def cumulative_jump(ratios: Floats) -> ChasingTest:
    """Look for the highest step in the cumulative distribution; chased ratios step near 1.

    The step at the least ratio, where the distribution begins, is not counted.
    """
    at, count = np.unique(ratios, return_counts=True)
    if len(at) == 1:
        return ChasingTest("cumulative jump", False, 0.0, GAP)
    steps = count[1:] / len(ratios)
    highest = int(np.argmax(steps))
    near = NEAR_ONE[0] < at[highest + 1] < NEAR_ONE[1]
    step = float(steps[highest])
    return ChasingTest("cumulative jump", bool(near and step > GAP), step, GAP)


def change_of_value(sold: Floats, unsold: Floats) -> ChasingTest | None:
    """Compare how far the values of sold and of unsold properties moved between two valuations.

    Parameters
    ----------
    sold, unsold
        Shapes (sold,) and (unsold,), positive: value now over value at the last valuation.

    Returns
    -------
    ChasingTest or None
        Median factors of change; None below 30 properties on either side.
    """
    return _compared("change of value", sold, unsold)


def value_per_unit(sold: Floats, unsold: Floats) -> ChasingTest | None:
    """Compare the value per square metre of sold and of unsold properties of one stratum.

    Parameters
    ----------
    sold, unsold
        Shapes (sold,) and (unsold,), positive.

    Returns
    -------
    ChasingTest or None
        Medians; None below 30 properties on either side.
    """
    return _compared("value per unit", sold, unsold)


def mass_appraisal(sold: Floats, unsold: Floats) -> ChasingTest | None:
    """Compare the values of sold and of unsold properties with what an independent model says.

    Parameters
    ----------
    sold, unsold
        Shapes (sold,) and (unsold,), positive: value over the estimate of a model that was fitted
        to sales and knows no assessed value, for the sold out of sample.

    Returns
    -------
    ChasingTest or None
        Median ratios; None below 30 properties on either side.
    """
    return _compared("mass appraisal", sold, unsold)


def split_sample(before: Floats, after: Floats) -> ChasingTest | None:
    """Compare the dispersion of ratios of sales before the values were set with later ones.

    Later sales could not be chased. Where their ratios scatter more by a third, by the
    Brown-Forsythe test not by chance, the earlier were.

    Parameters
    ----------
    before, after
        Ratios, shapes (sales before,) and (sales after,).

    Returns
    -------
    ChasingTest or None
        CODs in percent; None below 30 sales on either side.
    """
    if min(len(before), len(after)) < SALES_MIN:
        return None
    off = [np.abs(part / np.median(part) - 1) for part in (before, after)]
    earlier, later = (100 * float(each.mean()) for each in off)
    p = _p_value(stats.ttest_ind, off[0], off[1])
    suspected = p < SIGNIFICANT and later > SCATTER_MORE * earlier
    return ChasingTest("split sample", suspected, earlier, later, p)


def joined(*found: SalesChasing | ChasingTest | None) -> SalesChasing | None:
    """Join what the techniques said; None when none could be used."""
    known = [each for each in found if each is not None]
    tests = [
        t for each in known for t in (each.tests if isinstance(each, SalesChasing) else (each,))
    ]
    if not tests:
        return None
    return SalesChasing(any(each.suspected for each in known), tuple(tests))


def _compared(technique: Technique, sold: Floats, unsold: Floats) -> ChasingTest | None:
    if min(len(sold), len(unsold)) < SALES_MIN:
        return None
    here, there = float(np.median(sold)), float(np.median(unsold))
    p = _p_value(stats.mannwhitneyu, sold, unsold)
    suspected = p < SIGNIFICANT and abs(here / there - 1) > DIFFERENCE_MIN
    return ChasingTest(technique, suspected, here, there, p)


def _p_value(test: object, one: Floats, other: Floats) -> float:
    """Run a two-sample test; samples of one and the same value do not differ."""
    if np.ptp(np.concatenate([one, other])) == 0:
        return 1.0
    return float(test(one, other).pvalue)  # type: ignore[operator]
