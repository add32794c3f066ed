"""The register of objects of tax: homes, plots, vehicles, with their history in two times."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa

from kazyna.core.errors import Conflict, NotFound
from kazyna.core.schema import Column, Schema
from kazyna.core.table import as_arrow, check
from kazyna.core.text import Text
from kazyna.packs.pack import Pack
from kazyna.packs.register import ObjectKind
from kazyna.services import laws
from kazyna.services.context import Context
from kazyna.services.tables import require_known, table_of_rows
from kazyna.store import files, objects, register, taxpayers
from kazyna.store.connection import Transaction
from kazyna.store.copy import as_json
from kazyna.tax import InputColumn

OBJECT = Column(
    "object_id", "text", "cadastral number, plate or other number of the object", unique=True
)
VALID_FROM = Column("valid_from", "date", "first day on which the object is so")
VALID_TO = Column("valid_to", "date", "first day on which it is so no more", required=False)


@dataclass(frozen=True)
class LoadedObjects:
    """What was loaded; loading the same again changes nothing."""

    kind: str
    objects: int
    changed: int
    """Facts that were new or different from what was known."""
    change_no: int


@dataclass(frozen=True)
class Characteristic:
    """One characteristic of an object."""

    name: str
    label: Text
    value: str
    unit: str | None
    allowed: tuple[str, ...] | None
    """The words that it may be, where the pack lists them."""


@dataclass(frozen=True)
class ObjectState:
    """What an object is from a day to a day."""

    kind: str
    kind_label: Text
    valid_from: date
    valid_to: date | None
    characteristics: tuple[Characteristic, ...]


@dataclass(frozen=True)
class Holding:
    """Who holds a share of an object, from when to when."""

    property_id: str
    taxpayer_id: str | None
    taxpayer_name: str | None
    estate_of: str | None
    """Whose unknown heirs hold it."""
    share: Decimal
    held_from: date
    held_to: date | None


@dataclass(frozen=True)
class HeldObject:
    """What a taxpayer holds, and what it is today."""

    holding: Holding
    state: ObjectState


@dataclass(frozen=True)
class Change:
    """One change of the register."""

    change_no: int
    kind: str
    reason: str
    document: str
    recorded_on: date
    recorded_by: str


@dataclass(frozen=True)
class Coverage:
    """How many objects of a kind there are, and how many of them nobody is known to hold."""

    kind: str
    objects: int
    without_holder: int


@dataclass(frozen=True)
class RegisteredObject:
    """One object with its history as it is, or was, known."""

    object_id: str
    synthetic: bool
    """Whether it is invented."""
    known_on: date
    states: tuple[ObjectState, ...]
    holdings: tuple[Holding, ...]
    changes: tuple[Change, ...]
    """Of the office's record; empty for a taxpayer."""


def load_objects(
    ctx: Context,
    table: Any,
    *,
    kind: str,
    valid_from: date | None = None,
    synthetic: bool = False,
    source: str = "objects",
) -> LoadedObjects:
    """Record what objects of one kind are from a day on; all of them, or none.

    Parameters
    ----------
    ctx
        An officer.
    table
        A table or a file: `object_id`, the characteristics of the kind, and `valid_from` unless
        it is given for all.
    kind
        A kind of object of the pack.
    valid_from
        From when the objects are so, where the table does not say.
    synthetic
        Whether those that are new are invented: pages and bills say so.
    source
        The file or request, for the findings.

    Raises
    ------
    NotFound
        When the pack has no such kind.
    InputError
        With every mistake of the table, by row and column.
    """
    ctx.require("officer")
    columns = _columns(laws.decided(ctx), kind)
    given = files.read_table(table) if isinstance(table, Path) else as_arrow(table)
    if valid_from is not None and VALID_FROM.name not in given.column_names:
        days = pa.array([valid_from] * given.num_rows, pa.date32())
        given = given.append_column(VALID_FROM.name, days)
    asked = _asked(ctx, kind)
    known = tuple(replace(column, required=column.name in asked) for column in columns)
    schema = Schema(kind, (OBJECT, VALID_FROM, VALID_TO, *known))
    require_known(given, [column.name for column in schema.columns], source)
    given = check(given, schema, source=source)
    names = [column.name for column in columns if column.name in given.column_names]
    staged = {
        "object_id": given["object_id"],
        "kind": pa.array([kind] * given.num_rows),
        "characteristics": as_json(given.select(names)),
        "valid_from": given["valid_from"],
    }
    if VALID_TO.name in given.column_names:
        staged["valid_to"] = given["valid_to"]
    with ctx.transaction() as tx:
        change = register.open_change(tx, kind="load")
        changed = objects.put_objects(tx, pa.table(staged), change, synthetic=synthetic)
    return LoadedObjects(kind, given.num_rows, changed, change)


def load_object_rows(
    ctx: Context,
    rows: Sequence[Mapping[str, Any]],
    *,
    kind: str,
    valid_from: date | None = None,
    synthetic: bool = False,
) -> LoadedObjects:
    """Record objects that are given row by row, as `load_objects` does."""
    ctx.require("officer")
    table = table_of_rows(rows)
    return load_objects(ctx, table, kind=kind, valid_from=valid_from, synthetic=synthetic)


def change_object(
    ctx: Context,
    object_id: str,
    changed: Mapping[str, str],
    *,
    valid_from: date,
    document: str,
    kind: Literal["registration", "correction", "split", "decision"] = "correction",
) -> RegisteredObject:
    """Record that characteristics of an object are others from a day on, by a document.

    A correction of what was always wrong names the first day on which it was wrong: bills of past
    years that rest on it are then assessed again by `correct_roll`.

    Raises
    ------
    NotFound
        When no such object is known on that day.
    Conflict
        When the object has no such characteristic, or no document is named.
    InputError
        When a value is not accepted.
    """
    ctx.require("officer")
    _require_document(document)
    with ctx.transaction() as tx:
        record_change(tx, ctx, object_id, changed, valid_from=valid_from, document=document,
                      kind=kind)  # fmt: skip
        return _found(tx, ctx, object_id, known_on=ctx.today)


def record_change(
    tx: Transaction,
    ctx: Context,
    object_id: str,
    changed: Mapping[str, str],
    *,
    valid_from: date,
    document: str,
    kind: str,
) -> int:
    """Write a change of characteristics within a transaction; return the change's number."""
    change = register.open_change(tx, kind=kind, document=document.strip())
    known = objects.facts_of(tx, object_id, known=change)
    if not known:
        raise NotFound(f"No object has the number {object_id!r}.")
    touched = [fact for fact in known if fact.valid_to is None or fact.valid_to > valid_from]
    if not touched or touched[0].valid_from > valid_from:
        raise NotFound(f"The object {object_id} is not known on {valid_from}.")
    asked = _columns(laws.decided_within(tx, ctx), touched[0].kind)
    columns = {column.name: column for column in asked}
    table = check(
        pa.table({name: [value] for name, value in changed.items()}),
        Schema("object", tuple(columns[name] for name in changed if name in columns)),
        source=f"object {object_id}",
    )
    values = as_json(table)[0].as_py()
    for fact in touched:
        objects.put_changed(
            tx, fact, values, valid_from=max(valid_from, fact.valid_from), change_no=change
        )
    return change


def end_object(ctx: Context, object_id: str, *, on: date, document: str) -> RegisteredObject:
    """Record that an object is no more from a day on, such as after a demolition."""
    ctx.require("officer")
    _require_document(document)
    with ctx.transaction() as tx:
        change = register.open_change(tx, kind="demolition", document=document.strip())
        if not objects.end_object(tx, object_id, on=on, change_no=change):
            raise NotFound(f"No object {object_id!r} is known on {on}.")
        return _found(tx, ctx, object_id, known_on=ctx.today)


def find_object(ctx: Context, object_id: str, *, known_on: date | None = None) -> RegisteredObject:
    """Return an object with its history, as it is known, or was known on a day.

    Raises
    ------
    NotFound
        When no such object was known, or it is not the taxpayer's who asks.
    """
    ctx.require("officer", "auditor", "taxpayer")
    with ctx.transaction() as tx:
        return _found(tx, ctx, object_id, known_on=known_on or ctx.today)


def holdings_of(
    ctx: Context, taxpayer_id: str, *, known_on: date | None = None
) -> tuple[Holding, ...]:
    """Return what a taxpayer holds and held, as it is known, or was known on a day."""
    ctx.require("officer", "auditor", "taxpayer")
    with ctx.transaction() as tx:
        change = register.known_on(tx, known_on or ctx.today)
        rows = taxpayers.holdings_known(tx, taxpayer_id, known=change)
    return tuple(_holding(row) for row in rows)


def held_objects(ctx: Context, taxpayer_id: str) -> tuple[HeldObject, ...]:
    """Return what a taxpayer holds today or will, each with what it is, as known now."""
    held = [
        holding
        for holding in holdings_of(ctx, taxpayer_id)
        if holding.held_to is None or holding.held_to > ctx.today
    ]
    with ctx.transaction() as tx:
        facts = objects.facts_on(tx, [each.property_id for each in held], on=ctx.today)
    return tuple(
        HeldObject(each, _state(ctx, facts[each.property_id]))
        for each in held
        if each.property_id in facts
    )


def coverage(ctx: Context) -> tuple[Coverage, ...]:
    """Count the objects of each kind, and those of which nobody is known to be the holder."""
    ctx.require("officer", "auditor")
    with ctx.transaction() as tx:
        rows = objects.counts(tx, on=ctx.today, known=register.latest(tx))
    return tuple(Coverage(row.kind, row.objects, row.without_holder) for row in rows)


def kind_of(ctx: Context, name: str) -> ObjectKind:
    """Return a kind of object of the pack.

    Raises
    ------
    NotFound
        When the pack has no such kind.
    """
    kind = ctx.pack.register.kinds.get(name)
    if kind is None:
        known = ", ".join(ctx.pack.register.kinds)
        raise NotFound(f"The pack {ctx.pack.name} has no objects of kind {name!r}; it has {known}.")
    return kind


def columns_of(pack: Pack, kind: str) -> tuple[InputColumn, ...]:
    """Return the characteristics that the register keeps of a kind, for the law of any day."""
    taxes = [pack.taxes[tax] for tax in pack.register.kinds[kind].taxes]
    return pack.register.kept(column for tax in taxes for column in tax.rules.columns)


def _columns(ctx: Context, kind: str) -> tuple[InputColumn, ...]:
    return columns_of(ctx.pack, kind_of(ctx, kind).name)


def _asked(ctx: Context, kind: str) -> set[str]:
    """Name what the taxes on a kind ask for by the law of today."""
    taxes = [ctx.pack.taxes[tax] for tax in kind_of(ctx, kind).taxes]
    kept = ctx.pack.register.kept(
        column for tax in taxes for column in tax.rules.on(ctx.today).inputs
    )
    return {column.name for column in kept}


def _require_document(document: str) -> None:
    if not document.strip():
        raise Conflict("Name the document that shows the change.")


def _found(tx: Transaction, ctx: Context, object_id: str, *, known_on: date) -> RegisteredObject:
    known = register.known_on(tx, known_on)
    decided = laws.decided_within(tx, ctx)
    states = objects.facts_of(tx, object_id, known=known)
    if not states:
        raise NotFound(f"No object has the number {object_id!r}.")
    holdings = taxpayers.holdings_of_object(tx, object_id, known=known)
    office = ctx.actor.role != "taxpayer"
    changes = register.changes_of_object(tx, object_id) if office else []
    return RegisteredObject(
        object_id=object_id,
        synthetic=objects.is_synthetic(tx, object_id),
        known_on=known_on,
        states=tuple(_state(decided, row) for row in states),
        holdings=tuple(_holding(row) for row in holdings),
        changes=tuple(
            Change(row.change_no, row.kind, row.reason, row.document, row.recorded_on,
                   row.recorded_by)
            for row in changes if row.change_no <= known
        ),
    )  # fmt: skip


def _state(ctx: Context, row: objects.ObjectFactRow) -> ObjectState:
    kind = ctx.pack.register.kinds.get(row.kind)
    columns = {**ctx.pack.columns, **ctx.pack.register.characteristics}
    places = {name: number for number, name in enumerate(columns)}

    def order(name: str) -> tuple[int, str]:
        """Follow the order of the pack; what it does not know comes last."""
        return places.get(name, len(places)), name

    named = []
    for name, value in sorted(row.characteristics.items(), key=lambda item: order(item[0])):
        column = columns.get(name)
        label = column.label if column else Text(name, name, name)
        unit, allowed = (column.unit, column.allowed) if column else (None, None)
        named.append(Characteristic(name, label, str(value), unit, allowed))
    return ObjectState(
        kind=row.kind,
        kind_label=kind.label if kind else Text(row.kind, row.kind, row.kind),
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        characteristics=tuple(named),
    )


def _holding(row: taxpayers.HoldingFactRow) -> Holding:
    return Holding(
        property_id=row.object_id,
        taxpayer_id=row.taxpayer_id,
        taxpayer_name=row.taxpayer_name,
        estate_of=row.estate_of,
        share=row.share,
        held_from=row.held_from,
        held_to=row.held_to,
    )
