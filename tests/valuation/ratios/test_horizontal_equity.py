"""Clusters of like properties and Moran's I, against plain Python and planted faults."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kazyna.valuation.ratios.horizontal_equity import (
    horizontal_equity,
    nearest,
    spatial_autocorrelation,
)
from valuation.invented_ratios import Floats


def town(sales: int, seed: int = 0) -> tuple[Floats, Floats]:
    random = np.random.default_rng(seed)
    return 74.6 + 0.1 * random.random(sales), 42.8 + 0.1 * random.random(sales)


def test_like_properties_that_are_valued_alike_have_no_dispersion() -> None:
    lon, lat = town(640)
    found = horizontal_equity(np.full(640, 900.0), characteristics=[lon, lat])
    assert found is not None
    assert (found.chd, found.chd_90, found.properties) == (0, 0, 640)
    assert found.clusters == 32  # 640 halved five times is 20


def test_one_cluster_by_hand() -> None:
    # Median 1000, distances 100, 50, 0, 50, 100: COD 6.
    found = horizontal_equity(np.array([900.0, 950, 1000, 1050, 1100]), characteristics=[])
    assert found is not None
    assert found.chd == pytest.approx(6.0)
    assert found.worst[0].rows == (1, 2, 3, 4, 5)


def test_the_values_of_different_places_do_not_count_against_each_other() -> None:
    lon, lat = town(1000)
    per_m2 = np.where(lon < 74.65, 500.0, 1500.0)
    apart = horizontal_equity(per_m2, characteristics=[lon, lat])
    together = horizontal_equity(per_m2, characteristics=[np.zeros(1000)])
    assert apart is not None
    assert together is not None
    assert apart.chd == 0
    assert together.chd > 20


def test_keys_keep_kinds_apart_and_a_rare_kind_is_left_out() -> None:
    kind = ["flat"] * 50 + ["house"] * 50 + ["mill"] * 4
    per_m2 = np.array([1000.0] * 50 + [400.0] * 50 + [1.0, 10, 100, 1000])
    found = horizontal_equity(per_m2, characteristics=[np.arange(104.0)], keys=[kind])
    assert found is not None
    assert (found.chd, found.properties) == (0, 100)
    assert horizontal_equity(per_m2[:4], characteristics=[], keys=[kind[:4]]) is None


def test_the_worst_cluster_is_named_by_its_rows() -> None:
    lon, _lat = town(300)
    per_m2 = np.full(300, 800.0)
    bad = np.argsort(lon)[:12]
    per_m2[bad[::2]] = 1600.0
    found = horizontal_equity(per_m2, characteristics=[lon])
    assert found is not None
    assert {int(row) + 1 for row in bad} <= set(found.worst[0].rows)


def plain_moran(values: list[float], near: list[list[int]]) -> float:
    mean = sum(values) / len(values)
    off = [value - mean for value in values]
    shared = sum(off[i] * off[j] / len(js) for i, js in enumerate(near) for j in js)
    return shared / sum(each * each for each in off)


@given(st.integers(30, 60), st.integers(1, 6), st.integers(0, 1000))
@settings(max_examples=25, deadline=None)
def test_morans_i_is_what_its_definition_says(sales: int, k: int, seed: int) -> None:
    lon, lat = town(sales, seed)
    ratios = np.exp(np.random.default_rng(seed).normal(0, 0.2, sales))
    found = spatial_autocorrelation(ratios, lon, lat, neighbours=k)
    assert found is not None
    near = nearest(lon, lat, k).tolist()
    assert found.morans_i == pytest.approx(plain_moran(np.log(ratios).tolist(), near))
    assert found.expected == pytest.approx(-1 / (sales - 1))


def test_the_deviation_is_that_of_dealing_the_ratios_out_at_random() -> None:
    lon, lat = town(60)
    random = np.random.default_rng(5)
    ratios = np.exp(random.standard_t(4, 60) * 0.1)
    dealt = []
    for _ in range(4000):
        found = spatial_autocorrelation(random.permutation(ratios), lon, lat)
        assert found is not None
        dealt.append((found.morans_i, found.z))
    morans, zs = np.array(dealt).T
    assert morans.mean() == pytest.approx(-1 / 59, abs=0.005)
    assert zs.std() == pytest.approx(1.0, abs=0.05)


def test_errors_that_cluster_are_found_and_scattered_ones_are_not() -> None:
    lon, lat = town(2000)
    noise = np.random.default_rng(2).normal(0, 0.1, 2000)
    scattered = spatial_autocorrelation(np.exp(noise), lon, lat)
    clustered = spatial_autocorrelation(np.exp(noise + 0.1 * np.sin(80 * lon)), lon, lat)
    assert scattered is not None
    assert clustered is not None
    assert scattered.p_value > 0.01
    assert clustered.z > 10


def test_many_sales_in_one_building_are_each_others_neighbours() -> None:
    lon, lat = np.full(40, 74.6), np.full(40, 42.8)
    near = nearest(lon, lat, 5)
    assert near.shape == (40, 5)
    assert not (near == np.arange(40)[:, None]).any()


def test_sales_without_a_place_are_left_out_and_few_say_nothing() -> None:
    lon, lat = town(40)
    ratios = np.exp(np.random.default_rng(0).normal(0, 0.1, 40))
    lon[35:] = np.nan
    found = spatial_autocorrelation(ratios, lon, lat)
    assert found is not None
    assert found.sales == 35
    lon[20:] = np.nan
    assert spatial_autocorrelation(ratios, lon, lat) is None
    assert spatial_autocorrelation(np.full(50, 0.9), *town(50)) is None
