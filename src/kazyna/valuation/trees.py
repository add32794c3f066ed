"""The trees of a LightGBM ensemble, read from its text."""

import re
from dataclasses import dataclass

import lightgbm
import numpy as np

from kazyna.valuation.columns import Floats, Ints


@dataclass(frozen=True)
class Tree:
    """One tree as LightGBM writes it; a child below zero is the leaf `-child - 1`."""

    column: Ints
    threshold: Floats
    decision: Ints
    left: Ints
    right: Ints
    count: Floats
    """Training rows at each split."""
    leaf_value: Floats
    leaf_count: Floats


def trees_of(booster: lightgbm.Booster) -> list[Tree]:
    """Read the trees of an ensemble."""
    text = booster.model_to_string(num_iteration=-1)
    return [_tree(block) for block in text.split("end of trees")[0].split("\nTree=")[1:]]


def _tree(block: str) -> Tree:
    """Read one tree from the text of a model."""

    def numbers(name: str) -> Floats:
        found = re.search(rf"^{name}=(.*)$", block, re.MULTILINE)
        return np.array(found[1].split() if found else [], dtype=np.float64)

    def integers(name: str) -> Ints:
        return np.asarray(numbers(name), dtype=np.int64)

    leaf_value = numbers("leaf_value")
    leaf_count = numbers("leaf_count")
    return Tree(
        column=integers("split_feature"),
        threshold=numbers("threshold"),
        decision=integers("decision_type"),
        left=integers("left_child"),
        right=integers("right_child"),
        count=numbers("internal_count"),
        leaf_value=leaf_value,
        leaf_count=leaf_count if leaf_count.sum() > 0 else np.ones(len(leaf_value)),
    )
