"""Decisions of local councils from a file, laid over a pack. No database."""

import csv
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from kazyna.packs.decidable import read_decidable
from kazyna.packs.decision_table import read_decisions
from kazyna.packs.decisions import Decision, with_decisions
from kazyna.packs.pack import Pack, load_pack
from kazyna.store import files


@dataclass(frozen=True)
class CheckedDecision:
    """One decision of a council, in the words of its file."""

    place: str
    parameter: str
    keys: tuple[str, ...]
    since: date
    until: date | None
    value: Decimal
    document: str
    new_place: bool
    """Whether the pack has not known the council before."""
    limit_doubt: str | None
    """Why the limit of the law that it was checked against may be wrong."""


@dataclass(frozen=True)
class CheckedDecisions:
    """What a file of decisions says, checked against the law."""

    pack: str
    file: str
    decisions: tuple[CheckedDecision, ...]


def check_decisions(path: Path, *, pack: str) -> CheckedDecisions:
    """Read a file of decisions and check it against the limits of the law.

    Raises
    ------
    InputError
        With every mistake by row and column.
    """
    loaded = load_pack(pack)
    read = decisions_in(path, loaded)
    known = loaded.columns[read_decidable(loaded).place].allowed or ()
    checked = tuple(
        CheckedDecision(
            place=each.place,
            parameter=each.parameter,
            keys=tuple(map(str, each.keys)),
            since=each.since,
            until=each.until,
            value=each.value,
            document=each.document,
            new_place=each.place not in known,
            limit_doubt=each.limit_doubt,
        )
        for each in read
    )
    return CheckedDecisions(pack, str(path), checked)


def decided_pack(pack: str, path: Path | None) -> Pack:
    """Load a pack and lay the decisions of a file over it, if there is one."""
    loaded = load_pack(pack)
    return loaded if path is None else with_decisions(loaded, decisions_in(path, loaded))


def decisions_in(path: Path, pack: Pack) -> tuple[Decision, ...]:
    """Read the decisions of a CSV file in UTF-8."""
    lines = csv.DictReader(files.read_text(path).splitlines())
    return read_decisions(lines, pack, source=str(path))
