import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kazyna.core.errors import InputError
from kazyna.valuation.ru237.groups import (
    BUILDING_GROUPS,
    LAND_SEGMENTS,
    GroupRule,
    Reference,
    by_index,
    by_reference,
    by_specific_value,
    group_of,
    specific_values,
    territory_of,
    typical_object,
)


def test_a_use_code_begins_with_its_segment() -> None:
    found = group_of(["01:010", "13:021", "06:000"])
    assert found.group == ("01", "13", "06")
    assert found.subgroup == ("01:010", "13:021", "06:000")
    assert "Садоводство" in found.title[1]
    assert found.unknown == 0


def test_what_no_rule_knows_is_other_use_and_counted() -> None:
    found = group_of([None, "99:1", ""])
    assert found.group == ("14", "14", "14")
    assert found.subgroup == ("14", "14", "14")
    assert found.unknown == 3


def test_the_longest_prefix_counts() -> None:
    rules = (GroupRule("2", "x", "X"), GroupRule("20", "y", "Y"))
    assert group_of(["20", "21"], rules).group == ("y", "x")
    assert group_of(["204003000000"], BUILDING_GROUPS).group == ("1",)


def test_there_are_fourteen_segments() -> None:
    assert len({rule.group for rule in LAND_SEGMENTS}) == 14


def test_territories_are_read_from_cadastral_numbers() -> None:
    found = territory_of(["77:01:0001001:1024", "P7"])
    assert found.district == ("77:01", None)
    assert found.quarter == ("77:01:0001001", None)


def test_specific_values_are_counted_by_hand() -> None:
    value = np.array([100.0, 300.0, 600.0, 50.0])
    area = np.array([10.0, 10.0, 30.0, 0.0])
    table = specific_values(
        value, area, ["13", "13", "02", "02"], by={"район": ["a", "b", None, "a"]}
    )
    assert table.select(["group", "division", "territory", "objects", "mean"]).to_pylist() == [
        {"group": "02", "division": "всего", "territory": "всего", "objects": 1, "mean": 20.0},
        {"group": "13", "division": "всего", "territory": "всего", "objects": 2, "mean": 20.0},
        {"group": "13", "division": "район", "territory": "a", "objects": 1, "mean": 10.0},
        {"group": "13", "division": "район", "territory": "b", "objects": 1, "mean": 30.0},
    ]
    whole = table.slice(1, 1).to_pylist()[0]
    assert (whole["minimum"], whole["maximum"], whole["area_m2"]) == (10.0, 30.0, 20.0)


@given(
    st.lists(st.tuples(st.floats(1, 1e9), st.floats(1, 1e4), st.sampled_from("abc")), min_size=1)
)
def test_a_mean_lies_between_its_ends_and_gives_the_total_back(
    objects: list[tuple[float, float, str]],
) -> None:
    value, area = (np.array([each[at] for each in objects]) for at in (0, 1))
    table = specific_values(value, area, [each[2] for each in objects], by={})
    low, mean, high = (table[name].to_numpy() for name in ("minimum", "mean", "maximum"))
    assert np.all(low <= mean * (1 + 1e-12))
    assert np.all(mean <= high * (1 + 1e-12))
    assert (mean * table["area_m2"].to_numpy()).sum() == pytest.approx(value.sum())


REFERENCE = Reference("13:021", 1000.0, {"wall": "brick", "water": "yes"})
CORRECTIONS = {"wall": {"brick": 1.0, "wood": 0.8}, "water": {"yes": 1.0, "no": 0.9}}


def test_a_value_is_that_of_the_typical_object_corrected() -> None:
    value, specific = by_reference(
        np.array([100.0, 50.0]),
        ["13:021", "13:021"],
        {"wall": ["brick", "wood"], "water": ["yes", "no"]},
        references=[REFERENCE],
        corrections=CORRECTIONS,
    )
    assert specific.tolist() == pytest.approx([1000.0, 720.0])
    assert value.tolist() == pytest.approx([100_000.0, 36_000.0])


def test_a_missing_typical_object_and_a_missing_coefficient_are_both_named() -> None:
    with pytest.raises(InputError) as caught:
        by_reference(
            np.array([1.0]),
            ["02:001"],
            {"wall": ["straw"], "water": ["no"]},
            references=[REFERENCE],
            corrections=CORRECTIONS,
        )
    assert "02:001" in str(caught.value)
    assert "straw" in str(caught.value)


def test_the_typical_object_is_the_middle_one() -> None:
    value = np.array([1.0, 2.0, 3.0, 4.0, 90.0])
    assert typical_object(value, np.ones(5), [np.arange(5.0)]) == 2


def test_earlier_values_are_indexed_by_group() -> None:
    assert by_index(np.array([10.0, 10.0]), ["a", "b"], {"a": 1.1, "b": 0.9}).tolist() == [11, 9]
    with pytest.raises(InputError, match="'c' has no index"):
        by_index(np.array([1.0]), ["c"], {})


def test_the_finest_known_specific_value_is_taken() -> None:
    by = {"район": ["a", "a", "b"], "квартал": ["a1", "a2", "b1"]}
    table = specific_values(
        np.array([100.0, 300.0, 500.0]), np.ones(3), ["g", "g", "g"],
        by={"район": ["a", "a", "c"], "квартал": ["a1", "a9", "c1"]},
    )  # fmt: skip
    value, source = by_specific_value(np.full(3, 2.0), ["g", "g", "g"], by=by, table=table)
    assert value.tolist() == [200.0, 400.0, 600.0]
    assert source == ("квартал", "район", "всего")
    unknown, nowhere = by_specific_value(np.ones(3), ["h"] * 3, by=by, table=table)
    assert np.isnan(unknown).all()
    assert nowhere == ("", "", "")
