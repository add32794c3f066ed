"""Places that are none of the market's: each is told and taken for unknown, in sales and values."""

import numpy as np
import pyarrow as pa
import pytest

from kazyna.valuation import MarketModel, fit
from kazyna.valuation.evidence.stray_places import stray_places
from valuation.markets import AS_OF, COLUMNS, invented, replaced

BISHKEK = np.column_stack([np.linspace(74.4, 74.7, 100), np.linspace(42.8, 42.9, 100)])


def at(table: pa.Table, lonlat: np.ndarray) -> pa.Table:
    """The table with other places."""
    return replaced(replaced(table, "x", lonlat[:, 0]), "y", lonlat[:, 1])


def places(table: pa.Table) -> np.ndarray:
    return np.column_stack([np.array(table["x"]), np.array(table["y"])])


@pytest.fixture(scope="module")
def model() -> MarketModel:
    return fit(invented(60), columns=COLUMNS, as_of=AS_OF)


@pytest.mark.parametrize(
    "mirror",
    [lambda p: p[:, ::-1], lambda p: p * [-1, 1], lambda p: p * [1, -1], lambda p: -p],
    ids=["swapped", "west", "south", "both"],
)
def test_mirrored_places_are_found_however_many(mirror) -> None:  # type: ignore[no-untyped-def]
    lonlat = BISHKEK.copy()
    lonlat[::3] = mirror(lonlat[::3])
    found = stray_places(lonlat)
    assert np.flatnonzero(found.mirrored).tolist() == list(range(0, 100, 3))
    assert not found.far.any()


def test_one_far_place_is_astray_and_a_second_town_is_not() -> None:
    lonlat = BISHKEK.copy()
    lonlat[7] = [7.45, 42.8]  # a digit lost
    assert np.flatnonzero(stray_places(lonlat).far).tolist() == [7]
    lonlat[:20] = [72.8, 40.5]  # Osh
    lonlat[20:40] = [131.9, 43.1]  # Vladivostok
    found = stray_places(lonlat)
    assert not (found.far | found.mirrored).any()


def test_few_or_unknown_places_are_left_as_they_are() -> None:
    assert not stray_places(np.vstack([BISHKEK[:18], -BISHKEK[:1]])).mirrored.any()
    assert not stray_places(np.full((40, 2), np.nan)).far.any()


def test_swapped_sales_count_as_sales_without_a_place() -> None:
    market = invented(60)
    swapped, unknown = places(market), places(market)
    swapped[::10], unknown[::10] = swapped[::10, ::-1], np.nan
    one = fit(at(market, swapped), columns=COLUMNS, as_of=AS_OF)
    other = fit(at(market, unknown), columns=COLUMNS, as_of=AS_OF)
    assert one.value(market).equals(other.value(market))
    assert any(
        note.startswith(
            "6 of 60 sales lie amid the others only with longitude and latitude swapped"
        )
        for note in one.notes()
    )
    assert "6 of 60 sales without a place: known by their characteristics only" in other.notes()


@pytest.mark.parametrize("turned", [[1, -1], [-1, 1], [0.5, 2.0]])
def test_a_property_beyond_reach_is_valued_as_one_without_a_place(
    model: MarketModel, turned: list[float]
) -> None:
    properties = invented(8, seed=3)
    far = at(properties, places(properties) * turned)
    unknown = at(properties, np.full((8, 2), np.nan))
    assert model.value(far).equals(model.value(unknown))
    found = model.places_of(far, source="properties")
    assert (found.rows, found.unknown, found.beyond_reach) == (8, 0, 8)


def test_a_trend_ends_with_the_sales(model: MarketModel) -> None:
    properties = invented(30, seed=4)
    north = at(properties, places(properties) + np.array([0, 0.9]))
    change = np.array(model.value(north)["value"], float) / np.array(
        model.value(properties)["value"], float
    )
    assert (np.abs(np.log(change)) < 0.5).all()


def test_an_unknown_place_lowers_confidence(model: MarketModel) -> None:
    properties = invented(30, seed=4)
    known = np.array(model.value(properties)["confidence"])
    unknown = np.array(model.value(at(properties, np.full((30, 2), np.nan)))["confidence"])
    assert np.median(unknown) < np.median(known)
