"""Which sales a model may learn from and which it is tested on."""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import pyarrow as pa

from kazyna.core.errors import Finding, InputError
from kazyna.core.table import as_arrow
from kazyna.valuation.columns import EPOCH, ColumnMap, Ints, Sales, read_sales
from kazyna.valuation.evidence.stray_days import stray_days

Kind = Literal["time", "random", "cv"]
EXAMPLES = "time:0.2 (the latest fifth), random:0.2 (any fifth) or cv:5 (five folds)"
FOLDS_MIN, FOLDS_MAX = 2, 50


@dataclass(frozen=True)
class Holdout:
    """How to set sales aside: the latest share, a random share, or folds in turn."""

    kind: Kind
    size: float
    """A share between 0 and 1; for `cv` the number of folds."""

    @classmethod
    def parse(cls, text: str) -> "Holdout":
        """Read `time:0.2`, `random:0.2` or `cv:5`; anything else raises InputError."""
        kind, _, size = text.partition(":")
        try:
            number = float(size)
        except ValueError:
            number = float("nan")
        if kind == "cv":
            good = number.is_integer() and FOLDS_MIN <= number <= FOLDS_MAX
        else:
            good = kind in get_args(Kind) and 0 < number < 1
        if not good:
            raise InputError(Finding("holdout", f"{text!r} cannot be read", EXAMPLES))
        return cls(kind, number)  # type: ignore[arg-type]

    def __str__(self) -> str:
        return f"{self.kind}:{self.size:g}"


def split(
    sales: object, *, columns: ColumnMap, holdout: Holdout, seed: int = 0, source: str = "sales"
) -> list[tuple[pa.Table, pa.Table]]:
    """Split sales into pairs of a training and a test table.

    A property is never on both sides of a random split, however often it was sold; days are
    never on both sides of a split by time.

    Parameters
    ----------
    sales
        Any table that speaks Arrow.
    columns
        The caller's column names.
    holdout
        `time` and `random` give one pair, `cv` one for each fold.
    seed
        Decides a random split.

    Returns
    -------
    list of (train, test)

    Raises
    ------
    InputError
        When the table is wrong, or one side would be empty.
    """
    table = as_arrow(sales)
    read = read_sales(table, columns, source=source)
    _none_astray(read, columns, source)
    tests = [_latest(read, holdout.size)] if holdout.kind == "time" else _drawn(read, holdout, seed)
    for test in tests:
        if test.all() or not test.any():
            raise InputError(
                Finding(
                    source,
                    f"sales: {len(read)}; split by {holdout}, one side is empty",
                    "sales of more properties and days, or another hold-out such as random:0.2",
                )
            )
    return [(table.filter(pa.array(~test)), table.filter(pa.array(test))) for test in tests]


def _none_astray(sales: Sales, columns: ColumnMap, source: str) -> None:
    """Refuse days on which no model could be tested, such as one far in the future."""
    findings = [
        Finding(
            source,
            f"{EPOCH + np.timedelta64(int(sales.day[row]), 'D').item()} is years away from all"
            " other sales",
            "the day of the sale",
            row=int(row) + 1,
            column=columns.date,
        )
        for row in np.flatnonzero(stray_days(sales.day))
    ]
    if findings:
        raise InputError(findings)


def _latest(sales: Sales, share: float) -> np.ndarray:
    ordered = np.sort(sales.day)
    cut = ordered[min(int(len(ordered) * (1 - share)), len(ordered) - 1)]
    return np.asarray(sales.day >= cut)


def _drawn(sales: Sales, holdout: Holdout, seed: int) -> list[np.ndarray]:
    folds = 2 if holdout.kind == "random" else int(holdout.size)
    shares = np.full(folds, 1 / folds) if holdout.kind == "cv" else [holdout.size, 1 - holdout.size]
    fold = fold_of(sales, shares=np.asarray(shares), seed=seed)
    return [fold == k for k in range(folds if holdout.kind == "cv" else 1)]


def fold_of(sales: Sales, *, shares: np.ndarray, seed: int) -> Ints:
    """Draw a fold for every sale, one for all sales of a property, in the given shares."""
    properties, owner = np.unique(sales.properties.id.astype(str), return_inverse=True)
    order = np.random.default_rng(seed).permutation(len(properties))
    ends = np.round(np.cumsum(shares) * len(properties)).astype(int)
    fold = np.searchsorted(ends, order, side="right").clip(max=len(shares) - 1)
    return np.asarray(fold[owner], dtype=np.int64)
