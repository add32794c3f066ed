"""What the law gives up: every case at the law, and without each of its departures.

The method of revenue forgone: the same cases, computed once more as if a relief were not there, and
nobody behaving otherwise for it.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pyarrow as pa

from kazyna.tax.reform import Reform, reformed
from kazyna.tax.roll import run_roll
from kazyna.tax.rule import AMOUNT, RuleSet

TOGETHER = "together"
"""The column of all departures gone at once: what each costs does not add up where they meet."""


def amounts_without(
    rules: RuleSet, departures: Mapping[str, Reform], table: Any, *, on: date, id_column: str
) -> pa.Table:
    """Compute every case by the law, without each departure, and without all of them.

    Parameters
    ----------
    rules
        The rules of one tax.
    departures
        By name, the overlay that makes the tax ordinary.
    table, on, id_column
        As `run_roll` takes them.

    Returns
    -------
    pyarrow.Table
        `id_column`, `amount` by the law, a column for each departure and `together`.

    Raises
    ------
    InputError, PackError
        As `run_roll` and `reformed` do.

    References
    ----------
    OECD (2010), Tax Expenditures in OECD Countries: revenue forgone.
    """
    all_gone = Reform(
        TOGETHER,
        {name: new for each in departures.values() for name, new in each.values.items()},
        {name: rows for each in departures.values() for name, rows in each.rows.items()},
    )
    law = run_roll(rules, table, on=on, id_column=id_column)
    found = law.select([id_column, AMOUNT])
    for name, departure in {**departures, TOGETHER: all_gone}.items():
        without = run_roll(reformed(rules, departure), table, on=on, id_column=id_column)
        found = found.append_column(name, without[AMOUNT])
    return found
