"""What a pack leaves to local councils, and the limits that the law sets them: decisions.toml.

```toml
place = "council"        # the key column that names the council
source = "council"       # the source that is cited with a decision's document
[[decided]]
parameter = "zonal_coefficient"
keys = { zoned_kind = "land" }   # the rows that the limits are for; all where left out
minimum = 0.3
maximum = 3
law = "tax-code art. 399"
doubt = "…"
```
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from kazyna.core.errors import Finding, NotFound, PackError
from kazyna.packs.pack import Pack
from kazyna.packs.reading import Section, read_file
from kazyna.tax import Table


@dataclass(frozen=True)
class Limit:
    """What councils may decide of a parameter, and within which limits."""

    parameter: str
    keys: Mapping[str, str]
    """The rows that the limit is for, by key; every row where it is empty."""
    minimum: Decimal
    maximum: Decimal
    law: str
    doubt: str | None


@dataclass(frozen=True)
class Decidable:
    """Everything that councils decide in a pack."""

    place: str
    """The key column that names the council."""
    source: str
    """The source that is cited with a decision's document."""
    limits: tuple[Limit, ...]

    def limit_of(self, parameter: str, keys: Mapping[str, object]) -> Limit | None:
        """Return the first limit that is for a row of a parameter, by the row's keys."""
        for limit in self.limits:
            if limit.parameter == parameter and limit.keys.items() <= keys.items():
                return limit
        return None


def read_decidable(pack: Pack) -> Decidable:
    """Read what councils decide in a pack.

    Raises
    ------
    NotFound
        If nothing is left to councils.
    PackError
        With every mistake of the file.
    """
    if not (pack.folder / "decisions.toml").is_file():
        raise NotFound(f"The pack {pack.name} leaves nothing to local councils.")
    findings: list[Finding] = []
    file = read_file(pack.folder, "decisions.toml", findings)
    if file is None:
        raise PackError(findings)
    place, source = file.required("place", str, ""), file.required("source", str, "")
    limits = tuple(map(_limit, file.rows("decided")))
    file.finish()
    if place not in pack.columns:
        file.fault("place", f"{place!r} is no column", "a column of columns.toml")
    if source not in pack.sources:
        file.fault("source", f"{source!r} is no source", "a key of sources.toml")
    for limit in limits:
        if table_of(pack, limit.parameter, place) is None:
            reason = f"{limit.parameter!r} is no table with the key {place}"
            file.fault("decided", reason, "a table of one of the taxes, without brackets")
    if findings:
        raise PackError(findings)
    return Decidable(place, source, limits)


def table_of(pack: Pack, parameter: str, place: str) -> Table | None:
    """Find the table of a parameter, if it has the place among its keys."""
    for tax in pack.taxes.values():
        found = tax.rules.parameters.get(parameter)
        if found is not None:
            for held in found.values.values:
                table = held.value
                if isinstance(table, Table) and _is_decidable(table, place):
                    return table
    return None


def _is_decidable(table: Table, place: str) -> bool:
    return any(key.name == place for key in table.keys) and not any(
        key.bracket for key in table.keys
    )


def _limit(row: Section) -> Limit:
    keys = row.values.get("keys", {})
    row.asked.add("keys")
    if not isinstance(keys, dict) or not all(isinstance(word, str) for word in keys.values()):
        row.fault("keys", f"{keys!r} is not accepted", 'a table such as { zone = "1" }')
        keys = {}
    limit = Limit(
        parameter=row.required("parameter", str, ""),
        keys=keys,
        minimum=row.required("minimum", Decimal, Decimal(0)),
        maximum=row.required("maximum", Decimal, Decimal(0)),
        law=row.required("law", str, ""),
        doubt=row.optional("doubt", str),
    )
    row.finish()
    return limit
