"""Packing and unpacking: units in packages, packages in packages, known by SSCC or by a code."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from kazyna.marking.code_blocks import (
    PACKAGE,
    Bytes,
    Standing,
    changed,
    fresh_blocks,
    joined_blocks,
    locate,
    standing,
)
from kazyna.marking.code_lines import LineFault
from kazyna.marking.movement import PACKED, UNPACKED
from kazyna.marking.serials import INDEX_BITS
from kazyna.marking.units import (
    Longs,
    Units,
    are_among,
    bucket_of,
    distinct,
    runs_of,
    units_of,
)
from kazyna.services.marking_effects import (
    Faults,
    Ready,
    Task,
    gtins_of,
    nothing_moved,
    ready,
    texts,
    unknown_faults,
)
from kazyna.services.marking_selection import (
    LEVELS_MAX,
    Found,
    find_units,
    read_document_lines,
)
from kazyna.store import batches, codes
from kazyna.store.batches import BatchRow
from kazyna.store.marking_log import Moved


@dataclass(frozen=True)
class Parents:
    """The packages of a document."""

    names: list[bytes]
    """As they are written in the lines, each once."""
    of_line: NDArray[np.intp]
    """Which of the names each line gives, from line 1; the entry 0 is nobody's."""
    keys: Longs
    """The address of each name; 0 until it is known."""
    found: Found


def pack(task: Task, found: Found) -> tuple[Moved, Faults]:
    """Put units into packages; packages that are new are made.

    A package may itself be put into another by the same document.
    """
    parents, faults = _parents(task)
    if faults:
        return nothing_moved(), faults
    new = dict(parents.found.unknown)
    if new:
        _make(task, parents, found, new)
    known = {name: int(parents.keys[line - 1]) for line, name in new.items()}
    for line, name in found.unknown:
        if name in known:
            found.add(np.array([known[name]]), np.array([line]))
    found.unknown = [(line, name) for line, name in found.unknown if name not in known]
    found.faults += unknown_faults(found)
    got, faults = ready(task, found)
    if faults:
        return nothing_moved(), faults
    keys = parents.keys[parents.of_line[got.selection.lines]]
    faults = _circles(got, keys) or _too_late(task, got, parents)
    return (nothing_moved(), faults) if faults else _put(task, got, parents, keys, found)


def _parents(task: Task) -> tuple[Parents, list[LineFault]]:
    """Look up the packages that lines name."""
    wanted = texts(task.lines["parent"])
    names = list(dict.fromkeys(wanted))
    place = {name: row for row, name in enumerate(names)}
    of_line = np.array([0, *(place[text] for text in wanted)], dtype=np.intp)
    if b"" in place:
        line = wanted.index(b"") + 1
        fault = LineFault(line, "no package is given", "the SSCC or code of the package")
        return Parents(names, of_line, np.empty(0, np.int64), Found()), [fault]
    read = read_document_lines(task.ctx, task.law, pa.chunked_array([pa.array(names)]))
    found = find_units(task.ctx, task.work, task.law, read, task.party)
    keys = np.zeros(len(names), dtype=np.int64)
    faults = [*found.faults, *unknown_faults(Found(foreign=found.foreign))]
    for units, lines in zip(found.keys, found.lines, strict=True):
        if len(np.unique(lines)) < len(lines):
            faults.append(LineFault(int(lines[0]), "a package is one unit", "an SSCC or a code"))
        keys[lines - 1] = units
    first = {row: wanted.index(name) + 1 for row, name in enumerate(names) if faults}
    told = [LineFault(first[f.line - 1], f"package: {f.reason}", f.expected) for f in faults]
    return Parents(names, of_line, keys, found), told


def _make(task: Task, parents: Parents, found: Found, new: dict[int, str]) -> None:
    """Make the new packages, each in the bucket of the first unit that goes into it."""
    first = _first_children(parents, found, new)
    groups: dict[int, list[int]] = {}
    for line in new:
        groups.setdefault(bucket_of(first[line] >> INDEX_BITS), []).append(line)
    status = task.law.lifecycle.statuses[PACKED].number
    for bucket, lines in sorted(groups.items()):
        batch = batches.next_batch(task.work.registry, bucket=bucket)
        row = BatchRow(
            batch, "container", task.party.number, None, None,
            _goods(task, found, first[lines[0]]), "", "", None, len(lines), "", task.on,
        )  # fmt: skip
        batches.insert_batch(task.work.registry, row)
        found.batches[batch] = row
        units = units_of((batch << INDEX_BITS) + np.arange(len(lines), dtype=np.int64))
        codes.insert_names(task.work, [new[line] for line in lines], units)
        blocks = fresh_blocks(batch, len(lines), status=status, holder=task.party.number)
        codes.insert_blocks(task.work, blocks, party=task.writer)
        parents.keys[np.array(lines) - 1] = units.keys


def _first_children(parents: Parents, found: Found, new: dict[int, str]) -> dict[int, int]:
    """Return the first unit that goes into each new package, at whatever depth."""
    lines = np.concatenate([*found.lines, np.empty(0, dtype=np.int64)])
    keys = np.concatenate([*found.keys, np.empty(0, dtype=np.int64)])
    rows, at = np.unique(parents.of_line[lines], return_index=True)
    first = {int(row) + 1: int(keys[place]) for row, place in zip(rows, at, strict=True)}
    by_name = {name: line for line, name in new.items()}
    inside = [
        (int(parents.of_line[line]) + 1, by_name[name])
        for line, name in found.unknown
        if name in by_name
    ]
    for _ in range(LEVELS_MAX):
        for outer, inner in inside:
            if outer not in first and inner in first:
                first[outer] = first[inner]
    # Of a package into which nothing known goes the children are faults, told later.
    return {line: first.get(line, 0) for line in new}


def _goods(task: Task, found: Found, key: int) -> str:
    batch = key >> INDEX_BITS
    if batch not in found.batches:
        found.batches |= batches.find_batches(task.work.registry, [batch])
    return found.batches[batch].goods if batch in found.batches else "*"


def _circles(got: Ready, keys: Longs) -> list[LineFault]:
    """Find packages that would be in themselves."""
    units = got.selection.units.keys
    nested = _nested(units, distinct(keys))
    inner, outer, lines = units[nested], keys[nested], got.selection.lines[nested]
    above = dict(zip(inner.tolist(), outer.tolist(), strict=True))
    faults = []
    for key, line in zip(inner.tolist(), lines.tolist(), strict=True):
        steps, package = 0, key
        while package in above and steps <= LEVELS_MAX:
            steps, package = steps + 1, above[package]
        if steps > LEVELS_MAX:
            reason = "the package would be in itself, or too deep"
            faults.append(LineFault(line, reason, f"up to {LEVELS_MAX} packages in each other"))
    return faults


def _nested(units: Longs, packages: Longs) -> NDArray[np.intp]:
    """Return where packages are among units; both in order, and the packages few."""
    place = np.searchsorted(units, packages)
    return place[are_among(packages, units)]


def _too_late(task: Task, got: Ready, parents: Parents) -> list[LineFault]:
    """Find packages into which a later document puts something than the one that packs them."""
    if len(task.reports.ids) == 1:
        return []
    of_line, units = task.reports.of_line, got.selection.units.keys
    last = np.zeros(len(parents.keys), dtype=np.int64)
    np.maximum.at(last, parents.of_line[1:], of_line[1:])
    order = np.argsort(parents.keys)
    packages = parents.keys[order]
    nested = _nested(units, packages)
    used = last[order][are_among(packages, units)]
    late = nested[used > of_line[got.selection.lines[nested]]]
    expected = "a package that is not in another"
    return [
        LineFault(line, "something is put into the package later", expected)
        for line in got.selection.lines[late].tolist()
    ]


def _put(
    task: Task, got: Ready, parents: Parents, keys: Longs, found: Found
) -> tuple[Moved, Faults]:
    """Write into each unit its package, and into each package its units."""
    packages = units_of(distinct(keys))
    missing = np.flatnonzero(locate(got.blocks, packages) < 0)
    more = codes.lock_blocks(task.work, packages.take(missing))
    blocks = joined_blocks([part for part in (got.blocks, more) if len(part)])
    positions = locate(blocks, packages)
    statuses, faults = _opened(task, parents, found, packages, standing(blocks, positions))
    if faults:
        return nothing_moved(), faults
    into = units_of(keys)
    blocks = changed(
        blocks,
        locate(blocks, got.selection.units),
        fields={"parent_batch": into.batches, "parent_index": into.indices},
    )
    blocks = changed(blocks, positions, statuses=statuses, fields={})
    codes.update_blocks(task.work, blocks, party=task.writer)
    names = dict(zip(parents.keys.tolist(), parents.names, strict=True))
    codes.add_children(
        task.work,
        packages,
        [names[key].decode() for key in packages.keys.tolist()],
        _ranges(got.selection.units, keys),
    )
    lots = got.standing.entry["lot"].astype(np.int32)
    units = got.selection.units
    documents = task.reports.by_document(got.selection.lines)
    return Moved(units, gtins_of(units, found), lots, keys, documents=documents), []


def _opened(
    task: Task, parents: Parents, found: Found, packages: Units, where: Standing
) -> tuple[Bytes, list[LineFault]]:
    """Ask whether units may be put into packages; return their status bytes after."""
    found.batches |= batches.find_batches(
        task.work.registry, sorted(set(packages.batches.tolist()) - found.batches.keys())
    )
    lifecycle, own = task.law.lifecycle, task.party.number
    empty = np.array([found.batches[b].kind == "container" for b in packages.batches.tolist()])
    rule = lifecycle.rule(task.operation.name, "*", task.on, task.party.kinds)
    sources = [lifecycle.statuses[name].number for name in (rule.sources if rule else ())]
    package, open_ = lifecycle.statuses[PACKED].number, lifecycle.statuses[UNPACKED].number
    right = np.where(empty, np.isin(where.status, [package, open_]), np.isin(where.status, sources))
    right &= (where.entry["holder"] == own) & (where.entry["consignee"] == 0)
    right &= (where.entry["hold"] == 0) & (where.entry["parent_batch"] == 0)
    rows = {int(key): row for row, key in enumerate(parents.keys.tolist())}
    faults = []
    for row in np.flatnonzero(~right).tolist():
        name = rows[int(packages.keys[row])]
        line = int(np.flatnonzero(parents.of_line[1:] == name)[0]) + 1
        reason = f"nothing can be put into the package {parents.names[name].decode()} now"
        expected = "a package of yours that is not on its way, held back or in another"
        faults.append(LineFault(line, reason, expected))
    statuses = np.where(empty, package, where.status) | PACKAGE
    return statuses.astype(np.uint8), faults


def _ranges(units: Units, keys: Longs) -> list[bytes]:
    """Write the units of each package as ranges, packages in the order of their addresses."""
    order = np.lexsort([units.keys, keys])
    units, keys = units.take(order), keys[order]
    starts = runs_of(units, keys)
    ends = np.append(starts[1:], len(units)) - 1
    ranges = np.zeros(len(starts), dtype=codes.CHILD)
    ranges["batch"] = units.batches[starts]
    ranges["first"], ranges["last"] = units.indices[starts], units.indices[ends]
    _, first = np.unique(keys[starts], return_index=True)
    written, width = ranges.tobytes(), codes.CHILD.itemsize
    spans = zip(first.tolist(), [*first[1:].tolist(), len(starts)], strict=True)
    return [written[begin * width : end * width] for begin, end in spans]


def unpack(task: Task, found: Found) -> tuple[Moved, Faults]:
    """Take packages apart: what was in them stands alone."""
    found.faults += unknown_faults(found)
    got, faults = ready(task, found)
    if faults:
        return nothing_moved(), faults
    packages = got.selection.units
    empty = np.flatnonzero(~got.standing.package)
    if len(empty):
        lines = got.selection.lines[empty].tolist()
        return nothing_moved(), [
            LineFault(line, "there is nothing in it", "a package") for line in lines
        ]
    children, parents = codes.children_of(task.work, packages)
    missing = np.flatnonzero(locate(got.blocks, children) < 0)
    more = codes.lock_blocks(task.work, children.take(missing))
    blocks = joined_blocks([part for part in (got.blocks, more) if len(part)])
    where = standing(blocks, locate(blocks, children))
    inside = np.flatnonzero(where.parent_keys == parents)
    inside = inside[np.argsort(children.keys[inside], kind="stable")]
    children, parents = children.take(inside), parents[inside]
    statuses = np.where(
        got.selection.packages, task.law.lifecycle.statuses[UNPACKED].number, got.standing.status
    ).astype(np.uint8)
    blocks = changed(
        blocks, locate(blocks, children), fields={"parent_batch": 0, "parent_index": 0}
    )
    blocks = changed(blocks, locate(blocks, packages), statuses=statuses, fields={})
    codes.update_blocks(task.work, blocks, party=task.writer)
    codes.clear_children(task.work, packages)
    found.batches |= batches.find_batches(
        task.work.registry, sorted(set(children.batches.tolist()) - found.batches.keys())
    )
    lots = where.entry["lot"][inside].astype(np.int32)
    return Moved(children, gtins_of(children, found), lots, parents), []
