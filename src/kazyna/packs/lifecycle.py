"""The lifecycle of marked goods, read from `lifecycle.toml` of a pack.

A pack without the file follows no goods: it may read codes, but has no orders and no documents.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar, get_args

from kazyna.core.errors import Finding, NotFound, PackError
from kazyna.marking.lifecycle import (
    Effect,
    Epcis,
    Expiry,
    Fee,
    Holder,
    Lifecycle,
    Operation,
    Packed,
    Passing,
    Rule,
    Status,
)
from kazyna.packs.reading import Section, read_file
from kazyna.packs.tables import CONFIDENCES

FILE = "lifecycle.toml"
STATUS_MAX = 127
"""The eighth bit of a status byte says that other units are in the unit."""
W = TypeVar("W", bound=str)


@lru_cache(maxsize=8)
def read_lifecycle(folder: Path) -> Lifecycle:
    """Read the lifecycle of the pack in a folder.

    Raises
    ------
    NotFound
        If the pack has none.
    PackError
        If the file is wrong, with every mistake by its key.
    """
    if not (folder / FILE).is_file():
        raise NotFound(f"The pack {folder.name!r} follows no marked goods: it has no {FILE}.")
    findings: list[Finding] = []
    file = read_file(folder, FILE, findings)
    if file is None:
        raise PackError(findings)
    lifecycle = _lifecycle(file)
    file.finish()
    _check(lifecycle, file)
    if findings:
        raise PackError(findings)
    return lifecycle


def _lifecycle(file: Section) -> Lifecycle:
    statuses = {name: _status(name, section) for name, section in file.section("statuses").tables()}
    operations = {
        name: _operation(name, section) for name, section in file.section("operations").tables()
    }
    return Lifecycle(
        statuses=statuses,
        operations=operations,
        fees=tuple(map(_fee, _values(file, "fee"))),
        expiries=tuple(map(_expiry, _values(file, "unused"))),
        reasons=file.strings("reasons"),
    )


def _values(file: Section, key: str) -> Iterable[Section]:
    if key not in file.values:
        return ()
    section = file.section(key)
    section.text("label")
    rows = tuple(section.rows("values"))
    section.finish()
    return rows


def _status(name: str, section: Section) -> Status:
    number = section.required("number", int, 0)
    if not 1 <= number <= STATUS_MAX:
        section.fault("number", f"{number} is not accepted", f"a number from 1 to {STATUS_MAX}")
    status = Status(
        name,
        number,
        section.text("label"),
        hold=_flag(section, "hold"),
        final=_flag(section, "final"),
        sellable=_flag(section, "sellable"),
    )
    section.finish()
    return status


def _operation(name: str, section: Section) -> Operation:
    effect = _word(section, "effect", get_args(Effect), "move")
    operation = Operation(
        name=name,
        label=section.text("label"),
        effect=effect,
        epcis=tuple(map(_epcis, section.rows("epcis"))) if "epcis" in section.values else (),
        rules=tuple(map(_rule, section.rows("rules"))),
        tree=effect not in {"pack", "unpack"},
        undone_by=section.optional("undone_by", str),
    )
    section.finish()
    return operation


def _epcis(row: Section) -> Epcis:
    said = Epcis(
        row.required("type", str, ""),
        row.required("action", str, ""),
        row.required("biz_step", str, ""),
        row.optional("disposition", str),
    )
    row.finish()
    return said


def _rule(row: Section) -> Rule:
    rule = Rule(
        **_dated(row),
        sources=_words(row, "statuses"),
        target=row.optional("target", str),
        by=row.strings("by"),
        holder=_word(row, "holder", get_args(Holder), "self"),
        passing=_word(row, "passing", get_args(Passing), "keep"),
        packed=_word(row, "packed", get_args(Packed), "whole"),
        needs=_words(row, "needs"),
        reasons=_words(row, "reasons"),
        source=row.optional("source", str),
        confidence=read_confidence(row),
    )
    row.finish()
    return rule


def read_confidence(row: Section) -> str | None:
    """Read how far what is said of the law can be trusted."""
    given = row.optional("confidence", str)
    if given is not None and given not in CONFIDENCES:
        row.fault("confidence", f"{given!r} is not known", "one of " + ", ".join(CONFIDENCES))
    return given


def _fee(row: Section) -> Fee:
    fee = Fee(
        **_dated(row),
        minor_units=row.required("thousandths", int, 0),
        days=row.required("days", int, 0),
    )
    row.finish()
    return fee


def _expiry(row: Section) -> Expiry:
    expiry = Expiry(**_dated(row), days=row.required("days", int, 0))
    row.finish()
    return expiry


def _dated(row: Section) -> dict[str, Any]:
    """Read what every row has: its days, its goods, its law."""
    return {
        "since": row.required("from", date, date.min),
        "until": row.optional("until", date),
        "goods": row.strings("goods"),
        "law": row.required("law", str, ""),
        "doubt": row.optional("doubt", str),
    }


def _words(row: Section, key: str) -> tuple[str, ...]:
    return row.strings(key) if key in row.values else ()


def _flag(section: Section, key: str) -> bool:
    section.asked.add(key)
    return section.values.get(key) is True


def _word(section: Section, key: str, known: tuple[W, ...], otherwise: W) -> W:
    given = section.optional(key, str)
    by_text: Mapping[str, W] = {word: word for word in known}
    if given is not None and given not in by_text:
        section.fault(key, f"{given!r} is not known", "one of " + ", ".join(known))
    return by_text.get(given or otherwise, otherwise)


def _check(lifecycle: Lifecycle, file: Section) -> None:
    """Find statuses, numbers and reasons that contradict each other."""
    numbers = [status.number for status in lifecycle.statuses.values()]
    for number in sorted({number for number in numbers if numbers.count(number) > 1}):
        file.fault("statuses", f"two statuses have the number {number}", "a number of its own")
    known = lifecycle.statuses
    for operation in lifecycle.operations.values():
        if operation.undone_by not in (None, *lifecycle.operations):
            key = f"operations.{operation.name}.undone_by"
            reason = f"there is no operation {operation.undone_by!r}"
            file.fault(key, reason, "one of the operations")
        for rule in operation.rules:
            named = (*rule.sources, *((rule.target,) if rule.target else ()))
            for name in named:
                if name not in known:
                    key = f"operations.{operation.name}"
                    file.fault(key, f"there is no status {name!r}", "one of the statuses")
            for reason in rule.reasons:
                if reason not in lifecycle.reasons:
                    key = f"operations.{operation.name}"
                    file.fault(key, f"there is no reason {reason!r}", "one of the reasons")
            held = rule.target in known and known[str(rule.target)].hold
            if held != (operation.effect == "hold"):
                key = f"operations.{operation.name}"
                file.fault(key, "what holds back leads to a hold", "effect and target of one kind")
