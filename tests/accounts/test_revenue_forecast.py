"""What comes in, by how debts were paid before."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from kazyna.accounts import Cohort, back_test, forecast_months, payment_curve

DUE = 2020 * 12 + 3
YEARS = 5


def yearly(charged: int, paid: dict[int, int], years: int = YEARS) -> list[Cohort]:
    """Charge so much three months before it is due, paid in some months from the due month."""
    return [
        Cohort("t", due, {due - 3: charged}, {due + age: amount for age, amount in paid.items()})
        for due in (DUE + 12 * year for year in range(years))
    ]


def test_the_curve_is_what_was_paid_of_what_was_open() -> None:
    curve = payment_curve(yearly(1000, {-1: 200, 0: 400, 2: 100}), through=DUE + 12 * YEARS)
    # 200 of 1,000; 400 of the 800 left; nothing of 400; 100 of 400
    assert [curve["t", age] for age in (-1, 0, 1, 2)] == [
        Decimal("0.2"), Decimal("0.5"), Decimal(0), Decimal("0.25"),
    ]  # fmt: skip


def test_a_year_like_those_before_is_forecast_to_the_unit() -> None:
    last = DUE + 12 * (YEARS - 1) + 4  # the last roll is charged and paid
    found = forecast_months(yearly(1000, {-1: 200, 0: 400, 2: 100}), through=last, months=12)["t"]
    by_month = {last + 1 + ahead: amount for ahead, amount in enumerate(found)}
    due = DUE + 12 * YEARS
    expected = {due - 1: 200, due: 400, due + 2: 100}
    assert {month: amount for month, amount in by_month.items() if amount} == expected
    tested = back_test(yearly(1000, {-1: 200, 0: 400, 2: 100}), through=last, months=3)
    assert {each.ahead for each in tested} == {1, 2, 3}
    assert all(each.expected == each.actual for each in tested)


def test_arrears_are_paid_as_arrears_were() -> None:
    """The latest roll is half paid by its due month; the rest follows the older ones."""
    cohorts = yearly(1000, {0: 500, 1: 250})
    through = DUE + 12 * (YEARS - 1)
    (expected, *later) = forecast_months(cohorts, through=through, months=3)["t"]
    assert expected == 250
    assert later == [0, 0]


def test_without_a_past_nothing_is_forecast_and_nothing_tested() -> None:
    assert forecast_months([], through=DUE, months=12) == {}
    assert back_test([], through=DUE, months=12) == []
    first = [Cohort("t", DUE, {DUE - 3: 1000}, {})]
    assert forecast_months(first, through=DUE - 2, months=2) == {"t": [0, 0]}


amounts = st.dictionaries(st.integers(-3, 15), st.integers(0, 400), max_size=6)


@given(
    st.lists(st.tuples(st.integers(0, 2000), amounts), min_size=1, max_size=5), st.integers(1, 12)
)
def test_never_more_is_expected_than_is_and_will_be_open(
    rolls: list[tuple[int, dict[int, int]]], months: int
) -> None:
    cohorts = [
        Cohort("t", due, {due - 3: charged}, {due + age: paid for age, paid in moved.items()})
        for due, (charged, moved) in ((DUE + 12 * n, each) for n, each in enumerate(rolls))
    ]
    through = DUE + 12 * (len(rolls) - 1) + 1
    found = forecast_months(cohorts, through=through, months=months)["t"]
    assert all(amount >= 0 for amount in found)
    is_open = sum(
        max(0, charged - sum(paid for age, paid in moved.items() if due + age <= through))
        for due, (charged, moved) in ((DUE + 12 * n, each) for n, each in enumerate(rolls))
    )
    assert sum(found) <= is_open + max(charged for charged, _ in rolls) + Decimal("0.001")
