"""Invented cadastres and registers as files, to try the taxes of a pack on. No database."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kazyna.core.errors import Finding, InputError
from kazyna.packs.invented.cadastre import batches, counts
from kazyna.packs.pack import Pack, load_pack
from kazyna.services import objects as registered
from kazyna.store import files

OBJECTS_EACH = 1.6
"""Objects that a taxpayer holds, about."""
SHARED, HEIRS_UNKNOWN = 0.2, 0.01
"""Shares of the objects that two people hold, and of those whose heirs nobody knows."""
FIRST_HELD, DAYS_HELD = np.datetime64("2008-01-01"), 5_800


@dataclass(frozen=True)
class InventedFile:
    """The invented rows of one file."""

    content: str
    """The tax of the objects, or their kind, or `taxpayers` or `holdings`."""
    rows: int
    file: str


@dataclass(frozen=True)
class InventedCadastre:
    """What was invented."""

    pack: str
    seed: int
    year: int
    objects: int
    files: tuple[InventedFile, ...]


def invent_cadastre(
    pack: str, *, objects: int, out: Path, seed: int, year: int
) -> InventedCadastre:
    """Write one Parquet file a tax with so many invented objects in all.

    Parameters
    ----------
    objects
        At least 1; they are shared out among the taxes.
    year
        The tax year for which months of holding are counted.

    Raises
    ------
    NotFound
        If no objects can be invented for the pack.
    """
    if objects < 1:
        raise InputError(Finding("call", f"{objects} objects", "at least one"))
    loaded = load_pack(pack)
    written = []
    for tax, count in counts(loaded, objects).items():
        if count == 0:
            continue
        path = out / f"{tax}.parquet"
        drawn = batches(loaded, tax, count, seed=seed, year=year)
        files.write_tables(drawn, {path: _all})
        written.append(InventedFile(tax, count, str(path)))
    total = sum(file.rows for file in written)
    return InventedCadastre(pack, seed, year, total, tuple(written))


def invent_register(
    pack: str, *, objects: int, out: Path, seed: int, year: int
) -> InventedCadastre:
    """Write a register as `register load` and `register holdings` take it.

    One Parquet file a kind of object, one of the taxpayers and one of who holds what.

    Raises
    ------
    NotFound
        If no objects can be invented for the pack.
    """
    if objects < 1:
        raise InputError(Finding("call", f"{objects} objects", "at least one"))
    loaded = load_pack(pack)
    tables: dict[str, pa.Table] = {}
    for tax, count in counts(loaded, objects).items():
        kind = loaded.register.kinds_of(tax)[0]
        if count and kind not in tables:
            drawn = batches(loaded, tax, count, seed=seed, year=year)
            prefix = str(len(tables) + 1)
            tables[kind] = objects_of_kind(loaded, kind, drawn, year=year, prefix=prefix)
    total = sum(table.num_rows for table in tables.values())
    people = max(2, round(total / OBJECTS_EACH))
    names = [f"Invented taxpayer {number}" for number in range(1, people + 1)]
    owners, holdings = holders_of(tables.values(), names, seed=seed)
    written = []
    for content, table in {**tables, "taxpayers": owners, "holdings": holdings}.items():
        path = out / f"{content}.parquet"
        files.write_table(table, path)
        written.append(InventedFile(content, table.num_rows, str(path)))
    return InventedCadastre(pack, seed, year, total, tuple(written))


def objects_of_kind(
    pack: Pack, kind: str, drawn: Iterable[pa.Table], *, year: int, prefix: str
) -> pa.Table:
    """Turn invented cases of a tax into objects as the register keeps them.

    Parameters
    ----------
    drawn
        Of `kazyna.packs.invented.cadastre.batches`.
    year
        For which ages are counted; the register keeps the year of making.
    prefix
        What the objects' numbers begin with.

    Returns
    -------
    pyarrow.Table
        `object_id` and the characteristics of the kind.
    """
    table = pa.concat_tables(drawn).unify_dictionaries()
    columns = dict(zip(table.column_names, table.columns, strict=True))
    for name, column in columns.items():
        if pa.types.is_dictionary(column.type):
            columns[name] = pc.cast(column, column.type.value_type)
    for name, origin in pack.register.origins.items():
        if origin.kind == "years_since" and origin.characteristic and name in columns:
            columns[origin.characteristic] = pc.subtract(year, columns[name])
    ids = [f"{prefix}-{row:07d}" for row in range(1, table.num_rows + 1)]
    kept = [each.name for each in registered.columns_of(pack, kind) if each.name in columns]
    return pa.table({"object_id": ids, **{name: columns[name] for name in kept}})


def holders_of(
    tables: Iterable[pa.Table], names: Sequence[str], *, seed: int
) -> tuple[pa.Table, pa.Table]:
    """Invent taxpayers and who holds which object, drawn with the seed.

    Returns
    -------
    tuple of pyarrow.Table
        Taxpayers and holdings, as `taxpayers.load_holdings` takes them.
    """
    random = np.random.default_rng(seed)
    people = len(names)
    numbers = np.array([f"299{number:011d}" for number in range(1, people + 1)])
    owners = pa.table(
        {
            "taxpayer_id": numbers,
            "name": list(names),
            "language": random.choice(["ky", "ru"], people, p=[0.7, 0.3]),
            "synthetic": [True] * people,
        }
    )
    ids = np.concatenate([table["object_id"].to_numpy() for table in tables])
    first = random.integers(people, size=len(ids))
    second = (first + random.integers(1, people, len(ids))) % people
    fate = random.random(len(ids))
    unknown, shared = fate < HEIRS_UNKNOWN, fate > 1 - SHARED
    begun = FIRST_HELD + random.integers(0, DAYS_HELD, len(ids)).astype("timedelta64[D]")
    rows = np.concatenate([np.arange(len(ids)), np.flatnonzero(shared)])
    order = np.argsort(rows, kind="stable")
    who = np.concatenate([first, second[shared]])[order]
    rows = rows[order]
    nobody = unknown[rows]
    holdings = pa.table(
        {
            "property_id": ids[rows],
            "taxpayer_id": pa.array(numbers[who], mask=nobody),
            "share": pc.cast(pa.array(np.where(shared[rows], "0.5", "1")), pa.decimal128(9, 8)),
            "estate_of": pa.array(numbers[who], mask=~nobody),
            "held_from": pa.array(begun[rows]),
        }
    )
    return owners, holdings


def _all(table: pa.Table) -> pa.Table:
    return table
