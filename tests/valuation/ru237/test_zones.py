import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from kazyna.valuation.market_areas import AreaPlace, FoundAreas, MarketArea
from kazyna.valuation.ru237.zones import price_zones


def found(places: list[tuple[float, float, int]]) -> FoundAreas:
    numbers = sorted({area for *_, area in places})
    return FoundAreas(
        tuple(MarketArea(number, 30, 0.1, 100.0) for number in numbers),
        tuple(AreaPlace(*place) for place in places),
    )


def test_a_city_of_two_halves_is_two_zones_that_fill_it() -> None:
    east_and_west = [(74.50, 42.85, 1), (74.50, 42.90, 1), (74.60, 42.85, 2), (74.60, 42.90, 2)]
    houses = np.array([[74.51, 42.87], [74.59, 42.87], [np.nan, 42.87]])
    zones = price_zones(found(east_and_west), houses)
    assert zones is not None
    assert zones.label == ("1", "2", None)
    assert [zone.objects for zone in zones.each] == [1, 1]
    west, east = (zone.outline for zone in zones.each)
    assert west.bounds == pytest.approx((74.50, 42.85, 74.55, 42.90))
    assert east.bounds == pytest.approx((74.55, 42.85, 74.60, 42.90))


@given(
    st.lists(
        st.tuples(
            st.integers(0, 30).map(lambda n: 74 + n / 100),
            st.integers(0, 30).map(lambda n: 42 + n / 100),
            st.integers(1, 4),
        ),
        min_size=1,
        max_size=40,
        unique_by=lambda place: place[:2],
    ),
    st.integers(0, 2**32 - 1),
)
def test_zones_do_not_overlap_and_hold_their_objects(
    places: list[tuple[float, float, int]], seed: int
) -> None:
    lonlat = np.random.default_rng(seed).uniform((74, 42), (74.3, 42.3), (30, 2))
    zones = price_zones(found(places), lonlat)
    assert zones is not None
    outlines = {str(zone.area.number): zone.outline for zone in zones.each}
    for (lon, lat), label in zip(lonlat, zones.label, strict=True):
        assert label is not None
        assert outlines[label].distance(shapely.Point(lon, lat)) < 1e-9
    together = shapely.union_all(list(outlines.values()))
    assert sum(each.area for each in outlines.values()) == pytest.approx(together.area)
    assert sum(zone.objects for zone in zones.each) == len(lonlat)


def test_without_places_there_are_no_zones() -> None:
    assert price_zones(FoundAreas(), np.array([[74.5, 42.8]])) is None
    assert price_zones(found([(74.5, 42.8, 1)]), np.array([[np.nan, np.nan]])) is None
