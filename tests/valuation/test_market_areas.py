"""Market areas found from the sales themselves."""

import numpy as np
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from kazyna.valuation.columns import Floats
from kazyna.valuation.market_areas import market_areas

RNG = np.random.default_rng(3)
LONLAT = np.column_stack([74.5 + RNG.random(2000) * 0.2, 42.8 + RNG.random(2000) * 0.15])
LEVELS = np.array([0.4, 0.1, -0.1, -0.4])
QUARTER = (LONLAT[:, 0] > 74.6) + 2 * (LONLAT[:, 1] > 42.875)
RESIDUAL: Floats = LEVELS[QUARTER] + RNG.normal(0, 0.1, 2000)


def test_parts_of_a_city_are_found_again() -> None:
    areas = market_areas(LONLAT, RESIDUAL, count=4)
    assert areas is not None
    labels = areas.label(LONLAT)
    assert (labels == QUARTER).mean() > 0.95
    np.testing.assert_allclose(areas.level, LEVELS, atol=0.05)
    assert sum(areas.sales) == 2000


def test_every_area_hangs_together_and_has_its_sales() -> None:
    areas = market_areas(LONLAT, RESIDUAL, count=12, sales_min=60)
    assert areas is not None
    assert min(areas.sales) >= 60
    assert 4 <= len(areas.sales) <= 12
    labels = areas.label(LONLAT)
    for area in range(len(areas.sales)):
        own = LONLAT[labels == area]
        pairs = cKDTree(own).sparse_distance_matrix(cKDTree(own), 0.02)
        assert connected_components(pairs)[0] == 1


def test_the_same_sales_give_the_same_areas() -> None:
    first, second = (market_areas(LONLAT, RESIDUAL, count=8) for _ in range(2))
    assert first is not None
    assert second is not None
    np.testing.assert_array_equal(first.label(LONLAT), second.label(LONLAT))


def test_places_and_sales_that_are_missing_do_no_harm() -> None:
    lonlat, residual = LONLAT.copy(), RESIDUAL.copy()
    lonlat[0], residual[1] = np.nan, np.nan
    areas = market_areas(lonlat, residual, count=4)
    assert areas is not None
    assert sum(areas.sales) == 1998
    assert areas.label(np.array([[np.nan, 42.8], [74.5, 42.8]])).tolist() == [-1, 0]


def test_too_few_sales_make_no_areas() -> None:
    assert market_areas(LONLAT[:50], RESIDUAL[:50], count=4) is None
    assert market_areas(LONLAT, RESIDUAL, count=1) is None
    one_place = np.repeat(LONLAT[:1], 500, axis=0)
    assert market_areas(one_place, RESIDUAL[:500], count=4) is None
    in_line = np.column_stack([np.linspace(74, 75, 500), np.full(500, 42.0)])
    found = market_areas(in_line, np.where(in_line[:, 0] > 74.5, 0.5, -0.5), count=2)
    assert found is not None
    assert found.sales == (250, 250)
