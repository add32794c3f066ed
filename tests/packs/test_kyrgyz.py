"""The Kyrgyz pack: the worked cases of the facts that it was made from, and what it admits."""

from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from kazyna.core.errors import InputError
from kazyna.packs.decision_table import read_decisions
from kazyna.packs.decisions import with_decisions
from kazyna.packs.pack import load_pack
from kazyna.packs.taxes import Tax
from kazyna.tax import Table, compute, doubtful_in_case, run_roll

KG = load_pack("kg")
NO_RELIEF: dict[str, Any] = {
    "relief_category": "none",
    "relief_rank": 1,
    "council": "other",
    "months": 12,
}
FLAT: dict[str, Any] = {**NO_RELIEF, "dwelling": "flat", "area_m2": 120, "council": "bishkek"}
HERO = "hero_or_holder_of_high_order"
SHOP: dict[str, Any] = {
    **NO_RELIEF, "area_m2": 100, "wall_material": "brick", "age_years": 4, "place": "bishkek",
    "council": "bishkek", "zone": "none", "building_use": "catering_trade_services",
    "tax_of_plot": 0,
}  # fmt: skip
PLOT: dict[str, Any] = {
    **NO_RELIEF, "plot_area_m2": 200, "region": "chuy", "population": 300_000, "zone": "none",
    "land_use": "retail_over_50_m2",
}  # fmt: skip
FARM: dict[str, Any] = {
    **NO_RELIEF, "plot_area_m2": 20_000, "place": "batken_district",
    "land_type": "irrigated_arable",
}  # fmt: skip
CAR: dict[str, Any] = {
    **NO_RELIEF, "engine_cm3": 2000, "vehicle_class": "passenger_cars_vans_pickups",
    "vehicle_age_years": 7, "book_value": 0,
}  # fmt: skip
DEBT: dict[str, Any] = {"debt": 3000, "days": 45, "payer_kind": "individual"}

VECTORS: dict[str, tuple[str, dict[str, Any], date, str, str]] = {
    # number: tax, case, day, step, som; T1 is below, with the rate of its council
    "T2 flat in Bishkek": ("residential_property", FLAT, date(2025, 6, 1), "amount", "3000"),
    "T3 half relieved": (
        "residential_property", FLAT | {"relief_category": HERO}, date(2025, 6, 1), "amount",
        "1500",
    ),
    "T4 within the free area": (
        "residential_property", FLAT | {"area_m2": 64}, date(2025, 6, 1), "amount", "0",
    ),
    "T5 shop by the older table": (
        "nonresidential_property", SHOP, date(2023, 6, 1), "amount", "9600",
    ),
    "T6 shop by the later table": (
        "nonresidential_property", SHOP, date(2025, 6, 1), "amount", "12000",
    ),
    "T7 plot of a shop": ("land", PLOT, date(2025, 7, 1), "amount", "3855.84"),
    "T8 two hectares": ("agricultural_land", FARM, date(2025, 7, 1), "amount", "804.00"),
    "T9 car": ("vehicle", CAR, date(2025, 7, 1), "amount", "1500"),
    "T10 late": ("late_payment", DEBT, date(2025, 9, 2), "penalty_interest", "121.50"),
}  # fmt: skip


def _both_ways(tax: Tax, case: dict[str, Any], on: date, step: str) -> Decimal:
    """Compute a case in decimals and by the query, which must agree in every step."""
    computed = compute(tax.rules, case, on)
    roll = run_roll(
        tax.rules, pa.table({"id": [1]} | {name: [value] for name, value in case.items()}),
        on=on, id_column="id",
    )  # fmt: skip
    assert {name: roll[name][0].as_py() for name in computed.steps} == dict(computed.steps)
    assert roll["amount"][0].as_py() == computed.amount
    return computed.amount if step == "amount" else computed.steps[step]


@pytest.mark.parametrize(
    ("tax", "case", "on", "step", "som"), list(VECTORS.values()), ids=list(VECTORS)
)
def test_the_worked_cases_come_out(
    tax: str, case: dict[str, Any], on: date, step: str, som: str
) -> None:
    assert _both_ways(KG.taxes[tax], case, on, step) == Decimal(som)


def test_the_example_of_the_tax_service_comes_out_with_its_council_s_rate() -> None:
    # T1, printed in the notice of 18.02.2025: a house of 200 m², 150 free, at 70 som.
    line = {"place": "example_town", "parameter": "residential_rate", "from": "2025-01-01",
            "value": "70", "document": "example"}  # fmt: skip
    kg = with_decisions(KG, read_decisions([line], KG, source="notice"))
    house = FLAT | {"dwelling": "house", "area_m2": 200, "council": "example_town"}
    tax = kg.taxes["residential_property"]
    assert _both_ways(tax, house, date(2025, 6, 1), "amount") == Decimal(3500)


def test_a_home_asks_for_other_columns_in_each_regime() -> None:
    rules = KG.taxes["residential_property"].rules
    asked = [
        {column.name for column in rules.on(day).inputs}
        for day in (date(2024, 12, 31), date(2025, 1, 1), date(2025, 10, 29))
    ]
    assert {"wall_material", "age_years", "place"} <= asked[0]
    assert {"wall_material", "plot_area_m2"}.isdisjoint(asked[1])
    assert {"plot_area_m2", "region", "population"} <= asked[2] - asked[1]


@pytest.mark.parametrize(
    ("tax", "case", "said"),
    [
        ("residential_property", FLAT | {"council": "other"}, "no known value for council 'other'"),
        ("land", PLOT | {"region": "bishkek"}, "no known value for region 'bishkek'"),
        ("land", PLOT | {"region": "naryn", "population": 150_000}, "population 150000"),
        ("land", PLOT | {"region": "none"}, "region 'none', population 300000, plot_area_m2 200"),
        ("agricultural_land", FARM | {"place": "suzak_district"}, "suzak_district"),
        ("agricultural_land", FARM | {"land_type": "hayfield"}, "hayfield"),
        ("nonresidential_property", SHOP | {"place": "toguz_toro_district"}, "toguz_toro_district"),
        ("nonresidential_property", SHOP | {"building_use": "industry_construction"}, "industry"),
        ("vehicle", CAR | {"council": "ak_turpak"}, "ak_turpak"),
    ],
)
def test_what_the_sources_do_not_tell_is_refused(tax: str, case: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        compute(KG.taxes[tax].rules, case, date(2025, 7, 1))


def test_the_index_of_inflation_is_not_guessed_before_it_is_known() -> None:
    with pytest.raises(InputError, match="inflation_index"):
        compute(KG.taxes["land"].rules, PLOT, date(2025, 5, 31))


@pytest.mark.parametrize(
    ("tax", "case", "on", "parameter", "confidence"),
    [
        ("nonresidential_property", SHOP | {"wall_material": "metal"}, date(2025, 7, 1),
         "building_base_value", "conflict"),
        ("nonresidential_property", SHOP, date(2025, 7, 1), "building_functional_coefficient",
         "conflict"),
        ("land", PLOT, date(2025, 7, 1), "inflation_index", "secondary"),
        ("land", PLOT, date(2025, 7, 1), "large_plot_divisor", "secondary"),
        ("late_payment", DEBT, date(2025, 7, 1), "penalty_cap", "memory"),
    ],
)  # fmt: skip
def test_a_bill_says_what_it_rests_on_that_is_doubtful(
    tax: str, case: dict[str, Any], on: date, parameter: str, confidence: str
) -> None:
    found = {each.parameter: each for each in doubtful_in_case(KG.taxes[tax].rules, case, on)}
    assert found[parameter].confidence == confidence
    assert found[parameter].doubt


def test_only_what_was_read_in_an_act_or_the_press_is_without_doubt() -> None:
    seen = 0
    for name in ("kg", "ru", "us_phl"):
        for tax in load_pack(name).taxes.values():
            for parameter in tax.rules.parameters.values():
                for held in parameter.values.values:
                    table = held.value
                    entries = table.rows if isinstance(table, Table) else [held]
                    for entry in entries:
                        if entry.value is not None or isinstance(table, Table):
                            assert entry.confidence is not None, (name, parameter.name, entry)
                            trusted = entry.confidence in {"official", "press"}
                            assert trusted or entry.doubt, (name, parameter.name, entry)
                            seen += 1
    assert seen > 700


def test_a_renamed_city_keeps_its_coefficient() -> None:
    rules = KG.taxes["nonresidential_property"].rules
    on = date(2025, 7, 1)
    old, new = (
        compute(rules, SHOP | {"place": place}, on) for place in ("jalal_abad_city", "manas_city")
    )
    assert old.amount == new.amount > 0


def test_a_relief_is_for_its_class_and_number_of_objects() -> None:
    on = date(2026, 1, 1)
    parent = {"relief_category": "parent_of_child_with_disability"}
    pensioner = {"relief_category": "pensioner"}

    def amount(tax: str, case: dict[str, Any]) -> Decimal:
        return compute(KG.taxes[tax].rules, case, on).amount

    assert amount("vehicle", CAR | parent) == Decimal(750)
    assert amount("vehicle", CAR | parent | {"relief_rank": 2}) == Decimal(1500)
    assert amount("vehicle", CAR | pensioner) == Decimal(1500)
    assert amount("land", PLOT | pensioner) == 0
    assert amount("land", PLOT | parent) == amount("land", PLOT) > 0


def test_every_title_and_label_is_there_in_three_languages() -> None:
    for tax in KG.taxes.values():
        titles = [tax.title, *(item.title for item in tax.rules.versions)]
        titles += [parameter.label for parameter in tax.rules.parameters.values()]
        assert all(text.en and text.ru and text.ky for text in titles)
        cyrillic = [text.ky for text in titles]
        assert all(any("Ѐ" <= letter <= "ӿ" for letter in text) for text in cyrillic)


def test_a_pack_says_how_months_are_counted() -> None:
    found = [load_pack(name).months for name in ("kg", "ru", "us_phl")]
    assert found == ["month_after", "middle_of_month", None]
