"""A raw table to a clean one by a table map: all that was read, and all that was not."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from kazyna.core.errors import Finding, InputError
from kazyna.core.text import Text
from kazyna.valuation.columns import AREAS, EPOCH, ColumnMap
from kazyna.valuation.evidence.column_reading import ColumnReading, Parsed, Reading, parse_column
from kazyna.valuation.evidence.duplicates import column_codes, in_groups, repeats, row_codes
from kazyna.valuation.evidence.plain_table import plain_table
from kazyna.valuation.evidence.table_map import (
    MEANINGS,
    MONTHS,
    ROLES,
    YEARS,
    FixedDate,
    RowNumber,
    SoldIn,
    TableMap,
)

Wanted = Literal["sales", "properties"]
Mask = npt.NDArray[np.bool_]
ROWS_NAMED_MAX = 5
MIDSUMMER = 7

NO_PRICE = Text(
    "no price, or none that can be read",
    "нет цены, или её нельзя прочитать",
    "баасы жок же окууга мүмкүн эмес",
)
NOT_POSITIVE = Text("the price is not above 0", "цена не больше 0", "баасы 0дөн чоң эмес")
NO_DATE = Text(
    "no date, or none that can be read",
    "нет даты, или её нельзя прочитать",
    "күнү жок же окууга мүмкүн эмес",
)
IN_FUTURE = Text("the date is in the future", "дата в будущем", "күнү келечекте")
NOT_TOLD = Text(
    "no {name}, or none that can be read",
    "нет значения {name}, или его нельзя прочитать",
    "{name} жок же окууга мүмкүн эмес",
)
SAME_SALE = Text(
    "the same sale stands in an earlier row",
    "та же сделка записана раньше",
    "ошол эле бүтүм мурунку сапта жазылган",
)
SEVERAL_PRICES = Text(
    "several prices of one property on one day",
    "несколько цен одного объекта в один день",
    "бир объектинин бир күндө бир нече баасы",
)
LOWERED = Text(
    "Prices are asking prices, lowered by {share} ({source}).",
    "Цены предложения, снижены на {share} ({source}).",
    "Сунуш баалары, {share} төмөндөтүлгөн ({source}).",
)
NOT_LOWERED = Text(
    "Prices are asking prices, taken as paid: the map gives no bargaining_discount.",
    "Цены предложения приняты как цены сделок: скидка на торг не задана.",
    "Сунуш баалары бүтүм баасы катары алынды: соодалашуу арзандатуусу берилген эмес.",
)
ONE_DAY = Text(
    "The table tells no days; all rows are dated {day}.",
    "В таблице нет дат; всем строкам дана дата {day}.",
    "Таблицада күн жок; бардык саптарга {day} күнү берилди.",
)
REPEATED = Text(
    "{rows} rows are of {properties} properties.",
    "Строк {rows}, объектов {properties}.",
    "{rows} сап, {properties} объект.",
)


@dataclass(frozen=True)
class LeftOut:
    """Rows that are no evidence, and why."""

    reason: Text
    rows: int
    first_rows: tuple[int, ...]
    """The first of them, counted from 1 after the header."""


@dataclass(frozen=True)
class MappingReport:
    """What became of a raw table."""

    source: str
    rows: int
    rows_kept: int
    left_out: tuple[LeftOut, ...]
    columns: tuple[ColumnReading, ...]
    notes: tuple[Text, ...]


@dataclass(frozen=True)
class MappedTable:
    """A clean table with the standard names, and how it came about."""

    table: pa.Table
    """Columns id, price, date, lon, lat as far as the map gives them, then characteristics."""
    columns: ColumnMap
    report: MappingReport
    table_map: TableMap
    """The map with all that was learnt from this table, such as the frequent items of a list:
    apply this one to the properties that are to be valued, so that they get the same columns."""


def apply_table_map(
    table: object,
    table_map: TableMap,
    *,
    source: str,
    wanted: Wanted = "sales",
    today: date | None = None,
) -> MappedTable:
    """Turn a raw table into a clean one, all or nothing.

    Parameters
    ----------
    table
        Any table that speaks Arrow.
    table_map
        Which column plays which part and how it is read.
    source
        The table's name in findings and in the report.
    wanted
        Sales need a price and a day in every row, and rows without are left out and counted;
        properties keep all rows and need neither.
    today
        Sales after this day are left out: they are mistakes.

    Raises
    ------
    InputError
        With every mistake found: columns that are not there, two columns of one name, a parser
        that does not fit its column, no row left.
    """
    raw = plain_table(table, source=source)
    roles = table_map.roles()
    if wanted == "properties":
        roles = {role: part for role, part in roles.items() if role not in ("price", "date")}
    _require_columns(raw, table_map, roles, wanted, source)
    parsed = _parse_all(raw, [*roles.items(), *table_map.characteristics], source)
    clean = _assembled(raw, table_map, parsed, wanted, source)
    kept: pa.Table = clean
    left_out: tuple[LeftOut, ...] = ()
    if wanted == "sales":
        kept, left_out = _evidence(clean, table_map, today, source)
    notes = _notes(kept, table_map, wanted)
    columns = tuple(part.reading for part in parsed.values())
    report = MappingReport(source, raw.num_rows, kept.num_rows, left_out, columns, notes)
    learnt = _with_what_was_learnt(table_map, parsed)
    return MappedTable(kept, _columns(table_map), report, learnt)


def _columns(table_map: TableMap) -> ColumnMap:
    lon, lat = ("lon", "lat") if table_map.lon is not None else (None, None)
    return ColumnMap(
        "id", "price", "date", lon, lat, rising=table_map.rising, segment=table_map.segment,
        stratum=table_map.stratum or table_map.area_name(),
        areas=table_map.areas if isinstance(table_map.areas, int) else AREAS,
        land_area=table_map.land_area, floor_area=table_map.floor_area,
    )  # fmt: skip


def _placed(table_map: TableMap) -> tuple[str, ...]:
    """Name the columns that the places of the rows will add."""
    near = (f"{name}_distance_m" for name, _ in table_map.near)
    return (
        *near,
        *(name for name, _ in table_map.measured),
        *filter(None, (table_map.area_name(),)),
    )


def _require_columns(
    raw: pa.Table, table_map: TableMap, roles: dict[str, Reading], wanted: Wanted, source: str
) -> None:
    has = ", ".join(raw.column_names)
    named = [(role, part.column) for role, part in roles.items()]
    named += [(f"characteristics.{name}", part.column) for name, part in table_map.characteristics]
    named += [("ignore", item.column) for item in table_map.ignore]
    if wanted == "sales" and isinstance(table_map.date, SoldIn):
        named += [("date", column) for column in table_map.date.columns()]
    findings = [
        Finding(source, f"{key} names a column that is not there; the table has {has}",
                "a column of the table", column=column)
        for key, column in named
        if column not in raw.column_names
    ]  # fmt: skip
    if wanted == "sales":
        parts = {"price": table_map.price, "date": table_map.date}
        example = {"price": '"column"', "date": '"column" or {fixed = 2025-06-01}'}
        findings += [
            Finding(source, f"the map has no {role}", f"{role} = {example[role]}: {MEANINGS[role]}")
            for role, part in parts.items()
            if part is None
        ]
    if raw.num_rows == 0:
        findings.append(Finding(source, "the table has no rows", "at least one row"))
    if findings:
        raise InputError(findings)


def _parse_all(raw: pa.Table, parts: list[tuple[str, Reading]], source: str) -> dict[str, Parsed]:
    """Read every column that the map names; the mistakes of all are told together."""
    parsed: dict[str, Parsed] = {}
    findings: list[Finding] = []
    for name, reading in parts:
        try:
            parsed[name] = parse_column(name, raw[reading.column], reading, source=source)
        except InputError as error:
            findings += error.findings
    if findings:
        raise InputError(findings)
    return parsed


def _assembled(
    raw: pa.Table, table_map: TableMap, parsed: dict[str, Parsed], wanted: Wanted, source: str
) -> pa.Table:
    """Put the clean columns side by side: parts first, then characteristics, then the rest."""
    columns: list[tuple[str, pa.Array | pa.ChunkedArray]] = []
    if isinstance(table_map.id, RowNumber):
        columns.append(("id", pa.array(range(1, raw.num_rows + 1)).cast(pa.string())))
    if wanted == "sales" and isinstance(table_map.date, FixedDate):
        columns.append(("date", pa.array([table_map.date.fixed] * raw.num_rows, pa.date32())))
    if wanted == "sales" and isinstance(table_map.date, SoldIn):
        columns.append(("date", _days_of(raw, table_map.date, source)))
    for part in parsed.values():
        columns += part.columns
    if table_map.rest == "keep":
        used = {part.column for part in table_map.roles().values()}
        used |= {part.column for _, part in table_map.characteristics}
        used |= {item.column for item in table_map.ignore}
        if isinstance(table_map.date, SoldIn):
            used |= set(table_map.date.columns())
        columns += [(name, raw[name]) for name in raw.column_names if name not in used]
    names = [name for name, _ in columns]
    findings = [
        Finding(source, f"the clean table would have two columns {name!r}",
                "another name for the characteristic, or the raw column in ignore", column=name)
        for name in sorted({name for name in names if names.count(name) > 1})
    ]  # fmt: skip
    known = {*names, *_placed(table_map)}
    findings += [
        Finding(source, f"{key} names {name!r}, which the clean table does not have",
                "one of " + ", ".join(sorted(known)))
        for key, named in table_map.markets().items()
        for name in named
        if name not in known
    ]  # fmt: skip
    if findings:
        raise InputError(findings)
    order = {role: position for position, role in enumerate(ROLES)}
    columns.sort(key=lambda column: order.get(column[0], len(order)))
    return pa.table(dict(columns))


def _days_of(raw: pa.Table, sold: SoldIn, source: str) -> pa.Array:
    """Make days of years and months; none where these are no such numbers."""
    read = {}
    for column in sold.columns():
        try:
            numbers = pc.cast(raw[column], pa.float64())
        except pa.ArrowInvalid as error:
            raise InputError(Finding(source, str(error), "a number", column=column)) from error
        read[column] = np.nan_to_num(np.asarray(numbers, dtype=np.float64))
    year = read[sold.year]
    month = np.full(len(year), MIDSUMMER) if sold.month is None else read[sold.month]
    known = (year >= YEARS[0]) & (year <= YEARS[1]) & (month >= 1) & (month <= MONTHS)
    months = np.where(known, (year - EPOCH.year) * MONTHS + month - 1, 0).astype("datetime64[M]")
    return pa.array(months.astype("datetime64[D]"), pa.date32(), mask=~known)


def _evidence(
    table: pa.Table, table_map: TableMap, today: date | None, source: str
) -> tuple[pa.Table, tuple[LeftOut, ...]]:
    """Leave out the rows that are no evidence, and lower asking prices by the discount."""
    row = np.arange(1, table.num_rows + 1)
    left_out: list[LeftOut] = []
    for reason, mask_of in _reasons(table_map, today):
        out = mask_of(table)
        if out.any():
            first = tuple(row[out][:ROWS_NAMED_MAX].tolist())
            left_out.append(LeftOut(reason, int(out.sum()), first))
            table, row = table.filter(pa.array(~out)), row[~out]
    if table.num_rows == 0:
        why = "; ".join(f"{part.reason.en}: {part.rows} rows" for part in left_out)
        raise InputError(Finding(source, f"no row is evidence: {why}", "priced and dated rows"))
    if table_map.bargaining_discount:
        lowered = pc.multiply(table["price"], 1 - table_map.bargaining_discount)
        table = table.set_column(table.column_names.index("price"), "price", lowered)
    return table, tuple(left_out)


def _reasons(
    table_map: TableMap, today: date | None
) -> list[tuple[Text, Callable[[pa.Table], Mask]]]:
    reasons: list[tuple[Text, Callable[[pa.Table], Mask]]] = [
        (NO_PRICE, lambda table: _null(table["price"])),
        (NOT_POSITIVE, lambda table: np.asarray(pc.less_equal(table["price"], 0))),
        (NO_DATE, lambda table: _null(table["date"])),
    ]
    if today is not None:
        day = pa.scalar(today)
        reasons.append((IN_FUTURE, lambda table: np.asarray(pc.greater(table["date"], day))))
    reasons += [
        (_filled(NOT_TOLD, name=name), partial(_lacks, name))
        for name, reading in table_map.characteristics
        if reading.required
    ]
    if isinstance(table_map.id, Reading):
        reasons += [(SAME_SALE, _same_sales), (SEVERAL_PRICES, _several_prices)]
    return reasons


def _null(values: pa.ChunkedArray) -> Mask:
    return np.asarray(values.is_null(nan_is_null=True))


def _lacks(name: str, table: pa.Table) -> Mask:
    return _null(table[name])


def _same_sales(table: pa.Table) -> Mask:
    """One property sold twice on one day at one price is one sale written down twice."""
    codes = [column_codes(table[name]) for name in ("id", "date", "price")]
    return repeats(row_codes(codes, table.num_rows))


def _several_prices(table: pa.Table) -> Mask:
    """Which of the prices was paid cannot be told, so that none is evidence."""
    codes = [column_codes(table[name]) for name in ("id", "date")]
    return in_groups(row_codes(codes, table.num_rows))


def _notes(table: pa.Table, table_map: TableMap, wanted: Wanted) -> tuple[Text, ...]:
    notes = []
    if wanted == "sales" and table_map.evidence == "asking":
        share, source = table_map.bargaining_discount, table_map.bargaining_source
        lowered = LOWERED if share else NOT_LOWERED
        notes.append(_filled(lowered, share=f"{share:.1%}", source=source))
    if wanted == "sales" and isinstance(table_map.date, FixedDate):
        notes.append(_filled(ONE_DAY, day=table_map.date.fixed))
    distinct = pc.count_distinct(table["id"]).as_py()
    if distinct < table.num_rows:
        notes.append(_filled(REPEATED, rows=table.num_rows, properties=distinct))
    return tuple(notes)


def _filled(text: Text, **figures: object) -> Text:
    return Text(text.en.format(**figures), text.ru.format(**figures), text.ky.format(**figures))


def _with_what_was_learnt(table_map: TableMap, parsed: dict[str, Parsed]) -> TableMap:
    """Write into the map what the columns of this table left open."""

    def learnt(name: str, reading: Reading) -> Reading:
        found = parsed.get(name)
        return replace(reading, options=found.options) if found is not None else reading

    roles: dict[str, Any] = {
        role: learnt(role, reading) for role, reading in table_map.roles().items()
    }
    characteristics = tuple(
        (name, learnt(name, reading)) for name, reading in table_map.characteristics
    )
    return replace(table_map, characteristics=characteristics, **roles)
