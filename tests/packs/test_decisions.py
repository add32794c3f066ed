"""Decisions of local councils: checked against the law, laid over the pack."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from kazyna.core.errors import InputError, NotFound
from kazyna.packs.decidable import read_decidable
from kazyna.packs.decision_table import read_decisions
from kazyna.packs.decisions import with_decisions
from kazyna.packs.pack import Pack, load_pack
from kazyna.tax import Table, compute, doubtful_in_case

KG, RU = load_pack("kg"), load_pack("ru")
RATE = {"place": "tokmok_city", "parameter": "residential_rate", "keys": "", "from": "2025-01-01",
        "to": "2027-12-31", "value": "60", "document": "No. 12 of 2025-02-20",
        "source": ""}  # fmt: skip
HOME: dict[str, Any] = {
        "dwelling": "flat", "area_m2": 100, "council": "tokmok_city", "relief_category": "none",
        "relief_rank": 1, "months": 12}  # fmt: skip
PLOT: dict[str, Any] = {
        "plot_area_m2": 600, "region": "chuy", "population": 70_000, "council": "tokmok_city",
        "zone": "none", "land_use": "other", "relief_category": "none", "relief_rank": 1,
        "months": 12}  # fmt: skip


def decided(*lines: dict[str, Any], pack: Pack = KG) -> Pack:
    return with_decisions(pack, read_decisions(lines, pack, source="councils.csv"))


def tax_of(pack: Pack, tax: str, case: dict[str, Any], on: date) -> Decimal:
    return compute(pack.taxes[tax].rules, case, on).amount


def test_a_new_council_is_added_with_its_rate() -> None:
    kg = decided(RATE)
    assert tax_of(kg, "residential_property", HOME, date(2025, 6, 1)) == Decimal(1200)
    known = KG.columns["council"].allowed
    assert known is not None
    assert kg.columns["council"].allowed == (*known, "tokmok_city")
    with pytest.raises(InputError, match="'tokmok_city' is not known"):
        tax_of(KG, "residential_property", HOME, date(2025, 6, 1))


def test_a_rate_ends_on_its_last_day_and_is_then_not_known() -> None:
    kg = decided(RATE)
    home = HOME | {"plot_area_m2": 0, "region": "none", "population": 0}
    assert tax_of(kg, "residential_property", home, date(2027, 12, 31)) == Decimal(1200)
    with pytest.raises(InputError, match="no known value for council 'tokmok_city'"):
        tax_of(kg, "residential_property", home, date(2028, 1, 1))


def test_a_decision_replaces_what_the_pack_knew_and_is_without_doubt() -> None:
    kg = decided(RATE | {"place": "bishkek", "value": "80", "from": "2026-01-01"})
    home = HOME | {"council": "bishkek", "plot_area_m2": 0, "region": "none", "population": 0}
    before = tax_of(kg, "residential_property", home, date(2025, 12, 31))
    after = tax_of(kg, "residential_property", home, date(2026, 1, 1))
    assert (before, after) == (Decimal(1500), Decimal(1600))
    rules = kg.taxes["residential_property"].rules
    found = doubtful_in_case(rules, home, date(2026, 1, 1))
    assert "residential_rate" not in {each.parameter for each in found}
    table = rules.parameters["residential_rate"].on(date(2026, 1, 1)).value
    assert isinstance(table, Table)
    row = table.row_at("bishkek")
    assert (row.law, row.confidence) == ("council No. 12 of 2025-02-20", "official")
    assert row.place == "councils.csv, row 1"


def test_a_first_decision_keeps_for_other_keys_what_holds_for_any_place() -> None:
    zone = RATE | {"parameter": "zonal_coefficient", "keys": "land;1", "value": "0.5"}
    kg = decided(zone)
    on = date(2025, 7, 1)
    plain = tax_of(kg, "land", PLOT, on)
    assert plain == tax_of(KG, "land", PLOT | {"council": "other"}, on)
    assert tax_of(kg, "land", PLOT | {"zone": "1"}, on) == plain * Decimal("0.5")


def test_a_village_is_freed_from_one_tax_and_not_from_others() -> None:
    freed = RATE | {"place": "sary_oy", "parameter": "council_relief", "keys": "settlement_land",
                    "value": "1", "to": ""}  # fmt: skip
    kg = decided(freed)
    assert tax_of(kg, "land", PLOT | {"council": "sary_oy"}, date(2025, 7, 1)) == 0
    car = {"engine_cm3": 1000, "vehicle_class": "trucks_buses_minibuses", "vehicle_age_years": 1,
           "book_value": 0, "relief_category": "none", "relief_rank": 1,
           "council": "sary_oy"}  # fmt: skip
    assert tax_of(kg, "vehicle", car, date(2025, 7, 1)) == Decimal(750)


def test_a_municipality_of_russia_sets_its_rate() -> None:
    line = {"place": "kazan", "parameter": "property_rate", "keys": "flat", "from": "2024-01-01",
            "value": "0.0015", "document": "No. 5"}  # fmt: skip
    flat = {"value": 6_000_000, "municipality": "kazan", "object_kind": "flat", "area_m2": 60,
            "children": 0, "previous_tax": 0, "transition_year": 4, "inventory_tax": 0,
            "months": 12}  # fmt: skip
    ru = decided(line, pack=RU)
    assert tax_of(ru, "individual_property", flat, date(2024, 1, 1)) == Decimal(6000)
    room = flat | {"object_kind": "other"}
    assert tax_of(ru, "individual_property", room, date(2024, 1, 1)) == Decimal(30000)


def test_the_hash_tells_decisions_apart() -> None:
    hashes = {KG.content_hash, decided(RATE).content_hash, decided(RATE).content_hash,
              decided(RATE | {"value": "61"}).content_hash}  # fmt: skip
    assert len(hashes) == 3
    assert with_decisions(KG, ()) is KG


@pytest.mark.parametrize(
    ("change", "column", "reason"),
    [
        ({"value": "101"}, "value", "101 is outside the law's limits"),
        ({"value": "-1"}, "value", "outside"),
        ({"value": "sixty"}, "value", "'sixty' is not a number"),
        ({"value": ""}, "value", "the cell is empty"),
        ({"document": ""}, "document", "the cell is empty"),
        ({"from": ""}, "from", "the day is missing"),
        ({"from": "01.01.2025"}, "from", "is not a date"),
        ({"to": "2024-12-31"}, "to", "2024-12-31 is before 2025-01-01"),
        ({"place": "other"}, "place", "'other' is no council"),
        ({"place": "Токмок"}, "place", "is no council"),
        ({"parameter": "vat_rate"}, "parameter", "councils do not decide 'vat_rate'"),
        ({"keys": "1"}, "keys", "'1' does not fit"),
        ({"parameter": "zonal_coefficient"}, "keys", "None does not fit"),
        ({"parameter": "zonal_coefficient", "keys": "moon;1", "value": "1"}, "keys", "'moon'"),
        ({"number": "1"}, "number", "the column is not known"),
    ],
)
def test_a_wrong_decision_is_refused_by_row_and_column(
    change: dict[str, str], column: str, reason: str
) -> None:
    good = RATE | {"place": "osh"}
    with pytest.raises(InputError, match=reason) as caught:
        read_decisions([good, RATE | change], KG, source="councils.csv")
    finding = caught.value.findings[0]
    assert (finding.source, finding.column) == ("councils.csv", column)
    assert finding.row in {2, None}


def test_the_limit_is_that_of_the_place_and_says_its_doubt() -> None:
    zone = RATE | {"parameter": "zonal_coefficient", "keys": "land;1", "value": "2.5"}
    (found,) = read_decisions([zone | {"place": "bishkek"}], KG, source="councils.csv")
    assert found.limit_doubt is not None
    with pytest.raises(InputError, match=r"2\.5 is outside .* from 0\.3 to 1\.2"):
        read_decisions([zone], KG, source="councils.csv")
    (rate,) = read_decisions([RATE], KG, source="councils.csv")
    assert rate.limit_doubt is None


def test_two_decisions_for_one_day_are_refused() -> None:
    later = RATE | {"from": "2027-12-31", "to": ""}
    with pytest.raises(InputError, match=r"row 1 and councils\.csv, row 2 decide the same"):
        read_decisions([RATE, later], KG, source="councils.csv")
    after = RATE | {"from": "2028-01-01", "to": ""}
    assert len(read_decisions([RATE, after], KG, source="councils.csv")) == 2


def test_a_pack_without_councils_says_so() -> None:
    with pytest.raises(NotFound, match="leaves nothing to local councils"):
        read_decidable(load_pack("us_wa"))
