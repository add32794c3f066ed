"""Fraud in the movements of marked goods: one file a rule, over tables of events in DuckDB."""

from kazyna.marking.detection.detect import detect, evidence_of, find, prepare
from kazyna.marking.detection.duplicate_sale import DUPLICATE_SALE
from kazyna.marking.detection.empty_package_shipped import EMPTY_PACKAGE_SHIPPED
from kazyna.marking.detection.events import (
    ALERTS,
    EVENTS,
    MINIMUM_PRICES,
    unit_number,
    unit_text,
)
from kazyna.marking.detection.impossible_speed import IMPOSSIBLE_SPEED
from kazyna.marking.detection.price_out_of_bounds import PRICE_OUT_OF_BOUNDS
from kazyna.marking.detection.rule import Limit, Rule
from kazyna.marking.detection.sale_after_expiry import SALE_AFTER_EXPIRY
from kazyna.marking.detection.sale_after_recall import SALE_AFTER_RECALL
from kazyna.marking.detection.sale_after_withdrawal import SALE_AFTER_WITHDRAWAL
from kazyna.marking.detection.sale_before_introduction import SALE_BEFORE_INTRODUCTION
from kazyna.marking.detection.scan_burst import SCAN_BURST
from kazyna.marking.detection.scoring import Score, score
from kazyna.marking.detection.serial_guessing import SERIAL_GUESSING
from kazyna.marking.detection.two_parents import TWO_PARENTS
from kazyna.marking.detection.uncommissioned_child import UNCOMMISSIONED_CHILD
from kazyna.marking.detection.wrong_owner import WRONG_OWNER

__all__ = [
    "ALERTS",
    "EVENTS",
    "MINIMUM_PRICES",
    "RULES",
    "Limit",
    "Rule",
    "Score",
    "detect",
    "evidence_of",
    "find",
    "prepare",
    "score",
    "unit_number",
    "unit_text",
]

RULES: tuple[Rule, ...] = (
    SALE_AFTER_RECALL,
    DUPLICATE_SALE,
    SALE_BEFORE_INTRODUCTION,
    SALE_AFTER_WITHDRAWAL,
    IMPOSSIBLE_SPEED,
    SCAN_BURST,
    SERIAL_GUESSING,
    UNCOMMISSIONED_CHILD,
    WRONG_OWNER,
    SALE_AFTER_EXPIRY,
    TWO_PARENTS,
    EMPTY_PACKAGE_SHIPPED,
    PRICE_OUT_OF_BOUNDS,
)
"""Every rule; to add one, write its file and name it here."""
