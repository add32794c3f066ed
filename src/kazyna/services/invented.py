"""Invented cadastres as files, to try the taxes of a pack on. No database."""

from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from kazyna.core.errors import Finding, InputError
from kazyna.packs.invented.cadastre import batches, counts
from kazyna.packs.pack import load_pack
from kazyna.store import files


@dataclass(frozen=True)
class InventedFile:
    """The invented objects of one tax."""

    tax: str
    objects: int
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
    total = sum(file.objects for file in written)
    return InventedCadastre(pack, seed, year, total, tuple(written))


def _all(table: pa.Table) -> pa.Table:
    return table
