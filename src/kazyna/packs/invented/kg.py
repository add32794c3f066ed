"""Invented objects of the Kyrgyz Republic, for every tax on them.

Drawn are only keys whose value the pack knows: homes stand in Bishkek, whose council's rate is
known; farm land lies in the districts of article 401 that were found.
"""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from kazyna.packs.invented.draw import (
    Columns,
    Lot,
    always,
    chance,
    coded,
    decimals,
    drawn,
    holding,
    sizes,
    whole,
)

PEOPLE_MAX = {
    "chuy": 450_000, "osh": 450_000, "jalal_abad": 150_000, "issyk_kul": 90_000,
    "batken": 90_000, "naryn": 90_000, "talas": 45_000,
}  # fmt: skip
"""The size of settlement up to which a region's value of land is known."""
FARM_DISTRICTS = ("leilek", "kadamjay", "aksy", "ala_buka", "nooken")
UNKNOWN = {
    "place": {"toguz_toro_district"},
    "building_use": {"industry_construction", "residential_premises_on_resort_territory"},
    "council": {"ak_turpak"},
    "land_type": {"hayfield"},
}
"""Words for which the law's tables lack a value on some day since 2022."""
RELIEVED = 0.05


def homes(lot: Lot) -> Columns:
    """Flats and houses, the houses with a plot."""
    is_flat = chance(lot, 0.4)
    region, plot = _region(lot), lot.random.lognormal(6.3, 0.4, lot.n)
    return {
        "dwelling": coded(np.where(is_flat, 0, 1), ["flat", "house"]),
        "area_m2": sizes(lot, 90, 0.5, 10_000),
        "place": always(lot, "bishkek"),
        **_building(lot),
        "council": always(lot, "bishkek"),
        **_relief(lot),
        "plot_area_m2": decimals(np.where(is_flat, 0, plot), 2, (0, 10_000)),
        "region": coded(np.where(is_flat, len(PEOPLE_MAX), region), [*PEOPLE_MAX, "none"]),
        "population": _people(lot, region),
        **holding(lot),
    }


def buildings(lot: Lot) -> Columns:
    """Shops, offices, works, each on its plot."""
    return {
        "area_m2": sizes(lot, 150, 1, 10_000_000),
        "place": drawn(lot, _known(lot, "place")),
        "building_use": drawn(lot, _known(lot, "building_use")),
        **_building(lot),
        "council": drawn(lot, _known(lot, "council")),
        **_relief(lot),
        "tax_of_plot": decimals(np.zeros(lot.n), 2, (0, 0)),
        **plots(lot),
    }


def plots(lot: Lot) -> Columns:
    """Draw plots of settlements, of every use."""
    region = _region(lot)
    return {
        "plot_area_m2": sizes(lot, 660, 1, 100_000_000),
        "region": coded(region, list(PEOPLE_MAX)),
        "population": _people(lot, region),
        "council": drawn(lot, _known(lot, "council")),
        "zone": always(lot, "none"),
        "land_use": drawn(lot, lot.words["land_use"]),
        **_relief(lot),
        **holding(lot),
    }


def farm_land(lot: Lot) -> Columns:
    """Farm land by district and kind."""
    return {
        "plot_area_m2": sizes(lot, 13_000, 1, 100_000_000),
        "place": drawn(lot, [f"{name}_district" for name in FARM_DISTRICTS]),
        "land_type": drawn(lot, _known(lot, "land_type")),
        "council": always(lot, "other"),
        **_relief(lot),
        **holding(lot),
    }


def vehicles(lot: Lot) -> Columns:
    """Vehicles, one in twenty without an engine that has a volume."""
    is_electric = chance(lot, 0.05)
    engine = np.where(is_electric, 0, lot.random.integers(600, 6000, lot.n))
    value = np.where(is_electric, 1_200_000 * np.exp(lot.random.standard_normal(lot.n) / 2), 0)
    return {
        "engine_cm3": pa.array(engine),
        "vehicle_class": drawn(lot, lot.words["vehicle_class"], common=0.8),
        "vehicle_age_years": whole(lot, 0, 35),
        "book_value": decimals(value, 2, (0, 10**9)),
        "council": always(lot, "other"),
        **_relief(lot),
    }


def market_objects(lot: Lot) -> Columns:
    """Containers and stalls of markets."""
    return {
        "area_m2": sizes(lot, 18, 0.5, 1000),
        "place": drawn(lot, _known(lot, "place")),
        "building_use": always(lot, "markets_mini_markets_trade_complexes"),
        **_building(lot),
        "council": drawn(lot, _known(lot, "council")),
        **_relief(lot),
        "quarters": whole(lot, 1, 4),
    }


def valued(lot: Lot) -> Columns:
    """Objects with a market value, as the drafted reform would tax them."""
    return {
        "value": sizes(lot, 4_000_000, 0.8, 10**10),
        "object_class": drawn(lot, lot.words["object_class"], common=0.6),
        "council": drawn(lot, _known(lot, "council")),
        **_relief(lot),
        **holding(lot),
    }


OBJECTS = {
    "residential_property": (0.49, homes),
    "nonresidential_property": (0.11, buildings),
    "land": (0.13, plots),
    "agricultural_land": (0.15, farm_land),
    "vehicle": (0.10, vehicles),
    "market_object": (0.02, market_objects),
    "cadastral_property": (0.0, valued),
}
"""Of all objects the share of each tax, and how they are drawn. The drafted reform would tax
objects that are counted already."""


def _building(lot: Lot) -> Columns:
    return {
        "wall_material": drawn(lot, lot.words["wall_material"]),
        "age_years": whole(lot, 0, 90),
        "zone": always(lot, "none"),
    }


def _relief(lot: Lot) -> Columns:
    return {
        "relief_category": drawn(lot, lot.words["relief_category"], common=1 - RELIEVED),
        "relief_rank": pa.array(np.where(chance(lot, 0.9), 1, 2)),
    }


def _known(lot: Lot, column: str) -> Sequence[str]:
    return [word for word in lot.words[column] if word not in UNKNOWN[column]]


def _region(lot: Lot) -> np.ndarray:
    return lot.random.integers(0, len(PEOPLE_MAX), lot.n)


def _people(lot: Lot, region: np.ndarray) -> pa.Array:
    """Draw the population of settlements: many are small, few are large."""
    largest = np.array(list(PEOPLE_MAX.values()))[region]
    return pa.array((lot.random.random(lot.n) ** 3 * (largest - 1)).astype(np.int64))
