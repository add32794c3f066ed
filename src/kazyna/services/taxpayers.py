"""The register of taxpayers and of what they hold."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
import pyarrow.compute as pc

from kazyna.core.errors import Conflict, Finding, InputError, NotFound
from kazyna.core.schema import Column, Schema
from kazyna.core.table import ROWS_NAMED_MAX, check
from kazyna.services.context import Context
from kazyna.services.tables import table_of_rows
from kazyna.store import files, objects, register, taxpayers

TAXPAYERS = Schema(
    "taxpayers",
    (
        Column("taxpayer_id", "text", "number of the taxpayer", unique=True),
        Column("name", "text", "name of the person or body"),
        Column("language", "text", "language of notices", allowed=("en", "ru", "ky")),
        Column("synthetic", "boolean", "true for an invented person of a demonstration"),
    ),
)
PROPERTY = Column("property_id", "text", "number of the property or other object")
HOLDER = Column(
    "taxpayer_id",
    "text",
    "number of the taxpayer who holds it; empty where only `estate_of` is known",
    required=False,
)
SHARE = Column(
    "share",
    "decimal",
    "share held",
    unit="1 is the whole",
    minimum=Decimal("0.000001"),
    maximum=1,
)
HOLDINGS = Schema(
    "holdings",
    (
        PROPERTY,
        HOLDER,
        SHARE,
        Column("held_from", "date", "first day of the holding"),
        Column("held_to", "date", "first day on which it is held no more", required=False),
        Column("estate_of", "text", "whose unknown heirs hold the share", required=False),
    ),
)


@dataclass(frozen=True)
class LoadedHoldings:
    """What was loaded; loading the same again changes nothing."""

    taxpayers: int
    holdings: int


@dataclass(frozen=True)
class Holder:
    """Who holds a share of an object, or whose unknown heirs do."""

    taxpayer_id: str | None
    share: Decimal
    estate_of: str | None = None


@dataclass(frozen=True)
class Transferred:
    """A change of holders that is recorded."""

    change_no: int
    property_id: str
    on: date
    holders: tuple[Holder, ...]


@dataclass(frozen=True)
class Merged:
    """Two numbers that are one person's."""

    change_no: int
    twice: str
    into: str
    holdings: int


def load_taxpayers(ctx: Context, owners: pa.Table, *, source: str = "taxpayers") -> int:
    """Record taxpayers, all or nothing; return how many. The same again changes nothing."""
    ctx.require("officer")
    owners = check(owners, TAXPAYERS, source=source)
    with ctx.transaction() as tx:
        taxpayers.upsert_taxpayers(tx, owners, register.open_change(tx, kind="load"))
    return int(owners.num_rows)


def load_holdings(
    ctx: Context, *, owners: pa.Table, holdings: pa.Table, source: str = "holdings"
) -> LoadedHoldings:
    """Record taxpayers and the shares of objects they hold, all or nothing.

    What was known of a holding that begins the same day is closed and stays as it was known.
    """
    ctx.require("officer")
    owners = check(owners, TAXPAYERS, source=source)
    holdings = check(holdings, HOLDINGS, source=source)
    _require_once(holdings, source)
    _require_holder(holdings, source)
    _require_whole(holdings, source)
    with ctx.transaction() as tx:
        change = register.open_change(tx, kind="load")
        taxpayers.upsert_taxpayers(tx, owners, change)
        begun = holdings.select(["property_id", "held_from"])
        objects.register_properties(tx, begun.rename_columns(["object_id", "valid_from"]), change)
        rows = _staged(holdings).append_column("row_no", _row_numbers(holdings))
        taxpayers.upsert_holdings(tx, rows, change, source=source)
    return LoadedHoldings(owners.num_rows, holdings.num_rows)


def load_files(ctx: Context, *, owners: Path, holdings: Path) -> LoadedHoldings:
    """Record taxpayers and holdings from two files, as `load_holdings` does."""
    tables = files.read_table(owners), files.read_table(holdings)
    return load_holdings(ctx, owners=tables[0], holdings=tables[1], source=str(holdings))


def load_rows(
    ctx: Context, *, owners: Sequence[Mapping[str, Any]], holdings: Sequence[Mapping[str, Any]]
) -> LoadedHoldings:
    """Record taxpayers and holdings that are given row by row, as `load_holdings` does."""
    ctx.require("officer")
    tables = table_of_rows(owners), table_of_rows(holdings)
    return load_holdings(ctx, owners=tables[0], holdings=tables[1])


def transfer(
    ctx: Context,
    property_id: str,
    *,
    on: date,
    holders: Sequence[Holder],
    document: str,
    kind: Literal["transfer", "inheritance", "correction"] = "transfer",
) -> Transferred:
    """Record who holds an object from a day on, by a document: a sale, an inheritance, a mistake.

    Who holds the same share before and after goes on without a break.

    Raises
    ------
    InputError
        When a share is not above nought, or nobody holds.
    NotFound
        When the object or a taxpayer is not registered.
    Conflict
        When the shares exceed the whole, or no document is named.
    """
    ctx.require("officer")
    if not document.strip():
        raise Conflict("Name the document by which the holders change.")
    if not holders or any(not 0 < holder.share <= 1 for holder in holders):
        given = ", ".join(f"{each.share:f}" for each in holders) or "none"
        reason, expected = f"the shares are {given}", "shares above 0, up to 1"
        raise InputError(Finding("transfer", reason, expected, column="share"))
    n = len(holders)
    staged = pa.table(
        {
            "object_id": [property_id] * n,
            "taxpayer_id": pa.array([holder.taxpayer_id for holder in holders], pa.string()),
            "estate_of": pa.array([holder.estate_of for holder in holders], pa.string()),
            "share": pa.array([holder.share for holder in holders], pa.decimal128(9, 8)),
        }
    )
    with ctx.transaction() as tx:
        change = register.open_change(tx, kind=kind, document=document.strip())
        taxpayers.set_holders(tx, staged, on=on, change_no=change)
    return Transferred(change, property_id, on, tuple(holders))


def merge(ctx: Context, *, twice: str, into: str, document: str) -> Merged:
    """Record that one person was registered twice: what the one number held passes to the other.

    The accounts of the first number stay until they are settled; nothing in the books moves.
    """
    ctx.require("officer")
    if not document.strip():
        raise Conflict("Name the document that shows that both are one person.")
    with ctx.transaction() as tx:
        for number in (twice, into):
            found = taxpayers.find_taxpayer(tx, number)
            if found is None:
                raise NotFound(f"No taxpayer has the number {number!r}.")
            if found.merged_into is not None:
                raise Conflict(f"{number} is merged into {found.merged_into} already.")
        if twice == into:
            raise Conflict(f"{twice} is one number.")
        change = register.open_change(tx, kind="merge", document=document.strip())
        moved = taxpayers.merge(tx, twice=twice, into=into, change_no=change)
    return Merged(change, twice, into, moved)


def _staged(holdings: pa.Table) -> pa.Table:
    """Bring a table of holdings to the columns of the register."""
    columns = {"object_id": holdings["property_id"]}
    for name, type_ in (
        ("taxpayer_id", pa.string()),
        ("estate_of", pa.string()),
        ("share", pa.decimal128(9, 8)),
        ("held_from", pa.date32()),
        ("held_to", pa.date32()),
    ):
        given = name in holdings.column_names
        columns[name] = holdings[name] if given else pa.nulls(holdings.num_rows, type_)
    return pa.table(columns)


def _row_numbers(holdings: pa.Table) -> pa.Array:
    return pa.array(range(1, holdings.num_rows + 1), pa.int32())


def _require_holder(holdings: pa.Table, source: str) -> None:
    """Refuse a share of nobody: a holder is named, or whose unknown heirs hold it."""
    there = _staged(holdings)
    nobody = pc.and_(there["taxpayer_id"].is_null(), there["estate_of"].is_null())
    rows = pc.indices_nonzero(nobody).to_pylist()
    if rows:
        expected = "a taxpayer, or in estate_of whose unknown heirs hold the share"
        raise InputError(
            Finding(source, "the value is missing", expected, row=row + 1, column="taxpayer_id")
            for row in rows[:ROWS_NAMED_MAX]
        )


def _require_whole(holdings: pa.Table, source: str) -> None:
    """Refuse shares of an object that begin on one day and exceed the whole, row by row.

    What exceeds it together with what is recorded already, the register refuses.
    """
    counted = _staged(holdings).append_column("row", _row_numbers(holdings))
    sums = counted.group_by(["object_id", "held_from"]).aggregate(
        [("share", "sum"), ("row", "list")]
    )
    over = sums.filter(pc.greater(sums["share_sum"], 1))
    if over.num_rows:
        raise InputError(
            Finding(
                source,
                f"the shares of {each['object_id']!r} from {each['held_from']} in rows"
                f" {', '.join(map(str, each['row_list']))} add up to"
                f" {each['share_sum'].normalize():f}",
                "at most 1 together",
                row=each["row_list"][0],
                column="share",
            )
            for each in over.slice(0, ROWS_NAMED_MAX).to_pylist()
        )


def _require_once(holdings: pa.Table, source: str) -> None:
    """Refuse a table that says of one holding two things."""
    key = ["property_id", "taxpayer_id", "held_from"]
    counted = _staged(holdings).append_column("property_id", holdings["property_id"])
    counted = counted.group_by(key).aggregate([([], "count_all")])
    twice = counted.filter(
        pc.and_(pc.greater(counted["count_all"], 1), counted["taxpayer_id"].is_valid())
    )
    if twice.num_rows:
        first = twice.slice(0, 1).to_pylist()[0]
        reason = (
            f"{first['taxpayer_id']!r} begins to hold {first['property_id']!r}"
            f" {first['count_all']} times on {first['held_from']}"
        )
        expected = "one share of a property and taxpayer from a day"
        raise InputError(Finding(source, reason, expected, column="held_from"))


def count(ctx: Context) -> int:
    """Count the taxpayers that the actor may see."""
    with ctx.transaction() as tx:
        return taxpayers.count(tx)


def holders(ctx: Context, property_id: str) -> tuple[str, ...]:
    """Return the numbers of the taxpayers who hold a property on the business date."""
    ctx.require("officer", "auditor")
    with ctx.transaction() as tx:
        return tuple(taxpayers.holders_of(tx, property_id, on=ctx.today))
