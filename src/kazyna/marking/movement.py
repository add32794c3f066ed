"""What a document does to units: who may, from where, to where, and why not.

All units of a document are judged at once over arrays. Every fault is told by its line; nothing is
changed unless nothing is wrong.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kazyna.marking.code_blocks import PACKAGE, Standing
from kazyna.marking.code_lines import LineFault
from kazyna.marking.lifecycle import Lifecycle, Operation, Rule
from kazyna.marking.units import Longs, Units, are_among

Flags = NDArray[np.bool_]
Say = Callable[[int], tuple[str, str]]
"""Says of a unit what is wrong and what was expected."""
STATUSES = 128
PACKED, UNPACKED = "packed", "unpacked"
IN_TRANSIT = "in_transit"


@dataclass(frozen=True)
class Party:
    """Whose document it is."""

    number: int
    """0 is the authority."""
    name: str
    kinds: tuple[str, ...]
    counterparty: int = 0


@dataclass(frozen=True)
class Selection:
    """The units of a document, each once, in the order of their addresses."""

    units: Units
    lines: Longs
    """The line that named each."""
    rules: NDArray[np.int16]
    """Which rule holds for each, by its place in a list; -1 where none does."""
    packages: Flags
    """Whether a unit is a package without a code of its own."""
    lenient: Flags
    """Named as one of a set, such as a lot: left out where the operation does not fit it."""
    lots: NDArray[np.int32]
    """The lot by which a unit was named; 0 where it was not."""

    def take(self, which: Flags) -> "Selection":
        """Return some of the units."""
        return Selection(
            self.units.take(which), self.lines[which], self.rules[which], self.packages[which],
            self.lenient[which], self.lots[which],
        )  # fmt: skip


@dataclass(frozen=True)
class Judged:
    """What may be done with the units of a document."""

    fits: Flags
    """The units that the operation fits; the others are left out, or faults tell of them."""
    faults: tuple[LineFault, ...]
    roots: Flags
    """Units that stand alone, or whose package is not among the units."""


def effective(standing: Standing) -> NDArray[np.uint8]:
    """Return the status that counts: what holds a unit back, or the status itself."""
    hold = standing.entry["hold"]
    return np.where(hold > 0, hold, standing.status).astype(np.uint8)


def judge(
    lifecycle: Lifecycle,
    rules: Sequence[Rule],
    party: Party,
    selection: Selection,
    standing: Standing,
) -> Judged:
    """Ask of every unit whether the operation fits it.

    Parameters
    ----------
    lifecycle
        The statuses.
    rules
        The rules that the units point to.
    party
        Whose document it is.
    selection, standing
        The units and where they stand.
    """
    status = effective(standing)
    allowed = np.zeros((len(rules) + 1, STATUSES), dtype=np.bool_)
    for row, rule in enumerate(rules):
        allowed[row, [lifecycle.statuses[name].number for name in rule.sources]] = True
    right_status = allowed[selection.rules, status]
    right_status |= selection.packages & _package_fits(lifecycle, rules, selection, standing)
    in_lot = (selection.lots == 0) | (standing.entry["lot"] == selection.lots)
    exists = standing.status > 0
    ruled = selection.rules >= 0
    held = _held(rules, party, selection, standing)
    parents = standing.parent_keys
    roots = (parents == 0) | ~are_among(parents, selection.units.keys)
    whole = np.array([rule.packed == "whole" for rule in rules] + [False])[selection.rules]
    loose = ~(whole & roots & (parents > 0))
    fits = exists & ruled & right_status & held & loose & in_lot
    told: tuple[tuple[Flags, Say], ...] = (
        (exists & held, lambda _: ("is not known to you", "units of yours")),
        (ruled, lambda _: ("has no rule for its goods", "goods with a rule")),
        (right_status, lambda row: _wrong_status(lifecycle, rules, selection, status, row)),
        (loose, lambda _: ("is in a package", "the package, or the unit taken out of it first")),
    )
    faults: dict[int, LineFault] = {}
    wrong = ~fits & ~selection.lenient & in_lot
    for good, say in told:
        _tell(selection, wrong & ~good, say, faults)
    if not fits.all():
        for line in np.setdiff1d(selection.lines, selection.lines[fits]).tolist():
            expected = "units in a status that the operation takes"
            faults.setdefault(line, LineFault(line, "no unit of the set fits", expected))
    return Judged(fits, tuple(faults[line] for line in sorted(faults)), roots)


def _tell(selection: Selection, bad: Flags, say: Say, faults: dict[int, LineFault]) -> None:
    """Tell of the first unit of each line that is wrong, and how many more are."""
    rows = np.flatnonzero(bad)
    lines, first, counts = np.unique(selection.lines[rows], return_index=True, return_counts=True)
    for line, at, count in zip(lines.tolist(), first.tolist(), counts.tolist(), strict=True):
        if line not in faults:
            row = int(rows[at])
            reason, expected = say(row)
            more = f" (and {count - 1:,} more of the line)" if count > 1 else ""
            faults[line] = LineFault(line, f"{_name(selection, row)} {reason}{more}", expected)


def status_bytes(
    lifecycle: Lifecycle, operation: Operation, rules: Sequence[Rule], selection: Selection,
    standing: Standing,
) -> NDArray[np.uint8] | None:  # fmt: skip
    """Return the status bytes after an operation; None where they stay."""
    if operation.effect in {"hold", "free"} or not any(rule.target for rule in rules):
        return None
    targets = np.array(
        [lifecycle.statuses[rule.target].number if rule.target else 0 for rule in rules],
        dtype=np.uint8,
    )[selection.rules]
    stays = selection.packages | (targets == 0)
    after = np.where(stays, standing.status, targets)
    return (after | np.where(standing.package, PACKAGE, 0)).astype(np.uint8)


def palette_fields(
    lifecycle: Lifecycle,
    operation: Operation,
    rule: Rule,
    party: Party,
    *,
    standing: Standing,
    out: Flags,
) -> dict[str, int | NDArray[np.generic]]:
    """Return what changes of the palette, apart from lots and packages that units are put into.

    Parameters
    ----------
    lifecycle, operation, rule
        What is done.
    party
        By whom.
    standing
        Where the units stand.
    out
        Which units are taken out of their packages.
    """
    fields: dict[str, int | NDArray[np.generic]] = {}
    if rule.passing == "counterparty":
        fields["consignee"] = party.counterparty
    elif rule.passing == "self":
        fields |= {"holder": party.number, "consignee": 0}
    elif rule.passing == "clear":
        fields["consignee"] = 0
    if operation.effect == "hold" and rule.target:
        fields["hold"] = lifecycle.statuses[rule.target].number
    elif operation.effect == "free" or _lifts(lifecycle, rule):
        fields["hold"] = 0
    if out.any():
        entry = standing.entry
        fields["parent_batch"] = np.where(out, 0, entry["parent_batch"])
        fields["parent_index"] = np.where(out, 0, entry["parent_index"])
    return fields


def _lifts(lifecycle: Lifecycle, rule: Rule) -> bool:
    """Tell whether a rule takes units that are held back to a status that is no hold."""
    return bool(rule.target) and any(lifecycle.statuses[name].hold for name in rule.sources)


def _package_fits(
    lifecycle: Lifecycle, rules: Sequence[Rule], selection: Selection, standing: Standing
) -> Flags:
    """Tell whether an operation on what is inside also fits the package around it.

    A package has no status of its own on the way: that it is in transit is said by the party that
    it is on its way to.
    """
    transit = np.array([IN_TRANSIT in rule.sources for rule in rules] + [False])[selection.rules]
    either = np.array(
        [IN_TRANSIT in rule.sources and len(rule.sources) > 1 for rule in rules] + [False]
    )[selection.rules]
    packed = standing.status == lifecycle.statuses[PACKED].number
    moving = standing.entry["consignee"] > 0
    free: Flags = standing.entry["hold"] == 0
    fits: Flags = packed & free & (either | (moving == transit))
    return fits


def _held(rules: Sequence[Rule], party: Party, selection: Selection, standing: Standing) -> Flags:
    """Tell for which units the participant is the one that the rule asks for."""
    asked = np.array([["self", "consignee", "anyone"].index(r.holder) for r in rules] + [2])
    kind = asked[selection.rules]
    own: Flags = standing.entry["holder"] == party.number
    coming: Flags = standing.entry["consignee"] == party.number
    held: Flags = (kind == 2) | ((kind == 0) & own) | ((kind == 1) & coming)  # noqa: PLR2004
    return held


def _name(selection: Selection, row: int) -> str:
    units = selection.units
    return f"unit {int(units.batches[row])}:{int(units.indices[row])}"


def _wrong_status(
    lifecycle: Lifecycle, rules: Sequence[Rule], selection: Selection,
    status: NDArray[np.uint8], row: int,
) -> tuple[str, str]:  # fmt: skip
    found = lifecycle.by_number.get(int(status[row]))
    rule = rules[int(selection.rules[row])]
    expected = " or ".join(rule.sources)
    return f"is {found.name if found else 'not there'}", expected
