"""Decisions of local councils: rows that a council adds to the tables of the law."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from hashlib import sha256

from kazyna.core.dated import Dated
from kazyna.packs.decidable import read_decidable
from kazyna.packs.pack import Pack
from kazyna.packs.taxes import Tax
from kazyna.tax import InputColumn, Parameter, ParameterValue, RuleSet, Table, TableRow
from kazyna.tax.table import ANY, Key


@dataclass(frozen=True)
class Decision:
    """A value that a council has set."""

    place: str
    parameter: str
    keys: tuple[Key, ...]
    """The whole key of the row, the place among them."""
    since: date
    until: date | None
    """The last day; None where no end is set."""
    value: Decimal
    document: str
    source: str | None
    limit_doubt: str | None
    """Why the limit that the value was checked against may be wrong."""
    origin: str
    """The file and row that it was read from."""

    def holds_on(self, day: date) -> bool:
        """Tell whether the decision holds on a day."""
        return self.since <= day and (self.until is None or day <= self.until)


def with_decisions(pack: Pack, decisions: Sequence[Decision]) -> Pack:
    """Lay decisions of councils over the tables of a pack.

    A place's first decision keeps for its other keys what holds for any place. The pack's hash
    changes with the decisions, so that a roll still says by exactly which law it was computed.
    """
    if not decisions:
        return pack
    decidable = read_decidable(pack)
    column = pack.columns[decidable.place]
    known = column.allowed or ()
    places = dict.fromkeys(each.place for each in decisions if each.place not in known)
    wider = replace(column, allowed=(*known, *places))
    taxes = {
        name: _decided(tax, decisions, wider, decidable.source) for name, tax in pack.taxes.items()
    }
    told = "\0".join(map(repr, decisions))
    return replace(
        pack,
        taxes=taxes,
        columns={**pack.columns, wider.name: wider},
        content_hash=sha256(f"{pack.content_hash}\0{told}".encode()).hexdigest(),
    )


def _decided(tax: Tax, decisions: Sequence[Decision], place: InputColumn, source: str) -> Tax:
    rules = tax.rules
    parameters = {
        name: _laid(parameter, [each for each in decisions if each.parameter == name], place.name,
                    source)
        for name, parameter in rules.parameters.items()
    }  # fmt: skip
    changed: RuleSet = replace(
        rules,
        parameters=parameters,
        inputs=_with_column(rules.inputs, place),
        columns=_with_column(rules.columns, place),
    )
    return replace(tax, rules=changed)


def _with_column(columns: tuple[InputColumn, ...], new: InputColumn) -> tuple[InputColumn, ...]:
    return tuple(new if column.name == new.name else column for column in columns)


def _laid(
    parameter: Parameter, decisions: Sequence[Decision], place: str, source: str
) -> Parameter:
    """Lay the decisions on one parameter over its values, day by day."""
    if not decisions:
        return parameter
    ends = {each.until + timedelta(days=1) for each in decisions if each.until is not None}
    days = sorted({*parameter.values.days, *(each.since for each in decisions), *ends})
    pairs = []
    for day in days:
        held = parameter.values.on(day) if day >= parameter.values.days[0] else None
        rows = [each for each in decisions if each.holds_on(day)]
        pairs.append((day, _value(parameter, held, rows, place=place, source=source)))
    return replace(parameter, values=Dated.of(pairs))


def _value(
    parameter: Parameter,
    held: ParameterValue | None,
    decisions: Sequence[Decision],
    *,
    place: str,
    source: str,
) -> ParameterValue:
    shape = next(v.value for v in parameter.values.values if isinstance(v.value, Table))
    law = held.law if held else source
    base = held.value.rows if held and isinstance(held.value, Table) else ()
    position = [key.name for key in shape.keys].index(place)
    named = {row.keys[position] for row in base}
    rows = {row.keys: row for row in base}
    for each in decisions:
        if each.place not in named:
            for row in base:
                if row.keys[position] == ANY:
                    own = (*row.keys[:position], each.place, *row.keys[position + 1 :])
                    rows.setdefault(own, replace(row, keys=own))
    for each in decisions:
        rows[each.keys] = TableRow(
            keys=each.keys,
            value=each.value,
            law=f"{source} {each.document}",
            since=each.since,
            source=each.source,
            confidence="official",
            place=each.origin,
        )
    table = Table(parameter.name, shape.keys, tuple(rows.values()))
    return ParameterValue(table if rows else None, law)
