"""The cost approach, by hand and by its laws."""

from datetime import date
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kazyna.core.dated import Dated
from kazyna.core.errors import InputError
from kazyna.core.text import LANGUAGES
from kazyna.valuation.land_and_cost.cost import (
    NOT_CALIBRATED,
    Building,
    Calibration,
    CostFactor,
    CostTables,
    CostValue,
    UnitCost,
    calibrate_cost,
    depreciated_cost,
    physical_depreciation,
    value_by_cost,
)

ON = date(2024, 1, 1)
D = Decimal
TABLES = CostTables(
    unit_costs={"brick": UnitCost(D("300.50"), date(2020, 1, 1), "invented cost book, table 1")},
    lives={"brick": 100},
    conditions={"good": CostFactor(D(0), "invented"), "worn": CostFactor(D("0.2"), "invented")},
    locations={"hills": CostFactor(D("1.1"), "invented")},
    cost_index=Dated.of([(date(2020, 1, 1), D(100)), (date(2023, 6, 1), D(150))]),
)
BARN = Building("B1", "brick", D(200), 50, condition="worn", location="hills", land=D(1000))


def valued(
    building: Building, unit: str = "1", *, calibration: Calibration = NOT_CALIBRATED
) -> CostValue:
    return value_by_cost([building], TABLES, on=ON, unit=D(unit), calibration=calibration)[0]


def test_a_barn_by_hand() -> None:
    # 200 × 300.50 = 60,100; × 150/100 = 90,150; × 1.1 = 99,165.
    # Ross at 50 of 100 years: (0.5 + 0.25) / 2 = 0.375; worn: 0.375 + 0.625 × 0.2 = 0.5.
    # 99,165 × 0.5 = 49,582.5; not calibrated; + land 1,000 = 50,582.5, half up.
    found = valued(BARN)
    assert found.value == D(50583)
    assert [(step.name, step.amount) for step in found.steps] == [
        ("cost_new", D(60100)), ("cost_index", D(30050)), ("location", D(9015)),
        ("physical", D(-49582)), ("calibration", D(0)), ("land", D(1000)),
    ]  # fmt: skip
    assert depreciated_cost(BARN, TABLES, ON) == D("49582.5")
    assert valued(BARN, "0.01").value == D("50582.50")


def test_obsolescence_is_of_what_is_left() -> None:
    plain = Building("B2", "brick", D(100), 0, functional=D("0.1"), external=D("0.2"))
    # 100 × 300.50 × 1.5 = 45,075; × 0.9 × 0.8 = 32,454.
    assert valued(plain).value == D(32454)
    assert [step.name for step in valued(plain).steps][-3:-1] == ["functional", "external"]


def test_wear_stops_while_the_building_is_in_use() -> None:
    ruin = Building("B3", "brick", D(100), 500)
    assert valued(ruin).value == D(9015)  # 45,075 × (1 - 0.8)


def test_a_value_that_no_market_confirms_says_so() -> None:
    step = next(step for step in valued(BARN).steps if step.name == "calibration")
    assert step.source == "no sales were given"
    assert "0 sales" in step.words()


def test_the_market_calibrates_the_building_and_not_the_land() -> None:
    market = Calibration(D("1.2"), 40, D("1.1"), D("1.3"))
    assert valued(BARN, calibration=market).value == D(60499)  # 49,582.5 × 1.2 + 1,000
    names = [step.name for step in valued(BARN, calibration=market).steps]
    assert names[-2:] == ["calibration", "land"]


def test_the_factor_is_the_median_of_what_buildings_fetched() -> None:
    random = np.random.default_rng(0)
    costs = [D(int(cost)) for cost in random.integers(10_000, 90_000, 101)]
    lands = [D(5000)] * 101
    prices = [cost * D("1.25") + land for cost, land in zip(costs, lands, strict=True)]
    prices[:10] = [D(1)] * 10
    found = calibrate_cost(prices, lands, costs)
    assert found.factor == D("1.25")
    assert found.low <= found.factor <= found.high
    assert found.sales == 101
    assert found.fallback is None


@pytest.mark.parametrize(("sales", "price", "said"), [(9, 100, "9 sales"), (12, 5, "land alone")])
def test_no_factor_is_made_of_too_little(sales: int, price: int, said: str) -> None:
    found = calibrate_cost([D(price)] * sales, [D(10)] * sales, [D(80)] * sales)
    assert found.factor == 1
    assert said in (found.fallback or "")


def test_all_that_the_tables_do_not_know_is_named() -> None:
    wrong = [
        Building("B1", "straw", D(10), 5),
        Building("B2", "brick", D(0), -1, condition="odd", location="moon"),
        BARN,
    ]
    with pytest.raises(InputError) as error:
        value_by_cost(wrong, TABLES, on=ON, unit=D(1))
    found = {(finding.source, finding.column) for finding in error.value.findings}
    assert found == {
        ("building B1", "kind"), ("building B2", "condition"), ("building B2", "location"),
        ("building B2", "size"), ("building B2", "age"),
    }  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_step_has_words_and_sources(language: str) -> None:
    market = Calibration(D("1.2"), 40, D("1.1"), D("1.3"))
    full = Building("B4", "brick", D(100), 10, "worn", "hills", D("0.1"), D("0.1"), D(5))
    steps = valued(full, calibration=market).steps
    assert len(steps) == 8
    for step in steps:
        assert "{" not in step.words(language)  # type: ignore[arg-type]
    assert steps[0].source == "invented cost book, table 1"


@given(st.integers(0, 300), st.integers(1, 150), st.decimals(0, 1, places=3))
def test_depreciation_is_a_share_that_grows_with_age(
    age: int, life: int, condition: Decimal
) -> None:
    for curve in ("straight_line", "ross"):
        lost = physical_depreciation(age, life, condition=condition, curve=curve)
        later = physical_depreciation(age + 1, life, condition=condition, curve=curve)
        assert 0 <= lost <= later <= 1
    assert physical_depreciation(age, life) <= physical_depreciation(
        age, life, curve="straight_line"
    )


@given(
    st.decimals("0.1", "100000", places=2), st.integers(0, 200), st.decimals(0, 10**9, places=2),
    st.sampled_from(["0.01", "1", "100"]), st.decimals("0.1", 3, places=3),
)  # fmt: skip
def test_the_steps_add_up_to_the_value(
    size: Decimal, age: int, land: Decimal, unit: str, factor: Decimal
) -> None:
    building = Building("B", "brick", size, age, "worn", "hills", land=land)
    found = valued(building, unit, calibration=Calibration(factor, 20, factor, factor))
    assert sum(step.amount for step in found.steps) == found.value
    exact = depreciated_cost(building, TABLES, ON) * factor + land
    assert abs(found.value - exact) <= D(unit) / 2
    assert found.value % D(unit) == 0
