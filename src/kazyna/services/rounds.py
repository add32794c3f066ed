"""Valuation rounds: fit to the market, value every property, study the ratios, publish."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True)
class Interval:
    """A statistic with its 95 % confidence interval."""

    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class StudyPoint:
    """One sale of the hold-out: what it fetched and what the model would have said."""

    property_id: str
    sold_on: date
    price: float
    value: float
    ratio: float


@dataclass(frozen=True)
class Study:
    """The ratio study on sales that the model had not seen (IAAO Standard on Ratio Studies)."""

    sales: int
    first_sale: date
    last_sale: date
    median_ratio: Interval
    cod: Interval
    prd: Interval
    prb: Interval
    coverage_90: float
    """Share of hold-out prices inside their 90 % interval."""
    mdape: float
    r2: float


@dataclass(frozen=True)
class IndexPoint:
    """The level of the market on a day; 1 on the valuation date."""

    day: date
    level: float
    low: float
    high: float


@dataclass(frozen=True)
class PublishedRound:
    """One published round; the CLI prints it, the API returns it, the page shows it."""

    round_id: int
    valuation_date: date
    properties: int
    total_value: Decimal
    sales_used: int
    study: Study
    index: tuple[IndexPoint, ...]
    weights: dict[str, float]
    """Share of each model in the value, by out-of-fold evidence."""
    importance: dict[str, float]
    """Mean absolute contribution of each characteristic, in money."""
