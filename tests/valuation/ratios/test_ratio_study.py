"""A study as a whole: what it is made of, its groups, its limits, and what it refuses."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings

from kazyna.core.errors import InputError
from kazyna.valuation import ratio_study
from valuation.invented_ratios import arrays, market, pairs


def test_strata_are_studied_on_their_own() -> None:
    estimate, price = market(300)
    area = np.where(np.arange(300) % 3 == 0, "north", "south")
    study = ratio_study(estimate, price, by=area, draws=50)
    assert [label for label, _ in study.strata] == ["north", "south"]
    alone = ratio_study(estimate[area == "north"], price[area == "north"], draws=50)
    assert study.strata[0][1] == alone


def test_several_columns_are_named_and_numbers_are_cut_into_tenths() -> None:
    estimate, price = market(400)
    rooms = np.arange(400) % 3
    area_m2 = np.linspace(30, 180, 400)
    study = ratio_study(estimate, price, by={"rooms": rooms, "area": area_m2}, draws=20)
    labels = [label for label, _ in study.strata]
    assert labels[:3] == ["rooms: 0", "rooms: 1", "rooms: 2"]
    assert len(labels) == 13
    assert labels[3].startswith("area: 30 –")
    assert [part.n for _, part in study.strata[3:]] == [40] * 10


def test_a_stratum_of_few_sales_says_so() -> None:
    estimate, price = market(60)
    study = ratio_study(estimate, price, by=["few"] * 3 + ["many"] * 57, draws=20)
    few, many = (part for _, part in study.strata)
    assert (few.too_few, many.too_few) == (True, False)
    assert few.cod.low is None
    assert {verdict.by_interval for verdict in few.verdicts} == {"cannot be told"}
    assert few.vertical_equity is None
    assert few.sales_chasing is None


def test_the_kind_of_property_decides_the_accepted_dispersion() -> None:
    estimate, price = market(500)  # a COD of about 12
    newer = ratio_study(estimate, price, kind="residential-newer", draws=50)
    rural = ratio_study(estimate, price, kind="vacant-land-rural", draws=50)
    assert (newer.meets.cod, rural.meets.cod) == (False, True)
    told = {v.statistic: v.by_interval for v in newer.verdicts}
    assert told["cod"] == "refuted"
    assert {v.statistic: v.by_interval for v in rural.verdicts}["cod"] == "confirmed"
    with pytest.raises(InputError, match="one of residential, residential-newer"):
        ratio_study(estimate, price, kind="castle")


def test_a_trimmed_study_stands_beside_the_whole_one() -> None:
    estimate, price = market(500)
    estimate[:4] *= 20
    study = ratio_study(estimate, price, trim="iqr3", draws=20)
    assert study.trimmed is not None
    assert set(study.trimmed.removed.rows) == {
        1,
        2,
        3,
        4,
    }
    assert (study.n, study.trimmed.study.n) == (500, 496)
    assert study.trimmed.study == ratio_study(estimate[4:], price[4:], draws=20)
    assert study.cod.value > 2 * study.trimmed.study.cod.value


def test_the_same_seed_gives_the_same_intervals() -> None:
    estimate, price = market(100)
    assert ratio_study(estimate, price, draws=50) == ratio_study(estimate, price, draws=50)
    other = ratio_study(estimate, price, draws=50, seed=1)
    assert other.cod.low != ratio_study(estimate, price, draws=50).cod.low


@pytest.mark.parametrize(
    ("estimates", "row"),
    [([1.0, 0.0, 1.0], 2), ([1.0, 1.0, -5.0], 3), ([None, 1.0, 1.0], 1)],
)
def test_a_ratio_that_cannot_be_made_is_named(estimates: list[float], row: int) -> None:
    with pytest.raises(InputError) as caught:
        ratio_study(estimates, [1.0, 1.0, 1.0])
    assert caught.value.findings[0].row == row
    assert caught.value.findings[0].column == "estimate"


def test_no_rows_is_an_input_error() -> None:
    with pytest.raises(InputError, match="no rows"):
        ratio_study([], [])


def test_a_column_that_does_not_group_is_refused() -> None:
    price = np.ones(1001)
    names = pa.array([f"parcel {row}" for row in range(1001)])
    with pytest.raises(InputError, match="1,001 different labels"):
        ratio_study(price, price, by={"parcel": names}, draws=2)


def test_rows_without_a_label_are_a_group_of_their_own() -> None:
    study = ratio_study([1.0, 2.0, 3.0], [1.0, 2.0, 3.0], by=["a", None, "a"], draws=2)
    assert [(label, part.n) for label, part in study.strata] == [("a", 2), ("(none)", 1)]


@given(pairs)
@settings(max_examples=60, deadline=None)
def test_any_sales_can_be_studied(sales: list[tuple[float, float]]) -> None:
    study = ratio_study(*arrays(sales), trim="iqr1.5", draws=3)
    assert study.n == len(sales)
    assert study.trimmed is not None
    assert 0.9 * study.n <= study.trimmed.study.n <= study.n
    assert study.cod.value >= 0
    assert study.coc_10 <= study.coc_15 <= study.coc_20


def test_each_group_is_held_against_the_range_of_its_own_kind() -> None:
    estimate, price = market(300)
    use = np.where(np.arange(300) % 3 == 0, "plot", "house")
    kinds = {"plot": "vacant-land", "": "income"}
    study = ratio_study(estimate, price, by=use, kind=kinds, draws=20)
    assert study.kind.name == "income"
    accepted = {label: part.kind.cod for label, part in study.strata}
    assert accepted == {"house": (5, 20), "plot": (5, 25)}
    alone = ratio_study(estimate[use == "plot"], price[use == "plot"], kind="vacant-land", draws=20)
    assert dict(study.strata)["plot"].verdicts == alone.verdicts
    with pytest.raises(InputError, match="no group is called 'flat'; expected one of house, plot"):
        ratio_study(estimate, price, by=use, kind={"flat": "residential"}, draws=20)
    with pytest.raises(InputError, match="no group is called 'flat'; expected groups"):
        ratio_study(estimate, price, kind={"flat": "residential"}, draws=20)


def test_amounts_beyond_all_reckoning_are_named() -> None:
    with pytest.raises(InputError, match="1e\\+300 is no estimate"):
        ratio_study([1e300, 1.0], [1e-300, 1.0])
