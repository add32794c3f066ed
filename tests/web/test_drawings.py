from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kazyna.core.text import Text
from kazyna.services import cadastre, round_studies, rounds
from kazyna.services.cadastre import Reason, Valuation
from kazyna.services.comparables import Comparable
from kazyna.services.context import Installation
from kazyna.web import charts, drawings, ratio_charts, ratio_tables
from kazyna.web.language import Writer

WRITE = Writer("en", "USD")
LABEL = Text(en="Area", ru="Площадь", ky="Аянты")
AMOUNTS = st.lists(st.integers(-500_000, 500_000).map(Decimal), max_size=20)


def valuation(base: Decimal, amounts: list[Decimal]) -> Valuation:
    value = base + sum(amounts, Decimal(0))
    reasons = tuple(Reason("area", LABEL, None, amount) for amount in amounts)
    near = Comparable("1", date(2015, 1, 1), value, value, (), Decimal(0), value * 2, 1.0, 1.0, 0.5,
                      None, None)  # fmt: skip
    low, high = value - 1000, value + 2000
    return Valuation(
        1,
        date(2015, 5, 31),
        value,
        value,
        None,
        low,
        high,
        None,
        base,
        reasons,
        (near,),
        0.5,
        None,
        None,
        (),
    )


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
    study = round_studies.study_of_round(shared_demo.context(), round_.round_id).study
    gauges = drawings.gauges(WRITE, study)
    assert [gauge.name for gauge in gauges] == [
        "Median ratio", "COD, %", "PRD", "PRB", "MKI", "VEI, %"
    ]  # fmt: skip
    for gauge in gauges:
        assert 0 <= gauge.whisker[0] <= gauge.point <= gauge.whisker[1] <= 100
        assert gauge.met == (gauge.range[0] <= gauge.point <= gauge.range[1])


def test_the_charts_draw_every_sale_of_the_study(shared_demo: Installation) -> None:
    ctx = shared_demo.context()
    round_ = rounds.latest(ctx)
    assert round_ is not None
    points = rounds.study_points(ctx, round_.round_id)
    ratios = charts.ratios(WRITE, points).specification["data"]["values"]
    assert sum(bar["sales"] for bar in ratios) == len(points) == round_.study.sales
    found = round_studies.study_of_round(ctx, round_.round_id)
    by_value = ratio_charts.value_groups(WRITE, found.study)
    assert by_value is not None
    groups = by_value.specification["data"]["values"]
    assert sum(group["sales"] for group in groups) == len(points)
    assert all(group["low"] <= group["median"] <= group["high"] for group in groups)
    assert len(ratio_charts.study(WRITE, round_, points, found)) == 7


def test_a_study_of_few_sales_leaves_out_what_they_do_not_tell(shared_demo: Installation) -> None:
    ctx = shared_demo.context()
    round_ = rounds.latest(ctx)
    assert round_ is not None
    found = round_studies.study_of_round(ctx, round_.round_id)
    few = replace(
        found,
        study=replace(found.study, vertical_equity=None, sales_chasing=None),
        picture=replace(found.picture, places=()),
    )
    points = rounds.study_points(ctx, round_.round_id)
    assert len(ratio_charts.study(WRITE, round_, points, few)) == 5
    assert ratio_tables.chasing(WRITE, few.study) == ()


def test_the_tables_say_what_the_study_says(shared_demo: Installation) -> None:
    ctx = shared_demo.context()
    round_ = rounds.latest(ctx)
    assert round_ is not None
    found = round_studies.study_of_round(ctx, round_.round_id)
    lines = {line.name: line for line in ratio_tables.statistics(WRITE, found.study)}
    assert lines["COD, %"].value == f"{found.study.cod.value:.2f}"
    assert lines["COD, %"].accepted == "5.00 … 15.00"
    assert lines["MKI"].by_formula == "–"
    assert lines["VEI, %"].told in {"confirmed", "refuted", "cannot be told"}
    groups = ratio_tables.groups(WRITE, found.study)
    assert [group.label for group in groups] == ["98103", "98117"]
    assert all(len(group.figures) == 5 for group in groups)


def test_the_value_of_a_real_house_is_told_without_remainder(
    shared_demo: Installation, property_id: str
) -> None:
    found = cadastre.find_property(shared_demo.context(), property_id).valuation
    assert found is not None
    assert found.base + sum(reason.amount for reason in found.reasons) == found.value
    assert drawings.reasons(WRITE, found).rows[-1].shown == WRITE.whole_money(found.value)
