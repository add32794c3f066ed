"""Invented objects of Russian taxes on cadastral value."""

import numpy as np
import pyarrow as pa

from kazyna.packs.invented.draw import Columns, Lot, chance, decimals, drawn, holding, sizes


def premises(lot: Lot) -> Columns:
    """Flats, houses and other objects of individuals, some with a tax of the year before."""
    value = 5_000_000 * np.exp(0.9 * lot.random.standard_normal(lot.n))
    taxed = chance(lot, 0.7)
    previous = np.where(taxed, value / 1000 * lot.random.uniform(0.3, 1.2, lot.n), 0)
    transition = chance(lot, 0.1)
    year = np.where(transition, lot.random.integers(1, 4, lot.n), 4)
    inventory = np.where(transition, value / 4000, 0)
    many = chance(lot, 0.05)
    return {
        "value": decimals(value, 2, (10_000, 10**11)),
        "object_kind": drawn(lot, lot.words["object_kind"], common=0.5),
        "municipality": drawn(lot, lot.words["municipality"]),
        "area_m2": sizes(lot, 60, 0.5, 10_000_000),
        "children": pa.array(np.where(many, lot.random.integers(3, 8, lot.n), 0)),
        "previous_tax": decimals(previous, 2, (0, 10**11)),
        "transition_year": pa.array(year),
        "inventory_tax": decimals(inventory, 2, (0, 10**11)),
        **holding(lot),
    }


def land(lot: Lot) -> Columns:
    """Draw plots that individuals own."""
    value = 900_000 * np.exp(lot.random.standard_normal(lot.n))
    taxed = chance(lot, 0.7)
    previous = np.where(taxed, value * 0.003 * lot.random.uniform(0.5, 1.2, lot.n), 0)
    return {
        "value": decimals(value, 2, (1000, 10**11)),
        "plot_area_m2": sizes(lot, 1000, 0.6, 100_000_000),
        "land_category": drawn(lot, lot.words["land_category"], common=0.8),
        "municipality": drawn(lot, lot.words["municipality"]),
        "beneficiary": pa.array(chance(lot, 0.2)),
        "previous_tax": decimals(previous, 2, (0, 10**11)),
        **holding(lot),
    }


OBJECTS = {"individual_property": (0.7, premises), "land": (0.3, land)}
"""Of all objects the share of each tax, and how they are drawn."""
