"""Mass balances of marked goods, over files of events and over the log of the database."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from kazyna.core.money import from_minor
from kazyna.marking.balance import MEASURES, mass_balance
from kazyna.marking.detection import EVENTS
from kazyna.services.context import Context
from kazyna.store import event_files, event_log, files, participants

DIFFERENCES_SHOWN = 100
ROWS_SHOWN = 500
GTIN_DIGITS = 14


@dataclass(frozen=True)
class BalanceDifference:
    """What does not add up for one participant, product and lot."""

    difference: str
    participant: str
    gtin: str
    lot: str | None
    month: date
    """Of its first appearance."""
    units: int
    documents: tuple[str, ...]


@dataclass(frozen=True)
class Balanced:
    """What a balance found."""

    balances: int
    """Of a participant, product, lot and month."""
    difference_count: int
    file: str | None
    differences: tuple[BalanceDifference, ...]
    """The largest."""


@dataclass(frozen=True)
class BalanceRow:
    """The units of one participant and product up to the end of a month."""

    participant: str
    gtin: str
    lot: str | None
    """None of all lots together."""
    month: date
    ordered: int
    applied: int
    introduced: int
    consigned: int
    """Shipped to it."""
    received: int
    returned: int
    given_back: int
    """Of its own shipments: refused, or called back."""
    shipped: int
    sold: int
    withdrawn: int
    stock: int


@dataclass(frozen=True)
class BalanceFilter:
    """Which balances are asked for; what is not given does not matter."""

    participant: str | None = None
    gtin: str | None = None
    lot: str | None = None
    month: date | None = None
    """Up to the end of this month; the latest where it is not said."""


@dataclass(frozen=True)
class BalanceSheet:
    """The mass balance of the log, and what does not add up in it."""

    month: date | None
    """The last month with movements up to the one asked for; None where there are none."""
    totals: Mapping[str, int]
    """Over all rows, by the names of their figures."""
    row_count: int
    rows: tuple[BalanceRow, ...]
    """By participant and product; by lot where a product or a lot is asked for."""
    difference_count: int
    differences: tuple[BalanceDifference, ...]
    """The largest first."""


def balance_in_folder(
    folder: Path, *, tolerance: int = 0, open_days: int = 14, out: Path | None = None
) -> Balanced:
    """Balance a folder of events by participant, product, lot and month.

    Parameters
    ----------
    folder
        With `events.parquet`, whose columns are those of `EVENTS`.
    tolerance
        Units that may be missing.
    open_days
        So long goods may be on their way.
    out
        A file .parquet to which all balances are written.

    Raises
    ------
    InputError
        When the file of events is not as it should be.
    """
    with event_files.opened_events(folder, EVENTS) as computing:
        return _balanced(computing, tolerance, open_days, out)


def balance_of_log(
    ctx: Context, *, tolerance: int = 0, open_days: int = 14, out: Path | None = None
) -> Balanced:
    """Balance the log of the database, as `balance_in_folder` does a folder."""
    ctx.require("officer", "auditor")
    with _opened_log(ctx) as computing:
        return _balanced(computing, tolerance, open_days, out)


def balance_sheet(
    ctx: Context,
    wanted: BalanceFilter = BalanceFilter(),
    *,
    tolerance: int = 0,
    open_days: int = 14,
) -> BalanceSheet:
    """Return the mass balance of the log as a table, with the differences and their documents.

    Parameters
    ----------
    ctx
        An officer or an auditor.
    wanted
        Which balances. A product that is named is the only one that is read.
    tolerance
        Units that may be missing.
    open_days
        So long goods may be on their way.
    """
    ctx.require("officer", "auditor")
    with _opened_log(ctx, gtin=wanted.gtin) as computing:
        found = mass_balance(computing, tolerance=tolerance, open_days=open_days)
    by_lot = wanted.gtin is not None or wanted.lot is not None
    rows = _latest(_fitting(found.balances if by_lot else found.products, wanted))
    differences = _fitting(found.differences, wanted)
    return BalanceSheet(
        month=max((row["month"] for row in rows), default=None),
        totals={name: sum(row[name] for row in rows) for name in (*MEASURES, "stock")},
        row_count=len(rows),
        rows=tuple(
            BalanceRow(**{"lot": None, **row, "gtin": _gtin(row["gtin"])})
            for row in rows[:ROWS_SHOWN]
        ),
        difference_count=differences.num_rows,
        differences=_differences(differences),
    )


def participant_names(ctx: Context) -> dict[str, str]:
    """Return the names of participants by their ids, for who reads a balance."""
    ctx.require("officer", "auditor")
    with ctx.transaction() as tx:
        return {row.participant_id: row.name for row in participants.participants(tx, on=ctx.today)}


@contextmanager
def _opened_log(ctx: Context, *, gtin: str | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    coin = from_minor(1, ctx.pack.currency)
    number = int(gtin) if gtin else None
    with (
        ctx.transaction() as tx,
        event_log.opened_log(tx, coin=coin, gtin=number) as computing,
    ):
        yield computing


def _fitting(table: pa.Table, wanted: BalanceFilter) -> pa.Table:
    """Keep the rows that are asked for."""
    given = {
        "participant": wanted.participant,
        "gtin": int(wanted.gtin) if wanted.gtin else None,
        "lot": wanted.lot,
    }
    for column, value in given.items():
        if value is not None and column in table.column_names:
            table = table.filter(pc.equal(table[column], value))
    if wanted.month is not None:
        table = table.filter(pc.less_equal(table["month"], pa.scalar(wanted.month)))
    return table


def _latest(table: pa.Table) -> list[dict[str, Any]]:
    """Keep the last month of each balance: its sums are of all months before it too."""
    return list(
        {
            (row["participant"], row["gtin"], row.get("lot")): row for row in table.to_pylist()
        }.values()
    )


def _balanced(
    computing: duckdb.DuckDBPyConnection, tolerance: int, open_days: int, out: Path | None
) -> Balanced:
    found = mass_balance(computing, tolerance=tolerance, open_days=open_days)
    if out is not None:
        files.write_table(found.balances, out)
    return Balanced(
        balances=found.balances.num_rows,
        difference_count=found.differences.num_rows,
        file=None if out is None else str(out),
        differences=_differences(found.differences),
    )


def _differences(found: pa.Table) -> tuple[BalanceDifference, ...]:
    return tuple(
        BalanceDifference(
            **{**row, "gtin": _gtin(row["gtin"]), "documents": tuple(row["documents"])}
        )
        for row in found.slice(0, DIFFERENCES_SHOWN).to_pylist()
    )


def _gtin(number: int) -> str:
    return str(number).zfill(GTIN_DIGITS)
