from decimal import Decimal

from conftest import OFFICER, part_of_county
from kazyna.services import cadastre, ledger, rolls, rounds
from kazyna.services.context import Installation
from kazyna.services.demo import run_demo


def test_the_demonstration_ends_in_the_same_state_when_it_is_run_again(demo: Installation) -> None:
    officer = demo.context(OFFICER)
    before = ledger.trial_balance(officer)
    summary = run_demo(demo, sales_rows=part_of_county())
    assert all(step.done_before for step in summary.steps)
    assert ledger.trial_balance(officer) == before


def test_values_taxes_and_books_agree(shared_demo: Installation) -> None:
    officer = shared_demo.context(OFFICER)
    overview = cadastre.overview(officer)
    round_ = rounds.latest(officer)
    (roll,) = rolls.issued(officer)
    revenue = ledger.revenue(officer)
    arrears = ledger.arrears(officer)
    assert round_ is not None
    assert overview.total_value == round_.total_value
    # One per cent of the total, but each of the bills is rounded to a cent by itself.
    assert abs(roll.total - overview.total_value / 100) <= roll.bills * Decimal("0.005")
    assert revenue.charged == roll.total
    assert revenue.charged - revenue.received == arrears.outstanding


def test_the_ratio_study_is_worth_publishing(shared_demo: Installation) -> None:
    round_ = rounds.latest(shared_demo.context())
    assert round_ is not None
    study = round_.study
    assert 0.95 < study.median_ratio.value < 1.05
    assert study.cod.value < 15
    assert study.last_sale <= round_.valuation_date
