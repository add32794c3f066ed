"""What a round says of the market: areas on the ground, and prices over time in each part."""

from dataclasses import replace

import pytest

from conftest import AUDITOR
from kazyna.core.errors import InputError, NotFound
from kazyna.services import round_market, rounds
from kazyna.services.context import Context, Installation


@pytest.fixture(scope="module")
def anyone(shared_demo: Installation) -> Context:
    return shared_demo.context()


def test_the_part_with_the_most_sales_is_shown_and_any_other_by_its_name(anyone: Context) -> None:
    round_ = rounds.latest(anyone)
    assert round_ is not None
    assert round_.strata is not None
    found = round_market.market_of_round(anyone, round_.round_id)
    assert (found.column, found.parts) == ("zipcode", ("98103", "98117"))
    assert found.part is not None
    assert found.part.prices.sales == max(each.sales for each in round_.strata.each)
    other = next(name for name in found.parts if name != found.part.prices.name)
    asked = round_market.market_of_round(anyone, round_.round_id, part=other)
    assert asked.part is not None
    assert asked.part.prices.name == other
    assert asked.part.points != found.part.points


def test_the_points_of_a_part_tell_the_change_that_is_told_in_short(anyone: Context) -> None:
    round_ = rounds.latest(anyone)
    assert round_ is not None
    part = round_market.market_of_round(anyone, round_.round_id).part
    assert part is not None
    assert part.points[-1].day == round_.valuation_date
    assert part.points[-1].level == pytest.approx(1)
    assert 1 / part.points[0].level - 1 == pytest.approx(part.prices.change)
    assert all(p.low <= p.level <= p.high for p in part.points)


def test_areas_are_numbered_from_the_dearest_and_every_place_is_in_one(anyone: Context) -> None:
    round_ = rounds.latest(anyone)
    assert round_ is not None
    found = round_market.market_of_round(anyone, round_.round_id)
    levels = [area.level for area in found.areas]
    assert len(levels) > 1
    assert levels == sorted(levels, reverse=True)
    assert levels[0] > 0 > levels[-1]
    assert sum(area.sales for area in found.areas) == round_.sales_used
    assert {place.area for place in found.places} <= {area.number for area in found.areas}
    assert {name for area in found.areas for name in area.mostly} <= {"98103", "98117"}


def test_a_part_that_is_not_there_is_named_and_a_draft_is_not_for_everyone(
    anyone: Context, town: Installation
) -> None:
    round_ = rounds.latest(anyone)
    assert round_ is not None
    with pytest.raises(InputError, match="'98999' is no part of the market"):
        round_market.market_of_round(anyone, round_.round_id, part="98999")
    with pytest.raises(NotFound):
        round_market.market_of_round(town.context(), 1)
    inside = replace(town.context(), actor=AUDITOR)
    assert round_market.market_of_round(inside, 1).parts == ("98100", "98101", "98102")
