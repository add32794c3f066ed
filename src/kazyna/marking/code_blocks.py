"""Where units stand: 1,000 of them in one row, a byte each for the status and two for the rest.

A block has a status byte for each unit and a slot: a small number that points into the palette of
the block. An entry of the palette says who holds a unit, to whom it is on its way, its lot,
whether it is held back, why it was withdrawn, and in which package it is. Units that moved
together share an entry, so a block of a thousand units on one pallet has one. What a document
changes is computed here for all its units at once; nothing here reads or writes a database.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from kazyna.marking.units import Ints, Longs, Units, heads_of

BLOCK = 1_000
"""Units of a row: a row of a block that moved together is then about 200 bytes on the disk."""
PACKAGE = 0x80
"""This bit of the status byte says that other units are in this one."""
STATUS_MASK = 0x7F
PALETTE = np.dtype(
    [
        ("holder", "<i4"),
        ("consignee", "<i4"),
        ("lot", "<i4"),
        ("hold", "u1"),
        ("reason", "u1"),
        ("parent_batch", "<i8"),
        ("parent_index", "<i4"),
    ]
)
"""An entry of a palette, as it is stored; nothing is 0."""
BLOCK_SHIFT = 15
"""A batch has fewer than 2**15 blocks."""

Bytes = NDArray[np.uint8]
Entries = NDArray[np.void]
Positions = NDArray[np.intp]


@dataclass(frozen=True)
class Blocks:
    """Some blocks in the order of batch and number, as flat arrays."""

    batches: Longs
    numbers: Ints
    versions: Ints
    statuses: Bytes
    """A byte for each unit, shape (blocks * 1,000,)."""
    slots: Ints
    """The entry of each unit in `palette`, counted over all blocks; shape as `statuses`."""
    palette: Entries
    owners: Ints
    """The block to which each entry of the palette belongs."""

    def __len__(self) -> int:
        return len(self.batches)


@dataclass(frozen=True)
class Places:
    """The palette entries of some units; a field is read out when it is asked for."""

    palette: Entries
    slots: Ints

    @overload
    def __getitem__(self, key: str) -> NDArray[Any]: ...

    @overload
    def __getitem__(self, key: int) -> np.void: ...

    def __getitem__(self, key: str | int) -> NDArray[Any] | np.void:
        """Return one field of all units, or the whole entry of one unit."""
        if isinstance(key, str):
            field: NDArray[Any] = np.ascontiguousarray(self.palette[key])[self.slots]
            return field
        entry: np.void = self.palette[self.slots[key]]
        return entry

    def take(self, which: NDArray[np.bool_]) -> "Places":
        """Return the entries of some of the units."""
        return Places(self.palette, self.slots[which])


@dataclass(frozen=True)
class Standing:
    """Where some units stand."""

    status: Bytes
    package: NDArray[np.bool_]
    """Whether other units are in it."""
    entry: Places

    def take(self, which: NDArray[np.bool_]) -> "Standing":
        """Return where some of the units stand."""
        return Standing(self.status[which], self.package[which], self.entry.take(which))

    @property
    def parent_keys(self) -> Longs:
        """The package of each as one number; 0 where there is none."""
        parents = Units(self.entry["parent_batch"], self.entry["parent_index"])
        return np.where(parents.batches > 0, parents.keys, 0)


def fresh_blocks(batch: int, units: int, *, status: int, holder: int) -> Blocks:
    """Make the blocks of a new batch, all units alike.

    Parameters
    ----------
    batch
        Its number.
    units
        How many units it has; the last block is filled up with units that do not exist, status 0.
    status
        Where they begin.
    holder
        Who holds them.
    """
    count = -(-units // BLOCK)
    statuses = np.zeros(count * BLOCK, dtype=np.uint8)
    statuses[:units] = status
    palette = np.zeros(count, dtype=PALETTE)
    palette["holder"] = holder
    each = np.arange(count, dtype=np.int32)
    return Blocks(
        batches=np.full(count, batch, dtype=np.int64),
        numbers=each,
        versions=np.zeros(count, dtype=np.int32),
        statuses=statuses,
        slots=np.repeat(each, BLOCK),
        palette=palette,
        owners=each,
    )


def read_blocks(
    keys: tuple[Longs, Ints, Ints], statuses: list[bytes], slots: list[bytes], palettes: list[bytes]
) -> Blocks:
    """Read blocks as they are stored, in the order of batch and number.

    Parameters
    ----------
    keys
        Batches, numbers and versions of the blocks.
    statuses, slots, palettes
        What each block has stored.
    """
    sizes = np.array([len(each) // PALETTE.itemsize for each in palettes], dtype=np.int32)
    starts = (np.cumsum(sizes) - sizes).astype(np.int32)
    local = np.frombuffer(b"".join(slots), dtype="<u2").astype(np.int32)
    return Blocks(
        *keys,
        statuses=np.frombuffer(b"".join(statuses), dtype=np.uint8),
        slots=local + np.repeat(starts, BLOCK),
        palette=np.frombuffer(b"".join(palettes), dtype=PALETTE),
        owners=np.repeat(np.arange(len(sizes), dtype=np.int32), sizes),
    )


def joined_blocks(parts: list[Blocks]) -> Blocks:
    """Put blocks that were read apart together, in the order of batch and number.

    Parameters
    ----------
    parts
        At least one; no block is in two of them.
    """
    if len(parts) == 1:
        return parts[0]
    before = np.cumsum([0, *(len(part.palette) for part in parts[:-1])])
    rows = np.cumsum([0, *(len(part) for part in parts[:-1])])
    batches = np.concatenate([part.batches for part in parts])
    numbers = np.concatenate([part.numbers for part in parts])
    order = np.lexsort([numbers, batches])
    place = np.empty(len(order), dtype=np.int32)
    place[order] = np.arange(len(order), dtype=np.int32)
    owners = place[np.concatenate([p.owners + row for p, row in zip(parts, rows, strict=True)])]
    entries = np.argsort(owners, kind="stable")
    entry = np.empty(len(entries), dtype=np.int32)
    entry[entries] = np.arange(len(entries), dtype=np.int32)
    slots = np.concatenate([p.slots + at for p, at in zip(parts, before, strict=True)])
    return Blocks(
        batches=batches[order],
        numbers=numbers[order],
        versions=np.concatenate([part.versions for part in parts])[order],
        statuses=_rows(np.concatenate([part.statuses for part in parts]), order),
        slots=_rows(entry[slots], order),
        palette=np.concatenate([part.palette for part in parts])[entries],
        owners=owners[entries],
    )


def _rows(values: NDArray[Any], order: Positions) -> NDArray[Any]:
    return values.reshape(-1, BLOCK)[order].ravel()


@dataclass(frozen=True)
class StoredBlocks:
    """Blocks as they are stored, a row each."""

    statuses: list[bytes]
    slots: list[bytes]
    palettes: list[bytes]
    parties: list[str]
    """Holders and consignees of each block, as an array of PostgreSQL."""


def write_blocks(blocks: Blocks, party: int | None = None) -> StoredBlocks:
    """Write blocks as they are stored; `party` is a participant that stays among their parties."""
    sizes = np.bincount(blocks.owners, minlength=len(blocks))
    ends = np.cumsum(sizes)
    local = (blocks.slots - np.repeat(ends - sizes, BLOCK)).astype("<u2").tobytes()
    statuses, palette = blocks.statuses.tobytes(), blocks.palette.tobytes()
    width = PALETTE.itemsize
    spans = list(zip((ends - sizes).tolist(), ends.tolist(), strict=True))
    each = range(len(blocks))
    return StoredBlocks(
        [statuses[n * BLOCK : (n + 1) * BLOCK] for n in each],
        [local[n * BLOCK * 2 : (n + 1) * BLOCK * 2] for n in each],
        [palette[begin * width : end * width] for begin, end in spans],
        _parties(blocks, spans, party),
    )


def block_keys(units: Units) -> Longs:
    """Return batch and number of the block of each unit, as one number."""
    return (units.batches << BLOCK_SHIFT) | (units.indices // BLOCK)


def locate(blocks: Blocks, units: Units) -> Positions:
    """Return where units stand in some blocks; -1 for units whose block is not among them."""
    if not len(blocks):
        return np.full(len(units), -1, dtype=np.intp)
    known = (blocks.batches << BLOCK_SHIFT) | blocks.numbers
    wanted = block_keys(units)
    heads = heads_of(wanted)  # units come by the block, so each is looked for once
    row = np.minimum(np.searchsorted(known, wanted[heads]), len(known) - 1)
    begin = np.where(known[row] == wanted[heads], row * BLOCK, -1)
    begin = np.repeat(begin, np.diff(heads, append=len(wanted)))
    return np.where(begin >= 0, begin + units.indices % BLOCK, -1)


def standing(blocks: Blocks, positions: Positions) -> Standing:
    """Tell where the units at some positions stand; a position of -1 is a unit that is not.

    Parameters
    ----------
    blocks
        The blocks.
    positions
        As `locate` gives them.
    """
    if not len(blocks):
        none = np.zeros(len(positions), dtype=np.uint8)
        blank = Places(np.zeros(1, dtype=PALETTE), none.astype(np.int32))
        return Standing(none, none.astype(np.bool_), blank)
    status = blocks.statuses[positions]
    status[positions < 0] = 0
    bare = (status & STATUS_MASK).astype(np.uint8)
    return Standing(bare, status >= PACKAGE, Places(blocks.palette, blocks.slots[positions]))


def changed(
    blocks: Blocks,
    positions: Positions,
    *,
    statuses: Bytes | None = None,
    fields: Mapping[str, int | NDArray[np.generic]],
) -> Blocks:
    """Change the units at some positions, and leave no entry that nothing points to.

    Parameters
    ----------
    blocks
        The blocks before.
    positions
        Different positions in growing order.
    statuses
        New status bytes; None leaves them.
    fields
        New values of the palette: one for all, or one for each position.

    Returns
    -------
    Blocks
        The same blocks after, with the same versions.
    """
    bytes_after = blocks.statuses
    if statuses is not None:
        bytes_after = blocks.statuses.copy()
        bytes_after[positions] = statuses
    if not fields or not len(positions):
        return _with(blocks, bytes_after, blocks.slots, blocks.palette, blocks.owners)
    before = blocks.slots[positions]
    varying = [value for value in fields.values() if isinstance(value, np.ndarray)]
    first, number = _grouped([before, *varying])
    entries = blocks.palette[before[first]].copy()
    for name, value in fields.items():
        entries[name] = value[first] if isinstance(value, np.ndarray) else value
    slots = blocks.slots.copy()
    slots[positions] = len(blocks.palette) + number
    return _compact(
        _with(
            blocks,
            bytes_after,
            slots,
            np.concatenate([blocks.palette, entries]),
            np.concatenate([blocks.owners, blocks.owners[before[first]]]),
        )
    )


def _with(blocks: Blocks, statuses: Bytes, slots: Ints, palette: Entries, owners: Ints) -> Blocks:
    return Blocks(blocks.batches, blocks.numbers, blocks.versions, statuses, slots, palette, owners)


def _grouped(columns: list[NDArray[np.generic]]) -> tuple[Positions, Ints]:
    """Group equal rows: one of each group, and the group of every row.

    Units come in long runs of equal rows, so only the first of each run is sorted.
    """
    breaks = np.zeros(len(columns[0]) - 1, dtype=np.bool_)
    for column in columns:
        breaks |= column[1:] != column[:-1]
    starts = np.concatenate([[0], np.flatnonzero(breaks) + 1])
    lengths = np.diff(np.append(starts, len(columns[0])))
    heads = [column[starts] for column in columns]
    order = np.lexsort(heads[::-1])
    differs = np.zeros(len(order), dtype=np.bool_)
    for head in heads:
        differs[1:] |= head[order][1:] != head[order][:-1]
    group = np.empty(len(order), dtype=np.int32)
    group[order] = np.cumsum(differs)
    first = starts[order[np.concatenate([[True], differs[1:]])]]
    return first.astype(np.intp), np.repeat(group, lengths)


def _compact(blocks: Blocks) -> Blocks:
    """Drop entries that nothing points to, merge equal ones of a block, put blocks in order."""
    used = np.flatnonzero(np.bincount(blocks.slots, minlength=len(blocks.palette)))
    entries, owners = blocks.palette[used], blocks.owners[used]
    columns: list[NDArray[np.generic]] = [owners]
    columns += [np.ascontiguousarray(entries[name]) for name in PALETTE.names or ()]
    first, group = _grouped(columns)
    number = np.empty(len(blocks.palette), dtype=np.int32)
    number[used] = group
    return _with(blocks, blocks.statuses, number[blocks.slots], entries[first], owners[first])


def _parties(blocks: Blocks, spans: list[tuple[int, int]], party: int | None) -> list[str]:
    columns = [blocks.palette["holder"], blocks.palette["consignee"]]
    if party is not None:
        columns.append(np.full(len(blocks.palette), party, dtype=np.int32))
    each = np.stack(columns, axis=1)
    if len(blocks.palette) == len(blocks):
        # A block whose units all stand alike is the rule; it needs no sorting.
        return ["{" + ",".join(map(str, dict.fromkeys(row))) + "}" for row in each.tolist()]
    return [
        "{" + ",".join(map(str, np.unique(each[begin:end]).tolist())) + "}" for begin, end in spans
    ]
