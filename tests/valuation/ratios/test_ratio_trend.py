"""Ratios over time: a drift that was planted is found."""

from datetime import date

import numpy as np
import pytest

from kazyna.valuation.ratios.ratio_trend import ratio_trend


def days(count: int) -> np.ndarray:
    return np.datetime64("2014-05-02") + np.arange(count)


def test_a_drift_of_one_percent_a_month_is_found() -> None:
    months = np.arange(360) / 30.4375
    found = ratio_trend(0.95 * 1.01**months, days(360))
    assert found is not None
    assert found.percent_a_month == pytest.approx(1.0)
    assert found.months[0].month == date(2014, 5, 1)
    assert [m.sales for m in found.months[:2]] == [30, 30]
    assert found.months[0].low == pytest.approx(found.months[0].median_ratio, rel=0.01)


def test_the_interval_holds_no_drift_where_there_is_none() -> None:
    held = 0
    for seed in range(200):
        ratios = np.exp(np.random.default_rng(seed).normal(0, 0.1, 100))
        found = ratio_trend(ratios, days(100))
        assert found is not None
        assert found.interval is not None
        held += found.interval.low <= 0 <= found.interval.high
    assert 181 <= held <= 198  # 95 % of 200, within three standard errors


def test_sales_of_one_day_have_no_trend_and_days_may_be_missing() -> None:
    assert ratio_trend(np.ones(9), np.repeat(np.datetime64("2014-05-02"), 9)) is None
    assert ratio_trend(np.ones(2), np.array(["NaT", "NaT"], dtype="datetime64[D]")) is None
    with_gap = days(10)
    with_gap[0] = np.datetime64("NaT")
    found = ratio_trend(np.ones(10), with_gap)
    assert found is not None
    assert found.months[0].sales == 9
