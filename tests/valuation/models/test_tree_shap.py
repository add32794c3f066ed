"""The tables give LightGBM's own TreeSHAP."""

import lightgbm
import numpy as np
import pytest

from kazyna.valuation.models.tree_shap import explainer

RNG = np.random.default_rng(0)
COLUMNS = 6


def trained(*, missing: bool, trees: int = 60, **parameters: object) -> lightgbm.Booster:
    seen = RNG.normal(size=(2000, COLUMNS))
    seen[:, 5] = np.round(seen[:, 5])
    target = seen[:, 0] * seen[:, 1] + np.sin(seen[:, 2]) + seen[:, 5]
    if missing:
        seen[::7, 1] = np.nan
    settings = {"num_leaves": 8, "max_depth": 4, "objective": "fair", "verbose": -1, "seed": 1}
    return lightgbm.train(settings | parameters, lightgbm.Dataset(seen, target), trees)


def unseen() -> np.ndarray:
    rows = RNG.normal(size=(500, COLUMNS))
    rows[:, 5] = np.round(rows[:, 5])
    rows[::5, 1] = np.nan
    rows[::11, 3] = np.nan
    return rows


@pytest.mark.parametrize("missing", [False, True])
@pytest.mark.parametrize("leaves", [2, 3, 8, 11])
def test_agrees_with_lightgbm_to_the_last_digits(missing: bool, leaves: int) -> None:
    booster = trained(missing=missing, num_leaves=leaves, bagging_fraction=0.7, bagging_freq=1)
    rows = unseen()
    tables = explainer([booster], np.arange(COLUMNS))
    assert tables is not None
    walked = np.asarray(booster.predict(rows, pred_contrib=True))
    np.testing.assert_allclose(tables.contributions(rows, COLUMNS), walked[:, :-1], atol=1e-12)
    assert tables.base == pytest.approx(walked[0, -1], abs=1e-12)


def test_reasons_are_sums_over_their_columns() -> None:
    booster, rows = trained(missing=True), unseen()
    tables = explainer([booster], np.array([0, 0, 1, 2, 1, 2]))
    assert tables is not None
    walked = np.asarray(booster.predict(rows, pred_contrib=True))
    found = tables.contributions(rows, 3)
    for reason, columns in enumerate(([0, 1], [2, 4], [3, 5])):
        np.testing.assert_allclose(found[:, reason], walked[:, columns].sum(axis=1), atol=1e-12)


def test_contributions_and_base_add_up_to_the_prediction() -> None:
    booster, rows = trained(missing=False), unseen()
    tables = explainer([booster], np.zeros(COLUMNS, dtype=int))
    assert tables is not None
    summed = tables.base + tables.contributions(rows, 1)[:, 0]
    np.testing.assert_allclose(summed, booster.predict(rows), atol=1e-12)


def test_a_bag_is_explained_by_the_mean_of_its_ensembles() -> None:
    bag, rows = [trained(missing=True, bagging_seed=seed) for seed in (1, 2)], unseen()
    bag.append(trained(missing=False, num_leaves=3))
    tables = explainer(bag, np.arange(COLUMNS))
    assert tables is not None
    walked = np.mean([np.asarray(each.predict(rows, pred_contrib=True)) for each in bag], axis=0)
    np.testing.assert_allclose(tables.contributions(rows, COLUMNS), walked[:, :-1], atol=1e-12)
    assert tables.base == pytest.approx(walked[0, -1], abs=1e-12)


def test_an_ensemble_that_never_split_is_its_base() -> None:
    booster = trained(missing=False, trees=3, min_data_in_leaf=5000)
    tables = explainer([booster], np.arange(COLUMNS))
    assert tables is not None
    assert not tables.contributions(unseen(), COLUMNS).any()
    assert tables.base == pytest.approx(booster.predict(unseen())[0], abs=1e-12)


def test_trees_that_no_table_serves_are_left_to_their_paths() -> None:
    assert (
        explainer([trained(missing=False, num_leaves=31, max_depth=-1)], np.arange(COLUMNS)) is None
    )
    assert explainer([trained(missing=False, zero_as_missing=True)], np.arange(COLUMNS)) is None
