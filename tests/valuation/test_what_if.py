from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest

from kazyna.valuation.explanation import in_money
from kazyna.valuation.what_if import (
    Change,
    from_contributions,
    revalued,
    suggested_changes,
)

OTHERS = pa.table(
    {
        "area": [50.0, 60.0, 70.5, 80.0, 90.0],
        "rooms": [2, 3, 3, 4, 5],
        "view": [False, False, True, False, False],
        "kind": ["a", "a", "b", "a", "a"],
        "empty": pa.array([None] * 5, pa.float64()),
    }
)


@pytest.mark.parametrize(
    ("recorded", "expected"),
    [
        ({"area": 60.0}, ("area", 60.0, 70.5)),
        ({"area": 70.5}, ("area", 70.5, 80.0)),
        ({"rooms": 3}, ("rooms", 3, 4)),
        ({"rooms": 9}, ("rooms", 9, 3)),
        ({"view": False}, ("view", False, True)),
    ],
)
def test_the_usual_is_supposed(
    recorded: dict[str, object], expected: tuple[str, object, object]
) -> None:
    [change] = suggested_changes(recorded, OTHERS, list(OTHERS.column_names))
    assert (change.name, change.before, change.after) == expected


@pytest.mark.parametrize("recorded", [{"kind": "a"}, {"empty": 1.0}, {"other": 1.0}, {}])
def test_what_cannot_be_supposed_is_passed_over(recorded: dict[str, object]) -> None:
    assert suggested_changes(recorded, OTHERS, [*OTHERS.column_names, "other"]) == ()


def test_a_property_is_valued_again_with_each_change_alone() -> None:
    def value_of(table: pa.Table) -> pa.Table:
        area, rooms = table["area"].to_numpy(), table["rooms"].to_numpy()
        assert len(set(table["id"].to_pylist())) == table.num_rows
        return pa.table({"id": table["id"], "value": area * 1000 + rooms * 50})

    row = pa.table({"id": ["P1"], "area": [60.0], "rooms": [3]})
    changes = (Change("area", 60.0, 70.0), Change("rooms", 3, 2))
    found = revalued(row, changes, value_of=value_of, id_column="id")
    assert [each.difference for each in found] == [Decimal(10_000), Decimal(-50)]


def test_contributions_give_back_what_the_model_would_say() -> None:
    """With effects that do not depend on one another, the estimate is the truth."""
    random = np.random.default_rng(0)
    area = random.uniform(40, 120, 400)
    part = 0.8 * np.log(area / 80)
    other = random.normal(0, 0.3, 400)
    base = 100_000
    value = np.rint(base * np.exp(part + other)).astype(np.int64)
    money = in_money(value, base, np.column_stack([part, other]))
    values = pa.table(
        {
            "value": value,
            "base": [base] * 400,
            "reasons": [
                [{"reason": name, "amount": int(a)} for name, a in zip("ao", row, strict=True)]
                for row in money
            ],
            "a": area,
        }
    )
    subject = values.slice(0, 1).to_pylist()[0]
    change = Change("a", float(area[0]), 100.0)
    [found] = from_contributions(subject, values, [change])
    truth = float(value[0]) * ((100 / area[0]) ** 0.8 - 1)
    assert float(found.difference) == pytest.approx(truth, rel=0.02, abs=300)


def test_the_largest_difference_comes_first() -> None:
    rows = [
        {
            "value": 200.0,
            "base": 200.0,
            "reasons": [{"reason": "b", "amount": 10 * at}, {"reason": "a", "amount": -10 * at}],
            "a": float(at),
            "b": float(at),
        }
        for at in range(30)
    ]
    found = from_contributions(
        rows[0], pa.Table.from_pylist(rows), [Change("a", 0.0, 3.0), Change("b", 0.0, 29.0)]
    )
    assert [each.change.name for each in found] == ["b", "a"]
    assert found[0].difference > 0 > found[1].difference
