"""The revenue forecast of a small office with four years of bills."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from conftest import OFFICER
from debtors import charge, office_of, pay
from kazyna.core.errors import Forbidden
from kazyna.services import ledger, revenue_forecast
from kazyna.services.context import Actor, Context, Installation

TAX = "property_tax"
YEARS = range(2013, 2017)


@pytest.fixture
def officer(installation: Installation) -> Context:
    """Charge 1,000 in January of four years, due in April: 600 are paid in April, 100 in June."""
    ctx = office_of(installation, {"T1": "1000.00"}, today=date(2016, 12, 5))
    for year in range(2013, 2016):
        charge(ctx, {"T1": "1000.00"}, tax=TAX, year=year, due_on=date(year, 4, 30))
    for year in YEARS:
        pay(ctx, "T1", "600.00", date(year, 4, 10), f"a{year}", year=year)
    return ctx


def test_a_year_is_forecast_by_the_years_before(officer: Context) -> None:
    found = revenue_forecast.revenue_forecast(officer)
    assert found.known_through == date(2016, 11, 1)
    assert [each.month for each in found.months][:2] == [date(2016, 12, 1), date(2017, 1, 1)]
    assert found.months[-1].month == date(2017, 11, 1)
    assert found.expected == sum(each.expected for each in found.months)
    assert [(each.tax, each.expected) for each in found.taxes] == [(TAX, found.expected)]
    # all the roll of 2017 is expected in January to April, as it came before
    by_month = {each.month: each.expected for each in found.months}
    assert by_month[date(2017, 4, 1)] > 0
    assert by_month[date(2017, 2, 1)] == 0


def test_the_method_is_tested_on_the_past(officer: Context) -> None:
    found = revenue_forecast.revenue_forecast(officer, months=3)
    tested = {each.month: (each.expected, each.actual) for each in found.tested}
    assert tested[date(2016, 4, 1)][1] == Decimal(600)
    assert tested[date(2016, 3, 1)] == (Decimal(0), Decimal(0))
    assert found.error is not None
    assert found.bias is not None
    assert abs(found.bias) <= found.error
    # three Aprils are too few for an interval
    assert all(each.low is None for each in found.months)


def test_what_is_undone_goes_out_in_the_month_of_its_undoing(officer: Context) -> None:
    before = revenue_forecast.revenue_forecast(officer).tested
    paid = pay(officer, "T1", "50.00", date(2016, 9, 1), "wrong")
    ledger.reverse(officer, entry_id=paid.entry_id, reason="not ours", key="undo")
    after = revenue_forecast.revenue_forecast(officer).tested
    # it came in September and went in December, which is not over yet
    changed = {b.month: b.actual - a.actual for a, b in zip(before, after, strict=True)}
    assert {month: more for month, more in changed.items() if more} == {date(2016, 9, 1): 50}


def test_it_is_of_the_office(officer: Context) -> None:
    with pytest.raises(Forbidden):
        revenue_forecast.revenue_forecast(replace(officer, actor=Actor("own", "taxpayer", "T1")))
    assert officer.actor == OFFICER
