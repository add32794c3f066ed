"""Evidence to values: the public names of the valuation engine."""

from kazyna.valuation.backtest import Accuracy, Backtest, assess, backtest
from kazyna.valuation.columns import ColumnMap
from kazyna.valuation.holdout import Holdout, split
from kazyna.valuation.horizontal_equity import horizontal_equity, spatial_autocorrelation
from kazyna.valuation.market_model import IndexPoint, MarketModel, ModelSummary, fit
from kazyna.valuation.ratio_standards import PROPERTY_KINDS
from kazyna.valuation.ratio_study import Estimate, RatioStudy, ratio_study
from kazyna.valuation.ratio_trend import ratio_trend
from kazyna.valuation.schemas import PROPERTIES, SALES, VALUES
from kazyna.valuation.vertical_equity import vertical_equity

__all__ = [
    "PROPERTIES",
    "PROPERTY_KINDS",
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
    "horizontal_equity",
    "ratio_study",
    "ratio_trend",
    "spatial_autocorrelation",
    "split",
    "vertical_equity",
]
