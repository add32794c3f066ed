"""The cadastre: properties, their characteristics, sales and current values."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from kazyna.core.text import Text


@dataclass(frozen=True)
class LoadedCadastre:
    """What was loaded; loading the same again changes nothing."""

    properties: int
    sales: int


@dataclass(frozen=True)
class Characteristic:
    """One recorded fact of a property, as a person reads it."""

    name: str
    label: Text
    value: str
    unit: str | None


@dataclass(frozen=True)
class Reason:
    """What one characteristic, the location or the time adds to the value, in money."""

    name: str
    label: Text
    recorded: str | None
    """The recorded characteristic, where the reason is one."""
    amount: Decimal


@dataclass(frozen=True)
class Comparable:
    """A sale that speaks for the value of the subject."""

    property_id: str
    sold_on: date
    price: Decimal
    adjusted_price: Decimal
    """The price brought to the valuation date and to the subject's characteristics."""
    distance_m: float | None
    similarity: float
    """From 0 to 1."""
    lon: float | None
    lat: float | None


@dataclass(frozen=True)
class Valuation:
    """The value of one property in the latest published round, with its evidence."""

    round_id: int
    valuation_date: date
    value: Decimal
    low: Decimal
    high: Decimal
    """The interval from low to high holds the market value in 90 % of cases."""
    per_m2: Decimal | None
    base: Decimal
    """base + the amounts of all reasons = value, exactly."""
    reasons: tuple[Reason, ...]
    comparables: tuple[Comparable, ...]


@dataclass(frozen=True)
class Sale:
    """A recorded sale of the property itself."""

    sold_on: date
    price: Decimal


@dataclass(frozen=True)
class PropertyCard:
    """All that the public may know of one property."""

    property_id: str
    lon: float | None
    lat: float | None
    area_m2: Decimal | None
    characteristics: tuple[Characteristic, ...]
    sales: tuple[Sale, ...]
    valuation: Valuation | None


@dataclass(frozen=True)
class Found:
    """One line of a search result."""

    property_id: str
    lon: float | None
    lat: float | None
    area_m2: Decimal | None
    value: Decimal | None
    per_m2: Decimal | None


@dataclass(frozen=True)
class Extent:
    """The box that holds all properties with coordinates, in degrees (WGS 84)."""

    west: float
    south: float
    east: float
    north: float


@dataclass(frozen=True)
class Overview:
    """The cadastre at a glance, for the portal's first page."""

    properties: int
    sales: int
    extent: Extent | None
    valuation_date: date | None
    """The valuation date of the latest published round."""
    total_value: Decimal | None
    median_per_m2: Decimal | None
    per_m2_breaks: tuple[int, ...]
    """Limits of the map's colour classes, in money per square metre, ascending."""
