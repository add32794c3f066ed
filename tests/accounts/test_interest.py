"""Penalty interest: the cases that governments publish, and what must hold of any rule."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import get_args

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kazyna.accounts import (
    DayCount,
    InterestRate,
    InterestRule,
    Move,
    advanced,
    interest,
    interest_of,
    interest_of_debts,
    round_fraction,
    segments,
    standings_of,
    weights,
)
from kazyna.core.dated import Dated
from kazyna.core.money import RoundingMode


def rates(*values: tuple[str, str, int]) -> Dated[InterestRate]:
    return Dated.of(
        (date.fromisoformat(day), InterestRate(Decimal(share), per)) for day, share, per in values
    )


def owed(
    rule: InterestRule, due: str, paid: str, amount: int = 1_000_000, since: str | None = None
) -> int:
    """Return the interest on a sum in minor units, owed from its due day until it is paid."""
    due_on, paid_on = date.fromisoformat(due), date.fromisoformat(paid)
    moves = [Move(date.fromisoformat(since or due), amount), Move(paid_on, -amount)]
    later = paid_on + timedelta(days=500)
    return interest(moves, due_on, later, rule, weights(rule, later))


# GOV.UK smart-answers, test/unit/calculators/self_assessment_penalties_test.rb: simple interest on
# 365 days also in leap years, from the day after the deadline to the day before the payment.
GOV_UK = InterestRule(
    rates(("2010-01-01", "0.03", 365), ("2016-08-23", "0.0275", 365)), last_day_counts=False
)


@pytest.mark.parametrize(
    ("paid", "expected"),
    [
        ("2014-02-01", 0),
        ("2014-03-03", 2466),  # 10,000 × 3 % × 30 ÷ 365
        ("2014-04-02", 4932),
        ("2014-08-01", 14877),  # 181 days
        ("2014-09-02", 17507),  # 213 days
        ("2015-02-01", 30000),
        ("2015-02-02", 30082),
        ("2015-03-05", 32630),  # 397 days
    ],
)
def test_gov_uk_self_assessment(paid: str, expected: int) -> None:
    assert owed(GOV_UK, "2014-01-31", paid) == expected


@pytest.mark.parametrize(
    ("due", "paid", "expected"),
    [
        ("2016-01-31", "2016-08-23", 1677),  # 1,000 × 3 % × 204 ÷ 365
        ("2016-08-23", "2016-10-31", 512),  # 68 days
        ("2017-01-31", "2017-03-01", 211),  # 28 days
        ("2016-01-31", "2016-10-31", 2197),  # 204 days at 3 % and 69 at 2.75 %
    ],
)
def test_gov_uk_when_the_rate_changes(due: str, paid: str, expected: int) -> None:
    assert owed(GOV_UK, due, paid, 100_000) == expected


# HMRC Compliance Handbook CH140220, CH141140, CH140260: from the day after the due day to the day
# of payment. A rate of one minor unit a day makes the interest the number of days.
HMRC = InterestRule(rates(("2010-01-01", "0.000001", 1)))


@pytest.mark.parametrize(
    ("due", "paid", "days"),
    [
        ("2013-01-31", "2013-01-31", 0),
        ("2013-01-31", "2013-02-01", 1),
        ("2013-02-04", "2013-02-07", 3),
        ("2013-01-31", "2013-02-28", 28),
        ("2013-01-31", "2013-03-01", 29),
        ("2012-01-31", "2012-03-01", 30),
        ("2013-01-31", "2013-06-03", 123),
        ("2013-01-31", "2013-03-05", 33),
        ("2013-01-31", "2013-05-01", 90),
        ("2013-01-31", "2013-05-24", 113),
    ],
)
def test_hmrc_days(due: str, paid: str, days: int) -> None:
    assert owed(HMRC, due, paid) == days


def test_hmrc_part_payments_bear_interest_for_their_own_days() -> None:
    # 10,000 due on 31 January 2013: 5,000 in time, 2,000 after 90 days, 3,000 after 113 days.
    rule = InterestRule(rates(("2010-01-01", "0.03", 365)))
    due = date(2013, 1, 31)
    moves = [
        Move(date(2012, 4, 5), 1_000_000), Move(due, -500_000),
        Move(date(2013, 5, 1), -200_000), Move(date(2013, 5, 24), -300_000),
    ]  # fmt: skip
    through = date(2014, 1, 1)
    exact = Fraction(3, 100 * 365) * (200_000 * 90 + 300_000 * 113)
    assert interest(moves, due, through, rule, weights(rule, through)) == round(exact)
    parts = segments(moves, due, through, rule)
    assert sum(part.interest for part in parts) == exact
    assert [(part.principal, int(part.units)) for part in parts] == [(500_000, 90), (300_000, 23)]


# Estonia, emta.ee, payment of interests: 0.06 % a day from the day after the due day to the day of
# payment inclusive, nothing from 1 March to 17 May 2020, 0.03 % to the end of 2021; whole euros,
# and claims under 10 euros are not issued.
ESTONIA = InterestRule(
    rates(
        ("2000-01-01", "0.0006", 1), ("2020-03-01", "0", 1), ("2020-05-18", "0.0003", 1),
        ("2022-01-01", "0.0006", 1),
    ),
    unit=100, claim_from=1000,
)  # fmt: skip


def test_estonia_pauses_halves_and_rounds_to_euros() -> None:
    # 1,000 × (593 × 0.03 % + 32 × 0.06 %) = 197.10
    assert owed(ESTONIA, "2020-03-31", "2022-02-01", 100_000) == 19_700


@pytest.mark.parametrize(("days", "expected"), [(15, 0), (17, 1000), (18, 1100), (10, 0)])
def test_estonia_does_not_claim_under_ten_euros(days: int, expected: int) -> None:
    # 1,000 × 0.06 % × 15 = 9.00; × 17 = 10.20; × 18 = 10.80 rounds to 11
    paid = date(2019, 3, 31) + timedelta(days=days)
    assert owed(ESTONIA, "2019-03-31", paid.isoformat(), 100_000) == expected


@pytest.mark.parametrize(
    ("count", "amount", "days", "expected"),
    [
        # Closing a house: 1,743.25 a year of 360 days to 12 August exclusive; 221 days.
        (("thirty_360", 360), 174_325, ("2023-01-01", "2023-08-11"), 107_016),
        # 900 a year of 365 days to 1 September exclusive: 243 ÷ 365 (the page prints 599.40).
        (("days", 365), 90_000, ("2023-01-01", "2023-08-31"), 59_918),
        (("actual_actual", 1), 36_600, ("2024-01-01", "2024-02-01"), 3_200),
        (("actual_actual", 1), 36_500, ("2023-01-01", "2023-02-01"), 3_200),
        (("started_months", 1), 1_000, ("2023-01-01", "2023-03-01"), 3_000),
        (("started_months", 1), 1_000, ("2023-01-16", "2023-02-28"), 2_000),
        (("thirty_360", 1), 1, ("2023-02-01", "2023-02-28"), 30),
        (("thirty_360", 1), 1, ("2023-03-01", "2023-03-31"), 30),
    ],
)
def test_ways_to_count_days(
    count: tuple[DayCount, int], amount: int, days: tuple[str, str], expected: int
) -> None:
    rule = InterestRule(rates(("2000-01-01", "1", count[1])), count=count[0])
    first, through = map(date.fromisoformat, days)
    due = first - timedelta(days=1)
    moves = [Move(due, amount)]
    assert interest(moves, due, through, rule, weights(rule, through)) == expected


def test_russia_doubles_after_thirty_days() -> None:
    # Tax Code, article 75(4): of organisations 1/300 of the key rate, from the 31st day 1/150.
    key = ("2024-07-29", "0.18", 300)
    rule = InterestRule(rates(key), later=rates(("2024-07-29", "0.18", 150)), later_after=30)
    # 400,000 × 18 % × (30 ÷ 300 + 10 ÷ 150)
    assert owed(rule, "2024-08-01", "2024-09-10", 40_000_000) == 1_200_000
    assert owed(rule, "2024-08-01", "2024-08-31", 40_000_000) == 720_000


def test_the_limits_of_the_law() -> None:
    # DIGIT sample interest master (egovernments/docs): 18 %, at least 200, at most 20,000.
    rule = InterestRule(rates(("2000-01-01", "0.18", 365)), at_least=20_000, at_most=2_000_000)
    assert owed(rule, "2023-01-01", "2023-01-11", 100_000) == 20_000
    assert owed(rule, "2013-01-01", "2023-01-01", 10_000_000) == 2_000_000
    assert owed(rule, "2023-01-01", "2023-01-01", 100_000) == 0
    half = InterestRule(rates(("2000-01-01", "0.01", 1)), cap=Decimal("0.5"))
    assert owed(half, "2023-01-01", "2023-06-30", 100_000) == 50_000


def test_the_cap_is_of_what_was_late_not_of_what_was_paid_in_time() -> None:
    rule = InterestRule(rates(("2000-01-01", "0.01", 1)), cap=Decimal(1))
    due, through = date(2023, 1, 31), date(2024, 1, 31)
    moves = [Move(date(2022, 12, 1), 1000), Move(date(2023, 1, 15), -400)]
    assert interest(moves, due, through, rule, weights(rule, through)) == 600


DAYS = st.dates(date(2019, 1, 1), date(2022, 12, 31))
DUE = st.dates(date(2019, 6, 1), date(2020, 12, 31))
MODES: tuple[RoundingMode, ...] = get_args(RoundingMode)


@st.composite
def rules(draw: st.DrawFn) -> InterestRule:
    dated = st.dictionaries(
        st.dates(date(2018, 1, 1), date(2021, 12, 31)),
        st.builds(
            InterestRate,
            st.decimals(0, Decimal("0.2"), places=4),
            st.sampled_from([1, 300, 360, 365]),
        ),
        min_size=1,
        max_size=4,
    )
    later = draw(st.booleans())
    return InterestRule(
        Dated.of(draw(dated).items()),
        count=draw(st.sampled_from(get_args(DayCount))),
        first_day=draw(st.integers(0, 3)),
        last_day_counts=draw(st.booleans()),
        later=Dated.of(draw(dated).items()) if later else None,
        later_after=draw(st.integers(0, 90)) if later else 0,
        cap=draw(st.none() | st.sampled_from([Decimal(1), Decimal("0.5")])),
        at_least=draw(st.sampled_from([0, 0, 50])),
        at_most=draw(st.none() | st.just(10**6)),
        claim_from=draw(st.sampled_from([0, 0, 100])),
        unit=draw(st.sampled_from([1, 1, 100])),
        mode=draw(st.sampled_from(MODES)),
    )


@st.composite
def debts(draw: st.DrawFn) -> list[Move]:
    """Draw a debt that is raised and lowered, and on no day below nothing."""
    moves, standing = [], 0
    for day in sorted(draw(st.lists(DAYS, min_size=1, max_size=6))):
        amount = draw(st.integers(-standing, 10**7))
        standing += amount
        moves.append(Move(day, amount))
    return moves


@given(rules(), debts(), DUE, DAYS, st.randoms())
def test_the_order_in_which_facts_arrive_does_not_matter(
    rule: InterestRule, moves: list[Move], due: date, through: date, chance: object
) -> None:
    table = weights(rule, through)
    mixed = list(moves)
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    assert interest(mixed, due, through, rule, table) == interest(moves, due, through, rule, table)


@given(rules(), debts(), DUE, st.tuples(DAYS, st.integers(0, 400)), st.integers(1, 10**6))
def test_interest_never_falls_with_days_or_with_the_debt(
    rule: InterestRule, moves: list[Move], due: date, days: tuple[date, int], more: int
) -> None:
    through, later = days[0], days[0] + timedelta(days=days[1])
    table = weights(rule, later)
    now = interest(moves, due, through, rule, table)
    assert 0 <= now <= interest(moves, due, later, rule, table)
    assert now <= interest([*moves, Move(moves[0].day, more)], due, through, rule, table)


@given(rules(), debts(), DUE, DAYS, st.integers(0, 400))
def test_adjacent_days_add_up_before_rounding(
    rule: InterestRule, moves: list[Move], due: date, through: date, days: int
) -> None:
    """A pause over some days takes out exactly what those days would have borne."""
    later = through + timedelta(days=days)
    everything = sum(part.interest for part in segments(moves, due, later, rule))
    before = sum(part.interest for part in segments(moves, due, through, rule))
    plain = InterestRule(
        rule.rates, rule.count, rule.first_day, rule.last_day_counts, rule.later, rule.later_after
    )
    table = weights(plain, later)
    paused = [(through + timedelta(days=1), later)]
    assert interest(moves, due, later, plain, table, pauses=paused) == round_fraction(
        before.numerator, before.denominator, "half_up"
    )
    assert interest(moves, due, later, plain, table) == round_fraction(
        everything.numerator, everything.denominator, "half_up"
    )
    assert interest(moves, due, later, plain, table, pauses=[(date.min, later), *paused]) == 0


@given(rules(), st.lists(st.tuples(debts(), DUE), min_size=1, max_size=5), DAYS)
def test_a_million_debts_are_computed_as_one_is(
    rule: InterestRule, given_debts: list[tuple[list[Move], date]], through: date
) -> None:
    table = weights(rule, through)
    rows = [
        {"debt_no": number, "due_on": due, "day": move.day, "amount": move.amount}
        for number, (moves, due) in enumerate(given_debts)
        for move in moves
    ]
    found = interest_of_debts(pa.Table.from_pylist(rows[::-1]), through, rule, table)
    one_by_one = [interest(moves, due, through, rule, table) for moves, due in given_debts]
    assert found["interest"].to_pylist() == one_by_one


@given(
    rules(), st.lists(st.tuples(debts(), DUE), min_size=1, max_size=5),
    st.lists(DAYS, min_size=2, max_size=4).map(sorted),
)  # fmt: skip
def test_interest_goes_on_from_where_it_stood(
    rule: InterestRule, given_debts: list[tuple[list[Move], date]], days: list[date]
) -> None:
    """Day by day, in any strides, is the same as from the first movement at once."""
    table = weights(rule, days[-1])
    rows = [
        {"debt_no": number, "due_on": due, "day": move.day, "amount": move.amount}
        for number, (moves, due) in enumerate(given_debts)
        for move in moves
    ]
    stands = standings_of(pa.Table.from_pylist(rows), days[0], rule, table)
    steady = stands.steady.tolist()
    for day in days[1:]:
        stands = advanced(stands, day, rule, table)
    at_once = [interest(moves, due, days[-1], rule, table) for moves, due in given_debts]
    in_strides = interest_of(stands, rule, table).tolist()
    known = [number for number, settled in enumerate(steady) if settled]
    assert [in_strides[number] for number in known] == [at_once[number] for number in known]


def test_sums_beyond_64_bits_stay_exact() -> None:
    rule = InterestRule(rates(("2000-01-01", "0.123457", 365)), count="actual_actual")
    due, through = date(2010, 1, 1), date(2020, 1, 1)
    table = weights(rule, through)
    moves = [Move(due, 2**60)]
    rows = pa.Table.from_pylist([{"debt_no": 1, "due_on": due, "day": due, "amount": 2**60}])
    found = interest_of_debts(rows, through, rule, table)
    assert found["interest"].to_pylist() == [interest(moves, due, through, rule, table)]
    before = standings_of(rows, date(2010, 6, 1), rule, table)
    after = advanced(before, through, rule, table)
    assert interest_of(after, rule, table).tolist() == found["interest"].to_pylist()


def test_no_debt_and_no_day_before_the_law_bear_interest() -> None:
    rule = InterestRule(rates(("2020-01-01", "0.01", 1)))
    due = date(2019, 1, 1)
    assert interest([Move(due, 100)], due, date(2019, 12, 31), rule,
                    weights(rule, date(2019, 12, 31))) == 0  # fmt: skip
    assert interest([], due, date(2021, 1, 1), rule, weights(rule, date(2021, 1, 1))) == 0
    with pytest.raises(ValueError, match="the weights end on 2020-02-01"):
        interest([Move(due, 100)], due, date(2020, 2, 2), rule, weights(rule, date(2020, 2, 1)))
