"""Who rises, who falls and why: sums that must hold to the cent."""

from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kazyna.core.errors import InputError
from kazyna.valuation.rounds.round_comparison import compare_rounds

MONEY = pa.decimal128(18, 2)
REASONS = pa.list_(pa.struct([("reason", pa.string()), ("amount", MONEY)]))


def round_of(rows: dict[str, dict[str, Any]]) -> pa.Table:
    """Build a round: of each property a base, reasons, and a change by hand."""
    columns: dict[str, list[Any]] = {"value": [], "model_value": [], "base": [], "reasons": []}
    for row in rows.values():
        reasons = row.get("reasons", {})
        model = row["base"] + sum(reasons.values())
        columns["model_value"].append(Decimal(model))
        columns["value"].append(Decimal(model + row.get("by_hand", 0)))
        columns["base"].append(Decimal(row["base"]))
        columns["reasons"].append(
            [{"reason": name, "amount": Decimal(amount)} for name, amount in reasons.items()]
        )
    arrays = {
        name: pa.array(values, REASONS if name == "reasons" else MONEY)
        for name, values in columns.items()
    }
    return pa.table({"property_id": list(rows), **arrays})


BEFORE = round_of(
    {
        "a": {"base": 100, "reasons": {"area": 50, "time": 10}},
        "b": {"base": 100, "reasons": {"area": -20, "location": 20}},
        "gone": {"base": 100},
    }
)
AFTER = round_of(
    {
        "new": {"base": 110},
        "b": {"base": 110, "reasons": {"area": -30, "location": 20}, "by_hand": -25},
        "a": {"base": 110, "reasons": {"area": 60, "time": 30}},
    }
)
PLACES = pa.table(
    {
        "property_id": ["b", "a", "other"],
        "place": ["north", "south", "north"],
        "lon": [74.5, 74.6, 74.7],
        "lat": [42.8, 42.9, 43.0],
    }
)


def test_the_change_is_told_by_reason() -> None:
    found = compare_rounds(BEFORE, AFTER, PLACES)
    assert (found.properties, found.appeared, found.disappeared) == (2, 1, 1)
    assert (found.before, found.after) == (Decimal(260), Decimal(275))
    assert (found.rising, found.falling, found.unchanged) == (1, 1, 0)
    amounts = {change.reason: change.amount for change in found.by_reason}
    # base 2 x 10; area (60-50) + (-30+20); time 30-10; by hand -25; the location stays
    assert amounts == {"override": -25, "base": 20, "time": 20, "area": 0}
    assert dict(found.by_group) == {
        "base": 20, "characteristics": 0, "location": 0, "time": 20, "override": -25,
    }  # fmt: skip
    assert found.median_change == pytest.approx((40 / 160 - 25 / 100) / 2)


def test_each_property_has_its_main_reason() -> None:
    found = compare_rounds(BEFORE, AFTER)
    by_number = {each.property_id: each for each in found.largest}
    assert (by_number["b"].reason, by_number["b"].reason_amount) == ("override", Decimal(-25))
    assert (by_number["a"].reason, by_number["a"].change) == ("time", 0.25)
    assert found.by_place == ()
    assert found.cells == ()


def test_places_and_cells_hold_every_property_once() -> None:
    found = compare_rounds(BEFORE, AFTER, PLACES)
    assert [(group.name, group.amount) for group in found.by_place] == [
        ("north", Decimal(-25)), ("south", Decimal(40)),
    ]  # fmt: skip
    assert sum(cell.properties for cell in found.cells) == 2


def test_rounds_of_two_towns_are_not_compared() -> None:
    with pytest.raises(InputError, match="no property in common"):
        compare_rounds(BEFORE, round_of({"x": {"base": 1}}))


amounts = st.integers(-(10**6), 10**6).map(lambda cents: Decimal(cents).scaleb(-2))
rows = st.fixed_dictionaries(
    {
        "base": st.integers(10**9, 10**12).map(lambda cents: Decimal(cents).scaleb(-2)),
        "reasons": st.dictionaries(st.sampled_from(["area", "year", "location", "time"]), amounts),
        "by_hand": amounts,
    }
)
rounds = st.dictionaries(st.sampled_from("abcdefgh"), rows, min_size=1).map(round_of)


@settings(deadline=None)
@given(rounds, rounds)
def test_the_parts_add_up_to_the_change_to_the_cent(before: pa.Table, after: pa.Table) -> None:
    common = set(before["property_id"].to_pylist()) & set(after["property_id"].to_pylist())
    if not common:
        return
    found = compare_rounds(before, after)
    change = found.after - found.before
    assert found.properties == len(common)
    assert sum((each.amount for each in found.by_reason), Decimal(0)) == change
    assert sum((amount for _, amount in found.by_group), Decimal(0)) == change
    assert sum((each.amount for each in found.by_decile), Decimal(0)) == change
    assert sum(each.properties for each in found.classes) == len(common)
    assert found.rising + found.falling + found.unchanged == len(common)
    back = compare_rounds(after, before)
    assert (back.rising, back.falling) == (found.falling, found.rising)
