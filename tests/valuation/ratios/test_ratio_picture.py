"""What the plots show: every sale counted once, the line with the slope of PRB."""

import numpy as np
import pytest

from kazyna.valuation.ratios.clusters import clusters
from kazyna.valuation.ratios.ratio_picture import ratio_picture
from kazyna.valuation.ratios.ratio_statistics import statistics
from valuation.invented_ratios import market


def test_every_sale_is_counted_once_however_far_out() -> None:
    estimate, price = market(500)
    estimate[0], estimate[1] = price[0] * 50, price[1] / 50
    picture = ratio_picture(estimate, price)
    assert sum(bar.sales for bar in picture.bars) == 500
    assert picture.bars[0].sales >= 1
    assert picture.bars[-1].sales >= 1
    assert picture.places == ()


def test_the_line_rises_by_prb_whenever_the_value_doubles() -> None:
    estimate, price = market(3000, slope=0.9)
    found = statistics(estimate, price)
    first, last = ratio_picture(estimate, price).line
    rise = (last.ratio - first.ratio) / np.log2(last.value / first.value)
    assert rise / found.median_ratio == pytest.approx(found.prb)
    assert 1000 <= len(ratio_picture(estimate, price).dots) <= 2000


def test_a_place_has_the_median_of_its_sales() -> None:
    price = np.full(40, 100.0)
    lon = np.repeat([74.0, 75.0], 20)
    lat = np.full(40, 42.0)
    lat[0] = np.nan
    places = ratio_picture(np.repeat([90.0, 110.0], 20), price, lon=lon, lat=lat).places
    west, east = sorted(places, key=lambda place: place.lon)
    assert (west.median_ratio, east.median_ratio) == (0.9, 1.1)
    assert west.sales + east.sales == 39


def test_clusters_hold_every_row_once_and_are_neither_large_nor_small() -> None:
    random = np.random.default_rng(3)
    found = clusters(1000, [random.random(1000), random.random(1000)], size_max=30)
    assert sorted(np.concatenate(found).tolist()) == list(range(1000))
    assert {15 <= len(rows) <= 30 for rows in found} == {True}


def test_rows_that_are_the_same_stay_together() -> None:
    assert [len(rows) for rows in clusters(100, [np.ones(100)], size_max=30)] == [100]
    assert [len(rows) for rows in clusters(100, [], size_max=30)] == [100]
    two = clusters(100, [], keys=[["a", "b"] * 50, ["x"] * 100], size_max=30)
    assert sorted(map(len, two)) == [50, 50]
