"""Growing trees with LightGBM, and reading them from its text.

LightGBM takes seconds to import; only what grows or reads trees pays for it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from kazyna.valuation.columns import Floats, Ints

if TYPE_CHECKING:
    from lightgbm import Booster


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


def grown(
    columns: Floats, target: Floats, parameters: Mapping[str, object], rounds: int
) -> "Booster":
    """Grow an ensemble of so many trees."""
    import lightgbm  # noqa: PLC0415

    data = lightgbm.Dataset(np.ascontiguousarray(columns), target)
    return lightgbm.train(dict(parameters), data, rounds)


def grown_until(
    columns: Floats,
    target: Floats,
    parameters: Mapping[str, object],
    rounds: int,
    *,
    held: npt.NDArray[np.bool_],
    patience: int,
) -> tuple["Booster", int]:
    """Grow on the rows that are not held out, until those held out are predicted no better.

    Returns
    -------
    All trees that were grown, and with how many of them the rows held out are predicted best.
    """
    import lightgbm  # noqa: PLC0415

    data = lightgbm.Dataset(np.ascontiguousarray(columns[~held]), target[~held])
    test = lightgbm.Dataset(np.ascontiguousarray(columns[held]), target[held], reference=data)
    stop = lightgbm.early_stopping(patience, verbose=False)
    booster = lightgbm.train(dict(parameters), data, rounds, valid_sets=[test], callbacks=[stop])
    return cut(booster, booster.current_iteration()), booster.best_iteration


def cut(booster: "Booster", size: int) -> "Booster":
    """Keep the first trees of an ensemble, without what it was grown on."""
    import lightgbm  # noqa: PLC0415

    return lightgbm.Booster(model_str=booster.model_to_string(num_iteration=size))


def trees_of(booster: "Booster") -> list[Tree]:
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
