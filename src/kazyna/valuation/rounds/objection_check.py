"""What the objections to a round say about its model.

Owners object to values that are too high and keep silent about those that are too low, so the
objections alone cannot show a bias. Beside them stand the sales of the hold-out in the same
segment, which nobody has chosen: where both point the same way, the model is to be looked at.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from scipy.stats import binomtest

DECIDED = ("upheld", "partly_upheld", "rejected")
SUCCESSFUL = ("upheld", "partly_upheld")
SYSTEMATIC = 0.05
"""The usual level of a test, here of both tests at once; it calls for a look, not for a verdict."""


@dataclass(frozen=True)
class SegmentCheck:
    """What objections and hold-out say about one segment."""

    segment: str
    objections: int
    decided: int
    lowered: int
    raised: int
    p_value: float | None
    """Sign test of lowered against raised: the chance of so uneven a split, were both alike
    likely; None where no value changed."""
    holdout_sales: int
    holdout_median_ratio: float | None
    holdout_p_value: float | None
    """Sign test of ratios above 1 against those below, on sales that the model had not seen."""
    systematic: bool
    """Whether both tests call the same direction systematic."""


@dataclass(frozen=True)
class ObjectionCheck:
    """The objections to one round as evidence about its model."""

    properties: int
    contested: int
    """Properties with an objection that was not withdrawn."""
    contested_share: float
    decided: int
    upheld_share: float | None
    """Of the decided objections, wholly or in part; None before the first decision."""
    median_claimed_ratio: float | None
    """Claimed ÷ contested value."""
    median_decided_ratio: float | None
    """Decided ÷ contested value of the objections that succeeded."""
    segments: tuple[SegmentCheck, ...]


def objection_check(objections: pa.Table, study: pa.Table, *, properties: int) -> ObjectionCheck:
    """Check a model by the objections to its values.

    Parameters
    ----------
    objections
        Columns property_id, status, contested_value, claimed_value, decided_value (may be empty)
        and segment (may be empty). Those withdrawn count for nothing.
    study
        The hold-out of the round: price, value and segment.
    properties
        Values in the round.

    References
    ----------
    Sign test: W. J. Conover, Practical Nonparametric Statistics, 3rd ed., 1999, section 3.4.
    """
    rows = [row for row in objections.to_pylist() if row["status"] != "withdrawn"]
    decided = [row for row in rows if row["status"] in DECIDED]
    won = [row for row in decided if row["status"] in SUCCESSFUL]
    contested = len({row["property_id"] for row in rows})
    ratios = _ratios(study)
    segments = sorted({row["segment"] for row in rows if row["segment"] is not None})
    return ObjectionCheck(
        properties=properties,
        contested=contested,
        contested_share=contested / properties if properties else 0.0,
        decided=len(decided),
        upheld_share=len(won) / len(decided) if decided else None,
        median_claimed_ratio=_median(row["claimed_value"] / row["contested_value"] for row in rows),
        median_decided_ratio=_median(row["decided_value"] / row["contested_value"] for row in won),
        segments=tuple(
            _segment(name, [row for row in rows if row["segment"] == name], ratios.get(name, []))
            for name in segments
        ),
    )


def _segment(name: str, rows: list[dict[str, Any]], ratios: list[float]) -> SegmentCheck:
    decided = [row for row in rows if row["status"] in DECIDED]
    lowered = sum(row["decided_value"] < row["contested_value"] for row in decided)
    raised = sum(row["decided_value"] > row["contested_value"] for row in decided)
    above, below = sum(ratio > 1 for ratio in ratios), sum(ratio < 1 for ratio in ratios)
    p_value, holdout_p_value = _sign_test(lowered, raised), _sign_test(above, below)
    both = all(p is not None and p < SYSTEMATIC for p in (p_value, holdout_p_value))
    return SegmentCheck(
        segment=name,
        objections=len(rows),
        decided=len(decided),
        lowered=lowered,
        raised=raised,
        p_value=p_value,
        holdout_sales=len(ratios),
        holdout_median_ratio=_median(ratios),
        holdout_p_value=holdout_p_value,
        systematic=both and (lowered > raised) == (above > below),
    )


def _ratios(study: pa.Table) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {}
    for segment, value, price in zip(
        *(study[name].to_pylist() for name in ("segment", "value", "price")), strict=True
    ):
        if segment is not None:
            found.setdefault(segment, []).append(float(value / price))
    return found


def _sign_test(one: int, other: int) -> float | None:
    return float(binomtest(one, one + other).pvalue) if one + other else None


def _median(values: Iterable[Any]) -> float | None:
    known = [float(value) for value in values]
    return float(np.median(known)) if known else None
