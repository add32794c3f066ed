"""Ensembles of trees as bags: what they predict together and how they explain it."""

import numpy as np
import pytest

from kazyna.valuation.models.boosting import DEEP, PARAMETERS, View
from kazyna.valuation.models.trees import grown


@pytest.mark.parametrize("twins", [1, 3])
def test_a_bag_of_deep_trees_explains_what_it_predicts(twins: int) -> None:
    random = np.random.default_rng(0)
    seen = random.normal(size=(400, 5))
    target = seen[:, 0] + np.sin(2 * seen[:, 1]) + 0.1 * random.normal(size=400)
    boosters = tuple(
        grown(seen, target, PARAMETERS | DEEP | {"seed": seed}, 20) for seed in range(twins)
    )
    view = View(columns=5, characteristics=3, boosters=boosters)
    base, parts = view.contributions(seen)
    each = [np.asarray(booster.predict(seen)) for booster in boosters]
    np.testing.assert_allclose(view.predict(seen), np.mean(each, axis=0))
    np.testing.assert_allclose(base + parts.sum(axis=1), view.predict(seen), atol=1e-9)
    assert parts.shape == (400, 4)
