"""The table map: a short TOML text that says which raw column plays which part and how it is read.

```toml
id = "id"                                         # or {row_number = true}
date = {fixed = 2025-06-01}                       # or a column, or {year = "…", month = "…"}
price = {column = "Цена", parser = "money"}
evidence = "asking"
bargaining_discount = 0.05
bargaining_source = "survey of brokers, 2025"
ignore = ["m2_price"]

[characteristics.floor_area_m2]
column = "Площадь"
parser = "area"
```

Columns that the map neither names nor ignores stay characteristics as they are (`rest = "keep"`).
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from datetime import date
from typing import Any, get_args

from kazyna.core.errors import Finding, InputError
from kazyna.valuation.evidence.column_reading import Reading
from kazyna.valuation.evidence.parsers import PARSERS, Options
from kazyna.valuation.evidence.table_map import (
    ROLES,
    Areas,
    Evidence,
    FixedDate,
    Ignored,
    Measured,
    Near,
    Rest,
    RowNumber,
    SoldIn,
    TableMap,
)
from kazyna.valuation.evidence.units import UNITS

AREAS_MIN, AREAS_MAX = 2, 50
"""Fewest and most market areas that can be looked for."""


class _Faults:
    """Gathers every mistake of one map."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.findings: list[Finding] = []

    def add(self, key: str, reason: str, expected: str) -> None:
        self.findings.append(Finding(self.source, f"{key}: {reason}", expected))

    def typed(self, key: str, value: Any, kind: type | tuple[type, ...], expected: str) -> bool:
        """Check the type of a value; a truth is no number."""
        wrong_truth = isinstance(value, bool) and kind is not bool
        if wrong_truth or not isinstance(value, kind):
            self.add(key, f"{value!r} is not understood", expected)
            return False
        return True

    def known(self, key: str, table: Mapping[str, Any], names: tuple[str, ...]) -> None:
        """Name the keys that mean nothing here."""
        for name in table:
            if name not in names:
                self.add(f"{key}{name}", "the key is not known", "one of " + ", ".join(names))


def read_table_map(toml_text: str, *, source: str) -> TableMap:
    """Read a table map.

    Parameters
    ----------
    toml_text
        The text of the map, as described in this module.
    source
        The file's name, for the findings.

    Raises
    ------
    InputError
        With every mistake of the map: unknown keys, parsers, options and units; values of the
        wrong type; a bargaining discount without a source.
    """
    try:
        raw = tomllib.loads(toml_text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(Finding(source, f"no TOML: {error}", "a table map in TOML")) from error
    faults = _Faults(source)
    faults.known("", raw, tuple(item.name for item in fields(TableMap)))
    if "id" not in raw:
        faults.add("id", "the key is missing", 'id = "column" or id = {row_number = true}')
    table_map = TableMap(
        id=_id(raw, faults),
        date=_date(raw, faults),
        price=_role("price", raw, faults),
        lon=_role("lon", raw, faults),
        lat=_role("lat", raw, faults),
        **_settings(raw, faults),
        ignore=tuple(map(Ignored, _texts("ignore", raw.get("ignore", []), faults))),
        characteristics=tuple(_characteristics(raw, faults)),
        near=tuple(_near(raw, faults)),
        measured=tuple(_measured(raw, faults)),
        areas=_areas(raw, faults),
    )
    _agree(table_map, faults)
    if faults.findings:
        raise InputError(faults.findings)
    return table_map


def _id(raw: Mapping[str, Any], faults: _Faults) -> Reading | RowNumber:
    given = raw.get("id")
    if given == {"row_number": True} or given is None:
        return RowNumber()
    return _role("id", raw, faults) or RowNumber()


def _date(raw: Mapping[str, Any], faults: _Faults) -> Reading | FixedDate | SoldIn | None:
    given = raw.get("date")
    if isinstance(given, dict) and "year" in given and set(given) <= {"year", "month"}:
        told = [faults.typed(f"date.{key}", name, str, "the name of a column")
                for key, name in given.items()]  # fmt: skip
        return SoldIn(given["year"], given.get("month")) if all(told) else None
    if isinstance(given, dict) and set(given) == {"fixed"}:
        fixed = given["fixed"]
        expected = "a day without quotes, such as 2025-06-01"
        return FixedDate(fixed) if faults.typed("date.fixed", fixed, date, expected) else None
    return _role("date", raw, faults)


def _role(role: str, raw: Mapping[str, Any], faults: _Faults) -> Reading | None:
    """Read `price = "column"` or `price = {column = "…", parser = "…"}`."""
    given = raw.get(role)
    if given is None:
        return None
    if isinstance(given, str):
        return Reading(given, ROLES[role])
    found = _reading(role, given, faults)
    if found is not None and found.parser is None:
        return replace(found, parser=ROLES[role])
    return found


def _reading(key: str, given: Any, faults: _Faults) -> Reading | None:
    if not faults.typed(key, given, dict, 'a column, or {column = "…", parser = "…"}'):
        return None
    parser, column = given.get("parser"), given.get("column")
    if parser is not None and parser not in PARSERS:
        faults.add(f"{key}.parser", f"{parser!r} is not known", "one of " + ", ".join(PARSERS))
        return None
    options = PARSERS[parser].options if parser else ()
    if key not in ROLES and parser != "items":
        options = (*options, "required")
    faults.known(f"{key}.", given, ("column", "parser", "minimum", "maximum", *options))
    if not faults.typed(f"{key}.column", column, str, "the name of a column of the table"):
        return None
    limits = {name: given.get(name) for name in ("minimum", "maximum")}
    for name, limit in limits.items():
        if limit is not None:
            faults.typed(f"{key}.{name}", limit, (int, float), "a number")
    required = given.get("required", False)
    faults.typed(f"{key}.required", required, bool, "true or false")
    return Reading(column, parser, _options(key, given, faults), required=required, **limits)


def _options(key: str, given: Mapping[str, Any], faults: _Faults) -> Options:
    """Take the options of a parser, each checked by its own kind."""
    options: dict[str, Any] = {}
    for option in fields(Options):
        value, name = given.get(option.name), f"{key}.{option.name}"
        if value is None:
            continue
        if option.name == "items":
            options["items"] = _texts(name, value, faults)
        elif option.name == "index":
            if faults.typed(name, value, int, "a whole number, counted from 0"):
                options["index"] = value
        elif faults.typed(name, value, str, "text"):
            options[option.name] = value
    known = UNITS.get(given.get("parser") or "", UNITS["length"])
    if options.get("unit", next(iter(known))) not in known:
        faults.add(f"{key}.unit", f"{options['unit']!r} is not known", "one of " + ", ".join(known))
    if options.get("decimal", ".") not in (".", ","):
        faults.add(f"{key}.decimal", f"{options['decimal']!r} is no decimal mark", '"." or ","')
    return Options(**options)


def _texts(key: str, given: Any, faults: _Faults) -> tuple[str, ...]:
    expected = 'a list of names, such as ["a", "b"]'
    if not faults.typed(key, given, list, expected):
        return ()
    return tuple(text for text in given if faults.typed(key, text, str, expected))


def _settings(raw: Mapping[str, Any], faults: _Faults) -> dict[str, Any]:
    """Take the single values of a map."""
    settings: dict[str, Any] = {}
    for name, allowed in (("evidence", get_args(Evidence)), ("rest", get_args(Rest))):
        if name in raw:
            if raw[name] in allowed:
                settings[name] = raw[name]
            else:
                faults.add(name, f"{raw[name]!r} is not known", " or ".join(allowed))
    for name in ("bargaining_source", "segment", "stratum", "land_area", "floor_area"):
        if name in raw and faults.typed(name, raw[name], str, "text"):
            settings[name] = raw[name]
    if "rising" in raw:
        settings["rising"] = _texts("rising", raw["rising"], faults)
    if "bargaining_discount" in raw:
        expected = "a share from 0 to below 1, such as 0.05"
        share = raw["bargaining_discount"]
        if faults.typed("bargaining_discount", share, (int, float), expected):
            settings["bargaining_discount"] = float(share)
            if not 0 <= share < 1:
                faults.add("bargaining_discount", f"{share} is no share", expected)
    return settings


def _characteristics(raw: Mapping[str, Any], faults: _Faults) -> Iterator[tuple[str, Reading]]:
    tables = raw.get("characteristics", {})
    if not faults.typed("characteristics", tables, dict, "tables such as [characteristics.area]"):
        return
    for name, given in tables.items():
        key = f"characteristics.{name}"
        found = Reading(given) if isinstance(given, str) else _reading(key, given, faults)
        if name in ROLES:
            faults.add(key, "the name is kept for a part of the map", f"{name} = … at the top")
        elif found is not None:
            yield name, found


def _near(raw: Mapping[str, Any], faults: _Faults) -> Iterator[tuple[str, Near]]:
    tables = raw.get("near", {})
    if not faults.typed("near", tables, dict, "tables such as [near.metro]"):
        return
    for name, given in tables.items():
        key = f"near.{name}"
        if not faults.typed(key, given, dict, f"a table [{key}] with file"):
            continue
        faults.known(f"{key}.", given, ("file", "radius_m"))
        file, radius_m = given.get("file"), given.get("radius_m")
        fine = faults.typed(f"{key}.file", file, str, "the path of a GeoJSON or GeoPackage")
        if radius_m is not None:
            expected = "metres above 0"
            fine &= faults.typed(f"{key}.radius_m", radius_m, (int, float), expected)
            if fine and radius_m <= 0:
                faults.add(f"{key}.radius_m", f"{radius_m} is no radius", expected)
        if fine:
            yield name, Near(file, radius_m)


def _measured(raw: Mapping[str, Any], faults: _Faults) -> Iterator[tuple[str, Measured]]:
    tables = raw.get("measured", {})
    if not faults.typed("measured", tables, dict, "tables such as [measured.elevation]"):
        return
    for name, given in tables.items():
        key = f"measured.{name}"
        if not faults.typed(key, given, dict, f"a table [{key}] with file, and column for points"):
            continue
        faults.known(f"{key}.", given, ("file", "column"))
        file, column = given.get("file"), given.get("column")
        fine = faults.typed(f"{key}.file", file, str, "the path of a table of points, or a grid")
        if column is not None:
            fine &= faults.typed(f"{key}.column", column, str, "the column that was measured")
        if fine:
            yield name, Measured(file, column)


def _areas(raw: Mapping[str, Any], faults: _Faults) -> Areas | int | None:
    given = raw.get("areas")
    expected = "a table [areas] with file and name, or with found"
    if given is None or not faults.typed("areas", given, dict, expected):
        return None
    if set(given) == {"found"}:
        found = given["found"]
        if not faults.typed("areas.found", found, int, "how many areas are looked for"):
            return None
        if not AREAS_MIN <= found <= AREAS_MAX:
            expected = f"a number from {AREAS_MIN} to {AREAS_MAX}"
            faults.add("areas.found", f"{found} areas cannot be looked for", expected)
        return int(found)
    faults.known("areas.", given, ("file", "name"))
    file, name = given.get("file"), given.get("name")
    fine = faults.typed("areas.file", file, str, "the path of a GeoJSON or GeoPackage")
    fine &= faults.typed("areas.name", name, str, "the property that names a polygon")
    return Areas(file, name) if fine else None


def _agree(table_map: TableMap, faults: _Faults) -> None:
    """Check what several keys say together."""
    if (table_map.lon is None) != (table_map.lat is None):
        missing = "lon" if table_map.lon is None else "lat"
        faults.add(missing, "the key is missing", "both lon and lat, or neither")
    if table_map.bargaining_discount:
        if table_map.evidence != "asking":
            faults.add("bargaining_discount", "is given for sales", 'evidence = "asking"')
        if not table_map.bargaining_source.strip():
            expected = "where the discount comes from, for the report"
            faults.add("bargaining_source", "the key is missing", expected)
    used = {reading.column for reading in table_map.roles().values()}
    for ignored in table_map.ignore:
        if ignored.column in used:
            faults.add("ignore", f"{ignored.column!r} is used above", "columns without a part")
