"""The statistics are held against SciPy's own and against textbook formulas written out here."""

import numpy as np
import pytest
from scipy import stats

from kazyna.core.errors import InputError
from kazyna.valuation.ru237.quality import (
    Form,
    best_formula,
    control_sample,
    fit_formula,
    sample_quality,
)


def market(n: int = 300, seed: int = 0) -> tuple[dict[str, np.ndarray], np.ndarray]:
    random = np.random.default_rng(seed)
    area, age = random.uniform(30, 200, n), random.uniform(1, 80, n)
    price = np.exp(9 + 0.9 * np.log(area) - 0.004 * age + random.normal(0, 0.1, n))
    return {"area": area, "age": age}, price


def test_one_factor_agrees_with_scipy() -> None:
    factors, price = market()
    train = np.ones(300, dtype=bool)
    formula = fit_formula({"area": factors["area"]}, price, train=train, form="linear")
    known = stats.linregress(factors["area"], price)
    constant, area = formula.terms
    assert area.coefficient == pytest.approx(known.slope)
    assert area.standard_error == pytest.approx(known.stderr)
    assert area.p_value == pytest.approx(known.pvalue, abs=1e-12)
    assert constant.coefficient == pytest.approx(known.intercept)
    assert constant.standard_error == pytest.approx(known.intercept_stderr)
    assert formula.train.r2 == pytest.approx(known.rvalue**2)
    assert formula.train.f == pytest.approx((known.slope / known.stderr) ** 2), "F = t² with one"


def test_several_factors_agree_with_the_normal_equations() -> None:
    factors, price = market()
    train = control_sample(300, seed=1)
    formula = fit_formula(factors, price, train=train, form="multiplicative")
    x = np.column_stack([np.ones(300), np.log(factors["area"]), np.log(factors["age"])])[train]
    y = np.log(price[train])
    inverse = np.linalg.inv(x.T @ x)
    b = inverse @ x.T @ y
    s2 = ((y - x @ b) ** 2).sum() / (len(y) - 3)
    t = b / np.sqrt(s2 * np.diag(inverse))
    assert [term.coefficient for term in formula.terms] == pytest.approx(b)
    assert [term.t for term in formula.terms] == pytest.approx(t)
    assert formula.t_tabular == pytest.approx(stats.t.ppf(0.975, len(y) - 3))
    assert formula.terms[1].coefficient == pytest.approx(0.9, abs=0.05)
    assert formula.terms[1].significant


def test_a_factor_that_says_nothing_is_not_significant() -> None:
    factors, price = market(2_000)
    noise = np.random.default_rng(9).normal(size=2_000)
    train = np.ones(2_000, dtype=bool)
    formula = fit_formula({**factors, "noise": noise}, price, train=train)
    told = {term.name: term.significant for term in formula.terms}
    assert told == {"constant": True, "area": True, "age": True, "noise": False}


def test_sample_quality_is_counted_by_hand() -> None:
    price = np.array([100.0, 200.0, 300.0, 400.0])
    estimate = np.array([110.0, 190.0, 330.0, 380.0])
    found = sample_quality("control", price, estimate, factors=1)
    # squared errors 100 + 100 + 900 + 400 = 1500; variation 50000; R² = 0.97
    assert found.mse == pytest.approx(375.0)
    assert found.r2 == pytest.approx(0.97)
    assert found.mape == pytest.approx(100 * (0.1 + 0.05 + 0.1 + 0.05) / 4)
    assert found.f == pytest.approx(0.97 / (0.03 / 2))
    assert found.f_tabular == pytest.approx(stats.f.ppf(0.95, 1, 2))
    assert found.accepted
    assert found.correlation == pytest.approx(stats.pearsonr(price, estimate).statistic)


def test_a_useless_model_is_not_accepted() -> None:
    random = np.random.default_rng(3)
    price = random.uniform(100, 200, 50)
    found = sample_quality("control", price, np.full(50, 400.0), factors=2)
    assert found.f == 0
    assert not found.accepted
    assert found.correlation == 0


@pytest.mark.parametrize("form", ["linear", "exponential", "multiplicative"])
def test_the_formula_that_is_written_gives_the_estimates(form: Form) -> None:
    factors, price = market(60)
    train = control_sample(60, seed=0)
    formula = fit_formula(factors, price, train=train, form=form)
    text = formula.text().removeprefix("P = ").replace("^", "**").replace("·", "*")
    estimate = eval(text, {"exp": np.exp, **factors})  # noqa: S307 (our own formula)
    again = sample_quality("train", price[train], estimate[train], factors=2)
    assert again.r2 == pytest.approx(formula.train.r2, abs=1e-4)
    assert formula.control is not None
    assert formula.control.sales == 12


def test_what_repeats_or_does_not_vary_is_left_out_with_its_reason() -> None:
    factors, price = market()
    double = {**factors, "twice": 2 * factors["area"] + 3, "same": np.ones(300)}
    formula = fit_formula(double, price, train=np.ones(300, dtype=bool))
    assert formula.factors == ("area", "age")
    assert dict(formula.left_out) == {
        "twice": "follows from the other factors",
        "same": "one value in the training sample",
    }
    assert np.array(formula.correlations).shape == (3, 3)


def test_the_form_that_values_the_control_sample_best_is_kept() -> None:
    factors, price = market()
    train = control_sample(300, seed=2)
    assert best_formula(factors, price, train=train).form == "multiplicative"
    assert best_formula({"shift": factors["age"] - 40}, price, train=train).form != "multiplicative"
    straight = 5_000 + 700 * factors["area"]
    assert best_formula({"area": factors["area"]}, straight, train=train).form == "linear"


def test_too_few_sales_and_impossible_values_are_refused() -> None:
    factors, price = market(3)
    with pytest.raises(InputError, match="3 sales for 3 coefficients"):
        fit_formula(factors, price, train=np.ones(3, dtype=bool))
    factors, price = market()
    with pytest.raises(InputError, match="area"):
        fit_formula(
            {"area": -factors["area"]}, price, train=np.ones(300, bool), form="multiplicative"
        )


def test_the_control_sample_is_a_fifth_and_the_seed_decides() -> None:
    train = control_sample(1_000, seed=4)
    assert (~train).sum() == 200
    assert (train == control_sample(1_000, seed=4)).all()
    assert (train != control_sample(1_000, seed=5)).any()
