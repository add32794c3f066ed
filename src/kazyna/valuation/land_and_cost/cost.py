"""The cost approach: what a building would cost new, less what it has lost, plus its land.

For buildings that the market does not tell of (IVS 105, cost approach; IAAO, Standard on Mass
Appraisal of Real Property, 2017). Every number of a country or a year is in tables that the caller
gives, each with its source. Amounts are exact decimals and the value is rounded once, at the end.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from statistics import median
from typing import Literal

from kazyna.core.dated import Dated
from kazyna.core.errors import Finding, InputError
from kazyna.core.money import EXACT, RoundingMode, round_to
from kazyna.core.text import Language, Text

Curve = Literal["straight_line", "ross"]
StepName = Literal[
    "cost_new",
    "cost_index",
    "location",
    "physical",
    "functional",
    "external",
    "calibration",
    "land",
]

ONE, ZERO = Decimal(1), Decimal(0)
SALES_MIN = 10
"""Fewer sales say nothing of the market's view of cost."""
SIGN_TEST = 1.96
"""Of the normal law, for the 95 % interval of a median."""

WORDS: dict[StepName, Text] = {
    "cost_new": Text(
        en="Cost new: {size} × {rate}",
        ru="Стоимость нового строительства: {size} × {rate}",
        ky="Жаңы куруунун наркы: {size} × {rate}",
    ),
    "cost_index": Text(
        en="Building costs since {since}: × {factor}",
        ru="Изменение стоимости строительства с {since}: × {factor}",
        ky="{since} тартып курулуш наркынын өзгөрүшү: × {factor}",
    ),
    "location": Text(
        en="Location {key}: × {factor}",
        ru="Местоположение {key}: × {factor}",
        ky="Жайгашкан жери {key}: × {factor}",
    ),
    "physical": Text(
        en="Wear: {age} of {life} years, condition {key}: − {percent} %",
        ru="Физический износ: {age} лет из {life}, состояние {key}: − {percent} %",
        ky="Физикалык эскирүү: {life} жылдын {age} жылы, абалы {key}: − {percent} %",
    ),
    "functional": Text(
        en="Functional obsolescence: − {percent} %",
        ru="Функциональное устаревание: − {percent} %",
        ky="Функционалдык эскирүү: − {percent} %",
    ),
    "external": Text(
        en="External obsolescence: − {percent} %",
        ru="Внешнее устаревание: − {percent} %",
        ky="Тышкы эскирүү: − {percent} %",
    ),
    "calibration": Text(
        en="Market calibration from {sales} sales: × {factor}",
        ru="Рыночная калибровка; продаж {sales}: × {factor}",
        ky="Рыноктук калибрлөө; сатуулар {sales}: × {factor}",
    ),
    "land": Text(en="Land", ru="Земельный участок", ky="Жер участогу"),
}


@dataclass(frozen=True)
class UnitCost:
    """What a unit of size of one class of building costs new."""

    amount: Decimal
    on: date
    """The day whose prices it is in."""
    source: str


@dataclass(frozen=True)
class CostFactor:
    """A factor or a share of loss, with its source."""

    amount: Decimal
    source: str


@dataclass(frozen=True)
class CostTables:
    """The numbers of a country: by class, by condition, by location, by time."""

    unit_costs: Mapping[str, UnitCost]
    lives: Mapping[str, int]
    """Expected life of each class in years."""
    conditions: Mapping[str, CostFactor]
    """Share of what age has left that each condition takes (Heidecke)."""
    locations: Mapping[str, CostFactor]
    """Factor on the cost new."""
    cost_index: Dated[Decimal] | None = None
    """Level of building costs; without it unit costs stand for every day."""
    curve: Curve = "ross"
    physical_max: Decimal = Decimal("0.8")
    """Greatest physical depreciation of a building in use."""


@dataclass(frozen=True)
class Building:
    """One building to be valued by its cost."""

    id: str
    kind: str
    """The class by which cost and life are looked up."""
    size: Decimal
    """In the unit of the unit cost: square or cubic metres."""
    age: int
    """Effective age in years on the day of value."""
    condition: str | None = None
    location: str | None = None
    functional: Decimal = ZERO
    """Share lost by layout or equipment out of date."""
    external: Decimal = ZERO
    """Share lost by what surrounds the building."""
    land: Decimal = ZERO


@dataclass(frozen=True)
class Calibration:
    """How the market sees depreciated cost."""

    factor: Decimal
    sales: int
    low: Decimal
    high: Decimal
    """95 % interval of the median."""
    fallback: str | None = None
    """Why the factor is one; None where sales gave it."""


NOT_CALIBRATED = Calibration(ONE, 0, ONE, ONE, "no sales were given")


@dataclass(frozen=True)
class Step:
    """One line of the calculation."""

    name: StepName
    amount: Decimal
    """What the step adds, in whole rounding units; the steps add up to the value."""
    facts: tuple[tuple[str, str], ...]
    source: str

    def words(self, language: Language = "en") -> str:
        """Say what was done, with its numbers."""
        return WORDS[self.name].in_(language).format(**dict(self.facts))


@dataclass(frozen=True)
class CostValue:
    """A value by cost and how it came about."""

    id: str
    value: Decimal
    steps: tuple[Step, ...]


def physical_depreciation(
    age: int, life: int, *, condition: Decimal = ZERO, curve: Curve = "ross"
) -> Decimal:
    """Share that a building has lost by age and condition.

    With x = age / life, not above 1: r = x for the straight line, r = (x + x²) / 2 for the curve
    of Ross, slow at first; a condition takes the share c of what is left, d = r + (1 - r) c
    (Heidecke).

    Parameters
    ----------
    age, life
        Years; life is positive.
    condition
        c, from 0 (as new) to 1 (ruin).
    curve
        How age takes its part.

    Examples
    --------
    >>> physical_depreciation(50, 100, curve="ross")
    Decimal('0.375')
    >>> physical_depreciation(50, 100, condition=Decimal("0.2"), curve="straight_line")
    Decimal('0.60')
    """
    part = min(EXACT.divide(Decimal(age), Decimal(life)), ONE)
    lost = part if curve == "straight_line" else EXACT.divide(part + part * part, Decimal(2))
    return lost + (ONE - lost) * condition


def depreciated_cost(building: Building, tables: CostTables, on: date) -> Decimal:
    """Cost new less all depreciation, unrounded, without land or calibration.

    Parameters
    ----------
    building, tables
        The building and the country's numbers.
    on
        The day of value.

    Raises
    ------
    InputError
        When the tables do not know the class, condition or location, or a number is impossible.
    """
    return _chain(building, tables, on)[-1][1]


def value_by_cost(
    buildings: Iterable[Building],
    tables: CostTables,
    *,
    on: date,
    unit: Decimal,
    calibration: Calibration = NOT_CALIBRATED,
    rounding: RoundingMode = "half_up",
) -> list[CostValue]:
    """Value buildings by their cost, step by step.

    Parameters
    ----------
    buildings
        What is to be valued.
    tables
        The country's numbers.
    on
        The day of value.
    unit
        What values are rounded to, such as 0.01, 1 or 100; only the value is rounded, each step
        shows what the rounded subtotal grows by.
    calibration
        From `calibrate_cost`.
    rounding
        What decides a remainder.

    Raises
    ------
    InputError
        With a finding for every building that the tables cannot value.
    """
    values: list[CostValue] = []
    findings: list[Finding] = []
    for building in buildings:
        try:
            values.append(_valued(building, tables, on, (unit, rounding), calibration))
        except InputError as error:
            findings += error.findings
    if findings:
        raise InputError(findings)
    return values


def calibrate_cost(
    prices: Sequence[Decimal], lands: Sequence[Decimal], costs: Sequence[Decimal]
) -> Calibration:
    """Compare what the market paid for buildings with their depreciated cost.

    Parameters
    ----------
    prices, lands
        Price and land value of each sale, as of one day.
    costs
        `depreciated_cost` of each building on that day.

    Returns
    -------
    Calibration
        The median of (price - land) / cost, with the interval of its order statistics. Below
        `SALES_MIN` sales, or where it is not positive, the factor is one and the reason is given.
    """
    ratios = sorted(
        EXACT.divide(price - land, cost)
        for price, land, cost in zip(prices, lands, costs, strict=True)
        if cost > 0
    )
    if len(ratios) < SALES_MIN:
        reason = f"{len(ratios)} sales, {SALES_MIN} are needed"
        return Calibration(ONE, len(ratios), ONE, ONE, reason)
    factor = median(ratios)
    if factor <= 0:
        reason = "the land alone is worth more than the typical price"
        return Calibration(ONE, len(ratios), ONE, ONE, reason)
    reach = SIGN_TEST * len(ratios) ** 0.5 / 2
    first = max(int(len(ratios) / 2 - reach), 0)
    return Calibration(factor, len(ratios), ratios[first], ratios[-1 - first])


Link = tuple[StepName, Decimal, dict[str, str], str]
"""A step, the exact subtotal after it, its facts, its source."""


def _chain(building: Building, tables: CostTables, on: date) -> list[Link]:
    """Follow the cost from new to depreciated."""
    _known(building, tables)
    cost = tables.unit_costs[building.kind]
    amount = building.size * cost.amount
    facts = {"size": f"{building.size}", "rate": f"{cost.amount}"}
    links: list[Link] = [("cost_new", amount, facts, cost.source)]
    if tables.cost_index is not None:
        factor = EXACT.divide(tables.cost_index.on(on), tables.cost_index.on(cost.on))
        amount = EXACT.multiply(amount, factor)
        facts = {"since": cost.on.isoformat(), "factor": _shown(factor)}
        links.append(("cost_index", amount, facts, cost.source))
    if building.location is not None:
        place = tables.locations[building.location]
        amount = EXACT.multiply(amount, place.amount)
        facts = {"key": building.location, "factor": f"{place.amount}"}
        links.append(("location", amount, facts, place.source))
    lost, facts, source = _worn(building, tables)
    amount = EXACT.multiply(amount, ONE - lost)
    links.append(("physical", amount, facts, source))
    obsolete: tuple[tuple[StepName, Decimal], ...] = (
        ("functional", building.functional), ("external", building.external),
    )  # fmt: skip
    for name, share in obsolete:
        if share:
            amount = EXACT.multiply(amount, ONE - share)
            links.append((name, amount, {"percent": _shown(100 * share)}, ""))
    return links


def _worn(building: Building, tables: CostTables) -> tuple[Decimal, dict[str, str], str]:
    """Physical depreciation with its facts and source."""
    state = tables.conditions[building.condition] if building.condition is not None else None
    life = tables.lives[building.kind]
    share = state.amount if state is not None else ZERO
    lost = physical_depreciation(building.age, life, condition=share, curve=tables.curve)
    lost = min(lost, tables.physical_max)
    facts = {"age": f"{building.age}", "life": f"{life}", "key": building.condition or "–",
             "percent": _shown(100 * lost)}  # fmt: skip
    return lost, facts, state.source if state is not None else ""


def _valued(
    building: Building,
    tables: CostTables,
    on: date,
    rounding: tuple[Decimal, RoundingMode],
    calibration: Calibration,
) -> CostValue:
    links = _chain(building, tables, on)
    amount = EXACT.multiply(links[-1][1], calibration.factor)
    facts = {"sales": f"{calibration.sales}", "factor": _shown(calibration.factor)}
    links.append(("calibration", amount, facts, calibration.fallback or ""))
    if building.land:
        amount += building.land
        links.append(("land", amount, {}, ""))
    steps, before = [], ZERO
    for name, subtotal, told, source in links:
        after = round_to(subtotal, *rounding)
        steps.append(Step(name, after - before, tuple(told.items()), source))
        before = after
    return CostValue(building.id, before, tuple(steps))


def _known(building: Building, tables: CostTables) -> None:
    """Refuse a building that the tables do not know, naming all that is wrong with it."""
    looked_up: tuple[tuple[str, str | None, Mapping[str, object]], ...] = (
        ("kind", building.kind, tables.unit_costs), ("kind", building.kind, tables.lives),
        ("condition", building.condition, tables.conditions),
        ("location", building.location, tables.locations),
    )  # fmt: skip
    source = f"building {building.id}"
    findings = [
        Finding(source, f"{key!r} is not in the tables", "one of " + ", ".join(table), column=name)
        for name, key, table in looked_up
        if key is not None and key not in table
    ]
    possible = (
        ("size", building.size > 0, "a positive size"),
        ("age", building.age >= 0, "an age that is not negative"),
        ("functional", ZERO <= building.functional <= ONE, "a share from 0 to 1"),
        ("external", ZERO <= building.external <= ONE, "a share from 0 to 1"),
        ("land", building.land >= 0, "a land value that is not negative"),
    )
    findings += [
        Finding(source, f"{getattr(building, name)} is impossible", expected, column=name)
        for name, good, expected in possible
        if not good
    ]
    if findings:
        raise InputError(findings)


def _shown(factor: Decimal) -> str:
    """Write a factor with four places at most."""
    return f"{round_to(factor, Decimal('0.0001')).normalize():f}"
