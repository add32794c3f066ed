"""Additive regression of log price: a curve per characteristic, effects of levels, a surface.

The explainable baseline: every characteristic adds its own part to the logarithm of the price.
All parts are fitted at once by ridge regression; each kind of part has its own penalty, chosen
by marginal likelihood.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import reduce
from typing import Literal

import numpy as np
import numpy.typing as npt
import scipy.linalg
from scipy.spatial import cKDTree
from scipy.spatial.distance import cdist

from kazyna.valuation.columns import Floats, Ints
from kazyna.valuation.features import Design

Part = Literal["slope", "bend", "level", "surface", "time"]
PARTS: tuple[Part, ...] = ("slope", "bend", "level", "surface", "time")

BENDS_MAX = 7
"""Inner knots of one curve; more would follow noise that the other models follow better."""
LEVELS_MAX = 150
LEVEL_SALES_MIN = 8
"""Mean sales per level from which the values of a number also count as levels (a postcode)."""
LEVELS_TOTAL = 1000
"""Levels of all characteristics together that have effects: those of most sales. The work grows by
the cube of their number; the trees tell the others apart."""
CENTRES_MAX = 150
CENTRE_SALES = 40
"""Sales per centre of the surface."""
SKEWED = 2.0
"""Skewness beyond which a positive characteristic enters by its logarithm."""
PENALTIES = (0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 1000.0, 1e5)
ROUNDS = 2
"""Times that each part's penalty is chosen, given the others'."""
PENALTIES_START: dict[Part, float] = {
    "slope": 1.0, "bend": 10.0, "level": 10.0, "surface": 10.0, "time": 1.0,
}  # fmt: skip
BEYOND = 0.1
"""Share of the range of the sales by which a curve goes on beyond them; then it is level."""
OUTLIER = 2.5
"""Residual, in robust standard deviations, beyond which a sale is weighted down (Huber)."""

SURFACE = -1
"""Owner of the basis columns that belong to no characteristic but to the place."""
TIME = -2
"""Owner of the basis columns that belong to the day of the sale."""


@dataclass(frozen=True)
class Curve:
    """How one characteristic enters the regression."""

    column: int
    logarithm: bool
    centre: float
    scale: float
    knots: Floats
    """Inner knots on the scaled axis."""
    ends: tuple[float, float]
    """Where the curve is continued level, on the scaled axis: a little beyond the sales."""
    levels: Floats
    """Values with an effect of their own."""
    ordered: bool
    """False for a category, which has levels but no slope."""


@dataclass(frozen=True)
class Basis:
    """The columns of the regression, as a recipe for any property."""

    curves: tuple[Curve, ...]
    centres: Floats
    """Centres of the surface, shape (centres, 2), km."""
    width_km: float
    owner: Ints
    """The characteristic of each basis column; `SURFACE` for the place."""
    part: npt.NDArray[np.str_]


def basis_of(design: Design) -> Basis:
    """Lay out the basis for these sales: knots at quantiles, centres amid the places."""
    curves = tuple(
        _curve(column, design.values[:, column], category=bool(design.categories[column]))
        for column in range(design.values.shape[1])
    )
    curves = _commonest_levels(curves, design.values)
    centres, width_km = _centres(design.km)
    owner = [np.full(_width(curve), curve.column) for curve in curves]
    owner.append(np.full(len(centres), SURFACE))
    parts = [part for curve in curves for part in _parts(curve)] + ["surface"] * len(centres)
    return Basis(curves, centres, width_km, np.concatenate(owner).astype(np.int64), np.array(parts))


def columns_of(basis: Basis, design: Design) -> Floats:
    """Evaluate the basis, shape (rows, columns)."""
    blocks = [block for curve in basis.curves for block in _evaluated(curve, design.values)]
    return np.hstack([*blocks, _surface(basis, design)])


def _surface(basis: Basis, design: Design) -> Floats:
    """Bumps of the surface at each place, shape (rows, centres)."""
    if len(basis.centres) == 0:
        return np.empty((len(design), 0))
    square = cdist(design.km, basis.centres, "sqeuclidean")
    square *= -0.5 / basis.width_km**2
    return np.asarray(np.nan_to_num(np.exp(square, out=square), copy=False))


@dataclass(frozen=True)
class Regression:
    """A fitted regression: prediction = intercept + Σ (column - mean) · coefficient."""

    basis: Basis
    intercept: float
    means: Floats
    coefficients: Floats

    def parts(self, design: Design) -> Floats:
        """Contribution of each characteristic and, last, of the place; shape (rows, n + 1)."""
        basis, coefficients = self.basis, self.coefficients
        found = np.empty((len(design), len(basis.curves) + 1))
        start = 0
        for curve in basis.curves:
            own = coefficients[start : start + _width(curve)]
            found[:, curve.column] = _effect(curve, design.values[:, curve.column], own)
            start += len(own)
        found[:, -1] = _surface(basis, design) @ coefficients[start:]
        return found - _owned(basis, (self.means * coefficients)[None, :], found.shape[1])


@dataclass(frozen=True)
class Normal:
    """The normal equations of a weighted ridge regression, ready for any penalty."""

    gram: Floats
    moment: Floats
    square: float
    means: Floats
    mean: float
    weight: float


@dataclass(frozen=True)
class _Sums:
    """Weighted sums over some sales, columns and target taken from one point for all."""

    point: Floats
    level: float
    weight: float
    columns: Floats
    off: float
    gram: Floats
    moment: Floats
    square: float

    def plus(self, other: "_Sums", times: float = 1.0) -> "_Sums":
        """Add other sales; with -1 take them away."""
        return _Sums(
            self.point,
            self.level,
            self.weight + times * other.weight,
            self.columns + times * other.columns,
            self.off + times * other.off,
            self.gram + times * other.gram,
            self.moment + times * other.moment,
            self.square + times * other.square,
        )

    def normal(self) -> Normal:
        """Take columns and target from their own means."""
        means, mean = self.columns / self.weight, self.off / self.weight
        return Normal(
            self.gram - np.outer(self.columns, means),
            self.moment - self.columns * mean,
            self.square - self.off * mean,
            self.point + means,
            self.level + mean,
            self.weight,
        )


def _sums(columns: Floats, target: Floats, weights: Floats, around: tuple[Floats, float]) -> _Sums:
    point, level = around
    root = np.sqrt(weights)
    weighted, off = (columns - point) * root[:, None], (target - level) * root
    return _Sums(
        point, level, float(weights.sum()), root @ weighted, float(root @ off),
        weighted.T @ weighted, off @ weighted, float(off @ off),
    )  # fmt: skip


def normal_equations(columns: Floats, target: Floats, weights: Floats) -> Normal:
    """Sum up the weighted cross products of centred columns and target."""
    return _sums(columns, target, weights, _middle(columns, target)).normal()


def _middle(columns: Floats, target: Floats) -> tuple[Floats, float]:
    """Point from which sums lose no digits."""
    return columns.mean(axis=0), float(target.mean())


def solved(normal: Normal, penalties: Floats) -> Floats:
    """Coefficients for a penalty per column."""
    factor = scipy.linalg.cho_factor(normal.gram + np.diag(penalties), check_finite=False)
    return np.asarray(scipy.linalg.cho_solve(factor, normal.moment, check_finite=False))


def penalties_of(normal: Normal, part: npt.NDArray[np.str_]) -> Floats:
    """Choose the penalty of each part in turn by marginal likelihood (MacKay 1992).

    Cross-validation tells penalties apart by errors alone, and with tens of sales by their noise.
    """
    chosen = dict(PENALTIES_START)
    present = [name for name in PARTS if name != "time" and (part == name).any()]
    for _ in range(ROUNDS):
        for name in present:
            scores = {
                penalty: _unlikely(normal, _spread(part, chosen | {name: penalty}))
                for penalty in PENALTIES
            }
            chosen[name] = min(scores, key=lambda penalty: scores[penalty])
    return _spread(part, chosen)


def fit(
    basis: Basis,
    columns: Floats,
    target: Floats,
    *,
    weights: Floats,
    penalties: Floats,
    fold: Ints,
) -> tuple[Regression, Floats, Floats]:
    """Fit on all sales, and on each fold's others.

    Returns
    -------
    The fit on all sales; and of each sale, by the fit without its fold, the prediction and the
    contribution of each characteristic (as `Regression.parts`).
    """
    around = _middle(columns, target)
    each = {
        number: _sums(columns[held], target[held], weights[held], around)
        for number in np.unique(fold).tolist()
        for held in (fold == number,)
    }
    every = reduce(_Sums.plus, each.values())
    normal = every.normal()
    whole = Regression(basis, normal.mean, normal.means, solved(normal, penalties))
    predicted = np.empty_like(target)
    parts = np.empty((len(target), len(basis.curves) + 1))
    for number, own in each.items():
        held = fold == number
        rest = every.plus(own, -1.0).normal()
        coefficients = solved(rest, penalties)
        predicted[held] = rest.mean + (columns[held] - rest.means) @ coefficients
        parts[held] = _owned(basis, (columns[held] - normal.means) * coefficients, parts.shape[1])
    return whole, predicted, parts


def _owned(basis: Basis, terms: Floats, width: int) -> Floats:
    """Add up the terms of each characteristic and, last, of the place."""
    parts = np.zeros((len(terms), width))
    for owner in range(-1, width - 1):
        parts[:, owner] = terms[:, basis.owner == owner].sum(axis=1)
    return parts


def predicted_from(
    columns: Floats,
    target: Floats,
    weights: Floats,
    *,
    penalties: Floats,
    rows: npt.NDArray[np.bool_],
) -> Floats:
    """Predict all sales by a fit to some of them."""
    normal = normal_equations(columns[rows], target[rows], weights[rows])
    return np.asarray(normal.mean + (columns - normal.means) @ solved(normal, penalties))


def robust_weights(residual: Floats) -> Floats:
    """Huber's weights: 1 within `OUTLIER` robust deviations, then falling."""
    size = np.abs(residual - np.median(residual))
    deviation = 1.4826 * float(np.median(size))
    if deviation == 0:
        return np.ones_like(residual)
    return np.minimum(1.0, OUTLIER * deviation / np.maximum(size, 1e-12))


def _spread(part: npt.NDArray[np.str_], chosen: dict[Part, float]) -> Floats:
    return np.array([chosen[name] for name in part.tolist()], dtype=np.float64)


def _unlikely(normal: Normal, penalties: Floats) -> float:
    """Minus twice the log likelihood of the sales, coefficients and noise integrated out."""
    factor = scipy.linalg.cholesky(normal.gram + np.diag(penalties), check_finite=False)
    half = scipy.linalg.solve_triangular(factor, normal.moment, trans=1, check_finite=False)
    error = max(normal.square - float(half @ half), 1e-12)
    shape = 2 * np.log(np.diag(factor)).sum() - np.log(penalties).sum()
    return float(normal.weight * np.log(error) + shape)


def _curve(column: int, values: Floats, *, category: bool) -> Curve:
    known = values[~np.isnan(values)]
    distinct = np.unique(known)
    few = len(distinct) <= LEVELS_MAX and len(known) >= LEVEL_SALES_MIN * len(distinct)
    levels = distinct if category or (few and len(distinct) > 2) else distinct[:0]  # noqa: PLR2004
    if category:
        return Curve(column, False, 0.0, 1.0, distinct[:0], (0.0, 0.0), levels, ordered=False)
    logarithm = bool(len(known) and known.min() >= 0 and _skewness(known) > SKEWED)
    axis = np.log1p(known) if logarithm else known
    centre, scale = (float(axis.mean()), float(axis.std()) or 1.0) if len(axis) else (0.0, 1.0)
    shares = np.linspace(0, 1, BENDS_MAX + 2)[1:-1]
    knots = np.unique(np.quantile((axis - centre) / scale, shares)) if len(axis) else axis
    inner = knots[(knots > (axis.min() - centre) / scale) & (knots < (axis.max() - centre) / scale)]
    ends = ((axis - centre) / scale).take([axis.argmin(), axis.argmax()]) if len(axis) else [0, 0]
    more = BEYOND * float(ends[1] - ends[0])
    reach = (float(ends[0]) - more, float(ends[1]) + more)
    return Curve(column, logarithm, centre, scale, inner, reach, levels, ordered=True)


def _commonest_levels(curves: tuple[Curve, ...], values: Floats) -> tuple[Curve, ...]:
    """Keep the levels of most sales where there are very many in all."""
    if sum(len(curve.levels) for curve in curves) <= LEVELS_TOTAL:
        return curves
    sales = [(values[:, curve.column, None] == curve.levels).sum(axis=0) for curve in curves]
    least = np.sort(np.concatenate(sales))[-LEVELS_TOTAL - 1]
    return tuple(
        replace(curve, levels=curve.levels[count > least])
        for curve, count in zip(curves, sales, strict=True)
    )


def _skewness(values: Floats) -> float:
    off = values - values.mean()
    deviation = float(off.std())
    return float((off**3).mean()) / deviation**3 if deviation > 0 else 0.0


def _parts(curve: Curve) -> list[Part]:
    ordered: list[Part] = ["slope", *["bend"] * len(curve.knots)] if curve.ordered else []  # type: ignore[list-item]
    return [*ordered, "level", *["level"] * len(curve.levels)]  # type: ignore[list-item]


def _width(curve: Curve) -> int:
    return len(_parts(curve))


def scaled_axis(curve: Curve, raw: Floats) -> Floats:
    """Values on the axis of a curve, level beyond its ends; 0 where unknown."""
    axis = np.log1p(np.maximum(raw, 0)) if curve.logarithm else raw
    scaled = np.clip((axis - curve.centre) / curve.scale, *curve.ends)
    return np.where(np.isnan(raw), 0.0, scaled)


def _effect(curve: Curve, raw: Floats, coefficients: Floats) -> Floats:
    """Tell what one characteristic adds, as its columns times their coefficients would."""
    added = np.zeros(len(raw))
    missing = np.isnan(raw)
    if curve.ordered:
        slope, bends = coefficients[0], coefficients[1 : 1 + len(curve.knots)]
        at = np.array([curve.ends[0], *curve.knots, curve.ends[1]])
        height = slope * at + np.maximum(at[:, None] - curve.knots, 0) @ bends
        added += np.interp(scaled_axis(curve, raw), at, height)
        coefficients = coefficients[1 + len(curve.knots) :]
    added += missing * coefficients[0]
    if len(curve.levels):
        at_level = np.minimum(np.searchsorted(curve.levels, raw), len(curve.levels) - 1)
        found = curve.levels[at_level] == raw
        added += np.where(found, coefficients[1:][at_level], 0.0)
    return added


def _evaluated(curve: Curve, values: Floats) -> Iterator[Floats]:
    raw = values[:, curve.column]
    missing = np.isnan(raw)
    if curve.ordered:
        scaled = scaled_axis(curve, raw)
        yield scaled[:, None]
        yield np.maximum(scaled[:, None] - curve.knots, 0)
    yield missing[:, None].astype(np.float64)
    yield (raw[:, None] == curve.levels).astype(np.float64)


def _centres(km: Floats) -> tuple[Floats, float]:
    """Centres that lie as the sales lie: the points of a grid of ranks, one in each cell."""
    known = np.unique(km[~np.isnan(km).any(axis=1)], axis=0)
    count = min(CENTRES_MAX, len(km) // CENTRE_SALES)
    if count < 2 or len(known) < 2 * count:  # noqa: PLR2004
        return np.empty((0, 2)), 1.0
    picked = [int(np.argmin(((known - np.median(known, axis=0)) ** 2).sum(axis=1)))]
    nearest = ((known - known[picked[0]]) ** 2).sum(axis=1)
    dense = _density_km(known)
    while len(picked) < count:
        # The next centre is the place farthest from the others in terms of its own density.
        picked.append(int(np.argmax(nearest / dense)))
        nearest = np.minimum(nearest, ((known - known[picked[-1]]) ** 2).sum(axis=1))
    centres = known[picked]
    gap = cKDTree(centres).query(centres, k=2)[0][:, 1]
    return centres, float(1.5 * np.median(gap))


def _density_km(known: Floats) -> Floats:
    """Distance to the 20th neighbour: short in a city, long in the country."""
    k = min(20, len(known) - 1)
    return np.asarray(np.maximum(cKDTree(known).query(known, k=k + 1)[0][:, k], 1e-3))
