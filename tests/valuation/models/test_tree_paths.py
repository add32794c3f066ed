"""Explanations along the path add up, and agree with a walk written out by hand."""

from concurrent.futures import ThreadPoolExecutor

import lightgbm
import numpy as np
import pytest

from kazyna.valuation.models.tree_paths import path_explainer

COLUMNS = 5


@pytest.fixture(scope="module")
def seen() -> np.ndarray:
    rows = np.random.default_rng(0).normal(size=(3000, COLUMNS))
    rows[::9, 1] = np.nan
    return rows


def trained(seen: np.ndarray, trees: int = 40, **parameters: object) -> lightgbm.Booster:
    target = np.nan_to_num(seen[:, 0] * seen[:, 1]) + np.sin(seen[:, 2])
    settings = {"num_leaves": 40, "verbose": -1, "seed": 1, "num_threads": 1}
    return lightgbm.train(settings | parameters, lightgbm.Dataset(seen, target), trees)


def walked(booster: lightgbm.Booster, row: np.ndarray) -> tuple[float, np.ndarray]:
    """Follow one row down every tree of LightGBM's own description."""
    added, base = np.zeros(COLUMNS), 0.0
    for tree in booster.dump_model()["tree_info"]:
        node = tree["tree_structure"]
        base += mean(node)
        while "split_feature" in node:
            value = row[node["split_feature"]]
            left = node["default_left"] if np.isnan(value) else value <= node["threshold"]
            child = node["left_child"] if left else node["right_child"]
            added[node["split_feature"]] += mean(child) - mean(node)
            node = child
    return base, added


def mean(node: dict) -> float:  # type: ignore[type-arg]  # LightGBM's own nested dictionary
    if "leaf_value" in node:
        return float(node["leaf_value"])
    sides = node["left_child"], node["right_child"]
    counts = [side.get("internal_count", side.get("leaf_count")) for side in sides]
    return float(sum(c * mean(s) for c, s in zip(counts, sides, strict=True)) / sum(counts))


def test_agrees_with_a_walk_by_hand(seen: np.ndarray) -> None:
    booster = trained(seen, trees=6)
    tables = path_explainer(booster, np.arange(COLUMNS))
    found = tables.contributions(seen[:20], COLUMNS)
    for row, parts in zip(seen[:20], found, strict=True):
        base, added = walked(booster, row)
        assert tables.base == pytest.approx(base)
        np.testing.assert_allclose(parts, added, atol=1e-9)


def test_base_and_contributions_add_up_to_the_prediction(seen: np.ndarray) -> None:
    booster = trained(seen)
    tables = path_explainer(booster, np.array([0, 0, 1, 2, 2]))
    found = tables.contributions(seen, 3)
    np.testing.assert_allclose(tables.base + found.sum(axis=1), booster.predict(seen), atol=1e-10)


def test_threads_explain_at_once(seen: np.ndarray) -> None:
    tables = path_explainer(trained(seen, trees=60), np.arange(COLUMNS))
    alone = tables.contributions(seen, COLUMNS)
    with ThreadPoolExecutor(4) as pool:
        for found in pool.map(lambda _: tables.contributions(seen, COLUMNS), range(12)):
            np.testing.assert_array_equal(found, alone)


def test_an_ensemble_that_never_split_is_its_base(seen: np.ndarray) -> None:
    booster = trained(seen, trees=3, min_data_in_leaf=5000)
    tables = path_explainer(booster, np.arange(COLUMNS))
    assert not tables.contributions(seen, COLUMNS).any()
    assert tables.base == pytest.approx(booster.predict(seen)[0])
