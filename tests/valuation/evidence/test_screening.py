"""What is left out, why, and that an analyst has the last word."""

from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kazyna.core.errors import InputError
from kazyna.core.text import LANGUAGES
from kazyna.valuation.columns import EPOCH, Floats, Properties, Sales, read_sales
from kazyna.valuation.evidence.screening import (
    Clues,
    Decision,
    Flag,
    Screening,
    declared_sales,
    screen,
)
from kazyna.valuation.evidence.screening_reasons import REASONS, WORDS, Suspicion
from kazyna.valuation.evidence.screening_rules import Limits, low_limit, robust_scores
from kazyna.valuation.quick_hedonic import quick_hedonic
from valuation.markets import COLUMNS, invented, replaced


def market(count: int, seed: int = 0) -> Sales:
    """Sales at odd prices near 100,000 over two years, each of another property."""
    random = np.random.default_rng(seed)
    return sold(
        [f"P{n}" for n in range(count)],
        np.exp(random.normal(11.5, 0.3, count)),
        random.integers(19_000, 19_700, count),
    )


def sold(ids: list[str], price: npt.ArrayLike, day: npt.ArrayLike) -> Sales:
    nowhere = np.full((len(ids), 2), np.nan)
    properties = Properties(np.array(ids, dtype=object), nowhere, pa.table({}))
    return Sales(properties, np.asarray(price, float), np.asarray(day, np.int64))


def with_prices(sales: Sales, rows: list[int], price: float | list[float]) -> Sales:
    changed = sales.price.copy()
    changed[rows] = price
    return sold(sales.properties.id.tolist(), changed, sales.day)


def normal(count: int, seed: int = 0) -> Floats:
    return np.random.default_rng(seed).normal(0, 0.1, count)


def reasons(found: Screening, row: int) -> set[str]:
    return {item.reason for item in found.suspicions if item.row == row}


def on(sales: Sales, row: int) -> tuple[str, date]:
    return sales.properties.id[row], EPOCH + timedelta(days=int(sales.day[row]))


@pytest.mark.parametrize("seed", range(5))
def test_a_clean_market_loses_hardly_a_sale(seed: int) -> None:
    sales = read_sales(invented(600, seed), COLUMNS, source="sales")
    quick = quick_hedonic(sales, seed=seed)
    found = screen(sales, clues=Clues((), quick.residual, quick.spread, quick.level))
    assert (~found.kept).mean() <= 0.005


@pytest.mark.parametrize("seed", range(3))
def test_heavy_tails_alone_cost_less_than_two_in_a_hundred(seed: int) -> None:
    residual = 0.1 * np.random.default_rng(seed).standard_t(4, 5000)
    found = screen(market(5000, seed), clues=Clues(residual=residual))
    assert (~found.kept).mean() < 0.02


def test_wrong_prices_are_found_from_the_table_alone() -> None:
    table = invented(600, 1)
    paid = np.array(table["paid"]).astype(float)
    low, high = [7, 70, 300], [11, 410]
    paid[low] *= 0.3
    paid[high] *= 10
    sales = read_sales(replaced(table, "paid", paid), COLUMNS, source="sales")
    quick = quick_hedonic(sales)
    found = screen(sales, clues=Clues((), quick.residual, quick.spread, quick.level))
    assert set(np.flatnonzero(~found.kept)) >= {*low, *high}
    assert (~found.kept).sum() <= len(low) + len(high) + 3
    assert all("outlier_low" in reasons(found, row) for row in low)
    assert all("outlier_high" in reasons(found, row) for row in high)


def test_the_lower_limit_comes_in_only_where_low_prices_outweigh() -> None:
    scores = np.random.default_rng(0).normal(size=10_000)
    assert low_limit(scores, Limits()) == Limits().low
    with_family = np.append(scores, np.linspace(-6, -3, 200))
    assert low_limit(with_family, Limits()) == Limits().low_from
    assert low_limit(-with_family, Limits()) == Limits().low


def test_a_thin_stratum_is_judged_mostly_by_the_whole() -> None:
    values = np.append(normal(1000), [0.5, 0.6, 0.7])
    stratum = np.array(["city"] * 1000 + ["hill"] * 3)
    alone, shared = robust_scores(values[-3:]), robust_scores(values, stratum)[-3:]
    assert abs(alone[1]) < 1e-6
    assert shared[1] > 4


def test_a_rich_stratum_is_judged_by_itself() -> None:
    values = np.append(normal(1000), normal(1000, 1) * 5 + 1)
    stratum = np.repeat(["plain", "mixed"], 1000)
    scores = robust_scores(values, stratum)
    assert abs(np.median(scores[1000:])) < 0.3
    assert np.std(scores[1000:]) == pytest.approx(np.std(scores[:1000]), rel=0.2)


def test_a_declared_sale_is_left_out_whatever_its_price() -> None:
    table = pa.table({"deed": ["Warranty", " FAMILY ", None, "auction"], "part": [0, 0, 1, 0]})
    flags = [Flag("deed", "family", ("family",)), Flag("deed", "forced", ("auction", "tax")),
             Flag("part", "part_interest", ("1",))]  # fmt: skip
    found = screen(market(4), clues=Clues(declared=declared_sales(table, flags)))
    assert found.kept.tolist() == [True, False, False, False]
    assert found.counts() == {"family": 1, "forced": 1, "part_interest": 1}


def test_a_flag_is_read_by_the_type_of_its_column() -> None:
    """A table map reads yes and no as truths, and 0.5 as a number."""
    table = pa.table(
        {"related": [True, False, None], "share": [1.0, 0.5, None], "parcels": [1, 3, None]}
    )
    flags = [Flag("related", "family", ("Yes",)), Flag("related", "family", ("нет",)),
             Flag("share", "part_interest", ("0.50", "half")),
             Flag("parcels", "multi_parcel", ("2", "3"))]  # fmt: skip
    found = [mask.tolist() for _, mask in declared_sales(table, flags)]
    assert found == [[True, False, False], *[[False, True, False]] * 3]


def test_flags_that_cannot_be_read_are_all_named() -> None:
    flags = [Flag("none", "family", ("x",)), Flag("deed", "outlier_low", ("x",))]
    with pytest.raises(InputError) as error:
        declared_sales(pa.table({"deed": ["x"]}), flags)
    assert [finding.column for finding in error.value.findings] == ["none", "deed"]


def test_one_deed_for_several_properties_is_one_deal() -> None:
    sales = sold(list("abcde"), [100, 100, 100, 100, 90], [1, 1, 1, 1, 1])
    deal = np.array(["d1", "d1", "", "", "d1"])
    found = screen(sales, clues=Clues(deal=deal))
    assert [reasons(found, row) & {"same_deed"} for row in range(5)] == [
        {"same_deed"}, {"same_deed"}, set(), set(), set(),
    ]  # fmt: skip


def several_at_once(residual_of_group: float) -> Screening:
    sales = market(2000)
    rows = [10, 20, 30]
    changed = sold(sales.properties.id.tolist(), sales.price, sales.day)
    changed.day[rows] = 19_100
    changed = with_prices(changed, rows, 412_345.0)
    residual = normal(2000)
    residual[rows] = residual_of_group
    return screen(changed, clues=Clues(residual=residual))


def test_an_odd_price_three_times_on_one_day_is_one_deal() -> None:
    found = several_at_once(np.log(3))
    assert all("same_day_and_price" in reasons(found, row) for row in (10, 20, 30))
    assert not found.kept[[10, 20, 30]].any()


def test_alike_flats_at_their_own_price_are_not_one_deal() -> None:
    assert several_at_once(0.0).kept[[10, 20, 30]].all()


def test_popular_round_prices_may_meet_on_one_day() -> None:
    random = np.random.default_rng(0)
    price = random.choice([100_000, 110_000, 120_000, 150_000], 2000)
    sales = sold([f"P{n}" for n in range(2000)], price, random.integers(0, 300, 2000))
    assert "same_day_and_price" not in screen(sales).counts()


def resold(change: float, days: int, residual: tuple[float, float]) -> Screening:
    sales = market(200)
    sales.properties.id[[0, 1]] = "twice"
    sales.day[[0, 1]] = [19_100, 19_100 + days]
    sales = with_prices(sales, [0, 1], [100_001.0, 100_001.0 * np.exp(change)])
    left_over = normal(200)
    left_over[:2] = residual
    level = np.asarray(0.0002 * (sales.day - 19_100), np.float64)
    return screen(sales, clues=Clues(residual=left_over, level=level))


def test_of_a_quick_re_sale_the_odder_sale_goes() -> None:
    found = resold(0.7, 90, (-0.3, 0.05))
    assert reasons(found, 0) == {"quick_resale"} or "quick_resale" in reasons(found, 0)
    assert found.kept[:2].tolist() == [False, True]
    assert resold(0.7, 90, (0.0, 0.35)).kept[:2].tolist() == [True, False]


def test_the_market_may_explain_a_re_sale() -> None:
    assert resold(0.07, 350, (0.0, 0.0)).kept[:2].all()
    assert resold(0.7, 400, (0.0, 0.0)).kept[:2].all()


def test_token_prices_are_left_out_even_without_residuals() -> None:
    sales = with_prices(market(300), [3, 4, 5], [1, 10, 100])
    found = screen(sales)
    assert np.flatnonzero(~found.kept).tolist() == [3, 4, 5]
    assert found.counts() == {"token_price": 3}


@pytest.mark.parametrize(("residual", "kept"), [(-0.4, False), (0.0, True)])
def test_a_heap_of_equal_prices_is_suspect_where_it_is_low(residual: float, kept: bool) -> None:
    sales = with_prices(market(2000), list(range(40)), 99_000)
    left_over = normal(2000)
    left_over[:40] += residual
    found = screen(sales, clues=Clues(residual=left_over))
    assert bool(found.kept[:40].all()) is kept
    assert found.kept[:40].any() is np.bool_(kept)


def test_a_price_per_area_alone_convicts_nobody() -> None:
    random = np.random.default_rng(0)
    sales = market(500)
    sales.properties.lonlat[:] = random.uniform(42, 42.1, (500, 2))
    size = sales.price / 1000 * np.exp(random.normal(0, 0.1, 500))
    size[0] /= 3
    alone = screen(sales, clues=Clues(size=size))
    assert reasons(alone, 0) == {"unit_price"}
    assert alone.kept[0]
    residual = normal(500)
    residual[0] = 0.4
    both = screen(sales, clues=Clues(size=size, residual=residual))
    assert reasons(both, 0) == {"unit_price", "outlier_high"}
    assert not both.kept[0]


def test_an_analyst_has_the_last_word() -> None:
    sales = with_prices(market(300), [3], [1])
    keep = Decision(*on(sales, 3), keep=True, note="seen the contract")
    drop = Decision(*on(sales, 8), keep=False, note="cousins")
    gone = Decision("unknown", date(2020, 1, 1), keep=False, note="elsewhere")
    found = screen(sales, decisions=[keep, drop, gone])
    assert found.kept[3]
    assert not found.kept[8]
    assert found.unused == (gone,)
    assert found.counts() == {"decision": 1}
    told = found.table().to_pylist()
    assert (told[3]["reason"], told[3]["note"]) == ("token_price", "seen the contract")
    assert "cousins" in told[8]["explanation"]


def test_two_decisions_must_agree() -> None:
    sales = market(5)
    one, other = (Decision(*on(sales, 0), keep=keep, note="") for keep in (True, False))
    with pytest.raises(InputError, match="both ways"):
        screen(sales, decisions=[one, other])


def test_what_is_kept_says_what_is_gone() -> None:
    sales = with_prices(market(300), [3, 4], [1, 10])
    drop = Decision(*on(sales, 8), keep=False, note="cousins")
    kept = screen(sales, decisions=[drop]).market()
    assert len(kept) == 297
    assert dict(kept.note) == {"token price": 2, "left out by an analyst": 1}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_has_words_with_its_numbers(language: str) -> None:
    numbers = dict.fromkeys(
        ("properties", "chance", "days", "ratio", "market", "share", "found", "expected",
         "score", "limit"), 0.5
    )  # fmt: skip
    for reason in REASONS:
        said = Suspicion(0, reason, 1.0, tuple(numbers.items())).words(language)  # type: ignore[arg-type]
        assert said
        assert "{" not in said
        assert said != WORDS[reason].en or language == "en"


@given(st.integers(2, 60), st.integers(0, 1000))
@settings(max_examples=40, deadline=None)
def test_the_order_of_the_sales_decides_nothing(count: int, seed: int) -> None:
    sales, residual = market(count, seed), normal(count, seed) ** 3
    order = np.random.default_rng(seed).permutation(count)
    one = screen(sales, clues=Clues(residual=residual))
    other = screen(sales.take(order), clues=Clues(residual=residual[order]))
    assert (one.kept[order] == other.kept).all()
    assert one.counts() == other.counts()


def test_no_sales_are_screened_to_no_sales() -> None:
    found = screen(sold([], [], []))
    assert found.table().num_rows == 0
    assert found.counts() == {}
