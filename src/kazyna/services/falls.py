"""Parts of bills that fall due since an earlier part was missed, where the law says so."""

from dataclasses import dataclass
from datetime import date

from kazyna.core.errors import Finding, InputError
from kazyna.services.context import Context
from kazyna.store import ledger_interest, parts
from kazyna.store.connection import Transaction


@dataclass(frozen=True)
class FallenDue:
    """What fell due."""

    through: date
    debts: int
    """Parts that are late now, with the part that was missed."""
    left: int
    """Accounts with facts that count from earlier days: the next run of interest follows them."""


def fall_due(ctx: Context, *, through: date | None = None) -> FallenDue:
    """Let fall due what is open of bills of which a part was missed; asked twice, once.

    Runs of interest do it too; alone it is for an office that writes to debtors before it charges.

    Raises
    ------
    InputError
        When the day lies in the future.
    """
    ctx.require("officer")
    day = through or ctx.today
    if day > ctx.today:
        expected = f"a day up to {ctx.today}"
        raise InputError(Finding("parts", f"the day is {day}", expected, column="through"))
    with ctx.transaction() as tx:
        return fall_due_within(tx, day)


def fall_due_within(tx: Transaction, through: date) -> FallenDue:
    """Let parts fall due inside a transaction, such as that of a run of dunning."""
    if not parts.days_that_fall(tx):
        return FallenDue(through, 0, 0)
    run = ledger_interest.lock_runs(tx)
    left = ledger_interest.accounts_to_replay(tx, since=run.last_entry if run else 0)
    fallen = parts.let_fall_due(tx, key="interest:parts", through=through, but=left)
    return FallenDue(through, fallen, len(left))
