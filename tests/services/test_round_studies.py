"""The study of a round is that of its hold-out, by any characteristic of the pack."""

import numpy as np
import pytest

from kazyna.core.errors import InputError, NotFound
from kazyna.services import round_studies, rounds
from kazyna.services.context import Installation
from kazyna.valuation import ratio_study


def test_the_study_is_that_of_the_hold_out(shared_demo: Installation) -> None:
    ctx = shared_demo.context()
    round_ = rounds.latest(ctx)
    assert round_ is not None
    found = round_studies.study_of_round(ctx, round_.round_id)
    points = rounds.study_points(ctx, round_.round_id)
    alone = ratio_study(
        np.array([float(p.value) for p in points]), np.array([float(p.price) for p in points])
    )
    for here, there in ((found.study.cod, alone.cod), (found.study.mki, alone.mki)):
        assert (here.value, here.low, here.high) == pytest.approx(
            (there.value, there.low, there.high)
        )
    # What the round said of itself when it was made: the same but for cents.
    assert found.study.cod.value == pytest.approx(round_.study.cod.value, rel=1e-5)
    assert found.study.spatial_autocorrelation is not None
    assert found.study.spatial_autocorrelation.sales == len(points)
    assert sum(place.sales for place in found.picture.places) == len(points)


def test_the_neighbourhood_is_what_a_study_is_repeated_by_unless_asked(
    shared_demo: Installation,
) -> None:
    ctx = shared_demo.context()
    round_ = rounds.latest(ctx)
    assert round_ is not None
    by_place = round_studies.study_of_round(ctx, round_.round_id)
    assert by_place.by == "zipcode"
    assert [label for label, _ in by_place.study.strata] == ["98103", "98117"]
    by_area = round_studies.study_of_round(ctx, round_.round_id, by="sqft_living")
    assert len(by_area.study.strata) == 10
    assert sum(part.n for _, part in by_area.study.strata) == by_area.study.n
    assert "value" not in {column.name for column in by_area.columns}


def test_an_unknown_round_or_characteristic_is_named(shared_demo: Installation) -> None:
    ctx = shared_demo.context()
    with pytest.raises(NotFound, match="999999"):
        round_studies.study_of_round(ctx, 999_999)
    round_ = rounds.latest(ctx)
    assert round_ is not None
    with pytest.raises(InputError, match="'colour' is no characteristic"):
        round_studies.study_of_round(ctx, round_.round_id, by="colour")
