"""Accounts from the journal to what the engine plays again: facts, and what is posted."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from kazyna.accounts import Corrections, Debt, Fact, Played, Terms, corrections, replay, weights
from kazyna.core.errors import Finding, InputError, NotFound
from kazyna.services.context import Context
from kazyna.services.ledger import crediting_order
from kazyna.store import ledger_interest, parts, suspensions
from kazyna.store.connection import Transaction
from kazyna.store.ledger_interest import ChargedRow, HistoryRow

SPREAD = frozenset({"payment", "offset", "transfer"})
"""Kinds of entry that settle debts in the order of the law; others name the debts they move."""
OPEN_END = date(9000, 1, 1)
READ_AT_ONCE = 1_000
"""Accounts that are read and played at a time, so that memory does not grow with their number."""

Pauses = Mapping[Debt, Sequence[tuple[date, date]]]


@dataclass(frozen=True)
class AccountHistory:
    """One receivable account: its facts, what is posted, and when its debts were suspended."""

    account: str
    facts: tuple[Fact, ...]
    posted: Played
    pauses: Pauses
    interest_items: Mapping[Debt, int]
    """The items of the debts of interest."""
    falls: Mapping[int, Sequence[date]]
    """By tax year: the days of parts of which the rest falls due when one is missed."""

    def lawful(self, through: date, terms: Terms) -> Played:
        """Play the account again through a day."""
        return replay(self.facts, through, terms, pauses=self.pauses, falls=self.falls)

    def corrections(self, through: date, terms: Terms) -> Corrections:
        """Return what is to be posted so that the account stands as the law has it."""
        return corrections(self.lawful(through, terms), self.posted)


def terms_of(ctx: Context, through: date) -> Terms:
    """Return what the pack says of crediting and of penalty interest."""
    law = ctx.pack.accounts.interest
    rule = law.rule(ctx.pack.currency) if law else None
    table = weights(rule, through) if rule else None
    return Terms(lambda day: crediting_order(ctx, day), rule, table)


def day_of_interest(ctx: Context, through: date | None) -> tuple[date, Terms]:
    """Return the day through which interest is computed, today where none is said, and its law.

    Raises
    ------
    NotFound
        When the pack knows no penalty interest.
    InputError
        When the day lies in the future.
    """
    day = through or ctx.today
    if day > ctx.today:
        expected = f"a day up to {ctx.today}"
        raise InputError(Finding("interest", f"the day is {day}", expected, column="through"))
    terms = terms_of(ctx, day)
    if terms.rule is None:
        raise NotFound(f"The pack {ctx.pack.name} says nothing of penalty interest.")
    return day, terms


def read_in_parts(tx: Transaction, accounts: Sequence[str]) -> Iterator[list[AccountHistory]]:
    """Read any number of accounts whole, some at a time."""
    for start in range(0, len(accounts), READ_AT_ONCE):
        yield read_histories(tx, accounts[start : start + READ_AT_ONCE])


def read_histories(tx: Transaction, accounts: Sequence[str]) -> list[AccountHistory]:
    """Read receivable accounts whole, in the order of their names."""
    rows = ledger_interest.history(tx, accounts)
    charged: dict[str, list[ChargedRow]] = defaultdict(list)
    for row in ledger_interest.charged(tx, accounts):
        charged[row.account].append(row)
    suspended: dict[str, list[suspensions.SuspensionRow]] = defaultdict(list)
    for pause in suspensions.of_accounts(tx, accounts):
        suspended[f"receivable:{pause.tax}:{pause.taxpayer_id}"].append(pause)
    falls = parts.days_that_fall(tx)
    return [
        _history(
            account, list(of_account), charged[account], suspended[account],
            falls=falls.get(account.split(":")[1], {}),
        )
        for account, of_account in groupby(rows, key=lambda row: row.account)
    ]  # fmt: skip


def _history(
    account: str,
    rows: list[HistoryRow],
    charged: Iterable[ChargedRow],
    suspended: Iterable[suspensions.SuspensionRow],
    *,
    falls: Mapping[int, Sequence[date]],
) -> AccountHistory:
    moved: Counter[tuple[Debt, date]] = Counter()
    for row in rows:
        debt = _debt(row)
        if debt is not None and not (row.of_run and row.kind == "penalty_interest"):
            moved[debt, row.effective_on] += row.amount
    items = {
        Debt(row.period, "interest", row.due_on, row.place): (row.item_id, row.charged)
        for row in charged
    }
    posted = Played(
        {key: amount for key, amount in moved.items() if amount},
        {debt: amount for debt, (_, amount) in items.items() if amount},
    )
    debts = {debt for debt, _ in moved if debt.bucket == "tax"}
    pauses = {
        debt: [
            (pause.first_day, pause.last_day or OPEN_END)
            for pause in suspended
            if pause.interest_pauses and pause.period == debt.period
        ]
        for debt in debts
    }
    return AccountHistory(
        account=account,
        facts=tuple(_facts(account, rows)),
        posted=posted,
        pauses=pauses,
        interest_items={debt: item_id for debt, (item_id, _) in items.items()},
        falls=falls,
    )


def _facts(account: str, rows: list[HistoryRow]) -> Iterable[Fact]:
    """Yield what happened: no entry that was undone, nothing that runs of interest posted."""
    undone = _undone(rows)
    by_entry = groupby(sorted(rows, key=lambda row: row.entry_id), key=lambda row: row.entry_id)
    for entry_id, group in by_entry:
        sides = list(group)
        kind, day = sides[0].kind, sides[0].effective_on
        if entry_id in undone or sides[0].of_run or kind == "reversal":
            continue
        owed = [(debt, row.amount) for row in sides if (debt := _debt(row)) is not None]
        surplus = sum(row.amount for row in sides if row.period is None)
        if kind in SPREAD:
            # Money that found no debt when it came is of this account if it quotes a bill of it.
            if owed or sides[0].paid_for == account:
                yield Fact(day, sum(amount for _, amount in owed) + min(surplus, 0))
        else:
            yield from (Fact(day, amount, debt) for debt, amount in owed)


def _undone(rows: Iterable[HistoryRow]) -> set[int]:
    """Return the entries that are undone by a reversal that stands itself."""
    reversals = {row.entry_id: row.reverses for row in rows if row.reverses is not None}
    undone: set[int] = set()
    for entry_id in sorted(reversals, reverse=True):
        target = reversals[entry_id]
        if entry_id not in undone and target is not None:
            undone.add(target)
    return undone


def _debt(row: HistoryRow) -> Debt | None:
    if row.period is None or row.bucket is None or row.due_on is None or row.place is None:
        return None
    return Debt(row.period, row.bucket, row.due_on, row.place)
