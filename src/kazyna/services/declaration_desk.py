"""What is looked up about declarations: one of them, and who has filed none."""

from dataclasses import dataclass
from datetime import date

from kazyna.core.errors import NotFound
from kazyna.core.text import Text
from kazyna.services import declarations
from kazyna.services.context import Context
from kazyna.services.declarations import Declaration
from kazyna.store import declarations as register
from kazyna.store.declarations import MissingRow

__all__ = [
    "DeclarationForm",
    "FormColumn",
    "MissingRow",
    "declared_taxes",
    "find_declaration",
    "form_of",
    "missing",
]

MONTHS_BACK = 3
"""Who declared a tax in so many months before is expected to go on."""


@dataclass(frozen=True)
class FormColumn:
    """One thing that a line of a declaration says."""

    name: str
    label: Text
    unit: str | None
    allowed: tuple[str, ...] | None


@dataclass(frozen=True)
class DeclarationForm:
    """What is asked for of a tax and month, by the law of the month."""

    tax: str
    title: Text
    month: date
    due_on: date
    columns: tuple[FormColumn, ...]


def declared_taxes(ctx: Context) -> dict[str, Text]:
    """Name the taxes of the pack that are declared."""
    return {law.name: law.title for law in declarations.taxes(ctx)}


def form_of(ctx: Context, tax: str | None, month: date) -> DeclarationForm | None:
    """Return what a declaration of a tax and month asks for; of the first tax where none is named.

    Raises
    ------
    NotFound
        When the pack has no such tax.
    """
    known = declarations.taxes(ctx)
    law = next((each for each in known if tax in {None, each.name}), None)
    if law is None and tax is not None:
        raise NotFound(f"{tax!r} is no tax that is declared.")
    if law is None:
        return None
    asked = law.rules.on(month).inputs
    return DeclarationForm(
        tax=law.name,
        title=law.title,
        month=month,
        due_on=law.due_after(month),
        columns=tuple(FormColumn(c.name, c.label, c.unit, c.allowed) for c in asked),
    )


def find_declaration(ctx: Context, declaration_id: int) -> Declaration:
    """Return one declaration as it stands, with every step.

    Raises
    ------
    NotFound
        When there is none that the actor may see, or a correction stands in its place.
    """
    ctx.require("officer", "auditor", "taxpayer")
    with ctx.transaction() as tx:
        row = register.find(tx, declaration_id)
        if row is None:
            raise NotFound(f"There is no declaration {declaration_id} that stands.")
        return declarations.described(ctx, tx, [row])[0]


def missing(ctx: Context, *, tax: str, month: date) -> tuple[MissingRow, ...]:
    """Return who declared a tax in the months before, and has not declared this one."""
    ctx.require("officer", "auditor")
    first = month.replace(day=1)
    months = first.year * 12 + first.month - 1 - MONTHS_BACK
    with ctx.transaction() as tx:
        rows = register.missing(
            tx, tax=tax, month=first, since=date(months // 12, months % 12 + 1, 1)
        )
    return tuple(rows)
