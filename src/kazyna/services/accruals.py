"""Interest of the day in the books: computed debt by debt, one line a tax in the journal.

The accounts of taxpayers get their lines when interest is charged (`interest.accrue`), monthly or
when an office likes; the day's interest is in the books without them, and each debt's is kept.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pyarrow as pa

from kazyna.accounts import Entry, Posting, Terms, accrued, revenue
from kazyna.core.errors import Conflict
from kazyna.core.money import from_minor
from kazyna.services import late_interest
from kazyna.services.account_history import day_of_interest, read_in_parts
from kazyna.services.context import Context
from kazyna.services.late_interest import LateInterest
from kazyna.store import ledger, ledger_control, ledger_interest, parts
from kazyna.store.connection import Transaction


@dataclass(frozen=True)
class Accrual:
    """What interest came to on a day, beyond what is charged to taxpayers."""

    accrual_id: int | None
    """None where nothing was left to bring in."""
    through: date
    currency: str
    debts: int
    """Debts that are late on the day, but for those on accounts that were played again."""
    accrued: Decimal
    """All interest that has run and is not charged, after it."""
    added: Decimal
    """What of it this call brought into the books; with a minus, took out of them."""
    computed: int
    """Debts that were computed from the journal, since something had moved them."""
    replayed: int
    """Accounts played again, since facts came to light that count from earlier days."""


def record(ctx: Context, *, through: date | None = None) -> Accrual:
    """Bring the interest on all late debts into the books through a day; asked twice, once.

    Raises
    ------
    NotFound
        When the pack knows no penalty interest.
    InputError
        When the day lies in the future.
    Conflict
        When interest is charged or accrued through a later day already.
    """
    ctx.require("officer")
    day, terms = day_of_interest(ctx, through)
    facts_to = settled(ctx)
    with ctx.transaction() as tx:
        run = ledger_interest.lock_runs(tx)
        before = ledger_interest.accrued_through(tx)
        known = max(before or date.min, run.through if run else date.min)
        if day < known:
            raise Conflict(f"Interest is in the books through {known} already.")
        again = ledger_interest.accounts_to_replay(tx, since=run.last_entry if run else 0)
        key = f"interest:accrued:{day}:{ledger_interest.next_accrual(tx)}"
        parts.let_fall_due(tx, key=f"{key}:parts", through=day, but=again)
        ledger_interest.open_items(tx, day)
        late = late_interest.interest_of_all(tx, day, terms, but=again)
        stands = _by_tax(late) + _of_replayed(tx, again, day, terms)
        added, entry_id = settle(tx, stands, key=key, on=day)
        if late.to_keep:
            late_interest.keep(tx, late, terms, last_entry=facts_to, left_out=again)
        accrual_id, total = None, sum(stands.values())
        if entry_id is not None or before is None or day > before:
            accrual_id = ledger_interest.insert_accrual(
                tx, through=day, debts=late.debts.num_rows, accrued=total, entry_id=entry_id
            )
    return Accrual(
        accrual_id=accrual_id,
        through=day,
        currency=ctx.pack.currency.code,
        debts=late.debts.num_rows,
        accrued=from_minor(total, ctx.pack.currency),
        added=from_minor(added, ctx.pack.currency),
        computed=late.computed,
        replayed=len(again),
    )


def settled(ctx: Context) -> int:
    """Return the last entry before which no other can still appear."""
    with ctx.transaction() as tx:
        return ledger_control.last_settled_entry(tx)


def settle(
    tx: Transaction, stands: Mapping[str, int], *, key: str, on: date
) -> tuple[int, int | None]:
    """Post what makes accrued interest stand so by tax; return the sum and the entry, if any."""
    posted = ledger_interest.accrued(tx)
    postings = []
    for tax in sorted({*stands, *posted}):
        more = stands.get(tax, 0) - posted.get(tax, 0)
        if more:
            ledger_interest.open_accrued(tx, accrued(tax), revenue(tax, "interest"), tax=tax)
            sides = (accrued(tax), revenue(tax, "interest"))
            debit, credit = sides if more > 0 else sides[::-1]
            postings.append(Posting(debit, credit, abs(more)))
    added = sum(stands.values()) - sum(posted.values())
    if not postings:
        return added, None
    entry = Entry(key, "penalty_interest", on, "accrued", tuple(postings))
    return added, ledger.post(tx, entry).entry_id


def _by_tax(late: LateInterest) -> Counter[str]:
    table = pa.table({"tax": late.debts["tax"], "amount": late.not_charged})
    sums = table.group_by("tax").aggregate([("amount", "sum")])
    return Counter(dict(zip(sums["tax"].to_pylist(), sums["amount_sum"].to_pylist(), strict=True)))


def _of_replayed(tx: Transaction, accounts: list[str], through: date, terms: Terms) -> Counter[str]:
    """Return what is not charged on accounts that have to be played from their first fact."""
    found: Counter[str] = Counter()
    for histories in read_in_parts(tx, accounts):
        for history in histories:
            wrong = history.corrections(through, terms)
            found[history.account.split(":")[1]] += sum(wrong.interest.values())
    return found
