"""Like properties put together, without a seed, a scale or a number of clusters to choose."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy import stats

from kazyna.valuation.ratios.ratio_statistics import Floats

Integers = npt.NDArray[np.int64]


def clusters(
    n: int,
    characteristics: Sequence[Floats],
    *,
    keys: Sequence[Sequence[str]] = (),
    size_max: int,
) -> list[Integers]:
    """Halve the rows until at most `size_max` are left together.

    Rows with the same keys are halved at the median of the characteristic in whose ranks they
    spread most, again and again: the leaves of a k-d tree over ranks.

    Parameters
    ----------
    n
        Rows.
    characteristics
        Each of shape (n,), coordinates included. A missing number (NaN) counts as the least.
    keys
        Each of length n: labels that must be the same, such as kind or district.
    size_max
        No cluster that was halved has fewer than half of this. Rows that are the same in
        everything stay together, however many.

    Returns
    -------
    list
        Row numbers of each cluster; every row is in one of them.

    References
    ----------
    Bentley (1975), "Multidimensional binary search trees used for associative searching",
    Communications of the ACM 18, 509-517.
    """
    ranks = np.column_stack([_ranks(each) for each in characteristics] or [np.zeros(n)])
    parts = _parts(keys, n)
    leaves: list[Integers] = []
    while parts:
        rows = parts.pop()
        spread = np.ptp(ranks[rows], axis=0)
        widest = int(np.argmax(spread))
        if len(rows) <= size_max or spread[widest] == 0:
            leaves.append(rows)
            continue
        order = np.argsort(ranks[rows, widest], kind="stable")
        half = len(rows) // 2
        parts += [rows[order[half:]], rows[order[:half]]]
    return leaves


def _ranks(values: Floats) -> Floats:
    """Replace values by their ranks from 0 to 1; the same value has the same rank."""
    ranked: Floats = stats.rankdata(np.nan_to_num(values, nan=-np.inf)) / len(values)
    return ranked


def _parts(keys: Sequence[Sequence[str]], n: int) -> list[Integers]:
    """Split the rows by their keys."""
    number = np.zeros(n, dtype=np.int64)
    for labels in keys:
        _, codes = np.unique(np.asarray(labels, dtype=str), return_inverse=True)
        _, number = np.unique(number * (int(codes.max()) + 1) + codes, return_inverse=True)
    order = np.argsort(number, kind="stable")
    return list(np.split(order, np.flatnonzero(np.diff(number[order])) + 1))
