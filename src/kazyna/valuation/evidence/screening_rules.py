"""The statistical rules of screening: each looks at all sales and suspects some.

Limits are in robust standard deviations (1.4826 times the median absolute deviation), so that
the sales that are looked for do not set the measure they are judged by.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree
from scipy.stats import poisson

from kazyna.valuation.columns import Floats, Ints, Sales
from kazyna.valuation.evidence.screening_reasons import Reason, Suspicion
from kazyna.valuation.location import plane_of

Words = npt.NDArray[np.str_]

NORMAL_MAD = 1.4826
THIN = 30.0
"""Sales of a stratum at which its own centre and spread count as much as those of the whole."""
TOKEN_SHARE = 0.05
"""A price is a token below this share of the typical price, and far out of its stratum."""
TOKEN_SCORE = 6.0
HEAP_SALES_MIN = 5
HEAP_RATIO_MIN = 3.0
HEAP_CHANCE = 1e-3
HEAP_LOW = -1.0
"""Mean score, less that of other sales at such prices, that tells an agreed figure."""
HEAP_REACH = 1.2
"""Factor within which prices are alike."""
HEAP_SIGNIFICANCE = 4.0
NEIGHBOURS = 15
WITNESS = 0.5
RESALE_SPREAD = 0.15
"""Standard deviation of one log price about the market where no residuals tell it."""
RESALE_PAIRS_MIN = 30
GROSS = 8.0
"""Beyond this score a price is an error of writing, not a low or high bargain."""


@dataclass(frozen=True)
class Limits:
    """Where suspicion begins; scores are in robust standard deviations."""

    low: float = 4.5
    """Score below the market beyond which a price is left out."""
    high: float = 6.0
    """Score above it; what is rare is dear, and non-market prices are mostly low."""
    low_from: float = 3.0
    """Least score to which the lower limit comes in where low prices outweigh high ones."""
    low_excess: float = 0.7
    """Share of the low prices left out that must be in excess of their mirror image above."""
    witness: float = 3.0
    """Score from which a residual speaks, but not alone."""
    unit_price: float = 4.0
    """Score of a price per area among its neighbours from which it speaks, but not alone."""
    resale_days: int = 365
    resale: float = 3.5
    """Score of a re-sale's change beyond the market's."""
    coincidence: float = 0.05
    """Chance below which equal prices on one day are one deal."""


def robust_scores(values: Floats, stratum: Words | None = None) -> Floats:
    """Deviations from the median of the stratum, in its robust standard deviations.

    The centre and the variance of a stratum of n sales are drawn to those of the whole with the
    weight `THIN` / (n + `THIN`).

    Parameters
    ----------
    values
        One number per sale.
    stratum
        The stratum of each sale; none means one for all.
    """
    centre, spread = _middle(values)
    scores = (values - centre) / spread
    if stratum is None:
        return np.asarray(scores)
    for name in np.unique(stratum):
        rows = stratum == name
        own = THIN / (rows.sum() + THIN)
        near, width = _middle(values[rows])
        middle = (1 - own) * near + own * centre
        variance = (1 - own) * width**2 + own * spread**2
        scores[rows] = (values[rows] - middle) / np.sqrt(variance)
    return np.asarray(scores)


def outliers(residual: Floats, scores: Floats, limits: Limits) -> list[Suspicion]:
    """Suspect prices far from what like properties fetched.

    Non-market prices are mostly low. Where the lower tail outweighs the upper one, honest sales
    are as many below as their mirror image above; the lower limit then comes in as far as the
    share `low_excess` of what it cuts off is in excess of that image.
    """
    low = low_limit(scores, limits)
    found = []
    for row in np.flatnonzero((scores < -limits.witness) | (scores > limits.witness)):
        below = bool(scores[row] < 0)
        limit = low if below else limits.high
        reason: Reason = "outlier_low" if below else "outlier_high"
        evidence = (("ratio", float(np.exp(residual[row]))), ("score", float(scores[row])),
                    ("limit", limit))  # fmt: skip
        weight = 1.0 if abs(scores[row]) > limit else WITNESS
        found.append(Suspicion(int(row), reason, weight, evidence))
    return found


def low_limit(scores: Floats, limits: Limits) -> float:
    """Least limit at which what is cut off below is mostly in excess of its image above."""
    ordinary = scores[np.abs(scores) < GROSS]
    for limit in np.arange(limits.low_from, limits.low, 0.1):
        below, above = int((ordinary < -limit).sum()), int((ordinary > limit).sum())
        if below > 0 and above + 1 <= (1 - limits.low_excess) * below:
            return float(limit)
    return limits.low


def quick_resales(
    sales: Sales, level: Floats, residual: Floats | None, scores: Floats | None, limits: Limits
) -> list[Suspicion]:
    """Suspect one sale of each pair whose price changed far beyond the market within days.

    Of the two the one farther from what like properties fetched is suspected; without residuals
    the earlier, for a price from which a dealer gains at once was not the market's.
    """
    first, second = _pairs(sales, limits.resale_days)
    log_price = np.log(sales.price)
    market = level[second] - level[first]
    change = log_price[second] - log_price[first] - market
    spread = _resale_spread(change, residual)
    found = []
    for one, two, beyond, moved in zip(first, second, change, market, strict=True):
        if abs(beyond) <= limits.resale * spread:
            continue
        later_is_odd = scores is not None and abs(scores[two]) > abs(scores[one])
        evidence = (
            ("days", float(sales.day[two] - sales.day[one])),
            ("ratio", float(sales.price[two] / sales.price[one])),
            ("market", float(np.exp(moved))),
            ("score", float(beyond / spread)),
        )
        found.append(Suspicion(int(two if later_is_odd else one), "quick_resale", 1.0, evidence))
    return found


def token_prices(price: Floats, stratum: Words | None) -> list[Suspicion]:
    """Suspect prices that are a form of words: 1, 10, 100, or hardly a share of the typical."""
    log_price = np.log(price)
    typical = _typical(log_price, stratum)
    scores = robust_scores(log_price - typical)
    token = (log_price < typical + np.log(TOKEN_SHARE)) & (scores < -TOKEN_SCORE)
    return [
        Suspicion(int(row), "token_price", 1.0,
                  (("share", float(np.exp(log_price[row] - typical[row]))),))
        for row in np.flatnonzero(token)
    ]  # fmt: skip


def heaped_prices(price: Floats, scores: Floats | None) -> list[Suspicion]:
    """Suspect prices that repeat improbably often and lie below the market.

    A price is compared with the prices as round as it, within a fifth of it. That a price is
    popular is no fault: round and just-below-round prices are. A heap is suspected alone where
    its sales are lower than other sales at such prices, as agreed or tax-minded figures are (low
    prices as such lie below their expectation by selection); without residuals a heap needs a
    second witness.
    """
    found = []
    for rows, around, expected in _heaps(price):
        weight = WITNESS
        if scores is not None:
            heap, others = (np.clip(scores[part], -3, 3) for part in (rows, around))
            lower = float(heap.mean()) - (float(others.mean()) if len(others) else 0.0)
            if lower > HEAP_LOW or lower * np.sqrt(len(rows)) > -HEAP_SIGNIFICANCE:
                continue
            weight = 1.0
        evidence = (("found", float(len(rows))), ("expected", expected))
        found += [Suspicion(int(row), "heaped_price", weight, evidence) for row in rows]
    return found


def shared_deals(
    sales: Sales,
    deal: Words | None,
    residual: Floats | None,
    limits: Limits,
) -> list[Suspicion]:
    """Suspect several properties sold by one deed, or at one price on one day.

    Two prices may agree by chance, the likelier the more often the price occurs: of the pairs of
    sales at prices that occur as often, the share that chance puts on one day is compared with
    the share found there. And alike flats of one builder are sold at one price: with residuals,
    a group whose prices fit its properties one by one is no single deal.
    """
    groups = _same_deed(sales, deal)
    found = [
        Suspicion(int(row), "same_deed", 1.0, (("properties", float(len(rows))),))
        for rows in groups
        for row in rows
    ]
    known = {int(row) for rows in groups for row in rows}
    for rows, chance in _same_day_and_price(sales):
        if chance > limits.coincidence or known & set(rows.tolist()):
            continue
        if residual is not None and residual[rows].mean() < np.log(len(rows)) / 2:
            continue
        evidence = (("properties", float(len(rows))), ("chance", chance))
        found += [Suspicion(int(row), "same_day_and_price", 1.0, evidence) for row in rows]
    return found


def isolated_unit_prices(
    sales: Sales, size: Floats, level: Floats, limits: Limits
) -> list[Suspicion]:
    """Suspect, with half a voice, a price per area that stands alone among its neighbours."""
    plane = plane_of(sales.properties.lonlat)
    if plane is None:
        return []
    km = plane.km(sales.properties.lonlat)
    usable = np.flatnonzero(~np.isnan(km).any(axis=1) & (size > 0))
    if len(usable) <= NEIGHBOURS:
        return []
    unit = np.log(sales.price[usable] / size[usable]) - level[usable]
    near = cKDTree(km[usable]).query(km[usable], k=NEIGHBOURS + 1)[1]
    ids = sales.properties.id[usable].astype(str)
    around = np.where(ids[near] == ids[:, None], np.nan, unit[near])
    around[np.isnan(around).all(axis=1)] = np.median(unit)
    beside = unit - np.nanmedian(around, axis=1)
    scores = robust_scores(beside)
    return [
        Suspicion(int(usable[i]), "unit_price", WITNESS,
                  (("ratio", float(np.exp(beside[i]))), ("score", float(scores[i]))))
        for i in np.flatnonzero(np.abs(scores) > limits.unit_price)
    ]  # fmt: skip


def _middle(values: Floats) -> tuple[float, float]:
    centre = float(np.median(values))
    spread = NORMAL_MAD * float(np.median(np.abs(values - centre)))
    return centre, max(spread, 1e-9)


def _typical(log_price: Floats, stratum: Words | None) -> Floats:
    whole = float(np.median(log_price))
    typical = np.full(len(log_price), whole)
    for name in np.unique(stratum) if stratum is not None else ():
        rows = stratum == name
        own = THIN / (rows.sum() + THIN)
        typical[rows] = (1 - own) * np.median(log_price[rows]) + own * whole
    return typical


def _pairs(sales: Sales, days: int) -> tuple[Ints, Ints]:
    """Positions of each sale and the next of the same property, at most so many days later."""
    owner = np.unique(sales.properties.id.astype(str), return_inverse=True)[1]
    order = np.lexsort((sales.day, owner))
    same = owner[order][1:] == owner[order][:-1]
    soon = np.diff(sales.day[order]) <= days
    at = np.flatnonzero(same & soon)
    return order[at], order[at + 1]


def _resale_spread(change: Floats, residual: Floats | None) -> float:
    """Take the standard deviation of the difference of two log prices of one property."""
    if residual is not None:
        return float(np.sqrt(2) * _middle(residual)[1])
    own = NORMAL_MAD * float(np.median(np.abs(change))) if len(change) else 0.0
    return max(own, np.sqrt(2) * RESALE_SPREAD) if len(change) >= RESALE_PAIRS_MIN else float(
        np.sqrt(2) * RESALE_SPREAD
    )  # fmt: skip


def _heaps(price: Floats) -> list[tuple[Ints, Ints, float]]:
    """Find the prices that repeat improbably often.

    Returns
    -------
    For each: its rows, the rows of other prices like it, how often it was to be expected.
    """
    distinct, code, count = np.unique(price, return_inverse=True, return_counts=True)
    zeros = _trailing_zeros(distinct)
    reach = np.array([1 / HEAP_REACH, HEAP_REACH])
    heaps = []
    for at in np.flatnonzero(count >= HEAP_SALES_MIN):
        if zeros[at] < 0:
            continue
        low, high = np.searchsorted(distinct, distinct[at] * reach)
        alike = zeros[low:high] == zeros[at]
        others = int(count[low:high][alike].sum()) - int(count[at])
        # Of the multiples of 10^k nine in ten are no multiples of 10^(k + 1).
        points = 0.9 * (distinct[at] * np.ptp(reach)) / 10.0 ** zeros[at]
        expected = max(others, 1) / max(points - 1, 1.0)
        chance = float(poisson.sf(count[at] - 1, expected)) * len(distinct)
        if chance < HEAP_CHANCE and count[at] > HEAP_RATIO_MIN * expected:
            around = np.flatnonzero((code >= low) & (code < high) & (code != at))
            heaps.append((np.flatnonzero(code == at), around, expected))
    return heaps


def _trailing_zeros(price: Floats) -> Ints:
    """Zeros at the end of each whole price; -1 where the price is not whole."""
    zeros = np.full(len(price), -1, dtype=np.int64)
    for power in range(10):
        zeros[price % 10.0**power == 0] = power
    return zeros


def _same_deed(sales: Sales, deal: Words | None) -> list[Ints]:
    if deal is None:
        return []
    named = np.flatnonzero(deal != "")
    keys = np.array([f"{deal[i]}\n{sales.day[i]}\n{sales.price[i]}" for i in named])
    return _repeated(keys, sales, named)


def _repeated(keys: Words, sales: Sales, rows: Ints) -> list[Ints]:
    """Find the groups of rows with one key and more than one property."""
    if not len(rows):
        return []
    order = np.argsort(keys, kind="stable")
    cuts = np.flatnonzero(keys[order][1:] != keys[order][:-1]) + 1
    ids = sales.properties.id
    return [rows[group] for group in np.split(order, cuts)
            if len(group) > 1 and len(set(ids[rows[group]])) > 1]  # fmt: skip


def _same_day_and_price(sales: Sales) -> list[tuple[Ints, float]]:
    """Find the groups of one day and price, each with the chance that it came about by chance."""
    _, code, count = np.unique(sales.price, return_inverse=True, return_counts=True)
    _, of_day = np.unique(sales.day, return_inverse=True)
    share = np.bincount(of_day) / len(sales)
    one_day = float((share**2).sum())
    keys = np.array([f"{day}\n{price}" for day, price in zip(of_day, code, strict=True)])
    groups = _repeated(keys, sales, np.arange(len(sales)))
    found: dict[int, int] = {}
    for rows in groups:
        often = int(count[code[rows[0]]])
        found[often] = found.get(often, 0) + len(rows) * (len(rows) - 1) // 2
    chances = {}
    for often, pairs in found.items():
        expected = int((count == often).sum()) * often * (often - 1) / 2 * one_day
        chances[often] = min(1.0, expected / pairs)
    return [(rows, chances[int(count[code[rows[0]]])]) for rows in groups]
