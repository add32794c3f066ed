"""What an officer sees of rolls, issued or not: the list, and the bills of one."""

from dataclasses import dataclass

from kazyna.core.errors import NotFound
from kazyna.services.context import Context
from kazyna.store import rolls
from kazyna.store.rolls import RollBill, RollLine

PAGE_BILLS = 50
"""Bills that a page of a roll lists."""


@dataclass(frozen=True)
class BillList:
    """Some bills of a roll."""

    bills: tuple[RollBill, ...]
    next_after: int | None
    """The number after which the next ones come; None where these are the last."""


def all_rolls(ctx: Context) -> tuple[RollLine, ...]:
    """Return every roll, drafts and withdrawn ones too, the latest first."""
    ctx.require("officer", "auditor")
    with ctx.transaction() as tx:
        return tuple(rolls.all_rolls(tx))


def find_roll(ctx: Context, *, tax: str, year: int) -> RollLine:
    """Return the roll of a tax and year that stands, else the one that was withdrawn last.

    Raises
    ------
    NotFound
        When there is none.
    """
    for line in all_rolls(ctx):
        if (line.tax, line.year) == (tax, year):
            return line
    raise NotFound(f"There is no roll of {tax} for {year}.")


def list_bills(ctx: Context, line: RollLine, *, text: str = "", after: int = 0) -> BillList:
    """Return bills of a roll after a number, by a part of a name, or how a number begins."""
    ctx.require("officer", "auditor")
    with ctx.transaction() as tx:
        found = rolls.list_bills(tx, line, text=text.strip(), after=after, limit=PAGE_BILLS + 1)
    shown = tuple(found[:PAGE_BILLS])
    return BillList(shown, shown[-1].bill_no if len(found) > PAGE_BILLS else None)
