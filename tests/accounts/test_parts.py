"""Bills in parts: every cent is in one of them, whatever corrections do."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kazyna.accounts import (
    OLDEST_FIRST,
    Debt,
    Fact,
    Part,
    PartsRule,
    Terms,
    divide,
    divide_again,
    divide_all,
    divided_over_time,
    replay,
)

HALF = Decimal("0.5")
SPRING, AUTUMN = date(2016, 4, 30), date(2016, 10, 31)
WASHINGTON = PartsRule(SPRING, (SPRING, AUTUMN), (HALF, HALF), divide_from=50_00, missed="whole")
ESTONIA = PartsRule(
    date(2020, 3, 31),
    (date(2020, 3, 31), date(2020, 10, 1)),
    (HALF, HALF),
    divide_from=64_01,
    first_at_least=64_00,
)
QUARTERS = tuple(date(2016, month, 20) for month in (3, 6, 9, 12))


def amounts_of(parts: tuple[Part, ...]) -> list[int]:
    return [part.amount for part in parts]


@pytest.mark.parametrize(
    ("amount", "parts"),
    [
        (64_00, [64_00]),
        (64_01, [64_00, 1]),
        (100_00, [64_00, 36_00]),
        (128_00, [64_00, 64_00]),
        (200_00, [100_00, 100_00]),
    ],
)
def test_the_land_tax_of_estonia(amount: int, parts: list[int]) -> None:
    """Up to 64 euros at once, above it at least half and 64 by the first day (emta.ee, 2020)."""
    assert amounts_of(divide(amount, ESTONIA)) == parts


def test_halves_as_in_washington() -> None:
    assert divide(49_99, WASHINGTON) == (Part(SPRING, 49_99),)
    assert divide(50_00, WASHINGTON) == (Part(SPRING, 25_00), Part(AUTUMN, 25_00))
    assert amounts_of(divide(100_01, WASHINGTON)) == [50_01, 50_00]
    assert divide(0, WASHINGTON) == ()


def test_a_part_without_a_day_is_refused() -> None:
    with pytest.raises(ValueError, match="rising"):
        PartsRule(SPRING, (AUTUMN, SPRING), (HALF, HALF))
    with pytest.raises(ValueError, match="together 1"):
        PartsRule(SPRING, (SPRING, AUTUMN), (HALF, Decimal("0.4")))
    with pytest.raises(ValueError, match="too large"):
        divide(2**62 + 1, WASHINGTON)


@st.composite
def rules(draw: st.DrawFn) -> PartsRule:
    """Draw how bills are divided: up to four parts, in shares of a hundredth."""
    cuts = draw(st.lists(st.integers(1, 99), unique=True, max_size=3))
    edges = [0, *sorted(cuts), 100]
    shares = tuple(Decimal(after - before) / 100 for before, after in pairwise(edges))
    return PartsRule(
        whole_on=draw(st.sampled_from(QUARTERS)),
        due_days=QUARTERS[: len(shares)],
        shares=shares,
        divide_from=draw(st.integers(0, 10_000)),
        first_at_least=draw(st.integers(0, 10_000)),
        unit=draw(st.sampled_from([1, 5, 100])),
        remainder=draw(st.sampled_from(["first", "last"])),
    )


@given(rules(), st.lists(st.integers(0, 10**15), min_size=1, max_size=20))
def test_parts_add_up_to_the_bill(rule: PartsRule, amounts: list[int]) -> None:
    found = divide_all(np.array(amounts, np.int64), rule)
    assert found.sum(axis=0).tolist() == amounts
    assert found.min() >= 0
    for column, amount in zip(found.T.tolist(), amounts, strict=True):
        assert [part for part in column if part] == amounts_of(divide(amount, rule))


@given(
    rules(),
    st.integers(0, 10**9),
    st.lists(st.tuples(st.integers(-100, 400), st.integers(0, 10**9)), max_size=5),
)
def test_corrections_keep_the_sum_and_what_is_past(
    rule: PartsRule, first: int, later: list[tuple[int, int]]
) -> None:
    """What is raised never touches a day that is past while another is ahead."""
    day = rule.days[0]
    steps = [(day + timedelta(days=days), amount) for days, amount in sorted(later)]
    parts = divide(first, rule)
    for on, amount in steps:
        before = {part.due_on: part.amount for part in parts}
        raised = amount >= sum(before.values())
        parts = divide_again(parts, amount, on, rule)
        assert sum(amounts_of(parts)) == amount
        assert min(amounts_of(parts), default=1) > 0
        after = {part.due_on: part.amount for part in parts}
        past = [past for past in rule.days if past < on]
        if raised and any(ahead >= on for ahead in rule.due_days) and past:
            assert all(after.get(past_day) == before.get(past_day) for past_day in past)
    assert parts == divided_over_time([(date.min, first), *steps], rule)


def test_what_a_correction_moves() -> None:
    halves = divide(100_000, WASHINGTON)
    early, between, late = date(2016, 3, 1), date(2016, 8, 1), date(2016, 12, 1)
    assert amounts_of(divide_again(halves, 40_00, early, WASHINGTON)) == [40_00]
    assert amounts_of(divide_again(halves, 120_000, between, WASHINGTON)) == [50_000, 70_000]
    assert amounts_of(divide_again(halves, 60_000, between, WASHINGTON)) == [50_000, 10_000]
    assert amounts_of(divide_again(halves, 40_000, between, WASHINGTON)) == [40_000]
    assert amounts_of(divide_again(halves, 120_000, late, WASHINGTON)) == [50_000, 70_000]
    assert amounts_of(divide_again(halves, 60_000, late, WASHINGTON)) == [50_000, 10_000]
    assert divide_again((), 30_00, between, WASHINGTON) == (Part(AUTUMN, 30_00),)


def spring_and_autumn() -> tuple[Debt, Debt]:
    return Debt(2016, "tax", SPRING), Debt(2016, "tax", AUTUMN)


def played(*payments: tuple[date, int], through: date) -> dict[Debt, int]:
    """Play an account that owes two halves of 500, and return what is open of each."""
    new_year = date(2016, 1, 1)
    facts = [Fact(new_year, 500_00, debt) for debt in spring_and_autumn()]
    facts += [Fact(day, -amount) for day, amount in payments]
    terms = Terms(lambda _: OLDEST_FIRST, None, None)
    return replay(facts, through, terms, falls={2016: (SPRING, AUTUMN)}).balances()


def test_who_misses_a_part_owes_the_whole() -> None:
    spring, autumn = spring_and_autumn()
    assert played(through=SPRING) == {spring: 500_00, autumn: 500_00}
    assert played(through=date(2016, 5, 1)) == {spring: 1000_00}
    assert played((SPRING, 500_00), through=date(2016, 6, 1)) == {autumn: 500_00}
    assert played((SPRING, 499_99), through=date(2016, 6, 1)) == {spring: 500_01}
    # Paid a day late, the second half stays due with the first.
    assert played((date(2016, 5, 1), 500_00), through=date(2016, 6, 1)) == {spring: 500_00}


@given(
    st.permutations(
        [(date(2016, 4, 1), 200_00), (date(2016, 4, 29), 300_00), (date(2016, 7, 1), 100_00)]
    )
)
def test_the_order_in_which_payments_come_to_light_is_nothing(
    payments: list[tuple[date, int]],
) -> None:
    _, autumn = spring_and_autumn()
    assert played(*payments, through=date(2016, 8, 1)) == {autumn: 400_00}
