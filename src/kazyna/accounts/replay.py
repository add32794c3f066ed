"""An account as the law has it: its facts in the order of their days, whenever they came to light.

A payment that the bank reports late counts from its own day. It may have stopped interest that is
charged already, or should have settled another debt first. The account is therefore played again
from its first fact, and the difference to what is posted is posted: any order of arrival ends in
the same balances and the same interest.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import groupby

from kazyna.accounts.crediting import CreditingOrder, OpenDebt, settle
from kazyna.accounts.entry import Debt
from kazyna.accounts.interest import InterestRule, Move, Weights, interest

Span = tuple[date, date]


@dataclass(frozen=True)
class Fact:
    """Something that happened to an account on a day."""

    day: date
    amount: int
    """Minor units; positive raises a debt, negative lowers debts."""
    debt: Debt | None = None
    """The debt that is moved; None where the law decides which debts are settled."""


@dataclass(frozen=True)
class Terms:
    """What the law says of one tax."""

    order_on: Callable[[date], CreditingOrder]
    """The order in which a payment of a day settles debts."""
    rule: InterestRule | None
    table: Weights | None
    """The weights of the rule at least through the last day asked for; None without a rule."""


@dataclass(frozen=True)
class Played:
    """What stands on an account: moved by facts, and charged as interest, in minor units."""

    moved: Mapping[tuple[Debt, date], int]
    """What facts have moved each debt on each day; interest is charged apart."""
    interest: Mapping[Debt, int]
    """The interest charged in all on each debt of interest."""

    def balances(self) -> dict[Debt, int]:
        """Return what is open of each debt."""
        open_: Counter[Debt] = Counter(self.interest)
        for (debt, _), amount in self.moved.items():
            open_[debt] += amount
        return {debt: amount for debt, amount in open_.items() if amount}


@dataclass(frozen=True)
class Corrections:
    """What is to be posted so that an account stands as the law has it."""

    raised: tuple[tuple[date, Debt, int], ...]
    """Parts of debts that were settled wrongly: raised again, to the taxpayer's credit."""
    interest: Mapping[Debt, int]
    """Interest to charge, or with a minus to take back."""
    lowered: tuple[tuple[date, Debt, int], ...]
    """Parts of debts to settle with the taxpayer's credit."""

    @property
    def from_credit(self) -> int:
        """What the taxpayer's credit loses in all; with a minus, what it gains."""
        lowered = sum(amount for _, _, amount in self.lowered)
        return lowered - sum(amount for _, _, amount in self.raised)

    @property
    def is_even(self) -> bool:
        """Whether debts are only settled in another order, with nothing taken back.

        Then each day can be one entry that leaves the account and the credit as they were.
        """
        days: Counter[date] = Counter()
        for sign, parts in ((1, self.raised), (-1, self.lowered)):
            for day, _, amount in parts:
                days[day] += sign * amount
        return not any(days.values()) and min(self.interest.values(), default=0) >= 0

    def goes_by_days(self, stands: Mapping[Debt, int]) -> bool:
        """Whether it is even, and no debt falls below nothing when each day follows the other.

        A part that falls due leaves its day before later days give back what has settled it.
        """
        if not self.is_even:
            return False
        left = Counter(stands)
        left.update(self.interest)
        moves = [(day, 0, debt, amount) for day, debt, amount in self.raised]
        moves += [(day, 1, debt, -amount) for day, debt, amount in self.lowered]
        for _, _, debt, amount in sorted(moves, key=lambda move: move[:2]):
            left[debt] += amount
            if left[debt] < 0:
                return False
        return True

    def __bool__(self) -> bool:
        return bool(self.raised or self.interest or self.lowered)


@dataclass
class _Account:
    """An account while it is played."""

    terms: Terms
    pauses: Mapping[Debt, Sequence[Span]]
    falls: Mapping[int, Sequence[date]]
    moved: Counter[tuple[Debt, date]] = field(default_factory=Counter)
    history: dict[Debt, list[Move]] = field(default_factory=lambda: defaultdict(list))
    open: Counter[Debt] = field(default_factory=Counter)

    def move(self, day: date, debt: Debt, amount: int) -> None:
        self.moved[debt, day] += amount
        self.open[debt] += amount
        if debt.bucket == "tax":
            self.history[debt].append(Move(day, amount))

    def let_fall_due(self, before: date) -> None:
        """Let the rest fall due where a part was missed on a day before another."""
        if not self.falls:
            return
        missed = [
            debt
            for debt, amount in self.open.items()
            if amount > 0 and debt.bucket == "tax" and debt.due_on < before
            and debt.due_on in self.falls.get(debt.period, ())
        ]  # fmt: skip
        for debt in sorted(missed, key=lambda debt: debt.due_on):
            for day in self.falls[debt.period]:
                later = replace(debt, due_on=day)
                if day > debt.due_on and self.open[later] > 0 and self.open[debt] > 0:
                    falls_on, amount = debt.due_on + timedelta(days=1), self.open[later]
                    self.move(falls_on, later, -amount)
                    self.move(falls_on, debt, amount)

    def interest(self, through: date) -> dict[Debt, int]:
        rule, table = self.terms.rule, self.terms.table
        if rule is None or table is None:
            return {}
        charged = {
            interest_debt(debt): interest(
                moves, debt.due_on, through, rule, table, pauses=self.pauses.get(debt, ())
            )
            for debt, moves in self.history.items()
        }
        return {debt: amount for debt, amount in charged.items() if amount}

    def owed(self, day: date) -> dict[Debt, int]:
        """Return what a payment of a day finds open, interest to that day included."""
        rule = self.terms.rule
        counts = rule is not None and rule.last_day_counts
        owed = Counter(self.open)
        owed.update(self.interest(day if counts else day - timedelta(days=1)))
        return {debt: amount for debt, amount in owed.items() if amount > 0}


def replay(
    facts: Iterable[Fact], through: date, terms: Terms,
    *, pauses: Mapping[Debt, Sequence[Span]] | None = None,
    falls: Mapping[int, Sequence[date]] | None = None,
) -> Played:  # fmt: skip
    """Play the facts of one account in the order of their days.

    Parameters
    ----------
    facts
        What happened, in any order. On one day debts are raised first, then lowered by name, then
        settled in the order of the law; payments of one day are one sum.
    through
        The day up to which interest is charged.
    terms
        What the law says.
    pauses
        Days during which a debt of tax bears no interest.
    falls
        By period, the due days of parts of a tax of which the rest falls due, on the day after,
        when one of them is missed.

    Returns
    -------
    Played
        No debt is below nothing; what a payment leaves over is not there: it is the taxpayer's
        credit.
    """
    account = _Account(terms, pauses or {}, falls or {})
    in_time = sorted(facts, key=lambda fact: (fact.day, _turn(fact)))
    for day, of_day in groupby(in_time, key=lambda fact: fact.day):
        account.let_fall_due(day)
        paid = 0
        for fact in of_day:
            if fact.debt is None:
                paid -= fact.amount
            elif fact.amount > 0:
                account.move(day, fact.debt, fact.amount)
            else:
                part = min(-fact.amount, account.owed(day).get(fact.debt, 0))
                account.move(day, fact.debt, -part)
        if paid:
            owed = [OpenDebt(debt, amount) for debt, amount in account.owed(day).items()]
            for part_of in settle(owed, paid, terms.order_on(day)).parts:
                account.move(day, part_of.debt, -part_of.balance)
    account.let_fall_due(through)
    moved = {key: amount for key, amount in account.moved.items() if amount}
    return Played(moved, account.interest(through))


def corrections(lawful: Played, posted: Played) -> Corrections:
    """Compare an account as the law has it with what is posted.

    Parameters
    ----------
    lawful, posted
        The account played again, and as it stands.

    Returns
    -------
    Corrections
        With them posted, what facts moved is the same on every day, and interest in all.
    """
    raised, lowered = [], []
    for debt, day in sorted({*lawful.moved, *posted.moved}, key=_in_order):
        more = lawful.moved.get((debt, day), 0) - posted.moved.get((debt, day), 0)
        if more > 0:
            raised.append((day, debt, more))
        elif more < 0:
            lowered.append((day, debt, -more))
    charged = {
        debt: lawful.interest.get(debt, 0) - posted.interest.get(debt, 0)
        for debt in {**lawful.interest, **posted.interest}
    }
    wrong = {debt: amount for debt, amount in charged.items() if amount}
    return Corrections(tuple(raised), wrong, tuple(lowered))


def interest_debt(debt: Debt) -> Debt:
    """Return the debt of the interest on a debt of tax: of the same period, due day and place."""
    return replace(debt, bucket="interest")


def _turn(fact: Fact) -> int:
    """Return the place of a fact among those of its day."""
    return 0 if fact.amount > 0 else 1 if fact.debt is not None else 2


def _in_order(moved: tuple[Debt, date]) -> tuple[date, int, str, date, str]:
    debt, day = moved
    return day, debt.period, debt.bucket, debt.due_on, debt.place
