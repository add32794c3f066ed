"""The cadastre: properties, their characteristics, sales and current values."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args

import pyarrow as pa
import pyarrow.compute as pc

from kazyna.core.errors import Finding, InputError, NotFound
from kazyna.core.schema import Column, Schema
from kazyna.core.table import as_arrow, check
from kazyna.core.text import Text
from kazyna.services.comparables import Comparable, comparables_of
from kazyna.services.context import Context, Role
from kazyna.services.reason_words import BY_HAND, label
from kazyna.services.tables import table_of_rows
from kazyna.store import cadastre, files, rounds
from kazyna.store.connection import Transaction
from kazyna.store.rounds import RoundRow, ValueRow

READERS: tuple[Role, ...] = get_args(Role)
"""Everybody."""
PRICE_MAX = Decimal(10) ** 16 - Decimal("0.01")
"""What the register's column holds."""

PROPERTIES = Schema(
    "properties",
    (
        Column("property_id", "text", "cadastral number of the property", unique=True),
        Column("lon", "number", "longitude, WGS 84", "degrees", False, minimum=-180, maximum=180),
        Column("lat", "number", "latitude, WGS 84", "degrees", False, minimum=-90, maximum=90),
    ),
)
SALES = Schema(
    "sales",
    (
        Column("property_id", "text", "cadastral number of the property sold"),
        Column("sold_on", "date", "day of the sale", minimum=date(1900, 1, 1)),
        Column("price", "decimal", "price paid", minimum=Decimal("0.01"), maximum=PRICE_MAX),
    ),
)


@dataclass(frozen=True)
class LoadedCadastre:
    """What was loaded; loading the same again changes nothing."""

    properties: int
    sales: int


@dataclass(frozen=True)
class Characteristic:
    """One recorded fact of a property, as a person reads it."""

    name: str
    label: Text
    value: str
    unit: str | None


@dataclass(frozen=True)
class Reason:
    """What one characteristic, the location or the time adds to the value, in money."""

    name: str
    label: Text
    recorded: str | None
    """The recorded characteristic, where the reason is one."""
    amount: Decimal
    unit: str | None = None
    """Of what is recorded."""


@dataclass(frozen=True)
class Valuation:
    """The value of one property in the latest published round, with its evidence."""

    round_id: int
    valuation_date: date
    value: Decimal
    """What counts: set by hand where `override_reason` says so, else the model's."""
    model_value: Decimal
    override_reason: str | None
    low: Decimal
    high: Decimal
    """The interval from low to high holds the market value in 90 % of cases."""
    per_m2: Decimal | None
    base: Decimal
    """base + the amounts of all reasons = value, exactly."""
    reasons: tuple[Reason, ...]
    comparables: tuple[Comparable, ...]
    confidence: float | None
    """How far the value may be leant on, from 0 to 1; unknown in early rounds."""
    land: Decimal | None
    """What of the value is the plot's; None where it was not split."""
    building: Decimal | None
    characteristics: tuple[Characteristic, ...]
    """As the round knew them: the register may have been corrected since."""


@dataclass(frozen=True)
class Sale:
    """A recorded sale of the property itself."""

    sold_on: date
    price: Decimal


@dataclass(frozen=True)
class PropertyCard:
    """All that the public may know of one property."""

    property_id: str
    lon: float | None
    lat: float | None
    area_m2: Decimal | None
    characteristics: tuple[Characteristic, ...]
    """As they are recorded now."""
    sales: tuple[Sale, ...]
    valuation: Valuation | None


@dataclass(frozen=True)
class Found:
    """One line of a search result."""

    property_id: str
    lon: float | None
    lat: float | None
    area_m2: Decimal | None
    value: Decimal | None
    per_m2: Decimal | None


@dataclass(frozen=True)
class Extent:
    """The box that holds all properties with coordinates, in degrees (WGS 84)."""

    west: float
    south: float
    east: float
    north: float


@dataclass(frozen=True)
class Overview:
    """The cadastre at a glance, for the portal's first page."""

    properties: int
    sales: int
    extent: Extent | None
    valuation_date: date | None
    """The valuation date of the latest published round."""
    total_value: Decimal | None
    median_per_m2: Decimal | None
    per_m2_breaks: tuple[int, ...]
    """Limits of the map's colour classes, in money per square metre, ascending."""


def load_cadastre(
    ctx: Context,
    *,
    properties: Any,
    sales: Any,
    source: str = "cadastre",
    sales_source: str | None = None,
) -> LoadedCadastre:
    """Record properties and their sales, all or nothing; loading the same again changes nothing.

    Parameters
    ----------
    ctx
        The actor must be a valuer.
    properties
        Any table with property_id, lon, lat and characteristics that the pack declares.
    sales
        Any table with property_id, sold_on and price.
    source, sales_source
        Named in the findings of the properties and of the sales; of both by the first alone.

    Raises
    ------
    InputError
        With every mistake of both tables.
    """
    ctx.require("valuer")
    findings: list[Finding] = []
    houses = _collected(findings, lambda: _checked_properties(ctx, as_arrow(properties), source))
    evidence = _collected(
        findings, lambda: _checked_sales(ctx, as_arrow(sales), houses, sales_source or source)
    )
    if houses is None or evidence is None:
        raise InputError(findings)
    with ctx.transaction() as tx:
        cadastre.upsert_properties(tx, houses)
        cadastre.upsert_sales(tx, evidence)
    return LoadedCadastre(houses.num_rows, evidence.num_rows)


def load_cadastre_files(
    ctx: Context, *, properties: Path | str, sales: Path | str
) -> LoadedCadastre:
    """Record the properties and sales of two files, all or nothing.

    Parameters
    ----------
    properties, sales
        Files, or the addresses of tables in PostgreSQL, with the columns that `load_cadastre` asks
        for.

    Raises
    ------
    InputError
        When a file cannot be read, and with every mistake of both tables.
    """
    ctx.require("valuer")
    tables = files.read_table(properties), files.read_table(sales)
    return load_cadastre(
        ctx,
        properties=tables[0],
        sales=tables[1],
        source=files.name_of(properties),
        sales_source=files.name_of(sales),
    )


def load_cadastre_rows(
    ctx: Context, *, properties: Sequence[Mapping[str, Any]], sales: Sequence[Mapping[str, Any]]
) -> LoadedCadastre:
    """Record properties and sales that are given row by row, all or nothing.

    Parameters
    ----------
    ctx
        The actor must be a valuer.
    properties, sales
        Rows with the columns that `load_cadastre` asks for.

    Raises
    ------
    InputError
        With every mistake of both.
    """
    ctx.require("valuer")
    tables = table_of_rows(properties), table_of_rows(sales)
    return load_cadastre(ctx, properties=tables[0], sales=tables[1], source="request")


def holds_properties(ctx: Context) -> bool:
    """Tell whether there is any property to value: an office may keep accounts alone."""
    ctx.require(*READERS)
    with ctx.transaction() as tx:
        return cadastre.any_property(tx)


def overview(ctx: Context) -> Overview:
    """Return the cadastre at a glance."""
    ctx.require(*READERS)
    with ctx.transaction() as tx:
        counts = cadastre.counts(tx)
        latest = rounds.latest_published(tx)
    extent = None
    if None not in (counts.west, counts.south, counts.east, counts.north):
        extent = Extent(counts.west, counts.south, counts.east, counts.north)  # type: ignore[arg-type]
    per_m2: dict[str, Any] = latest.report["per_m2"] if latest else {}
    median = per_m2.get("median")
    return Overview(
        properties=counts.properties,
        sales=counts.sales,
        extent=extent,
        valuation_date=latest.valuation_date if latest else None,
        total_value=latest.total_value if latest else None,
        median_per_m2=None if median is None else Decimal(median),
        per_m2_breaks=tuple(per_m2.get("breaks", ())),
    )


def find_property(ctx: Context, property_id: str) -> PropertyCard:
    """Return one property with its value in the latest published round and the evidence for it."""
    ctx.require(*READERS)
    with ctx.transaction() as tx:
        found = cadastre.find_property(tx, property_id)
        if found is None:
            raise NotFound(f"No property has the number {property_id!r}.")
        sales = cadastre.sales_of(tx, property_id)
        latest = rounds.latest_published(tx)
        value = latest and rounds.value_of(tx, round_id=latest.round_id, property_id=property_id)
        valuation = _valuation(ctx, tx, latest, value, property_id) if latest and value else None
    return PropertyCard(
        property_id=found.property_id,
        lon=found.lon,
        lat=found.lat,
        area_m2=_area_m2(ctx, found.characteristics),
        characteristics=_characteristics(ctx, found.characteristics),
        sales=tuple(Sale(sale.sold_on, sale.price) for sale in sales),
        valuation=valuation,
    )


def _valuation(
    ctx: Context, tx: Transaction, latest: RoundRow, value: ValueRow, property_id: str
) -> Valuation:
    """Give a stored value its words, with the facts that the round knew."""
    known = cadastre.in_round(tx, latest.round_id, [property_id])[property_id].characteristics
    return Valuation(
        round_id=latest.round_id,
        valuation_date=latest.valuation_date,
        value=value.value,
        model_value=value.model_value,
        override_reason=value.override_reason,
        low=value.low,
        high=value.high,
        per_m2=value.per_m2,
        base=value.base,
        reasons=(
            *_reasons(ctx, value.reasons, known),
            *_by_hand(value.value - value.model_value),
        ),
        comparables=comparables_of(ctx, tx, latest, value),
        confidence=value.confidence,
        land=value.land,
        building=None if value.land is None else value.value - value.land,
        characteristics=_characteristics(ctx, known),
    )


def search(ctx: Context, text: str, limit: int = 20) -> tuple[Found, ...]:
    """Find properties by a part of their number; those that begin with it come first."""
    ctx.require(*READERS)
    if not text.strip():
        return ()
    with ctx.transaction() as tx:
        latest = rounds.latest_published(tx)
        rows = cadastre.search(
            tx, text.strip(), round_id=latest.round_id if latest else None, limit=limit
        )
    return tuple(
        Found(
            property_id=row.property_id,
            lon=row.lon,
            lat=row.lat,
            area_m2=_area_m2(ctx, row.characteristics),
            value=row.value,
            per_m2=row.per_m2,
        )
        for row in rows
    )


def points(ctx: Context, *, west: float, south: float, east: float, north: float) -> pa.Table:
    """Return the properties in a box of degrees: property_id, lon, lat, per_m2, value."""
    ctx.require(*READERS)
    with ctx.transaction() as tx:
        latest = rounds.latest_published(tx)
        return cadastre.points_in_box(
            tx,
            round_id=latest.round_id if latest else None,
            west=west,
            south=south,
            east=east,
            north=north,
        )


def _collected(findings: list[Finding], work: Callable[[], pa.Table]) -> pa.Table | None:
    """Return a checked table, or keep what is wrong with it to be said with the rest."""
    try:
        return work()
    except InputError as error:
        findings += error.findings
        return None


def _checked_sales(ctx: Context, sales: pa.Table, houses: pa.Table | None, source: str) -> pa.Table:
    """Check the sales, each of a known property, recorded once, and not of a day to come."""
    evidence = check(sales, SALES, source=source).select([c.name for c in SALES.columns])
    findings = []
    numbers = evidence["property_id"]
    unknown = pc.invert(
        pc.is_in(numbers, value_set=numbers if houses is None else houses["property_id"])
    )
    if pc.any(unknown).as_py():
        row = pc.index(unknown, True).as_py()
        reason = f"{evidence['property_id'][row].as_py()!r} is no property of the table"
        expected = "a property_id of the properties"
        findings.append(Finding(source, reason, expected, row=row + 1, column="property_id"))
    to_come = pc.greater(evidence["sold_on"], ctx.today)
    if pc.any(to_come).as_py():
        row = pc.index(to_come, True).as_py()
        reason = f"{evidence['sold_on'][row]} is a day to come"
        expected = f"a day up to {ctx.today}"
        findings.append(Finding(source, reason, expected, row=row + 1, column="sold_on"))
    counted = evidence.group_by(["property_id", "sold_on"]).aggregate([([], "count_all")])
    twice = counted.filter(pc.greater(counted["count_all"], 1))
    if twice.num_rows:
        first = twice.slice(0, 1).to_pylist()[0]
        reason = (
            f"{first['property_id']!r} was sold {first['count_all']} times on {first['sold_on']}"
        )
        findings.append(
            Finding(source, reason, "one sale of a property on a day", column="sold_on")
        )
    if findings:
        raise InputError(findings)
    return evidence


def _checked_properties(ctx: Context, table: pa.Table, source: str) -> pa.Table:
    """Check what the pack declares, and fold the characteristics into one JSON text a row."""
    declared = [name for name in ctx.pack.columns if name in table.column_names]
    unknown = set(table.column_names) - set(declared) - {c.name for c in PROPERTIES.columns}
    if unknown:
        expected = "columns that columns.toml of the pack declares"
        raise InputError(
            [
                Finding(source, "the pack does not know the column", expected, column=name)
                for name in sorted(unknown)
            ]
        )
    characteristics = (ctx.pack.columns[name] for name in declared)
    table = check(
        table, Schema("properties", (*PROPERTIES.columns, *characteristics)), source=source
    )
    for name in ("lon", "lat"):
        if name not in table.column_names:
            table = table.append_column(name, pa.nulls(table.num_rows, pa.float64()))
    table = _without_nan(table)
    _require_whole_places(table, source)
    rows = table.select(declared).to_pylist()
    return pa.table(
        {
            "property_id": table["property_id"],
            "lon": table["lon"],
            "lat": table["lat"],
            "characteristics": [json.dumps(row, default=str, ensure_ascii=False) for row in rows],
        }
    )


def _without_nan(table: pa.Table) -> pa.Table:
    """Take a number that is none, as other dataframes write what is missing, as missing."""
    for index, field in enumerate(table.schema):
        if pa.types.is_floating(field.type):
            nothing = pa.scalar(None, field.type)
            known = pc.if_else(pc.is_nan(table[index]), nothing, table[index])
            table = table.set_column(index, field.name, known)
    return table


def _require_whole_places(table: pa.Table, source: str) -> None:
    """Refuse a longitude without a latitude, and the other way round."""
    missing = {name: table[name].is_null() for name in ("lon", "lat")}
    findings = [
        Finding(source, f"the {given} is given alone", "both or none", row=row + 1, column=name)
        for name, other, given in (("lon", "lat", "latitude"), ("lat", "lon", "longitude"))
        if (row := pc.index(pc.and_not(missing[name], missing[other]), True).as_py()) >= 0
    ]
    if findings:
        raise InputError(findings)


def _area_m2(ctx: Context, recorded: dict[str, Any]) -> Decimal | None:
    area = ctx.pack.floor_area
    if area is None or recorded.get(area.column) is None:
        return None
    return (Decimal(str(recorded[area.column])) * area.m2_per_unit).quantize(Decimal("0.1"))


def _characteristics(ctx: Context, recorded: dict[str, Any]) -> tuple[Characteristic, ...]:
    return tuple(
        Characteristic(name, column.label, _written(recorded[name]), column.unit)
        for name, column in ctx.pack.columns.items()
        if recorded.get(name) is not None
    )


def _written(value: Any) -> str:
    """Write a recorded value: no zeros behind the point that nobody recorded."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = str(value)
    return text.rstrip("0").rstrip(".") if "." in text else text


def _reasons(
    ctx: Context, reasons: list[dict[str, Any]], recorded: dict[str, Any]
) -> tuple[Reason, ...]:
    """Give the engine's reasons their words; the largest come first."""
    worded = []
    for reason in reasons:
        name = reason["reason"]
        value = _written(recorded[name]) if recorded.get(name) is not None else None
        column = ctx.pack.columns.get(name)
        worded.append(
            Reason(
                name,
                label(ctx, name),
                value,
                Decimal(reason["amount"]),
                column.unit if column else None,
            )
        )
    return tuple(sorted(worded, key=lambda reason: -abs(reason.amount)))


def _by_hand(amount: Decimal) -> tuple[Reason, ...]:
    """Give what was set by hand as a reason, so that the reasons still add up to the value."""
    return (Reason("override", BY_HAND, None, amount),) if amount else ()
