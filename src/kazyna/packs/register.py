"""What the register keeps of the objects of tax, and where the inputs of the rules come from.

`register.toml` of a pack names the kinds of object with the taxes on each. An input of the rules is
a characteristic of the object under its own name, unless the file says that it comes from
elsewhere: the months of the holding, a relief that was granted, the roll of the year before.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Literal, get_args

from kazyna.core.errors import Finding
from kazyna.core.text import Text
from kazyna.packs.columns import read_column
from kazyna.packs.reading import Section, read_file
from kazyna.packs.taxes import Tax
from kazyna.tax import InputColumn
from kazyna.tax.inputs import Value

OriginKind = Literal["months", "years_since", "relief", "relief_rank", "last_roll", "valuation"]
"""`months`: the months of the year for which the holder owes. `years_since`: full years since the
year in a characteristic. `relief`: what was granted to the holder for the object, else `otherwise`.
`relief_rank`: which of the holder's objects with that relief it is. `last_roll`: a step of the
object's bill of the year before, else `otherwise`. `valuation`: the object's value in the round
that taxes rest on."""

FILE = "register.toml"


@dataclass(frozen=True)
class Origin:
    """Where an input of the rules comes from, if not from the object."""

    kind: OriginKind
    characteristic: str | None = None
    """Of `years_since`: the characteristic with the year."""
    step: str | None = None
    """Of `last_roll`: the step of the bill."""
    otherwise: Value | None = None
    """What is taken where there is no relief or no bill."""


@dataclass(frozen=True)
class ObjectKind:
    """A kind of object, such as homes or vehicles."""

    name: str
    label: Text
    taxes: tuple[str, ...]


@dataclass(frozen=True)
class ObjectRegister:
    """The kinds of object of a pack, and where inputs come from."""

    kinds: Mapping[str, ObjectKind]
    origins: Mapping[str, Origin]
    characteristics: Mapping[str, InputColumn]
    """Columns that the register keeps and no rule asks for, such as the year of building."""
    place: str | None
    """The characteristic that names the district whose budget a tax belongs to."""

    def kept(self, inputs: Iterable[InputColumn]) -> tuple[InputColumn, ...]:
        """Return the characteristics from which some inputs of rules are taken."""
        found: dict[str, InputColumn] = {}
        for column in inputs:
            origin = self.origins.get(column.name)
            if origin is None:
                found[column.name] = column
            elif origin.characteristic:
                found[origin.characteristic] = self.characteristics[origin.characteristic]
        return tuple(found.values())

    def kinds_of(self, tax: str) -> tuple[str, ...]:
        """Return the names of the kinds that a tax is on."""
        return tuple(kind.name for kind in self.kinds.values() if tax in kind.taxes)


def read_register(
    folder: Path,
    columns: Mapping[str, InputColumn],
    taxes: Mapping[str, Tax],
    named: Sequence[str],
    findings: list[Finding],
) -> ObjectRegister:
    """Read register.toml; a pack without one has a single kind, the properties of the cadastre.

    `named` are all taxes of the pack: one that could not be read is not refused once more here.
    """
    if not (folder / FILE).is_file():
        label = Text(en="Property", ru="Объект недвижимости", ky="Кыймылсыз мүлк")
        valued = {"value": Origin("valuation")} if "value" in columns else {}
        kind = ObjectKind("property", label, tuple(taxes))
        return ObjectRegister({kind.name: kind}, valued, {}, None)
    file = read_file(folder, FILE, findings)
    if file is None:
        return ObjectRegister({}, {}, {}, None)
    place = file.optional("place", str)
    kept = {name: read_column(section, name) for name, section in _tables(file, "characteristics")}
    kinds = {name: _kind(section, name, named) for name, section in _tables(file, "kinds")}
    steps = {item.name for tax in taxes.values() for item in tax.rules.versions}
    origins = {}
    for name, section in _tables(file, "inputs"):
        origins[name] = _origin(section, kept, steps)
        if name not in columns:
            file.fault(f"inputs.{name}", "no column has the name", "one of " + ", ".join(columns))
    if place is not None and place not in columns:
        file.fault("place", f"{place!r} is not declared", "one of " + ", ".join(columns))
    file.finish()
    return ObjectRegister(kinds, origins, kept, place)


def _tables(file: Section, key: str) -> list[tuple[str, Section]]:
    return list(file.section(key).tables()) if key in file.values else []


def _kind(section: Section, name: str, taxes: Sequence[str]) -> ObjectKind:
    label, on = section.text("label"), section.strings("taxes")
    section.finish()
    for tax in on:
        if tax not in taxes:
            section.fault("taxes", f"{tax!r} is no tax of the pack", "of " + ", ".join(taxes))
    return ObjectKind(name, label, on)


def _origin(section: Section, kept: Mapping[str, InputColumn], steps: set[str]) -> Origin:
    known: dict[str, OriginKind] = {name: name for name in get_args(OriginKind)}
    given = section.required("from", str, "months")
    if given not in known:
        section.fault("from", f"{given!r} is not known", "one of " + ", ".join(known))
    kind = known.get(given, "months")
    characteristic = step = None
    otherwise: Value | None = None
    if kind == "years_since":
        characteristic = section.required("characteristic", str, "")
        if characteristic and characteristic not in kept:
            expected = "one of " + (", ".join(kept) or "[characteristics]")
            section.fault("characteristic", f"{characteristic!r} is not declared", expected)
    if kind == "last_roll":
        step = section.required("step", str, "")
        if step and step not in steps:
            section.fault("step", f"{step!r} is no step", "one of " + ", ".join(sorted(steps)))
    if kind in {"relief", "last_roll"}:
        section.asked.add("otherwise")
        otherwise = section.values.get("otherwise")
        if not isinstance(otherwise, str | int | Decimal | bool):
            section.fault("otherwise", f"{otherwise!r} is not accepted", "a value of the column")
    section.finish()
    return Origin(kind, characteristic, step, otherwise)
