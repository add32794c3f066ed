"""The IAAO's ranges by kind of property, and whether a study lies in them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from kazyna.core.errors import Finding, InputError
from kazyna.core.text import Text
from kazyna.valuation.ratios.ratio_intervals import Bounds
from kazyna.valuation.ratios.vertical_equity import LIMIT, VerticalEquity

Told = Literal["confirmed", "refuted", "cannot be told"]
"""Does the whole interval lie inside the range, the whole of it outside, or part of it?"""

LEVEL = (0.90, 1.10)
PRD = (0.98, 1.03)
PRB = (-0.05, 0.05)
MKI = (0.95, 1.05)
TABLE = "IAAO Standard on Ratio Studies (2013), tables 1-3 and 2-3"


@dataclass(frozen=True)
class PropertyKind:
    """A kind of property and the dispersion that the standard accepts in it."""

    name: str
    meaning: Text
    cod: tuple[float, float]
    """Percent. Less than the lower end suggests that estimates were set from the prices."""
    source: str = TABLE


PROPERTY_KINDS: Mapping[str, PropertyKind] = {
    name: PropertyKind(name, meaning, cod)
    for name, meaning, cod in (
        (
            "residential",
            Text(
                "Houses and flats, older or mixed areas",
                "Дома и квартиры, старая или смешанная застройка",
                "Үйлөр жана батирлер, эски же аралаш курулуш",
            ),
            (5.0, 15.0),
        ),
        (
            "residential-newer",
            Text(
                "Houses and flats, newer or uniform areas",
                "Дома и квартиры, новая или однородная застройка",
                "Үйлөр жана батирлер, жаңы же бирдей курулуш",
            ),
            (5.0, 10.0),
        ),
        (
            "residential-other",
            Text(
                "Rural, seasonal and manufactured homes, houses of 2 to 4 dwellings",
                "Сельские, сезонные и сборные дома, дома на 2–4 квартиры",
                "Айылдагы, мезгилдик жана курама үйлөр, 2–4 батирлүү үйлөр",
            ),
            (5.0, 20.0),
        ),
        (
            "income-large",
            Text(
                "Income-producing property, large jurisdictions",
                "Доходная недвижимость, крупные территории",
                "Киреше алып келүүчү мүлк, чоң аймактар",
            ),
            (5.0, 15.0),
        ),
        (
            "income",
            Text(
                "Income-producing property, small jurisdictions",
                "Доходная недвижимость, небольшие территории",
                "Киреше алып келүүчү мүлк, чакан аймактар",
            ),
            (5.0, 20.0),
        ),
        (
            "income-rural",
            Text(
                "Income-producing property, rural jurisdictions",
                "Доходная недвижимость, сельские территории",
                "Киреше алып келүүчү мүлк, айылдык аймактар",
            ),
            (5.0, 25.0),
        ),
        (
            "vacant-land-large",
            Text(
                "Vacant land, large jurisdictions",
                "Незастроенные участки, крупные территории",
                "Курулбаган жер, чоң аймактар",
            ),
            (5.0, 20.0),
        ),
        (
            "vacant-land",
            Text("Vacant land", "Незастроенные участки", "Курулбаган жер"),
            (5.0, 25.0),
        ),
        (
            "vacant-land-rural",
            Text(
                "Vacant land, rural jurisdictions",
                "Незастроенные участки, сельские территории",
                "Курулбаган жер, айылдык аймактар",
            ),
            (5.0, 30.0),
        ),
    )
}


@dataclass(frozen=True)
class Verdict:
    """One statistic against its range."""

    statistic: str
    low: float
    high: float
    met: bool
    """The point value lies in the range."""
    by_interval: Told
    """What the 95 % interval says; the standard calls a failure proved only when it lies wholly
    outside."""


def kind_of(name: str) -> PropertyKind:
    """Find a kind of property by its name.

    Raises
    ------
    InputError
        When no kind has this name.
    """
    if name not in PROPERTY_KINDS:
        known = "one of " + ", ".join(PROPERTY_KINDS)
        raise InputError(Finding("call", f"{name!r} is no kind of property", known, column="type"))
    return PROPERTY_KINDS[name]


def verdicts(
    kind: PropertyKind,
    found: Mapping[str, float],
    intervals: Mapping[str, Bounds],
    vertical: VerticalEquity | None,
) -> tuple[Verdict, ...]:
    """Hold a study against the ranges of a kind of property.

    Parameters
    ----------
    kind
        Decides the range of the COD.
    found, intervals
        The statistics and their intervals by name: median_ratio, cod, prd, prb, mki.
    vertical
        None where there were too few sales for it; then it has no verdict.

    References
    ----------
    IAAO, Standard on Ratio Studies (2013), tables 1-3 and 2-3; (2026), section 11.2.6 (VEI).
    Quintos (2020) for the range of the MKI.
    """
    ranges = {"median_ratio": LEVEL, "cod": kind.cod, "prd": PRD, "prb": PRB, "mki": MKI}
    held = [
        Verdict(name, *limits, _within(found[name], limits), _told(intervals.get(name), limits))
        for name, limits in ranges.items()
    ]
    if vertical is not None:
        held.append(
            Verdict("vei", -LIMIT, LIMIT, _within(vertical.vei, (-LIMIT, LIMIT)), _vei(vertical))
        )
    return tuple(held)


def _within(value: float, limits: tuple[float, float]) -> bool:
    return limits[0] <= value <= limits[1]


def _told(between: Bounds | None, limits: tuple[float, float]) -> Told:
    if between is None:
        return "cannot be told"
    if limits[0] <= between.low and between.high <= limits[1]:
        return "confirmed"
    if between.high < limits[0] or between.low > limits[1]:
        return "refuted"
    return "cannot be told"


def _vei(vertical: VerticalEquity) -> Told:
    """Fail only where even the nearest ends of the two groups' intervals are too far apart."""
    if vertical.widest is not None and abs(vertical.widest) <= LIMIT:
        return "confirmed"
    return "refuted" if abs(vertical.significance) > LIMIT else "cannot be told"
