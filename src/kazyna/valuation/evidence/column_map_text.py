"""A table map as TOML, with the reason of each guess as a comment."""

import json
import re
from collections.abc import Iterator
from typing import Any

from kazyna.valuation.evidence.column_reading import Reading
from kazyna.valuation.evidence.parsers import describe
from kazyna.valuation.evidence.table_map import (
    MEANINGS,
    ROLES,
    FixedDate,
    RowNumber,
    SoldIn,
    TableMap,
)

MISSING = {
    "price": '# price = "…"  # no column was recognised: a map of sales needs one',
    "date": "# date = {fixed = 2025-06-01}  # no column of days: write the day of these prices",
    "lon": "",
    "lat": "",
}
"""What stands in the text for a part that the map does not have."""


def table_map_toml(table_map: TableMap) -> str:
    """Write a table map as TOML; `read_table_map` reads an equal map from it."""
    lines = [*_parts(table_map), *_settings(table_map), *_ignored(table_map)]
    for name, reading in table_map.characteristics:
        lines += ["", *_characteristic(name, reading)]
    for name, near in table_map.near:
        lines += ["", f"[near.{_key(name)}]", f"file = {_text(near.file)}"]
        if near.radius_m is not None:
            lines.append(f"radius_m = {near.radius_m}")
    for name, measured in table_map.measured:
        lines += ["", f"[measured.{_key(name)}]", f"file = {_text(measured.file)}"]
        if measured.column is not None:
            lines.append(f"column = {_text(measured.column)}")
    if isinstance(table_map.areas, int):
        lines += ["", "[areas]", f"found = {table_map.areas}"]
    elif table_map.areas is not None:
        areas = table_map.areas
        lines += ["", "[areas]", f"file = {_text(areas.file)}", f"name = {_text(areas.name)}"]
    return "\n".join(lines) + "\n"


def _parts(table_map: TableMap) -> Iterator[str]:
    for role, parser in ROLES.items():
        part = getattr(table_map, role)
        if isinstance(part, RowNumber):
            yield "id = {row_number = true}"
        elif isinstance(part, FixedDate):
            yield f"date = {{fixed = {part.fixed}}}"
        elif isinstance(part, SoldIn):
            month = "" if part.month is None else f", month = {_text(part.month)}"
            yield f"date = {{year = {_text(part.year)}{month}}}"
        elif isinstance(part, Reading):
            because = part.because or MEANINGS[role]
            yield _commented(f"{role} = {_inline(part, parser)}", because)
        elif MISSING[role]:
            yield MISSING[role]


def _settings(table_map: TableMap) -> Iterator[str]:
    yield f"evidence = {_text(table_map.evidence)}"
    if table_map.bargaining_discount:
        yield f"bargaining_discount = {table_map.bargaining_discount}"
    elif table_map.evidence == "asking":
        yield "# bargaining_discount = 0.05  # share by which asking prices exceed what is paid"
    if table_map.bargaining_source:
        yield f"bargaining_source = {_text(table_map.bargaining_source)}"
    for key, names in table_map.markets().items():
        yield f"{key} = {_value(names if key == 'rising' else names[0])}"
    yield _commented(f"rest = {_text(table_map.rest)}", "columns that are not named here")


def _ignored(table_map: TableMap) -> Iterator[str]:
    if table_map.ignore:
        yield "ignore = ["
        for item in table_map.ignore:
            yield _commented(f"  {_text(item.column)},", item.because)
        yield "]"


def _characteristic(name: str, reading: Reading) -> Iterator[str]:
    yield _commented(f"[characteristics.{_key(name)}]", reading.because)
    for key, value in _fields(reading).items():
        yield f"{key} = {_value(value)}"


def _fields(reading: Reading) -> dict[str, Any]:
    given = {"column": reading.column, "parser": reading.parser, **describe(reading.options)}
    given |= {"minimum": reading.minimum, "maximum": reading.maximum}
    given |= {"required": reading.required or None}
    return {key: value for key, value in given.items() if value is not None}


def _inline(reading: Reading, parser: str) -> str:
    given = _fields(reading)
    if given == {"column": reading.column, "parser": parser}:
        return _text(reading.column)
    return "{" + ", ".join(f"{key} = {_value(value)}" for key, value in given.items()) + "}"


def _value(value: Any) -> str:
    if isinstance(value, tuple):
        return "[" + ", ".join(map(_text, value)) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    return _text(value) if isinstance(value, str) else str(value)


def _text(text: str) -> str:
    """Quote a text; the escapes of JSON are those of TOML, which also forbids a bare DEL."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else _text(name)


def _commented(line: str, comment: str) -> str:
    plain = re.sub(r"[\x00-\x1f\x7f]+", " ", comment)
    return f"{line}  # {plain}" if plain else line
