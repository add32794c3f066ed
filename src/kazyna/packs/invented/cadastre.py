"""An invented cadastre of a pack: tables that its taxes can be computed on, batch by batch."""

from collections.abc import Iterator, Mapping
from zlib import crc32

import numpy as np
import pyarrow as pa

from kazyna.core.errors import NotFound
from kazyna.packs.invented import kg, ru
from kazyna.packs.invented.draw import Kind, Lot
from kazyna.packs.pack import Pack

BATCH_ROWS = 500_000
COUNTRIES: Mapping[str, Mapping[str, tuple[float, Kind]]] = {"kg": kg.OBJECTS, "ru": ru.OBJECTS}


def counts(pack: Pack, objects: int) -> dict[str, int]:
    """Share out a number of objects among the taxes of a pack.

    Raises
    ------
    NotFound
        If no objects can be invented for the pack.
    """
    return {tax: round(objects * share) for tax, (share, _) in _objects(pack).items()}


def batches(pack: Pack, tax: str, objects: int, *, seed: int, year: int) -> Iterator[pa.Table]:
    """Draw the objects of one tax, so many at a time that any number fits the memory.

    Parameters
    ----------
    pack
        `kg` or `ru`.
    tax
        One of its taxes on objects.
    objects
        How many to draw; the same number, seed and year give the same objects.
    seed
        Decides all that is drawn.
    year
        The tax year for which months of holding are counted.

    Yields
    ------
    pyarrow.Table
        At most `BATCH_ROWS` objects: `id` counted from 0, the columns that the tax asks for on
        any day, and `right_since` where months are among them.

    Raises
    ------
    NotFound
        If no objects can be invented for the pack or the tax.
    """
    known = _objects(pack)
    if tax not in known:
        raise NotFound(f"No objects are invented for {tax!r}, only for {', '.join(known)}.")
    _, draw = known[tax]
    words = {name: column.allowed or () for name, column in pack.columns.items()}
    for batch, start in enumerate(range(0, objects, BATCH_ROWS)):
        rows = min(BATCH_ROWS, objects - start)
        random = np.random.default_rng([seed, crc32(tax.encode()), batch])
        drawn = draw(Lot(random, rows, words, year, pack.months or "month_after"))
        yield pa.table({"id": np.arange(start, start + rows), **drawn})


def _objects(pack: Pack) -> Mapping[str, tuple[float, Kind]]:
    if pack.name not in COUNTRIES:
        known = ", ".join(COUNTRIES)
        raise NotFound(f"No cadastre is invented for {pack.name!r}, only for {known}.")
    return COUNTRIES[pack.name]
