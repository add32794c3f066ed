import numpy as np
import pytest

from kazyna.documents.article import Note
from kazyna.documents.ru237 import ru237_sections
from kazyna.documents.writing import Pen
from kazyna.valuation.ru237.profile import Ru237Columns, price_zone, ru237_profile
from kazyna.valuation.ru237.quality import sample_quality
from valuation.reported import MODEL, predicted, valued


def test_a_zone_is_as_dear_as_its_training_sales() -> None:
    price = np.array([200.0] * 50 + [100.0] * 50 + [999.0])
    zones = ["a"] * 50 + ["b"] * 50 + ["a"]
    train = np.arange(101) < 100
    zone = price_zone(price, zones, train=train)
    middle = np.sqrt(200 * 100)
    assert zone[-1] == pytest.approx((200 / middle) ** (50 / 55)), "its own price does not count"
    assert zone[0] == pytest.approx((200 / middle) ** (40 / 45)), "nor does a fifth in training"
    assert zone[50] < 1 < zone[0]


def test_a_sale_without_a_zone_is_average() -> None:
    zone = price_zone(np.array([1.0, 2.0, 3.0]), [None, "a", "a"], train=np.ones(3, bool))
    assert zone[0] == 1


@pytest.mark.parametrize("sales_in_zone", [1, 2, 40, 200])
def test_zones_that_mean_nothing_do_not_tell_the_price(sales_in_zone: int) -> None:
    price = np.exp(np.random.default_rng(3).normal(12, 0.4, 200))
    zones = [str(row // sales_in_zone) for row in range(200)]
    zone = price_zone(price, zones, train=np.ones(200, bool))
    told = np.corrcoef(zone, price)[0, 1] if np.ptp(zone) else 0.0
    assert abs(told) < 0.3


def test_one_zone_is_no_factor() -> None:
    sales = predicted(120, seed=5)
    one = sales.set_column(sales.column_names.index("district"), "district", [["d"] * 120])
    profile = ru237_profile(
        valued(), one, one.slice(90), index=MODEL.index, factors=["area_m2"],
        columns=Ru237Columns(district="district"),
    )  # fmt: skip
    assert profile.formula is not None
    assert profile.formula.factors == ("area_m2",)
    assert profile.formula.train.r2 < 0.99


def test_the_formula_and_the_market_model_are_held_to_the_same_sales() -> None:
    sales = predicted(400, seed=5)
    held_out = sales.slice(300)
    profile = ru237_profile(
        valued(),
        sales,
        held_out,
        index=MODEL.index,
        factors=["area_m2", "district"],
        columns=Ru237Columns(district="district"),
    )
    (factor,) = profile.factors.to_pylist()
    assert factor["factor"] == "area_m2"
    assert 0 <= factor["outside"] <= 1
    formula = profile.formula
    assert formula is not None
    assert formula.control is not None
    assert set(formula.factors) == {"area_m2", "ценовая зона"}
    assert (formula.train.sales, formula.control.sales, profile.market.sales) == (300, 100, 100)
    price, value = (held_out[name].to_numpy() for name in ("price", "value"))
    assert profile.market == sample_quality("control", price, value, factors=2)
    assert profile.loss == pytest.approx(formula.control.mape - profile.market.mape)
    assert set(profile.specific["division"].to_pylist()) == {"всего", "район"}


def test_words_enter_the_formula_as_their_level_of_prices() -> None:
    sales, objects = predicted(400, seed=5), valued()
    rows, dear = np.arange(400), np.array(["панель", "кирпич", None], dtype=object)
    wall = dear[np.r_[rows % 2, 2]][rows]
    times = np.where(wall == "кирпич", 1.5, 1.0)
    price = sales["price"].to_numpy() * times
    sales = sales.set_column(sales.column_names.index("price"), "price", [price])
    sales = sales.append_column("wall", [wall]).append_column("id_again", sales["id"])
    objects = objects.append_column("wall", [["кирпич"] * 599 + ["саман"]])
    without, told = (
        ru237_profile(
            objects, sales, sales.slice(300), index=MODEL.index, factors=names,
            columns=Ru237Columns(district="district"),
        )
        for names in (["area_m2"], ["area_m2", "wall", "id_again"])
    )  # fmt: skip
    assert told.formula is not None
    assert without.formula is not None
    assert set(told.formula.factors) == {"area_m2", "wall: уровень цен", "ценовая зона"}
    assert told.formula.train.r2 > without.formula.train.r2 + 0.1
    (level,) = (row for row in told.factors.to_pylist() if row["factor"] == "wall: уровень цен")
    assert level["objects_minimum"] == 1, "a word that no sale has is average"
    assert level["objects_median"] == pytest.approx(level["sales_maximum"], rel=0.05)


def test_without_numbers_there_is_no_formula() -> None:
    sales = predicted(60, seed=5)
    profile = ru237_profile(
        valued(), sales, sales.slice(40), index=(), factors=["missing"], columns=Ru237Columns()
    )
    assert profile.formula is None
    assert profile.loss is None
    assert profile.grouping.unknown == profile.objects == 600


def test_sales_are_counted_by_the_groups_of_the_objects() -> None:
    sales, objects = predicted(120, seed=5), valued()
    coded = sales.append_column("use", [["13:021", "02:051", "13:010"] * 40])
    objects = objects.append_column("use", [["13:021", "04:060"] * (objects.num_rows // 2)])
    told, untold = (
        ru237_profile(
            objects, each, each.slice(90), index=MODEL.index, factors=["area_m2"],
            columns=Ru237Columns(use_code="use"),
        )
        for each in (coded, sales)
    )  # fmt: skip
    assert told.sales == {"13": 80, "02": 40}
    assert untold.sales is None
    (section, *_) = ru237_sections(told, Pen("ru", "RUB"))
    notes = [block.text for block in section.blocks if isinstance(block, Note)]
    assert notes[0].startswith("Без единой сделки оценены группы: 04.")
