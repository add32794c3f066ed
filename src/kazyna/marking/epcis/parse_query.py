"""The parameters of a query, as a request carries them, to a checked query."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, cast

from kazyna.core.errors import Finding, InputError
from kazyna.marking.epcis.document import DEFAULT_NAMESPACES, expanded
from kazyna.marking.epcis.identifiers import canonical_identifier, digital_link
from kazyna.marking.epcis.query import Comparison, Condition, Identifier, Kind, Path, Query, Value
from kazyna.marking.epcis.query_parameters import (
    CONTROLS,
    EXTENSION_NAME,
    EXTENSION_PLACES,
    MASTER_DATA,
    PARAMETERS,
    QUANTITIES,
    REPORT,
    TYPED,
    TYPED_NAME,
    WITH_UNIT,
    Parameter,
)
from kazyna.marking.epcis.vocabulary import Vocabulary, bare_word

PER_PAGE_MAX = 1_000
"""A page of more events serves nobody; a client asks for the next."""

_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+")
_NO_TEXT = re.compile(r"[\x00\ud800-\udfff]")
_PATTERN = re.compile(r"urn:epc:idpat:([a-z]+):([^*]*?)(?:\.?\*)+")


class _Mistake(Exception):  # noqa: N818 (never leaves this module)
    """A value is not as its parameter wants it."""

    def __init__(self, reason: str, expected: str) -> None:
        super().__init__(reason)
        self.reason, self.expected = reason, expected


def parse_query(
    parameters: Mapping[str, Any],
    *,
    namespaces: Mapping[str, str] | None = None,
    source: str = "query",
) -> Query:
    """Check the parameters of a query and bring their values to the form events have.

    Parameters
    ----------
    parameters
        Names and values: texts as a URL carries them (`a|b` for several values), or the values of
        a JSON document. `@context` may declare prefixes.
    namespaces
        Prefixes that names of extensions use.
    source
        What the findings call the request.

    Returns
    -------
    Query
        All conditions, order and page.

    Raises
    ------
    InputError
        With every parameter that is unknown or wrong.

    Examples
    --------
    >>> query = parse_query({"EQ_bizStep": "shipping|receiving", "perPage": "10"})
    >>> query.conditions[0].values, query.per_page
    (('shipping', 'receiving'), 10)
    """
    prefixes = {**DEFAULT_NAMESPACES, **_declared(parameters), **(namespaces or {})}
    conditions: list[Condition] = []
    findings: list[Finding] = []
    asked = {name: value for name, value in parameters.items() if not name.startswith("@")}
    for name, value in asked.items():
        if name in CONTROLS or (condition := _or_finding(name, value, prefixes)) is None:
            continue
        if isinstance(condition, _Mistake):
            findings.append(Finding(source, condition.reason, condition.expected, column=name))
        else:
            conditions.append(condition)
    controls = _controls(asked, prefixes, source, findings)
    if findings:
        raise InputError(findings)
    return Query(tuple(conditions), parameters=asked, **controls)


def _declared(parameters: Mapping[str, Any]) -> dict[str, str]:
    context = parameters.get("@context", [])
    parts = context if isinstance(context, list) else [context]
    return {
        prefix: namespace
        for part in parts
        if isinstance(part, dict)
        for prefix, namespace in part.items()
        if isinstance(namespace, str)
    }


def _or_finding(name: str, value: Any, prefixes: Mapping[str, str]) -> Condition | _Mistake | None:
    try:
        return _condition(name, value, prefixes)
    except _Mistake as mistake:
        return mistake


def _condition(name: str, value: Any, prefixes: Mapping[str, str]) -> Condition | None:
    if (parameter := PARAMETERS.get(name)) is not None:
        return _fixed(name, value, parameter)
    if found := WITH_UNIT.fullmatch(name):
        comparison, member, unit = found.groups()
        paths = QUANTITIES if member == "quantity" else ((*REPORT, member),)
        values = _values(value, "number")
        return Condition(name, cast(Comparison, comparison), "number", paths, values, ("uom", unit))
    if (found := TYPED_NAME.fullmatch(name)) and not EXTENSION_NAME.fullmatch(name):
        return _typed(name, value, found)
    if found := EXTENSION_NAME.fullmatch(name):
        if (typed := TYPED_NAME.fullmatch(name)) and "urn:" in typed.group(2):
            return _typed(name, value, typed)
        return _extension(name, value, found, prefixes)
    if MASTER_DATA.match(name):
        raise _Mistake("attributes of master data are not searched", "conditions on events")
    raise _Mistake("there is no such parameter", "a parameter of EPCIS 2.0 section 8.2.7.1")


def _fixed(name: str, value: Any, parameter: Parameter) -> Condition | None:
    values = _values(value, parameter.kind)
    if parameter.choices:
        for each in values:
            if each not in parameter.choices:
                raise _Mistake(f"{each!r} stands here", "one of " + ", ".join(parameter.choices))
    if parameter.words is not None:
        values = tuple(_word(str(each), parameter.words) for each in values)
    if parameter.comparison == "EXISTS" and values == (False,):
        return None
    return Condition(
        name,
        parameter.comparison,
        parameter.kind,
        parameter.paths,
        values,
        descendants=parameter.descendants,
    )


def _typed(name: str, value: Any, found: re.Match[str]) -> Condition:
    listed, member, words = TYPED[found.group(1)]
    kind = _word(found.group(2), words)
    values = _values(value, "identifier")
    return Condition(name, "EQ", "identifier", ((listed, member),), values, ("type", kind))


def _extension(
    name: str, value: Any, found: re.Match[str], prefixes: Mapping[str, str]
) -> Condition | None:
    comparison, inner, place, member = found.groups()
    prefix = member.partition(":")[0]
    if prefix not in prefixes and prefix not in ("http", "https", "urn"):
        raise _Mistake(f"the prefix {prefix!r} is not declared", "it in the context of the query")
    kind: Kind = "boolean" if comparison == "EXISTS" else "any"
    values = _values(value, kind)
    if kind == "boolean" and values == (False,):
        return None
    if kind == "any" and comparison != "EQ":
        values = tuple(_ordered(str(each)) for each in values)
    return Condition(
        name,
        cast(Comparison, comparison),
        kind,
        (EXTENSION_PLACES[place or ""],),
        values,
        name=expanded(member, prefixes),
        inner=inner is not None,
    )


def _word(text: str, vocabulary: Vocabulary) -> str:
    word = bare_word(text, vocabulary)
    if word not in vocabulary.words and not _URI.fullmatch(word):
        raise _Mistake(f"{text!r} stands here", f"a {vocabulary.title} of CBV 2.0 or a URI")
    return word


def _values(value: Any, kind: Kind) -> tuple[Value, ...]:
    """Read one value or several, each as its kind wants it."""
    if isinstance(value, str) and kind in ("text", "identifier", "any"):
        value = value.split("|")
    given = value if isinstance(value, list | tuple) else [value]
    if not given or any(each == "" for each in given):
        raise _Mistake("there is no value", "at least one")
    if any(isinstance(each, str) and _NO_TEXT.search(each) for each in given):
        raise _Mistake("there is half a character or one without a sign", "a text")
    return tuple(READERS[kind](each) for each in given)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str | int | float):
        raise _Mistake(f"{value!r} stands here", "a text")
    return str(value)


def _identifier(value: Any) -> Identifier:
    if not isinstance(value, str) or not _URI.fullmatch(value):
        raise _Mistake(f"{value!r} stands here", "a URI")
    found = _PATTERN.fullmatch(value)
    if found is None:
        return Identifier(canonical_identifier(value))
    scheme, beginning = found.groups()
    items = f"urn:epc:id:{scheme}:{beginning}{'.' if beginning else ''}"
    of_class = digital_link(value)
    if of_class is None:
        # A whole company or more: only the form with its prefix tells whose an item is.
        return Identifier(None, (items,))
    return Identifier(of_class, (items, f"{of_class}/21/"))


def _number(value: Any) -> Decimal:
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        raise _Mistake(f"{value!r} stands here", "a number") from None
    if isinstance(value, bool) or not number.is_finite():
        raise _Mistake(f"{value!r} stands here", "a number")
    return number


def _time(value: Any) -> datetime:
    expected = "a time with its offset such as 2026-05-31T10:20:30+06:00"
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        raise _Mistake(f"{value!r} stands here", expected) from None
    if moment.tzinfo is None:
        raise _Mistake(f"{value!r} stands here", expected)
    try:
        # Offsets of a day are read here and nowhere else.
        return moment.astimezone(UTC)
    except OverflowError:
        raise _Mistake(f"{value!r} stands here", expected) from None


def _boolean(value: Any) -> bool:
    # A parameter that only has to be there may come without a value.
    known = {"true": True, "1": True, "none": True, "false": False, "0": False}
    text = str(value).lower()
    if text not in known:
        raise _Mistake(f"{value!r} stands here", "true or false")
    return known[text]


def _ordered(text: str) -> Value:
    """Read what more and less can be said of: a number or a time."""
    try:
        return _number(text)
    except _Mistake:
        try:
            return _time(text)
        except _Mistake:
            raise _Mistake(f"{text!r} stands here", "a number or a time") from None


READERS: Mapping[Kind, Callable[[Any], Value]] = {
    "text": _text,
    "identifier": _identifier,
    "number": _number,
    "time": _time,
    "boolean": _boolean,
    "any": _text,
}


def _controls(
    asked: Mapping[str, Any], prefixes: Mapping[str, str], source: str, findings: list[Finding]
) -> dict[str, Any]:
    def whole(name: str, least: int, most: int) -> int | None:
        if name not in asked:
            return None
        text = str(asked[name])
        if not text.isdecimal() or not least <= int(text) <= most:
            expected = f"a whole number from {least} to {most}"
            findings.append(Finding(source, f"{text!r} stands here", expected, column=name))
            return None
        return int(text)

    limit, most = whole("eventCountLimit", 1, 2**31), whole("maxEventCount", 1, 2**31)
    if "eventCountLimit" in asked and "maxEventCount" in asked:
        reason = "eventCountLimit stands beside it"
        findings.append(Finding(source, reason, "one of the two", column="maxEventCount"))
    direction = str(asked.get("orderDirection", "DESC"))
    if direction not in ("ASC", "DESC"):
        reason = f"{direction!r} stands here"
        findings.append(Finding(source, reason, "ASC or DESC", column="orderDirection"))
    return {
        "order_by": _order(asked.get("orderBy"), prefixes, source, findings),
        "descending": direction == "DESC",
        "count_limit": limit,
        "count_max": most,
        "per_page": whole("perPage", 1, PER_PAGE_MAX) or Query.per_page,
        "page_token": None if "nextPageToken" not in asked else str(asked["nextPageToken"]),
    }


def _order(
    value: Any, prefixes: Mapping[str, str], source: str, findings: list[Finding]
) -> Path | None:
    if value is None:
        return None
    if value in ("eventTime", "recordTime"):
        return (str(value),)
    name = str(value)
    if ":" in name and name.partition(":")[0] in {*prefixes, "http", "https", "urn"}:
        return expanded(name, prefixes)
    expected = "eventTime, recordTime or an extension of events"
    findings.append(Finding(source, f"{name!r} stands here", expected, column="orderBy"))
    return None
