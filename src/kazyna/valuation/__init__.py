"""Evidence to values: the public names of the valuation engine."""

from kazyna.valuation.backtest import Accuracy, Backtest, assess, backtest
from kazyna.valuation.columns import ColumnMap
from kazyna.valuation.holdout import Holdout, split
from kazyna.valuation.market_model import IndexPoint, MarketModel, ModelSummary, fit
from kazyna.valuation.ratio_study import Estimate, RatioStudy, ratio_study
from kazyna.valuation.schemas import PROPERTIES, SALES, VALUES

__all__ = [
    "PROPERTIES",
    "SALES",
    "VALUES",
    "Accuracy",
    "Backtest",
    "ColumnMap",
    "Estimate",
    "Holdout",
    "IndexPoint",
    "MarketModel",
    "ModelSummary",
    "RatioStudy",
    "assess",
    "backtest",
    "fit",
    "ratio_study",
    "split",
]
