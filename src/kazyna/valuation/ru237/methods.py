"""The simple methods of the Russian instructions, applied: typical object, УПКС, indexation.

Order P/0336 lets objects be valued by a typical object of their sub-group, by the mean specific
value around them, or by the index of an earlier value, where a model cannot carry them. Here all
objects are valued by each of these beside the market model, so that a valuer sees what each method
would say and how far it strays (docs/methods/ru237.md).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from kazyna.valuation.columns import Floats, Ints
from kazyna.valuation.ru237.groups import (
    Grouping,
    Reference,
    by_index,
    by_reference,
    by_specific_value,
    typical_object,
)

PLACE, SIZE = "район", "площадь"
AREA_CLASSES = (0.25, 0.5, 0.75)
"""Quantiles of the area in a group between which sizes count as alike."""
CLASS_OBJECTS_MIN = 5
"""Objects of a class from which it has a coefficient of its own; below, it is 1."""
REFERENCE, SPECIFIC, INDEX = "типовой объект", "УПКС", "индексация"


@dataclass(frozen=True)
class SimpleMethods:
    """What the simple methods say of every object, and how far they are from the model."""

    typical: pa.Table
    """`group`, `subgroup`, `objects`, `id` of the typical object, its `area_m2` and `upks`."""
    corrections: pa.Table
    """`group`, `factor`, `label`, `coefficient`, `objects`: by what the typical object's specific
    value is multiplied."""
    values: pa.Table
    """`id`, `market`, `reference`, `specific`, `specific_from`, `index`; empty where a method does
    not reach."""
    quality: pa.Table
    """`method`, `objects`, `median_ratio`, `median_deviation` (percent): against the model."""


def simple_methods(
    ids: Sequence[str],
    value: Floats,
    area_m2: Floats,
    grouping: Grouping,
    *,
    by: Mapping[str, Sequence[str | None]],
    specific: pa.Table,
    earlier: Floats | None = None,
) -> SimpleMethods:
    """Value every object by each simple method.

    Parameters
    ----------
    ids, value, area_m2
        Of the objects, shape (objects,); objects without a positive area are valued by no method
        but the index.
    grouping
        Groups and sub-groups of the objects.
    by
        Labels by territorial division, the coarse before the fine.
    specific
        Table of specific values, as `specific_values` returns it.
    earlier
        Values at the earlier valuation, shape (objects,); NaN where there is none.

    Notes
    -----
    The typical object is the one nearest to the medians of its sub-group. The coefficients of
    place and size are, in each group, the median specific value of the class over that of the
    group. The index of a group is the median ratio of the model's value to the earlier one.
    """
    group = np.array(grouping.group, dtype=object)
    usable = np.isfinite(area_m2) & (area_m2 > 0) & np.isfinite(value)
    typical, corrections = [], []
    reference = np.full(len(value), np.nan)
    for name in sorted(set(grouping.group)):
        rows = np.flatnonzero(usable & (group == name))
        if len(rows) == 0:
            continue
        found = _by_reference(rows, ids, value, area_m2, (name, grouping, by))
        reference[rows] = found.values
        typical += found.typical
        corrections += found.corrections
    area = np.where(usable, area_m2, np.nan)
    around, source = by_specific_value(area, grouping.group, by=by, table=specific)
    indexed = _indexed(value, group, earlier)
    methods = {REFERENCE: reference, SPECIFIC: around, INDEX: indexed}
    values = pa.table(
        {
            "id": pa.array([str(each) for each in ids], pa.string()),
            "market": value,
            "reference": pa.array(reference, from_pandas=True),
            "specific": pa.array(around, from_pandas=True),
            "specific_from": pa.array(
                [each if ok else None for each, ok in zip(source, usable, strict=True)],
                pa.string(),
            ),
            "index": pa.array(indexed, from_pandas=True),
        }
    )
    return SimpleMethods(
        pa.Table.from_pylist(typical, schema=_TYPICAL),
        pa.Table.from_pylist(corrections, schema=_CORRECTIONS),
        values,
        pa.Table.from_pylist(
            [_strays(name, found, value) for name, found in methods.items()], schema=_QUALITY
        ),
    )


@dataclass(frozen=True)
class _ByReference:
    values: Floats
    typical: list[dict[str, object]]
    corrections: list[dict[str, object]]


def _by_reference(
    rows: Ints,
    ids: Sequence[str],
    value: Floats,
    area_m2: Floats,
    of: tuple[str, Grouping, Mapping[str, Sequence[str | None]]],
) -> _ByReference:
    """Value the objects of one group by the typical objects of its sub-groups."""
    name, grouping, by = of
    each, area = value[rows] / area_m2[rows], area_m2[rows]
    labels: dict[str, list[str]] = {SIZE: _size_classes(area)}
    if PLACE in by:
        labels[PLACE] = [by[PLACE][row] or "" for row in rows]
    tables = {factor: _coefficients(each, own) for factor, own in labels.items()}
    subgroups = [grouping.subgroup[row] for row in rows]
    references, typical = [], []
    for subgroup in sorted(set(subgroups)):
        own_rows = [at for at, each_ in enumerate(subgroups) if each_ == subgroup]
        at = own_rows[typical_object(value[rows][own_rows], area[own_rows], ())]
        like = {factor: labels[factor][at] for factor in labels}
        references.append(Reference(subgroup, float(each[at]), like))
        typical.append(
            {
                "group": name,
                "subgroup": subgroup,
                "objects": len(own_rows),
                "id": str(ids[rows[at]]),
                "area_m2": float(area[at]),
                "upks": float(each[at]),
            }
        )
    valued, _ = by_reference(
        area, subgroups, labels, references=references,
        corrections={factor: {k: c for k, (c, _) in t.items()} for factor, t in tables.items()},
    )  # fmt: skip
    corrections: list[dict[str, object]] = [
        {"group": name, "factor": factor, "label": label, "coefficient": c, "objects": n}
        for factor, table in tables.items()
        for label, (c, n) in table.items()
    ]
    return _ByReference(valued, typical, corrections)


def _size_classes(area: Floats) -> list[str]:
    limits = np.unique(np.quantile(area, AREA_CLASSES))
    ends = ["0", *(f"{limit:g}" for limit in limits), "…"]
    return [f"{ends[at]} – {ends[at + 1]} м²" for at in np.searchsorted(limits, area)]


def _coefficients(specific: Floats, labels: Sequence[str]) -> dict[str, tuple[float, int]]:
    """Return for each label its coefficient and the number of objects that it rests on."""
    middle, own = float(np.median(specific)), np.array(labels, dtype=object)
    found = {}
    for label in sorted(set(labels)):
        part = specific[own == label]
        enough = len(part) >= CLASS_OBJECTS_MIN and label != ""
        found[label] = (float(np.median(part)) / middle if enough else 1.0, len(part))
    return found


def _indexed(value: Floats, group: np.ndarray, earlier: Floats | None) -> Floats:
    """Bring earlier values to the date by the index of their group."""
    indexed = np.full(len(value), np.nan)
    if earlier is None:
        return indexed
    known = np.isfinite(earlier) & (earlier > 0) & np.isfinite(value)
    change = np.where(known, value / np.where(known, earlier, 1.0), np.nan)
    indices = {
        str(name): float(np.nanmedian(change[group == name])) for name in sorted(set(group[known]))
    }
    rows = np.flatnonzero(known)
    indexed[rows] = by_index(earlier[rows], [str(name) for name in group[rows]], indices)
    return indexed


def _strays(name: str, found: Floats, value: Floats) -> dict[str, object]:
    known = np.isfinite(found) & np.isfinite(value)
    ratio = found[known] / value[known]
    return {
        "method": name,
        "objects": int(known.sum()),
        "median_ratio": float(np.median(ratio)) if known.any() else None,
        "median_deviation": 100 * float(np.median(np.abs(ratio - 1))) if known.any() else None,
    }


_TYPICAL = pa.schema(
    [("group", pa.string()), ("subgroup", pa.string()), ("objects", pa.int64()),
     ("id", pa.string()), ("area_m2", pa.float64()), ("upks", pa.float64())]
)  # fmt: skip
_CORRECTIONS = pa.schema(
    [("group", pa.string()), ("factor", pa.string()), ("label", pa.string()),
     ("coefficient", pa.float64()), ("objects", pa.int64())]
)  # fmt: skip
_QUALITY = pa.schema(
    [("method", pa.string()), ("objects", pa.int64()), ("median_ratio", pa.float64()),
     ("median_deviation", pa.float64())]
)  # fmt: skip
