"""Where sales are very many the models learn from some, and all stay evidence."""

import numpy as np
import pytest

from kazyna.valuation import MarketModel, fit, learnt_sales, quick_hedonic
from kazyna.valuation.columns import read_sales
from kazyna.valuation.learnt_sales import learnt_of
from valuation.markets import AS_OF, COLUMNS, invented, replaced

SALES, LEARNT = 240, 110


@pytest.fixture(scope="module")
def few() -> "pytest.MonkeyPatch":  # type: ignore[misc]
    """Let no more be learnt from than a test has time for."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(learnt_sales, "LEARNT_MAX", LEARNT)
        patch.setattr(learnt_sales, "SEGMENT_WHOLE", 30)
        yield patch


@pytest.fixture(scope="module")
def model(few: pytest.MonkeyPatch) -> MarketModel:
    streets = [f"street {number}" for number in range(SALES)]
    market = replaced(invented(SALES), "street", streets)
    return fit(market, columns=COLUMNS, as_of=AS_OF, screened=True)


def test_all_sales_stay_evidence_and_it_is_said_how_many_are_learnt_from(
    model: MarketModel,
) -> None:
    assert model.summary().sales_used == SALES
    remark, *rest = model.notes()
    assert remark.endswith(f"values are compared with all {SALES}")
    assert abs(int(remark.split()[0]) - LEARNT) < LEARNT / 10
    assert "column street left out" in rest[-1]


def test_sales_beyond_the_sample_are_comparables_brought_to_the_subject(
    model: MarketModel,
) -> None:
    learnt = int(model.notes()[0].split()[0])
    beyond = set(model.sales.properties.id[learnt:].tolist())
    values = model.value(invented(40, seed=7))
    shown = [each for row in values["comparables"].to_pylist() for each in row]
    assert {each["id"] for each in shown} & beyond
    value = dict(zip(values["id"].to_pylist(), values["value"].to_pylist(), strict=True))
    for subject, row in zip(
        values["id"].to_pylist(), values["comparables"].to_pylist(), strict=True
    ):
        for each in row:
            off = float(each["adjusted_price"]) / float(value[subject])
            assert off == pytest.approx(1, abs=0.5)


def test_what_is_expected_of_each_sale_is_its_own(model: MarketModel) -> None:
    residual = np.log(model.sales.price) - model.expected - model.index.at(model.sales.day)
    assert float(np.median(np.abs(residual))) < 0.12


def test_properties_are_drawn_with_all_their_sales_and_thin_segments_whole(
    few: pytest.MonkeyPatch,
) -> None:
    table = invented(SALES)
    thin = ["plot" if row % 12 == 0 else "house" for row in range(SALES)]
    owner = [f"P{row % (SALES // 2)}" for row in range(SALES)]
    table = replaced(replaced(table, "kind", thin), "pin", owner)
    sales = read_sales(table, COLUMNS, source="sales")
    learnt = learnt_of(sales, segment="kind", seed=1)
    assert learnt is not None
    assert learnt[::12].all()
    assert (learnt[: SALES // 2] == learnt[SALES // 2 :]).all()
    assert abs(int(learnt.sum()) - LEARNT) < LEARNT / 5
    again, other = (learnt_of(sales, segment="kind", seed=seed) for seed in (1, 2))
    assert again is not None
    assert other is not None
    assert (learnt == again).all()
    assert not (learnt == other).all()


def test_segments_that_are_all_thin_have_no_privilege(few: pytest.MonkeyPatch) -> None:
    table = replaced(invented(SALES), "street", [f"s{row % 100}" for row in range(SALES)])
    learnt = learnt_of(read_sales(table, COLUMNS, source="sales"), segment="street", seed=0)
    assert learnt is not None
    assert int(learnt.sum()) == pytest.approx(LEARNT, abs=2)


def test_a_wrong_price_shows_in_its_own_residual_learnt_from_or_not(
    few: pytest.MonkeyPatch,
) -> None:
    table = invented(SALES)
    paid = np.array(table["paid"]).astype(float)
    wrong = np.arange(5, SALES, 24)
    paid[wrong] *= 5
    sales = read_sales(replaced(table, "paid", paid), COLUMNS, source="sales")
    found = quick_hedonic(sales)
    learnt = learnt_of(sales, segment=None, seed=0)
    assert learnt is not None
    assert {True, False} == set(learnt[wrong].tolist())
    assert np.abs(found.residual[wrong] - np.log(5)).max() < 0.5
    assert float(np.median(np.abs(np.delete(found.residual, wrong)))) < 0.15
