"""The simulated country: the same for the same seed, whole, and honest where it is said to be."""

from functools import cache

import duckdb
import pyarrow as pa
import pytest

from kazyna.core.errors import InputError
from kazyna.core.table import check
from kazyna.marking.detection import EVENTS, RULES, detect, score
from kazyna.marking.simulator import BATCH, participants, simulate

CODES = 30 * BATCH
HONEST = 12 * BATCH
FALSE_SHARE_MAX = 0.0005
"""Of all events: what the register of another country calls bearable."""
RECALL_MIN = 0.8


@cache
def simulated(codes: int, seed: int, *, frauds: bool = True) -> tuple[pa.Table, pa.Table]:
    parts = list(simulate(codes, seed, frauds=frauds))
    return (
        pa.concat_tables([part.events for part in parts]).unify_dictionaries(),
        pa.concat_tables([part.truth for part in parts]),
    )


def found(events: pa.Table) -> pa.Table:
    with duckdb.connect() as computing:
        computing.register("events", events)
        return detect(computing, RULES)


def test_events_are_what_detection_reads() -> None:
    events, _ = simulated(CODES, 1)
    check(events, EVENTS, source="simulation")
    assert len(events["event_id"].unique()) == events.num_rows
    told = set(participants(CODES, 1)["participant"].to_pylist())
    assert set(events["participant"].unique().to_pylist()) <= {*told, None}


def test_the_same_seed_tells_the_same_story() -> None:
    again = pa.concat_tables([part.events for part in simulate(CODES, 1)]).unify_dictionaries()
    assert again.equals(simulated(CODES, 1)[0])
    assert not again.equals(simulated(CODES, 2)[0])


def test_frauds_are_found_and_the_honest_left_alone() -> None:
    events, truth = simulated(CODES, 1)
    scores = score(found(events), truth, tuple(rule.name for rule in RULES))
    assert sum(each.expected for each in scores) > 50
    assert sum(each.found for each in scores) >= RECALL_MIN * sum(each.expected for each in scores)
    assert sum(each.false_alerts for each in scores) <= FALSE_SHARE_MAX * events.num_rows


@pytest.mark.parametrize("seed", [3, 4])
def test_an_honest_country_raises_next_to_nothing(seed: int) -> None:
    """A till that waits an hour for the network looks like a second sale; little else does."""
    events, truth = simulated(HONEST, seed, frauds=False)
    assert truth.num_rows == 0
    assert found(events).num_rows <= FALSE_SHARE_MAX * events.num_rows


def test_less_than_a_batch_is_refused() -> None:
    with pytest.raises(InputError, match="999 codes are less than a batch"):
        list(simulate(999, 1))
