"""Evidence to values: the public names of the valuation engine."""

from kazyna.valuation.backtest import Accuracy, Backtest, assess, backtest
from kazyna.valuation.column_guess import guess_table_map
from kazyna.valuation.column_map import read_table_map
from kazyna.valuation.column_map_text import table_map_toml
from kazyna.valuation.columns import ColumnMap
from kazyna.valuation.holdout import Holdout, split
from kazyna.valuation.horizontal_equity import horizontal_equity, spatial_autocorrelation
from kazyna.valuation.mapping import MappedTable, apply_table_map
from kazyna.valuation.market_areas import MarketAreas, market_areas
from kazyna.valuation.market_model import IndexPoint, MarketModel, ModelSummary, fit
from kazyna.valuation.places import Layer, area_of, distance_features
from kazyna.valuation.profile import Profile, profile
from kazyna.valuation.ratio_standards import PROPERTY_KINDS
from kazyna.valuation.ratio_study import Estimate, RatioStudy, ratio_study
from kazyna.valuation.ratio_trend import ratio_trend
from kazyna.valuation.schemas import PROPERTIES, SALES, VALUES
from kazyna.valuation.table_map import TableMap
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
    "Layer",
    "MappedTable",
    "MarketAreas",
    "MarketModel",
    "ModelSummary",
    "Profile",
    "RatioStudy",
    "TableMap",
    "apply_table_map",
    "area_of",
    "assess",
    "backtest",
    "distance_features",
    "fit",
    "guess_table_map",
    "horizontal_equity",
    "market_areas",
    "profile",
    "ratio_study",
    "ratio_trend",
    "read_table_map",
    "spatial_autocorrelation",
    "split",
    "table_map_toml",
    "vertical_equity",
]
