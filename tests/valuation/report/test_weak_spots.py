import pyarrow as pa

from kazyna.valuation.ratios.ratio_study import ratio_study
from kazyna.valuation.report.weak_spots import ToInspect, weak_spots
from valuation.reported import predicted, reported, valued


def test_a_group_off_its_level_is_found_and_proved() -> None:
    found = reported(south=1.3).weak.out_of_range
    assert ("south", "median_ratio", "refuted") in {
        (each.label, each.statistic, each.by_interval) for each in found
    }
    assert not any(each.label == "north" for each in found)


def test_nothing_is_found_where_all_is_well() -> None:
    weak = reported().weak
    assert weak.out_of_range == ()
    assert weak.out_of_range_more == 0
    assert weak.thin == ()


def test_a_group_of_few_sales_is_thin_and_not_judged() -> None:
    tested = predicted(12, south=2.0)
    study = ratio_study(tested["value"], tested["price"], draws=10)
    parts = [("district", (("south", study),))]
    weak = weak_spots(valued(50), ratio_study([1.0] * 20, [1.0] * 20, draws=10), parts)
    assert [(each.column, each.label, each.sales) for each in weak.thin] == [
        ("district", "south", 12)
    ]
    assert not any(each.label == "south" for each in weak.out_of_range)


def _with(comparables: list[dict[str, float]], value: float = 100.0) -> ToInspect | None:
    """Put one odd property among a hundred ordinary ones and see what is said of it."""
    near = {"price": 90.0, "adjusted_price": 100.0, "distance_m": 40.0}
    dear = {"price": 120.0, "adjusted_price": 100.0, "distance_m": 60.0}
    values = pa.table(
        {
            "id": [f"P{number}" for number in range(100)] + ["odd"],
            "value": [100.0] * 100 + [value],
            "low": [90.0] * 100 + [value * 0.9],
            "high": [110.0] * 100 + [value * 1.1],
            "comparables": pa.array(
                [[near, dear]] * 100 + [comparables],
                pa.list_(pa.struct([(name, pa.float64()) for name in near])),
            ),
        }
    )
    study = ratio_study([1.0] * 20, [1.0] * 20, draws=10)
    found = {each.id: each for each in weak_spots(values, study, []).inspect}
    assert set(found) <= {"odd"}
    return found.get("odd")


def test_a_property_without_a_sale_near_is_to_be_inspected() -> None:
    odd = _with([])
    assert odd is not None
    assert odd.doubts == ("no sale near",)


def test_comparables_that_disagree_are_named() -> None:
    odd = _with([{"price": 95.0, "adjusted_price": 140.0, "distance_m": 40.0}])
    assert odd is not None
    assert odd.doubts == ("comparables disagree",)


def test_a_value_beyond_all_prices_is_named() -> None:
    odd = _with([{"price": 118.0, "adjusted_price": 125.0, "distance_m": 40.0}], value=125.0)
    assert odd is not None
    assert odd.doubts == ("beyond the evidence",)


def test_an_ordinary_property_is_not_named() -> None:
    assert _with([{"price": 95.0, "adjusted_price": 101.0, "distance_m": 40.0}]) is None
