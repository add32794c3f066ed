"""Land and building of an invented town whose land prices are known."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kazyna.core.errors import InputError
from kazyna.valuation.columns import ColumnMap, Floats, Ints, Properties, Sales, read_sales
from kazyna.valuation.land_and_cost.building_cost import BuildingCost
from kazyna.valuation.land_and_cost.land import LandModel, fit_land, split_value
from kazyna.valuation.land_and_cost.land_surface import surface_of
from valuation.markets import king_county


class Town(NamedTuple):
    sales: Sales
    land: Floats
    building: Floats


def town(houses: int, seed: int = 0, *, vacant: float = 0.0, noise: float = 0.1) -> Town:
    """Land is dear in the middle; a building loses 0.8 % a year."""
    random = np.random.default_rng(seed)
    x, y = random.uniform(74.5, 74.7, houses), random.uniform(42.8, 42.9, houses)
    lot, floor = np.exp(random.normal(6.4, 0.5, houses)), np.exp(random.normal(4.8, 0.35, houses))
    built = random.integers(1950, 2020, houses)
    middle = np.exp(-(((x - 74.6) / 0.06) ** 2 + ((y - 42.85) / 0.03) ** 2) / 2)
    land = (15 + 60 * middle) * 600 * (lot / 600) ** 0.6
    floor = np.where(random.random(houses) < vacant, 0.0, floor)
    building = floor * 300 * (1 - 0.008 * (2020 - built))
    price = (land + building) * np.exp(random.normal(0, noise, houses))
    table = pa.table({"lot": lot, "floor": floor, "built": built})
    ids = np.array([f"H{n}" for n in range(houses)], dtype=object)
    properties = Properties(ids, np.column_stack([x, y]), table)
    return Town(Sales(properties, price, np.zeros(houses, np.int64)), land, building)


def fitted(sales: Sales) -> LandModel:
    return fit_land(sales, land_area="lot", floor_area="floor", building=("built",))


@pytest.fixture(scope="module")
def model() -> LandModel:
    return fitted(town(1500).sales)


@pytest.fixture(scope="module")
def subjects() -> Town:
    return town(500, seed=9, noise=0.05)


def whole(sales: Sales) -> Ints:
    return np.rint(sales.price).astype(np.int64)


def test_the_known_land_is_found_again(model: LandModel, subjects: Town) -> None:
    land, building = model.land_and_building(subjects.sales.properties)
    assert np.median(np.abs(land / subjects.land - 1)) < 0.12
    assert np.median(np.abs(building / subjects.building - 1)) < 0.12
    assert abs(np.median(land / subjects.land) - 1) < 0.08
    assert model.exponent == pytest.approx(0.6, abs=0.11)
    assert model.error < 0.09


def test_vacant_sales_make_it_surer(subjects: Town) -> None:
    model = fitted(town(1500, vacant=0.1).sales)
    land, _ = model.land_and_building(subjects.sales.properties)
    assert np.median(np.abs(land / subjects.land - 1)) < 0.06
    assert model.vacant > 100
    assert model.vacant_ratio == pytest.approx(1, abs=0.05)


def test_land_and_building_add_up_exactly(model: LandModel, subjects: Town) -> None:
    value = whole(subjects.sales)
    split = split_value(model, subjects.sales.properties, value)
    assert (split.land + split.building == value).all()
    assert (split.land >= 0).all()
    assert (split.building >= 0).all()
    share = subjects.land / (subjects.land + subjects.building)
    assert np.median(np.abs(split.share - share)) < 0.05


def test_a_building_is_new_dearer_and_its_rate_never_negative(model: LandModel) -> None:
    (built,) = model.rates
    assert (built.amounts >= 0).all()
    assert built.amounts[-1] > built.amounts[0]


def test_a_larger_plot_is_worth_more_but_less_per_metre(model: LandModel) -> None:
    lot = np.geomspace(100, 10_000, 20)
    table = pa.table({"lot": lot, "floor": np.full(20, 100.0), "built": np.full(20, 2000)})
    place = Properties(np.arange(20).astype(object), np.tile([74.6, 42.85], (20, 1)), table)
    land, _ = model.land_and_building(place)
    assert (np.diff(land) > 0).all()
    assert (np.diff(land / lot) < 0).all()


def test_neighbouring_land_is_alike(model: LandModel) -> None:
    assert 0 < model.roughness < 0.05
    line = np.column_stack([np.linspace(74.5, 74.7, 200), np.full(200, 42.85)])
    table = pa.table({"lot": np.full(200, 600.0), "floor": np.full(200, 100.0),
                      "built": np.full(200, 2000)})  # fmt: skip
    unit = model.unit_price_at(Properties(np.arange(200).astype(object), line, table))
    assert np.abs(np.diff(np.log(unit))).max() < 0.1
    assert (unit > 0).all()


def test_a_plot_without_a_building_is_all_land(model: LandModel) -> None:
    subject = town(50, seed=3, vacant=1.1).sales
    split = split_value(model, subject.properties, whole(subject))
    assert (split.building == 0).all()


def test_unknown_areas_still_give_a_split(model: LandModel, subjects: Town) -> None:
    some = subjects.sales.take(np.arange(3))
    table = pa.table({"lot": [None, 600.0, 600.0], "floor": [100.0, None, 100.0],
                      "built": [2000, 2000, None]})  # fmt: skip
    properties = replace(some.properties, characteristics=table)
    split = split_value(model, properties, whole(some))
    assert split.share[0] == model.typical_share
    assert ((split.share > 0) & (split.share < 1)).all()


def test_the_level_of_the_market_is_taken_out(model: LandModel) -> None:
    sales = town(1500).sales
    level = np.linspace(-0.2, 0.2, len(sales))
    moved = replace(sales, price=sales.price * np.exp(level))
    found = fit_land(
        moved, land_area="lot", floor_area="floor", building=("built",), level=level
    )  # fmt: skip
    np.testing.assert_allclose(found.unit_price, model.unit_price, rtol=1e-6)


def test_values_of_another_day_split_alike(model: LandModel, subjects: Town) -> None:
    value = whole(subjects.sales)
    now = split_value(model, subjects.sales.properties, value)
    later = split_value(model, subjects.sales.properties, 2 * value, level=np.log(2))
    np.testing.assert_allclose(later.share, now.share)


def test_few_sales_fall_back_on_a_typical_share_and_say_so() -> None:
    few = town(40).sales
    model = fit_land(few, land_area="lot", floor_area="floor", typical_share=0.3)
    assert model.fallback == "40 sales with known areas, 100 are needed"
    split = split_value(model, few.properties, whole(few))
    np.testing.assert_allclose(split.land / whole(few), 0.3, atol=1e-4)
    with pytest.raises(InputError, match="typical share"):
        fit_land(few, land_area="lot", floor_area="floor")


def test_without_floor_areas_the_building_cannot_be_told() -> None:
    model = fit_land(town(200).sales, land_area="lot", typical_share=0.4)
    assert model.fallback is not None
    assert "floor" in model.fallback


def test_a_market_of_plots_alone_is_all_land() -> None:
    sales = town(300, vacant=1.1).sales
    model = fit_land(sales, land_area="lot", vacant=np.ones(300, dtype=np.bool_))
    assert model.fallback is None
    assert model.vacant_ratio == pytest.approx(1, abs=0.1)


def test_without_coordinates_land_has_one_price() -> None:
    sales = town(300).sales
    nowhere = replace(sales.properties, lonlat=np.full((300, 2), np.nan))
    model = fitted(replace(sales, properties=nowhere))
    assert model.surface.count == 1
    assert np.ptp(model.unit_price_at(nowhere)) == 0


def test_a_missing_characteristic_is_named() -> None:
    with pytest.raises(InputError) as error:
        fit_land(town(10).sales, land_area="plot", floor_area="floor")
    assert error.value.findings[0].column == "plot"


def test_the_county_splits_smoothly() -> None:
    columns = ColumnMap("id", "price", "date", "long", "lat")
    sales = read_sales(king_county(1500), columns, source="sales")
    model = fit_land(sales, land_area="sqft_lot", floor_area="sqft_living",
                     building=("grade", "yr_built"))  # fmt: skip
    assert model.error < 0.16
    assert model.roughness < 0.06
    split = split_value(model, sales.properties, whole(sales))
    low, high = np.quantile(split.share, [0.05, 0.95])
    assert 0.1 < low < high < 0.95


@given(st.lists(st.tuples(st.floats(-50, 50), st.floats(-50, 50)), min_size=2, max_size=200))
@settings(deadline=None, max_examples=50)
def test_every_place_belongs_wholly_to_some_centres(places: list[tuple[float, float]]) -> None:
    km = np.array([*places, (1e6, -1e6), (np.nan, np.nan)])
    shares = surface_of(km).shares(km)
    np.testing.assert_allclose(shares.sum(axis=1), 1)
    assert (shares >= 0).all()


@given(st.integers(0, 10**15), st.integers(0, 499))
@settings(deadline=None, max_examples=50)
def test_any_value_splits_exactly(model: LandModel, amount: int, row: int) -> None:
    subject = town(500, seed=9).sales.properties.take(np.array([row]))
    split = split_value(model, subject, np.array([amount]))
    assert split.land[0] + split.building[0] == amount
    assert 0 <= split.land[0] <= amount


def costed(given: Town, *, off: float = 1.0, seed: int = 5) -> Town:
    """Build a third of the houses at twice the cost, which no area tells; know it by cost tables.

    `off` is what the tables say of a building that is worth one.
    """
    random = np.random.default_rng(seed)
    dear = np.where(random.random(len(given.land)) < 1 / 3, 2.0, 1.0)
    building = given.building * dear
    noise = given.sales.price / (given.land + given.building)
    price = noise * (given.land + building)
    properties = given.sales.properties
    table = properties.characteristics.append_column("cost", pa.array(building * off))
    sales = replace(given.sales, price=price, properties=replace(properties, characteristics=table))
    return Town(sales, given.land, building)


def fitted_by_cost(sales: Sales, **more: object) -> LandModel:
    return fit_land(
        sales,
        land_area="lot",
        floor_area="floor",
        building=BuildingCost("cost"),
        **more,  # type: ignore[arg-type]
    )


def test_a_cost_table_tells_buildings_apart_that_areas_do_not(subjects: Town) -> None:
    learnt, asked = costed(town(600)), costed(subjects, seed=6)
    missed = {}
    for name, model in (("cost", fitted_by_cost(learnt.sales)), ("area", fitted(learnt.sales))):
        split = split_value(model, asked.sales.properties, whole(asked.sales))
        missed[name] = float(np.median(np.abs(split.land / asked.land - 1)))
        if name == "cost":
            assert model.cost is not None
            assert model.cost.factor == pytest.approx(1, abs=0.08)
            near = np.abs(split.building / asked.building - 1)
            assert np.median(near) < 0.08
    assert missed["cost"] < 0.1
    assert missed["cost"] < 0.7 * missed["area"]


def test_vacant_sales_and_cost_agree_whatever_the_level_of_the_tables() -> None:
    learnt = costed(town(600, vacant=0.15), off=1.25)
    model = fitted_by_cost(learnt.sales)
    assert model.cost is not None
    assert model.cost.factor == pytest.approx(1 / 1.25, abs=0.06)
    assert model.vacant_ratio == pytest.approx(1, abs=0.06)


def test_the_day_of_the_cost_is_that_of_the_tables() -> None:
    learnt = costed(town(600))
    level = np.full(len(learnt.land), 0.2)  # all sold when the market stood 20 % above its mean
    model = fit_land(
        learnt.sales, land_area="lot", floor_area="floor", building=BuildingCost("cost", 0.2),
        level=level,
    )  # fmt: skip
    assert model.cost is not None
    assert model.cost.factor == pytest.approx(1, abs=0.08)
    split = split_value(model, learnt.sales.properties, whole(learnt.sales), level=0.2)
    assert abs(np.median(split.land / learnt.land) - 1) < 0.08


def test_few_sales_leave_the_land_what_the_cost_does_not_take() -> None:
    few = costed(town(60, noise=0.0))
    model = fitted_by_cost(few.sales, typical_share=0.3)
    assert model.fallback == "60 sales with known areas, 100 are needed"
    split = split_value(model, few.sales.properties, whole(few.sales))
    inside = (split.share > 0.051) & (split.share < 0.949)
    assert split.land[inside] == pytest.approx(few.land[inside], rel=0.01)
    assert (split.land + split.building == whole(few.sales)).all()


def test_a_building_that_the_tables_lack_is_taken_by_its_floor_area() -> None:
    learnt = costed(town(600))
    table = learnt.sales.properties.characteristics
    cost = np.array(table["cost"]).copy()
    cost[::10] = np.nan
    without = table.set_column(table.column_names.index("cost"), "cost",
                               pa.array(cost, from_pandas=True))  # fmt: skip
    properties = replace(learnt.sales.properties, characteristics=without)
    model = fitted_by_cost(replace(learnt.sales, properties=properties))
    _, building = model.land_and_building(properties)
    assert model.cost is not None
    floor = np.array(table["floor"])[::10]
    assert building[::10] == pytest.approx(model.cost.factor * model.cost.per_floor * floor)
