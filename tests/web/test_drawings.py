from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kazyna.core.text import Text
from kazyna.services import cadastre, rounds
from kazyna.services.cadastre import Comparable, Reason, Valuation
from kazyna.services.context import Installation
from kazyna.web import charts, drawings
from kazyna.web.language import Writer

WRITE = Writer("en", "USD")
LABEL = Text(en="Area", ru="Площадь", ky="Аянты")
AMOUNTS = st.lists(st.integers(-500_000, 500_000).map(Decimal), max_size=20)


def valuation(base: Decimal, amounts: list[Decimal]) -> Valuation:
    value = base + sum(amounts, Decimal(0))
    reasons = tuple(Reason("area", LABEL, None, amount) for amount in amounts)
    near = Comparable("1", date(2015, 1, 1), value, value * 2, 1.0, 0.5, None, None)
    low, high = value - 1000, value + 2000
    return Valuation(1, date(2015, 5, 31), value, low, high, None, base, reasons, (near,))


@given(base=st.integers(1, 10**7).map(Decimal), amounts=AMOUNTS)
def test_the_bars_of_a_value_join_from_its_base_to_the_value(
    base: Decimal, amounts: list[Decimal]
) -> None:
    rows = drawings.reasons(WRITE, valuation(base, amounts)).rows
    for before, after in pairwise(rows[:-1]):
        joint = after.start if after.kind == "rise" else after.start + after.width
        assert joint == pytest.approx(before.end, abs=1e-6)
    assert rows[-1].end == pytest.approx(rows[-2].end, abs=1e-6)
    assert rows[0].shown == WRITE.whole_money(base)
    assert len(rows) <= drawings.REASONS_SHOWN + 3


@given(value=st.integers(2000, 10**8).map(Decimal))
def test_a_value_lies_inside_what_is_drawn(value: Decimal) -> None:
    spread = drawings.spread(valuation(value, []))
    assert 0 < spread.low < spread.point < spread.high < 100
    assert all(0 < at < 100 for at in spread.evidence)


def test_the_gauges_tell_whether_the_standard_is_met(shared_demo: Installation) -> None:
    round_ = rounds.latest(shared_demo.context())
    assert round_ is not None
    for gauge in drawings.gauges(WRITE, round_.study):
        assert 0 <= gauge.whisker[0] <= gauge.point <= gauge.whisker[1] <= 100
        assert gauge.met == (gauge.range[0] <= gauge.point <= gauge.range[1])


def test_the_charts_draw_every_sale_of_the_study(shared_demo: Installation) -> None:
    ctx = shared_demo.context()
    round_ = rounds.latest(ctx)
    assert round_ is not None
    points = rounds.study_points(ctx, round_.round_id)
    ratios = charts.ratios(WRITE, points).specification["data"]["values"]
    assert sum(bar["sales"] for bar in ratios) == len(points) == round_.study.sales
    tenths = charts.deciles(WRITE, points).specification["data"]["values"]
    assert sum(tenth["sales"] for tenth in tenths) == len(points)
    assert [tenth["decile"] for tenth in tenths] == list(range(1, 11))


def test_a_study_without_sales_still_shows_the_price_index(shared_demo: Installation) -> None:
    round_ = rounds.latest(shared_demo.context())
    assert round_ is not None
    (only,) = charts.study(WRITE, round_, ())
    assert only.title == "Price index"


def test_the_value_of_a_real_house_is_told_without_remainder(
    shared_demo: Installation, property_id: str
) -> None:
    found = cadastre.find_property(shared_demo.context(), property_id).valuation
    assert found is not None
    assert found.base + sum(reason.amount for reason in found.reasons) == found.value
    assert drawings.reasons(WRITE, found).rows[-1].shown == WRITE.whole_money(found.value)
