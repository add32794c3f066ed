"""Growing trees with LightGBM, and reading them from its text.

LightGBM takes seconds to import; only what grows or reads trees pays for it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from kazyna.valuation.columns import Floats, Ints

if TYPE_CHECKING:
    from lightgbm import Booster


WRITTEN = (
    "split_feature", "threshold", "decision_type", "left_child", "right_child", "internal_count",
    "leaf_value", "leaf_count",
)  # fmt: skip
"""What is read of each tree; every tree has a line of each, be it empty."""


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


def cut(booster: "Booster", size: int, *, first: int = 0) -> "Booster":
    """Keep so many trees of an ensemble, without what it was grown on."""
    import lightgbm  # noqa: PLC0415

    text = booster.model_to_string(num_iteration=size, start_iteration=first)
    return lightgbm.Booster(model_str=text)


def trees_of(booster: "Booster") -> list[Tree]:
    """Read the trees of an ensemble."""
    text = booster.model_to_string(num_iteration=-1).split("end of trees")[0]
    lines: dict[str, list[list[str]]] = {}
    for line in text[text.find("\nTree=") :].splitlines():
        name, _, numbers = line.partition("=")
        if name in WRITTEN:
            lines.setdefault(name, []).append(numbers.split())
    written = {name: _numbers(each) for name, each in lines.items()}
    trees = zip(*(written.get(name, []) for name in WRITTEN), strict=True)
    return [
        Tree(
            column=column.astype(np.int64),
            threshold=threshold,
            decision=decision.astype(np.int64),
            left=left.astype(np.int64),
            right=right.astype(np.int64),
            count=count,
            leaf_value=value,
            leaf_count=rows if rows.sum() > 0 else np.ones(len(value)),
        )
        for column, threshold, decision, left, right, count, value, rows in trees
    ]


def _numbers(lines: list[list[str]]) -> list[Floats]:
    """Read one line of every tree, all at once."""
    numbers = np.array(list(chain.from_iterable(lines)), dtype=np.float64)
    ends = np.cumsum([len(line) for line in lines]).tolist()
    return [numbers[end - len(line) : end] for line, end in zip(lines, ends, strict=True)]
