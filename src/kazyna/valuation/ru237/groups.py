"""The Russian methodical instructions of 2021: groups, specific values, simple methods.

Order P/0336 of 4 August 2021 of Rosreestr, under the law 237-FZ of 3 July 2016. Only the heads of
these documents could be checked here; docs/methods/ru237.md says which of the following is
confirmed by public code and which is general knowledge.

УПКС, the specific value (удельный показатель кадастровой стоимости), is value per square metre.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from kazyna.core.errors import Finding, InputError
from kazyna.valuation.columns import Floats

CADASTRAL_NUMBER = re.compile(r"^(\d{2}:\d{2}):(\d{6,7}):\d+$")
"""District, quarter and number of an object, as the Russian register writes them."""
UNKNOWN_GROUP = "14"
WHOLE = "всего"


@dataclass(frozen=True)
class GroupRule:
    """Use codes that begin so belong to a group."""

    prefix: str
    group: str
    title: str


LAND_SEGMENTS: tuple[GroupRule, ...] = tuple(
    GroupRule(f"{number:02d}:", f"{number:02d}", title)
    for number, title in enumerate(
        (
            "Сельскохозяйственное использование",
            "Жилая застройка (среднеэтажная и многоэтажная)",
            "Общественное использование",
            "Предпринимательство",
            "Отдых (рекреация)",
            "Производственная деятельность",
            "Транспорт",
            "Обеспечение обороны и безопасности",
            "Охраняемые природные территории и благоустройство",
            "Использование лесов",
            "Водные объекты",
            "Специальное, ритуальное использование, запас",
            "Садоводство и огородничество, малоэтажная жилая застройка",
            "Иное использование",
        ),
        1,
    )
)
"""The fourteen segments of land; a code such as 13:021 begins with its segment."""

BUILDING_GROUPS: tuple[GroupRule, ...] = (
    GroupRule("204003", "1", "Многоквартирные дома"),
    GroupRule("206002", "1", "Жилые помещения в многоквартирных домах"),
    GroupRule("204002", "2", "Дома малоэтажной жилой застройки"),
    GroupRule("204004", "2", "Жилые строения на садовых участках"),
    GroupRule("204001", "4", "Объекты нежилого назначения"),
    GroupRule("206001", "4", "Нежилые помещения"),
    GroupRule("2050", "10", "Сооружения"),
)
"""Groups of buildings and premises by the register's codes of purpose."""


@dataclass(frozen=True)
class Grouping:
    """The evaluation group and sub-group of each object."""

    group: tuple[str, ...]
    title: tuple[str, ...]
    subgroup: tuple[str, ...]
    """The whole use code; the group where there is none."""
    unknown: int
    """Objects whose code no rule knows; they are in the group for other use."""


@dataclass(frozen=True)
class Territory:
    """District and quarter of each object, read from its cadastral number."""

    district: tuple[str | None, ...]
    quarter: tuple[str | None, ...]


@dataclass(frozen=True)
class Reference:
    """The typical object (типовой, эталонный) of a sub-group."""

    subgroup: str
    specific_value: float
    """УПКС of the typical object."""
    characteristics: Mapping[str, str]
    """What it is like; a correction is for being otherwise."""


def group_of(codes: Sequence[str | None], rules: Sequence[GroupRule] = LAND_SEGMENTS) -> Grouping:
    """Put objects into groups and sub-groups by their use codes.

    Parameters
    ----------
    codes
        Use code of each object, such as `13:021`; None where it is not known.
    rules
        Of several rules that fit, the one with the longest prefix counts.

    Examples
    --------
    >>> group_of(["13:021", None]).group
    ('13', '14')
    """
    ordered = sorted(rules, key=lambda rule: -len(rule.prefix))
    fallback = next((rule for rule in rules if rule.group == UNKNOWN_GROUP), rules[-1])
    found = [_rule_of(code, ordered) for code in codes]
    return Grouping(
        group=tuple((rule or fallback).group for rule in found),
        title=tuple((rule or fallback).title for rule in found),
        subgroup=tuple(
            code if code and rule else (rule or fallback).group
            for code, rule in zip(codes, found, strict=True)
        ),
        unknown=sum(rule is None for rule in found),
    )


def territory_of(cadastral_numbers: Sequence[str]) -> Territory:
    """Read district and quarter from cadastral numbers such as `77:01:0001001:1024`.

    A number of another form has neither.
    """
    parts = [CADASTRAL_NUMBER.match(number) for number in cadastral_numbers]
    return Territory(
        tuple(part[1] if part else None for part in parts),
        tuple(f"{part[1]}:{part[2]}" if part else None for part in parts),
    )


def specific_values(
    value: Floats, area_m2: Floats, group: Sequence[str], *, by: Mapping[str, Sequence[str | None]]
) -> pa.Table:
    """Return the least, mean and greatest УПКС of each group, in all and by territory.

    The mean is weighted by area: the values of the group over its square metres.

    Parameters
    ----------
    value, area_m2, group
        Shape (objects,); objects without a positive area are left out.
    by
        Labels of each territorial division by its name, such as district and quarter; an object
        without a label counts in the whole only.

    Returns
    -------
    pyarrow.Table
        `group`, `division`, `territory`, `objects`, `minimum`, `mean`, `maximum`, `area_m2`.

    References
    ----------
    The tables for approval of order P/0336 (min, mean and max value per square metre by group,
    district and quarter).
    """
    usable = np.isfinite(area_m2) & (area_m2 > 0) & np.isfinite(value)
    groups = np.array(group, dtype=object)
    rows: list[dict[str, object]] = []
    divisions: dict[str, Sequence[str | None]] = {WHOLE: [WHOLE] * len(value), **by}
    for division, labels in divisions.items():
        label = np.array(["" if each is None else each for each in labels], dtype=object)
        kept = np.flatnonzero(usable & (label != ""))
        keys = sorted({(groups[row], label[row]) for row in kept})
        place = {key: at for at, key in enumerate(keys)}
        code = np.array([place[groups[row], label[row]] for row in kept], dtype=np.int64)
        order = np.argsort(code, kind="stable")
        ends = np.searchsorted(code[order], np.arange(len(keys) + 1))
        for at, (name, territory) in enumerate(keys):
            part = kept[order[ends[at] : ends[at + 1]]]
            each = value[part] / area_m2[part]
            rows.append(
                {
                    "group": name,
                    "division": division,
                    "territory": territory,
                    "objects": len(part),
                    "minimum": float(each.min()),
                    "mean": float(value[part].sum() / area_m2[part].sum()),
                    "maximum": float(each.max()),
                    "area_m2": float(area_m2[part].sum()),
                }
            )
    return pa.Table.from_pylist(rows, schema=_SPECIFIC)


def by_reference(
    area_m2: Floats,
    subgroup: Sequence[str],
    characteristics: Mapping[str, Sequence[str]],
    *,
    references: Sequence[Reference],
    corrections: Mapping[str, Mapping[str, float]],
) -> tuple[Floats, Floats]:
    """Value objects by the typical object of their sub-group (метод типового объекта).

    The specific value of the typical object is multiplied by the correction of each characteristic
    in which the object differs from it, and by the object's area.

    Parameters
    ----------
    area_m2, subgroup
        Shape (objects,).
    characteristics
        Labels of each object by characteristic, shape (objects,).
    references
        One typical object for each sub-group.
    corrections
        For each characteristic the coefficient of each label, 1 for what is typical.

    Returns
    -------
    tuple of arrays
        Value and specific value, shape (objects,).

    Raises
    ------
    InputError
        When a sub-group has no typical object, or a label no coefficient.
    """
    typical = {reference.subgroup: reference for reference in references}
    findings = [
        Finding("references", f"sub-group {name!r} has no typical object", "one for each sub-group")
        for name in sorted(set(subgroup) - set(typical))
    ]
    for name, table in corrections.items():
        labels = set(characteristics.get(name, ()))
        labels |= {reference.characteristics.get(name, "") for reference in references} - {""}
        findings += [
            Finding("corrections", f"{label!r} has no coefficient", "a number", column=name)
            for label in sorted(labels - set(table))
        ]
    if findings:
        raise InputError(findings)
    specific = np.array([typical[name].specific_value for name in subgroup], dtype=np.float64)
    for name, table in corrections.items():
        own = np.array([table[label] for label in characteristics[name]])
        of_typical = [typical[each].characteristics.get(name) for each in subgroup]
        base = np.array([1.0 if label is None else table[label] for label in of_typical])
        specific *= own / base
    return specific * area_m2, specific


def typical_object(value: Floats, area_m2: Floats, characteristics: Sequence[Floats]) -> int:
    """Return the row of the object that is nearest to the medians of its sub-group.

    Distances are in units of the interquartile range of the specific value, the area and each
    characteristic, so that none of them counts for more by its scale.
    """
    columns = [value / area_m2, area_m2, *characteristics]
    away = np.zeros(len(value))
    for column in columns:
        low, middle, high = np.quantile(column, [0.25, 0.5, 0.75]).tolist()
        away += np.abs(column - middle) / ((high - low) or 1.0)
    return int(np.argmin(away))


def by_index(previous: Floats, group: Sequence[str], indices: Mapping[str, float]) -> Floats:
    """Bring earlier values to the date by the price index of their group (метод индексации).

    Raises
    ------
    InputError
        When a group has no index.
    """
    findings = [
        Finding("indices", f"group {name!r} has no index", "the change of prices since then")
        for name in sorted(set(group) - set(indices))
    ]
    if findings:
        raise InputError(findings)
    return np.asarray(previous * np.array([indices[name] for name in group]))


def by_specific_value(
    area_m2: Floats,
    group: Sequence[str],
    *,
    by: Mapping[str, Sequence[str | None]],
    table: pa.Table,
) -> tuple[Floats, tuple[str, ...]]:
    """Value objects of which little is known by the mean УПКС around them.

    The finest division that has the group is taken: the last of `by` first, then those before it,
    and at the end the whole.

    Parameters
    ----------
    area_m2, group
        Shape (objects,).
    by
        Labels by division, the coarse before the fine, as for `specific_values`.
    table
        What `specific_values` returned.

    Returns
    -------
    tuple
        Values, shape (objects,), NaN where the group is nowhere valued; and for each object the
        division that its specific value is from.
    """
    known = {
        (row["group"], row["division"], row["territory"]): row["mean"] for row in table.to_pylist()
    }
    divisions: list[tuple[str, Sequence[str | None]]] = list(by.items())[::-1]
    divisions.append((WHOLE, [WHOLE] * len(area_m2)))
    specific = np.full(len(area_m2), np.nan)
    source = [""] * len(area_m2)
    for division, labels in divisions:
        for row, (name, label) in enumerate(zip(group, labels, strict=True)):
            found = known.get((name, division, label))
            if found is not None and not source[row]:
                specific[row], source[row] = found, division
    return specific * area_m2, tuple(source)


_SPECIFIC = pa.schema(
    [
        ("group", pa.string()),
        ("division", pa.string()),
        ("territory", pa.string()),
        ("objects", pa.int64()),
        ("minimum", pa.float64()),
        ("mean", pa.float64()),
        ("maximum", pa.float64()),
        ("area_m2", pa.float64()),
    ]
)


def _rule_of(code: str | None, ordered: Sequence[GroupRule]) -> GroupRule | None:
    return next((rule for rule in ordered if code and code.startswith(rule.prefix)), None)
