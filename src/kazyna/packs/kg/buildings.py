"""What taxes on buildings share: value by walls and age, coefficients of place, taxable value."""

from decimal import Decimal

from kazyna.core.text import Text
from kazyna.tax import Table, rule


@rule(
    unit="KGS/m2",
    law="tax-code (article not identified)",
    title=Text("Base value", "Базовая стоимость", "Базалык нарк"),
)
def base_value(wall_material: str, age_years: Decimal, building_base_value: Table) -> Decimal:
    """Look up the value of a square metre by walls and age."""
    return building_base_value.at(wall_material, age_years)


@rule(
    unit="factor",
    law="tax-code (article not identified)",
    title=Text("Region and zone", "Регион и зона", "Аймак жана зона"),
)
def place_coefficient(
    place: str, council: str, zone: str, regional_coefficient: Table, zonal_coefficient: Table
) -> Decimal:
    """Multiply the coefficients of region and zone."""
    return regional_coefficient.at(place) * zonal_coefficient.at("building", council, zone)


@rule(
    unit="KGS",
    law="tax-code (article not identified)",
    title=Text("Taxable value", "Налогооблагаемая стоимость", "Салык салынуучу нарк"),
)
def taxable_value(
    area_m2: Decimal,
    base_value: Decimal,
    place_coefficient: Decimal,
    building_use: str,
    building_functional_coefficient: Table,
) -> Decimal:
    """Multiply area, base value and the coefficients of place and use."""
    by_use = building_functional_coefficient.at(building_use)
    return area_m2 * base_value * place_coefficient * by_use
