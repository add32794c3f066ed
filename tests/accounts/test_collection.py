"""Plans, dunning and risk: published cases, and what must hold of any."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kazyna.accounts import (
    DEBTORS,
    DunningStep,
    InstalmentRule,
    PlanFacts,
    RiskReason,
    decide_plan,
    is_broken,
    next_steps,
    owed_by,
    ranking,
    risk_points,
    schedule,
)

# Estonia, emta.ee, payment in instalments: granted without an officer up to 20,000 euros and 12
# months, with every return filed, no running plan and no unpaid fine; plans of 2 to 24 months from
# 50 euros; an instalment on a week-end is due on the working day before; no grace.
ESTONIA = InstalmentRule(2, 24, 5_000, 2_000_000, 12, "before", 0)


@pytest.mark.parametrize(
    ("change", "outcome", "reasons"),
    [
        ({}, "granted", ()),
        ({"debt": 2_000_000, "months": 12}, "granted", ()),
        ({"debt": 2_000_001}, "officer", ("debt_too_large",)),
        ({"months": 13}, "officer", ("months_for_officer",)),
        ({"running_plans": 1}, "officer", ("running_plan",)),
        ({"unpaid_fines": 1, "missing_returns": 2}, "officer", ("unpaid_fines", "missing_returns")),
        ({"broken_plans": 1}, "officer", ("broken_plan",)),
        ({"debt": 4_999}, "refused", ("debt_too_small",)),
        ({"months": 25}, "refused", ("months_too_many",)),
        ({"months": 1, "debt": 10}, "refused", ("months_too_few", "debt_too_small")),
    ],
)
def test_estonia_decides_without_an_officer(
    change: dict[str, int], outcome: str, reasons: tuple[str, ...]
) -> None:
    facts = {"debt": 100_000, "months": 6, "running_plans": 0, "broken_plans": 0,
             "unpaid_fines": 0}  # fmt: skip
    decision = decide_plan(PlanFacts(**(facts | change)), ESTONIA)
    assert (decision.outcome, decision.reasons) == (outcome, reasons)


def test_an_instalment_on_a_week_end_is_due_on_the_working_day_before() -> None:
    days = [part.due_on for part in schedule(300_000, 3, date(2026, 1, 31), ESTONIA)]
    # 31 January 2026 is a Saturday, 28 February too; 31 March is a Tuesday.
    assert days == [date(2026, 1, 30), date(2026, 2, 27), date(2026, 3, 31)]
    after = InstalmentRule(2, 24, 0, 0, 12, "after", 0)
    assert schedule(10, 2, date(2026, 1, 31), after)[0].due_on == date(2026, 2, 2)


def test_fineract_annuity() -> None:
    # apache/fineract, e2e feature LoanMigration: 10,000 at 12 % a year in four months; the first
    # instalment is 2,562.81, of which 100.00 interest.
    rule = InstalmentRule(2, 24, 0, 0, 12, "as_is", 0, Decimal("0.01"))
    plan = schedule(1_000_000, 4, date(2026, 1, 1), rule)
    assert (plan[0].amount, plan[0].interest) == (256_281, 10_000)
    assert [part.amount for part in plan][:3] == [256_281] * 3
    assert sum(part.amount - part.interest for part in plan) == 1_000_000


@given(
    st.integers(1, 10**12), st.integers(2, 24), st.dates(date(2020, 1, 1), date(2030, 1, 1)),
    st.sampled_from(["before", "after", "as_is"]), st.sampled_from(["0", "0", "0.0075"]),
)  # fmt: skip
def test_a_plan_is_the_debt_to_the_last_unit(
    debt: int, months: int, first: date, weekend: str, rate: str
) -> None:
    """Invariant I9: instalments sum to the whole."""
    rule = InstalmentRule(2, 24, 0, 0, 12, weekend, 0, Decimal(rate))  # type: ignore[arg-type]
    plan = schedule(debt, months, first, rule)
    assert sum(part.amount - part.interest for part in plan) == debt
    assert all(one.due_on < two.due_on for one, two in pairwise(plan))
    assert owed_by(plan, plan[-1].due_on) == sum(part.amount for part in plan)
    if rate == "0":
        assert max(p.amount for p in plan) - min(p.amount for p in plan) <= 1
        assert plan[-1].amount <= (debt + 1) // 2


def test_a_plan_is_broken_after_its_days_of_grace() -> None:
    rule = InstalmentRule(2, 24, 0, 0, 12, "as_is", 10)
    plan = schedule(100, 2, date(2026, 1, 5), rule)
    assert not is_broken(plan, 0, date(2026, 1, 15), rule)
    assert is_broken(plan, 0, date(2026, 1, 16), rule)
    assert not is_broken(plan, 50, date(2026, 2, 15), rule)
    assert is_broken(plan, 99, date(2026, 2, 16), rule)


LADDER = [
    DunningStep("reminder", 5, 0, 100),
    DunningStep("notice", 30, 20, 500),
    DunningStep("order", 90, 30, 1000),
]


def due(overdue: int, days_late: int, last: int = -1, days_since: int | None = None) -> int:
    today = date(2026, 6, 1)
    row = {
        "account": "a",
        "overdue": overdue,
        "late_since": today - timedelta(days=days_late),
        "last_step": last,
        "last_on": None if days_since is None else today - timedelta(days=days_since),
    }
    step: int = next_steps(pa.Table.from_pylist([row], DEBTORS), LADDER, today)[0].as_py()
    return step


def test_a_ladder_is_climbed_step_by_step() -> None:
    assert [due(1000, days) for days in (4, 5, 400)] == [-1, 0, 0]
    assert due(99, 400) == -1
    assert [due(1000, 400, 0, since) for since in (19, 20)] == [-1, 1]
    assert due(1000, 29, 0, 25) == -1
    assert due(499, 400, 0, 100) == -1
    assert due(1000, 400, 1, 30) == 2
    assert due(10**9, 4000, 2, 1000) == -1
    assert next_steps(DEBTORS.empty_table(), LADDER, date(2026, 1, 1)).to_pylist() == []
    row = {"account": "a", "overdue": 1, "late_since": date(2020, 1, 1), "last_step": -1}
    assert next_steps(pa.Table.from_pylist([row], DEBTORS), [], date(2026, 1, 1))[0].as_py() == -1


REASONS = (
    RiskReason("years_late", ((2, 15), (3, 25))),
    RiskReason("never_paid", ((1, 20),)),
)


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 1)), max_size=6))
def test_points_can_be_counted_again_from_their_reasons(known: list[tuple[int, int]]) -> None:
    table = pa.table(
        {
            "years_late": pa.array([years for years, _ in known], pa.int64()),
            "never_paid": pa.array([never for _, never in known], pa.int64()),
        }
    )
    found = risk_points(table, REASONS)
    for row, (years, never) in zip(found.to_pylist(), known, strict=True):
        assert row["years_late"] == REASONS[0].points(years)
        assert row["score"] == REASONS[0].points(years) + REASONS[1].points(never)


@given(st.lists(st.tuples(st.integers(0, 60), st.booleans()), max_size=40))
def test_ranking_counts_the_pairs(people: list[tuple[int, bool]]) -> None:
    score, unpaid = (np.array([each[n] for each in people]) for n in (0, 1))
    found = ranking(score.astype(np.int64), unpaid.astype(bool))
    bad = [points for points, failed in people if failed]
    good = [points for points, failed in people if not failed]
    pairs = [(a > b) + (a == b) / 2 for a in bad for b in good]
    if not pairs:
        assert found.auc is None
        return
    assert found.auc == pytest.approx(sum(pairs) / len(pairs))
    assert found.standard_error is not None
    assert 0 <= found.standard_error <= 0.5


def test_ranking_has_the_standard_error_of_hanley_and_mcneil() -> None:
    # By hand, 4 and 4 with one pair of 16 the wrong way: a = 15/16, q1 = 15/17, q2 = 225/248,
    # (0.05859 + 3 (0.88235 - 0.87891) + 3 (0.90726 - 0.87891)) / 16 = 0.009624, its root 0.0981.
    score = np.array([80, 70, 60, 40, 50, 30, 20, 10])
    found = ranking(score, np.arange(8) < 4)
    assert found.auc == 15 / 16
    assert found.standard_error == pytest.approx(0.0981, abs=1e-4)
