"""Objections as a check of the model."""

from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from kazyna.valuation.rounds.objection_check import objection_check

MONEY = pa.decimal128(18, 2)


def objections(*rows: tuple[str, str, int, int, int | None, str | None]) -> pa.Table:
    names = (
        "property_id",
        "status",
        "contested_value",
        "claimed_value",
        "decided_value",
        "segment",
    )
    types = (pa.string(), pa.string(), MONEY, MONEY, MONEY, pa.string())
    columns: dict[str, Any] = {}
    for at, (name, kind) in enumerate(zip(names, types, strict=True)):
        values = [row[at] for row in rows]
        columns[name] = pa.array(
            [Decimal(v) if kind == MONEY and v is not None else v for v in values],
            kind,
        )
    return pa.table(columns)


def study(ratios: list[float], segment: str = "north") -> pa.Table:
    return pa.table(
        {
            "price": pa.array([Decimal(1000)] * len(ratios), MONEY),
            "value": pa.array([Decimal(round(1000 * ratio)) for ratio in ratios], MONEY),
            "segment": [segment] * len(ratios),
        }
    )


def test_shares_and_ratios_are_of_what_was_not_withdrawn() -> None:
    found = objection_check(
        objections(
            ("a", "upheld", 100, 80, 80, "north"),
            ("a", "rejected", 100, 60, 100, "north"),
            ("b", "partly_upheld", 200, 100, 180, None),
            ("c", "filed", 100, 90, None, "south"),
            ("d", "withdrawn", 100, 10, None, "south"),
        ),
        study([]),
        properties=300,
    )
    assert (found.contested, found.contested_share, found.decided) == (3, 0.01, 3)
    assert found.upheld_share == pytest.approx(2 / 3)
    assert found.median_claimed_ratio == pytest.approx(0.7)  # of 0.8, 0.6, 0.5, 0.9
    assert found.median_decided_ratio == pytest.approx(0.85)  # of 0.8, 0.9
    assert [segment.segment for segment in found.segments] == ["north", "south"]


def test_a_bias_needs_both_tests_the_same_way() -> None:
    lowered = [(f"p{n}", "upheld", 100, 80, 80, "north") for n in range(6)]
    (found,) = objection_check(
        objections(*lowered), study([1.1] * 9 + [0.9]), properties=100
    ).segments
    assert found.p_value == pytest.approx(2 / 2**6)  # six of six one way, two-sided
    assert found.holdout_p_value == pytest.approx(2 * 11 / 2**10)  # at most one of ten, two-sided
    assert found.holdout_median_ratio == pytest.approx(1.1)
    assert found.systematic
    (other,) = objection_check(
        objections(*lowered), study([0.9] * 9 + [1.1]), properties=100
    ).segments
    assert not other.systematic  # the sales say that values are too low
    (few,) = objection_check(objections(*lowered[:5]), study([1.1] * 10), properties=9).segments
    assert not few.systematic


def test_no_objections_say_nothing() -> None:
    found = objection_check(objections(), study([1.0]), properties=5)
    assert (found.contested, found.upheld_share, found.median_claimed_ratio) == (0, None, None)
    assert found.segments == ()
