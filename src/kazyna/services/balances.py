"""Mass balances of marked goods, over files of events and over the log of the database."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from kazyna.marking.balance import mass_balance
from kazyna.marking.detection import EVENTS
from kazyna.services.context import Context
from kazyna.store import event_files, event_log, files

DIFFERENCES_SHOWN = 100


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
    with ctx.transaction() as tx, event_log.opened_log(tx) as computing:
        return _balanced(computing, tolerance, open_days, out)


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
        differences=tuple(
            BalanceDifference(
                difference=row["difference"],
                participant=row["participant"],
                gtin=str(row["gtin"]).zfill(14),
                lot=row["lot"],
                month=row["month"],
                units=row["units"],
                documents=tuple(row["documents"]),
            )
            for row in found.differences.slice(0, DIFFERENCES_SHOWN).to_pylist()
        ),
    )
