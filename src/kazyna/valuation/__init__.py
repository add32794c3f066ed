"""Evidence to values: the public names of the valuation engine."""

from kazyna.valuation.adjustment_grid import AdjustmentGrid, adjustment_grids
from kazyna.valuation.backtest import Accuracy, Backtest, assess, backtest
from kazyna.valuation.columns import ColumnMap
from kazyna.valuation.evidence.column_guess import guess_table_map
from kazyna.valuation.evidence.column_map import read_table_map
from kazyna.valuation.evidence.column_map_text import table_map_toml
from kazyna.valuation.evidence.mapping import MappedTable, apply_table_map
from kazyna.valuation.evidence.places import Layer, area_of, distance_features
from kazyna.valuation.evidence.profile import Profile, profile
from kazyna.valuation.evidence.screening import (
    Clues,
    Decision,
    Flag,
    Screening,
    declared_sales,
    screen,
)
from kazyna.valuation.evidence.screening_rules import Limits
from kazyna.valuation.evidence.table_map import TableMap
from kazyna.valuation.holdout import Holdout, split
from kazyna.valuation.indices.repeat_sales import RepeatSales, combined_index, repeat_sales_index
from kazyna.valuation.indices.strata_index import IndexPoint, StrataIndex, StratumIndex
from kazyna.valuation.land_and_cost.cost import (
    Building,
    Calibration,
    CostFactor,
    CostTables,
    CostValue,
    UnitCost,
    calibrate_cost,
    depreciated_cost,
    physical_depreciation,
    value_by_cost,
)
from kazyna.valuation.land_and_cost.land import LandModel, Split, fit_land, split_value
from kazyna.valuation.market_areas import MarketAreas, market_areas
from kazyna.valuation.market_model import MarketModel, fit
from kazyna.valuation.quick_hedonic import QuickHedonic, quick_hedonic
from kazyna.valuation.ratios.horizontal_equity import horizontal_equity, spatial_autocorrelation
from kazyna.valuation.ratios.ratio_standards import PROPERTY_KINDS
from kazyna.valuation.ratios.ratio_study import Estimate, RatioStudy, ratio_study
from kazyna.valuation.ratios.ratio_trend import ratio_trend
from kazyna.valuation.ratios.vertical_equity import vertical_equity
from kazyna.valuation.schemas import PROPERTIES, SALES, VALUES
from kazyna.valuation.spark import value_on_spark
from kazyna.valuation.summary import ModelSummary

__all__ = [
    "PROPERTIES",
    "PROPERTY_KINDS",
    "SALES",
    "VALUES",
    "Accuracy",
    "AdjustmentGrid",
    "Backtest",
    "Building",
    "Calibration",
    "Clues",
    "ColumnMap",
    "CostFactor",
    "CostTables",
    "CostValue",
    "Decision",
    "Estimate",
    "Flag",
    "Holdout",
    "IndexPoint",
    "LandModel",
    "Layer",
    "Limits",
    "MappedTable",
    "MarketAreas",
    "MarketModel",
    "ModelSummary",
    "Profile",
    "QuickHedonic",
    "RatioStudy",
    "RepeatSales",
    "Screening",
    "Split",
    "StrataIndex",
    "StratumIndex",
    "TableMap",
    "UnitCost",
    "adjustment_grids",
    "apply_table_map",
    "area_of",
    "assess",
    "backtest",
    "calibrate_cost",
    "combined_index",
    "declared_sales",
    "depreciated_cost",
    "distance_features",
    "fit",
    "fit_land",
    "guess_table_map",
    "horizontal_equity",
    "market_areas",
    "physical_depreciation",
    "profile",
    "quick_hedonic",
    "ratio_study",
    "ratio_trend",
    "read_table_map",
    "repeat_sales_index",
    "screen",
    "spatial_autocorrelation",
    "split",
    "split_value",
    "table_map_toml",
    "value_by_cost",
    "value_on_spark",
    "vertical_equity",
]
