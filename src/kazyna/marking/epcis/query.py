"""A query for events: the parameters of EPCIS 2.0 as a list of conditions, all of which must hold.

A parameter names a comparison and where in an event to look (`GE_eventTime`, `EQ_bizStep`,
`MATCH_anyEPC`, `EQ_INNER_ILMD_example:lot`). Parsing checks every one of them and brings values to
the form events have: bare words, canonical identifiers, moments, exact numbers. What comes out can
be evaluated on events in memory (`matching`) or written as SQL by the store.

Source: EPCIS 2.0 section 8.2.7.1 (SimpleEventQuery) and its OpenAPI document.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

Comparison = Literal["EQ", "GT", "GE", "LT", "LE", "EXISTS", "MATCH"]
Kind = Literal["text", "identifier", "number", "time", "boolean", "any"]
Path = tuple[str, ...]


@dataclass(frozen=True)
class Identifier:
    """What an identifier in an event may be to match."""

    exact: str | None = None
    """The canonical form, see `canonical_identifier`."""
    prefixes: tuple[str, ...] = ()
    """Of a pattern such as `urn:epc:idpat:sgtin:4012345.*.*`: how a match begins, as it is written
    in the event or in its canonical form."""


Value = str | bool | Decimal | datetime | Identifier


@dataclass(frozen=True)
class Condition:
    """One condition: any value found at any of the paths compares with any of the values."""

    parameter: str
    comparison: Comparison
    kind: Kind
    paths: tuple[Path, ...]
    """Members from the event downward; lists on the way are gone through."""
    values: tuple[Value, ...]
    beside: tuple[str, str] | None = None
    """A member and its value that must stand in the same object: the unit of a number, the type of
    a business transaction."""
    name: tuple[str, str] | None = None
    """Namespace and local name of the extension looked for at the paths."""
    inner: bool = False
    """The extension may be nested at any depth below its top level."""
    descendants: bool = False
    """The values stand for themselves and all that lies below them in master data."""


@dataclass(frozen=True)
class Query:
    """A checked query."""

    conditions: tuple[Condition, ...] = ()
    order_by: Path | None = None
    """eventTime, recordTime, or the namespace and local name of an extension at event level."""
    descending: bool = True
    count_limit: int | None = None
    """eventCountLimit: no more than so many, the first in order."""
    count_max: int | None = None
    """maxEventCount: refuse the query when more match."""
    per_page: int = 30
    page_token: str | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    """What was asked, for saved queries and page tokens."""


def with_descendants(query: Query, children: Mapping[str, tuple[str, ...]]) -> Query:
    """Return a query in which `WD_` conditions name every descendant themselves.

    Parameters
    ----------
    children
        Of each place in master data, in canonical form, the places directly below it.
    """
    return replace(
        query,
        conditions=tuple(
            replace(condition, values=_below(condition.values, children), descendants=False)
            if condition.descendants
            else condition
            for condition in query.conditions
        ),
    )


def _below(values: tuple[Value, ...], children: Mapping[str, tuple[str, ...]]) -> tuple[Value, ...]:
    found: dict[str, None] = {}
    waiting = [v.exact for v in values if isinstance(v, Identifier) and v.exact is not None]
    while waiting:
        place = waiting.pop()
        if place not in found:
            found[place] = None
            waiting += children.get(place, ())
    return tuple(Identifier(place) for place in found)
