"""A Gaussian process over characteristics and place: what tens or hundreds of sales can tell.

Log price is a linear function of the characteristics plus a smooth one that lets them and the
place work together (Rasmussen and Williams 2006). How much of each, and how smooth, is chosen by
marginal likelihood, which needs no sales set aside. Some hundreds of sales carry the smooth part
(Quiñonero-Candela and Rasmussen 2005), so that time and memory stay in bounds.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt
import scipy.linalg

from kazyna.valuation.columns import Floats, Ints
from kazyna.valuation.features import Design
from kazyna.valuation.models.regression import Curve, scaled_axis

SALES_MAX = 5_000
"""Trees learn from more sales what a process could, and are quicker to value by."""
CARRIERS = 400
"""Sales that carry the smooth part, and that its shape is chosen by."""
REACHES = (0.3, 1.0, 3.0)
"""Candidate reaches, as shares of the median square distance between sales."""
PLACE_WEIGHTS = (0.5, 2.0, 8.0)
"""Candidate weights of the place beside one characteristic."""
LINEAR = (0.0, 0.3, 1.0, 3.0, 10.0, 30.0)
SMOOTH = (0.0, 0.3, 1.0, 3.0, 10.0, 30.0)
"""Candidate variances of the two parts, in units of the noise's."""
EXPONENT_MAX = 25.0
"""No characteristic alone makes two properties less alike than this exponent says."""
JITTER = 1e-4
"""Added to the carriers' own likeness, so that near twins do not spoil the arithmetic."""
NODES_MAX = 8
"""Nodes of the quadrature of Shapley's values: exact for 16 reasons, and beyond to 1e-8."""
BLOCK = 2_000_000
"""Likenesses of rows, carriers and reasons held at a time."""


@dataclass(frozen=True)
class Axes:
    """How a property becomes a point: scaled characteristics, levels, place."""

    curves: tuple[Curve, ...]
    centre_km: Floats
    scale_km: float
    ends: Floats
    """Where the slope of the place is continued level: at the outermost sales, shape (2, 2)."""
    means: Floats
    weights: Floats
    """Root of the weight of each axis."""
    owner: Ints
    """The characteristic of each axis; the place is the last."""

    def points(self, design: Design) -> Floats:
        """Points of some properties, shape (rows, axes); what is unknown is the mean."""
        raw = _raw(self.curves, design, self.centre_km, self.scale_km)
        raw[:, -2:] = np.clip(raw[:, -2:], *self.ends)
        return (raw - self.means) * self.weights


@dataclass(frozen=True)
class GaussianProcess:
    """A fitted process: mean + slope · point + Σ pull · likeness to a carrier."""

    axes: Axes
    mean: float
    slope: Floats
    carriers: Floats
    pull: Floats
    reach: float
    """Square distance at which likeness has fallen to exp(-1/2)."""

    @property
    def base(self) -> float:
        """Log price of the average property, from which the reasons start."""
        at_mean = np.exp(-_exponents(np.zeros_like(self.carriers[:1]), self).sum(axis=2))
        return self.mean + float(at_mean[0] @ self.pull)

    def predict(self, design: Design) -> Floats:
        """Log price."""
        points = self.axes.points(design)
        found = np.empty(len(points))
        for rows in _blocks(len(points), len(self.carriers)):
            alike = _alike(points[rows], self.carriers, self.axes.owner, self.reach)
            found[rows] = alike @ self.pull
        return self.mean + points @ self.slope + found

    def contributions(self, design: Design) -> Floats:
        """Shapley's values of the characteristics and, last, of the place, against the base.

        The smooth part is a sum of products of one factor for each reason. Shapley's value of a
        factor is then an integral over the share t in which the others are the property's and
        not the average's, and the integrand is a polynomial in t: Gauss's quadrature is exact.
        """
        points = self.axes.points(design)
        reasons = len(self.axes.curves) + 1
        parts = _by_owner(points * self.slope, self.axes.owner, reasons)
        average = np.exp(-_exponents(np.zeros((1, points.shape[1])), self))
        nodes, weights = np.polynomial.legendre.leggauss(min((reasons + 1) // 2, NODES_MAX))
        for rows in _blocks(len(points), len(self.carriers) * reasons):
            own = np.exp(-_exponents(points[rows], self))
            mixed = np.zeros_like(own)
            for node, weight in zip((nodes + 1) / 2, weights / 2, strict=True):
                factors = node * own + (1 - node) * average
                mixed += weight * factors.prod(axis=2, keepdims=True) / factors
            parts[rows] += np.einsum("rcg,c->rg", (own - average) * mixed, self.pull)
        return parts


def fit(
    curves: tuple[Curve, ...],
    design: Design,
    target: Floats,
    *,
    weights: Floats,
    fold: Ints,
    seed: int,
) -> tuple[GaussianProcess, Floats]:
    """Fit to all sales; predict each by the others' folds.

    Parameters
    ----------
    curves
        Of the regression: the axis of each characteristic.
    design, target
        The sales and their log prices as of one day.
    weights
        How far each sale is trusted.
    fold
        Predictions of a fold are by the fit to the others, with the same shape.
    """  # fmt: skip
    chosen = np.sort(np.random.default_rng(seed).permutation(len(target))[:CARRIERS])
    best = min(
        (
            _likeliest(axes, design, target, weights, chosen)
            for axes in _candidate_axes(curves, design)
        ),
        key=lambda found: found.unlikely,
    )
    points = best.axes.points(design)
    carriers = points[chosen]
    own = _alike(carriers, carriers, best.axes.owner, best.reach)
    root = np.linalg.cholesky(own + JITTER * np.eye(len(own)))
    near = _alike(points, carriers, best.axes.owner, best.reach)
    smooth = scipy.linalg.solve_triangular(root, near.T, lower=True).T
    lean = np.sqrt(best.linear / points.shape[1])
    columns = np.column_stack([points * lean, smooth * np.sqrt(best.smooth)])
    mean = float(weights @ target / weights.sum())
    sums = _sums(columns, target - mean, weights)
    predicted = np.empty_like(target)
    for number in np.unique(fold):
        held = fold == number
        rest = sums.less(_sums(columns[held], target[held] - mean, weights[held]))
        predicted[held] = mean + rest.level + columns[held] @ rest.coefficients()
    whole = sums.coefficients()
    pull = scipy.linalg.solve_triangular(root, whole[points.shape[1] :], lower=True, trans=1)
    return GaussianProcess(
        best.axes, mean, whole[: points.shape[1]] * lean, carriers,
        pull * np.sqrt(best.smooth), best.reach,
    ), predicted  # fmt: skip


@dataclass(frozen=True)
class _Shape:
    """Axes, reach and variances, and how unlikely they make the sales."""

    unlikely: float
    axes: Axes
    reach: float
    linear: float
    smooth: float


def _likeliest(axes: Axes, design: Design, target: Floats, weights: Floats, chosen: Ints) -> _Shape:
    """Choose reach and variances by marginal likelihood, the noise's variance profiled out."""
    points = axes.points(design)[chosen]
    off = target[chosen] - float(weights[chosen] @ target[chosen] / weights[chosen].sum())
    noise = np.diag(1 / weights[chosen])
    straight = points @ points.T / points.shape[1]
    square = _square(points, points)
    usual = float(np.median(square[np.triu_indices(len(points), 1)])) or 1.0
    best = _Shape(np.inf, axes, usual, 0.0, 0.0)
    for share in REACHES:
        alike = _alike(points, points, axes.owner, usual * share)
        for linear, smooth in product(LINEAR, SMOOTH):
            unlikely = _unlikely(linear * straight + smooth * alike + noise, off)
            if unlikely < best.unlikely:
                best = _Shape(unlikely, axes, usual * share, linear, smooth)
    return best


def _unlikely(covariance: Floats, off: Floats) -> float:
    root = scipy.linalg.cholesky(covariance, lower=True, check_finite=False)
    half = scipy.linalg.solve_triangular(root, off, lower=True, check_finite=False)
    error = max(float(half @ half), 1e-12)
    return len(off) * float(np.log(error)) + 2 * float(np.log(np.diag(root)).sum())


def _candidate_axes(curves: tuple[Curve, ...], design: Design) -> Iterator[Axes]:
    """Weigh the place in several ways; a table without places has one."""
    known: npt.NDArray[np.bool_] = np.asarray(~np.isnan(design.km).any(axis=1))
    placed = bool(known.any())
    centre = design.km[known].mean(axis=0) if placed else np.zeros(2)
    scale = (float(design.km[known].std()) if placed else 0.0) or 1.0
    raw = _raw(curves, design, centre, scale)
    owner = [
        column
        for column, curve in enumerate(curves)
        for _ in range(2 if curve.ordered else len(curve.levels) + 1)
    ]
    owners = np.array([*owner, len(curves), len(curves)], dtype=np.int64)
    for weight in PLACE_WEIGHTS if placed else PLACE_WEIGHTS[:1]:
        root = np.where(owners == len(curves), np.sqrt(weight), 1.0)
        ends = np.array([raw[:, -2:].min(axis=0), raw[:, -2:].max(axis=0)])
        yield Axes(curves, centre, scale, ends, raw.mean(axis=0), root, owners)


def _raw(curves: tuple[Curve, ...], design: Design, centre: Floats, scale: float) -> Floats:
    """Lay out scaled characteristics, whether they are unknown, levels, and the place."""
    columns: list[Floats] = []
    for curve in curves:
        values = design.values[:, curve.column]
        missing = np.isnan(values)
        if curve.ordered:
            columns.append(scaled_axis(curve, values)[:, None])
        else:
            columns.append((values[:, None] == curve.levels).astype(np.float64))
        columns.append(missing[:, None].astype(np.float64))
    columns.append(np.nan_to_num((design.km - centre) / scale))
    return np.hstack(columns)


def _by_owner(terms: Floats, owner: Ints, reasons: int) -> Floats:
    parts = np.zeros((len(terms), reasons))
    for position in range(reasons):
        parts[:, position] = terms[:, owner == position].sum(axis=1)
    return parts


def _exponents(points: Floats, process: GaussianProcess) -> Floats:
    """Unlikeness by each reason, shape (points, carriers, reasons)."""
    owner = process.axes.owner
    reasons = int(owner.max()) + 1
    found = np.empty((len(points), len(process.carriers), reasons))
    for position in range(reasons):
        mine = owner == position
        square = _square(points[:, mine], process.carriers[:, mine])
        found[:, :, position] = np.minimum(0.5 * square / process.reach, EXPONENT_MAX)
    return found


def _alike(points: Floats, carriers: Floats, owner: Ints, reach: float) -> Floats:
    """Likeness of points and carriers, shape (points, carriers)."""
    total = np.zeros((len(points), len(carriers)))
    for position in range(int(owner.max()) + 1):
        mine = owner == position
        square = _square(points[:, mine], carriers[:, mine])
        total += np.minimum(0.5 * square / reach, EXPONENT_MAX)
    return np.exp(-total)


def _square(points: Floats, carriers: Floats) -> Floats:
    """Square distances, axis by axis: exact where points are equal."""
    total = np.zeros((len(points), len(carriers)))
    for own, other in zip(points.T, carriers.T, strict=True):
        total += np.subtract.outer(own, other) ** 2
    return total


@dataclass(frozen=True)
class _Sums:
    """Weighted sums over some sales, from which a ridge regression on others is taken."""

    gram: Floats
    moment: Floats
    columns: Floats
    off: float
    weight: float

    @property
    def level(self) -> float:
        """Mean of the target."""
        return self.off / self.weight

    def less(self, other: "_Sums") -> "_Sums":
        """Leave some of the sales out."""
        return _Sums(
            self.gram - other.gram, self.moment - other.moment, self.columns - other.columns,
            self.off - other.off, self.weight - other.weight,
        )  # fmt: skip

    def coefficients(self) -> Floats:
        """Coefficients of the target less its mean, with a penalty of one."""
        factor = scipy.linalg.cho_factor(self.gram + np.eye(len(self.gram)), check_finite=False)
        moment = self.moment - self.level * self.columns
        return np.asarray(scipy.linalg.cho_solve(factor, moment, check_finite=False))


def _sums(columns: Floats, target: Floats, weights: Floats) -> _Sums:
    weighted = columns * weights[:, None]
    return _Sums(
        columns.T @ weighted, weighted.T @ target, weighted.sum(axis=0),
        float(weights @ target), float(weights.sum()),
    )  # fmt: skip


def _blocks(rows: int, width: int) -> Iterator[slice]:
    step = max(BLOCK // max(width, 1), 1)
    return (slice(start, start + step) for start in range(0, rows, step))
