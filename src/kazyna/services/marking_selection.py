"""From the lines of a document to units: batches, names, lots, packages and all that is in them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from kazyna.core.errors import Finding, InputError, NotFound, Refused
from kazyna.marking.code_blocks import Blocks, joined_blocks, locate, standing
from kazyna.marking.code_lines import LineFault, ReadLines, Serial, candidates, read_lines
from kazyna.marking.lifecycle import AUTHORITY, Lifecycle, Operation, Rule
from kazyna.marking.movement import Party, Selection
from kazyna.marking.template import CodeTemplate
from kazyna.marking.units import Longs, Units, distinct, grouped, spread, units_of
from kazyna.packs.codes import CodeRules, read_code_rules
from kazyna.packs.lifecycle import read_lifecycle
from kazyna.services.context import Context
from kazyna.services.marking_keyring import keyring
from kazyna.store import batches, codes, marking_log, participants
from kazyna.store.batches import BatchRow
from kazyna.store.shards import Work

LEVELS_MAX = 8
"""Packages in packages: a pack, a block, a carton, a pallet, a truck, and some more."""


@dataclass(frozen=True)
class Law:
    """What the pack says of codes and of what becomes of them."""

    lifecycle: Lifecycle
    codes: CodeRules

    @property
    def templates(self) -> tuple[CodeTemplate, ...]:
        """All forms of codes, also those that are issued no more: their codes are about."""
        return self.codes.templates


@dataclass
class Found:
    """Units named by the lines of a document, and the faults of lines."""

    keys: list[Longs] = field(default_factory=list)
    lines: list[Longs] = field(default_factory=list)
    lots: dict[int, int] = field(default_factory=dict)
    """The lot that a line names."""
    unknown: list[tuple[int, str]] = field(default_factory=list)
    """Names that are not in the directory, with their lines."""
    foreign: list[Serial] = field(default_factory=list)
    """Codes of other states that are not in the directory."""
    faults: list[LineFault] = field(default_factory=list)
    batches: dict[int, BatchRow] = field(default_factory=dict)

    def add(self, keys: Longs, lines: Longs) -> None:
        """Take up units."""
        self.keys.append(keys)
        self.lines.append(lines)

    def add_one(self, line: int, batch: int, first: int, last: int) -> None:
        """Take up neighbouring units of one line."""
        indices = np.arange(first, last + 1, dtype=np.int32)
        units = Units(np.full(len(indices), batch, dtype=np.int64), indices)
        self.add(units.keys, np.full(len(indices), line, dtype=np.int64))


def law_of(ctx: Context) -> Law:
    """Return the law of marked goods of the installation's pack."""
    return Law(read_lifecycle(ctx.pack.folder), read_code_rules(ctx.pack.folder))


def read_document_lines(ctx: Context, law: Law, lines: pa.ChunkedArray) -> ReadLines:
    """Read lines with the keys of the installation."""
    return read_lines(
        lines, law.templates, keyring(ctx), on=ctx.today, issuers=law.codes.own_issuer
    )


def find_units(ctx: Context, work: Work, law: Law, read: ReadLines, party: Party) -> Found:
    """Look up what lines name; nothing is locked."""
    found = Found(faults=list(read.faults))
    _take_spans(work, read, found)
    _take_traced(work, read, found)
    _take_serials(ctx, work, law, read.serials, found)
    known = codes.find_names(work, [each.name for each in read.sscc])
    for each in read.sscc:
        if each.name in known:
            found.add(np.array([known[each.name]]), np.array([each.line]))
        else:
            found.unknown.append((each.line, each.name))
    for line, gtin, lot in read.lots:
        _take_lot(work, line, int(gtin), lot, found)
    for line, document_id in read.documents:
        _take_document(work, line, document_id, party, found)
    return found


def select(
    work: Work,
    law: Law,
    operation: Operation,
    found: Found,
    *,
    party: Party,
    on: date,
) -> tuple[Selection, Blocks, list[Rule]]:
    """Lock the blocks of units and of all that is in them, and find the rule for each.

    Parameters
    ----------
    work
        The unit of work.
    law, operation
        What is done with the units.
    found
        The units that lines name; faults of lines that name a unit twice are added to it.
    party, on
        By whom and when, for the rules.
    """
    keys = np.concatenate([*found.keys, np.empty(0, dtype=np.int64)])
    lines = np.concatenate([*found.lines, np.empty(0, dtype=np.int64)])
    keys, lines = _once(keys, lines, found)
    blocks = codes.lock_blocks(work, units_of(keys))
    if operation.tree:
        keys, lines, blocks = _with_content(work, keys, lines, blocks, found)
    units = units_of(keys)
    know_batches(work, found, units)

    def rule_for(goods: str) -> Rule | None:
        return law.lifecycle.rule(operation.name, goods, on, party.kinds)

    rules, chosen, packages = _rules(found, units, rule_for)
    lot_of = np.zeros(int(lines.max(initial=0)) + 1, dtype=np.int32)
    for line, lot in found.lots.items():
        lot_of[line] = lot
    lots = np.where(packages, 0, lot_of[lines]).astype(np.int32)
    lenient = (lot_of[lines] > 0) | (operation.effect in {"hold", "free"})
    return Selection(units, lines, chosen, packages, lenient, lots), blocks, rules


def _once(keys: Longs, lines: Longs, found: Found) -> tuple[Longs, Longs]:
    """Put units in order; a unit that two lines name is a fault of the later one."""
    if not (np.diff(keys) > 0).all():
        order = np.lexsort([lines, keys])
        keys, lines = keys[order], lines[order]
        again = np.flatnonzero(np.diff(keys) == 0) + 1
        for row in again[lines[again] != lines[again - 1]].tolist():
            reason = f"the unit of line {int(lines[row - 1])} is named again"
            found.faults.append(LineFault(int(lines[row]), reason, "each unit once"))
        keep = np.ones(len(keys), dtype=np.bool_)
        keep[again] = False
        keys, lines = keys[keep], lines[keep]
    return keys, lines


def _with_content(
    work: Work, keys: Longs, lines: Longs, blocks: Blocks, found: Found
) -> tuple[Longs, Longs, Blocks]:
    """Add what is in packages, level by level; each level is locked before it is looked into."""
    level, level_lines = keys, lines
    for _ in range(LEVELS_MAX):
        units = units_of(level)
        full = standing(blocks, locate(blocks, units)).package
        if not full.any():
            break
        children, parents = codes.children_of(work, units.take(full))
        missing = np.flatnonzero(locate(blocks, children) < 0)
        if len(missing):
            more = codes.lock_blocks(work, children.take(missing))
            blocks = joined_blocks([part for part in (blocks, more) if len(part)] or [blocks])
        where = standing(blocks, locate(blocks, children))
        inside = (where.parent_keys == parents) & (where.status > 0)
        order = np.argsort(level[full], kind="stable")
        place = np.searchsorted(level[full][order], parents[inside])
        level_lines = level_lines[full][order][place]
        level = children.keys[inside]
        keys, lines = np.concatenate([keys, level]), np.concatenate([lines, level_lines])
    else:
        raise Refused(f"Packages are in each other more than {LEVELS_MAX} deep.")
    return (*_once(keys, lines, found), blocks)


def know_batches(work: Work, found: Found, units: Units) -> None:
    """Look up the batches of units that are not known yet."""
    unknown = sorted(set(distinct(units.batches).tolist()) - found.batches.keys())
    if unknown:
        found.batches |= batches.find_batches(work.registry, unknown)


def _rules(
    found: Found, units: Units, rule_for: Callable[[str], Rule | None]
) -> tuple[list[Rule], NDArray[np.int16], NDArray[np.bool_]]:
    """Find the rule for each unit by the goods of its batch, and tell which are packages."""
    numbers, which = grouped(units.batches)
    rules: list[Rule] = []
    chosen = np.full(len(numbers), -1, dtype=np.int16)
    packages = np.zeros(len(numbers), dtype=np.bool_)
    for row, number in enumerate(numbers.tolist()):
        batch = found.batches.get(number)
        if batch is None:
            continue
        packages[row] = batch.kind == "container"
        rule = rule_for(batch.goods)
        if rule is not None:
            if rule not in rules:
                rules.append(rule)
            chosen[row] = rules.index(rule)
    return rules, chosen[which], packages[which]


def _take_spans(work: Work, read: ReadLines, found: Found) -> None:
    if not read.spans:
        return
    known = batches.find_batches(work.registry, sorted({span.batch for span in read.spans}))
    found.batches |= known
    right = []
    for span in read.spans:
        batch = known.get(span.batch)
        if batch is None:
            reason = f"there is no batch {span.batch}"
            found.faults.append(LineFault(span.line, reason, "a batch that was ordered"))
        elif span.last >= batch.codes:
            reason = f"batch {span.batch} has no unit {span.last}"
            found.faults.append(LineFault(span.line, reason, f"up to {batch.codes - 1}"))
        else:
            right.append(span)
    if right:
        lines, numbers, firsts, lasts = np.array(right, dtype=np.int64).T
        counts = lasts - firsts + 1
        units = Units(numbers.repeat(counts), spread(firsts, counts))
        found.add(units.keys, lines.repeat(counts))


def _take_traced(work: Work, read: ReadLines, found: Found) -> None:
    """Take up codes of ours: product and number name the batch."""
    if not read.traced:
        return
    lines, gtins, numbers, indices = (
        np.concatenate([getattr(part, name) for part in read.traced])
        for name in ("lines", "gtins", "numbers", "indices")
    )
    units, right = _issued(work, (gtins, numbers, indices), found)
    for line in lines[~right].tolist():
        reason = "the code was made by our key, but never ordered"
        found.faults.append(LineFault(line, reason, "a code of an order"))
    found.add(units.keys[right], lines[right])


def _issued(
    work: Work, made: tuple[Longs, Longs, NDArray[np.int32]], found: Found
) -> tuple[Units, NDArray[np.bool_]]:
    """Lead products, numbers of issue and indices to units; tell which were ever ordered."""
    gtins, numbers, indices = made
    products, product = grouped(gtins)
    issues, issue = grouped(numbers)
    pairs, which = grouped(product * len(issues) + issue)
    wanted = [
        (int(products[pair // len(issues)]), int(issues[pair % len(issues)])) for pair in pairs
    ]
    known = batches.find_issued(work.registry, wanted)
    found.batches |= {row.batch: row for row in known.values()}
    address = np.array([known[pair].batch if pair in known else 0 for pair in wanted])
    size = np.array([known[pair].codes if pair in known else 0 for pair in wanted])
    return Units(address[which].astype(np.int64), indices), indices < size[which]


def _take_serials(
    ctx: Context, work: Work, law: Law, serials: Sequence[Serial], found: Found
) -> None:
    """Take up codes without tails: by their serial if ours, by the directory otherwise."""
    if not serials:
        return
    tried = candidates(serials, law.templates, keyring(ctx))
    left = np.ones(len(serials), dtype=np.bool_)
    if len(tried.rows):
        units, right = _issued(work, tried[1:], found)
        rows, first = np.unique(tried.rows[right], return_index=True)
        lines = np.array([each.line for each in serials], dtype=np.int64)
        found.add(units.keys[right][first], lines[rows])
        left[rows] = False
    others = [serials[row] for row in np.flatnonzero(left).tolist()]
    named = codes.find_names(work, [name_of(each) for each in others])
    for each in others:
        if name_of(each) in named:
            found.add(np.array([named[name_of(each)]]), np.array([each.line]))
        else:
            found.foreign.append(each)


def name_of(serial: Serial) -> str:
    """Return the name under which a code of another state stands in the directory."""
    return f"01{serial.gtin}21{serial.serial}"


def _take_lot(work: Work, line: int, gtin: int, lot: str, found: Found) -> None:
    lots = batches.lots_called(work.registry, gtin, lot)
    if not lots:
        found.faults.append(LineFault(line, f"no lot {lot!r} of {gtin:014d} is known", "a lot"))
        return
    if len(lots) > 1:
        reason = f"{len(lots)} producers have a lot {lot!r} of {gtin:014d}"
        found.faults.append(LineFault(line, reason, "ranges of batches instead"))
        return
    found.lots[line] = lots[0].lot_no
    for batch, first, last in batches.lot_ranges(work.registry, [lots[0].lot_no]):
        found.add_one(line, batch, first, last)


def _take_document(work: Work, line: int, document_id: str, party: Party, found: Found) -> None:
    named = marking_log.units_of_document(work.registry, party.number or None, document_id)
    if named is None:
        reason = f"there is no document {document_id!r} of yours"
        found.faults.append(LineFault(line, reason, "the id of a document"))
        return
    ranges, listed = named
    for batch, first, last in ranges:
        found.add_one(line, batch, first, last)
    for batch, indices in listed:
        units = Units(
            np.full(len(indices), batch, dtype=np.int64), np.array(indices, dtype=np.int32)
        )
        found.add(units.keys, np.full(len(indices), line, dtype=np.int64))


def party_of(
    ctx: Context, work: Work, participant_id: str | None, counterparty_id: str | None, *, on: date
) -> Party:
    """Return whose document it is: the participant's who asks, or of an officer the authority's.

    Raises
    ------
    NotFound
        When a participant is not known, or not on the day.
    """
    number = ctx.actor.participant_no
    row = None
    kinds: tuple[str, ...]
    if number is not None:
        row = participants.participant_by_number(work.registry, number, on=on)
    elif participant_id is not None:
        row = participants.find_participant(work.registry, participant_id, on=on)
    if number is None and participant_id is None:
        name, kinds = "", (AUTHORITY,)
    elif row is None or row.ended:
        raise NotFound(f"No participant {participant_id or number} is registered on {on}.")
    elif participant_id not in (None, row.participant_id):
        raise NotFound(f"{participant_id!r} is not the participant you act for.")
    else:
        number, name, kinds = row.participant_no, row.participant_id, tuple(row.kinds)
    other = 0
    if counterparty_id is not None:
        found = participants.find_participant(work.registry, counterparty_id, on=on)
        if found is None or found.ended:
            raise NotFound(f"No participant {counterparty_id!r} is registered on {on}.")
        other = found.participant_no
    return Party(number or 0, name, kinds, other)


def orderer_of(ctx: Context, work: Work, participant_id: str | None) -> Party:
    """Return for whom codes are ordered or paid: a participant, not the authority.

    Raises
    ------
    InputError
        When an officer names nobody.
    NotFound
        As `party_of`.
    """
    party = party_of(ctx, work, participant_id, None, on=ctx.today)
    if not party.number:
        finding = Finding("order", "no participant is named", "for whom", column="participant")
        raise InputError(finding)
    return party
