"""The conditions of an EPCIS query as SQL.

What events are usually asked by are columns of their own; identifiers and users' own members are
rows beside the event (kazyna.marking.epcis.facts); what is left is looked up in the event itself by
a JSON path. The result is that of `kazyna.marking.epcis.matches`, which the tests hold against it.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, LiteralString

from psycopg import sql

from kazyna.marking.epcis.facts import EXTENSION_NUMBERS, PLACES
from kazyna.marking.epcis.query import Condition, Identifier, Path, Query

COLUMNS: Mapping[Path, LiteralString] = {
    ("type",): "event_type",
    ("eventTime",): "event_time",
    ("recordTime",): "recorded_at",
    ("action",): "action",
    ("bizStep",): "biz_step",
    ("disposition",): "disposition",
    ("eventID",): "event_id",
}
"""What stands in a column of its own."""

OPERATORS: Mapping[str, LiteralString] = {
    "EQ": "=",
    "MATCH": "=",
    "GT": ">",
    "GE": ">=",
    "LT": "<",
    "LE": "<=",
}
IN_PATH: Mapping[str, str] = {**OPERATORS, "EQ": "==", "MATCH": "=="}
KINDS: Mapping[str, LiteralString] = {"text": "text", "number": "numeric", "boolean": "boolean"}
LAST_SIGN = "\U0010ffff"
INDEXED_SIGNS = 100
"""Of a text in the index of users' own members."""


@dataclass
class Where:
    """Conditions joined by AND, and the values they are asked with."""

    parts: list[sql.Composable] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)

    def named(self, value: Any) -> sql.Placeholder:
        """Take a value in; return the name under which SQL gets it."""
        name = f"v{len(self.values)}"
        self.values[name] = value
        return sql.Placeholder(name)

    def add(self, template: LiteralString, **parts: Any) -> None:
        """Take a condition in; parts that are no SQL are values."""
        self.parts.append(self.filled(template, **parts))

    def filled(self, template: LiteralString, **parts: Any) -> sql.Composed:
        """Fill a piece of SQL; parts that are no SQL are values."""
        return sql.SQL(template).format(
            **{
                name: part if isinstance(part, sql.Composable) else self.named(part)
                for name, part in parts.items()
            }
        )

    @property
    def clause(self) -> sql.Composed:
        """All conditions, with their WHERE; nothing where there are none."""
        if not self.parts:
            return sql.Composed([])
        return sql.SQL(" WHERE ") + sql.SQL(" AND ").join(self.parts)


def where(query: Query) -> Where:
    """Write the conditions of a query, `WD_` ones expanded, for the table `e` of events."""
    found = Where()
    for condition in query.conditions:
        if condition.name is not None:
            _extension(found, condition)
        elif condition.kind == "identifier":
            _identifier(found, condition)
        elif len(condition.paths) == 1 and condition.paths[0] in COLUMNS:
            _column(found, condition, COLUMNS[condition.paths[0]])
        else:
            _inside(found, condition)
    return found


def _column(found: Where, condition: Condition, column: LiteralString) -> None:
    found.add(
        "e.{column} {operator} ANY ({values})",
        column=sql.Identifier(column),
        operator=sql.SQL(OPERATORS[condition.comparison]),
        values=list(condition.values),
    )


def _identifier(found: Where, condition: Condition) -> None:
    wanted = [value for value in condition.values if isinstance(value, Identifier)]
    ways = [
        found.filled(
            "i.identifier = ANY ({exact})",
            exact=[value.exact for value in wanted if value.exact is not None],
        )
    ]
    for prefix in dict.fromkeys(prefix for value in wanted for prefix in value.prefixes):
        ways += [
            found.filled(
                "({column} >= {first} AND {column} < {last})",
                column=sql.Identifier("i", column),
                first=prefix,
                last=prefix + LAST_SIGN,
            )
            for column in ("identifier", "written")
        ]
    beside = sql.Composed([])
    if condition.beside is not None:
        beside = found.filled(" AND i.kind = {kind}", kind=condition.beside[1])
    found.add(
        "e.event_no IN (SELECT i.event_no FROM epcis_identifiers i"
        " WHERE i.place = ANY ({places}) AND ({ways}){beside})",
        places=[PLACES[path] for path in condition.paths],
        ways=sql.SQL(" OR ").join(ways),
        beside=beside,
    )


def _extension(found: Where, condition: Condition) -> None:
    namespace, name = condition.name or ("", "")
    found.add(
        "e.event_no IN (SELECT x.event_no FROM epcis_extensions x WHERE x.name = {name}"
        " AND x.namespace = {namespace} AND x.place = {place} AND x.inside = {inside}{compared})",
        name=name,
        namespace=namespace,
        place=EXTENSION_NUMBERS[condition.paths[0]],
        inside=condition.inner,
        compared=_compared(found, condition),
    )


def _compared(found: Where, condition: Condition) -> sql.Composed:
    values = condition.values
    if condition.comparison == "EXISTS":
        return sql.Composed([])
    if condition.comparison == "EQ":
        texts = [str(value) for value in values]
        return found.filled(
            " AND ((x.text = ANY ({texts}) AND left(x.text, 100) = ANY ({beginnings}))"
            " OR (x.text IS NULL AND x.number = ANY ({numbers})))",
            texts=texts,
            beginnings=[text[:INDEXED_SIGNS] for text in texts],
            numbers=list(_numbers(texts)),
        )
    return found.filled(
        " AND (x.number {operator} ANY ({numbers}) OR x.moment {operator} ANY ({moments}))",
        operator=sql.SQL(OPERATORS[condition.comparison]),
        numbers=[value for value in values if isinstance(value, Decimal)],
        moments=[value for value in values if isinstance(value, datetime)],
    )


def _numbers(texts: Iterable[str]) -> Iterable[Decimal]:
    for text in texts:
        try:
            number = Decimal(text)
        except InvalidOperation:
            continue
        if number.is_finite():
            yield number


def _inside(found: Where, condition: Condition) -> None:
    ways = [_at_path(found, condition, path) for path in condition.paths]
    found.add("({ways})", ways=sql.SQL(" OR ").join(ways))


def _at_path(found: Where, condition: Condition, path: Path) -> sql.Composed:
    if condition.comparison == "EXISTS":
        return found.filled(
            "jsonb_path_exists(e.event, {path}::jsonpath)", path=f"{_path(path)}[*]"
        )
    if condition.kind == "time":
        return found.filled(
            "EXISTS (SELECT FROM jsonb_path_query(e.event, {path}::jsonpath) found"
            " WHERE (found #>> '{{}}')::timestamptz {operator} ANY ({values}))",
            path=_path(path),
            operator=sql.SQL(OPERATORS[condition.comparison]),
            values=list(condition.values),
        )
    text = _path(path)
    if condition.beside is not None:
        text = f"{_path(path[:-1])} ? (@.{json.dumps(condition.beside[0])} == $beside)"
        text += f".{json.dumps(path[-1])}"
    return found.filled(
        "jsonb_path_exists(e.event, {path}::jsonpath,"
        " jsonb_build_object('wanted', {values}::{kind}[], 'beside', {beside}::text), true)",
        path=f"{text} ? (@ {IN_PATH[condition.comparison]} $wanted[*])",
        values=list(condition.values),
        kind=sql.SQL(KINDS[condition.kind]),
        beside=condition.beside and condition.beside[1],
    )


def _path(path: Path) -> str:
    """Write a way down into an event; lists on it are gone through by themselves."""
    return "$" + "".join(f".{json.dumps(name)}" for name in path)
