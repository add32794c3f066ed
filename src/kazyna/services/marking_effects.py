"""What operations do to units: move them, sell them, take up codes of other states, re-mark."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import groupby

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from kazyna.core.errors import Finding, Forbidden, InputError
from kazyna.marking.code_blocks import (
    Blocks,
    Standing,
    changed,
    fresh_blocks,
    locate,
    standing,
)
from kazyna.marking.code_lines import LineFault
from kazyna.marking.lifecycle import Operation, Rule
from kazyna.marking.movement import (
    Judged,
    Party,
    Selection,
    judge,
    palette_fields,
    status_bytes,
)
from kazyna.marking.serials import INDEX_BITS
from kazyna.marking.units import Longs, Units, grouped, joined, name_bucket, units_of
from kazyna.services.context import Context
from kazyna.services.marking_selection import (
    Found,
    Law,
    find_units,
    name_of,
    read_document_lines,
    select,
)
from kazyna.store import batches, codes, participants
from kazyna.store.batches import BatchRow, LotRow
from kazyna.store.marking_log import NO_PRICE, Moved
from kazyna.store.shards import Work

Faults = list[LineFault]
NO_LOT = 0


@dataclass(frozen=True)
class Reports:
    """The documents that are carried out as one: they differ in their units, ids and hours."""

    ids: tuple[str, ...]
    times: tuple[datetime, ...]
    of_line: Longs
    """Which of them each line is of, from 0; lines count from 1, and the first entry is idle."""

    def by_document(self, lines: Longs) -> Longs | None:
        """Tell which document each of some lines is of; None where there is one."""
        return self.of_line[lines] if len(self.ids) > 1 else None


@dataclass(frozen=True)
class Task:
    """One document on its way, or several that are carried out as one."""

    ctx: Context
    work: Work
    law: Law
    operation: Operation
    party: Party
    reports: Reports
    attributes: Mapping[str, str]
    lines: pa.Table

    @property
    def on(self) -> date:
        """The day whose rules hold."""
        return self.reports.times[0].date()

    @property
    def document_id(self) -> str:
        """The document of which is told what is wrong."""
        return self.reports.ids[0]

    @property
    def writer(self) -> int | None:
        """Who must see what is written: of a participant itself."""
        return self.ctx.actor.participant_no


@dataclass(frozen=True)
class Ready:
    """Units that an operation fits, locked, with where they stand."""

    selection: Selection
    blocks: Blocks
    positions: np.ndarray
    standing: Standing
    judged: Judged
    rules: list[Rule]


def texts(column: pa.ChunkedArray) -> list[bytes]:
    """Return the texts of a column; nothing is an empty text."""
    written: list[bytes] = pc.cast(pc.fill_null(column, ""), pa.binary()).to_pylist()
    return written


def unknown_faults(found: Found) -> list[LineFault]:
    """Say which lines name something that is not registered."""
    faults = [
        LineFault(line, f"the package {name[2:]} is not registered", "one that was packed")
        for line, name in found.unknown
    ]
    faults += [
        LineFault(
            each.line, f"(01){each.gtin}(21){each.serial} is not registered",
            "a code of an order, or one taken up at its import",
        )
        for each in found.foreign
    ]  # fmt: skip
    return faults


def ready(task: Task, found: Found) -> tuple[Ready, Faults]:
    """Lock units, judge them, and check what the rules ask of the document itself."""
    selection, blocks, rules = select(
        task.work, task.law, task.operation, found, party=task.party, on=task.on
    )
    check_rules(task, rules)
    positions = locate(blocks, selection.units)
    where = standing(blocks, positions)
    judged = judge(task.law.lifecycle, rules, task.party, selection, where)
    faults = [*found.faults, *judged.faults]
    if faults:
        return Ready(selection, blocks, positions, where, judged, rules), faults
    fits = judged.fits
    if not fits.all():
        selection, positions = selection.take(fits), positions[fits]
        where = where.take(fits)
        judged = Judged(fits[fits], (), judged.roots[fits])
    return Ready(selection, blocks, positions, where, judged, rules), []


def check_rules(task: Task, rules: Sequence[Rule]) -> None:
    """Check who sends a document and what it must bring.

    Raises
    ------
    Forbidden
        When the participant is of another kind than the operation is for.
    InputError
        When an attribute is missing or not accepted.
    """
    source = f"document {task.document_id}"
    findings = []
    for rule in rules:
        if not set(rule.by) & set(task.party.kinds):
            raise Forbidden(
                f"{task.operation.name} is for {' or '.join(rule.by)};"
                f" you are {' and '.join(task.party.kinds)}."
            )
        for name in rule.needs:
            given = task.party.counterparty if name == "counterparty" else task.attributes.get(name)
            if not given:
                findings.append(Finding(source, f"no {name} is given", name, column=name))
        reason = task.attributes.get("reason")
        if rule.reasons and reason is not None and reason not in rule.reasons:
            expected = "one of " + ", ".join(rule.reasons)
            findings.append(Finding(source, f"the reason is {reason!r}", expected, column="reason"))
        if rule.passing == "counterparty" and task.party.counterparty == task.party.number:
            findings.append(
                Finding(source, "the other party is yourself", "another", column="counterparty")
            )
    for name in ("expires_on", "produced_on", "declared_on", "waybill_on"):
        if name in task.attributes and _day(task.attributes[name]) is None:
            reason = f"{name} is {task.attributes[name]!r}"
            findings.append(Finding(source, reason, "a day such as 2026-01-31", column=name))
    if findings:
        raise InputError(dict.fromkeys(findings))


def move(task: Task, found: Found) -> tuple[Moved, Faults]:
    """Take units from status to status, sell them, hold them back or free them."""
    found.faults += unknown_faults(found)
    got, faults = ready(task, found)
    if faults:
        return nothing_moved(), faults
    prices = _record_sales(task, got) if task.operation.effect == "sell" else None
    lots = _lots(task, got, found)
    blocks = got.blocks
    lifecycle = task.law.lifecycle
    statuses = status_bytes(lifecycle, task.operation, got.rules, got.selection, got.standing)
    for number, rule in enumerate(got.rules):
        which = got.selection.rules == number
        part = got.standing.take(which)
        out = got.judged.roots[which] & (rule.packed == "out") & (part.entry["parent_batch"] > 0)
        fields = palette_fields(lifecycle, task.operation, rule, task.party, standing=part, out=out)
        if rule.reasons:
            fields["reason"] = lifecycle.reason_number(task.attributes["reason"])
        elif rule.target and task.operation.effect == "move":
            fields["reason"] = 0
        if lots is not None:
            fields["lot"] = lots[which]
        blocks = changed(
            blocks,
            got.positions[which],
            statuses=None if statuses is None else statuses[which],
            fields=fields,
        )
    codes.update_blocks(task.work, blocks, party=task.writer)
    documents = task.reports.by_document(got.selection.lines)
    return replace(moved_of(got, found, lots), prices=prices, documents=documents), []


def nothing_moved() -> Moved:
    """Return what a refused document moves."""
    none = np.empty(0, dtype=np.int64)
    return Moved(units_of(none), none, np.empty(0, dtype=np.int32), none)


def moved_of(
    got: Ready, found: Found, lots: np.ndarray | None = None, parents: np.ndarray | None = None
) -> Moved:
    """Write down for the log what was moved."""
    units = got.selection.units
    return Moved(
        units,
        gtins_of(units, found),
        (got.standing.entry["lot"] if lots is None else lots).astype(np.int32),
        np.zeros(len(units), dtype=np.int64) if parents is None else parents,
    )


def gtins_of(units: Units, found: Found) -> np.ndarray:
    """Return the products of units; 0 for packages."""
    numbers, which = grouped(units.batches)
    gtins = [found.batches[number].gtin or 0 for number in numbers.tolist()]
    return np.array(gtins, dtype=np.int64)[which]


def _lots(task: Task, got: Ready, found: Found) -> np.ndarray | None:
    """Enter the lot that a report on application names, and where its units are."""
    name = task.attributes.get("lot")
    if name is None or task.operation.name != "apply":
        return None
    units = got.selection.units
    numbers, which = grouped(gtins_of(units, found))
    made = [
        batches.take_lot(
            task.work.registry,
            LotRow(
                NO_LOT, gtin, name, task.party.number, _day(task.attributes.get("produced_on")),
                _day(task.attributes.get("expires_on")),
            ),
        )
        for gtin in numbers.tolist()
    ]  # fmt: skip
    for row in made:
        recorded_days = {"produced_on": row.produced_on, "expires_on": row.expires_on}
        for attribute, recorded in recorded_days.items():
            given = _day(task.attributes.get(attribute))
            if given is not None and given != recorded:
                reason = f"lot {name!r} was reported before with {attribute} {recorded}"
                source = f"document {task.document_id}"
                raise InputError(Finding(source, reason, str(recorded), column=attribute))
    lots = np.array([row.lot_no for row in made], dtype=np.int32)[which]
    batches.insert_lot_ranges(task.work.registry, units, lots)
    return lots


def _record_sales(task: Task, got: Ready) -> NDArray[np.int64]:
    """Write sales of single units; the key of the table lets each be sold first once.

    The prices are returned, `NO_PRICE` where none is said.
    """
    single = ~got.selection.packages
    units = got.selection.units.take(single)
    given = pc.fill_null(task.lines["price"], NO_PRICE).to_numpy()
    prices = np.where(single, given[got.selection.lines - 1], NO_PRICE)
    before = got.standing.status[single] == task.law.lifecycle.statuses["returned"].number
    if before.any():  # what was withdrawn otherwise and came back was not sold
        before[before] = codes.sold_before(task.work, units.take(before))
    reports = task.reports
    reported_by = reports.of_line[got.selection.lines[single]]
    for again, record in ((False, codes.insert_first_sales), (True, codes.update_sales)):
        which = before == again
        if which.any():
            record(
                task.work,
                codes.Sales(
                    units=units.take(which),
                    prices=prices[single][which],
                    seller=task.party.number,
                    documents=reports.ids,
                    sold_at=reports.times,
                    reported_by=reported_by[which],
                ),
            )
    return prices


def register(task: Task, found: Found) -> tuple[Moved, Faults]:
    """Take up codes of another state: a batch for each product, and names for all of them."""
    faults = list(found.faults)
    for lines in found.lines:
        faults += [
            LineFault(line, "the code is registered already", "a code that is new here")
            for line in lines.tolist()
        ]
    seen: dict[str, int] = {}
    for each in found.foreign:
        if seen.setdefault(name_of(each), each.line) != each.line:
            faults.append(LineFault(each.line, "the code stands twice", "each code once"))
    faults += [
        LineFault(line, "a package is packed here, not registered", "codes of goods")
        for line, _ in found.unknown
    ]
    gtins = sorted({int(each.gtin) for each in found.foreign})
    known = participants.find_products(task.work.registry, gtins, on=task.on)
    for each in found.foreign:
        if int(each.gtin) not in known or known[int(each.gtin)].ended:
            reason = f"the product {each.gtin} is not registered"
            faults.append(LineFault(each.line, reason, "a product of the register"))
    if faults:
        return nothing_moved(), faults
    lifecycle, parts = task.law.lifecycle, []
    foreign = sorted(found.foreign, key=lambda each: (each.gtin, each.line))
    for gtin, group in groupby(foreign, key=lambda each: each.gtin):
        names = [name_of(each) for each in group]
        goods = known[int(gtin)].goods
        rule = lifecycle.rule(task.operation.name, goods, task.on, task.party.kinds)
        if rule is None or rule.target is None:
            raise Forbidden(f"Codes of {goods} are not registered on {task.on}.")
        check_rules(task, [rule])
        batch = batches.next_batch(task.work.registry, bucket=name_bucket(names[0]))
        row = BatchRow(
            batch, "foreign", task.party.number, None, int(gtin), goods, "", "", None,
            len(names), task.attributes["country"], task.on,
        )  # fmt: skip
        batches.insert_batch(task.work.registry, row)
        found.batches[batch] = row
        units = units_of((batch << INDEX_BITS) + np.arange(len(names), dtype=np.int64))
        codes.insert_names(task.work, names, units)
        blocks = fresh_blocks(
            batch, len(names), status=lifecycle.statuses[rule.target].number,
            holder=task.party.number,
        )  # fmt: skip
        codes.insert_blocks(task.work, blocks, party=task.writer)
        parts.append(units)
    units = joined(parts)
    nothing = np.zeros(len(units), dtype=np.int64)
    return Moved(units, gtins_of(units, found), nothing.astype(np.int32), nothing), []


def put_in_place(task: Task, found: Found) -> tuple[Moved, Faults]:
    """Put new codes in the place of old ones: the new ones stand where the old ones stood."""
    lines = texts(task.lines["replaces"])
    missing = [
        LineFault(line, "no old code is given", "the code that is replaced")
        for line, text in enumerate(lines, 1)
        if not text
    ]
    if missing:
        return nothing_moved(), missing
    read = read_document_lines(task.ctx, task.law, task.lines["replaces"])
    old = find_units(task.ctx, task.work, task.law, read, task.party)
    old.faults += unknown_faults(old) + found.faults + unknown_faults(found)
    size = task.lines.num_rows
    for each in (old, found):
        old.faults += _one_a_line(each, size)
    if old.faults:
        return nothing_moved(), old.faults
    got, faults = ready(task, old)
    if faults:
        return nothing_moved(), faults
    new_keys = np.zeros(size + 1, dtype=np.int64)
    new_keys[np.concatenate(found.lines)] = np.concatenate(found.keys)
    new = units_of(new_keys[got.selection.lines])
    faults = _new_codes(task, got, old, found, new)
    if faults:
        return nothing_moved(), faults
    _place(task, got, new)
    old.batches |= found.batches
    codes.insert_replacements(task.work, got.selection.units, new)
    moved = moved_of(got, old)
    order = np.argsort(np.concatenate([moved.units.keys, new.keys]))
    both = joined([moved.units, new]).take(order)
    lots = np.concatenate([moved.lots, moved.lots])[order]
    # A new code names the old one, so that the log tells which of the two goes on.
    places = np.concatenate([moved.parents, moved.units.keys])[order]
    return Moved(both, gtins_of(both, old), lots, places), []


def _one_a_line(found: Found, size: int) -> list[LineFault]:
    counts = np.bincount(
        np.concatenate([*found.lines, np.empty(0, dtype=np.int64)]), minlength=size + 1
    )
    return [
        LineFault(line, f"the line names {counts[line]} units", "one code for one code")
        for line in (np.flatnonzero(counts[1:] > 1) + 1).tolist()
    ]


def _new_codes(task: Task, got: Ready, old: Found, found: Found, new: Units) -> list[LineFault]:
    """Ask of new codes that they are ours, unused, and of the same product."""
    blocks = codes.lock_blocks(task.work, new)
    where = standing(blocks, locate(blocks, new))
    emitted = task.law.lifecycle.statuses["emitted"].number
    own = (where.status == emitted) & (where.entry["holder"] == task.party.number)
    own &= where.entry["hold"] == 0
    same = gtins_of(got.selection.units, old) == gtins_of(new, found)
    faults = []
    for row in np.flatnonzero(~(own & same)).tolist():
        reason = "the new code is of another product" if own[row] else "the new code is not unused"
        line = int(got.selection.lines[row])
        faults.append(LineFault(line, reason, "an emitted code of yours for the same product"))
    return faults


def _place(task: Task, got: Ready, new: Units) -> None:
    """Give new codes the place of the old ones."""
    lifecycle = task.law.lifecycle
    statuses = status_bytes(lifecycle, task.operation, got.rules, got.selection, got.standing)
    blocks = changed(
        got.blocks, got.positions, statuses=statuses, fields={"parent_batch": 0, "parent_index": 0}
    )
    codes.update_blocks(task.work, blocks, party=task.writer)
    # Old and new codes may share a block, so the new ones are read after the old are written.
    after = codes.lock_blocks(task.work, new)
    order = np.argsort(new.keys)
    codes.update_blocks(
        task.work,
        changed(
            after,
            locate(after, new.take(order)),
            statuses=got.standing.status[order],
            fields={"lot": got.standing.entry["lot"][order]},
        ),
        party=task.writer,
    )


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None
