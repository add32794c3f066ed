"""Declarations: taxes that taxpayers reckon themselves and file month by month."""

import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from kazyna.core.errors import Conflict, Finding, Forbidden, InputError, NotFound
from kazyna.core.money import to_minor
from kazyna.core.schema import ARROW_TYPES, Column, Schema
from kazyna.core.table import as_arrow, check
from kazyna.core.text import Text
from kazyna.packs.taxes import Tax
from kazyna.services.charges import post_assessed
from kazyna.services.context import Context, Role
from kazyna.services.tables import require_known
from kazyna.store import declarations as register
from kazyna.store import files, taxpayers
from kazyna.store.connection import Transaction
from kazyna.tax import doubtful, run_roll, verify_sample

READERS: tuple[Role, ...] = ("officer", "auditor")
VERIFIED_LINES = 1000
"""Lines of a filing that are computed again by the other path before it is accepted."""

TAXPAYER = Column("taxpayer_id", "text", "number of the taxpayer who declares")


@dataclass(frozen=True)
class Filed:
    """What a filing did; the same filing again changes nothing."""

    tax: str
    month: date
    declarations: int
    """Declarations that are new, or of a correction those that changed."""
    unchanged: int
    """Declarations that had been filed with the same content."""
    amount: Decimal
    """What is owed for the new ones; of a correction, how much more is owed than before."""
    due_on: date
    doubts: tuple[str, ...]
    """Values of the law that the filing rests on and that may be wrong."""


@dataclass(frozen=True)
class DeclaredLine:
    """One line of a declaration, with every step of its computation."""

    line: int
    declared: dict[str, Any]
    steps: dict[str, Any]
    amount: Decimal


@dataclass(frozen=True)
class Declaration:
    """What one taxpayer has declared of one tax and month."""

    declaration_id: int
    taxpayer_id: str
    taxpayer_name: str
    tax: str
    tax_title: Text
    month: date
    version: int
    """1 as first filed; each correction is one more."""
    amount: Decimal
    due_on: date
    late: bool
    """Whether it was filed after the due day."""
    reason: str
    """Why it was corrected."""
    filed_on: date
    filed_by: str
    lines: tuple[DeclaredLine, ...]


def file(ctx: Context, lines: Any, *, tax: str, month: date, source: str = "declaration") -> Filed:
    """File what one taxpayer, or many, declare of a tax and month; it is owed from then on.

    Parameters
    ----------
    ctx
        A taxpayer for itself, or an officer at the counter.
    lines
        A table or a file with a row for each line: `taxpayer_id` (a taxpayer may leave it out)
        and the inputs of the tax.
    tax
        A tax that is declared.
    month
        Any day of the month; it must be over.
    source
        The file or request, for the findings.

    Raises
    ------
    InputError
        With every mistake of the lines, by row and column; nothing is filed.
    NotFound
        When the pack has no such tax, or a taxpayer is not registered.
    Conflict
        When a declaration of that taxpayer, tax and month with other content stands: correct it.
    Forbidden
        When a taxpayer declares in another's name.
    """
    return _file(ctx, lines, tax=tax, month=month, source=source, reason="")


def correct(
    ctx: Context, lines: Any, *, tax: str, month: date, reason: str, source: str = "declaration"
) -> Filed:
    """File declarations again, all lines of them, and post the difference to what stood.

    Raises
    ------
    InputError, NotFound, Forbidden
        As `file`; also without a reason.
    Conflict
        When a taxpayer has not filed yet.
    """
    if not reason.strip():
        raise InputError(Finding(source, "no reason is given", "why", column="reason"))
    return _file(ctx, lines, tax=tax, month=month, source=source, reason=reason.strip())


def filed(ctx: Context, *, tax: str, month: date) -> tuple[Declaration, ...]:
    """Return all declarations of a tax and month as they stand."""
    ctx.require(*READERS)
    with ctx.transaction() as tx:
        rows = register.standing(tx, tax=tax, month=month.replace(day=1))
        return described(ctx, tx, rows)


def of_taxpayer(ctx: Context, taxpayer_id: str) -> tuple[Declaration, ...]:
    """Return what one taxpayer has declared, the latest month first."""
    ctx.require(*READERS, "taxpayer")
    with ctx.transaction() as tx:
        return described(ctx, tx, register.of_taxpayer(tx, taxpayer_id))


def declared(ctx: Context, tx: Transaction, *, tax: str, month: date) -> pa.Table:
    """Return the lines of all declarations of a tax and month that stand, for comparison.

    Returns
    -------
    pyarrow.Table
        taxpayer_id, declaration_id, line, every input of the tax as typed, and amount.
    """
    law = _tax(ctx, tax)
    rows = register.standing(tx, tax=tax, month=month.replace(day=1))
    lines = register.lines_of(tx, [row.declaration_id for row in rows])
    columns: dict[str, pa.Array] = {
        "taxpayer_id": pa.array([line.taxpayer_id for line in lines], pa.string()),
        "declaration_id": pa.array([line.declaration_id for line in lines], pa.int64()),
        "line": pa.array([line.line for line in lines], pa.int32()),
    }
    for column in law.inputs.columns:
        values = pa.array([str(line.declared[column.name]) for line in lines], pa.string())
        columns[column.name] = pc.cast(values, ARROW_TYPES[column.type])
    columns["amount"] = pa.array([line.amount for line in lines], pa.decimal128(18, 2))
    return pa.table(columns)


def taxes(ctx: Context) -> tuple[Tax, ...]:
    """Return the taxes of the pack that are declared."""
    return tuple(law for law in ctx.pack.taxes.values() if law.declared)


def _file(ctx: Context, lines: Any, *, tax: str, month: date, source: str, reason: str) -> Filed:
    ctx.require("officer", "taxpayer")
    law, month = _tax(ctx, tax), _finished(ctx, month, source)
    table = files.read_table(lines) if isinstance(lines, Path) else as_arrow(lines)
    given = _with_taxpayer(ctx, table, source)
    inputs = [column.name for column in law.inputs.columns]
    require_known(given, [TAXPAYER.name, *inputs], source)
    given = given.append_column("row", pa.array(range(given.num_rows), pa.int64()))
    computed = run_roll(law.rules, given, on=month, id_column="row")
    verify_sample(law.rules, computed, on=month, size=VERIFIED_LINES, seed=month.toordinal())
    by_taxpayer = _grouped(law, given["taxpayer_id"].to_pylist(), computed)
    with ctx.transaction() as tx:
        _require_known(tx, list(by_taxpayer))
        before = register.standing_of(tx, list(by_taxpayer), tax=tax, month=month)
        changed = _changed(by_taxpayer, before, correcting=bool(reason))
        due_on = law.due_after(month)
        if changed:
            _insert(tx, ctx, changed, before, law=law, month=month, reason=reason)
            with tx.office():
                _post(tx, ctx, changed, before, law=law, month=month)
    return Filed(
        tax=tax,
        month=month,
        declarations=len(changed),
        unchanged=len(by_taxpayer) - len(changed),
        amount=sum((new.amount - _stood(before, new) for new in changed), Decimal(0)),
        due_on=due_on,
        doubts=tuple(value.id for value in doubtful(law.rules, given, month, id_column="row")),
    )


@dataclass(frozen=True)
class _New:
    """A declaration on its way into the register."""

    taxpayer_id: str
    lines: tuple[DeclaredLine, ...]

    @property
    def amount(self) -> Decimal:
        return sum((line.amount for line in self.lines), Decimal(0))

    @property
    def content_hash(self) -> str:
        content = json.dumps([line.declared for line in self.lines], sort_keys=True)
        return sha256(content.encode()).hexdigest()


def _grouped(law: Tax, taxpayer_ids: list[str], computed: pa.Table) -> dict[str, _New]:
    """Put the lines of each taxpayer together, in the order in which they were given."""
    inputs = {column.name for column in law.inputs.columns}
    lines: dict[str, list[DeclaredLine]] = {}
    for taxpayer_id, row in zip(taxpayer_ids, computed.to_pylist(), strict=True):
        own = lines.setdefault(taxpayer_id, [])
        own.append(
            DeclaredLine(
                line=len(own) + 1,
                declared={name: _written(row[name]) for name in row if name in inputs},
                steps={
                    name: _written(row[name])
                    for name in row
                    if name not in inputs and name not in {"row", "amount"}
                },
                amount=row["amount"],
            )
        )
    return {taxpayer_id: _New(taxpayer_id, tuple(own)) for taxpayer_id, own in lines.items()}


def _written(value: Any) -> Any:
    """Write a value for the register: a decimal as text, exact and without needless zeros."""
    return f"{value.normalize():f}" if isinstance(value, Decimal) else value


def _changed(
    given: dict[str, _New], before: dict[str, register.DeclarationRow], *, correcting: bool
) -> list[_New]:
    """Pick what is new, and refuse what contradicts what was filed."""
    changed = []
    for taxpayer_id, new in given.items():
        stands = before.get(taxpayer_id)
        if stands is None and correcting:
            raise Conflict(f"{taxpayer_id} has not filed yet: there is nothing to correct.")
        if stands is not None and stands.content_hash == new.content_hash:
            continue
        if stands is not None and not correcting:
            raise Conflict(
                f"{taxpayer_id} has filed {stands.tax} for {stands.month:%Y-%m} already, with"
                " other figures; correct the declaration instead."
            )
        changed.append(new)
    return changed


def _insert(
    tx: Transaction,
    ctx: Context,
    changed: list[_New],
    before: dict[str, register.DeclarationRow],
    *,
    law: Tax,
    month: date,
    reason: str,
) -> None:
    header = {
        "tax": law.name,
        "month": month,
        "due_on": law.due_after(month),
        "pack": ctx.pack.name,
        "pack_hash": ctx.pack.content_hash,
        "reason": reason,
    }
    declarations = [
        {
            "taxpayer_id": new.taxpayer_id,
            "version": _version(before, new),
            "content_hash": new.content_hash,
            "amount": new.amount,
        }
        for new in changed
    ]
    lines = [
        {
            "taxpayer_id": new.taxpayer_id,
            "line": line.line,
            "declared": json.dumps(line.declared),
            "steps": json.dumps(line.steps),
            "amount": line.amount,
        }
        for new in changed
        for line in new.lines
    ]
    written = register.insert(
        tx, header, pa.Table.from_pylist(declarations), pa.Table.from_pylist(lines)
    )
    if len(written) < len(changed):
        raise Conflict("Somebody files the same declaration at this moment; look and ask again.")


def _post(
    tx: Transaction,
    ctx: Context,
    changed: list[_New],
    before: dict[str, register.DeclarationRow],
    *,
    law: Tax,
    month: date,
) -> None:
    """Post what is owed, or of corrections the difference, as of the month's last day."""
    currency, due_on = ctx.pack.currency, law.due_after(month)
    for kind, of_kind in (
        ("charge", [new for new in changed if new.taxpayer_id not in before]),
        ("correction", [new for new in changed if new.taxpayer_id in before]),
    ):
        if not of_kind:
            continue
        rows = [
            {
                "key": f"declared:{law.name}:{month}:{new.taxpayer_id}:{_version(before, new)}",
                "taxpayer_id": new.taxpayer_id,
                "amount_minor": to_minor(new.amount - _stood(before, new), currency),
                "period": month.year,
                "due_on": due_on,
                "place": "",
                "effective_on": _last_day(month),
                "description": f"{law.name} {month:%Y-%m}",
            }
            for new in of_kind
        ]
        post_assessed(
            tx, ctx, pa.Table.from_pylist(rows), tax=law.name,
            kind="charge" if kind == "charge" else "correction",
        )  # fmt: skip


def _version(before: dict[str, register.DeclarationRow], new: _New) -> int:
    stands = before.get(new.taxpayer_id)
    return stands.version + 1 if stands else 1


def _stood(before: dict[str, register.DeclarationRow], new: _New) -> Decimal:
    stands = before.get(new.taxpayer_id)
    return stands.amount if stands else Decimal(0)


def _last_day(month: date) -> date:
    return date.fromordinal(_next(month).toordinal() - 1)


def _next(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def _finished(ctx: Context, month: date, source: str) -> date:
    """Take a month that is over by its first day."""
    if _next(month) > ctx.today:
        reason, expected = f"{month:%Y-%m} is not over on {ctx.today}", "a month that is over"
        raise InputError(Finding(source, reason, expected, column="month"))
    return month.replace(day=1)


def _with_taxpayer(ctx: Context, lines: pa.Table, source: str) -> pa.Table:
    """Check whose the lines are; a taxpayer declares for itself."""
    own = ctx.actor.taxpayer_id if ctx.actor.role == "taxpayer" else None
    if own and TAXPAYER.name not in lines.column_names:
        return lines.append_column(TAXPAYER.name, pa.array([own] * lines.num_rows, pa.string()))
    lines = check(lines, Schema("declaration", (TAXPAYER,)), source=source)
    if own and set(lines[TAXPAYER.name].to_pylist()) - {own}:
        raise Forbidden("A taxpayer declares only for itself.")
    return lines


def _require_known(tx: Transaction, taxpayer_ids: list[str]) -> None:
    unknown = sorted(set(taxpayer_ids) - taxpayers.known(tx, taxpayer_ids))
    if unknown:
        raise NotFound(f"No taxpayer has the number {unknown[0]!r}.")


def _tax(ctx: Context, name: str) -> Tax:
    law = ctx.pack.taxes.get(name)
    if law is None or not law.declared:
        known = ", ".join(each.name for each in taxes(ctx)) or "none"
        raise NotFound(f"{name!r} is no tax that is declared; of {ctx.pack.name} are: {known}.")
    return law


def described(
    ctx: Context, tx: Transaction, rows: list[register.DeclarationRow]
) -> tuple[Declaration, ...]:
    """Return recorded declarations with their lines."""
    lines: dict[int, list[DeclaredLine]] = {}
    for line in register.lines_of(tx, [row.declaration_id for row in rows]):
        own = lines.setdefault(line.declaration_id, [])
        own.append(DeclaredLine(line.line, line.declared, line.steps, line.amount))
    return tuple(
        Declaration(
            declaration_id=row.declaration_id,
            taxpayer_id=row.taxpayer_id,
            taxpayer_name=row.taxpayer_name,
            tax=row.tax,
            tax_title=_tax(ctx, row.tax).title,
            month=row.month,
            version=row.version,
            amount=row.amount,
            due_on=row.due_on,
            late=row.filed_on > row.due_on,
            reason=row.reason,
            filed_on=row.filed_on,
            filed_by=row.filed_by,
            lines=tuple(lines.get(row.declaration_id, ())),
        )
        for row in rows
    )
