"""A property tax bill of Cook County: one line an agency, each rounded, and their sum."""

from decimal import Decimal

from kazyna.core.text import Text
from kazyna.tax import Rounding, maximum, round_to, rule, when


def line(title: str) -> Text:
    """Name a line alike in all languages."""
    return Text(title, title, title)


@rule(unit="USD", law="bill", title=line("Equalized value after exemptions"))
def taxable(eav: Decimal, exemptions: Decimal, least_eav: Decimal) -> Decimal:
    """Below the least value nothing is billed."""
    left = maximum(0, eav - exemptions)
    return when(left < least_eav, 0, left)


@rule(unit="USD", law="bill", title=line("County"))
def county(taxable: Decimal, county_rate: Decimal, rounding: Rounding) -> Decimal:
    """The agency's line."""
    return round_to(taxable * county_rate, rounding)


@rule(unit="USD", law="bill", title=line("Forest"))
def forest(taxable: Decimal, forest_rate: Decimal, rounding: Rounding) -> Decimal:
    """The agency's line."""
    return round_to(taxable * forest_rate, rounding)


@rule(unit="USD", law="bill", title=line("City"))
def city(taxable: Decimal, city_rate: Decimal, rounding: Rounding) -> Decimal:
    """The agency's line."""
    return round_to(taxable * city_rate, rounding)


@rule(unit="USD", law="bill", title=line("Library"))
def library(taxable: Decimal, library_rate: Decimal, rounding: Rounding) -> Decimal:
    """The agency's line."""
    return round_to(taxable * library_rate, rounding)


@rule(unit="USD", law="bill", title=line("School building"))
def school_building(taxable: Decimal, school_building_rate: Decimal, rounding: Rounding) -> Decimal:
    """The agency's line."""
    return round_to(taxable * school_building_rate, rounding)


@rule(unit="USD", law="bill", title=line("College"))
def college(taxable: Decimal, college_rate: Decimal, rounding: Rounding) -> Decimal:
    """The agency's line."""
    return round_to(taxable * college_rate, rounding)


@rule(unit="USD", law="bill", title=line("Education"))
def education(taxable: Decimal, education_rate: Decimal, rounding: Rounding) -> Decimal:
    """The agency's line."""
    return round_to(taxable * education_rate, rounding)


@rule(unit="USD", law="bill", title=line("Park"))
def park(taxable: Decimal, park_rate: Decimal, rounding: Rounding) -> Decimal:
    """The agency's line."""
    return round_to(taxable * park_rate, rounding)


@rule(unit="USD", law="bill", title=line("Water"))
def water(taxable: Decimal, water_rate: Decimal, rounding: Rounding) -> Decimal:
    """The agency's line."""
    return round_to(taxable * water_rate, rounding)


@rule(unit="USD", law="bill", title=line("County, city and schools"))
def local(
    county: Decimal, forest: Decimal, city: Decimal, library: Decimal, school_building: Decimal
) -> Decimal:
    """Add lines up."""
    return county + forest + city + library + school_building


@rule(unit="USD", law="bill", title=line("Total"))
def bill(
    local: Decimal, college: Decimal, education: Decimal, park: Decimal, water: Decimal
) -> Decimal:
    """Add the lines up as they are printed."""
    return local + college + education + park + water
