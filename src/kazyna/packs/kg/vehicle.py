"""Vehicle tax: by engine volume, class and age; by book value where there is no engine volume."""

from decimal import Decimal

from kazyna.core.text import Text
from kazyna.packs.kg import reliefs
from kazyna.tax import Rounding, Table, round_to, rule, when

freed_share = reliefs.freed_share("vehicle")


@rule(
    unit="KGS/cm3",
    law="tax-code art. 379",
    title=Text("Rate", "Ставка", "Ставка"),
)
def rate_of_engine(vehicle_class: str, vehicle_age_years: Decimal, vehicle_rate: Table) -> Decimal:
    """Look up the rate by class and age."""
    return vehicle_rate.at(vehicle_class, vehicle_age_years)


@rule(
    unit="KGS",
    law="tax-code art. 379",
    title=Text("Tax of the year", "Налог за год", "Жылдык салык"),
)
def tax_of_year(
    engine_cm3: Decimal, rate_of_engine: Decimal, book_value: Decimal, book_value_rate: Decimal
) -> Decimal:
    """Tax the engine volume, or the book value where there is none."""
    return when(engine_cm3 > 0, engine_cm3 * rate_of_engine, book_value * book_value_rate)


@rule(
    unit="KGS",
    law="tax-code art. 379",
    title=Text("Vehicle tax", "Налог на транспорт", "Транспорт салыгы"),
)
def vehicle_tax(tax_of_year: Decimal, freed_share: Decimal, rounding: Rounding) -> Decimal:
    """Take the relief off."""
    return round_to(tax_of_year * (1 - freed_share), rounding)
