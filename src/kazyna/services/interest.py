"""Penalty interest: charged on all late debts to a day, and shown to the day on one account."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kazyna.accounts import (
    Corrections,
    Debt,
    Entry,
    InterestRule,
    InterestSegment,
    Move,
    Posting,
    Terms,
    credit,
    interest_debt,
    round_fraction,
    segments,
)
from kazyna.core.errors import Conflict, Finding, Forbidden, InputError, NotFound
from kazyna.core.money import from_minor
from kazyna.services import accruals, late_interest
from kazyna.services.account_history import (
    AccountHistory,
    day_of_interest,
    read_histories,
    read_in_parts,
    terms_of,
)
from kazyna.services.context import Context
from kazyna.services.late_interest import LateInterest
from kazyna.store import ledger, ledger_interest, parts, taxpayers
from kazyna.store.connection import Transaction

Part = tuple[date, Debt, int]
"""On which day a debt is moved, and by how much."""

AHEAD_DAYS_MAX = 3_660
"""Ten years: what interest will come to if nothing is paid; beyond it nobody knows the rates."""


@dataclass(frozen=True)
class InterestRun:
    """What a run of interest has charged."""

    run_id: int | None
    """None where nothing was left to charge."""
    through: date
    currency: str
    debts: int
    """Debts on which interest was charged or taken back."""
    charged: Decimal
    replayed: int
    """Accounts played again, since facts came to light that count from earlier days."""
    left: tuple[str, ...]
    """Accounts to be looked at: their credit was paid out, and does not cover what it owes now."""


@dataclass(frozen=True)
class InterestLine:
    """Days on which the debt and the rate stood still."""

    first: date
    last: date
    principal: Decimal
    share: Decimal
    """The rate, for `per` units of what the law counts: days, months or years."""
    per: int
    units: Decimal
    interest: Decimal
    """Before rounding, shown to a hundredth of the smallest amount."""


@dataclass(frozen=True)
class DebtInterest:
    """The interest on one debt of tax, to a day."""

    account: str
    tax: str
    period: int
    due_on: date
    place: str
    principal: Decimal
    """What is still owed of the tax."""
    interest: Decimal
    """All interest through the day."""
    charged: Decimal
    """What is posted of it."""
    owed: Decimal
    """What is left to pay of it."""
    lines: tuple[InterestLine, ...]


@dataclass(frozen=True)
class InterestToDay:
    """What a taxpayer owes in interest on a day, posted or not."""

    taxpayer_id: str
    on: date
    currency: str
    debts: tuple[DebtInterest, ...]
    not_charged: Decimal
    """Interest that has run since it was last charged."""


def accrue(ctx: Context, *, through: date | None = None) -> InterestRun:
    """Charge interest through a day on every debt that is late; asked twice, it charges once.

    Facts that came to light since the last run and count from earlier days are followed: what was
    charged too much is taken back, and what they should have settled is settled.

    Raises
    ------
    NotFound
        When the pack knows no penalty interest.
    InputError
        When the day lies in the future.
    Conflict
        When interest is charged through a later day already.
    """
    ctx.require("officer")
    day, terms = day_of_interest(ctx, through)
    facts_to = accruals.settled(ctx)
    with ctx.transaction() as tx:
        before = ledger_interest.lock_runs(tx)
        if before is not None and day < before.through:
            raise Conflict(f"Interest is charged through {before.through} already.")
        key = f"interest:{before.run_id + 1 if before else 1}"
        again = ledger_interest.accounts_to_replay(tx, since=before.last_entry if before else 0)
        parts.let_fall_due(tx, key=f"{key}:parts", through=day, but=again)
        ledger_interest.open_items(tx, day)
        left = _replay_all(tx, again, day, terms, key=f"{key}:again")
        late = late_interest.interest_of_all(tx, day, terms, but=again)
        debts, charged = _charge(tx, _not_charged(tx, late), key=key, through=day)
        if debts or late.to_keep:
            late_interest.keep(tx, late.charged(), terms, last_entry=facts_to, left_out=again)
        accruals.settle(tx, {}, key=f"{key}:accrued", on=day)
        debts, charged = debts + left.debts, charged + left.charged
        run_id = None
        if debts or again or before is None or day > before.through:
            run_id = ledger_interest.insert_run(
                tx, through=day, last_entry=facts_to, debts=debts, charged=charged,
                replayed=len(again),
            )  # fmt: skip
    return InterestRun(
        run_id=run_id,
        through=day,
        currency=ctx.pack.currency.code,
        debts=debts,
        charged=from_minor(charged, ctx.pack.currency),
        replayed=len(again),
        left=left.accounts,
    )


def runs(ctx: Context, limit: int = 50) -> tuple[InterestRun, ...]:
    """Return the latest runs of interest."""
    ctx.require("officer", "auditor")
    with ctx.transaction() as tx:
        rows = ledger_interest.runs(tx, limit=limit)
    currency = ctx.pack.currency
    return tuple(
        InterestRun(row.run_id, row.through, currency.code, row.debts,
                    from_minor(row.charged, currency), row.replayed, ())
        for row in rows
    )  # fmt: skip


def interest_to(ctx: Context, *, taxpayer_id: str, on: date | None = None) -> InterestToDay:
    """Return the interest on every late debt of a taxpayer to a day, posted or not."""
    ctx.require("officer", "auditor", "taxpayer")
    if ctx.actor.role == "taxpayer" and ctx.actor.taxpayer_id != taxpayer_id:
        raise Forbidden("This is another taxpayer's account.")
    day = on or ctx.today
    latest = ctx.today + timedelta(days=AHEAD_DAYS_MAX)
    if day > latest:
        expected = f"a day up to {latest}"
        raise InputError(Finding("interest", f"the day is {day}", expected, column="on"))
    terms = terms_of(ctx, day)
    with ctx.transaction() as tx:
        if taxpayers.find_taxpayer(tx, taxpayer_id) is None:
            raise NotFound(f"No taxpayer has the number {taxpayer_id!r}.")
        names = ledger_interest.receivables_of(tx, taxpayer_id)
        accounts = read_histories(tx, names) if names else []
    found = [
        debt
        for account in accounts
        if terms.rule is not None
        for debt in _debts_to(ctx, account, day, terms, terms.rule)
    ]
    open_ = sum((debt.interest - debt.charged for debt in found), Decimal(0))
    return InterestToDay(taxpayer_id, day, ctx.pack.currency.code, tuple(found), open_)


@dataclass(frozen=True)
class _Replayed:
    debts: int
    charged: int
    accounts: tuple[str, ...]


def _replay_all(
    tx: Transaction, accounts: list[str], through: date, terms: Terms, *, key: str
) -> _Replayed:
    """Play accounts again, and post what differs; return the accounts that could not be mended."""
    debts = charged = 0
    left: list[str] = []
    revenue = ledger_interest.revenue_items(tx, {name.split(":")[1] for name in accounts})
    ledger.lock_accounts(tx, accounts)
    for part, histories in enumerate(read_in_parts(tx, accounts)):
        staged = []
        mended: list[tuple[str, Corrections, bool]] = []
        for history in histories:
            account, wrong = history.account, history.corrections(through, terms)
            if wrong.from_credit > -ledger.balance(tx, _credit_of(account)):
                left.append(account)
                continue
            by_days = wrong.goes_by_days(history.posted.balances())
            if not by_days:
                _transfer(tx, account, wrong.raised, (), key=f"{key}:{account}:raised")
            mended.append((account, wrong, by_days))
            tax = account.split(":")[1]
            staged += [
                {"debit": history.interest_items[debt], "credit": revenue[tax], "amount": amount}
                for debt, amount in wrong.interest.items()
            ]
        done = _charge(tx, pa.Table.from_pylist(staged), key=f"{key}:{part}", through=through)
        debts, charged = debts + done[0], charged + done[1]
        for account, wrong, by_days in mended:
            raised = wrong.raised if by_days else ()
            _transfer(tx, account, raised, wrong.lowered, key=f"{key}:{account}")
    return _Replayed(debts, charged, tuple(left))


def _transfer(
    tx: Transaction, account: str, raised: tuple[Part, ...], lowered: tuple[Part, ...], *, key: str
) -> None:
    """Move between the debts of an account and its taxpayer's credit, each on its own day."""
    own = _credit_of(account)
    for day in sorted({day for day, _, _ in raised + lowered}):
        postings = [Posting(account, own, amount, debt) for on, debt, amount in raised if on == day]
        postings += [
            Posting(own, account, amount, debt) for on, debt, amount in lowered if on == day
        ]
        ledger.post(tx, Entry(f"{key}:{day}", "transfer", day, "", tuple(postings)))


def _not_charged(tx: Transaction, late: LateInterest) -> pa.Table:
    """Return what is to be charged, a debt a row."""
    taxes = late.debts["tax"].combine_chunks()
    revenue = ledger_interest.revenue_items(tx, taxes.dictionary.to_pylist())
    items = pa.array([revenue[tax] for tax in taxes.dictionary.to_pylist()], pa.int64())
    staged = pa.table(
        {
            "debit": late.debts["interest_item"],
            "credit": items.take(taxes.indices),
            "amount": late.not_charged,
        }
    )
    # In the order of the items, the rows are found where they lie.
    return staged.filter(pc.not_equal(staged["amount"], 0)).sort_by("debit")


def _charge(tx: Transaction, staged: pa.Table, *, key: str, through: date) -> tuple[int, int]:
    """Post interest; return the number of debts and the sum."""
    if not staged.num_rows:
        return 0, 0
    number = np.arange(staged.num_rows)
    lines = ledger_interest.LINES_MAX
    numbered = staged.append_column("chunk", pa.array(number // lines, pa.int32()))
    numbered = numbered.append_column("line", pa.array(number % lines + 1, pa.int16()))
    debts = ledger_interest.post(tx, numbered, key=key, through=through)
    return debts, pc.sum(staged["amount"]).as_py()


def _debts_to(
    ctx: Context, account: AccountHistory, day: date, terms: Terms, rule: InterestRule
) -> list[DebtInterest]:
    currency = ctx.pack.currency
    played = account.lawful(day, terms)
    open_ = played.balances()
    moves: dict[Debt, list[Move]] = {}
    for (debt, moved_on), amount in played.moved.items():
        if debt.bucket == "tax" and debt.due_on < day:
            moves.setdefault(debt, []).append(Move(moved_on, amount))
    found = []
    for debt, of_debt in sorted(moves.items(), key=lambda item: (item[0].period, item[0].due_on)):
        cost = interest_debt(debt)
        total, charged = played.interest.get(cost, 0), account.posted.interest.get(cost, 0)
        if total or charged:
            lines = segments(of_debt, debt.due_on, day, rule)
            found.append(
                DebtInterest(
                    account=account.account,
                    tax=account.account.split(":")[1],
                    period=debt.period,
                    due_on=debt.due_on,
                    place=debt.place,
                    principal=from_minor(open_.get(debt, 0), currency),
                    interest=from_minor(total, currency),
                    charged=from_minor(charged, currency),
                    owed=from_minor(open_.get(cost, 0), currency),
                    lines=tuple(_line(ctx, line) for line in lines),
                )
            )
    return found


def _line(ctx: Context, line: InterestSegment) -> InterestLine:
    currency = ctx.pack.currency
    return InterestLine(
        first=line.first,
        last=line.last,
        principal=from_minor(line.principal, currency),
        share=line.share,
        per=line.per,
        units=_decimal(line.units, 0) if line.units.denominator == 1 else _decimal(line.units, 4),
        interest=_decimal(line.interest, 2).scaleb(-currency.decimals),
    )


def _decimal(exact: Fraction, places: int) -> Decimal:
    """Write a fraction to so many places."""
    shifted = exact * 10**places
    whole = round_fraction(abs(shifted.numerator), shifted.denominator, "half_up")
    return Decimal(whole if exact >= 0 else -whole).scaleb(-places)


def _credit_of(account: str) -> str:
    return credit(account.split(":", 2)[2])
