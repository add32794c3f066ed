"""An invented Kyrgyz cadastre of any size, drawn from seeds: homes, other buildings, plots, farm
land and vehicles, each a table that the pack `kg` can tax. No object is real.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from kazyna.packs.pack import load_pack

SHARES = {
    "residential_property": 0.50, "nonresidential_property": 0.12, "land": 0.13,
    "agricultural_land": 0.15, "vehicle": 0.10,
}  # fmt: skip
"""Of all objects, those of each tax."""
BATCH_ROWS = 500_000
TOWNS = ("talas_city", "tokmok_city", "kara_balta_city", "osh", "bishkek")
REGIONS = {"chuy": 450_000, "osh": 450_000, "jalal_abad": 150_000, "issyk_kul": 90_000,
           "batken": 90_000, "naryn": 90_000, "talas": 45_000}  # fmt: skip
"""Regions, and the size of settlement up to which their values are known."""


def write_cadastre(folder: Path, objects: int, *, seed: int = 0) -> dict[str, Path]:
    """Write one Parquet file a tax, with so many objects in all."""
    files = {}
    for tax, share in SHARES.items():
        files[tax] = folder / f"{tax}.parquet"
        writer = None
        for batch in batches(tax, round(objects * share), seed=seed):
            writer = writer or pq.ParquetWriter(files[tax], batch.schema)
            writer.write_table(batch)
        if writer is not None:
            writer.close()
    return files


def batches(tax: str, count: int, *, seed: int) -> Iterator[pa.Table]:
    """Draw the objects of one tax, batch by batch."""
    random = np.random.default_rng([seed, *tax.encode()])
    words = {name: list(column.allowed or ()) for name, column in load_pack("kg").columns.items()}
    for start in range(0, count, BATCH_ROWS):
        rows = min(BATCH_ROWS, count - start)
        drawn = {"id": pa.array(np.arange(start, start + rows))}
        yield pa.table(drawn | OBJECTS[tax](random, rows, words))


def _homes(random: np.random.Generator, n: int, words: dict[str, list[str]]) -> dict[str, pa.Array]:
    flat = random.random(n) < 0.4
    region = random.integers(0, len(REGIONS), n)
    names = [*REGIONS, "none"]
    return {
        "dwelling": _coded(np.where(flat, 0, 1), ["flat", "house"]),
        "area_m2": _decimals(random.lognormal(4.5, 0.5, n), 2, 10_000),
        "place": _coded(np.zeros(n, dtype=int), ["bishkek"]),
        "relief_category": _drawn(random, n, words["relief_category"], common=0.93),
        "months": _months(random, n),
        "plot_area_m2": _decimals(np.where(flat, 0, random.lognormal(6.3, 0.4, n)), 2, 10_000),
        "region": _coded(np.where(flat, len(REGIONS), region), names),
        "population": _people(random, region, n),
    }


def _buildings(
    random: np.random.Generator, n: int, words: dict[str, list[str]]
) -> dict[str, pa.Array]:
    uses = [use for use in words["building_use"] if use != "industry_construction"]
    return {
        "area_m2": _decimals(random.lognormal(5, 1, n), 2, 10_000_000),
        "wall_material": _drawn(random, n, words["wall_material"]),
        "age_years": pa.array(random.integers(0, 90, n)),
        "place": _drawn(random, n, [p for p in words["place"] if p != "toguz_toro_district"]),
        "zone": _coded(np.zeros(n, dtype=int), ["none"]),
        "building_use": _drawn(random, n, uses),
        "relief_category": _drawn(random, n, words["relief_category"], common=0.97),
        "months": _months(random, n),
    }


def _plots(random: np.random.Generator, n: int, words: dict[str, list[str]]) -> dict[str, pa.Array]:
    region = random.integers(0, len(REGIONS), n)
    return {
        "plot_area_m2": _decimals(random.lognormal(6.5, 1, n), 2, 100_000_000),
        "region": _coded(region, list(REGIONS)),
        "population": _people(random, region, n),
        "place": _drawn(random, n, words["place"]),
        "zone": _coded(np.zeros(n, dtype=int), ["none"]),
        "land_use": _drawn(random, n, words["land_use"]),
        "relief_category": _drawn(random, n, words["relief_category"], common=0.97),
        "months": _months(random, n),
    }


def _farms(random: np.random.Generator, n: int, words: dict[str, list[str]]) -> dict[str, pa.Array]:
    places = [f"{name}_district" for name in ("leilek", "kadamjay", "aksy", "ala_buka", "nooken")]
    known = [kind for kind in words["land_type"] if kind != "hayfield"]
    return {
        "plot_area_m2": _decimals(random.lognormal(9.5, 1, n), 2, 100_000_000),
        "place": _drawn(random, n, places),
        "land_type": _drawn(random, n, known),
        "relief_category": _drawn(random, n, words["relief_category"], common=0.97),
        "months": _months(random, n),
    }


def _vehicles(
    random: np.random.Generator, n: int, words: dict[str, list[str]]
) -> dict[str, pa.Array]:
    electric = random.random(n) < 0.05
    return {
        "engine_cm3": pa.array(np.where(electric, 0, random.integers(600, 6000, n))),
        "vehicle_class": _drawn(random, n, words["vehicle_class"], common=0.8),
        "vehicle_age_years": pa.array(random.integers(0, 35, n)),
        "book_value": _decimals(np.where(electric, random.lognormal(14, 0.5, n), 0), 2, 10**9),
        "relief_category": _drawn(random, n, words["relief_category"], common=0.97),
    }


OBJECTS = {
    "residential_property": _homes, "nonresidential_property": _buildings, "land": _plots,
    "agricultural_land": _farms, "vehicle": _vehicles,
}  # fmt: skip


def _people(random: np.random.Generator, region: np.ndarray, n: int) -> pa.Array:
    limit = np.array(list(REGIONS.values()))[region]
    return pa.array((random.random(n) ** 3 * (limit - 1)).astype(np.int64))


def _months(random: np.random.Generator, n: int) -> pa.Array:
    return pa.array(np.where(random.random(n) < 0.92, 12, random.integers(1, 12, n)))


def _drawn(
    random: np.random.Generator, n: int, words: list[str], *, common: float = 0.0
) -> pa.Array:
    code = random.integers(0, len(words), n)
    return _coded(np.where(random.random(n) < common, 0, code), words)


def _coded(code: np.ndarray, words: list[str]) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array(code.astype(np.int32)), words)


def _decimals(values: np.ndarray, places: int, largest: float) -> pa.Array:
    units = np.rint(np.clip(values, 0, largest) * 10**places).astype(np.int64)
    words = np.column_stack([units, units >> 63]).astype("<i8")
    kind = pa.decimal128(18, places)
    return pa.Array.from_buffers(kind, len(units), [None, pa.py_buffer(words.tobytes())])
