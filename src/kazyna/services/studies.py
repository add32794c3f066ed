"""Studies of files: a backtest, a valuation, a ratio study, a roll. No database."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class BacktestReport:
    """How the market model did on sales that it had not seen."""

    n_train: int
    n_test: int
    median_ratio: float
    cod: float
    prd: float
    prb: float
    mdape: float
    mape: float
    r2: float
    coverage_90: float
    fit_seconds: float
    value_seconds: float
    peak_mb: float


@dataclass(frozen=True)
class ValuedTable:
    """What a valuation of files wrote."""

    properties: int
    sales_used: int
    total_value: Decimal
    files: tuple[str, ...]
    fit_seconds: float
    value_seconds: float


@dataclass(frozen=True)
class ComputedRoll:
    """What a roll computed from a file wrote."""

    tax: str
    bills: int
    total: Decimal
    currency: str
    file: str
    seconds: float
