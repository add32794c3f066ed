"""Land and building: what of a value is the plot's and what is the building's.

The builder's model (Diewert, de Haan and Hendriks 2015; Francke and van de Minne 2017): a price is
what the plot would fetch empty plus what the building is worth, added and not multiplied, for a
building can be put up anywhere and a place cannot. Land is a unit price that changes smoothly over
the map, times a concave power of the plot's area; the building is its floor area times a rate by
its age and quality, or what the market pays of its depreciated cost. Neither is negative. Sales of
vacant plots enter the same equations with no building.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.optimize import nnls

from kazyna.core.errors import Finding, InputError
from kazyna.valuation.columns import Floats, Ints, Properties, Sales
from kazyna.valuation.land_and_cost.building_cost import (
    COST_SALES,
    BuildingCost,
    MarketCost,
    cost_at_mean,
    median_per_floor,
)
from kazyna.valuation.land_and_cost.land_surface import Surface, flat_surface, surface_of
from kazyna.valuation.location import Plane, plane_of

SALES_MIN = 100
"""Fewer sales cannot tell land from buildings; a typical share is used instead."""
EXPONENTS = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
"""Candidate powers of the area; below one a square metre of a large plot is worth less."""
STIFFNESSES = (0.03, 0.1, 0.3, 1.0, 10.0, 100.0)
"""Candidate pulls of neighbouring unit prices to one another; weaker ones leave holes."""
EXPONENT_START, STIFFNESS_START = 0.3, 1.0
TRIED_MAX = 4_000
"""Sales on which exponent and stiffness are chosen."""
TRIED_REWEIGHTINGS = 2
FOLDS = 5
REWEIGHTINGS = 4
ODD = 1.345
VACANT_WEIGHT = 3.0
"""A vacant sale shows the land alone; the others show it through the building."""
KNOTS = 5
DEFAULT_SHARES = (0.05, 0.95)


class Split(NamedTuple):
    """Land and building of each property, adding up to its value."""

    land: Ints
    building: Ints
    share: Floats
    """Of the land, between 0 and 1."""


@dataclass(frozen=True)
class Rate:
    """One characteristic of the building and how it moves the price of a unit of floor area."""

    column: str
    knots: Floats
    amounts: Floats
    """Added to the rate at each knot, linear in between; not negative."""


@dataclass(frozen=True)
class LandModel:
    """Land and building as functions of place, areas and characteristics."""

    land_area: str
    floor_area: str | None
    plane: Plane | None
    surface: Surface
    unit_price: Floats
    """Land price per unit of area of a plot of `typical_area`, at each centre of the surface."""
    typical_area: float
    exponent: float
    """Land value grows with the plot's area to this power."""
    base_rate: float
    """Least price of a unit of floor area."""
    rates: tuple[Rate, ...]
    cost: MarketCost | None
    """Where buildings are known by their depreciated cost; there are no rates then."""
    typical_share: float
    """Median share of the land among the sales; the share where a plot's area is unknown."""
    error: float
    """Median absolute relative error of land and building together, out of fold."""
    vacant: int
    """Vacant sales learnt from."""
    vacant_ratio: float | None
    """Median of land value over price among the vacant sales, out of fold."""
    roughness: float
    """Median absolute log difference of unit prices between neighbouring sales."""
    fallback: str | None
    """Why one share is used for all properties; None where the model was fitted."""

    def land_and_building(self, properties: Properties) -> tuple[Floats, Floats]:
        """Land and building value at the mean level of the sales; NaN where an area is unknown."""
        land, floor = self.land_of(properties), _floor(properties, self.floor_area)
        if self.cost is not None:
            return land, self.cost.of(properties, floor)
        rate = np.full(len(properties), self.base_rate)
        for each in self.rates:
            rate += _hats(column_of(properties, each.column), each.knots) @ each.amounts
        return land, np.where(floor > 0, rate * floor, floor)

    def land_of(self, properties: Properties) -> Floats:
        """Land value alone, at the mean level of the sales; NaN where the area is unknown."""
        area = column_of(properties, self.land_area)
        unit = self.unit_price_at(properties)
        land = unit * _effective(area, self.typical_area, self.exponent)
        return np.asarray(np.where(area > 0, land, np.nan))

    def unit_price_at(self, properties: Properties) -> Floats:
        """Land price per unit of area of a plot of typical size at each property's place."""
        return np.asarray(self.surface.shares(_km(properties, self.plane)) @ self.unit_price)


@dataclass(frozen=True)
class _Rows:
    """The sales as equations: land columns · unit prices + building columns · rates = price."""

    price: Floats
    surface: Surface
    place: Floats
    """Shares of the surface's centres."""
    area: Floats
    typical: float
    building: Floats
    weight: Floats
    drawn: float = 0.0
    """How much the first building column's factor is drawn to one, in sales; nought is not at
    all."""

    def take(self, rows: Ints) -> "_Rows":
        return replace(
            self,
            price=self.price[rows],
            place=self.place[rows],
            area=self.area[rows],
            building=self.building[rows],
            weight=self.weight[rows],
        )

    def columns(self, exponent: float) -> Floats:
        land = self.place * _effective(self.area, self.typical, exponent)[:, None]
        return np.hstack([land, self.building])


def fit_land(
    sales: Sales,
    *,
    land_area: str,
    floor_area: str | None = None,
    building: tuple[str, ...] | BuildingCost = (),
    vacant: npt.NDArray[np.bool_] | None = None,
    level: Floats | None = None,
    typical_share: float | None = None,
) -> LandModel:
    """Learn what land and buildings contribute to prices.

    Parameters
    ----------
    sales
        Screened sales; without coordinates land has one unit price everywhere.
    land_area, floor_area
        The characteristics with the areas, in any unit.
    building
        Numbers by which the rate of a building changes (year built, grade, condition), or the
        column of its depreciated cost: what the market pays of it is then learnt, drawn to one.
    vacant
        Marks the sales of plots without a building; a floor area of zero means the same.
    level
        Log level of the market on the day of each sale.
    typical_share
        Share of the land (the allocation method) where the sales cannot tell.

    Raises
    ------
    InputError
        When a characteristic is missing, or the sales are too few and no share is given.
    """
    by_cost = building if isinstance(building, BuildingCost) else None
    told = (building.column,) if isinstance(building, BuildingCost) else building
    _all_numbers(sales.properties, (land_area, *filter(None, (floor_area,)), *told))
    area = column_of(sales.properties, land_area)
    floor = _floor(sales.properties, floor_area)
    size = floor if by_cost is None else cost_at_mean(sales.properties, by_cost, floor)
    empty = size == 0 if vacant is None else (size == 0) | vacant
    size = np.where(empty, 0.0, size)
    usable = (area > 0) & ~np.isnan(size)
    reason = _too_thin(int(usable.sum()), int((usable & empty).sum()), floor_area, by_cost)
    if reason is not None:
        stands = (
            None if by_cost is None else MarketCost(by_cost, 1.0, median_per_floor(size, floor))
        )
        return _by_share(land_area, floor_area, reason, typical_share, cost=stands)
    kept = sales.take(usable)
    price = kept.price if level is None else kept.price * np.exp(-level[usable])
    plane = plane_of(kept.properties.lonlat)
    km = _km(kept.properties, plane)
    surface = surface_of(km) if plane is not None else flat_surface()
    rates, columns = _building_columns(kept.properties, size[usable], building)
    weight = np.where(empty[usable], VACANT_WEIGHT, 1.0)
    area = area[usable]
    typical = float(np.median(area))
    rows = _Rows(price, surface, surface.shares(km), area, typical, columns, weight,
                 drawn=0.0 if by_cost is None else COST_SALES)  # fmt: skip
    found = _fitted(rows, rates, empty[usable])
    if by_cost is not None:
        cost = MarketCost(by_cost, found.base_rate, median_per_floor(size, floor))
        found = replace(found, base_rate=0.0, cost=cost)
    roughness = surface.roughness(km, rows.place @ found.unit_price)
    return replace(
        found, land_area=land_area, floor_area=floor_area, plane=plane, roughness=roughness
    )


def split_value(
    model: LandModel, properties: Properties, value: Ints, *, level: float = 0.0
) -> Split:
    """Split values into land and building that add up to them exactly.

    What the two parts of the model leave of a value goes to both by the squares of their sizes:
    relative errors being alike, the larger part's error is the larger (Stone, Champernowne and
    Meade 1942). A share moves at most half its way to 0 or 1 thereby. Where the plot's area is
    unknown the typical share is used; where the floor area is, what is left of the land.

    Parameters
    ----------
    model
        From `fit_land`.
    properties
        With the characteristics that the model names.
    value
        Whole units of money, not negative.
    level
        Log level of the market on the day of value, zero being that of the sales learnt from.
    """
    amount = value.astype(np.float64)
    if model.fallback is not None:
        share = _share_left(model, properties, amount * np.exp(-level))
    else:
        land, building = (part * np.exp(level) for part in model.land_and_building(properties))
        known = ~np.isnan(building)
        whole = np.maximum(land + np.where(known, building, 0.0), 1e-9)
        own = land / whole
        pull = land**2 / np.maximum(land**2 + np.where(known, building, 0.0) ** 2, 1e-9)
        positive = np.maximum(amount, 1e-9)
        moved = (land + (amount - whole) * pull) / positive
        share = np.clip(moved, own / 2, (1 + own) / 2)
        share = np.where(known, share, np.clip(land / positive, *DEFAULT_SHARES))
        share = np.where(np.isnan(land), model.typical_share, share)
    part = np.minimum(np.rint(share * amount).astype(np.int64), value)
    return Split(part, value - part, np.asarray(share))


def _share_left(model: LandModel, properties: Properties, amount: Floats) -> Floats:
    """Share of the land where it was not learnt: what the building's cost leaves, if one is known.

    This is the method of abstraction; without a cost it is that of allocation by one share.
    """
    if model.cost is None:
        return np.full(len(amount), model.typical_share)
    building = model.cost.of(properties, _floor(properties, model.floor_area))
    left = np.clip(1 - building / np.maximum(amount, 1e-9), *DEFAULT_SHARES)
    left = np.where(building == 0, 1.0, left)
    return np.asarray(np.where(np.isnan(building), model.typical_share, left))


def column_of(properties: Properties, name: str) -> Floats:
    """Read one characteristic as numbers; NaN where it is missing."""
    values = properties.characteristics[name].cast("float64").to_numpy()
    return np.asarray(values, dtype=np.float64)


def _all_numbers(properties: Properties, names: tuple[str, ...]) -> None:
    has = properties.characteristics.column_names
    findings = [
        Finding("sales", "there is no such characteristic", "one of " + ", ".join(has), column=name)
        for name in names
        if name not in has
    ]
    if findings:
        raise InputError(findings)


def _too_thin(
    usable: int, vacant: int, floor_area: str | None, cost: BuildingCost | None
) -> str | None:
    """Say why the sales cannot tell land from buildings, if they cannot."""
    if floor_area is None and cost is None and vacant == 0:
        return "no floor area and no vacant sales: the building cannot be told from the land"
    if usable < SALES_MIN:
        return f"{usable} sales with known areas, {SALES_MIN} are needed"
    return None


def _by_share(
    land_area: str,
    floor_area: str | None,
    reason: str,
    share: float | None,
    *,
    cost: MarketCost | None,
) -> LandModel:
    if share is None or not 0 <= share <= 1:
        raise InputError(Finding("land", reason, "a typical share of the land, from 0 to 1"))
    return LandModel(
        land_area, floor_area, None, flat_surface(), np.zeros(1), 1.0, 1.0, 0.0, (), cost, share,
        error=np.nan, vacant=0, vacant_ratio=None, roughness=0.0, fallback=reason,
    )  # fmt: skip


def _km(properties: Properties, plane: Plane | None) -> Floats:
    if plane is None:
        return np.zeros((len(properties), 2))
    return plane.km(properties.lonlat)


def _floor(properties: Properties, name: str | None) -> Floats:
    if name is None:
        return np.full(len(properties), np.nan)
    floor = column_of(properties, name)
    return np.where(floor < 0, np.nan, floor)


def _effective(area: Floats, typical: float, exponent: float) -> Floats:
    """Area that counts: that of a typical plot as it is, of a larger one less."""
    return np.asarray(typical * (np.maximum(np.nan_to_num(area), 0) / typical) ** exponent)


def _hats(values: Floats, knots: Floats) -> Floats:
    """Weights of the knots, linear in between; an unknown value takes the middle one."""
    filled = np.where(np.isnan(values), knots[len(knots) // 2], values)
    return np.column_stack([np.interp(filled, knots, row) for row in np.eye(len(knots))])


def _building_columns(
    properties: Properties, floor: Floats, names: tuple[str, ...] | BuildingCost
) -> tuple[list[Rate], Floats]:
    """Lay out the rates, without their amounts, and the columns that those will multiply.

    Where cost is given, it stands in place of the floor area and has one factor.
    """
    rates: list[Rate] = []
    blocks = [floor[:, None]]
    if isinstance(names, BuildingCost):
        return rates, floor[:, None]
    for name in names:
        values = column_of(properties, name)
        known = values[~np.isnan(values) & (floor > 0)]
        knots = np.unique(np.quantile(known, np.linspace(0, 1, KNOTS))) if len(known) else known
        if len(knots) > 1:
            rates.append(Rate(name, knots, np.zeros(len(knots))))
            blocks.append(floor[:, None] * _hats(values, knots))
    columns = np.hstack(blocks)
    return rates, columns[:, :0] if not floor.any() else columns


def _fitted(rows: _Rows, rates: list[Rate], empty: npt.NDArray[np.bool_]) -> LandModel:
    """Choose exponent and stiffness in turn by errors out of fold, and fit on all sales."""
    tried = rows.take(np.arange(0, len(rows.price), -(-len(rows.price) // TRIED_MAX)))
    scores = cache(lambda exponent, stiffness: _score(tried, exponent, stiffness))
    exponent, stiffness = EXPONENT_START, STIFFNESS_START
    for _ in range(2):
        exponent = _lowest(EXPONENTS, exponent, partial(scores, stiffness=stiffness))
        stiffness = _lowest(STIFFNESSES, stiffness, partial(scores, exponent))
    columns = rows.columns(exponent)
    tested = _out_of_fold(rows, columns, stiffness)
    found = _solved(columns, rows, np.ones(len(empty), dtype=np.bool_), stiffness)
    count = rows.surface.count
    land, building = columns[:, :count] @ found[:count], columns[:, count:] @ found[count:]
    share = land / np.maximum(land + building, 1e-9)
    return LandModel(
        "", None, None, rows.surface, found[:count], rows.typical, exponent,
        base_rate=float(found[count]) if len(found) > count else 0.0,
        rates=_amounts(rates, found[count + 1 :]),
        cost=None,
        typical_share=float(np.median(share[~empty])) if (~empty).any() else 1.0,
        error=float(np.median(np.abs(tested / rows.price - 1))),
        vacant=int(empty.sum()),
        vacant_ratio=float(np.median(tested[empty] / rows.price[empty])) if empty.any() else None,
        roughness=0.0,
        fallback=None,
    )  # fmt: skip


def _amounts(rates: list[Rate], found: Floats) -> tuple[Rate, ...]:
    ends = np.cumsum([0, *(len(rate.knots) for rate in rates)])
    return tuple(
        Rate(rate.column, rate.knots, found[start:end])
        for rate, start, end in zip(rates, ends[:-1], ends[1:], strict=True)
    ) if len(found) else ()  # fmt: skip


def _lowest(candidates: Sequence[float], start: float, score: Callable[[float], float]) -> float:
    """Walk from one candidate to the better neighbour until neither is better."""
    here = candidates.index(start)
    while True:
        near = range(max(here - 1, 0), min(here + 2, len(candidates)))
        best = min(near, key=lambda place: score(candidates[place]))
        if best == here:
            return candidates[here]
        here = best


def _score(rows: _Rows, exponent: float, stiffness: float) -> float:
    """Mean absolute log error out of fold."""
    tested = _out_of_fold(rows, rows.columns(exponent), stiffness, reweightings=TRIED_REWEIGHTINGS)
    error = np.abs(np.log(np.maximum(tested, 1e-9) / rows.price))
    return float(np.average(np.minimum(error, 1.0), weights=rows.weight))


def _out_of_fold(
    rows: _Rows, columns: Floats, stiffness: float, *, reweightings: int = REWEIGHTINGS
) -> Floats:
    fold = np.arange(len(rows.price)) % FOLDS
    tested = np.empty_like(rows.price)
    for number in range(FOLDS):
        held = fold == number
        tested[held] = columns[held] @ _solved(
            columns, rows, ~held, stiffness, reweightings=reweightings
        )
    return tested


def _solved(
    columns: Floats,
    rows: _Rows,
    learn: npt.NDArray[np.bool_],
    stiffness: float,
    *,
    reweightings: int = REWEIGHTINGS,
) -> Floats:
    """Least squares of relative errors, robust, not negative, with neighbours held together."""
    surface, price, weight = rows.surface, rows.price[learn], rows.weight[learn]
    columns = columns[learn]
    count = surface.count
    scale = np.maximum(np.sqrt((columns**2).mean(axis=0)), 1e-12)
    scaled = columns / scale
    expected, trust = price.copy(), weight.copy()
    unit = np.full(count, float(np.median(price)) / 2) / scale[:count]
    found = np.zeros(columns.shape[1])
    for _ in range(reweightings):
        relative = scaled / expected[:, None]
        gram = (relative * trust[:, None]).T @ relative
        moment = (relative * trust[:, None]).T @ (price / expected)
        pull = surface.differences / np.maximum(surface.mean_of(unit), 1e-12)[:, None]
        pull = pull / scale[:count]
        gram[:count, :count] += stiffness * pull.T @ pull
        if rows.drawn and columns[:, count:].any():
            strength = rows.drawn * (_cost_share(columns[:, count], price) / scale[count]) ** 2
            gram[count, count] += strength
            moment[count] += strength * scale[count]
        gram += 1e-9 * np.trace(gram) / len(gram) * np.eye(len(gram))
        root = np.linalg.cholesky(gram)
        found = nnls(root.T, np.linalg.solve(root, moment))[0]
        unit = np.maximum(found[:count] / scale[:count], 1e-3 * float(np.median(unit)))
        expected = np.maximum(scaled @ found, 0.1 * price)
        residual = (price - expected) / expected
        size = np.maximum(np.abs(residual), 1e-12)
        spread = max(1.4826 * float(np.median(size)), 1e-9)
        trust = weight * np.minimum(1.0, ODD * spread / size)
    return np.asarray(found / scale)


def _cost_share(cost: Floats, price: Floats) -> float:
    """Typical share of the cost in the price; tables that are far too high must not rule by it."""
    return min(float(np.median((cost / price)[cost > 0])), 1.0)
