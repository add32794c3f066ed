"""How well the model would have valued sales that it had not seen."""

from dataclasses import dataclass, fields

import numpy as np
import pyarrow as pa

from kazyna.core.errors import Finding, InputError
from kazyna.core.progress import Progress, silent
from kazyna.core.table import as_arrow
from kazyna.valuation.columns import EPOCH, ColumnMap, Floats, read_sales
from kazyna.valuation.evidence.screening import Screened
from kazyna.valuation.holdout import Holdout, split
from kazyna.valuation.market_model import MarketModel, fit
from kazyna.valuation.ratios.ratio_study import statistics
from kazyna.valuation.values import predicted

PERCENT = 100


@dataclass(frozen=True)
class Accuracy:
    """How near values came to prices; cod, mdape, mape and coverage_90 are in percent."""

    n_test: int
    median_ratio: float
    cod: float
    prd: float
    prb: float
    mdape: float
    mape: float
    r2: float
    coverage_90: float


@dataclass(frozen=True)
class Backtest(Accuracy):
    """The accuracy on the sales held out, and every prediction behind it."""

    n_train: int
    """Sales learnt from; with folds, their mean."""
    notes: tuple[str, ...]
    """What the models left out and did without, each once; what one fold alone did as well."""
    predictions: pa.Table
    """`id`, `date`, `price`, `value`, `low`, `high`; one row for each sale held out."""


def backtest(
    sales: object,
    *,
    columns: ColumnMap,
    holdout: Holdout,
    screened: Screened = False,
    seed: int = 0,
    progress: Progress = silent,
    source: str = "sales",
) -> Backtest:
    """Set sales aside, fit on the others, and value those set aside on the day of their sale.

    Values after the last sale learnt from use the price index as carried on; nothing of the
    sales set aside is seen, not even the level of their prices. `progress` is told of the steps
    `fit` and `value` of each round before they begin, with the round, and at the end of each.

    Parameters
    ----------
    sales
        Any table that speaks Arrow.
    columns
        The caller's column names.
    holdout
        What is set aside.
    screened
        Whether the sales learnt from are screened, or an analyst's decisions by which they are;
        those set aside never are.
    seed
        Decides the split and the fit.

    Returns
    -------
    Backtest

    Raises
    ------
    InputError
        When the table is wrong or cannot be split.
    """
    pairs = split(sales, columns=columns, holdout=holdout, seed=seed, source=source)
    tables = []
    notes: dict[str, None] = {}
    for done, (train, test) in enumerate(pairs):
        progress("fit", done, len(pairs))
        model = fit_before(train, columns=columns, screened=screened, seed=seed, source=source)
        progress("fit", done + 1, len(pairs))
        notes |= dict.fromkeys(model.notes())
        progress("value", done, len(pairs))
        tables.append(value_sales(model, test, source=source))
        progress("value", done + 1, len(pairs))
    predictions = pa.concat_tables(tables)
    found = assess(predictions)
    n_train = round(float(np.mean([train.num_rows for train, _ in pairs])))
    return Backtest(
        **{field.name: getattr(found, field.name) for field in fields(Accuracy)},
        n_train=n_train,
        notes=tuple(notes),
        predictions=predictions,
    )


def fit_before(
    train: object,
    *,
    columns: ColumnMap,
    screened: Screened = False,
    seed: int = 0,
    source: str = "sales",
) -> MarketModel:
    """Fit a model as of the last sale of a training table."""
    last = int(read_sales(train, columns, source=source).day.max())
    as_of = EPOCH + np.timedelta64(last, "D").item()
    return fit(train, columns=columns, as_of=as_of, screened=screened, seed=seed, source=source)


def value_sales(model: MarketModel, test: object, *, source: str = "sales") -> pa.Table:
    """Value sales that were held out, each on its own day.

    Returns
    -------
    pyarrow.Table
        `id`, `date`, `price`, `value`, `low`, `high`; amounts as floats, for statistics only.
    """
    read = read_sales(as_arrow(test), model.columns, source=source)
    value, low, high = predicted(model, read.properties, read.day, source=source)
    return pa.table(
        {
            "id": pa.array(read.properties.id, pa.string()),
            "date": pa.array(read.day.astype(np.int32)).cast(pa.date32()),
            "price": read.price,
            "value": value,
            "low": low,
            "high": high,
        }
    )


def assess(predictions: object) -> Accuracy:
    """Measure predictions against prices.

    Parameters
    ----------
    predictions
        A table with `price`, `value`, `low` and `high`, all positive.

    Returns
    -------
    Accuracy
        `mdape` and `mape` are the median and mean of |value / price - 1|, `r2` is one less the
        squared error over the variance of prices, `coverage_90` the share of prices within low
        and high.

    Raises
    ------
    InputError
        When the table is empty.
    """
    table = as_arrow(predictions)
    if table.num_rows == 0:
        raise InputError(Finding("predictions", "the table has no rows", "at least one row"))
    price, value, low, high = (_floats(table, name) for name in ("price", "value", "low", "high"))
    found = statistics(value, price)
    error = np.abs(value / price - 1)
    variation = float(((price - price.mean()) ** 2).sum())
    return Accuracy(
        n_test=len(price),
        median_ratio=found.median_ratio,
        cod=found.cod,
        prd=found.prd,
        prb=found.prb,
        mdape=PERCENT * float(np.median(error)),
        mape=PERCENT * float(error.mean()),
        r2=1 - float(((value - price) ** 2).sum()) / variation if variation > 0 else 0.0,
        coverage_90=PERCENT * float(((low <= price) & (price <= high)).mean()),
    )


def _floats(table: pa.Table, name: str) -> Floats:
    return np.asarray(table[name].cast(pa.float64()).to_numpy(), dtype=np.float64)
